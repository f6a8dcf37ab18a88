# SPDX-License-Identifier: BSD-3-Clause
"""HDBSCAN's trees: the spanning tree of mutual reachability distances, what follows from it, and how new rows join."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import distances
from .._base import power_of_two
from .._base.warnings import warn
from .._dendrogram.cuts import labels_by_number
from .._dendrogram.merges import label_merges
from ..distances._sparse import SparseRows
from ..neighbors._search import lay_out
from ..spanning_trees._matrix import core_of_graph, core_of_square, tree_of_graph, tree_of_square
from ..spanning_trees._minimum_spanning_tree import tree_of_rows
from ..spanning_trees._tree import SpanningTree, in_order
from . import _reachability
from ._condensed_tree import Condensed, Selected, condense_tree, label_rows, leaves_of, select_clusters
from ._hdbscan_rows import MISSING
from ._reachability import Reached, RowsOfTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

SELECTION = (
    "cluster_selection_method",
    "allow_single_cluster",
    "max_cluster_size",
    "cluster_selection_epsilon",
    "cluster_selection_epsilon_max",
)


class Found(NamedTuple):
    """What a fit has to find: all else follows, for any parameters of the condensed tree and of the selection.

    Attributes
    ----------
    spanning_tree : SpanningTree
        Of the rows `which`, by their numbers among all rows.
    which : ndarray of shape (n_rows,), intp
        The rows of the tree, in order.
    own : RowsOfTree
        The same rows, and their core distances.
    weights : ndarray of shape (n_samples,) or None
    odd : ndarray of shape (n_samples,), intp
        Labels of rows with NaN or infinity, and 0 for all others.
    reached : Reached
        The place in `which` of the row that each row of `left_out` joins, and how far it is.
    """

    spanning_tree: SpanningTree
    which: NDArray[np.intp]
    own: RowsOfTree
    weights: NDArray[np.float64] | None
    odd: NDArray[np.intp]
    reached: Reached

    @property
    def left_out(self) -> NDArray[np.intp]:
        """The rows of weight 0."""
        is_left_out = self.odd == 0
        is_left_out[self.which] = False
        return np.flatnonzero(is_left_out)


class Tree(NamedTuple):
    """What follows from a spanning tree: computed when it is asked for, and not saved."""

    spanning_tree: SpanningTree
    linkage: NDArray[np.float64]
    condensed: Condensed
    selected: Selected
    cluster: NDArray[np.int64]  # (n_samples,) the cluster that each row leaves, from 0
    value: NDArray[np.float64]  # (n_samples,) and at which lambda

    def label(
        self, cluster: NDArray[np.int64], value: NDArray[np.float64], n_threads: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Labels and probabilities of rows that leave these clusters at these lambdas."""
        return label_rows(cluster, value, self.condensed, self.selected, n_threads)


def find_tree(
    rows: NDArray[np.floating] | SparseRows,
    metric: distances.Metric | None,
    min_samples: int,
    weights: NDArray[np.float64] | None,
    alpha: float,
    n_threads: int,
) -> tuple[SpanningTree, NDArray[np.float64]]:
    """The minimum spanning tree of mutual reachability distances, and core distances."""
    if isinstance(rows, SparseRows):
        return _find_tree_of_graph(rows, min_samples, weights, alpha)
    if metric is None:
        return _find_tree_of_square(rows, min_samples, weights, alpha, n_threads)
    if weights is None and alpha == 1:
        tree, core = tree_of_rows(rows, metric, n_threads, min_samples=min_samples)
        assert core is not None
        return tree, core
    core = _reachability.core_of_rows(lay_out(rows, metric, len(rows), n_threads), weights, min_samples, n_threads)
    with np.errstate(over="ignore"):  # what is too large is refused there
        stretched_core = core * alpha
    tree, _ = tree_of_rows(rows, metric, n_threads, core=stretched_core)
    if alpha == 1:
        return tree, core
    # The tree of distances that are divided by alpha, beside core distances that are not.
    edges, stretched = tree
    larger = core[edges].max(axis=1)
    with np.errstate(over="ignore"):  # a distance over a very small number may be infinite
        lengths = np.maximum(stretched / alpha, larger)
    return in_order(edges, np.where(stretched > larger * alpha, lengths, larger)), core


def _find_tree_of_square(
    D: NDArray[np.floating], min_samples: int, weights: NDArray[np.float64] | None, alpha: float, n_threads: int
) -> tuple[SpanningTree, NDArray[np.float64]]:
    D = np.ascontiguousarray(D if alpha == 1 else D / alpha)
    core: NDArray[np.float64]
    if weights is None:
        core = core_of_square(D, min_samples, n_threads)
    else:
        core = _reachability.core_of_square(D, weights, min_samples)
    if power_of_two.magnitude(D) < np.inf:
        return tree_of_square(D, n_threads, core=core), core
    row, column = np.isfinite(D).nonzero()
    starts = np.searchsorted(row, np.arange(len(D) + 1))
    known = SparseRows(starts, np.ascontiguousarray(column), D[row, column], D.shape, type(D))
    _check_symmetric(known)
    edges, lengths = tree_of_graph(known, core=core)
    if len(edges) < len(D) - 1:
        edges = _connect(edges, len(D))
        lengths = np.append(lengths, np.full(len(edges) - len(lengths), np.inf))
    if np.isinf(lengths).any():
        warn(
            "The minimum spanning tree contains edge weights with value infinity. Potentially, you are missing too "
            "many distances in the initial distance matrix for the given neighborhood size."
        )
    return in_order(edges, lengths), core


def _find_tree_of_graph(
    graph: SparseRows, min_samples: int, weights: NDArray[np.float64] | None, alpha: float
) -> tuple[SpanningTree, NDArray[np.float64]]:
    _check_symmetric(graph)
    graph = graph if alpha == 1 else dataclasses.replace(graph, values=graph.values / alpha)
    if weights is None:
        core = core_of_graph(graph, min_samples)
    else:
        core = _reachability.core_of_graph(graph, weights, min_samples)
        if np.isinf(core).any():
            raise ValueError(
                f"There exists points with fewer than {min_samples} neighbors, counted by their weights. First at row "
                f"{int(np.isinf(core).argmax())}. Store more distances."
            )
    tree = tree_of_graph(graph, core=core)
    n_components = len(graph) - len(tree.edges)
    if n_components > 1:
        raise ValueError(
            f"Sparse mutual reachability matrix has {n_components} connected components. HDBSCAN cannot be performed "
            "on a disconnected graph. Ensure that the sparse distance matrix has only one connected component."
        )
    return tree, core


def _connect(edges: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """A tree of the edges of a forest and those that join the lowest rows of its components to row 0."""
    lowest = np.arange(n)
    while True:
        least = lowest.copy()
        np.minimum.at(least, edges[:, 0], lowest[edges[:, 1]])
        np.minimum.at(least, edges[:, 1], lowest[edges[:, 0]])
        least = least[least]
        if (least == lowest).all():
            break
        lowest = least
    (more,) = (lowest == np.arange(n)).nonzero()
    return np.concatenate([edges, np.column_stack([np.zeros(len(more) - 1, np.int64), more[1:]])])


def _check_symmetric(graph: SparseRows) -> None:
    row = np.repeat(np.arange(len(graph)), np.diff(graph.starts))
    order = np.lexsort((row, graph.columns))
    same = np.array_equal(graph.columns[order], row) and np.array_equal(row[order], graph.columns)
    if not same or not np.allclose(graph.values[order], graph.values, rtol=1e-7, atol=1e-9):
        raise ValueError(
            "The precomputed distance matrix is expected to be symmetric, however its values appear to be asymmetric. "
            "Please verify that the distance matrix was constructed correctly."
        )


def derive(found: Found, parameters: Mapping[str, Any], Z: NDArray[np.float64] | None = None) -> Tree:
    """All that follows from a spanning tree; its linkage matrix is `Z`, if that is known."""
    which, n = found.which, len(found.odd)
    Z = _merge_all(found) if Z is None else Z
    core = np.full(n, np.inf)
    core[which] = found.own.core
    root = n + len(which) - 2 if len(which) > 1 else int(which[0])
    condensed = condense_tree(
        Z, root, core, found.weights, parameters["min_cluster_size"], parameters["cluster_selection_persistence"]
    )
    selected = select_clusters(condensed, **{name: parameters[name] for name in SELECTION})
    return Tree(found.spanning_tree, Z, condensed, selected, *leaves_of(condensed))


def _merge_all(found: Found) -> NDArray[np.float64]:
    """The linkage matrix of all rows: those that are not in the tree are merged last, at infinity."""
    which, n = found.which, len(found.odd)
    pairs, heights = found.spanning_tree
    if len(which) < n:
        is_outside = np.ones(n, np.bool_)
        is_outside[which] = False
        (others,) = is_outside.nonzero()
        pairs = np.concatenate([pairs, np.column_stack([np.full(len(others), which[0]), others])])
        heights = np.append(heights, np.full(len(others), np.inf))
    return label_merges(pairs, heights)


def label_all(found: Found, tree: Tree, n_threads: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Labels and probabilities of all rows of a fit."""
    labels, probabilities = tree.label(tree.cluster, tree.value, n_threads)
    if len(left_out := found.left_out):
        labels[left_out], probabilities[left_out] = join(found.reached, found.which, tree, n_threads)
    is_odd = found.odd < 0
    labels[is_odd] = found.odd[is_odd]
    probabilities[is_odd] = np.where(found.odd[is_odd] == MISSING, np.nan, 0.0)
    return labels.astype(np.intp, copy=False), probabilities


def place(found: Reached, which: NDArray[np.intp], tree: Tree) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The clusters that new rows leave, and at which lambda, where they join rows of the tree."""
    row = which[found.row]
    with np.errstate(divide="ignore"):
        joins = 1.0 / found.distance
    cluster, value, clusters = tree.cluster[row], tree.value[row], tree.condensed.clusters
    (rest,) = (value > joins).nonzero()  # they leave before the rows that they join
    value = np.minimum(value, joins)
    while len(rest):
        rest = rest[(cluster[rest] > 0) & (clusters.birth[cluster[rest]] >= joins[rest])]
        cluster[rest] = clusters.parent[cluster[rest]]
    return cluster, value


def label_below(found: Found, tree: Tree, distance: float, min_cluster_size: float) -> NDArray[np.intp]:
    """Labels of the clusters whose rows are joined below a distance, numbered by their first rows; -1 for smaller ones
    and for rows that are not in the tree, but those with NaN or infinity keep theirs."""
    n, Z, weights = len(found.odd), tree.linkage, found.weights
    group = np.zeros(n, np.intp)
    if n > 1:
        group = labels_by_number(Z[:, :2].astype(np.int64), n - int(np.count_nonzero(Z[:, 2] < distance)))
    is_in_tree = np.zeros(n, np.bool_)
    is_in_tree[found.which] = True
    if min_cluster_size > 1:  # the copies of a row of some weight are not in one cluster either
        is_in_tree[found.which[found.own.core >= distance]] = False
    sizes = np.bincount(group[is_in_tree], None if weights is None else weights[is_in_tree], minlength=n)
    (inside,) = (is_in_tree & (sizes[group] >= min_cluster_size)).nonzero()
    groups, first, number_of = np.unique(group[inside], return_index=True, return_inverse=True)
    place = np.empty(len(groups), np.intp)
    place[first.argsort()] = np.arange(len(groups))
    labels = np.where(found.odd < 0, found.odd, -1)
    labels[inside] = place[number_of]
    return labels


def join(
    found: Reached, which: NDArray[np.intp], tree: Tree, n_threads: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Labels and probabilities of new rows that join rows of the tree."""
    return tree.label(*place(found, which, tree), n_threads)
