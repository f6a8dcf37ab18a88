# SPDX-License-Identifier: BSD-3-Clause
"""Sparse rows and centers (_kernels/sparse.pyx): what `_assignment`, `_sums` and `_gains` are for dense ones.

Rows are never made dense. The centers are dense, as means of sparse rows mostly are: memory beyond the rows is
O(n + k d).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import power_of_two
from .._runtime import parallel
from .._runtime.spaces import spaces
from .._runtime.strips import ceil_div, strip_size
from ..distances._kernels import sparse_rows
from ..distances._sparse import SparseRows
from ._data import Data, Tally, power_of_two_below
from ._kernels import sparse as kernels
from ._sparse_rows import arrays, divided_rows, per_row, squares_of_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STORED = 2.0  # nanoseconds that a stored number takes with up to 16 columns
_PAUSE = 5e7  # nanoseconds of one core after which Python is to have its turn
_TRUST = 8  # times as much may have left a cluster as it holds, before it is summed anew; see `sums.pyx`
_FEW = 2.0**20  # times as long as the longest row, and centers need no scale of their own


# ------------------------------------------------------------------------------------------- one assignment


class SparseAssignment:
    """Nearest centers of sparse rows, again and again; rows whose margin shows that their label stands are skipped."""

    def __init__(self, X: SparseRows, n_clusters: int, scale: float, n_threads: int) -> None:
        n, d = X.shape
        width = ceil_div(n_clusters, kernels.WIDTH) * kernels.WIDTH
        self.X, self.scale, self.n_threads = X, scale, n_threads
        self.sizes = squares_of_rows(X, n_threads)
        self.norms, self.squares = np.full(width, np.inf, dtype=np.float32), np.empty(n_clusters)
        self.centers = kernels.ByFeature(aligned_zeros(d, width, np.float32), self.norms, self.squares)
        self.packed: NDArray[np.float64] | None = None  # the centers that `centers` has as `move` left them
        self.rows = parallel.chunk(per_row(X, _STORED * width / kernels.WIDTH))
        self.slots = max(1, min(n_threads, ceil_div(n, self.rows)))
        self.space = spaces(self.slots, d + width)
        self.space.fill(0.0)
        self.features = parallel.chunk(2.0 * n_clusters, kernels.WIDTH)
        self.margins = np.full(n, -1.0, dtype=np.float32)
        self.loss = np.zeros(n_clusters, dtype=np.float32)  # what margins lost since the labels were written
        self.counts = np.empty((self.slots, 8), dtype=np.int64)  # 64 bytes a slot: threads share no cache line

    def __call__(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> Tally:
        """Write the labels; one of -1 is not known yet."""
        if self.packed is not centers:
            self._pack(centers)
        self.packed = None
        self.counts.fill(0)
        parallel.over(
            len(self.X),
            self.rows,
            self.n_threads,
            kernels.label_rows,
            *arrays(self.X),
            self.sizes,
            self.centers,
            self.loss,
            labels,
            self.margins,
            self.space,
            self.counts,
        )
        return Tally(*map(sum, zip(*self.counts[:, :4].tolist(), strict=True)))

    def nudge(self, distance: float) -> None:
        """The centers moved by no more than a distance, scaled, that `loss` does not know of."""
        self.loss[:] = (self.loss + 2.0 * distance) * (1.0 + 2.0**-20)  # the factor rounds up

    def move(self, sums: NDArray[np.float64], weights: NDArray[np.float64], centers: NDArray[np.float64]) -> float:
        """Centers become means, as `update.move_centers` moves them; returns the sum of squared movements."""
        goals = np.arange(len(centers))
        goals[weights == 0] = weights.argmax()
        moved, squares = self._strips(centers), self._strips(centers)
        self.centers.take(centers, self.scale)
        self._over_features(centers, kernels.move_centers, sums, weights, goals, centers, self.centers, moved, squares)
        self._finish(centers, squares, 1.0)
        self.packed = centers
        lengths = np.sqrt(moved.sum(axis=0)) * self.scale
        farthest = int(lengths.argmax())
        other = np.full(len(lengths), lengths[farthest])
        other[farthest] = np.delete(lengths, farthest).max(initial=0.0)
        # The own center may have gone away, and any other one come nearer. The factor rounds up.
        self.loss[:] = (lengths + other) * (1.0 + 2.0**-20)
        return float(moved.sum())

    def _pack(self, centers: NDArray[np.float64]) -> None:
        squares, scale = self._strips(centers), self.scale
        top = power_of_two.magnitude(centers) * math.sqrt(centers.shape[1])
        if top * scale > _FEW:
            scale = power_of_two_below(top)
        self.centers.take(centers, scale)
        self._over_features(centers, kernels.pack, self.centers, squares)
        self._finish(centers, squares, self.scale / scale)

    def _finish(self, centers: NDArray[np.float64], squares: NDArray[np.float64], unit: float) -> None:
        twins = np.arange(len(centers))
        self.centers.finish(squares, twins, unit)
        order = self.squares.argsort(kind="stable")
        ordered = self.squares[order]
        for i in np.flatnonzero(ordered[1:] == ordered[:-1]).tolist():
            if np.array_equal(centers[order[i]], centers[order[i + 1]]):
                twins[order[i + 1]] = twins[order[i]]

    def _strips(self, centers: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.empty((ceil_div(centers.shape[1], self.features), len(centers)))

    def _over_features(self, centers: NDArray[np.float64], kernel: parallel.Kernel, *arguments: object) -> None:
        n_threads = parallel.threads_for(2.0 * centers.size, self.n_threads)
        parallel.over(centers.shape[1], self.features, n_threads, kernel, *arguments)


class SparseSums:
    """Sums that follow the labels, as `RunningSums`, of sparse rows.

    Attributes
    ----------
    sums, weights : (k, d) and (k,), of weight * x and of the weights; exactly 0 where no row has weight
    """

    def __init__(self, data: Data, n_clusters: int) -> None:
        self.data, self.n_clusters = data, n_clusters
        self.sums = np.zeros((n_clusters, data.X.shape[1]))
        self.weights = np.zeros(n_clusters)
        self.before = np.full(len(data.X), -1, dtype=np.int32)
        self.mass = np.sqrt(squares_of_rows(data.sparse, data.n_threads))
        if len(data.weight):
            self.mass *= data.weight
        self.gone = np.zeros(n_clusters)  # mass of the rows that left since a cluster was last summed anew

    def follow(self, labels: NDArray[np.int32]) -> None:
        """Bring the sums from the labels of the last call to these."""
        data, k = self.data, self.n_clusters
        moving = np.flatnonzero(labels != self.before)
        if not len(moving):
            return
        joins, leaves = labels[moving], self.before[moving]
        leaving = moving[leaves >= 0]
        leaves = leaves[leaves >= 0]
        self.gone += np.bincount(leaves, self.mass[leaving], k)
        self.weights[:] = np.bincount(labels, data.weight if len(data.weight) else None, k)
        n_moves = np.bincount(joins, minlength=k) + np.bincount(leaves, minlength=k)
        is_anew = (n_moves >= np.bincount(labels, minlength=k)) & (n_moves > 0)
        is_anew |= self.gone > _TRUST * np.bincount(labels, self.mass, k)
        is_anew |= (self.weights == 0) & (n_moves > 0)
        self.gone[is_anew] = 0.0
        self.sums[is_anew] = 0.0
        # The rows that leave clusters, those that join, and all of clusters that are summed anew, by cluster.
        leaving, leaves = leaving[~is_anew[leaves]], leaves[~is_anew[leaves]]
        moving, joins = moving[~is_anew[joins]], joins[~is_anew[joins]]
        whole = np.flatnonzero(is_anew[labels])
        clusters = np.concatenate([leaves, joins, labels[whole]])
        order = clusters.astype(np.uint16 if k <= 1 << 16 else np.int32).argsort(kind="stable")  # 16 bits: a radix sort
        self._add(clusters[order], np.concatenate([~leaving, moving, whole])[order])
        self.before[:] = labels

    def _add(self, clusters: NDArray[np.int32], rows: NDArray[np.intp]) -> None:
        """Add rows, or take off those that are ~row, in this order; `clusters` are sorted."""
        data = self.data
        cost = per_row(data.sparse, 3.0)
        # One thread adds up a cluster, without a pause: not too many rows at once.
        size = max(1, int(_PAUSE / cost))
        for start in range(0, len(rows), size):
            some = slice(start, start + size)
            touched, first = np.unique(clusters[some], return_index=True)
            ends = np.append(first, len(rows[some]))
            n_threads = parallel.threads_for(len(rows[some]) * cost, data.n_threads)
            arguments = (*arrays(data.sparse), data.weight, rows[some], touched.astype(np.intp), ends, self.sums)
            parallel.over(len(touched), 1, n_threads, kernels.sum_clusters, *arguments)


# ------------------------------------------------------------------------------------------- given centers


def nearest_sparse(X: SparseRows, centers: NDArray[np.float64], n_threads: int) -> NDArray[np.int32]:
    """Label of the nearest center for each row."""
    labels = np.full(len(X), -1, dtype=np.int32)
    for which, exponent in _parts(X, centers):
        rows, over = divided_rows(_taken(X, which), exponent), power_of_two.divided(centers, exponent)
        scale = power_of_two_below(math.sqrt(float(squares_of_rows(rows, n_threads).max())))
        some = labels[which]
        SparseAssignment(rows, len(centers), scale, n_threads)(over, some)
        labels[which] = some
    return labels


def squares_to_own_sparse(
    X: SparseRows, centers: NDArray[np.float64], labels: NDArray[np.int32], n_threads: int
) -> NDArray[np.float64]:
    """Squared distance of each row to its own center."""
    out, d = np.empty(len(X)), X.shape[1]
    size = parallel.chunk(per_row(X, 2.0))
    dense = spaces(max(1, min(n_threads, ceil_div(len(X), size))), d)
    dense.fill(0.0)
    squares = _squares_of_centers(centers, n_threads)
    filled = np.array([np.count_nonzero(center != 0) for center in centers], dtype=np.int64)
    arguments = (*arrays(X), centers, squares, filled, labels, dense, out)
    parallel.over(len(X), size, n_threads, kernels.squares_to_own, *arguments)
    return out


def distances_sparse(X: SparseRows, centers: NDArray[np.float64], n_threads: int) -> NDArray[Any]:
    """Euclidean distances (n, k), of X's dtype; infinite where they are beyond it."""
    out = np.empty((len(X), len(centers)), dtype=X.dtype)
    for which, exponent in _parts(X, centers):
        rows, over = divided_rows(_taken(X, which), exponent), power_of_two.divided(centers, exponent)
        some = np.empty((len(rows), len(centers)), dtype=rows.dtype)
        d, k = X.shape[1], len(centers)
        columns = in_columns(over)
        width = columns.shape[1]
        size = parallel.chunk(per_row(rows, _STORED * width / 8) + 5.0 * k)
        space = spaces(max(1, min(n_threads, ceil_div(len(rows), size))), d + width)
        space.fill(0.0)
        arguments = (*arrays(rows), over, columns, _squares_of_centers(over, n_threads), space, some)
        parallel.over(len(rows), size, n_threads, kernels.distances_to_all, *arguments)
        out[which] = power_of_two.multiplied(some, exponent)
    return out


def in_columns(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Dense rows feature by feature, side by side, and zeros beyond them."""
    k, d = rows.shape
    columns = aligned_zeros(d, ceil_div(k, 8) * 8, np.float64)
    columns[:, :k] = rows.T
    return columns


def aligned_zeros(n: int, width: int, dtype: type[np.floating]) -> NDArray[Any]:
    """(n, width) zeros; each row begins a cache line, if its numbers fill whole ones."""
    size = np.dtype(dtype).itemsize
    numbers = np.zeros(n * width + 64 // size, dtype)
    first: int = -numbers.__array_interface__["data"][0] % 64 // size
    return numbers[first : first + n * width].reshape(n, width)


def _squares_of_centers(centers: NDArray[np.float64], n_threads: int) -> NDArray[np.float64]:
    """|c|², added up feature by feature."""
    k, d = centers.shape
    squares, starts = np.empty(k), np.arange(k + 1) * d
    n_threads = parallel.threads_for(1.0 * k * d, n_threads)
    parallel.over(k, 1, n_threads, sparse_rows.add_up, sparse_rows.EUCLIDEAN, starts, centers.ravel(), squares)
    return squares


def _parts(X: SparseRows, centers: NDArray[np.float64]) -> list[tuple[slice | NDArray[np.intp], int]]:
    """Which rows are compared with centers over which power of two; see `power_of_two.parts`."""
    exponent, top = power_of_two.exponent_for(centers), power_of_two.magnitude(centers)
    if exponent == 0 and power_of_two.times(power_of_two.magnitude(X.values), -exponent) < power_of_two.far_limit():
        return [(slice(None), 0)]
    longest = np.zeros((len(X), 1))
    np.maximum.at(longest[:, 0], np.repeat(np.arange(len(X)), np.diff(X.starts)), np.abs(X.values))
    return power_of_two.parts(longest, exponent, top)


def _taken(X: SparseRows, which: slice | NDArray[np.intp]) -> SparseRows:
    return X if isinstance(which, slice) else X.take(which)


# ------------------------------------------------------------------------------------------- seeding


class SparseTrials:
    """Rows compared with trial centers of k-means++; see `_gains`."""

    def __init__(self, data: Data) -> None:
        self.data = data
        n = len(data.X)
        self.sizes = squares_of_rows(data.sparse, data.n_threads)
        self.closest = np.full(n, np.inf)
        self.trials = np.empty(0, dtype=np.intp)  # the last ones, ...
        self.squares = np.empty((n, 0))  # ... and how far rows are from them
        self.place = np.zeros(data.X.shape[1], dtype=np.int32)
        self.strip = strip_size(n, 64, 200)

    def gains(self, trials: NDArray[np.intp]) -> NDArray[np.float64]:
        """By how much each of these rows, as a center, would lower the potential."""
        data, X, m = self.data, self.data.sparse, len(trials)
        if self.squares.shape[1] != m:
            self.squares = np.empty((len(X), m))
        self.trials = trials
        rows = X.take(trials)
        met = np.unique(rows.columns)
        self.place[met] = np.arange(1, len(met) + 1)
        columns = aligned_zeros(len(met) + 1, ceil_div(m, 8) * 8, np.float64)
        columns[self.place[rows.columns], np.repeat(np.arange(m), np.diff(rows.starts))] = rows.values
        n_strips = ceil_div(len(X), self.strip)
        out = np.empty((n_strips, m))
        space = spaces(max(1, min(data.n_threads, n_strips)), columns.shape[1])
        arguments = (self.sizes, data.weight, trials, self.place, columns, self.closest, space, self.squares, out)
        parallel.over(len(X), self.strip, data.n_threads, kernels.squares_to_trials, *arrays(X), *arguments)
        self.place[met] = 0
        total: NDArray[np.float64] = out.sum(axis=0)
        return total

    def add(self, row: int, bucket: NDArray[np.uint16], n_buckets: int) -> NDArray[np.float64]:
        """Take a row as a center. Returns by how much that changes the potential of each bucket."""
        if row not in self.trials:
            with np.errstate(invalid="ignore"):  # nothing is gained from infinite distances
                self.gains(np.array([row]))
        squares = self.squares[:, int((self.trials == row).argmax())]
        nearer = np.flatnonzero(squares < self.closest)
        before = self.closest[nearer]
        change = squares[nearer] - np.where(before < math.inf, before, 0.0)
        self.closest[nearer] = squares[nearer]
        if len(self.data.weight):
            change *= self.data.weight[nearer]
        return np.bincount(bucket[nearer], change, n_buckets).astype(np.float64)
