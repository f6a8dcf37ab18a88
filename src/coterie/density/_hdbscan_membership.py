# SPDX-License-Identifier: BSD-3-Clause
"""Soft clusters of HDBSCAN: how likely rows are in each cluster, a block of rows at a time.

The definition is that of the package hdbscan (`all_points_membership_vectors`), from the condensed tree and from
*exemplars*: the rows that leave the lowest clusters last.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._base import power_of_two
from .._base.blocks import blocks
from .._runtime import parallel, progress
from .._runtime.thresholds import thresholds
from ..distances._metrics import safe_exponent
from ..distances._pairwise import fill_rectangle, prepare
from ..neighbors._kernels import blocks as block_kernels
from ..neighbors._search import RowsInTree, lay_out, nearest
from ._hdbscan_rows import INFINITE
from ._kernels import membership

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..distances._pairwise import Prepared
    from ._hdbscan_tree import Tree
    from ._reachability import RowsOfTree

_EXEMPLAR, _CLUSTER = 1.0, 5.0  # nanoseconds of a row, for each of them


class Membership(NamedTuple):
    """The likeliest clusters of each row, the most likely one first.

    Attributes
    ----------
    clusters : ndarray of shape (n, m), int64
        Equally likely ones are in order. -2 in rows with infinity and -3 in rows with NaN, as in `labels_`; -1 in rows
        of the fit of weight 0, which are not kept.
    probabilities : ndarray of shape (n, m), float64
        0 in rows with infinity; NaN in rows with NaN or weight 0.
    """

    clusters: NDArray[np.int64]
    probabilities: NDArray[np.float64]


Membership.__module__ = "coterie.density"  # where users and pickles find it


class Placed(NamedTuple):
    """Rows that have a place in the condensed tree, among others that have none.

    Attributes
    ----------
    odd : ndarray of shape (n,), intp
        0 for those that have one; for others what stands in place of their clusters.
    which : ndarray of shape (n_placed,), intp
        Those that have one, in order.
    rows : ndarray of shape (n_placed, n_features) or (n_placed, n_rows_of_tree)
        They themselves, or their distances to the rows of the tree.
    cluster, value : ndarray of shape (n_placed,)
        The cluster that each one leaves, and the lambda at which it does.
    """

    odd: NDArray[np.intp]
    which: NDArray[np.intp]
    rows: NDArray[np.floating]
    cluster: NDArray[np.int64]
    value: NDArray[np.float64]


class SoftClusters:
    """The selected clusters of a tree, ready to say how likely rows are in them.

    Parameters
    ----------
    tree : Tree
    own : RowsOfTree
    which : ndarray of shape (n_rows_of_tree,), intp
        Which rows of the fit these are.
    n_threads : int

    Attributes
    ----------
    chosen : ndarray of shape (n_selected,), int64
        The clusters in the tree. The root can only have rows if it is alone: else it is -1.
    home : ndarray of shape (n_clusters_of_tree,), int64
        The number of the selected cluster that the rows of each cluster are in; -1 if they are noise.
    exemplars : ndarray of shape (n_exemplars,), intp
        Rows of the tree, cluster by cluster.
    starts : ndarray of shape (n_selected + 1,), int64
        Where the distances to those of each cluster begin.
    """

    def __init__(self, tree: Tree, own: RowsOfTree, which: NDArray[np.intp], n_threads: int) -> None:
        clusters, selected = tree.condensed.clusters, tree.selected
        self.n_threads, self.metric = n_threads, own.metric
        self.chosen = selected.chosen.copy()
        if len(self.chosen) > 1 and self.chosen[0] == 0:
            self.chosen[0] = -1
        is_selected = np.zeros(len(clusters.parent), np.uint8)
        is_selected[self.chosen[self.chosen >= 0]] = True
        places = np.empty((3, len(is_selected)), np.int64)
        self.tree = membership.Hierarchy(clusters.parent, clusters.birth, clusters.death, is_selected, *places)
        is_inside = (selected.nearest >= 0) & (is_selected[selected.nearest] == 1)
        self.home = np.where(is_inside, selected.number[selected.nearest], -1)

        cluster, value = tree.cluster[which], tree.value[which]
        above = self.home[cluster]
        (last,) = ((above >= 0) & (clusters.is_leaf[cluster] == 1) & (value == clusters.death[cluster])).nonzero()
        # The rows that leave a cluster at distance 0 are equal, and may be many: one of them will do.
        _, first = np.unique(np.where(np.isinf(value[last]), cluster[last], -1 - last), return_index=True)
        last = last[np.sort(first)]
        last = last[above[last].argsort(kind="stable")]
        self.exemplars = last
        self.starts = np.searchsorted(above[last], np.arange(len(self.chosen) + 1))
        self.trees: dict[int, RowsInTree] = {}  # by cluster
        if own.metric is not None and own.X is not None:
            self._lay_out(own.X[last])

    def _lay_out(self, X: NDArray[np.floating]) -> None:
        """Lay out the exemplars, those of a cluster with many in a tree: only the nearest of each cluster counts.

        Such a cluster has one column of distances.
        """
        assert self.metric is not None
        self.exponent = safe_exponent(self.metric, X)
        self.top = 0.0 if power_of_two.is_safe(X.dtype, self.metric.power) else power_of_two.size(X)
        kept = np.ones(len(X), np.bool_)
        sizes = np.diff(self.starts)
        for cluster in np.flatnonzero(sizes > thresholds.listed_exemplars):
            of_cluster = slice(self.starts[cluster], self.starts[cluster + 1])
            rows = lay_out(X[of_cluster], self.metric, len(X), self.n_threads)
            if isinstance(rows, RowsInTree):
                self.trees[int(cluster)] = rows
                kept[of_cluster] = False
                kept[of_cluster.start] = True
                sizes[cluster] = 1
        self.starts = np.concatenate([[0], sizes.cumsum()])
        self.X = X[kept]
        self.points = self._prepare(self.exponent)

    def blocks_of(self, placed: Placed) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Slices of the rows, and how likely these are in each cluster: (n_block, n_selected)."""
        n = len(placed.odd)
        for part in blocks(n, len(self.chosen)):
            found = np.full((part.stop - part.start, len(self.chosen)), np.nan)
            found[placed.odd[part] == INFINITE] = 0.0
            some = slice(*np.searchsorted(placed.which, (part.start, part.stop)))
            with progress.as_step("memberships", part.start, n):
                of_rows = self._of(placed.rows[some], placed.cluster[some], placed.value[some])
            if len(of_rows) == len(found):
                found = of_rows
            else:
                found[placed.which[some] - part.start] = of_rows
            yield part, found
        progress.report("memberships", n, n)

    def likeliest(self, placed: Placed, n_likeliest: int) -> Membership:
        """The likeliest clusters of each row, which need less memory than all."""
        n, m = len(placed.odd), min(n_likeliest, len(self.chosen))
        found = Membership(np.empty((n, m), np.int64), np.empty((n, m)))
        if m == 0:
            return found
        for part, block in self.blocks_of(placed):
            np.negative(block, out=block)  # the likeliest is the nearest one then
            size = parallel.chunk(_CLUSTER * block.shape[1])
            into = found.probabilities[part], found.clusters[part]
            parallel.over(len(block), size, self.n_threads, block_kernels.nearest, block, 0, False, *into)
        np.negative(found.probabilities, out=found.probabilities)
        (odd,) = placed.odd.nonzero()
        found.clusters[odd] = placed.odd[odd, None]
        found.probabilities[odd] = np.where(placed.odd[odd] == INFINITE, 0.0, np.nan)[:, None]
        return found

    def _of(
        self, rows: NDArray[np.floating], cluster: NDArray[np.int64], value: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        k, width = len(self.chosen), int(self.starts[-1])
        out = np.empty((len(rows), k))
        if not out.size:
            return out
        in_trees = np.empty((len(self.trees), len(rows)))
        for found, tree in zip(in_trees, self.trees.values(), strict=True):
            found[:] = nearest(tree, 1, rows, False, self.n_threads)[0][:, 0]
        columns = self.starts[list(self.trees)]
        work = np.empty((self.n_threads, 2, k))
        size = parallel.chunk(_EXEMPLAR * width + _CLUSTER * k)
        for part in blocks(len(rows), width):
            progress.report("memberships", part.start, len(rows))
            far = self._distances(rows[part])
            far[:, columns] = in_trees[:, part].T
            places = cluster[part], value[part]
            arguments = far, self.starts, self.chosen, self.home, self.tree, *places, work, out[part]
            parallel.over(len(far), size, self.n_threads, membership.memberships, *arguments)
        return out

    def _distances(self, rows: NDArray[np.floating]) -> NDArray[np.float64]:
        """To the exemplars, but for those in trees."""
        if self.metric is None:
            return np.ascontiguousarray(rows[:, self.exemplars], np.float64)
        far = np.empty((len(rows), self.starts[-1]))
        for which, exponent in power_of_two.parts(rows, self.exponent, self.top, self.metric.power):
            points = self.points if exponent == self.exponent else self._prepare(exponent)
            some = np.ascontiguousarray(power_of_two.divided(rows[which], exponent))
            part = far if isinstance(which, slice) else np.empty((len(which), far.shape[1]))
            fill_rectangle(some, points, self.metric, self.n_threads, part)
            power_of_two.multiplied(part, exponent * self.metric.degree)
            if part is not far:
                far[which] = part
        return far

    def _prepare(self, exponent: int) -> Prepared:
        assert self.metric is not None
        return prepare(np.ascontiguousarray(power_of_two.divided(self.X, exponent)), self.metric, self.n_threads)
