# SPDX-License-Identifier: BSD-3-Clause
"""A table made ready: how its columns are made comparable, which rows stand for all, what is odd about the columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie._base.lazy import lazy_property
from coterie._base.tables.mixed import Columns
from coterie._base.tables.table import Table
from coterie._base.wording import count, shortlist
from coterie.report._columns import choose_columns, resolve_missing
from coterie.report._places import Places, find_places
from coterie.report._settings import Settings
from coterie.scaling import Scaler, variance_shares
from coterie.selection._table_rows import TableRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

DOMINANT = 0.95  # share of the variance, as coterie.FeatureScaleWarning has it
LEAST_ROWS = 4  # different ones
_SAME = 0.95  # correlation of columns that say the same
_MISSING = "(missing)"  # of a category
_MOST_KINDS = 20  # different names of rows that are kinds rather than names
_WHY = {
    "log": [
        f"{has} a long tail of large values. Logarithms count in factors, so that the few largest values do not decide "
        "alone"
        for has in ("has", "have")
    ],
    "range": [
        f"{has} two values, and the difference between them counts as one standard deviation: as more it would cut the "
        "rows in two by itself"
        for has in ("has", "have")
    ],
    "step": [
        f"{holds} counts or ratings, of which a step counts as one standard deviation at most, so that a few rare "
        "values do not decide alone"
        for holds in ("holds", "hold")
    ],
    "place": [
        f"{holds} degrees, which are divided by one number: maps keep their shape" for holds in ("holds", "hold")
    ],
    "standard": [
        f"{gets} mean 0 and standard deviation 1, because numbers in different units can't be compared as they are"
        for gets in ("gets", "get")
    ],
}


@dataclass
class Scaling:
    """How columns of numbers were made comparable.

    method : of `coterie.scaling.Scaler`; "none" where they are as they came
    scaler : None where they are as they came
    names : of these columns
    before, after : the share that each has in the variance, of these columns and of all that the groups are made of
    """

    method: str
    scaler: Scaler | None
    names: list[str]
    reason: str
    before: NDArray[np.float64]
    after: NDArray[np.float64]


@dataclass
class Data:
    """A table of which each column has its use.

    table : the values in their own units
    grouped : the columns that the groups are made of
    places : latitudes and longitudes, where the groups are made of these alone
    odd : columns that are used although they do not look like measurements
    missing : what was done about missing values; empty where there are none
    """

    table: Table
    grouped: list[str]
    places: Places | None
    odd: list[str]
    missing: str

    @property
    def n_rows(self) -> int:
        return len(self.table.values)

    @property
    def n_given(self) -> int:
        """Rows of the table, with those that were left out."""
        return self.n_rows if self.table.kept is None else len(self.table.kept)

    @lazy_property
    def columns(self) -> Columns:
        """The columns that the groups are made of. Of places these are points in space, in km."""
        if self.places is not None:
            return Columns(np.array(["x", "y", "z"], object), tuple(self.places.in_space.T), (None,) * 3)
        arrays = [
            self.table.values[:, self.table.names.index(name)]
            if name in self.table.names
            else np.array([_MISSING if cell is None else cell for cell in [None, *self.table.texts[name]]], object)[1:]
            for name in self.grouped
        ]
        return Columns(np.array(self.grouped, object), tuple(arrays), (None,) * len(arrays))

    @lazy_property
    def kinds(self) -> list[str]:
        """What these columns are."""
        return ["amount"] * 3 if self.places is not None else [self.table.kinds[name].kind for name in self.grouped]

    @lazy_property
    def codes(self) -> list[str]:
        """Columns of few different numbers that are compared as numbers, and may be codes."""
        return [name for name in self.grouped if self.table.kinds[name].kind == "ordinal"]

    @lazy_property
    def categories(self) -> list[str]:
        """Columns that the groups are made of, and in which rows are only alike or different."""
        found = zip(self.grouped, self.kinds, strict=False)
        return [] if self.places is not None else [name for name, kind in found if _is_category(self.table, name, kind)]

    def row_name(self, row: int) -> str:
        """What a row is called: its name, or its number, from 0, or both where a name is not its own."""
        number = f"row {self.number(row)}"
        if self.table.row_names is None:
            return number
        name = self.table.row_names[row]
        if not name:
            return number
        return name if self._times[name] == 1 else f"{name} ({number})"

    def number(self, row: int) -> int:
        """The number of a row in the table that was given, from 0."""
        return int(self._places[row])

    @lazy_property
    def _places(self) -> NDArray[np.intp]:
        return np.arange(self.n_rows) if self.table.kept is None else np.flatnonzero(self.table.kept)

    @lazy_property
    def _times(self) -> Counter[str]:
        return Counter(self.table.row_names)

    @lazy_property
    def labelings(self) -> dict[str, list[str]]:
        """Columns that had no part in the grouping and hold few values, each that of many rows: species, say."""
        columns = {} if self.table.row_names is None else {self.table.named_by or "name": self.table.row_names}
        columns |= {
            name: [cell or "" for cell in cells] for name, cells in self.table.texts.items() if name not in self.grouped
        }
        most = min(_MOST_KINDS, self.n_rows / 5)
        return {name: cells for name, cells in columns.items() if 2 <= len(set(cells)) <= most}

    def all_rows(self, values: NDArray[Any], missing: object) -> NDArray[Any]:
        """One value for each row that was given, where rows were left out, too."""
        if self.table.kept is None:
            return values
        found = np.full(len(self.table.kept), missing, values.dtype)
        found[self.table.kept] = values
        return found


def prepare(table: Table, settings: Settings) -> Data:
    """Give each column its use, and resolve missing values.

    Raises
    ------
    ValueError
        No column or no row is left, there are too few different rows, or logarithms are asked for of negative values.
    """
    grouped, odd = choose_columns(table, settings.kinds, settings.chosen)
    places = find_places(table, grouped) if settings.scale == "auto" else None
    if places is not None:
        grouped = [places.latitude, places.longitude]
    told = resolve_missing(table, grouped, settings.missing if places is None else "drop")
    if places is not None:
        places.read(table)
    elif settings.scale == "log":
        check_not_negative(table)
    data = Data(table, grouped, places, odd, told)
    check_rows(data.columns, settings.n_clusters)
    return data


def _is_category(table: Table, name: str, kind: str) -> bool:
    return kind == "category" or name not in table.names


def check_rows(columns: Columns, asked: Sequence[int] | None) -> None:
    """Refuse rows of which too few are different, also for the numbers of groups that were asked for."""
    codes = [
        np.unique(each.astype(str), return_inverse=True)[1] if each.dtype == object else each for each in columns.arrays
    ]
    different = count_different(np.column_stack(codes), max([*(asked or ()), LEAST_ROWS]) + 1)
    if different < LEAST_ROWS:
        raise ValueError(
            f"at least {LEAST_ROWS} different rows are needed, there {'is' if different == 1 else 'are'} {different}"
        )
    if asked and min(asked) >= different:
        raise ValueError(
            f"{count(min(asked), 'group')} are asked for, and possible are from 2 to {different - 1}, one less than "
            "there are different rows"
        )


def check_not_negative(table: Table) -> None:
    """Refuse negative values, of which there are no logarithms, by the names of all columns that have some."""
    negative = {name: np.count_nonzero(column < 0) for name, column in zip(table.names, table.values.T, strict=True)}
    if any(negative.values()):
        told = shortlist(f"{name} ({n:,})" for name, n in negative.items() if n)
        raise ValueError(f"scaling by logarithms needs values of 0 or more, but there are negative ones in {told}")


def scaling_of(data: Data, scaler: Scaler | None, asked: str, rows: TableRows) -> Scaling:
    """What was done to columns of numbers, and why. scaler: None where they are as they came; rows: the result."""
    numbers = [name for name in data.grouped if name not in data.categories]
    values = data.table.values[:, [data.table.names.index(name) for name in numbers]]
    if not numbers:
        reason = ""
    elif asked != "auto":
        reason = "you asked for it"
    elif scaler is None:
        reason = (
            "no column varies so much more than the others that it would decide alone, and none has a long tail: they "
            "may well have the same unit"
        )
    else:
        reason = why_by_kind(scaler, numbers)
    before = variance_shares(values) if numbers else np.zeros(0)
    parts = np.bincount(rows.owner, rows.rows().var(axis=0), minlength=len(data.grouped))
    after = parts[[data.grouped.index(name) for name in numbers]] / (parts.sum() or 1.0)
    return Scaling("none" if scaler is None else scaler.method, scaler, numbers, reason, before, after)


def why_by_kind(scaler: Scaler, names: Sequence[str]) -> str:
    """Why "auto" scaled the columns as it did."""
    found = {way: [name for name, method in zip(names, scaler.methods_, strict=True) if method == way] for way in _WHY}
    parts = [f"{shortlist(columns, 5)} {_WHY[way][len(columns) > 1]}" for way, columns in found.items() if columns]
    return ". ".join(parts)


def find_correlated(scaled: NDArray[np.floating], names: Sequence[str]) -> list[tuple[str, str, float]]:
    """Pairs of columns with a correlation near 1 or -1, the strongest first."""
    if not 2 <= len(names) <= 1_000:
        return []
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.corrcoef(scaled, rowvar=False, dtype=np.float64)
    pairs = np.argwhere(np.triu(abs(correlation) >= _SAME, 1))
    found = [(names[i], names[j], float(correlation[i, j])) for i, j in pairs.tolist()]
    return sorted(found, key=lambda pair: -abs(pair[2]))


def count_different(rows: NDArray[np.floating], most: int) -> int:
    """How many different rows there are, or `most` if they are more."""
    found = {row.tobytes() for row in rows[: 20 * most] + 0.0}  # + 0.0: no -0
    if len(found) < most:
        found = {row.tobytes() for row in rows + 0.0}
    return min(len(found), most)
