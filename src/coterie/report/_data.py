# SPDX-License-Identifier: BSD-3-Clause
"""A table made ready: how its columns are made comparable, which rows stand for all, what is odd about the columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from coterie._base.lazy import lazy_property
from coterie._base.table import Table
from coterie._base.wording import shortlist
from coterie._runtime.thresholds import thresholds
from coterie.report._columns import choose_columns, resolve_missing
from coterie.report._places import Places, find_places
from coterie.report._settings import Settings
from coterie.scaling import Scaler, variance_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

DOMINANT = 0.95  # share of the variance, as coterie.FeatureScaleWarning has it
_SAME = 0.95  # correlation of columns that say the same
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
    """How the columns were made comparable. before, after: the share that each has in the variance."""

    scaler: Scaler
    reason: str
    before: NDArray[np.float64]
    after: NDArray[np.float64]


@dataclass
class Data:
    """A table, its scaled values, and the sample of its rows.

    table : the values in their own units
    grouped : the columns that the groups are made of
    places : latitudes and longitudes, where the groups are made of these alone
    odd : columns that are used although they do not look like measurements
    missing : what was done about missing values; empty where there are none
    scaling : how the values were scaled; None for places, which are points in space, in km
    scaled : the scaled values of the columns that the groups are made of
    sample : rows that k-means and Ward are compared on; None: all
    """

    table: Table
    grouped: list[str]
    places: Places | None
    odd: list[str]
    missing: str
    scaling: Scaling | None
    scaled: NDArray[np.floating]
    sample: NDArray[np.intp] | None

    @property
    def n_rows(self) -> int:
        return len(self.scaled)

    @property
    def n_given(self) -> int:
        """Rows of the table, with those that were left out."""
        return self.n_rows if self.table.kept is None else len(self.table.kept)

    @lazy_property
    def rows(self) -> NDArray[np.floating]:
        """The scaled values that k-means and Ward are compared on."""
        return self.scaled if self.sample is None else self.scaled[self.sample]

    @lazy_property
    def correlated(self) -> list[tuple[str, str, float]]:
        """Pairs of columns that are nearly the same, and their correlation, the strongest first."""
        return find_correlated(self.rows, self.grouped) if self.places is None else []

    @lazy_property
    def codes(self) -> list[str]:
        """Columns of few different numbers, which may be codes."""
        kinds = self.table.kinds
        return [name for name in self.grouped if name in kinds and kinds[name].kind in ("category", "ordinal")]

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
    def kinds(self) -> dict[str, list[str]]:
        """Columns that had no part in the grouping and hold few values, each that of many rows: species, say."""
        columns = {} if self.table.row_names is None else {self.table.named_by or "name": self.table.row_names}
        columns |= {name: [cell or "" for cell in cells] for name, cells in self.table.texts.items()}
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
    """Choose the columns, resolve missing values, scale, and draw the sample."""
    odd = choose_columns(table, settings.kinds, settings.chosen)
    places = find_places(table) if settings.scale == "auto" else None
    grouped = list(table.names) if places is None else [places.latitude, places.longitude]
    told = resolve_missing(table, grouped, settings.missing)
    if places is not None:
        places.read(table)
        sample = draw(len(table.values), thresholds.report_sample, settings.seed)
        return Data(table, grouped, places, odd, told, None, places.in_space, sample)
    check_not_negative(table, settings.scale)
    scaler = scaler_for(table, settings.scale).fit(table.values)
    scaled = scaler.transform(table.values)
    reason = why_by_kind(scaler, table.names) if settings.scale == "auto" else "you asked for it"
    how = Scaling(scaler, reason, variance_shares(table.values), variance_shares(scaled))
    return Data(
        table, grouped, None, odd, told, how, scaled, draw(len(scaled), thresholds.report_sample, settings.seed)
    )


def check_not_negative(table: Table, method: str) -> None:
    """Refuse logarithms of negative values, by the names of all columns that have some."""
    negative = {name: np.count_nonzero(column < 0) for name, column in zip(table.names, table.values.T, strict=True)}
    if method == "log" and any(negative.values()):
        told = shortlist(f"{name} ({n:,})" for name, n in negative.items() if n)
        raise ValueError(f"scaling by logarithms needs values of 0 or more, but there are negative ones in {told}")


def scaler_for(table: Table, method: str) -> Scaler:
    """A scaler that knows what the columns of the table are, if the method asks for it."""
    return Scaler(method, kinds=table.used_kinds if method == "auto" else None)


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


def draw(n_rows: int, most: int, seed: int) -> NDArray[np.intp] | None:
    """Row numbers of a random sample, ascending; None where all rows are not too many."""
    if n_rows <= most:
        return None
    return np.sort(np.random.default_rng(seed).choice(n_rows, most, replace=False))


def count_different(rows: NDArray[np.floating], most: int) -> int:
    """How many different rows there are, or `most` if they are more."""
    found = {row.tobytes() for row in rows[: 20 * most] + 0.0}  # + 0.0: no -0
    if len(found) < most:
        found = {row.tobytes() for row in rows + 0.0}
    return min(len(found), most)
