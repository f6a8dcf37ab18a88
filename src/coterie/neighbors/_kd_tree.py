# SPDX-License-Identifier: BSD-3-Clause
"""Build a k-d tree over vectors, in parallel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._runtime import parallel
from ._kernels import kd_query, kd_tree

if TYPE_CHECKING:
    from ._vectors import Vectors

_PARTS = 64  # subtrees that are grown one by one, at least
_SINGLE_FEATURES = 4  # from so many on, larger leaves and single precision pay
_SMALL = 2048  # rows of a subtree that is not cut further for the sake of more threads


def build(vectors: Vectors, n_threads: int, leaf: int = 32) -> kd_tree.Tree:
    """Build a tree over the rows of `vectors`.

    Parameters
    ----------
    vectors : Vectors
        At least one row and one column, finite.
    n_threads : int
        The tree does not depend on it.
    leaf : int
        Rows of a leaf at most, a multiple of 8 from 32 on.

    Returns
    -------
    kd_tree.Tree

    Notes
    -----
    O(n d log n) time, whatever the data: where the middle of the box cuts off too little too often, the median cuts.
    Memory: the data in float64, 8 bytes a row, and at most an eighth of a box and of 32 bytes a row.
    """
    X = vectors.X
    n, d = X.shape
    n_blocks = -(-n // kd_tree.LANES)
    n_nodes = kd_tree.room(n_blocks)
    points = np.empty((n_blocks * kd_tree.LANES, d))
    order = np.empty(n, np.int64)
    nodes = np.empty((n_nodes, 4), np.int64)
    boxes = np.empty((n_nodes, 2, d))
    size = parallel.chunk(2.0 * d, kd_tree.LANES)  # rows: two nanoseconds per number
    parallel.over(len(points), size, n_threads, kd_tree.copy_rows, X, points, order)

    # Level by level until there are parts enough for many threads, then each part to its leaves.
    leaf_blocks = leaf // kd_tree.LANES
    budget = 2 * n_blocks.bit_length() + 8
    arrays = points, order, nodes, boxes
    nodes[0, 0], nodes[0, 1] = 0, n
    level, parts = 0, np.zeros(1, np.int64)
    while n > _SMALL and len(parts) < _PARTS:
        is_large = nodes[parts, 1] - nodes[parts, 0] > _SMALL
        large = parts[is_large]
        if not len(large):
            break
        parallel.over(len(large), 1, n_threads, kd_tree.split_nodes, large, level > budget, leaf_blocks, *arrays)
        parts = np.concatenate([parts[~is_large], large + 1, nodes[large, 2]])
        level += 1
    parallel.over(len(parts), 1, n_threads, kd_tree.grow, parts, budget - level, leaf_blocks, *arrays)

    work = np.empty((n_threads, kd_tree.LANES * d))
    parallel.over(n_blocks, size // kd_tree.LANES, n_threads, kd_tree.transpose_blocks, points, work)
    return kd_tree.Tree(points.reshape(n_blocks, d, kd_tree.LANES), order, nodes, boxes, vectors.kind, vectors.p)


def build_for_queries(vectors: Vectors, n_threads: int) -> kd_tree.Tree:
    """Build a tree to look for neighbors in; its leaves have `kd_query.QUERIES` rows at most."""
    if vectors.X.shape[1] < _SINGLE_FEATURES:
        return build(vectors, n_threads)
    tree = build(vectors, n_threads, kd_query.QUERIES)
    if vectors.kind == kd_tree.EUCLIDEAN:
        hold_singles(tree, n_threads)
    return tree


def hold_singles(tree: kd_tree.Tree, n_threads: int) -> None:
    """Let the tree hold its points in single precision, too, around the middle of their box: half as much is read and
    computed of points that are not near."""
    low, high = np.asarray(tree.boxes)[0]
    center = 0.5 * low + 0.5 * high
    longest = float(np.sqrt(((high - center) ** 2).sum()))
    if not 0 < longest < np.inf:
        return
    room, tile_of = np.empty((2, len(tree.nodes)), np.int64)
    leaves = room[: kd_query.leaves(tree, room)]
    tiles = np.empty(kd_tree.place_singles(tree, leaves, tile_of), np.float32)
    scale = 1.0 / longest
    parallel.over(len(leaves), 8, n_threads, kd_tree.fill_singles, tree, leaves, tile_of, center, scale, tiles)
    tree.hold_singles(tiles, tile_of, center, scale)
