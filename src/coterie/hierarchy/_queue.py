# SPDX-License-Identifier: BSD-3-Clause
"""Priority queue: merges the nearest two clusters again and again, by any method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._runtime import parallel
from .._runtime.thresholds import thresholds
from ..spanning_trees._scans import no_neighbor
from ._clusters import Clusters, row_starts
from ._kernels import queue
from ._methods import METHODS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._dendrogram.merges import Merges

_READ = 1.0  # nanoseconds to read one of many distances in a row
_GATHER = 2.0  # nanoseconds to copy one of many distances that are left


def merge_by_queue(method: str, clusters: Clusters, merges: Merges, n_threads: int) -> None:
    """Merge clusters until one is left."""
    space = np.empty(0)
    while len(clusters.size) > 1:
        n = len(clusters.size)
        n_free = free_slots(n)
        if len(space) < n_free * (n + n_free):
            space = np.empty(n_free * (n + n_free))
        clusters = _merge_some(method, clusters, space, merges, n_threads)


def free_slots(n: int) -> int:
    """How many slots a queue of n clusters has for new ones: when they are used up, it is built anew."""
    return n - 1 if n <= thresholds.few_clusters else -(-n // 3)


def _merge_some(
    method: str, clusters: Clusters, space: NDArray[np.float64], merges: Merges, n_threads: int
) -> Clusters:
    """Merge as many clusters as there are free slots. Returns those that are left."""
    n = len(clusters.size)
    n_free = free_slots(n)
    total = n + n_free
    size, name = np.zeros(total), np.empty(total, np.int64)
    size[n_free:], name[n_free:] = clusters.size, clusters.name
    young = space[: n_free * total].reshape(n_free, total)
    work = np.empty((queue.NUMBERS, total)), np.empty((queue.INDICES, total), np.int64)
    slots = queue.MergeQueue(METHODS[method], clusters.distances, young, size, name, *work)
    row = n * _READ
    threads = parallel.threads_for(n * row, n_threads)
    parallel.over(n - 1, parallel.chunk(row), threads, queue.find_nearest, slots)
    queue.build_queue(slots)
    pairs, heights = merges.pairs[merges.done :], merges.heights[merges.done :]
    parallel.over(n_free, 1, 1, queue.merge_nearest, slots, pairs, heights)
    if slots.n_merged < n_free:
        raise no_neighbor(method)
    merges.advance(n_free)
    alive = np.asarray(slots.order)[total - slots.n_alive :]
    distances = _fold(slots, clusters, alive, n_threads) if len(alive) > 1 else clusters.distances
    return Clusters(distances, size[alive], name[alive], True)


def _fold(slots: queue.MergeQueue, before: Clusters, alive: NDArray[np.int64], n_threads: int) -> NDArray[np.float64]:
    """Condensed distances of the slots that are alive; written over the ones before where those are ours."""
    distances, n, m = before.distances, len(before.size), len(alive)
    n_free = free_slots(n)
    n_numbers = m * (m - 1) // 2
    to = distances[len(distances) - n_numbers :] if before.ours else np.empty(n_numbers)
    n_moved = int(np.searchsorted(alive, n_free))  # the rows before this one are not in `distances`
    read_end = row_starts(n)[alive[n_moved:] - n_free + 1]
    written = row_starts(m) + (len(distances) - n_numbers)
    row = m * _GATHER
    stop = m - 1
    while stop > 0:
        start = 0 if stop <= n_moved or not before.ours else n_moved
        if before.ours and stop > n_moved:  # as far as nothing is written over that is still to be read
            start = max(start, min(stop - 1, int(np.searchsorted(written, read_end[stop - 1 - n_moved]))))
        threads = parallel.threads_for((stop - start) * row, n_threads)
        parallel.over(stop - start, parallel.chunk(row), threads, queue.fold, slots, alive, start, to)
        stop = start
    return to
