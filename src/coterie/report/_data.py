# SPDX-License-Identifier: BSD-3-Clause
"""A table made ready: how its columns are made comparable, which rows stand for all, what is odd about the columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coterie._base.lazy import lazy_property
from coterie._base.table import Table
from coterie._base.wording import shortlist
from coterie._runtime.thresholds import thresholds
from coterie.scaling import Scaler, variance_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

DOMINANT = 0.95  # share of the variance, as coterie.FeatureScaleWarning has it
_LONG_TAIL = 2.0  # skewness; that of the exponential distribution
_FAR_VALUES = 3.0  # standard deviation over that of a normal distribution with the same interquartile range
_NORMAL_IQR = 1.349
_MOST_CODES = 5
_SAME = 0.95  # correlation of columns that say the same
_MOST_KINDS = 20  # different names of rows that are kinds rather than names


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
    scaling : how they were scaled
    scaled : the scaled values
    sample : rows that k-means and Ward are compared on; None: all
    """

    table: Table
    scaling: Scaling
    scaled: NDArray[np.floating]
    sample: NDArray[np.intp] | None

    @property
    def n_rows(self) -> int:
        return len(self.scaled)

    @lazy_property
    def rows(self) -> NDArray[np.floating]:
        """The scaled values that k-means and Ward are compared on."""
        return self.scaled if self.sample is None else self.scaled[self.sample]

    @lazy_property
    def correlated(self) -> list[tuple[str, str, float]]:
        """Pairs of columns that are nearly the same, and their correlation, the strongest first."""
        return find_correlated(self.rows, self.table.names)

    @lazy_property
    def codes(self) -> list[str]:
        """Columns of few whole numbers, which may be codes."""
        return find_codes(self.table)

    def row_name(self, row: int) -> str:
        """What a row is called: its name, or its number in the file, from 0, or both where a name is that of many."""
        number = f"row {int(self._places[row])}"
        if self.table.row_names is None:
            return number
        return self.table.row_names[row] if self.kinds is None else f"{self.table.row_names[row]} ({number})"

    @lazy_property
    def _places(self) -> NDArray[np.intp]:
        return np.arange(self.n_rows) if self.table.kept is None else np.flatnonzero(self.table.kept)

    @lazy_property
    def kinds(self) -> list[str] | None:
        """The names of the rows, where they are few and each is that of many: species rather than names."""
        if self.table.row_names is None:
            return None
        return self.table.row_names if len(set(self.table.row_names)) <= min(_MOST_KINDS, self.n_rows / 5) else None


def prepare(table: Table, scaling: str, seed: int) -> Data:
    """Scale the columns by a method, or by one that suits the data ("auto"), and draw the sample."""
    method, reason = choose_scaling(table, scaling)
    scaler = Scaler(method).fit(table.values)
    scaled = scaler.transform(table.values)
    how = Scaling(scaler, reason, variance_shares(table.values), variance_shares(scaled))
    return Data(table, how, scaled, draw(len(scaled), thresholds.report_sample, seed))


def choose_scaling(table: Table, wanted: str) -> tuple[str, str]:
    """How to scale the columns, and why."""
    if wanted != "auto":
        return wanted, "you asked for it"
    values, names = table.values, table.names
    tails = [name for name, column in zip(names, values.T, strict=True) if _has_long_tail(column)]
    if 2 * len(tails) >= len(names) and (values >= 0).all():
        return "log", (
            f"{shortlist(tails, 5)} {'has' if len(tails) == 1 else 'have'} a long tail of large values, and "
            "nothing is negative. Logarithms count in factors: from 10 to 100 is as far as from 100 to "
            "1,000, so that the few largest values do not decide alone"
        )
    far = [name for name, column in zip(names, values.T, strict=True) if _has_far_values(column)]
    if far:
        return "robust", (
            f"{shortlist(far, 5)} {'has' if len(far) == 1 else 'have'} values that are far from most "
            "others. Medians and interquartile ranges keep these from squeezing the rest together"
        )
    return "standard", _reason_for_standard(values, names, tails)


def _reason_for_standard(values: NDArray[np.floating], names: Sequence[str], tails: Sequence[str]) -> str:
    """Why standard scaling is enough, and how far out the farthest value is after it."""
    spread = values.std(axis=0, dtype=np.float64)
    out = np.abs(values - values.mean(axis=0, dtype=np.float64)).max(axis=0) / np.where(spread > 0, spread, 1.0)
    j = int(out.argmax())
    text = (
        "the only column gets mean 0 and standard deviation 1, which leaves rows as alike as they are"
        if len(names) == 1
        else "columns in different units can't be compared as they are: each gets mean 0 and standard deviation 1, and "
        "so the same say"
    )
    text += f". The value that is farthest out, in {names[j]}, is then {out[j]:.1f} standard deviations from the mean"
    if tails:
        other = "logarithms (--scale log)" if (values >= 0).all() else "robust scaling (--scale robust)"
        text += (
            f"; {shortlist(tails, 5)} {'has' if len(tails) == 1 else 'have'} a long tail of large values, for which "
            f"{other} may do better"
        )
    return text


def _skewness(column: NDArray[np.floating]) -> float:
    centered = column - column.mean(dtype=np.float64)
    spread = np.sqrt(np.mean(np.square(centered)))
    return float(np.mean((centered / spread) ** 3)) if spread > 0 else 0.0


def _has_long_tail(column: NDArray[np.floating]) -> bool:
    if column.min() < 0:
        return False
    skewness = _skewness(column)
    return skewness > _LONG_TAIL and abs(_skewness(np.log1p(column))) < skewness / 2


def _has_far_values(column: NDArray[np.floating]) -> bool:
    low, high = np.percentile(column, [25, 75])
    return bool(high > low and column.std(dtype=np.float64) > _FAR_VALUES * (high - low) / _NORMAL_IQR)


def find_correlated(scaled: NDArray[np.floating], names: Sequence[str]) -> list[tuple[str, str, float]]:
    """Pairs of columns with a correlation near 1 or -1, the strongest first."""
    if not 2 <= len(names) <= 1_000:
        return []
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.corrcoef(scaled, rowvar=False, dtype=np.float64)
    pairs = np.argwhere(np.triu(abs(correlation) >= _SAME, 1))
    found = [(names[i], names[j], float(correlation[i, j])) for i, j in pairs.tolist()]
    return sorted(found, key=lambda pair: -abs(pair[2]))


def find_codes(table: Table) -> list[str]:
    """Columns of so few different whole numbers that these may be codes: 1 for shops, 2 for restaurants."""
    found = []
    for name, column in zip(table.names, table.values.T, strict=True):
        some = set(column[: _MOST_CODES * 100].tolist())
        if len(some) <= _MOST_CODES and len(column) >= 10 * _MOST_CODES:
            values = np.unique(column)
            if len(values) <= _MOST_CODES and (values == np.floor(values)).all():
                found.append(name)
    return found


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
