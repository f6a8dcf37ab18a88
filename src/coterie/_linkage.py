# SPDX-License-Identifier: BSD-3-Clause
"""Bottom-up clustering: distances -> merges -> merge_tree -> Z."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from . import _parallel
from ._kernels import linkage_heap, merge_tree

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

METHODS = {name: code for code, name in enumerate(
    ("single", "complete", "average", "weighted", "centroid", "median", "ward"))}
EUCLIDEAN_METHODS = ("centroid", "median", "ward")


def _merge_by_heap(method, distances, n, n_threads, size, name, pairs, heights, done):
    order = np.arange(n)
    while True:
        n = len(order)
        n_young = min(n - 1, max(n // 4, 256))
        total = n + n_young
        young = np.empty((n_young, total))
        offset = np.empty(total, np.int64)
        linkage_heap.address_rows(distances, young, offset)
        least, nearest = np.full(total, np.inf), np.zeros(total, np.int64)
        zeros = np.zeros(total)
        rows = max(1, 2**17 // n)
        _parallel.run(lambda region, slot: linkage_heap.row_minima(
            distances, n, rows, zeros, least[n_young:], nearest[n_young:], region, slot),
            -(-(n - 1) // rows), n_threads)
        nearest += n_young
        dead = np.zeros(total)
        dead[:n_young] = np.inf
        sizes = np.zeros(total)
        names = np.zeros(total, np.int64)
        sizes[n_young:] = size
        names[n_young:] = name
        order = np.arange(total)
        heap = np.zeros(total, np.int64)
        heap[:n - 1] = order[n_young:-1]
        linkage_heap.build_heap(heap[:n - 1], least)
        state = np.array([n - 1, n, done, n_young])
        column = np.zeros((2, total))
        _parallel.run(lambda region, slot: linkage_heap.merge_nearest(
            method, distances, young, offset, order, least, nearest, dead, sizes, names, heap, column, state,
            pairs, heights, region, slot), n_young, 1)
        alive = order[total - state[1]:]
        done = state[2]
        if len(alive) == 1:
            return
        n = len(alive)
        folded = np.empty(n * (n - 1) // 2)
        rows = max(1, 2**17 // n)
        _parallel.run(lambda region, slot: linkage_heap.fold(
            distances, offset, alive, rows, folded, region, slot), -(-(n - 1) // rows), n_threads)
        distances, size, name, order = folded, sizes[alive], names[alive], alive


def from_condensed(y: NDArray[np.float64], method: str, n_threads: int, overwrite: bool = False) -> NDArray[np.float64]:
    n = round((1 + (1 + 8 * len(y)) ** .5) / 2)
    if n == 1:
        return np.empty((0, 4))
    pairs, heights = np.empty((n - 1, 2), np.int64), np.empty(n - 1)
    _merge_by_heap(METHODS[method], y, n, n_threads, np.ones(n), np.arange(n), pairs, heights, 0)
    if method not in ("centroid", "median"):
        in_order = np.argsort(heights, kind="stable")
        pairs, heights = pairs[in_order], heights[in_order]
    Z = np.empty((n - 1, 4))
    merge_tree.label_merges(pairs, heights, np.empty(2 * n - 1, np.int64), Z)
    return Z


def agglomerate(X: NDArray, method: str, metric, n_threads: int) -> NDArray[np.float64]:
    from .distances import pdist

    return from_condensed(pdist(X, metric, n_jobs=n_threads), method, n_threads, overwrite=True)


def linkage(y: ArrayLike, method: str = "single", metric="euclidean", optimal_ordering: bool = False, *,
            preserve_input: bool = True, n_jobs: int | None = None) -> NDArray[np.float64]:
    n_threads = _parallel.resolve_n_jobs(n_jobs)
    y = np.ascontiguousarray(y, dtype=np.float64)
    if method not in METHODS:
        raise ValueError(f"Invalid method: {method}")
    if y.ndim == 1:
        return from_condensed(y, method, n_threads)
    return agglomerate(y, method, metric, n_threads)
