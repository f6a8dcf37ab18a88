# SPDX-License-Identifier: BSD-3-Clause
"""Ward, centroid and median linkage of points, without a distance matrix: a cluster is its center and its size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._runtime import parallel
from .._runtime.thresholds import thresholds
from ..spanning_trees._scans import no_neighbor
from ._kernels import centers
from ._queue import free_slots

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._dendrogram.merges import Merges

_BLOCK = centers.BLOCK
_QUERIES = 64  # of a chunk at most: they share what they read of the blocks
_PASS = 0.2  # nanoseconds to pass over one of many numbers in float32


# ------------------------------------------------------------------------------------------- Ward


def merge_ward(points: NDArray[np.float64], merges: Merges, n_threads: int) -> None:
    """Ward's method: rounds of mutual nearest neighbors; a chain when a round finds only few.

    The points are all below 1 in size, and are written over.
    """
    n = len(points)
    rows, size, name = points, np.ones(n), np.arange(n)
    least, nearest, stale = np.empty(n), np.zeros(n, np.int64), np.ones(n, bool)
    while True:
        # Clusters that are gone are left out when they are a quarter of all.
        clusters, alive, everyone = _with_sizes(rows, size), np.ones(n, bool), np.arange(n)
        sizes = np.asarray(clusters.size)
        n_alive = n
        while n_alive > 0.75 * n:
            _find_nearest(clusters, np.flatnonzero(stale), False, least, nearest, n_threads)
            if nearest[alive].min() < 0:
                raise no_neighbor("ward")
            a = np.flatnonzero(alive & (nearest[nearest] == everyone) & (nearest > everyone))
            if n_alive <= thresholds.few_clusters or len(a) < thresholds.few_pairs_of_centers * n_alive:
                return _merge_ward_chain(rows[alive], sizes[:n][alive], name[alive], merges)
            b = nearest[a]
            merges.add(name[a], name[b], np.sqrt(2.0 * least[a]))
            centers.merge_pairs(clusters, a, b)
            alive[b] = False
            n_alive -= len(a)
            changed = ~alive
            changed[a] = True
            stale = alive & changed[nearest]
        # In the order of their sizes, so that those of a block are alike.
        keep = np.flatnonzero(alive)
        keep = keep[np.argsort(sizes[keep], kind="stable")]
        everyone[keep] = np.arange(n_alive)
        nearest = everyone[nearest[keep]]
        rows, size, name, least, stale = rows[keep], sizes[keep], name[keep], least[keep], stale[keep]
        n = n_alive


def _merge_ward_chain(
    rows: NDArray[np.float64], size: NDArray[np.float64], name: NDArray[np.int64], merges: Merges
) -> None:
    """Merge what is left along a chain of nearest neighbors."""
    n = len(rows)
    chain = centers.Chain(np.empty(n + 1, np.int64), np.empty(n + 1), np.empty(n))
    pairs, heights = merges.pairs[merges.done :], merges.heights[merges.done :]
    parallel.over(n - 1, 1, 1, centers.merge_chain, _with_sizes(rows, size), chain, name, pairs, heights)
    if chain.n_merged < n - 1:
        raise no_neighbor("ward")
    merges.advance(n - 1)


# ------------------------------------------------------------------------------------------- centroid and median


def merge_centers(method: str, points: NDArray[np.float64], merges: Merges, n_threads: int) -> None:
    """Centroid or median linkage: merge the nearest two clusters, again and again, until one is left.

    The points are all below 1 in size.
    """
    size, name, d = np.ones(len(points)), np.arange(len(points)), points.shape[1]
    least, nearest = np.empty(len(points)), np.full(len(points), -1)
    while len(size) > 1:
        n_free = free_slots(len(size))
        total = len(size) + n_free
        rows, sizes, names = np.empty((total, d)), np.zeros(total), np.zeros(total, np.int64)
        rows[n_free:], sizes[n_free:], names[n_free:] = points, size, name
        blocks = _in_blocks(points, total)
        clusters = centers.Centers(rows, blocks, blocks.astype(np.float32), sizes)
        least = np.concatenate([np.empty(n_free), least])
        nearest = np.concatenate([np.zeros(n_free, np.int64), np.where(nearest < 0, -1, nearest + n_free)])
        _find_nearest(clusters, np.flatnonzero(nearest < 0), True, least, nearest, n_threads)
        slots = centers.CenterQueue(clusters, least, nearest, names, np.zeros(total, np.int64), n_free)
        pairs, squares = merges.pairs[merges.done :], merges.heights[merges.done :]
        parallel.over(n_free, 1, 1, centers.merge_nearest, slots, method == "centroid", pairs, squares)
        if slots.n_merged < n_free:
            raise no_neighbor(method)
        merges.advance(n_free)
        alive = sizes > 0.0
        nearest = np.where((nearest >= 0) & alive[nearest], np.cumsum(alive)[nearest] - 1, -1)[alive]
        points, size, name, least = rows[alive], sizes[alive], names[alive], least[alive]
    np.sqrt(merges.heights, out=merges.heights)


# ------------------------------------------------------------------------------------------- both


def _in_blocks(rows: NDArray[np.float64], n_slots: int) -> NDArray[np.float64]:
    """Points as the last of so many slots, in the blocks of `centers.Centers`; the other slots lie at infinity."""
    n_blocks = -(-n_slots // _BLOCK)
    padded = np.full((n_blocks * _BLOCK, rows.shape[1]), np.inf)
    padded[n_slots - len(rows) : n_slots] = rows
    return np.ascontiguousarray(padded.reshape(n_blocks, _BLOCK, -1).transpose(0, 2, 1))


def _with_sizes(rows: NDArray[np.float64], size: NDArray[np.float64]) -> centers.Centers:
    """Clusters whose distance is Ward's."""
    blocks = _in_blocks(rows, len(rows))
    sizes = np.full(len(blocks) * _BLOCK, size.max())
    sizes[: len(size)] = size
    smallest = sizes.reshape(-1, _BLOCK).min(axis=1)
    return centers.Centers(rows, blocks, blocks.astype(np.float32), sizes, smallest)


def _find_nearest(
    clusters: centers.Centers,
    queries: NDArray[np.int64],
    later: bool,
    least: NDArray[np.float64],
    nearest: NDArray[np.int64],
    n_threads: int,
) -> None:
    """Find the nearest cluster of each of the queries; among later clusters only where `later`."""
    size = max(1, min(_QUERIES, len(queries) // (4 * n_threads)))
    threads = parallel.threads_for(len(queries) * np.asarray(clusters.blocks).size * _PASS, n_threads)
    parallel.over(len(queries), size, threads, centers.nearest_clusters, clusters, queries, later, least, nearest)
