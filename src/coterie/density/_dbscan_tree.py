# SPDX-License-Identifier: BSD-3-Clause
"""DBSCAN of vectors, with a k-d tree.

The tree sorts the points, so that those near each other lie together. Then four steps visit its leaves or cells: find
the core points; join those within the radius of each other; number the clusters; label the border points. Neighborhoods
are never stored.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._runtime import parallel, progress
from .._runtime.thresholds import thresholds
from ..neighbors._kernels import kd_tree, leaf_search
from . import _projection
from ._clusters import Clusters
from ._kernels import dbscan_borders, dbscan_cells, dbscan_components, dbscan_core, dbscan_labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..neighbors._vectors import Vectors

_POINT = 100.0  # nanoseconds per point, at least, in all steps together
_MOVED = 6.0  # nanoseconds per point where flags or labels are only moved
_SURVEYED = 16  # leaves from which it is estimated what the projection rules out


def find_clusters(
    vectors: Vectors, radius: float, min_samples: int, weights: NDArray[np.float64] | None, n_threads: int
) -> Clusters:
    """Find the clusters of DBSCAN.

    Parameters
    ----------
    vectors : Vectors
        At least one row.
    radius : float
        In units of the metric, greater than 0.
    min_samples : int
        At least 1.
    weights : ndarray of shape (n,) or None
        Of any sign; None for ones.
    n_threads : int
        The result does not depend on it.
    """
    n = len(vectors.X)
    bound = vectors.reduce(radius)
    if not bound < math.inf:  # all rows are within the radius of each other
        total = n if weights is None else math.fsum(weights)
        return Clusters(np.full(n, 0 if total >= min_samples else -1, np.int64), np.full(n, total >= min_samples))
    n_threads = parallel.threads_for(_POINT * n, n_threads)
    if weights is not None and (weights == 1).all():
        weights = None

    progress.report("tree", 0, n)
    search = _projection.search(vectors, bound, n_threads)
    progress.report("tree", n, n)
    cells = _list_cells(search)
    work = np.empty((n_threads, search.tree.d + vectors.X.shape[1]))

    if search.holds_rows and weights is None and _mostly_in_reach(cells, work):
        core = _find_core_in_pairs(cells, min_samples, n_threads)
    else:
        core = _find_core(cells, weights, min_samples, work, n_threads)

    progress.report("joining", 0, n)
    components = _join_core(cells, core, work, n_threads)
    clusters, number = _label_core(search.tree, core, components.parent, n_threads)
    progress.report("joining", n, n)

    if clusters.is_core.any():
        _label_borders(cells, core, components, number, work, clusters.labels, n_threads)
    return clusters


def _list_cells(search: leaf_search.Search) -> dbscan_cells.Cells:
    room = len(search.tree.nodes)
    leaves, cells, cell_of = np.empty((3, room), np.int64)
    tight = np.empty(room, np.uint8)
    n_leaves, n_cells = dbscan_cells.list_cells(search, leaves, cells, cell_of, tight)
    return dbscan_cells.Cells(search, leaves[:n_leaves], cells[:n_cells], cell_of, tight[:n_cells])


# ------------------------------------------------------------------------------------------- core points


def _find_core(
    cells: dbscan_cells.Cells,
    weights: NDArray[np.float64] | None,
    min_samples: int,
    work: NDArray[np.float64],
    n_threads: int,
) -> NDArray[np.uint8]:
    """The core points, one bit per point."""
    tree = cells.search.tree
    core, dense = np.empty(-(-tree.n // kd_tree.LANES), np.uint8), np.zeros(len(cells.cells), np.uint8)
    heavy = np.empty(0) if weights is None else weights[np.asarray(tree.order)]  # by position
    only_more = weights is None or bool(weights.min() >= 0)  # more neighbors never make the weight less
    if only_more:
        dbscan_core.find_dense(cells, heavy, min_samples, dense)
    # One leaf per chunk, as a leaf may have all others in reach, and Ctrl-C must take effect.
    parallel.over_in_steps(
        "core points",
        tree.n,
        len(cells.leaves),
        1,
        n_threads,
        dbscan_core.find_core,
        cells,
        heavy,
        only_more,
        dense,
        min_samples,
        work,
        core,
    )
    progress.report("core points", tree.n, tree.n)
    return core


def _mostly_in_reach(cells: dbscan_cells.Cells, work: NDArray[np.float64]) -> bool:
    """Whether the projection rules out so little that each pair of leaves had better be looked at once, for both."""
    leaves = np.asarray(cells.leaves)
    share = leaf_search.share_of_tiles(cells.search, leaves, 1 + len(leaves) // _SURVEYED, work[0])
    return share > thresholds.each_pair_once


def _find_core_in_pairs(cells: dbscan_cells.Cells, min_samples: int, n_threads: int) -> NDArray[np.uint8]:
    """The same from pairs of leaves, each looked at once, without weights."""
    n = cells.search.tree.n
    progress.report("core points", 0, n)
    count = np.zeros(n, np.int64)
    parallel.over(len(cells.leaves), 1, n_threads, dbscan_core.count_pairs, cells, min_samples, count)
    core = np.empty(-(-n // kd_tree.LANES), np.uint8)
    dbscan_core.pack_core(count, min_samples, core)
    progress.report("core points", n, n)
    return core


# ------------------------------------------------------------------------------------------- clusters


class _Components(NamedTuple):
    parent: NDArray[np.int64]  # by position: core points of a cluster are in one set
    joined: NDArray[np.uint8]  # (n_cells,), whether all core points of the cell are in one set


def _join_core(
    cells: dbscan_cells.Cells, core: NDArray[np.uint8], work: NDArray[np.float64], n_threads: int
) -> _Components:
    """Join the core points that are within the radius of each other."""
    n_cells = len(cells.cells)
    parent, joined = np.arange(cells.search.tree.n), np.empty(n_cells, np.uint8)
    for kernel in (dbscan_components.join_within_cells, dbscan_components.join_between_cells):
        parallel.over(n_cells, 1, n_threads, kernel, cells, core, work, parent, joined)
    return _Components(parent, joined)


def _label_core(
    tree: kd_tree.Tree, core: NDArray[np.uint8], parent: NDArray[np.int64], n_threads: int
) -> tuple[Clusters, NDArray[np.int64]]:
    """Number the clusters and label the core rows, others -1. Returns the number of each cluster, at its root, too."""
    n, order = tree.n, tree.order
    number, labels, is_core = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.bool_)
    number.fill(n)
    size = parallel.chunk(_MOVED)
    parallel.over(n, size, 1, dbscan_labels.find_lowest_rows, core, order, parent, number)
    (roots,) = (number < n).nonzero()
    number[roots[number[roots].argsort()]] = np.arange(len(roots))
    parallel.over(
        n, size, n_threads, dbscan_labels.label_core, core, order, parent, number, labels, is_core.view(np.uint8)
    )
    return Clusters(labels, is_core), number


def _label_borders(
    cells: dbscan_cells.Cells,
    core: NDArray[np.uint8],
    components: _Components,
    number: NDArray[np.int64],
    work: NDArray[np.float64],
    labels: NDArray[np.int64],
    n_threads: int,
) -> None:
    """Label the border points."""
    n = len(labels)
    parallel.over_in_steps(
        "border points",
        n,
        len(cells.leaves),
        1,
        n_threads,
        dbscan_borders.label_borders,
        cells,
        core,
        components.joined,
        components.parent,
        number,
        work,
        labels,
    )
    progress.report("border points", n, n)
