# SPDX-License-Identifier: BSD-3-Clause
"""DBSCAN of vectors: core points, the components that they form, labels.

Points are sorted by a tree of boxes, so that those near each other lie together. Then each step streams over its leaves
and cells: which points are core; join those within the radius; number the components; give border points a label. No
neighbourhood is ever stored.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from .._runtime import parallel, progress
from ..neighbors import _kd_tree, _vectors
from ..neighbors._kernels import kd_tree, leaf_search
from ._kernels import dbscan_labels, dbscan_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


_COPIED = 1 << 14  # points of a chunk where they are only moved
_ALONE = 2048  # points that one thread does faster than two
_WIDE = 32  # features from which on the tree holds a projection ...
_DIRECTIONS = 24  # ... to this many, ...
_SAMPLE = 4096  # ... found from about so many rows
_WIDE_LEAF = 64
_SURVEYED = 16  # leaves from which it is seen what the projection rules out
_HARDLY = 0.5  # share of the pairs of leaves that are left, from which on each pair of rows is counted once, for both
_ROUNDING = 1e-9  # far more than a projection is off by, relative to the longest row
_SINGLE_LEAST, _SINGLE_MOST = 1e-28, 1e34  # squared radii that float32 can be compared with


def find_regions(
    vectors: _vectors.Vectors, radius: float, min_samples: int, weights: NDArray[np.float64] | None, n_threads: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Labels and core points of DBSCAN.

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

    Returns
    -------
    labels : ndarray of shape (n,), int64
        Clusters are numbered by their lowest core row. A border row has the lowest number of a core row within the
        radius. -1 is noise.
    is_core : ndarray of shape (n,), bool
    """
    n = len(vectors.X)
    bound = vectors.reduce(radius)
    if not bound < math.inf:  # all rows are within the radius of each other
        total = n if weights is None else math.fsum(weights)
        return np.full(n, 0 if total >= min_samples else -1, np.int64), np.full(n, total >= min_samples)
    if n < _ALONE:
        n_threads = 1
    if weights is not None and (weights == 1).all():
        weights = None
    return _by_tree(vectors, bound, min_samples, weights, n_threads)


# ------------------------------------------------------------------------------------------- the tree


def _by_tree(
    vectors: _vectors.Vectors, bound: float, min_samples: int, weights: NDArray[np.float64] | None, n_threads: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    n = len(vectors.X)
    progress.report("tree", 0, n)
    search = _search(vectors, bound, n_threads)
    progress.report("tree", n, n)
    tree = search.tree
    order = np.asarray(tree.order)
    nodes = np.asarray(tree.nodes)
    leaves, cells, cell_of = (np.empty(len(nodes), np.int64) for _ in range(3))
    tight = np.empty(len(nodes), np.uint8)
    n_parts = np.empty(2, np.int64)
    dbscan_tree.list_parts(search, leaves, cells, cell_of, tight, n_parts)
    leaves, cells, tight = leaves[: n_parts[0]].copy(), cells[: n_parts[1]].copy(), tight[: n_parts[1]].copy()

    starts, stops = nodes[cells, :2].T
    heavy, dense, may_stop = _heavy_cells(weights, order, starts, stops - starts, min_samples)
    dense &= tight
    bits = np.empty(-(-n // kd_tree.LANES), np.uint8)
    work = np.empty((n_threads, tree.d + vectors.X.shape[1]))
    if (
        search.holds_rows
        and weights is None
        and leaf_search.share_of_tiles(search, leaves, 1 + len(leaves) // _SURVEYED, work[0]) > _HARDLY
    ):
        progress.report("core points", 0, n)
        count = np.zeros(n, np.int64)
        _run(n_threads, 1, len(leaves), dbscan_tree.count_pairs, search, leaves, min_samples, count)
        dbscan_tree.pack_core(count, min_samples, bits)
    else:
        _step(
            "core points",
            leaves,
            n,
            n_threads,
            dbscan_tree.find_core,
            (search, heavy, may_stop, dense),
            (cell_of, min_samples, work, bits),
        )
    progress.report("core points", n, n)
    del heavy, dense
    core = np.empty(n, np.uint8)
    parent = np.empty(n, np.int64)
    _run(n_threads, _COPIED, n, dbscan_tree.unpack, bits, _COPIED, core, parent)
    joined = np.empty(len(cells), np.uint8)
    progress.report("joining", 0, n)
    _run(n_threads, 1, len(cells), dbscan_tree.join_within, search, bits, cells, tight, work, parent, joined)
    _run(n_threads, 1, len(cells), dbscan_tree.join_cells, search, bits, cells, cell_of, work, parent, joined)
    labels, is_core, number = _label_core(core, order, parent, n_threads)
    progress.report("joining", n, n)
    if not is_core.any():
        return labels, is_core
    _step(
        "border points",
        leaves,
        n,
        n_threads,
        dbscan_tree.label_borders,
        (search, bits),
        (parent, joined, cell_of, number, work, labels),
    )
    progress.report("border points", n, n)
    return labels, is_core


def _step(
    stage: str, leaves: NDArray[np.int64], n: int, n_threads: int, kernel: Callable, before: tuple, after: tuple
) -> None:
    """Run a kernel over the leaves: one a chunk, as one may see all others, and Ctrl-C is to be felt."""
    parallel.in_steps(
        stage,
        len(leaves),
        n,
        lambda first, count: _run(n_threads, 1, count, kernel, *before, leaves[first : first + count], *after),
    )


def _search(vectors: _vectors.Vectors, bound: float, n_threads: int) -> leaf_search.Search:
    """What is searched: a tree of the vectors, or of a projection of those with many features."""
    X = vectors.X
    d = X.shape[1]
    if vectors.kind == kd_tree.EUCLIDEAN and d >= _WIDE:
        projected, center, longest = _project(X)
        if 0 < longest < math.inf:
            radius = math.sqrt(bound)
            # Orthonormal directions make no distance longer, but for rounding.
            at_most = (radius * (1.0 + _ROUNDING) + longest * _ROUNDING) ** 2
            tree = _kd_tree.build(dataclasses.replace(vectors, X=projected), n_threads, _WIDE_LEAF)
            search = leaf_search.Search(tree, at_most)
            _hold_rows(search, X, bound, center, longest, n_threads)
            return search
    return leaf_search.Search(_kd_tree.build(vectors, n_threads), bound)


def _hold_rows(
    search: leaf_search.Search, X: NDArray, bound: float, center: NDArray[np.float64], longest: float, n_threads: int
) -> None:
    """Let the search decide by rows, in three ways, each for what the one before leaves in doubt: between tiles in
    float32, between rows as they are, feature by feature in float64."""
    d = X.shape[1]
    tree = search.tree
    nodes = np.asarray(tree.nodes)
    tile_of = np.full(len(nodes), -1, np.int64)
    tiles = np.empty(leaf_search.place_tiles(tree, d, tile_of), np.float32)
    leaves = np.flatnonzero(tile_of >= 0)
    scale = 1.0 / longest
    _run(n_threads, 1, len(leaves), leaf_search.fill_tiles, tree, X, center, scale, leaves, tile_of, tiles)

    # Terms of a sum are rounded, squared, added: each of the d steps is off by one unit of the last place at most.
    steps = 4 * (d + 16)
    error = steps * float(np.finfo(X.dtype).eps)
    least, most = bound * (1.0 - error), bound * (1.0 + error)
    if X.dtype == np.float32 and not _SINGLE_LEAST < bound < _SINGLE_MOST:
        least, most = -1.0, math.inf
    unit = float(np.finfo(np.float32).eps)
    reach = math.sqrt(bound) * scale
    low = max(0.0, reach - 4 * unit) ** 2 * (1.0 - steps * unit) - 1e-30  # rows are at most 1 long, each rounded
    high = min((reach + 4 * unit) ** 2 * (1.0 + steps * unit) + 1e-30, _SINGLE_MOST)
    product = (2 * d + 32) * unit  # products of rows are at most 1, and so are the norms
    search.hold_rows(X, bound, least, most, tiles, tile_of, center, scale, low, high, low - product, high + product)


def _project(X: NDArray) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Coordinates of the rows along a few orthonormal directions, about those in which they vary most; where these
    begin; and how far from there the farthest row is. Which directions only matters for speed."""
    n, d = X.shape
    sample = X[:: max(1, n // _SAMPLE)].astype(np.float64)
    center = sample.mean(axis=0)
    sample -= center
    sample *= 1.0 / max(np.abs(sample).max(), np.finfo(np.float64).tiny)
    directions = np.random.default_rng(0).standard_normal((d, min(d, _DIRECTIONS)))
    for _ in range(3):
        directions = np.linalg.qr(sample.T @ (sample @ directions))[0]
    projected = np.empty((n, directions.shape[1]))
    longest = 0.0
    block = max(1, _COPIED // d)
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, n, block):
            rows = X[start : start + block] - center
            projected[start : start + block] = rows @ directions
            longest = max(longest, float(np.einsum("ij,ij->i", rows, rows).max()))
    return projected, center, math.sqrt(longest) if np.isfinite(projected).all() else math.inf


def _heavy_cells(
    weights: NDArray[np.float64] | None,
    order: NDArray[np.int64],
    starts: NDArray[np.int64],
    sizes: NDArray[np.int64],
    min_samples: int,
) -> tuple[NDArray[np.float64], NDArray[np.uint8], bool]:
    """Weights by position; which cells have enough in them, surely; and whether what is there can only grow."""
    if weights is None:
        return np.empty(0), (sizes >= min_samples).astype(np.uint8), True
    heavy = weights[order]
    if heavy.min() < 0:
        return heavy, np.zeros(len(starts), np.uint8), False
    return heavy, (np.add.reduceat(heavy, starts) >= min_samples * (1.0 + 1e-6)).astype(np.uint8), True


# ------------------------------------------------------------------------------------------- all paths


def _run(n_threads: int, rows: int, n: int, kernel: Callable, *arguments: object) -> None:
    parallel.run(lambda region, slot: kernel(*arguments, region, slot), -(-n // rows), n_threads)


def _label_core(
    core: NDArray[np.uint8], order: NDArray[np.int64], parent: NDArray[np.int64], n_threads: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
    """Labels of the core rows (-1 for others), which rows are core, and the number of each component."""
    n = len(core)
    number = np.full(n, n, np.int64)
    for start in range(0, n, 1 << 20):  # Ctrl-C gets its turn
        dbscan_labels.note_lowest(core, order, parent, number, start, min(start + (1 << 20), n))
    roots = np.flatnonzero(number < n)
    number[roots[np.argsort(number[roots])]] = np.arange(len(roots))
    labels = np.empty(n, np.int64)
    is_core = np.empty(n, np.uint8)
    _run(n_threads, _COPIED, n, dbscan_labels.write_labels, core, order, parent, number, _COPIED, labels, is_core)
    return labels, is_core.view(np.bool_), number
