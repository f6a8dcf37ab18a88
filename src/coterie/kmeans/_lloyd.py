# SPDX-License-Identifier: BSD-3-Clause
"""The numbers of k-means: from data and starting centres (_seeding.py) to labels and centres.

    iterate   until nothing moves, two steps:
                assign  points to nearest centres     (_kernels/assign.pyx)
                update  centres to means of points    (_kernels/update.pyx)
              or both at once, for few features       (_kernels/cell_step.pyx on _kernels/cells.pyx)
    nearest, inertia, distances                       for predict, score and transform

Centres are float64 throughout and in the data's own coordinates; fast arithmetic happens on shifted and scaled copies
of 64 rows at a time, so that the memory beyond the input is O(n + k d).
"""

from __future__ import annotations

import math

import numpy as np

from .._base import power_of_two
from .._runtime import parallel, progress
from .._runtime.strips import ceil_div, strip_size
from ._data import NO_WEIGHT, TILE, Data, chunk_rows, power_of_two_below
from ._kernels import assign, cell_step, update


class _Packed:
    """The centres, shifted and scaled for the fast arithmetic, in float64 and (unless told otherwise) float32."""

    # Products below the smallest normal number lose digits, or all of them. What d of them could be off by is covered
    # by a larger floor: doubt is slack * (floor + |x|^2).

    def __init__(self, n_clusters: int, shift: np.ndarray, scale: float, also32: bool = True) -> None:
        d = len(shift)
        self.shift, self.scale = shift, scale
        self.packed, self.norms = np.empty((n_clusters, d)), np.empty(n_clusters)
        self.slack = assign.rounding_slack(d, 2.0**-53)
        self.packed32 = np.empty((n_clusters if also32 else 0, d), dtype=np.float32)
        self.norms32 = np.empty(len(self.packed32), dtype=np.float32)
        self.slack32 = assign.rounding_slack(d, 2.0**-24) if also32 else math.inf
        self.floor = (d + 12) * (2.0**-124 / self.slack32 if also32 else 2.0**-1020 / self.slack)

    def __call__(self, centers: np.ndarray) -> float:
        """Take over these centres; return the floor of their scores."""
        return self.floor + assign.pack_centers(
            centers, self.shift, self.scale, self.packed, self.norms, self.packed32, self.norms32
        )


class _Rows:
    """Nearest centres row by row, skipping rows whose margin shows that their label stands."""

    # float32 is half the work of float64, unless it leaves more than this share of the points in doubt.
    DOUBTFUL = 0.4

    def __init__(self, X: np.ndarray, n_clusters: int, shift: np.ndarray, scale: float, n_threads: int) -> None:
        self.X, self.n_threads = X, n_threads
        self.pack = _Packed(n_clusters, shift, scale)
        n, d = X.shape
        self.rows = chunk_rows(n_clusters * d + 16 * d + 32)
        self.n_chunks = ceil_div(n, self.rows)
        slots = max(1, min(n_threads, self.n_chunks))
        self.margins = np.empty(n, dtype=np.float32)
        self.loss = np.zeros(n_clusters, dtype=np.float32)  # what margins lost since the labels were written
        self.counts = np.empty((slots, 8), dtype=np.int64)  # 64 bytes a slot: threads share no cache line
        self.tiles = np.empty((slots, d * TILE))

    def assign(self, centers: np.ndarray, labels: np.ndarray) -> int:
        """Write the labels; return how many changed. A label of -1 is not known yet."""
        pack = self.pack
        self.counts.fill(0)
        floor = pack(centers)
        parallel.run(
            lambda region, slot: assign.assign_labels(
                self.X,
                centers,
                pack.shift,
                pack.scale,
                pack.packed,
                pack.norms,
                pack.packed32,
                pack.norms32,
                floor,
                pack.slack,
                pack.slack32,
                self.loss,
                self.rows,
                labels,
                self.margins,
                self.tiles,
                self.counts,
                region,
                slot,
            ),
            self.n_chunks,
            self.n_threads,
        )
        changed, seen, doubtful, self.n_exact = map(sum, zip(*self.counts[:, :4].tolist(), strict=True))
        if doubtful > self.DOUBTFUL * seen:
            pack.slack32 = math.inf
        return changed


class _RowStep(_Rows):
    """One iteration, row by row."""

    def __init__(self, data: Data, n_clusters: int) -> None:
        super().__init__(data.X, n_clusters, data.mean, data.scale, data.n_threads)
        self.data = data
        n, d = data.X.shape
        self.strip = strip_size(n, 8 * n_clusters, d)
        self.sums = np.empty((ceil_div(n, self.strip), n_clusters, d))
        self.weights = np.empty(self.sums.shape[:2])

    def __call__(self, centers: np.ndarray, labels: np.ndarray) -> int:
        """Write labels, fill sums and weights; return how many labels changed."""
        changed = self.assign(centers, labels)
        data = self.data
        parallel.run(
            lambda region, slot: update.sum_by_label(
                data.X, data.weight, data.mean, labels, self.strip, self.sums, self.weights, region, slot
            ),
            len(self.sums),
            data.n_threads,
        )
        return changed

    def pays(self) -> bool:
        return True


class _CellStep:
    """One iteration, cell by cell. All in float64: few pairs are looked at."""

    def __init__(self, data: Data, n_clusters: int) -> None:
        self.data = data
        self.pack = _Packed(n_clusters, data.mean, data.scale, also32=False)
        self.loss = np.empty(n_clusters, dtype=np.float32)  # no margins are kept
        n_cells, _, d = data.cells.boxes.shape
        self.strip = strip_size(n_cells, max(1, n_clusters // 8), 64 * d)
        self.sums = np.empty((ceil_div(n_cells, self.strip), n_clusters, d))
        self.weights = np.empty(self.sums.shape[:2])
        self.cell_labels = np.full(n_cells, -1, dtype=np.int32)
        stride = ceil_div(n_clusters, 8) * 8
        self.columns = np.full((d, stride), np.inf)
        self.names = np.arange(n_clusters, dtype=np.int32)
        slots = max(1, min(data.n_threads, len(self.sums)))
        self.work = np.empty((slots, (2 * d + 1) * stride + (d + 1) * TILE + 2 * n_clusters * (d + 1)))
        self.some_names = np.empty((slots, 2 * stride), dtype=np.int32)
        self.pairs = 0

    def __call__(self, centers: np.ndarray, labels: np.ndarray) -> int:
        """Write labels, fill sums and weights; return how many labels changed."""
        data, found = self.data, self.data.cells
        self.columns[:, : len(centers)] = centers.T
        counts = np.zeros((len(self.work), 8), dtype=np.int64)
        pack, floor = self.pack, self.pack(centers)
        parallel.run(
            lambda region, slot: cell_step.label_and_sum_cells(
                data.X,
                data.weight,
                found.starts,
                found.boxes,
                found.sums,
                centers,
                self.columns,
                self.names,
                pack.shift,
                pack.scale,
                pack.packed,
                pack.norms,
                floor,
                pack.slack,
                self.strip,
                labels,
                self.cell_labels,
                self.sums,
                self.weights,
                self.work,
                self.some_names,
                counts,
                region,
                slot,
            ),
            len(self.sums),
            data.n_threads,
        )
        changed, self.pairs = map(sum, zip(*counts[:, :2].tolist(), strict=True))
        return changed

    def pays(self) -> bool:
        """Do the boxes leave so few pairs of point and centre that rows with margins would not be faster?"""
        return 5 * self.pairs < self.data.X.shape[0] * len(self.names)


def _relocate_empty(data: Data, labels: np.ndarray, centers: np.ndarray, sums: np.ndarray, weights: np.ndarray) -> None:
    """Give each empty cluster one of the points farthest from their centres, as scikit-learn does."""
    empty = np.flatnonzero(weights == 0)
    distance = np.empty(len(labels))
    rows = chunk_rows(4 * data.X.shape[1])
    parallel.run(
        lambda region, slot: assign.squared_distances_to_own(data.X, centers, labels, rows, distance, region, slot),
        ceil_div(len(labels), rows),
        data.n_threads,
    )
    if distance.max() == 0:
        return  # fewer distinct points than clusters: nothing is far
    # Which of equally far points are taken depends on the order that argpartition sees: that of the caller.
    if data.cells:
        given = np.empty_like(distance)
        given[data.cells.order] = distance
        farthest = np.argpartition(given, -len(empty))[: -len(empty) - 1 : -1]
        farthest = [int(np.flatnonzero(data.cells.order == row)[0]) for row in farthest]
    else:
        farthest = np.argpartition(distance, -len(empty))[: -len(empty) - 1 : -1].tolist()
    for cluster, row in zip(empty.tolist(), farthest, strict=True):
        w = data.weight[row] if len(data.weight) else 1.0
        moved = w * (data.X[row] - data.mean)
        sums[labels[row]] -= moved
        weights[labels[row]] -= w
        sums[cluster] = moved
        weights[cluster] = w


def iterate(data: Data, centers: np.ndarray, max_iter: int, tol: float, verbose: bool = False):
    """Lloyd's iterations from `centers` (k, d).

    Stops when no label changes, when the squared movements of all centers add up to at most `tol`, in the units of
    `data.variance`, or after `max_iter` iterations. Returns labels (int32), inertia (of `data.X` and its weights; times
    2**data.inertia_exponent it is the caller's), centers (of X's dtype), the number of iterations, and whether labels
    stopped changing. The labels are those of the centers returned, rounded to X's dtype.
    """
    k = len(centers)
    centers = data.divided(centers)
    if data.worth_cells(k):
        data = data.sorted
    X = data.X
    centers = np.array(centers, dtype=np.float64, order="C")
    labels = np.full(len(X), -1, dtype=np.int32)
    step = _CellStep(data, k) if data.cells else _RowStep(data, k)
    moved = np.empty(k)
    stable = False
    n_iter = 0
    while n_iter < max_iter:
        progress.report("k-means", n_iter, max_iter)
        changed = step(centers, labels)
        if verbose:
            inertia = _inertia(X, data.weight, centers, labels, data.n_threads)
            print(f"Iteration {n_iter}, inertia {power_of_two.times(inertia, data.inertia_exponent)}.")
        if update.add_strips(step.sums, step.weights):
            _relocate_empty(data, labels, centers, step.sums[0], step.weights[0])
        movement = update.move_centers(step.sums[0], step.weights[0], data.mean, data.scale, centers, moved, step.loss)
        n_iter += 1
        if changed == 0:
            # Centres move even so if one went to a far point, or if sums were rounded in another kind of step.
            stable = movement == 0
            if verbose:
                print(f"Converged at iteration {n_iter - 1}: strict convergence.")
            break
        if movement <= tol:
            if verbose:
                movement, tol = (power_of_two.times(each, 2 * data.exponent) for each in (movement, tol))
                print(f"Converged at iteration {n_iter - 1}: center shift {movement} within tolerance {tol}.")
            break
        if not step.pays():
            step = _RowStep(data, k)
            step.margins.fill(-1.0)
    progress.report("k-means", n_iter, n_iter)
    rounded = centers.astype(X.dtype)
    if not stable or X.dtype != np.float64:
        centers = rounded.astype(np.float64)
        if X.dtype != np.float64 and isinstance(step, _RowStep):
            step.margins.fill(-1.0)  # rounding moved the centres a little more
        step(centers, labels)
    inertia = _inertia(X, data.weight, centers, labels, data.n_threads)
    rounded = power_of_two.multiplied(rounded, data.exponent)
    return data.unsort(labels) if data.cells else labels, inertia, rounded, n_iter, stable


# -------------------------------------------------------------------------------------------------- given centres


def _inertia(X: np.ndarray, weight: np.ndarray, centers: np.ndarray, labels: np.ndarray, n_threads: int) -> float:
    """Weighted sum of squared distances of the points to their centres."""
    rows = chunk_rows(4 * X.shape[1])
    sums = np.empty(ceil_div(len(X), rows))
    parallel.run(
        lambda region, slot: assign.inertia_by_chunk(X, weight, centers, labels, rows, sums, region, slot),
        len(sums),
        n_threads,
    )
    return float(sums.sum())


# Centers so far apart that neither squares of what they are from each other nor of what they are from 0 are in danger.
_APART_AT_LEAST, _APART_AT_MOST = 2.0**-100, 2.0**390
_LEAST_INERTIA = 2.0**-900  # whose terms may have vanished


def _around(centers: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """The centers as float64, a point in their middle, and how far from there their largest coordinate is."""
    centers = np.ascontiguousarray(centers, dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        shift = centers.mean(axis=0)
        return centers, shift, float(np.abs(centers - shift).max())


def _size(centers: np.ndarray) -> tuple[int, float]:
    """The exponent of the power of two that suits the centers, and their largest absolute value."""
    return power_of_two.exponent_for(centers), power_of_two.magnitude(centers)


def nearest(X: np.ndarray, centers: np.ndarray, n_threads: int) -> np.ndarray:
    """Label of the nearest center for each row of X."""
    labels = np.full(len(X), -1, dtype=np.int32)
    around = _around(centers)
    if _APART_AT_LEAST < around[2] < _APART_AT_MOST and not _assign(X, *around, n_threads, labels):
        return labels
    for which, exponent in power_of_two.parts(X, *_size(centers)):
        part = np.full(len(X[which]), -1, dtype=np.int32)
        _assign(
            power_of_two.divided(X[which], exponent), *_around(power_of_two.divided(centers, exponent)), n_threads, part
        )
        labels[which] = part
    return labels


def _assign(
    X: np.ndarray, centers: np.ndarray, shift: np.ndarray, apart: float, n_threads: int, labels: np.ndarray
) -> int:
    """Write the labels; return how many were not told by fast arithmetic, as those of rows whose squares overflow."""
    rows = _Rows(X, len(centers), shift, power_of_two_below(apart), n_threads)
    rows.assign(centers, labels)
    return rows.n_exact


def inertia(X: np.ndarray, weight: np.ndarray | None, centers: np.ndarray, labels: np.ndarray, n_threads: int) -> float:
    """Weighted sum of squared distances of the points to their centers; 0 or infinite where that is beyond float64."""
    centers = np.ascontiguousarray(centers, dtype=np.float64)
    total = _inertia(X, NO_WEIGHT if weight is None else weight, centers, labels, n_threads)
    if _LEAST_INERTIA < total < math.inf:
        return total
    exponent = power_of_two.exponent_for(X, centers)
    weight, more = power_of_two.balanced(weight)
    X, centers = (power_of_two.divided(each, exponent) for each in (X, centers))
    total = _inertia(X, NO_WEIGHT if weight is None else weight, centers, labels, n_threads)
    return power_of_two.times(total, 2 * exponent + more)


def distances(X: np.ndarray, centers: np.ndarray, n_threads: int) -> np.ndarray:
    """Euclidean distances (n, k), of X's dtype; infinite where they are beyond it."""
    out = np.empty((len(X), len(centers)), dtype=X.dtype)
    for which, exponent in power_of_two.parts(X, *_size(centers)):
        if exponent == 0 and isinstance(which, slice):
            _write_distances(X, centers, n_threads, out)
        else:
            part = np.empty((len(X[which]), len(centers)))
            _write_distances(
                power_of_two.divided(X[which], exponent).astype(np.float64, copy=False),
                power_of_two.divided(centers, exponent),
                n_threads,
                part,
            )
            out[which] = power_of_two.multiplied(part, exponent)
    return out


def _write_distances(X: np.ndarray, centers: np.ndarray, n_threads: int, out: np.ndarray) -> None:
    centers = np.ascontiguousarray(centers, dtype=np.float64)
    k, d = centers.shape
    origin = np.zeros(d)  # a point in the middle of centers that lie far apart would round small differences away
    rows = chunk_rows(2 * k * d + 16 * d + 32)
    n_chunks = ceil_div(len(X), rows)
    tiles = np.empty((max(1, min(n_threads, n_chunks)), (d + k) * TILE))
    parallel.run(
        lambda region, slot: assign.distances_to_all(X, origin, 1.0, centers, rows, tiles, out, region, slot),
        n_chunks,
        n_threads,
    )
