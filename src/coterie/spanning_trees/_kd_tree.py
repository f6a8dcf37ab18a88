# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning tree of vectors with few features, with a k-d tree.

The tree sorts the points, so that those near each other lie together. It gives each point a list of its nearest others,
and finds the nearest point of another component for those whose lists do not suffice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._runtime import parallel
from ..neighbors import _kd_tree
from ..neighbors._kernels import kd_query, kd_tree
from ..neighbors._search import parts_of_leaf
from ._boruvka import grow, new_forest
from ._kernels import boruvka, foreign

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ..neighbors._vectors import Vectors

# Others on the list of a point. More make searches rare, fewer make lists quick, and that is harder in more features.
_LISTED, _LISTED_OF_MANY_FEATURES, _MANY_FEATURES = 8, 6, 4
_MOST_LISTED = 24
_LEAVES = 4  # of a chunk


def tree_of_vectors(
    vectors: Vectors, n_threads: int, min_samples: int | None, core: NDArray[np.float64] | None
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64] | None]:
    """Edges and weights of the minimum spanning tree of at least two vectors, in any order, and their core distances.

    Weights and core distances are what `unreduced` makes of reduced distances.

    min_samples : that core distances are found for
    core : core distances that are known instead, by row
    """
    n = len(vectors.X)
    tree = _kd_tree.build_for_queries(vectors, n_threads)
    order = np.asarray(tree.order)
    room = np.empty(len(tree.nodes), np.int64)
    leaves = room[: kd_query.leaves(tree, room)]
    unreduced = _UNREDUCED.get(vectors.metric.kernel, foreign.SAME)

    listed = _LISTED if tree.d < _MANY_FEATURES else _LISTED_OF_MANY_FEATURES
    listed = min(max(listed, min((min_samples or 0) + 1, _MOST_LISTED)), n - 1)
    forest = new_forest(order, listed)
    columns = max(listed, (min_samples or 1) - 1)
    by_position = np.empty(n if min_samples else 0)
    near = (
        np.empty((n_threads, kd_query.QUERIES * columns)),
        np.empty((n_threads, kd_query.QUERIES * columns), np.int64),
    )
    singles = np.empty((n_threads, kd_query.QUERIES * tree.d), np.float32)
    parts = parts_of_leaf(tree)
    by_start = np.array(tree.nodes)
    by_start[:, 3] = by_start[:, 0]
    parallel.over_in_steps(
        "neighbors",
        n,
        len(leaves) * parts,
        _LEAVES if parts == 1 else 1,
        n_threads,
        foreign.fill_lists,
        tree,
        by_start,
        leaves,
        parts,
        unreduced,
        columns,
        min_samples or 0,
        forest,
        by_position,
        *near,
        singles,
    )
    del near
    if core is not None:
        by_position = core[order]
    search = _searching(tree, leaves, forest, unreduced, by_position, n_threads)
    edges, weights = grow(forest, by_position if len(by_position) else None, search, n_threads)
    if core is None and min_samples:
        core = np.empty(n)
        core[order] = by_position
    return edges, weights, core


def lightest_edges(
    vectors: Vectors, groups: NDArray[np.int64], core: NDArray[np.float64], n_threads: int
) -> NDArray[np.float64]:
    """The least weight of an edge from each group of vectors to another one: a round of Boruvka's without lists.

    Weights and core distances are what `unreduced` makes of reduced distances.

    groups : from 0, at least two, by row
    core : core distances, by row
    """
    tree = _kd_tree.build_for_queries(vectors, n_threads)
    order = np.asarray(tree.order)
    room = np.empty(len(tree.nodes), np.int64)
    leaves = room[: kd_query.leaves(tree, room)]
    forest = new_forest(order, 1)
    np.asarray(forest.component)[:] = groups[order]
    np.asarray(forest.at)[:] = 1
    np.asarray(forest.beyond)[:] = 0.0
    _searching(tree, leaves, forest, _UNREDUCED.get(vectors.metric.kernel, foreign.SAME), core[order], n_threads)()
    return np.asarray(forest.bound)[: groups.max() + 1]


def _searching(
    tree: kd_tree.Tree,
    leaves: NDArray[np.int64],
    forest: boruvka.Forest,
    unreduced: int,
    core: NDArray[np.float64],
    n_threads: int,
) -> Callable[[], None]:
    """What finds the edges that the lists do not tell; `core` by position, empty: weights are distances."""
    nodes = np.empty(len(tree.nodes), np.int64)
    nodes = nodes[: foreign.list_nodes(tree, nodes)]
    least = np.empty(len(tree.nodes) if len(core) else 0)
    if len(core):
        foreign.least_core(tree, nodes, core, least)
    whole = np.empty(len(tree.nodes), np.int64)

    def search() -> None:
        foreign.mark_nodes(tree, nodes, forest, whole)
        state = tree, leaves, whole, unreduced, core, least, forest
        parallel.over(len(leaves), 1, n_threads, foreign.search, *state)

    return search


_UNREDUCED = {"euclidean": foreign.ROOT, "minkowski": foreign.POWER}
