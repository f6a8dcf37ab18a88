# SPDX-License-Identifier: BSD-3-Clause
"""Whether compact clusters are apart: between any two that touch, rows must lie sparser than within both."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import neighbors

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NEIGHBORS = 8  # of each row: clusters touch where some are in the other one
_WIDTH = 0.25  # of a window, as a part of the way from one mean to the other
_BETWEEN = np.linspace(0.3, 0.7, 9)  # middles of windows where rows may lie sparse
_STEPS = 9  # windows that are looked at on either side of it
_LEAST = 5  # rows of a cluster that has borders


class Borders(NamedTuple):
    """What the borders of a clustering are like.

    valley : how much sparser rows lie between two clusters than within both, for the two that are the least apart; in
        standard deviations of such counts, inf where no two touch, and -inf where a cluster is too small to tell
    hollow : how much sparser rows lie around the mean of a cluster than around its rows, for the cluster where it is
        the most; the mean of a bent cluster lies outside of it
    """

    valley: float
    hollow: float


class Near(NamedTuple):
    """The nearest rows of each row, and how far the last of them is."""

    rows: NDArray[np.floating]
    indices: NDArray[np.intp]
    radius: NDArray[np.float64]


def find_near(rows: NDArray[np.floating]) -> Near:
    """Look for the rows around each row."""
    distances, indices = neighbors.kneighbors(rows, min(_NEIGHBORS, len(rows)))
    return Near(rows, indices, distances[:, -1])


def look_at_borders(near: Near, labels: NDArray[np.integer], enough: float = -np.inf) -> Borders:
    """Look at all borders. Once a valley is below `enough`, the others are not looked at."""
    X, k = near.rows, int(labels.max()) + 1
    members = [np.flatnonzero(labels == each) for each in range(k)]
    if min(map(len, members)) < _LEAST:
        return Borders(-np.inf, np.inf)
    one, other = np.repeat(labels, near.indices.shape[1]), labels[near.indices].ravel()
    touching = one != other
    pairs = np.unique(np.minimum(one, other)[touching].astype(np.int64) * k + np.maximum(one, other)[touching])
    lowest = np.inf
    for pair in pairs.tolist():
        lowest = min(lowest, _valley(X[members[pair // k]], X[members[pair % k]]))
        if lowest < enough:
            break
    return Borders(lowest, _hollow(near, members))


def _hollow(near: Near, members: list[NDArray[np.intp]]) -> float:
    means = np.array([near.rows[each].mean(axis=0) for each in members])
    around_mean = neighbors.kneighbors(near.rows, near.indices.shape[1], means)[0][:, -1]
    around_rows = np.array([np.median(near.radius[each]) for each in members])
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.nan_to_num(around_mean / around_rows, nan=1.0).max())


def _valley(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    """Rows on the line between the means: those in the sparsest window between them, against the densest on its sides.

    The line is that of one half of the rows, and the other half is counted: in many columns, rows seem to lie apart
    along a line that they have chosen themselves.
    """
    along = []
    for half in (0, 1):
        start, end = (each[half::2].mean(axis=0, dtype=np.float64) for each in (one, other))
        way = end - start
        length = float(way @ way)
        if not length > 0:
            return 0.0
        along += [(each[1 - half :: 2] - start) @ way / length for each in (one, other)]
    places = np.sort(np.concatenate(along))

    def count(middles: NDArray[np.float64]) -> NDArray[np.intp]:
        return np.searchsorted(places, middles + _WIDTH / 2) - np.searchsorted(places, middles - _WIDTH / 2)

    between = count(_BETWEEN)
    at = int(between.argmin())
    low, middle = int(between[at]), float(_BETWEEN[at])
    left = count(np.linspace(-0.3, middle - _WIDTH, _STEPS)).max()
    right = count(np.linspace(middle + _WIDTH, 1.3, _STEPS)).max()
    peak = int(min(left, right))
    return (peak - low) / float(np.sqrt(peak + low + 1))
