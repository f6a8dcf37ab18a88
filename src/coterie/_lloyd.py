# SPDX-License-Identifier: BSD-3-Clause
"""The numbers of k-means: from data and starting centres to labels and centres.

    Data      what a fit needs to know of X before it starts
    seed      greedy k-means++                           (_kernels/kmeans_init.pyx)
    iterate   assign, update, until nothing moves        (_kernels/kmeans_assign.pyx, kmeans_update.pyx)
    nearest, distances                                   for predict, score and transform

Centres are float64 throughout and in the data's own coordinates; fast arithmetic happens on shifted and scaled copies
of a few rows at a time, so that the memory beyond the input is O(n + k d).
"""
from __future__ import annotations

import math

import numpy as np

from . import _parallel
from ._kernels import columns, kmeans_assign, kmeans_update

_NO_WEIGHT = np.empty(0)

# Sums are kept apart in so many strips of rows at most: enough to share among threads, few enough to add up fast.
_MAX_STRIPS = 32

# Operations of a chunk, about 0.1 ms: waking a thread costs a third of that.
_CHUNK = 1 << 22


def _strips(n_samples: int, n_clusters: int, row_cost: int) -> tuple[int, int]:
    """Rows of a strip, and how many strips. Depends on the problem alone."""
    strips = min(_MAX_STRIPS, n_samples // (8 * n_clusters), n_samples * row_cost // (_CHUNK // 64))
    rows = -(-n_samples // max(1, strips))
    return rows, -(-n_samples // rows)


def _chunk_rows(row_cost: int) -> int:
    """Rows of a chunk where each row costs so many operations: whole tiles, at least one."""
    tile = kmeans_assign.TILE_ROWS
    return max(1, _CHUNK // row_cost // tile) * tile


def _n_chunks(n_samples: int, rows: int) -> int:
    return -(-n_samples // rows)


class Data:
    """The data of a fit, and what is computed from them once.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_features), C-contiguous, float32 or float64; never written to
    weight : ndarray of shape (n_samples,), float64; of shape (0,) where all weights are 1
    mean, variance : ndarray of shape (n_features,), float64, without regard to the weights
    scale : float, a power of two: |x - mean| * scale <= 1
    """

    def __init__(self, X: np.ndarray, sample_weight: np.ndarray | None, n_threads: int) -> None:
        self.X = X
        self.weight = _NO_WEIGHT if sample_weight is None else sample_weight
        self.n_threads = n_threads
        n, d = X.shape
        rows, strips = _strips(n, 1, d)
        first, second, largest = np.empty((3, strips, d))

        def deviations(center: np.ndarray) -> None:
            _parallel.run(
                lambda region, slot: columns.deviation_strips(X, center, rows, first, second, largest, region, slot),
                strips, n_threads)

        # Deviations from a point of the data are small even when all values are large; then once more from the mean.
        near = X[0].astype(np.float64)
        deviations(near)
        self.mean = near + first.sum(axis=0) / n
        deviations(self.mean)
        self.variance = second.sum(axis=0) / n
        self.scale = _power_of_two_below(largest.max())


def _power_of_two_below(largest: float) -> float:
    """The power of two that brings numbers up to `largest` down to at most 1."""
    exponent = math.frexp(largest)[1] if 0 < largest < math.inf else 0
    return math.ldexp(1.0, -max(-1000, min(1000, exponent)))


class _Assigner:
    """Step 1 of every iteration: nearest centres, in the fastest arithmetic that decides nearly all points."""

    # Beyond this share of points that need a look at true distances, float64 arithmetic is cheaper than float32.
    DOUBTFUL = 0.04

    def __init__(self, X: np.ndarray, n_clusters: int, shift: np.ndarray, scale: float, n_threads: int) -> None:
        self.X, self.shift, self.scale, self.n_threads = X, shift, scale, n_threads
        self.n_clusters = n_clusters
        n, d = X.shape
        self.rows = _chunk_rows(n_clusters * d + 16 * d + 32)
        self.n_chunks = _n_chunks(n, self.rows)
        self.slots = max(1, min(n_threads, self.n_chunks))
        self.counts = np.zeros((self.slots, 8), dtype=np.int64)  # 64 bytes a slot: threads share no cache line
        self.margins = np.empty(n, dtype=np.float32)
        self.loss = np.zeros(n_clusters, dtype=np.float32)
        self._use(np.float32)

    def _use(self, dtype: type) -> None:
        d = self.X.shape[1]
        self.packed = np.empty((self.n_clusters, d), dtype=dtype)
        self.norms = np.empty(self.n_clusters, dtype=dtype)
        self.tiles = np.empty((self.slots, d * kmeans_assign.TILE_ROWS), dtype=dtype)
        self.slack = kmeans_assign.rounding_slack(d, np.finfo(dtype).eps / 2)

    def __call__(self, centers: np.ndarray, labels: np.ndarray) -> int:
        """Write the labels; return how many changed. Labels of -1 are yet unknown; `loss` says what moved since."""
        largest = kmeans_assign.pack_centers(centers, self.shift, self.scale, self.packed, self.norms)
        self.counts[:] = 0

        def task(region, slot):
            kmeans_assign.assign_labels(
                self.X, centers, self.shift, self.scale, self.packed, self.norms, self.slack, 2.0 * largest,
                self.loss, self.rows, labels, self.margins, self.tiles, self.counts, region, slot)

        _parallel.run(task, self.n_chunks, self.n_threads)
        changed, seen, doubtful = self.counts[:, :3].sum(axis=0).tolist()
        if doubtful > self.DOUBTFUL * seen and self.packed.dtype == np.float32:
            self._use(np.float64)
        return changed


class _Updater:
    """Step 2 of every iteration: centres become the means of their points."""

    def __init__(self, data: Data, n_clusters: int) -> None:
        self.data = data
        n, d = data.X.shape
        self.rows, strips = _strips(n, n_clusters, d)
        self.sums = np.empty((strips, n_clusters, d))
        self.weights = np.empty((strips, n_clusters))
        self.moved = np.empty(n_clusters)

    def __call__(self, labels: np.ndarray, centers: np.ndarray, loss: np.ndarray) -> float:
        """Move `centers` in place; return the sum of their squared movements, and write what margins lose by them."""
        data, sums, weights = self.data, self.sums, self.weights

        def task(region, slot):
            kmeans_update.sum_by_label(
                data.X, data.weight, data.mean, labels, self.rows, sums, weights, region, slot)

        _parallel.run(task, len(sums), data.n_threads)
        if kmeans_update.add_strips(sums, weights):
            self._relocate_empty(labels, centers)
        return kmeans_update.move_centers(
            sums[0], weights[0], data.mean, data.scale, centers, self.moved, loss)

    def _relocate_empty(self, labels: np.ndarray, centers: np.ndarray) -> None:
        """Give each empty cluster one of the points farthest from their centres, as scikit-learn does."""
        data, sums, weights = self.data, self.sums[0], self.weights[0]
        empty = np.flatnonzero(weights == 0)
        distance = np.empty(len(labels))
        rows = _chunk_rows(4 * data.X.shape[1])
        _parallel.run(
            lambda region, slot: kmeans_assign.squared_distances_to_own(
                data.X, centers, labels, rows, distance, region, slot),
            _n_chunks(len(labels), rows), data.n_threads)
        if distance.max() == 0:
            return  # fewer distinct points than clusters: nothing is far
        farthest = np.argpartition(distance, -len(empty))[: -len(empty) - 1 : -1]
        for cluster, row in zip(empty, farthest, strict=True):
            w = data.weight[row] if len(data.weight) else 1.0
            moved = w * (data.X[row] - data.mean)
            sums[labels[row]] -= moved
            weights[labels[row]] -= w
            sums[cluster] = moved
            weights[cluster] = w


def iterate(data: Data, centers: np.ndarray, max_iter: int, tol: float, verbose: bool = False):
    """Lloyd's iterations from `centers` (k, d).

    Stops when no label changes, when the squared movements of all centres add up to at most `tol`, or after
    `max_iter` iterations. Returns labels (int32), inertia, centers (of X's dtype), the number of iterations, and
    whether labels stopped changing. The labels are those of the centres returned, rounded to X's dtype.
    """
    X = data.X
    centers = np.array(centers, dtype=np.float64, order="C")
    labels = np.full(len(X), -1, dtype=np.int32)
    assign = _Assigner(X, len(centers), data.mean, data.scale, data.n_threads)
    update = _Updater(data, len(centers))
    stable = False
    n_iter = 0
    while n_iter < max_iter:
        _parallel.report("k-means", n_iter, max_iter)
        changed = assign(centers, labels)
        if verbose:
            print(f"Iteration {n_iter}, inertia {_inertia(X, data.weight, centers, labels, data.n_threads)}.")
        movement = update(labels, centers, assign.loss)
        n_iter += 1
        if changed == 0:
            stable = True
            if verbose:
                print(f"Converged at iteration {n_iter - 1}: strict convergence.")
            break
        if movement <= tol:
            if verbose:
                print(f"Converged at iteration {n_iter - 1}: center shift {movement} within tolerance {tol}.")
            break
    _parallel.report("k-means", n_iter, n_iter)
    rounded = centers.astype(X.dtype)
    if not stable or X.dtype != np.float64:
        centers = rounded.astype(np.float64)
        if X.dtype != np.float64:
            assign.margins.fill(-1.0)  # rounding moved the centres a little more
        assign(centers, labels)
    return labels, _inertia(X, data.weight, centers, labels, data.n_threads), rounded, n_iter, stable


def _inertia(X: np.ndarray, weight: np.ndarray, centers: np.ndarray, labels: np.ndarray, n_threads: int) -> float:
    """Weighted sum of squared distances of the points to their centres."""
    rows = _chunk_rows(4 * X.shape[1])
    sums = np.empty(_n_chunks(len(X), rows))
    _parallel.run(
        lambda region, slot: kmeans_assign.inertia_by_chunk(X, weight, centers, labels, rows, sums, region, slot),
        len(sums), n_threads)
    return math.fsum(sums) if np.isfinite(sums).all() else float(sums.sum())


def nearest(X: np.ndarray, centers: np.ndarray, n_threads: int, sample_weight: np.ndarray | None = None,
            with_inertia: bool = False) -> tuple[np.ndarray, float]:
    """Label of the nearest centre for each row of X, and (only if asked) the inertia."""
    centers = np.ascontiguousarray(centers, dtype=np.float64)
    shift = centers.mean(axis=0)
    labels = np.full(len(X), -1, dtype=np.int32)
    _Assigner(X, len(centers), shift, _power_of_two_below(np.abs(centers - shift).max()), n_threads)(centers, labels)
    weight = _NO_WEIGHT if sample_weight is None else sample_weight
    return labels, _inertia(X, weight, centers, labels, n_threads) if with_inertia else math.nan


def distances(X: np.ndarray, centers: np.ndarray, n_threads: int) -> np.ndarray:
    """Euclidean distances (n, k), of X's dtype."""
    centers = np.ascontiguousarray(centers, dtype=np.float64)
    out = np.empty((len(X), len(centers)), dtype=X.dtype)
    rows = _chunk_rows(8 * centers.size)
    _parallel.run(
        lambda region, slot: kmeans_assign.distances_to_all(X, centers, rows, out, region, slot),
        _n_chunks(len(X), rows), n_threads)
    return out


def seed(data, n_clusters, random_state, n_local_trials=None):
    X = data.X
    w = data.weight if len(data.weight) else np.ones(len(X))
    trials = n_local_trials or 2 + int(np.log(n_clusters))

    def _d2(X, C):
        return distances(X, C, data.n_threads).astype(np.float64) ** 2
    idx = [random_state.choice(len(X), p=w / w.sum())]
    closest = _d2(X, X[idx])[:, 0]
    for _ in range(1, n_clusters):
        c = np.cumsum(w * closest)
        cand = np.minimum(np.searchsorted(c, random_state.uniform(size=trials) * c[-1]), len(X) - 1)
        d = np.minimum(_d2(X, X[cand]), closest[:, None])
        best = (w @ d).argmin()
        idx.append(cand[best])
        closest = d[:, best]
    return np.array(idx)
