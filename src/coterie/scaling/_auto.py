# SPDX-License-Identifier: BSD-3-Clause
"""`Scaler("auto")`: what is done to a column of each kind, and what is said about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.tables.kinds import kinds_of
from .._base.tables.kinds_of_numbers import log_unit
from .._base.tables.mixed import Columns
from .._base.wording import number, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.tables.kinds import Kinds

WAYS = ("standard", "log", "step", "range", "place")
_WAY = {  # of a kind; "standard" of others
    "long_tail": "log",
    "count": "step",
    "ordinal": "step",
    "binary": "range",
    "latitude": "place",
    "longitude": "place",
}
DOMINANT = 0.5  # share of the variance from which a column is named


def choose(
    array: NDArray[Any], names: NDArray[Any] | None, kinds: Kinds
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.float64]]:
    """The kind of each column, the way to scale it, and the unit of its logarithm (1 for other ways)."""
    columns = Columns(names, tuple(array.T), (None,) * array.shape[1])
    found = [each.kind for each in kinds_of(columns, kinds)]
    ways = [_WAY.get(kind, "standard") for kind in found]
    units = np.ones(len(ways))
    for j in np.flatnonzero([way == "log" for way in ways]):
        column = array[:, j]
        units[j] = log_unit(column[~np.isnan(column)].astype(np.float64))
    return np.array(found, object), np.array(ways, object), units


def tame(
    array: NDArray[Any],
    ways: NDArray[np.object_],
    spread: NDArray[np.float64],
    width: NDArray[np.float64],
    varies: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """What the columns are divided by: their standard deviation, but the range of columns of two values, no less than
    the smallest step between the values of counts and ratings, and one number for all degrees, which keeps the shape
    of maps."""
    scale = spread.copy()
    places = (ways == "place") & varies
    if places.any():
        scale[places] = spread[places].max()
    for j in np.flatnonzero(varies):
        if ways[j] == "range":
            scale[j] = width[j]
        elif ways[j] == "step":
            column = array[:, j]
            values = np.unique(column[~np.isnan(column)].astype(np.float64))
            scale[j] = max(spread[j], np.diff(values).min())
    return scale


def tell(
    labels: Sequence[str],
    kinds: Sequence[str],
    ways: Sequence[str],
    units: NDArray[np.float64],
    scale: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> str:
    """A line for each column: what it is, what was done to it, and its share of the variance if that is large."""
    lines = []
    for label, kind, way, unit, size, part in zip(labels, kinds, ways, units, scale, shares, strict=True):
        done = {
            "log": f"logarithm of 1 + x / {number(unit)}, then mean 0 and standard deviation 1",
            "range": f"mean 0, and the difference between its two values, {number(size)}, is 1",
            "step": f"mean 0, divided by {number(size)}: the standard deviation, or a step between values if that is "
            "more",
            "place": f"mean 0, divided by {number(size)}, as all degrees: maps keep their shape",
            "standard": "mean 0 and standard deviation 1",
        }[way]
        if part == 0:
            done = "does not vary, and is 0"
        large = f"; holds {share(part)} of the variance" if part > DOMINANT else ""
        lines.append(f"{label} ({kind.replace('_', ' ')}): {done}{large}")
    return "\n".join(lines)
