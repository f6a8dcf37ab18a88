# SPDX-License-Identifier: BSD-3-Clause
"""What a fit of HDBSCAN leaves: its tree, and places of rows in it, for labels of new rows, soft clusters and noise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.parameters import check_parameters, integer
from .._runtime import threads
from ..distances._sparse import SparseRows
from ..spanning_trees._tree import SpanningTree
from ._condensed_tree import CondensedTree, outlier_scores_of, persistence_of, prominence_of
from ._hdbscan_membership import Membership, Placed, SoftClusters
from ._hdbscan_rows import MISSING, as_dense, check_distances, label_odd_rows, take
from ._hdbscan_tree import Found, Tree, derive, join, place
from ._noise import DensityClusterer
from ._reachability import Reached, RowsOfTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike


class FittedTree(DensityClusterer):
    """A spanning tree, what follows from it, and the places of rows in it. `HDBSCAN` fits it."""

    __slots__ = ("_derived",)  # what follows from the spanning tree: not a part of the state

    labels_: NDArray[np.intp]
    probabilities_: NDArray[np.float64]
    _fit_parameters: dict[str, Any]
    _sample_weight: NDArray[np.float64] | None
    _rows_of_tree: NDArray[np.intp]
    _tree_X: NDArray[np.floating] | None
    _core_distances: NDArray[np.float64]
    _edges: NDArray[np.int64]
    _edge_weights: NDArray[np.float64]
    _joined_rows: NDArray[np.int64]
    _joined_distances: NDArray[np.float64]
    _derived: Tree

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:
        """Label new rows by the row of the fit that is nearest by mutual reachability.

        A new row joins that row in the condensed tree: it is in the cluster that the row is in at this distance, or is
        noise where the row is. Rows of the fit keep their labels, but copies of a row may all get the label of the
        first one. The clusters stay as they are: this is not what a fit to the old and new rows together would give.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_new, n_features) or (n_new, n_samples)
            Rows with the columns seen by fit, or with ``metric='precomputed'`` their distances to the rows of the fit;
            not modified.

        Returns
        -------
        ndarray of shape (n_new,), intp
            -1 for noise, -2 for rows with infinity, -3 for rows with NaN. If rows of the fit are equally near by mutual
            reachability, the one at the least distance decides, and of these the first one.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `fit`, or if the number or names of the columns differ from those seen by fit.

        Notes
        -----
        The core distance of a new row is that to the `min_samples`-th nearest row of the fit, as in
        ``hdbscan.approximate_predict``; but neighbors are found exactly, and in clusters below the selected ones, too.
        """
        self._check_is_fitted()
        return self._assign(as_dense(self._read_more_rows(X), self._fit_metric))

    def membership(self, X: ArrayLike | None = None, *, n_likeliest: int = 3) -> Membership:
        """Return the clusters that each row is most likely in, and how likely: soft clusters.

        What is left of 1 is how likely the row is noise. The definition is that of
        ``hdbscan.all_points_membership_vectors``, for new rows, too: see Notes.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix, default=None
            Rows as of `predict`. None means the rows of the fit; with ``metric='precomputed'`` their distances are not
            kept and must be given.

        n_likeliest : int, default=3
            How many clusters of each row, at most all. `membership_blocks` is for all of them.

        Returns
        -------
        clusters : ndarray of shape (n, m), int64
            The m likeliest clusters, m = min(n_likeliest, n_clusters), from the likeliest on, and in order on a tie.
            -2 for rows with infinity, -3 for rows with NaN, -1 for rows of the fit of weight 0, which are not kept.

        probabilities : ndarray of shape (n, m), float64
            How likely each row is in these clusters. 0 for rows with infinity, NaN for those with NaN or weight 0.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `predict`, `n_likeliest` is out of range, or `X` is None and distances were given.

        See Also
        --------
        assign_noise : Labels without noise, or with less of it.

        Notes
        -----
        The likeliness of a cluster is a product of two parts, of which the sum over all clusters is brought to how
        likely the row is in any cluster.

        - 1 / distance to the nearest *exemplar* of the cluster. Exemplars are the rows that leave the lowest clusters
          of the condensed tree last.
        - exp(exp(-L / h)), where L is the largest lambda of the cluster of the tree that the row leaves, and h is the
          lambda up to which the row and the cluster are together: that at which the row leaves the tree, if the cluster
          is above or below that one, or else that at which their branches part.
        - How likely the row is in any cluster is `probabilities_` for rows in clusters. For noise it is the largest h
          over the largest lambda of the cluster with that h, at most 1. If several clusters have that h, as is common,
          the likeliest one counts; in the package it is the first.

        The likeliest cluster is mostly that of `labels_`, but not always: distance is what counts most. A new row has
        the place in the tree that `predict` gives it, and a copy of a row the memberships of that row. (The package
        weighs the parts for new rows in another way.) The page on the algorithm lists all differences.

        Time is O(n (e + k)) for e exemplars of k clusters, and memory 16 m bytes per row beside a block of rows.

        References
        ----------
        L. McInnes, J. Healy and S. Astels, "hdbscan: Hierarchical density based clustering", Journal of Open Source
        Software 2 (2017) 205. :doi:`10.21105/joss.00205`

        Examples
        --------
        >>> from coterie import HDBSCAN
        >>> X = [[1.0], [1.1], [1.3], [1.4], [5.0], [5.5], [6.5], [7.0], [20.0]]
        >>> model = HDBSCAN(min_cluster_size=3, min_samples=2).fit(X)
        >>> clusters, probabilities = model.membership([[1.2], [4.0], [20.0]], n_likeliest=2)
        >>> clusters
        array([[0, 1],
               [1, 0],
               [1, 0]])
        >>> probabilities.round(2)
        array([[0.98, 0.02],
               [0.51, 0.16],
               [0.05, 0.03]])
        """
        check_parameters("membership", {"n_likeliest": (integer(1),)}, {"n_likeliest": n_likeliest})
        return self._soft_clusters().likeliest(self._place(X), int(n_likeliest))

    def membership_blocks(self, X: ArrayLike | None = None) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Yield how likely rows are in all clusters, a block of rows at a time.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix, default=None
            As of `membership`.

        Yields
        ------
        rows : slice
            Which rows of `X`, in order and without gaps.

        probabilities : ndarray of shape (n_rows, n_clusters), float64
            How likely each of these rows is in each cluster. 0 for rows with infinity, NaN for those with NaN or weight
            0. The block may be changed.

        Raises
        ------
        NotFittedError, ValueError, TypeError
            For the same reasons as `membership`, when it is called.

        Notes
        -----
        The definition is that of `membership`. A block has about a million numbers, distances to exemplars included.

        Examples
        --------
        >>> from coterie import HDBSCAN
        >>> X = [[1.0], [1.1], [1.3], [1.4], [5.0], [5.5], [6.5], [7.0], [20.0]]
        >>> model = HDBSCAN(min_cluster_size=3, min_samples=2).fit(X)
        >>> for rows, probabilities in model.membership_blocks(X):
        ...     print(rows, probabilities.sum(axis=0).round(2))
        slice(0, 9, None) [4.03 4.05]
        """
        return self._soft_clusters().blocks_of(self._place(X))

    # --- what follows from the spanning tree

    @property
    def minimum_spanning_tree_(self) -> SpanningTree:
        return self._get_tree().spanning_tree

    @property
    def linkage_(self) -> NDArray[np.float64]:
        return self._get_tree().linkage

    @property
    def condensed_tree_(self) -> CondensedTree:
        return self._get_tree().condensed.as_table(np.int64 if self._sample_weight is None else np.float64)

    @property
    def selected_clusters_(self) -> NDArray[np.int64]:
        return self._get_tree().selected.chosen + len(self.labels_)

    @property
    def cluster_persistence_(self) -> NDArray[np.float64]:
        tree, weights = self._get_tree(), self._sample_weight
        return persistence_of(tree.condensed, tree.selected, self.labels_, weights)

    @property
    def outlier_scores_(self) -> NDArray[np.float64]:
        tree = self._get_tree()
        scores = outlier_scores_of(tree.condensed, tree.cluster, tree.value)
        scores[self.labels_ == MISSING] = np.nan
        return scores

    def _get_tree(self) -> Tree:
        self._check_is_fitted()
        tree: Tree | None = getattr(self, "_derived", None)
        if tree is None or tree.spanning_tree.edges is not self._edges:
            tree = self._derived = derive(self._found(), self._fit_parameters)
        return tree

    def _prominences(self) -> NDArray[np.float64]:
        """How far each cluster is set apart from what it splits off from: see `prominence_of`."""
        tree = self._get_tree()
        return prominence_of(tree.condensed, tree.selected)

    def _found(self) -> Found:
        tree, reached = (
            SpanningTree(self._edges, self._edge_weights),
            Reached(self._joined_rows, self._joined_distances),
        )
        odd = np.where(self.labels_ < -1, self.labels_, 0)
        return Found(tree, self._rows_of_tree, self._own_rows(), self._sample_weight, odd, reached)

    def _own_rows(self) -> RowsOfTree:
        weights = None if self._sample_weight is None else self._sample_weight[self._rows_of_tree]
        min_samples, alpha = self._fit_parameters["min_samples"], self._fit_parameters["alpha"]
        return RowsOfTree(self._tree_X, self._fit_metric, self._core_distances, weights, min_samples, alpha)

    # --- new rows

    def _assign(self, X: NDArray[np.floating]) -> NDArray[np.intp]:
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        labels = label_odd_rows(X, self._fit_metric)
        (which,) = (labels == 0).nonzero()
        if len(which):
            X = X if len(which) == len(X) else X[which]
            found = self._own_rows().reach(self._to_rows_of_tree(X), n_threads)
            labels[which], _ = join(found, self._rows_of_tree, self._get_tree(), n_threads)
        return labels

    def _soft_clusters(self) -> SoftClusters:
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        return SoftClusters(self._get_tree(), self._own_rows(), self._rows_of_tree, n_threads)

    def _place(self, X: ArrayLike | None) -> Placed:
        """The places of rows in the tree, of those of the fit by default."""
        tree, which = self._get_tree(), self._rows_of_tree
        if X is None:
            if self._tree_X is None:
                raise ValueError(
                    "X=None means the rows of the fit, but with metric='precomputed' their distances are not kept. "
                    "Pass them as X."
                )
            odd = np.minimum(self.labels_, -1)
            odd[which] = 0
            return Placed(odd, which, self._tree_X, tree.cluster[which], tree.value[which])
        rows = as_dense(self._read_more_rows(X), self._fit_metric)
        odd = label_odd_rows(rows, self._fit_metric)
        (counts,) = (odd == 0).nonzero()
        rows = self._to_rows_of_tree(rows if len(counts) == len(rows) else rows[counts])
        if not len(counts):
            return Placed(odd, counts, rows, np.empty(0, np.int64), np.empty(0))
        found = self._own_rows().reach(rows, threads.resolve_n_jobs(self.n_jobs))
        return Placed(odd, counts, rows, *place(found, which, tree))

    def _noise_scores(self, X: NDArray[np.floating]) -> NDArray[np.float64]:
        """How far rows are from those in clusters, over the distance at which the nearest one's cluster begins."""
        n_threads, own, tree = threads.resolve_n_jobs(self.n_jobs), self._own_rows(), self._get_tree()
        X = self._to_rows_of_tree(X)
        labels, _ = join(own.reach(X, n_threads), self._rows_of_tree, tree, n_threads)
        (among,) = (self.labels_[self._rows_of_tree] >= 0).nonzero()
        if not len(among):
            return np.full(len(X), np.inf)
        found = own.reach(X, n_threads, among)
        cluster = tree.selected.chosen[self.labels_[self._rows_of_tree[among[found.row]]]]
        limit = np.where(cluster == 0, tree.selected.least, tree.condensed.clusters.birth[cluster])
        with np.errstate(invalid="ignore", over="ignore"):
            scores = np.where(found.distance == 0, 0.0, found.distance * limit)
        return np.where(labels >= 0, np.minimum(scores, 1.0), np.maximum(scores, np.nextafter(1.0, 2.0)))

    def _to_rows_of_tree(self, X: NDArray[np.floating]) -> NDArray[np.floating]:
        """Of given distances those to the rows of the tree; other rows as they are."""
        return X if self._fit_metric is not None or len(self._rows_of_tree) == X.shape[1] else X[:, self._rows_of_tree]

    def _read_more_rows(self, X: ArrayLike) -> NDArray[np.floating] | SparseRows:
        rows = self._read_dense_or_sparse(X, finite=False)
        if self._fit_metric is None:
            check_distances(rows if isinstance(rows, np.ndarray) else rows.values)
        return rows

    # --- noise

    def _read_rows_of_fit(self, X: ArrayLike) -> NDArray[np.floating] | SparseRows:
        rows = self._read_more_rows(X)
        if self._fit_metric is None:
            return rows
        rows = as_dense(rows, self._fit_metric)
        odd = label_odd_rows(rows, self._fit_metric)
        if len(odd) == len(self.labels_) and (wrong := odd != np.where(self.labels_ < -1, self.labels_, 0)).any():
            raise ValueError(
                "X must be the rows of the fit, but these held NaN and infinity in other rows. First at row "
                f"{int(wrong.argmax())}."
            )
        return rows

    def _likeliest(
        self, rows: NDArray[np.floating] | SparseRows, noise: NDArray[np.intp], least: float
    ) -> tuple[NDArray[np.integer], NDArray[np.bool_]]:
        tree, found = self._get_tree(), self._found()
        cluster, value = tree.cluster.copy(), tree.value.copy()
        cluster[found.left_out], value[found.left_out] = place(found.reached, found.which, tree)
        some = as_dense(take(rows, noise, None), self._fit_metric)
        placed = Placed(
            np.zeros(len(noise), np.intp),
            np.arange(len(noise)),
            self._to_rows_of_tree(some),
            cluster[noise],
            value[noise],
        )
        clusters, probabilities = self._soft_clusters().likeliest(placed, 1)
        return clusters[:, 0], (probabilities[:, 0] >= least) & (probabilities[:, 0] > 0)
