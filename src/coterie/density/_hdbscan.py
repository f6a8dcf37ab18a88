# SPDX-License-Identifier: BSD-3-Clause
"""HDBSCAN as scikit-learn's estimator: parameters, data, attributes, and labels of new rows."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .. import distances
from .._base.arrays import as_weights
from .._base.clusterer import WeightedClusterer
from .._base.estimator import Estimator
from .._base.exceptions import ClusteringWarning
from .._base.parameters import BOOL, DICT, N_JOBS, NONE, POSITIVE, Rule, check_parameters, integer, number, one_of, real
from .._base.state import ABSENT, FLOATS, Array
from .._base.warnings import warn
from .._base.wording import count, shown
from .._runtime import progress, threads
from ..distances import _sparse
from ..distances._metrics import (
    FITTED_METRIC,
    METRIC,
    check_fitted,
    check_suits,
    is_fit_of,
    is_precomputed,
    read_metric,
)
from ..distances._sparse import SparseRows
from ..scaling._variance import warn_of_scales
from ..spanning_trees._tree import SpanningTree
from ._dbscan import check_sum
from ._hdbscan_centers import find_centers
from ._hdbscan_fitted import FittedTree
from ._hdbscan_rows import MISSING, as_dense, check_distances, label_odd_rows, take
from ._hdbscan_tree import SELECTION, Found, derive, find_tree, label_all, label_below
from ._reachability import Reached, RowsOfTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

# Parameters that need no other spanning tree, and those that are needed after the fit, when the estimator's may change.
_RECUT = ("min_cluster_size", "cluster_selection_persistence", *SELECTION, "store_centers")
_FITTED = ("min_cluster_size", "min_samples", "alpha", "cluster_selection_persistence", *SELECTION)
# The metrics for which scikit-learn has trees, by formula.
_KD_TREE = ("euclidean", "manhattan", "chebyshev", "minkowski")
_BALL_TREE = (*_KD_TREE, "canberra", "braycurtis", "hamming", "jaccard", "dice", "haversine")


class HDBSCAN(WeightedClusterer, FittedTree):
    """Clusters are regions that are denser than what is around them, each at its own density.

    For every distance there are the clusters that DBSCAN would find. They form a tree; splits that leave fewer than
    `min_cluster_size` rows on a side are not counted as such. From this condensed tree the clusters that last longest
    are selected. There is no `eps` to choose.

    Parameters, attributes, labels and messages are those of ``sklearn.cluster.HDBSCAN``. In addition, there are
    parameters and attributes that users of the package hdbscan know, weights, and `predict`.

    Parameters
    ----------
    min_cluster_size : int, default=5
        The number of rows of a cluster, at least. With `sample_weight`, it is their total weight.

    min_samples : int, default=None
        The core distance of a row is that to its `min_samples`-th nearest row, the row itself counted, as in
        scikit-learn. In the package hdbscan the row is not counted: its ``min_samples=5`` is 6 here. None means
        `min_cluster_size`.

    cluster_selection_epsilon : float, default=0.0
        Clusters that split off below this distance are merged with those around them.

    max_cluster_size : int, default=None
        The number of rows of a cluster, at most, with `cluster_selection_method` 'eom'. `cluster_selection_epsilon`
        may merge them to larger ones. None means no limit.

    metric : str, callable or `coterie.distances.Metric`, default='euclidean'
        The distance of two rows: a name from the table in `coterie.distances`, a callable ``metric(x, y)`` that is
        symmetric, or 'precomputed'. With 'precomputed', row i of `X` holds the distances from row i, and infinity
        stands for distances that are not known. If such an `X` is sparse, distances that are not stored are not known,
        and the row itself counts for its core distance only where the diagonal is stored.

    metric_params : dict, default=None
        ``p`` for 'minkowski'; ``kinds``, ``weights`` and ``ranges`` for 'gower'; or arguments for a callable. With
        'precomputed', scikit-learn's ``max_distance`` is of no
        effect: each row must have enough distances.

    alpha : float, default=1.0
        Distances are divided by it before they are compared with core distances, as in robust single linkage; given
        distances before core distances are found, too.

    algorithm : {'auto', 'brute', 'kd_tree', 'ball_tree'}, default='auto'
        The result is always exact, and the data decide how it is found. As in scikit-learn, 'kd_tree' and 'ball_tree'
        refuse metrics for which these trees are not defined.

    leaf_size : int, default=40
        Ignored; kept for API compatibility.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    cluster_selection_method : {'eom', 'leaf'}, default='eom'
        Which clusters of the condensed tree are selected: the most stable ones ('excess of mass'), or all that do not
        split again, which are smaller and more similar to each other.

    allow_single_cluster : bool, default=False
        Whether all rows together may be a cluster, with 'eom'.

    store_centers : {'centroid', 'medoid', 'both'}, default=None
        Which centers of the clusters to compute. Medoids take time in proportion to the square of a cluster's size.

    copy : bool, default=True
        Ignored; kept for API compatibility. `X` is never modified.

    cluster_selection_persistence : float, default=0.0
        Splits of the tree are undone if one of the two parts lasts less than this, from the lambda (1 / distance) of
        the split to the largest lambda of its rows. The condensed tree shows the result.

    cluster_selection_epsilon_max : float, default=inf
        Clusters that split off above this distance are not selected, with 'eom', but those within them.
        `cluster_selection_epsilon` may merge them again.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,), int64
        Cluster of each row, from 0; -1 for noise, -2 for rows with infinity, -3 for rows with NaN. A row of weight 0
        has the label that `predict` gives it.

    probabilities_ : ndarray of shape (n_samples,), float64
        How firmly each row belongs to its cluster, from 0 to 1: its lambda over the largest one of the cluster. 0 for
        noise and infinity, NaN for rows with NaN.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    centroids_ : ndarray of shape (n_clusters, n_features), float64
        Means of the clusters, with the probabilities as weights; only with `store_centers`.

    medoids_ : ndarray of shape (n_clusters, n_features), float64
        The row of each cluster with the least sum of distances to the others, with the probabilities as weights; the
        first one on a tie. Only with `store_centers`.

    minimum_spanning_tree_ : SpanningTree
        The tree of the mutual reachability distances: `edges` (n - 1, 2) and `weights` (n - 1,), from short to long.
        Rows with NaN, infinity or weight 0 are not in it.

    linkage_ : ndarray of shape (n_samples - 1, 4), float64
        The same as a linkage matrix of scipy. Rows that are not in the spanning tree are merged last, at infinity.

    condensed_tree_ : CondensedTree
        A structured array with the fields `parent`, `child`, `lambda_val` and `child_size`, and the methods `to_pandas`
        and `plot`. A child below n_samples is a row; n_samples is the root.

    selected_clusters_ : ndarray of shape (n_clusters,), int64
        The node of `condensed_tree_` that each label is.

    cluster_persistence_ : ndarray of shape (n_clusters,), float64
        How stable each cluster is, from 0 to 1: its stability, over what it would be if it lasted from lambda 0 to the
        largest lambda of all.

    outlier_scores_ : ndarray of shape (n_samples,), float64
        GLOSH: how much less dense each row is than the densest of the part of the tree that it leaves, from 0 to 1; NaN
        for rows with NaN. This tells rows at the edge of a cluster from those within. `coterie.outlier_scores` is for
        new rows as well, and compares distances instead: it tells rows in clusters (up to 1) from noise (above 1).

    See Also
    --------
    DBSCAN : Clusters for one distance; faster.
    coterie.selection.sweep : Scores and stability for many parameters, from one tree.
    coterie.plot.condensed_tree : A picture of the condensed tree.

    Notes
    -----
    Lambda is 1 / distance, infinite for distance 0. If all rows are equal, they are noise, as in scikit-learn, unless
    `allow_single_cluster` is set.

    Edges of the spanning tree are in the order of their weights, and of their rows on a tie. Mutual reachability
    distances are equal where they are the core distance of the same row; a row that is as near to two clusters joins
    them in that order. scikit-learn's order of such rows depends on its sort, so that single rows between clusters
    may differ. A parent that is as stable as its children is selected.

    Clusters are numbered from the top of `linkage_`, level by level, so that numbers do not depend on the order of the
    rows. scikit-learn numbers its own tree in this way, whose sides depend on that order: the same clusters may have
    other numbers there.

    Time is that of the spanning tree, about O(n log n) for few features and O(n²) at worst; all that follows is
    O(n log n). Memory beyond the data is about 400 bytes per row. On one machine the results are the same for any
    number of threads.

    References
    ----------
    .. [1] R. J. G. B. Campello, D. Moulavi and J. Sander, "Density-based clustering based on hierarchical density
       estimates", Advances in Knowledge Discovery and Data Mining (2013) 160-172. :doi:`10.1007/978-3-642-37456-2_14`
    .. [2] R. J. G. B. Campello, D. Moulavi, A. Zimek and J. Sander, "Hierarchical density estimates for data
       clustering, visualization, and outlier detection", ACM Transactions on Knowledge Discovery from Data 10 (2015) 5.
       :doi:`10.1145/2733381`
    .. [3] C. Malzer and M. Baum, "A hybrid approach to hierarchical density-based cluster selection", IEEE
       International Conference on Multisensor Fusion and Integration (2020) 223-228.
       :doi:`10.1109/MFI49285.2020.9235263`

    Examples
    --------
    >>> from coterie import HDBSCAN
    >>> X = [[1.0], [1.1], [1.3], [1.4], [5.0], [5.5], [6.5], [7.0], [20.0]]
    >>> model = HDBSCAN(min_cluster_size=3, min_samples=2).fit(X)
    >>> model.labels_
    array([ 0,  0,  0,  0,  1,  1,  1,  1, -1])
    >>> model.predict([[1.2], [6.0], [12.0]])
    array([ 0,  1, -1])
    """

    __module__ = "coterie"  # where users and pickles find it

    _rules = {
        "min_cluster_size": (integer(2),),
        "min_samples": (integer(1), NONE),
        "cluster_selection_epsilon": (real(0),),
        "max_cluster_size": (NONE, integer(1)),
        "metric": METRIC,
        "metric_params": (DICT, NONE),
        "alpha": (POSITIVE,),
        "algorithm": (one_of("auto", "brute", "kd_tree", "ball_tree"),),
        "leaf_size": (integer(1),),
        "n_jobs": N_JOBS,
        "cluster_selection_method": (one_of("eom", "leaf"),),
        "allow_single_cluster": BOOL,
        "store_centers": (NONE, one_of("centroid", "medoid", "both")),
        "copy": BOOL,
        "cluster_selection_persistence": (real(0),),
        "cluster_selection_epsilon_max": (number(0),),
    }
    _metadata = {"fit": ("sample_weight", "callback")}
    _state = {
        **Estimator._state,
        "labels_": (Array((np.intp,), ("n_samples",), low=MISSING),),
        "probabilities_": (
            Rule(
                "an array of float64 from 0 to 1, or NaN",
                lambda value: (
                    type(value) is np.ndarray
                    and value.dtype == np.float64
                    and value.ndim == 1
                    and not ((value < 0) | (value > 1)).any()
                ),
            ),
        ),
        "centroids_": (Array((np.float64,), ("n_clusters", "n_features_in_")), ABSENT),
        "medoids_": (Array((np.float64,), ("n_clusters", "n_features_in_"), missing=True), ABSENT),
        "_fit_metric": FITTED_METRIC,
        "_fit_parameters": (DICT,),
        "_sample_weight": (Array((np.float64,), ("n_samples",), low=0), NONE),
        # The rows of the tree: those without NaN and infinity, and with a weight.
        "_rows_of_tree": (Array((np.intp,), ("n_rows",), low=0, high="n_samples"),),
        "_tree_X": (Array(FLOATS, ("n_rows", "n_features_in_"), missing=True), NONE),
        "_core_distances": (Array((np.float64,), ("n_rows",), low=0, finite=False),),
        "_edges": (Array((np.int64,), ("n_edges", 2), low=0, high="n_samples"),),
        "_edge_weights": (Array((np.float64,), ("n_edges",), low=0, finite=False),),
        # Which of these rows those of weight 0 join, and at which distance.
        "_joined_rows": (Array((np.int64,), ("n_left_out",), low=0, high="n_rows"),),
        "_joined_distances": (Array((np.float64,), ("n_left_out",), low=0, finite=False),),
    }

    centroids_: NDArray[np.float64]
    medoids_: NDArray[np.float64]

    def __init__(
        self,
        min_cluster_size: int = 5,
        min_samples: int | None = None,
        cluster_selection_epsilon: float = 0.0,
        max_cluster_size: int | None = None,
        metric: str | Callable[..., object] | distances.Metric = "euclidean",
        metric_params: Mapping[str, Any] | None = None,
        alpha: float = 1.0,
        algorithm: str = "auto",
        leaf_size: int = 40,
        n_jobs: int | None = None,
        cluster_selection_method: str = "eom",
        allow_single_cluster: bool = False,
        store_centers: str | None = None,
        copy: bool = True,
        *,
        cluster_selection_persistence: float = 0.0,
        cluster_selection_epsilon_max: float = np.inf,
    ) -> None:
        self.min_cluster_size = min_cluster_size
        self.min_samples = min_samples
        self.cluster_selection_epsilon = cluster_selection_epsilon
        self.max_cluster_size = max_cluster_size
        self.metric = metric
        self.metric_params = metric_params
        self.alpha = alpha
        self.algorithm = algorithm
        self.leaf_size = leaf_size
        self.n_jobs = n_jobs
        self.cluster_selection_method = cluster_selection_method
        self.allow_single_cluster = allow_single_cluster
        self.store_centers = store_centers
        self.copy = copy
        self.cluster_selection_persistence = cluster_selection_persistence
        self.cluster_selection_epsilon_max = cluster_selection_epsilon_max

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__.copy()

    def fit(
        self,
        X: ArrayLike,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        *,
        callback: Callable[[str, int, int], object] | None = None,
    ) -> Self:
        """Find the clusters.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features) or (n_samples, n_samples)
            The data, or their distances with ``metric='precomputed'``; not modified. `predict` uses them again: an
            array that was not copied must stay as it is until then. Rows with NaN or infinity are left out. Sparse data
            are made dense.

        y : None
            Ignored; kept for API compatibility.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            A row of weight k counts as k equal rows, in core distances and in sizes of clusters; k need not be whole.
            A row of weight 0 is left out, and labeled as `predict` does it. A row is a cluster of its own if its weight
            is `min_cluster_size` and its core distance is less than the distance at which it joins others. Clusters of
            weighted and of repeated rows may be numbered differently.

        callback : callable, default=None
            Called as ``callback(stage, done, total)`` during the work. If it returns False, the work stops.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            A parameter is out of range or conflicts with another one, there is one row only, or fewer than
            `min_samples`, the data are not a real two-dimensional table, or the metric is not defined for them. Given
            distances are not symmetric, negative or NaN, or a sparse matrix of them has too few for a row, or is not
            connected. Or the weights have the wrong shape, are negative, not finite, or all zero.
        TypeError
            The data hold objects that are not numbers, or the metric does not take such an argument.
        MemoryError
            Sparse data would not fit into memory once they are dense; nothing was allocated.
        Cancelled
            `callback` returned False.

        Warns
        -----
        UserWarning
            Some given distances are infinite, and rows are connected by nothing else.
        ClusteringWarning
            There is no cluster, or more than half of the rows are noise.
        FeatureScaleWarning
            One feature holds 95% of the variance or more, and the metric adds up differences.

        Notes
        -----
        If a fit raises or is interrupted, the estimator does not change.
        """
        self._check_parameters()
        self._check_choices()
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        given, metric, seen = self._read_rows(X, n_threads)
        weights = as_weights(sample_weight, len(given))
        check_sum(weights)
        odd = label_odd_rows(given, metric)
        counts = odd == 0 if weights is None else (odd == 0) & (weights > 0)
        (which,) = counts.nonzero()
        columns = which if metric is None else None  # of given distances
        parameters = {name: getattr(self, name) for name in _FITTED}
        parameters["min_samples"] = min_samples = self._check_count(which, weights)
        rows = given if len(which) == len(given) else take(given, which, columns)
        if metric is not None:
            check_suits(rows, metric, "X" if len(rows) == len(given) else "X (counted without rows that are left out)")
            warn_of_scales(rows, seen.get("feature_names_in_"), metric, n_threads)
        with progress.reported_to(callback):
            some = None if weights is None else weights[which]
            tree, core = find_tree(rows, metric, min_samples, some, float(self.alpha), n_threads)
            tree = SpanningTree(which[tree.edges], tree.weights)
            own = RowsOfTree(None if metric is None else rows, metric, core, some, min_samples, self.alpha)
            found = Found(tree, which, own, weights, odd, Reached(np.empty(0, np.int64), np.empty(0)))
            if len(left_out := found.left_out):
                new = as_dense(take(given, left_out, columns), metric)
                found = found._replace(reached=own.reach(new, n_threads))
            self._become_clusters(found, parameters, seen, n_threads)
        return self

    def fit_predict(  # type: ignore[override]  # it names the options of `fit`, as scikit-learn does
        self,
        X: ArrayLike,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        *,
        callback: Callable[[str, int, int], object] | None = None,
    ) -> NDArray[np.intp]:
        """Find the clusters and return ``labels_``. Parameters and errors are those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,), intp
        """
        return self.fit(X, y, sample_weight, callback=callback).labels_

    def recut(self, **parameters: Any) -> Self:
        """Fit with other parameters to the same rows, from the same spanning tree; the estimator does not change.

        Parameters
        ----------
        **parameters
            Any of `min_cluster_size`, `cluster_selection_method`, `cluster_selection_epsilon`,
            `cluster_selection_epsilon_max`, `cluster_selection_persistence`, `max_cluster_size`,
            `allow_single_cluster` and `store_centers`. What is not given is as in the fit.

        Returns
        -------
        HDBSCAN
            A new estimator, fitted, which shares arrays with this one. It is what a fit with these parameters and the
            `min_samples` of this fit gives, to the last bit. So its `min_samples` is never None.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError
            A parameter is out of range or conflicts with another one, or needs another tree.

        Warns
        -----
        ClusteringWarning
            There is no cluster, or more than half of the rows are noise.

        Notes
        -----
        Linear time, unless medoids are computed. 1,000,000 rows take 0.2 seconds.

        Examples
        --------
        >>> from coterie import HDBSCAN
        >>> X = [[1.0], [1.1], [1.3], [1.4], [5.0], [5.5], [6.5], [7.0], [20.0]]
        >>> model = HDBSCAN(min_cluster_size=3, min_samples=2).fit(X)
        >>> model.recut(min_cluster_size=2).labels_
        array([ 1,  1,  0,  0,  2,  2,  3,  3, -1])
        """
        self._check_is_fitted()
        if others := parameters.keys() - set(_RECUT):
            raise ValueError(
                f"recut takes {', '.join(_RECUT)}. For another {shown(min(others))} a new tree is needed: call fit."
            )
        model = copy.copy(self).set_params(**{**self._fit_parameters, **parameters})
        if not is_fit_of(self._fit_metric, self._read_metric()):  # the parameters have changed since the fit
            model.set_params(metric="precomputed" if self._fit_metric is None else self._fit_metric, metric_params=None)
        model._check_parameters()
        model._check_choices()
        seen = {name: self.__dict__[name] for name in Estimator._state if name in self.__dict__}
        fitted = {name: getattr(model, name) for name in _FITTED}
        model._become_clusters(self._found(), fitted, seen, threads.resolve_n_jobs(self.n_jobs), self.linkage_)
        return model

    def dbscan_clustering(self, cut_distance: float, min_cluster_size: int = 5) -> NDArray[np.intp]:
        """Return the clusters of DBSCAN without border points, for one distance.

        Parameters
        ----------
        cut_distance : float
            Rows at less than this mutual reachability distance are in one cluster.

        min_cluster_size : int, default=5
            Smaller clusters are noise; with `sample_weight` of the fit, it is their total weight.

        Returns
        -------
        ndarray of shape (n_samples,), intp
            Clusters are numbered by their first rows. -1 for noise, -2 for rows with infinity, -3 for rows with NaN.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError
            A parameter is out of range.
        """
        tree = self._get_tree()
        values = {"cut_distance": cut_distance, "min_cluster_size": min_cluster_size}
        check_parameters("dbscan_clustering", {"cut_distance": (number(0),), "min_cluster_size": (integer(1),)}, values)
        return label_below(self._found(), tree, cut_distance, min_cluster_size)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.pairwise = is_precomputed(self.metric)
        tags.input_tags.allow_nan = not is_precomputed(self.metric)
        return tags

    # --- other fits

    def _needs_no_fit(self) -> frozenset[str]:
        return frozenset(_RECUT) - ({"min_cluster_size"} if self.min_samples is None else set())

    def _labels_with(self, **parameters: Any) -> NDArray[np.intp]:
        return self.recut(**{**parameters, "store_centers": None}).labels_

    def _for_sample(self, share: float) -> Self:
        sizes = {"min_cluster_size": 2, "min_samples": 1, "max_cluster_size": 1}  # and their least values
        params = self.get_params(deep=False)
        for name, least in sizes.items():
            if params[name] is not None:
                params[name] = max(least, round(share * params[name]))
        return type(self)(**params)

    # --- the steps of a fit

    def _check_choices(self) -> None:
        """Check what parameters say together."""
        if is_precomputed(self.metric) and self.store_centers is not None:
            raise ValueError("Cannot store centers when using a precomputed distance matrix.")
        metric = self._read_metric()
        if metric is not None and metric.passes_missing and self.store_centers in ("centroid", "both"):
            raise ValueError(
                f"There are no means of rows with the metric {metric.name!r}, whose columns may be categories or have "
                f"missing values: use store_centers='medoid'. Got {self.store_centers!r}."
            )
        if self.cluster_selection_epsilon_max < self.cluster_selection_epsilon:
            raise ValueError(
                f"cluster_selection_epsilon_max={self.cluster_selection_epsilon_max} must be at least "
                f"cluster_selection_epsilon={self.cluster_selection_epsilon}."
            )
        if self.algorithm in ("kd_tree", "ball_tree"):
            known, name = (_KD_TREE, "KDTree") if self.algorithm == "kd_tree" else (_BALL_TREE, "BallTree")
            if metric is None or metric.kernel not in known:
                raise ValueError(
                    f"{self.metric} is not a valid metric for a {name}-based algorithm. Please select a different "
                    "metric."
                )

    def _read_metric(self) -> distances.Metric | None:
        """None for given distances."""
        unknown = sorted((self.metric_params or {}).keys() - {"max_distance"})
        if is_precomputed(self.metric) and unknown:
            raise TypeError(f"With metric='precomputed', metric_params takes 'max_distance' only. Got {unknown}.")
        return read_metric(self.metric, self.metric_params, None)

    def _read_rows(self, X: ArrayLike, n_threads: int) -> tuple[Any, distances.Metric | None, dict[str, Any]]:
        """The data for fit, an array or sparse rows of distances, and the metric."""
        metric = self._read_metric()
        precomputed, owner = is_precomputed(self.metric), type(self).__name__
        rows: NDArray[np.floating] | SparseRows
        if _sparse.is_sparse(X):
            if not precomputed and self.algorithm in ("kd_tree", "ball_tree"):
                raise ValueError("Sparse data matrices only support algorithm `brute`.")
            rows = _sparse.as_sparse_rows(X, n_threads, owner=owner, finite=precomputed)
            seen: dict[str, Any] = {"n_features_in_": rows.shape[1]}
            if not precomputed:
                rows = as_dense(rows, metric)
        else:
            rows, metric, seen = self._read_for(X, metric, finite=False)
        if precomputed:
            check_distances(rows if isinstance(rows, np.ndarray) else rows.values)
            if rows.shape[0] != rows.shape[1]:
                raise ValueError(
                    "The precomputed distance matrix is expected to be symmetric, however it has shape "
                    f"{rows.shape}. Please verify that the distance matrix was constructed correctly."
                )
        return rows, metric, seen

    def _check_count(self, which: NDArray[np.intp], weights: NDArray[np.float64] | None) -> int:
        """Check that the rows that count are enough, and return the number for core distances."""
        min_samples = self.min_cluster_size if self.min_samples is None else self.min_samples
        total = len(which) if weights is None else weights[which].sum()
        if len(which) == 1 and total <= 1:
            raise ValueError("n_samples=1 while HDBSCAN requires more than one sample")
        if min_samples > total:
            raise ValueError(
                f"min_samples ({min_samples}) must be at most the number of samples in X ({total:g})"
                + ", which is the sum of their weights" * (weights is not None)
            )
        return int(min_samples)

    def _become_clusters(
        self,
        found: Found,
        parameters: dict[str, Any],
        seen: dict[str, Any],
        n_threads: int,
        Z: NDArray[np.float64] | None = None,
    ) -> None:
        """The end of a fit: take over the tree, and all that follows from it. Its linkage matrix is `Z`, if known."""
        tree, own = derive(found, parameters, Z), found.own
        labels, probabilities = label_all(found, tree, n_threads)
        centers = {}
        if self.store_centers is not None:
            of_tree = labels[found.which], probabilities[found.which]
            centers = find_centers(self.store_centers, own, *of_tree, n_threads)
        self._warn_of_result(labels, len(tree.selected.chosen))
        self._become(
            labels_=labels,
            probabilities_=probabilities,
            _fit_metric=own.metric,
            _fit_parameters=parameters,
            _sample_weight=found.weights,
            _rows_of_tree=found.which,
            _tree_X=own.X,
            _core_distances=own.core,
            _edges=found.spanning_tree.edges,
            _edge_weights=found.spanning_tree.weights,
            _joined_rows=found.reached.row,
            _joined_distances=found.reached.distance,
            **centers,
            **seen,
        )
        self._derived = tree

    def _warn_of_result(self, labels: NDArray[np.int64], n_clusters: int) -> None:
        """Say what to try if the result is hardly what was wanted."""
        n, noise = len(labels), int(np.count_nonzero(labels < 0))
        if noise == n:
            warn(
                f"There is no cluster: the tree never splits into parts of min_cluster_size={self.min_cluster_size} "
                "rows. Try a smaller min_cluster_size, or allow_single_cluster=True if all rows may be one cluster.",
                ClusteringWarning,
            )
        elif 2 * noise > n:
            warn(
                f"{noise:,} of {n:,} rows are noise, beside {count(n_clusters, 'cluster')}. Try a larger "
                f"min_cluster_size than {self.min_cluster_size}, fewer min_samples, or cluster_selection_epsilon. "
                "assign_noise gives noise to clusters.",
                ClusteringWarning,
            )

    def _check_relations(self) -> None:
        parameters, n = self._fit_parameters, len(self.labels_)
        if set(parameters) != set(_FITTED):
            raise ValueError(f"_fit_parameters should be {', '.join(_FITTED)}. Got {', '.join(map(str, parameters))}")
        check_parameters(
            type(self).__name__,
            {**self._rules, "min_samples": (integer(1),)},
            {**self.get_params(deep=False), **parameters},
        )
        rows, edges, given = self._rows_of_tree, self._edges, self._fit_metric is None
        if not len(rows) or not (rows[1:] > rows[:-1]).all():
            raise ValueError("_rows_of_tree should be at least one row, in order")
        if len(edges) != len(rows) - 1 or not np.isin(edges, rows).all():
            raise ValueError(f"_edges should be a tree of the {len(rows)} rows of _rows_of_tree")
        if (self._edge_weights[1:] < self._edge_weights[:-1]).any():
            raise ValueError("_edge_weights should be in order")
        if (self._tree_X is None) != given or (given and self.n_features_in_ != n):
            raise ValueError(
                "_tree_X should be there where _fit_metric is; without, n_features_in_ is the number of rows"
            )
        if self._tree_X is not None:
            check_fitted(self._tree_X, self._fit_metric, n, "_tree_X")
        if self.probabilities_.shape != (n,):
            raise ValueError(f"probabilities_ should be of {n} rows, got shape {self.probabilities_.shape}")
        weights = np.ones(n) if self._sample_weight is None else self._sample_weight
        if (
            not (weights[rows] > 0).all()
            or not weights.sum() < np.inf
            or weights[rows].sum() < parameters["min_samples"]
        ):
            raise ValueError("_sample_weight should add up to min_samples or more in the rows of the tree")
        found = self._found()
        left_out = found.left_out
        if len(left_out) != len(self._joined_rows) or (weights[left_out] > 0).any():
            raise ValueError("other rows than those of _rows_of_tree should hold NaN or infinity, or have no weight")
        labels, probabilities = label_all(found, self._get_tree(), 1)
        if not (
            np.array_equal(labels, self.labels_) and np.array_equal(probabilities, self.probabilities_, equal_nan=True)
        ):
            raise ValueError("labels_ and probabilities_ should be those of the tree")
