# SPDX-License-Identifier: BSD-3-Clause
"""Manhattan distances of rows and centers: which is nearest, how far all are, their sum (_kernels/manhattan.pyx)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import power_of_two
from .._base.blocks import blocks
from .._runtime import parallel
from .._runtime.strips import ceil_div
from .._runtime.thresholds import thresholds
from ..distances import as_metric, cdist
from ._assignment import Assignment
from ._data import NO_WEIGHT, TILE, power_of_two_below
from ._kernels import manhattan

if TYPE_CHECKING:
    from numpy.typing import NDArray

MANHATTAN = as_metric("manhattan")

_LEAST_SUM = 2.0**-900  # whose terms may have vanished
_GRID_BITS = 24  # of the numbers that float32 has


class Grid(NamedTuple):
    """Rows whose numbers are few multiples of a power of two: float32 represents and adds them without rounding."""

    unit: float
    mean: NDArray[np.float64]  # (d,)
    reach: NDArray[np.float64]  # (d,), how far values are from the mean, at most

    def has(self, points: NDArray[np.float64]) -> bool:
        """Whether points lie on the grid, no farther out than the rows."""
        if not (np.abs(points - self.mean) <= self.reach + self.unit).all():
            return False
        units = points / self.unit
        return bool((units == np.rint(units)).all())


def unit_of_grid(reach: NDArray[np.float64]) -> float:
    """The unit of a `Grid` of rows that reach so far from their means; 0 where float32 has to round in any case."""
    d, total = len(reach), float(reach.sum())
    if not 0 < total < math.inf or 24 * d > 1 << _GRID_BITS:
        return 0.0
    # A score is, in halves of a unit, at most 3 times the sum of all distances from the shift, which may be 1.5 units
    # longer than the reach. All of that is at most 2**24.
    return math.ldexp(1.0, math.frexp(4 * total)[1] - _GRID_BITS)


class ManhattanAssignment(Assignment):
    """The center of least Manhattan distance for each row, again and again.

    grid : of the rows, if they are on one; the shift is then as well
    """

    kernel = staticmethod(manhattan.assign_rows)

    def __init__(
        self,
        X: NDArray[Any],
        n_clusters: int,
        shift: NDArray[np.float64],
        scale: float,
        n_threads: int,
        grid: Grid | None = None,
    ) -> None:
        super().__init__(X, n_clusters, shift, scale, n_threads)
        self.grid = grid

    def _space_for(self, n_clusters: int, shift: NDArray[np.float64], scale: float) -> Any:
        d = len(shift)
        return manhattan.ManhattanCenters(
            shift,
            scale,
            np.empty((n_clusters, d), dtype=np.float32),
            np.empty(n_clusters, dtype=np.float32),
            np.zeros(max(n_clusters, d)),
        )

    def _pack(self, centers: NDArray[np.float64]) -> None:
        self.centers.pack(centers, self.grid is not None and self.grid.has(centers))


def nearest(X: NDArray[Any], centers: NDArray[Any], n_threads: int) -> NDArray[np.int32]:
    """Label of the center of least Manhattan distance for each row of X, the lowest one on a tie."""
    labels = np.full(len(X), -1, dtype=np.int32)
    top = power_of_two.magnitude(centers)
    for which, exponent in power_of_two.parts(X, power_of_two.exponent_of(top, 1.0), top, power=1.0):
        rows = np.ascontiguousarray(power_of_two.divided(X[which], exponent))
        points = np.ascontiguousarray(power_of_two.divided(centers, exponent), dtype=np.float64)
        some = np.full(len(rows), -1, dtype=np.int32)
        shift = points.mean(axis=0).astype(rows.dtype).astype(np.float64)
        scale = power_of_two_below(2 * max(power_of_two.magnitude(rows), power_of_two.magnitude(points)))
        ManhattanAssignment(rows, len(points), shift, scale, n_threads)(points, some)
        labels[which] = some
    return labels


def distances(X: NDArray[Any], centers: NDArray[Any], n_threads: int) -> NDArray[Any]:
    """Manhattan distances (n, k), of X's dtype; infinite where they are beyond it."""
    out = np.empty((len(X), len(centers)), dtype=X.dtype)
    for rows in blocks(len(X), len(centers) + X.shape[1]):
        with np.errstate(over="ignore"):
            out[rows] = cdist(X[rows], centers, MANHATTAN, n_jobs=n_threads)
    return out


def distances_to_own(
    X: NDArray[Any], centers: NDArray[np.float64], labels: NDArray[np.int32], n_threads: int
) -> NDArray[np.float64]:
    """Manhattan distance of each row to its own center; infinite where it is beyond float64."""
    out = np.empty(len(X))
    size = parallel.chunk(1.0 * X.shape[1])
    parallel.over(len(X), size, n_threads, manhattan.distances_to_own, X, centers, labels, out)
    return out


def objective(
    X: NDArray[Any],
    weight: NDArray[np.float64] | None,
    centers: NDArray[Any],
    labels: NDArray[np.int32],
    n_threads: int,
) -> float:
    """Weighted sum of Manhattan distances of the rows to their centers; 0 or infinite where that is beyond float64."""
    centers = np.ascontiguousarray(centers, dtype=np.float64)
    total = sum_of_distances(X, NO_WEIGHT if weight is None else weight, centers, labels, n_threads)
    if _LEAST_SUM < total < math.inf:
        return total
    exponent = power_of_two.exponent_for(X, centers, power=1.0)
    weight, more = power_of_two.balanced(weight)
    X, centers = (power_of_two.divided(each, exponent) for each in (X, centers))
    total = sum_of_distances(X, NO_WEIGHT if weight is None else weight, centers, labels, n_threads)
    return power_of_two.times(total, exponent + more)


def sum_of_distances(
    X: NDArray[Any],
    weight: NDArray[np.float64],
    centers: NDArray[np.float64],
    labels: NDArray[np.int32],
    n_threads: int,
) -> float:
    """The objective where nothing overflows or vanishes; `weight` may be `NO_WEIGHT`."""
    n, d = X.shape
    rows = max(1, thresholds.inertia_numbers // (d * TILE)) * TILE
    sums = np.empty(ceil_div(n, rows))
    parallel.over(n, rows, n_threads, manhattan.objective_by_strip, X, weight, centers, labels, sums)
    return float(sums.sum())
