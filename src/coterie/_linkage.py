# SPDX-License-Identifier: BSD-3-Clause
"""Bottom-up clustering: distances -> merges -> merge_tree -> Z."""
from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from . import _parallel
from ._kernels import linkage_heap, linkage_rounds, merge_tree, mst_dense

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

METHODS = {name: code for code, name in enumerate(
    ("single", "complete", "average", "weighted", "centroid", "median", "ward"))}
EUCLIDEAN_METHODS = ("centroid", "median", "ward")

_CHUNK = 2**17  # numbers of a chunk of rows: about 0.1 ms
_SMALL = 256  # clusters: fewer fit in the cache, and the queue alone is quickest
_FEW = 1 / 24  # pairs of nearest neighbours for each cluster: with fewer, a round is not worth reading the triangle


def _by_rows(kernel, n_rows: int, row: int, n_threads: int) -> None:
    """Run ``kernel(rows, region, thread)`` over rows of up to `row` numbers."""
    rows = max(1, _CHUNK // max(1, row))
    _parallel.run(lambda region, thread: kernel(rows, region, thread), -(-n_rows // rows), n_threads)


class _Merges:
    """What has been merged so far: a point of each of the two clusters, and the height."""

    def __init__(self, n: int) -> None:
        self.pairs = np.empty((n - 1, 2), np.int64)
        self.heights = np.empty(n - 1)
        self.done = 0

    def take(self, count: int) -> None:
        """Note that `count` more merges were written behind those before."""
        self.done += count
        _parallel.report("linkage", self.done, len(self.heights))

    def linkage(self, in_order: bool) -> NDArray[np.float64]:
        """The linkage matrix; merges that did not come in the order of their heights are sorted first."""
        pairs, heights = self.pairs, self.heights
        if not in_order:
            order = np.argsort(heights, kind="stable")
            pairs, heights = pairs[order], heights[order]
        Z = np.empty((len(heights), 4))
        merge_tree.label_merges(pairs, heights, np.empty(2 * len(heights) + 1, np.int64), Z)
        return Z


class _Triangle(NamedTuple):
    """Distances between clusters, and what is known of the clusters."""

    distances: NDArray[np.float64]  # (n (n - 1) / 2,), row i holds those to all j > i
    size: NDArray[np.float64]  # (n,), points of each cluster
    name: NDArray[np.int64]  # (n,), one of its points
    ours: bool  # distances may be written over


def _row_starts(n: int) -> NDArray[np.int64]:
    """Where the rows of a triangle of n clusters start, and where the last one ends."""
    i = np.arange(n + 1, dtype=np.int64)
    return np.minimum(i * n - i * (i + 1) // 2, n * (n - 1) // 2)


def _nearest_neighbors(distances, n, n_threads):
    least, nearest = np.full((n_threads, n), np.inf), np.zeros((n_threads, n), np.int64)
    _by_rows(lambda *rows: linkage_rounds.nearest_neighbors(distances, least, nearest, *rows), n - 1, n, n_threads)
    return least, nearest


def _spanning_tree(distances: NDArray[np.float64], n: int, merges: _Merges, n_threads: int) -> None:
    """Single linkage: the edges of a minimum spanning tree."""
    above = []  # the triangles that were shrunk, and how
    while True:
        least, nearest = _nearest_neighbors(distances, n, n_threads)
        linkage_rounds.join_threads(least, nearest)
        group = np.empty(n, np.int32)
        edges, heights = merges.pairs[merges.done:], merges.heights[merges.done:]
        found = mst_dense.join_neighbors(least[0], nearest[0], np.empty(n, np.int64), group, edges, heights)
        for larger, members, first in reversed(above):
            mst_dense.end_points(larger, members, first, heights[:found], edges[:found])
        merges.take(found)
        m = n - found
        if m == 1:
            return
        members = np.argsort(group, kind="stable")
        first = np.zeros(m + 1, np.int64)
        np.cumsum(np.bincount(group), out=first[1:])
        half, to = np.empty((m, m)), np.empty(m * (m - 1) // 2)
        _by_rows(lambda *rows: mst_dense.shrink_rows(distances, group, members, first, half, *rows), m, n * n // m,
                 n_threads)
        _parallel.run(lambda *where: mst_dense.join_halves(half, to, 8, *where), -(-(m - 1) // 8), n_threads)
        above.append((distances, members, first))
        distances, n = to, m


def _merge_in_rounds(method: int, triangle: _Triangle, merges: _Merges, n_threads: int) -> _Triangle:
    """Merge all pairs of nearest neighbours, round by round, until only few are found in a round."""
    distances, size, name, ours = triangle
    n = len(size)
    if n <= _SMALL:
        return triangle
    least, nearest = _nearest_neighbors(distances, n, n_threads)
    while True:
        linkage_rounds.join_threads(least, nearest)
        least, nearest = least[0], nearest[0]
        everyone = np.arange(n)
        a = np.flatnonzero((nearest[nearest] == everyone) & (nearest > everyone))
        b = nearest[a]
        if n <= _SMALL or len(a) < _FEW * n:
            return _Triangle(distances, size, name, ours)
        merges.pairs[merges.done:merges.done + len(a)] = np.column_stack([name[a], name[b]])
        merges.heights[merges.done:merges.done + len(a)] = least[a]
        merges.take(len(a))

        keep = np.delete(everyone, b)
        partner = np.full(n, -1)
        partner[a] = b
        pair = np.array([least[a], size[a], size[b]])
        m = len(keep)
        to = distances[:m * (m - 1) // 2] if ours else np.empty(m * (m - 1) // 2)
        work = np.empty((n_threads, 2 * n + 3 * len(a)))
        least, nearest = np.full((n_threads, m), np.inf), np.zeros((n_threads, m), np.int64)
        read, written = _row_starts(n)[keep], _row_starts(m)
        start = 0
        while start < m - 1:
            stop = m - 1
            if ours:  # as far as nothing is written over that is still to be read
                stop = min(stop, max(start + 1, int(np.searchsorted(written, read[start], side="right")) - 1))
            _by_rows(lambda *rows: linkage_rounds.merge_pairs(
                method, distances, size, keep, partner[keep], np.searchsorted(keep, a), pair, start, stop, work, to,
                least, nearest, *rows), stop - start, n, n_threads)
            start = stop
        size = size.copy()
        size[a] += size[b]
        distances, size, name, n, ours = to, size[keep], name[keep], m, True


def _merge_by_heap(method: int, triangle: _Triangle, merges: _Merges, n_threads: int) -> None:
    """Merge the nearest two clusters, again and again, until one is left."""
    distances, size, name, ours = triangle
    memory = None
    while len(size) > 1:
        n = len(size)
        n_young = n - 1 if n <= _SMALL else n // 4
        total = n + n_young
        if memory is None or len(memory) < n_young * total:
            memory = np.empty(n_young * total)
        young = memory[:n_young * total].reshape(n_young, total)
        offset = np.empty(total, np.int64)
        linkage_heap.address_rows(distances, young, offset)
        least, dead, sizes, column = np.empty(total), np.zeros(total), np.zeros(total), np.zeros((2, total))
        nearest, names = np.empty(total, np.int64), np.empty(total, np.int64)
        _by_rows(lambda *rows: linkage_heap.row_minima(distances, offset, dead, n_young, least, nearest, *rows),
                 n - 1, n, n_threads)
        dead[:n_young] = np.inf
        sizes[n_young:], names[n_young:] = size, name
        order = np.arange(total)
        heap = order.copy()
        heap[:n - 1] = order[n_young:-1]
        linkage_heap.build_heap(heap[:n - 1], least)
        state = np.array([n - 1, n, merges.done, n_young])
        _parallel.run(lambda *where: linkage_heap.merge_nearest(
            method, distances, young, offset, order, least, nearest, dead, sizes, names, heap, column, state,
            merges.pairs, merges.heights, *where), n_young, 1)
        merges.take(int(state[2]) - merges.done)
        alive = order[total - state[1]:]
        if len(alive) > 1:
            distances = _fold(distances, offset, alive, n_young, ours, n_threads)
        size, name, ours = sizes[alive], names[alive], True


def _fold(distances, offset, alive, n_young, ours, n_threads):
    """The triangle of the slots that are alive; over the old one where that is ours."""
    n, m = len(offset) - n_young, len(alive)
    n_numbers = m * (m - 1) // 2
    to = distances[len(distances) - n_numbers:] if ours else np.empty(n_numbers)
    n_moved = int(np.searchsorted(alive, n_young))  # rows before this one come from elsewhere
    read_end = _row_starts(n)[alive[n_moved:] - n_young + 1]
    written = _row_starts(m) + (len(distances) - n_numbers)
    stop = m - 1
    while stop > 0:
        start = 0 if stop <= n_moved or not ours else n_moved
        if ours and stop > n_moved:  # as far as nothing is written over that is still to be read
            start = max(start, min(stop - 1, int(np.searchsorted(written, read_end[stop - 1 - n_moved]))))
        _by_rows(lambda *rows: linkage_heap.fold(distances, offset, alive, start, stop, to, *rows), stop - start, m,
                 n_threads)
        stop = start
    return to


def from_condensed(y: NDArray[np.float64], method: str, n_threads: int, overwrite: bool = False) -> NDArray[np.float64]:
    """Linkage matrix of the distances `y`, which are checked; they are lost with `overwrite`."""
    n = round((1 + (1 + 8 * len(y)) ** 0.5) / 2)
    merges = _Merges(n)
    if method == "single" and n > _SMALL:
        _spanning_tree(y, n, merges, n_threads)
    else:
        triangle = _Triangle(y, np.ones(n), np.arange(n), overwrite)
        if method not in ("centroid", "median"):
            triangle = _merge_in_rounds(METHODS[method], triangle, merges, n_threads)
        _merge_by_heap(METHODS[method], triangle, merges, n_threads)
    return merges.linkage(in_order=method in ("centroid", "median"))


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
