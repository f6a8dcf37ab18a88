# SPDX-License-Identifier: BSD-3-Clause
"""Rows and given centers: which one is nearest, how far all are, inertia (_kernels/assign.pyx).

Rows are dense, or `SparseRows` (`_sparse`). The centers are float64 and in the data's own coordinates; fast arithmetic
happens on shifted and scaled copies of a tile of rows at a time, so that the memory beyond the input is O(n + k d).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import power_of_two
from .._runtime import parallel
from .._runtime.spaces import spaces
from .._runtime.strips import ceil_div
from .._runtime.thresholds import thresholds
from ..distances._sparse import SparseRows
from . import _wide
from ._data import NO_WEIGHT, OPERATIONS, TILE, Tally
from ._kernels import assign, jobs
from ._kernels.centers import Centers
from ._sparse import distances_sparse, nearest_sparse, squares_to_own_sparse
from ._sparse_rows import divided_rows, numbers_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAST_INERTIA = 2.0**-900  # whose terms may have vanished


# ------------------------------------------------------------------------------------------- one assignment


def space_for(n_clusters: int, shift: NDArray[np.float64], scale: float, single: bool = True) -> Centers:
    """Space for centers, shifted and scaled, in float64 and also in float32."""
    d, n_single = len(shift), n_clusters if single else 0
    return Centers(
        shift,
        scale,
        np.empty((n_clusters, d)),
        np.empty(n_clusters),
        np.empty((n_single, d), dtype=np.float32),
        np.empty(n_single, dtype=np.float32),
    )


class Assignment:
    """Nearest centers row by row, again and again; rows whose margin shows that their label stands are skipped."""

    kernel: parallel.Kernel = staticmethod(assign.assign_labels)

    def __init__(
        self, X: NDArray[Any], n_clusters: int, shift: NDArray[np.float64], scale: float, n_threads: int
    ) -> None:
        self.X, self.n_threads = X, n_threads
        self.centers: Any = self._space_for(n_clusters, shift, scale)
        n, d = X.shape
        self.rows = parallel.chunk((n_clusters * d + 16 * d + 32) / OPERATIONS, TILE)
        slots = max(1, min(n_threads, ceil_div(n, self.rows)))
        self.margins = np.full(n, -1.0, dtype=np.float32)
        self.loss = np.zeros(n_clusters, dtype=np.float32)  # what margins lost since the labels were written
        self.counts = np.empty((slots, 8), dtype=np.int64)  # 64 bytes a slot: threads share no cache line
        self.tiles = spaces(slots, d * TILE)

    def __call__(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> Tally:
        """Write the labels; one of -1 is not known yet."""
        self.counts.fill(0)
        self._pack(centers)
        parallel.over(
            len(self.X),
            self.rows,
            self.n_threads,
            self.kernel,
            self.X,
            self.centers,
            self.loss,
            labels,
            self.margins,
            self.tiles,
            self.counts,
        )
        tally = Tally(*map(sum, zip(*self.counts[:, :4].tolist(), strict=True)))
        if tally.doubtful > thresholds.doubtful * tally.seen:
            self.centers.single = False  # float32 is half the work, but is of no use here
        return tally

    def nudge(self, distance: float) -> None:
        """The centers moved by no more than a distance, scaled, that `loss` does not know of."""
        self.loss[:] = (self.loss + 2.0 * distance) * (1.0 + 2.0**-20)  # the factor rounds up

    def _space_for(self, n_clusters: int, shift: NDArray[np.float64], scale: float) -> Any:
        return space_for(n_clusters, shift, scale)

    def _pack(self, centers: NDArray[np.float64]) -> None:
        self.centers.pack(centers)


# ------------------------------------------------------------------------------------------- given centers


def nearest(X: Any, centers: NDArray[Any], n_threads: int) -> NDArray[np.int32]:
    """Label of the nearest center for each row of X."""
    if len(centers) == 1:
        return np.zeros(len(X), dtype=np.int32)
    centers = np.ascontiguousarray(centers, dtype=np.float64)
    if isinstance(X, SparseRows):
        return nearest_sparse(X, centers, n_threads)
    if _wide.pays_for(X, len(centers)) and power_of_two.exponent_for(X, centers) == 0:
        return _wide.nearest_wide(X, centers, n_threads)
    labels = np.empty(len(X), dtype=np.int32)
    job = jobs.Nearest(X, centers, labels, n_threads)
    n_places = job.n_places
    parallel.over(n_places, 1, n_places, jobs.work_on, job)
    return labels


def squares_to_own(
    X: Any, centers: NDArray[np.float64], labels: NDArray[np.int32], n_threads: int
) -> NDArray[np.float64]:
    """Squared distance of each row to its own center."""
    if isinstance(X, SparseRows):
        return squares_to_own_sparse(X, centers, labels, n_threads)
    squares = np.empty(len(X))
    size = parallel.chunk(0.5 * X.shape[1])
    parallel.over(len(X), size, n_threads, assign.squared_distances_to_own, X, centers, labels, squares)
    return squares


def inertia(
    X: Any, weight: NDArray[np.float64] | None, centers: NDArray[Any], labels: NDArray[np.int32], n_threads: int
) -> float:
    """Weighted sum of squared distances of the points to their centers; 0 or infinite where that is beyond float64."""
    centers = np.ascontiguousarray(centers, dtype=np.float64)
    total = sum_of_squares(X, NO_WEIGHT if weight is None else weight, centers, labels, n_threads)
    if _LEAST_INERTIA < total < math.inf:
        return total
    exponent = power_of_two.exponent_for(numbers_of(X), centers)
    weight, more = power_of_two.balanced(weight)
    X = divided_rows(X, exponent)
    centers = power_of_two.divided(centers, exponent)
    total = sum_of_squares(X, NO_WEIGHT if weight is None else weight, centers, labels, n_threads)
    return power_of_two.times(total, 2 * exponent + more)


def sum_of_squares(
    X: Any, weight: NDArray[np.float64], centers: NDArray[np.float64], labels: NDArray[np.int32], n_threads: int
) -> float:
    """The inertia where no square overflows or vanishes; `weight` may be `NO_WEIGHT`."""
    if isinstance(X, SparseRows):
        squares = squares_to_own_sparse(X, centers, labels, n_threads)
        return float(np.add.reduce(squares * weight if len(weight) else squares))
    n, d = X.shape
    rows = max(1, thresholds.inertia_numbers // (d * TILE)) * TILE
    sums = np.empty(ceil_div(n, rows))
    parallel.over(n, rows, n_threads, assign.inertia_by_strip, X, weight, centers, labels, sums)
    return float(sums.sum())


def distances(X: Any, centers: NDArray[Any], n_threads: int) -> NDArray[Any]:
    """Euclidean distances (n, k), of X's dtype; infinite where they are beyond it."""
    if isinstance(X, SparseRows):
        return distances_sparse(X, np.ascontiguousarray(centers, dtype=np.float64), n_threads)
    out = np.empty((len(X), len(centers)), dtype=X.dtype)
    for which, exponent in power_of_two.parts(X, power_of_two.exponent_for(centers), power_of_two.magnitude(centers)):
        if exponent == 0 and isinstance(which, slice):
            _write_distances(X, centers, n_threads, out)
        else:
            some = np.empty((len(X[which]), len(centers)))
            rows = power_of_two.divided(X[which], exponent).astype(np.float64, copy=False)
            _write_distances(rows, power_of_two.divided(centers, exponent), n_threads, some)
            out[which] = power_of_two.multiplied(some, exponent)
    return out


def _write_distances(X: NDArray[Any], centers: NDArray[Any], n_threads: int, out: NDArray[Any]) -> None:
    centers = np.ascontiguousarray(centers, dtype=np.float64)
    k, d = centers.shape
    if d >= thresholds.wide_features:
        _wide.write_distances(X, centers, n_threads, out)
        return
    origin = np.zeros(d)  # a point in the middle of centers that lie far apart would round small differences away
    rows = parallel.chunk((2 * k * d + 16 * d + 32) / OPERATIONS, TILE)
    tiles = spaces(max(1, min(n_threads, ceil_div(len(X), rows))), (d + k) * TILE)
    parallel.over(len(X), rows, n_threads, assign.distances_to_all, X, origin, 1.0, centers, tiles, out)
