# SPDX-License-Identifier: BSD-3-Clause
"""Rounds of mutual nearest neighbors: all pairs of clusters that are nearest to each other are merged at once
(complete, average, weighted, ward)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from .._runtime import parallel
from .._runtime.thresholds import thresholds
from ..spanning_trees._scans import join_slots, nearest_neighbors
from ._clusters import Clusters, row_starts
from ._kernels import rounds
from ._methods import METHODS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._dendrogram.merges import Merges

_UPDATE = 2.0  # nanoseconds to read, update and compare one of many distances


def merge_in_rounds(method: str, clusters: Clusters, merges: Merges, n_threads: int) -> Clusters:
    """Merge all pairs of mutual nearest neighbors, round by round, until a round would find only few.

    Returns the clusters that are left.
    """
    n = len(clusters.size)
    if n <= thresholds.many_clusters:
        return clusters
    least, nearest = nearest_neighbors(clusters.distances, n, n_threads, method)
    while True:
        n = len(clusters.size)
        everyone = np.arange(n)
        a = np.flatnonzero((nearest[nearest] == everyone) & (nearest > everyone))
        if n <= thresholds.many_clusters or len(a) < thresholds.few_pairs * n:
            return clusters
        b = nearest[a]
        merges.add(clusters.name[a], clusters.name[b], least[a])
        clusters, least, nearest = _merge_pairs(method, clusters, a, b, least[a], n_threads)


def _merge_pairs(
    method: str,
    clusters: Clusters,
    a: NDArray[np.int64],
    b: NDArray[np.int64],
    heights: NDArray[np.float64],
    n_threads: int,
) -> tuple[Clusters, NDArray[np.float64], NDArray[np.int64]]:
    """Merge the clusters a[i] < b[i]: the clusters after that, distances to their nearest neighbors, and which."""
    distances, size, name, ours = clusters
    n = len(size)
    keep = np.delete(np.arange(n), b).astype(np.int32)
    partner = np.full(n, -1, np.int32)
    partner[a] = b
    place = np.searchsorted(keep, a).astype(np.int32)
    pair = np.array([heights, size[a], size[b]])
    task = rounds.Round(METHODS[method], distances, size, keep, partner[keep], place, pair)

    m = len(keep)
    n_numbers = m * (m - 1) // 2
    to = distances[:n_numbers] if ours else np.empty(n_numbers)
    work = np.empty((n_threads, 2 * n + 3 * len(a)))
    least, nearest = np.full((n_threads, m), np.inf), np.zeros((n_threads, m), np.int64)
    waiting = np.empty(0)
    for start, stop in _steps(row_starts(n)[keep], row_starts(m)) if ours else [(0, m - 1)]:
        target = to
        if ours and start == 0:
            target = waiting = np.empty(row_starts(m)[stop])
        row = n * _UPDATE
        threads = parallel.threads_for((stop - start) * row, n_threads)
        size_of_chunk = parallel.chunk(row)
        parallel.over(
            stop - start, size_of_chunk, threads, rounds.merge_pairs, task, start, work, target, least, nearest
        )
    to[: len(waiting)] = waiting

    size = size.copy()
    size[a] += size[b]
    return Clusters(to, size[keep], name[keep], True), *join_slots(least, nearest, method)


def _steps(read: NDArray[np.int64], written: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """The rows start .. stop - 1 that can be computed at once where the new distances are written over the old ones.

    Row i reads the old distances from read[i] on, and writes the new ones from written[i] to written[i + 1]. The rows
    of the first step are written elsewhere. After it so much has been read that the others follow in few steps, each as
    far as nothing is written over that is still to be read.
    """
    n_rows = len(read) - 1
    start, stop = 0, max(1, int(np.searchsorted(written, written[-1] // 32)))
    while start < n_rows:
        yield start, stop
        start = stop
        stop = min(n_rows, max(start + 1, int(np.searchsorted(written, read[start], side="right")) - 1))
