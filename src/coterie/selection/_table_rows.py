# SPDX-License-Identifier: BSD-3-Clause
"""A table as rows that can be compared: scaled, categories as columns of 0 and 1, repeated values spread."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._base import power_of_two
from .._base.tables.kinds import compared_as_categories, given_kinds, kinds_of
from .._base.tables.mixed import Columns, TableCode, read_columns
from .._base.wording import count, listing
from ..scaling import Scaler

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.tables.kinds import Kinds
    from .._base.typing import ArrayLike

_NOT_USED = {  # kinds of columns that tell nothing of how alike two rows are
    "constant": "the same in every row",
    "identifier": "identifiers",
    "text": "free text",
    "date": "dates",
}
# The largest standard deviation over that of a usual column, where columns have the same unit; and in arrays of two or
# three columns without names, which are most often coordinates.
_ALIKE, _ALIKE_COORDINATES = 4.0, 10.0
_UNLIKE_WAYS = ("log", "place")  # ways of Scaler("auto") that other units have no need of
_USUAL = 0.9  # share of the rows whose steps are filled
_REPEATED = 0.5  # different values, as a share of the rows: with less, some are there many times by rounding


class TableRows(NamedTuple):
    """A table as rows of numbers that are compared by Euclidean distance, made when they are asked for.

    table : the columns that are used, as they came
    numbers, scaled : which of them hold numbers, and these numbers, comparable
    places : for each of the others, the place of each row's category among those that there are
    names : of the columns that are used
    owner : which of them each column of the rows belongs to
    scaler : what scaled the numbers; None where they are as they came
    """

    table: Columns
    numbers: list[int]
    scaled: NDArray[np.float64]
    places: dict[int, NDArray[np.intp]]
    names: list[str]
    owner: NDArray[np.intp]
    scaler: Scaler | None

    @property
    def n_rows(self) -> int:
        return len(self.scaled)

    @property
    def categories(self) -> list[int]:
        """Which of the columns that are used hold no numbers."""
        return list(self.places)

    def rows(self, which: NDArray[np.intp] | slice = slice(None)) -> NDArray[np.float64]:
        """Some of the rows: numbers, and a column of 0 and 1 for each category, so that different ones are at distance
        1."""
        scaled = self.scaled[which]
        rows = np.zeros((len(scaled), len(self.owner)))
        for j in range(len(self.names)):
            (columns,) = (self.owner == j).nonzero()
            if j in self.numbers:
                rows[:, columns[0]] = scaled[:, self.numbers.index(j)]
            else:
                rows[np.arange(len(rows)), columns[0] + self.places[j][which]] = np.sqrt(0.5)
        return rows

    def spread_rows(self, which: NDArray[np.intp] | slice = slice(None)) -> NDArray[np.float64]:
        """The same with values that are there many times spread, always alike.

        Counts, ratings and rounded numbers are stacks of equal rows, which any method takes for dense parts.
        """
        randomness = np.random.RandomState(0)
        return np.column_stack([_spread(column, randomness) for column in self.rows(which).T])

    def mixed(self, which: NDArray[np.intp] | slice = slice(None)) -> NDArray[np.object_]:
        """Some of the rows, with numbers that are comparable, and categories as they came."""
        scaled = self.scaled[which]
        rows = np.empty((len(scaled), len(self.names)), object)
        for j in range(len(self.names)):
            rows[:, j] = scaled[:, self.numbers.index(j)] if j in self.numbers else self.table.arrays[j][which]
        return rows


def read_table(X: ArrayLike, kinds: Kinds, scale: str) -> TableRows:
    """Read a table. Columns of an array without names are all used, if they are numbers that vary."""
    columns = read_columns(X, owner="recommend")
    found = kinds_of(columns, kinds)
    is_plain = columns.names is None and all(array.dtype.kind in "biuf" for array in columns.arrays)
    unused = {"constant"} if is_plain else set(_NOT_USED)
    given = given_kinds(columns, kinds)
    used = [j for j, kind in enumerate(found) if kind.kind not in unused or j in given]
    if not used:
        left_out = [
            f"{listing(columns.label(j) for j, kind in enumerate(found) if kind.kind == each)} ({_NOT_USED[each]})"
            for each in _NOT_USED
            if any(kind.kind == each for kind in found)
        ]
        raise ValueError(f"recommend needs a column that tells rows apart, and leaves out {'; '.join(left_out)}.")
    table = Columns(
        None if columns.names is None else columns.names[used],
        tuple(columns.arrays[j] for j in used),
        tuple(columns.orders[j] for j in used),
    )
    own = [found[j] for j in used]
    is_category = compared_as_categories(table, own)
    values = TableCode.fit(table, is_category).encode(table)
    _check_known(values, table)
    names = [str(j) if columns.names is None else str(columns.names[j]) for j in used]
    numbers = [j for j, category in enumerate(is_category) if not category or table.arrays[j].dtype.kind in "biuf"]
    numbers = [j for j in numbers if own[j].kind != "category"]
    alike = _ALIKE_COORDINATES if is_plain and len(used) <= 3 else _ALIKE
    scaler, scaled = _scale(values[:, numbers], [own[j].kind for j in numbers], scale, alike)
    places, owner = {}, []
    for j in range(len(used)):
        if j not in numbers:
            categories, places[j] = np.unique(values[:, j], return_inverse=True)
        owner += [j] * (1 if j in numbers else len(categories))
    return TableRows(table, numbers, scaled, places, names, np.array(owner), scaler)


def _check_known(values: NDArray[np.float64], table: Columns) -> None:
    missing = np.isnan(values)
    if missing.any():
        j = int(missing.any(axis=0).argmax())
        raise ValueError(
            f"Input X contains NaN, which recommend does not accept: the {table.label(j)} lacks "
            f"{count(int(missing[:, j].sum()), 'value')}, the first in row {int(missing[:, j].argmax())}. Leave such "
            "rows out, or fill the values in."
        )


def _scale(
    values: NDArray[np.float64], kinds: list[str], scale: str, alike: float
) -> tuple[Scaler | None, NDArray[np.float64]]:
    """Make columns comparable, unless they are: measured in one unit, or none of them rules the distances."""
    if not values.shape[1] or scale == "none":
        return None, values
    if scale != "auto":
        scaler = Scaler(scale)
        return scaler, scaler.fit_transform(values)
    scaler = Scaler("auto", kinds=kinds)
    scaled = scaler.fit_transform(values)
    spread = np.sort(power_of_two.divided(values, power_of_two.exponent_for(values)).std(axis=0))
    is_alike = spread[-1] <= alike * spread[(len(spread) - 1) // 2]
    if is_alike and not any(way in _UNLIKE_WAYS for way in scaler.methods_):
        return None, values
    return scaler, scaled


def _spread(column: NDArray[np.float64], randomness: np.random.RandomState) -> NDArray[np.float64]:
    """Spread values that are there many times evenly, half way to the next values on either side.

    Steps that are wider than those around nearly all rows are gaps, and are not filled.
    """
    different, place, times = np.unique(column, return_inverse=True, return_counts=True)
    if len(different) < 2 or len(different) > _REPEATED * len(column):
        return column
    half = np.diff(different) / 2
    below, above = np.append(half[0], half), np.append(half, half[-1])
    width = np.minimum(below, above)
    order = np.argsort(width, kind="stable")
    widest = width[order][np.searchsorted(np.cumsum(times[order]), _USUAL * len(column))]
    below, above = np.minimum(below, widest), np.minimum(above, widest)
    moved: NDArray[np.float64] = column - below[place] + (below + above)[place] * randomness.uniform(size=len(column))
    return moved
