# SPDX-License-Identifier: BSD-3-Clause
"""DBSCAN from all pairs of points: any metric, dense or sparse rows.

Each distance is computed once, tile by tile. Two neighbors are united as soon as both are known core points. Until then
the pair is stored. A point that is not a core point has fewer than `min_samples` such pairs. If all of them together
still are more than there is room for (`thresholds.stored_pairs`), they are dropped, and when all core points are known,
the pairs with core points are computed once more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from .._runtime import parallel, progress
from .._runtime.thresholds import thresholds
from ._clusters import Clusters
from ._kernels import dbscan_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._sources import Source


def find_clusters(points: Source, min_samples: int, weights: NDArray[np.float64] | None) -> Clusters:
    """Find the clusters of DBSCAN.

    Parameters
    ----------
    points : Source
    min_samples : int
        Weight of the neighbors of a core point, itself included.
    weights : ndarray of shape (n,) or None
        Of any sign; None counts each point once.

    Notes
    -----
    O(n²) distances, computed once; those with core points twice if the stored pairs did not fit (large `min_samples`)
    or weights are negative. About 100 bytes a point, and what `points` needs.
    """
    n = len(points)
    # With negative weights a core point may cease to be one: nothing is known before the end.
    growing = weights is None or bool(weights.min() >= 0)
    least = float(min_samples) if growing else math.inf
    room = min(thresholds.stored_pairs_per_point * n + thresholds.stored_pairs, n * (n - 1) // 2 + 1) if growing else 0
    pairs = np.empty((room, 2), np.int64)
    count, parent = np.zeros(n), np.arange(n)
    state = dbscan_pairs.PairState(np.empty(0) if weights is None else weights, least, count, parent, pairs)
    for a, b in _tiles(points):
        marks = points.mark(a, points, b, a == b)
        state.row = 0
        while True:
            arguments = state, marks, a * points.tile, b * points.tile
            parallel.over(len(marks) - state.row, 1, 1, dbscan_pairs.count_marked, *arguments)
            if state.row == len(marks):
                break
            dbscan_pairs.unite_stored(state)  # there is no room for more
            if state.n_pairs > len(pairs) * 3 // 4:
                pairs = np.empty((0, 2), np.int64)
                state.store_in(pairs, 0)

    is_core = count >= min_samples
    cores = is_core.view(np.uint8)
    labels = np.empty(n, np.int64)
    if len(pairs):
        dbscan_pairs.unite_stored(state)
        dbscan_pairs.number_sets(cores, parent, labels)
        dbscan_pairs.label_borders_stored(pairs[: state.n_pairs], cores, labels)
    else:
        _look_again(points, cores, parent, labels)
    return Clusters(labels, is_core)


def _look_again(points: Source, cores: NDArray[np.uint8], parent: NDArray[np.int64], labels: NDArray[np.int64]) -> None:
    """Unite neighboring core points, now that all are known, and label all points."""
    dbscan_pairs.number_sets(cores, parent, labels)
    inner, outer = np.flatnonzero(labels >= 0), np.flatnonzero(labels < 0)
    if len(inner) == 0:
        return
    inner = inner[np.argsort(labels[inner], kind="stable")]  # so that tiles within a set can be left out
    core_points = points.take(inner)
    for a, b in _tiles(core_points):
        rows, columns = (inner[k * points.tile : (k + 1) * points.tile] for k in (a, b))
        if not dbscan_pairs.is_one_set(rows, columns, parent):
            marks = core_points.mark(a, core_points, b, a == b)
            parallel.over(len(marks), 1, 1, dbscan_pairs.unite_marked, marks, rows, columns, parent)
    dbscan_pairs.number_sets(cores, parent, labels)
    if len(outer) == 0:
        return
    others = points.take(outer)
    for a, b in _tiles(core_points, others):
        rows, columns = (which[k * points.tile : (k + 1) * points.tile] for which, k in ((inner, a), (outer, b)))
        marks = core_points.mark(a, others, b, False)
        parallel.over(len(marks), 1, 1, dbscan_pairs.label_borders_marked, marks, rows, columns, labels)


def _tiles(one: Source, other: Source | None = None) -> Iterator[tuple[int, int]]:
    """All pairs of tiles, each once, row by row, with a report of progress; of one source the upper triangle."""
    n = -(-len(one) // one.tile)
    m = n if other is None else -(-len(other) // other.tile)
    total = n * m if other is not None else n * (n + 1) // 2
    done = 0
    for a in range(n):
        for b in range(a if other is None else 0, m):
            progress.report("dbscan", done, total)
            yield a, b
            done += 1
    progress.report("dbscan", total, total)
