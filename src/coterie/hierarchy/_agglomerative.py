# SPDX-License-Identifier: BSD-3-Clause
"""Bottom-up clustering as scikit-learn's estimator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np

from .. import distances
from .._base import power_of_two
from .._base.clusterer import InductiveClusterer
from .._base.parameters import BOOL, CALLABLE, NONE, Rule, integer, one_of
from .._base.state import FLOATS, Array
from .._base.wording import shown
from .._dendrogram.merges import label_merges
from .._dendrogram.walks import order_children
from .._runtime import progress, threads
from .._runtime.thresholds import thresholds
from ..distances._metrics import FITTED_METRIC, check_fitted, check_suits, is_precomputed
from ..spanning_trees._minimum_spanning_tree import tree_of_rows
from ..spanning_trees._points import spanning_tree_of_points
from ._linkage import agglomerate, from_condensed
from ._methods import EUCLIDEAN_METHODS
from ._nearest_cluster import predict_labels
from ._square_matrix import matrix_of, takes_all_rows
from ._tree_clusterer import TreeClusterer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

    _Build = Callable[..., tuple[NDArray[np.float64], NDArray[np.intp]]]

_LINKAGES = ("ward", "complete", "average", "single", "weighted", "centroid", "median")


class AgglomerativeClustering(InductiveClusterer, TreeClusterer):
    """Bottom-up hierarchical clustering: every row begins alone, and the two nearest clusters are merged, step by step.

    Parameters, attributes, labels and messages are those of ``sklearn.cluster.AgglomerativeClustering``. In addition,
    there are scipy's linkage matrix (`linkage_`), three more linkages, other cuts of the fitted tree (`cut`) and labels
    for new rows (`predict`).

    Parameters
    ----------
    n_clusters : int or None, default=2
        Number of clusters to find. Must be None if `distance_threshold` is given.

    metric : str, callable or `coterie.distances.Metric`, default='euclidean'
        The distance between two rows:

        - a name from the table in `coterie.distances`;
        - 'precomputed': `X` is the square matrix of the distances; only the part above the diagonal is used;
        - a callable that takes one argument: ``metric(X)`` returns that matrix;
        - a callable that needs two: ``metric(x, y)`` returns the distance of two rows.

        'ward' needs 'euclidean'; 'centroid' and 'median' need it or a matrix of such distances.

    memory : str, object with a ``cache`` method, or None, default=None
        Where to cache trees, so that another fit to the same data does not build the tree again: a folder (then joblib
        is imported) or a ``joblib.Memory``.

    connectivity : None, default=None
        Must be None: trees that follow a graph are not supported yet. Kept for API compatibility.

    compute_full_tree : 'auto' or bool, default='auto'
        Kept for API compatibility. It has no effect: the tree is always complete.

    linkage : {'ward', 'complete', 'average', 'single', 'weighted', 'centroid', 'median'}, default='ward'
        The distance between two clusters:

        - 'ward': the root of twice the growth of the sum of squared distances to the means when the two are merged;
        - 'complete': the distance of their two rows that are farthest apart;
        - 'average': the mean distance over all pairs of rows;
        - 'single': the distance of their two nearest rows;
        - 'weighted': the mean of the distances of the two parts of the cluster that was merged last;
        - 'centroid': the distance of their means;
        - 'median': the distance of their centers; a merged cluster has its center halfway between those of its parts.

    distance_threshold : float or None, default=None
        Clusters at this distance or farther apart are not merged. Must be None if `n_clusters` is given.

    compute_distances : bool, default=False
        Set `distances_` even if `distance_threshold` is None.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,), intp
        Cluster of each row, from 0.

    linkage_ : ndarray of shape (n_samples - 1, 4), float64
        The tree as ``scipy.cluster.hierarchy.linkage`` writes it: the two clusters of each merge, their distance, and
        the number of rows in the new cluster.

    children_ : ndarray of shape (n_samples - 1, 2), intp
        The two clusters of each merge. A number i below n_samples is a row; otherwise it is the cluster of merge ``i -
        n_samples``.

    distances_ : ndarray of shape (n_samples - 1,), float64
        The distance of each merge; only with `distance_threshold` or `compute_distances`.

    n_clusters_ : int
        Number of clusters in `labels_`.

    n_leaves_ : int
        Number of rows.

    n_connected_components_ : int
        1.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    See Also
    --------
    DivisiveClustering : Top-down clustering.

    Notes
    -----
    O(n_samples²) time for most linkages (more at worst for 'centroid' and 'median'); for 'single' with few features
    about O(n_samples log n_samples). 'ward', 'single', 'centroid' and 'median' take O(n_samples * n_features) memory
    where the metric allows it; the others hold the n_samples * (n_samples - 1) / 2 distances.

    Labels, their numbers and the tree are scikit-learn's unless distances tie; on ties one of the trees that the
    definition allows is built, always the same one. On one machine the results are the same bits for any number of
    threads. `n_clusters` is met exactly, also with ties, and also where 'centroid' and 'median' merge clusters that are
    nearer than those merged before.

    References
    ----------
    .. [1] D. Müllner, "Modern hierarchical, agglomerative clustering algorithms", 2011. :doi:`10.48550/arXiv.1109.2378`
    .. [2] J. H. Ward, "Hierarchical grouping to optimize an objective function", Journal of the American Statistical
       Association 58 (1963) 236-244. :doi:`10.1080/01621459.1963.10500845`

    Examples
    --------
    >>> from coterie import AgglomerativeClustering
    >>> X = [[1, 2], [1, 4], [1, 1], [5, 2], [5, 5], [5, 0]]
    >>> model = AgglomerativeClustering().fit(X)
    >>> model.labels_
    array([1, 1, 1, 0, 0, 0])
    >>> model.cut(n_clusters=3)
    array([0, 0, 0, 1, 2, 1])
    >>> model.predict([[0, 1], [5, 4]])
    array([1, 0])
    """

    __module__ = "coterie"  # where users and pickles find it

    _rules = {
        **TreeClusterer._rules,
        "memory": (
            Rule("an instance of 'str'", lambda value: isinstance(value, str)),
            Rule("an object implementing 'cache'", lambda value: hasattr(value, "cache")),
            NONE,
        ),
        "compute_full_tree": (one_of("auto"), *BOOL),
        "linkage": (one_of(*_LINKAGES),),
        "compute_distances": BOOL,
    }
    _state = {
        **TreeClusterer._state,
        "n_connected_components_": (integer(1, 1),),
        "_fit_linkage": (one_of(*_LINKAGES),),
        "_fit_metric": (*FITTED_METRIC, CALLABLE),
        "_fit_X": (Array(FLOATS, ("n_leaves_", "n_features_in_"), missing=True), NONE),
    }

    n_connected_components_: int
    _fit_linkage: str

    def __init__(
        self,
        n_clusters: int | None = 2,
        *,
        metric: str | Callable[..., object] | distances.Metric = "euclidean",
        memory: Any = None,
        connectivity: None = None,
        compute_full_tree: bool | str = "auto",
        linkage: str = "ward",
        distance_threshold: float | None = None,
        compute_distances: bool = False,
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.metric = metric
        self.memory = memory
        self.connectivity = connectivity
        self.compute_full_tree = compute_full_tree
        self.linkage = linkage
        self.distance_threshold = distance_threshold
        self.compute_distances = compute_distances
        self.n_jobs = n_jobs

    def fit(self, X: ArrayLike, y: object = None, callback: Callable[[str, int, int], object] | None = None) -> Self:
        """Build the tree and cut it.

        Parameters
        ----------
        X : array-like, table or CPU tensor of shape (n_samples, n_features) or (n_samples, n_samples)
            The data, or their distances with ``metric='precomputed'``; not modified. `predict` uses them again: an
            array that was not copied must stay as it is until then.

        y : None
            Ignored; kept for API compatibility.

        callback : callable, default=None
            Called as ``callback(stage, done, total)`` during the work. If it returns False, the work stops.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            A parameter is out of range or conflicts with another one, there are fewer rows than clusters or fewer than
            two, the data are not a finite, real, two-dimensional table, or the metric is not defined for them.
        TypeError
            The data are sparse or hold objects that are not numbers.
        NotImplementedError
            `connectivity` is given.
        MemoryError
            The distances would not fit into memory; nothing was allocated.
        Cancelled
            `callback` returned False.

        Warns
        -----
        FeatureScaleWarning
            One feature holds 95% of the variance or more, and the metric adds up differences.

        Notes
        -----
        If a fit raises or is interrupted, the estimator does not change.
        """
        self._check_parameters()
        self._check_cut()
        if self.distance_threshold is not None and not self.compute_full_tree:
            raise ValueError("compute_full_tree must be True if distance_threshold is set.")
        _check_linkage(self.linkage, self.metric)
        if self.connectivity is not None:
            raise NotImplementedError(
                "AgglomerativeClustering does not support connectivity yet. Leave it None for a tree of all rows, or "
                "use sklearn.cluster.AgglomerativeClustering."
            )
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        rows, metric, seen = self._read_rows(X, n_threads)
        build = self._cached(_build_tree)
        # The number of threads is not an argument: what is cached must not depend on it.
        with progress.reported_to(callback), threads.num_threads(n_threads):
            Z, children = build(rows, self.linkage, metric)
        with_distances = self.compute_distances or self.distance_threshold is not None
        self._become_tree(
            Z,
            children,
            with_distances,
            n_connected_components_=1,
            _fit_linkage=self.linkage,
            _fit_X=None if self._is_precomputed() else rows,
            _fit_metric=None if self._is_precomputed() else metric,
            **seen,
        )
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:
        """Assign new rows to the clusters of `labels_`, by the distance of the linkage between a row and a cluster.

        This is not what a fit to the old and new rows together would give: the clusters stay as they are, and so a
        row of the fit may get another label than it has. The distance from a row x to a cluster is

        - 'single', 'complete', 'average': that of the nearest row, that of the farthest row, the mean;
        - 'weighted': the mean with weights that are halved at each merge from the cluster down to the row;
        - 'ward': ``sqrt(2 n / (n + 1))`` times that of x and the mean of its n rows, the height at which x would join;
        - 'centroid', 'median': that of x and the center, for 'median' with the same weights as for 'weighted'.

        Parameters
        ----------
        X : array-like, table or CPU tensor of shape (n_new, n_features) or (n_new, n_samples)
            Rows with the columns seen by fit, or with ``metric='precomputed'`` their distances to the rows of the fit;
            not modified.

        Returns
        -------
        ndarray of shape (n_new,), intp
            If clusters are equally near, the lowest label.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `fit`, or if the number or names of the columns differ from those seen by fit. Also
            if distances of new rows to clusters are not defined: a linkage with centers and ``metric='precomputed'``,
            or a metric that takes all rows at once.

        Notes
        -----
        O(n_new * n_samples * n_features) time, for 'ward', 'centroid' and 'median' O(n_new * n_clusters * n_features).
        Memory beyond the data is a copy of the data of the fit and a block of distances of 8 MB, or one row of them.
        """
        return self._assign(self._read_more(X))

    def _assign(self, X: NDArray[np.floating]) -> NDArray[np.intp]:
        return predict_labels(
            X,
            self._fit_X,
            self._fit_linkage,
            self._fit_metric,
            self.children_,
            self.n_clusters_,
            threads.resolve_n_jobs(self.n_jobs),
        )

    def _centers(self) -> NDArray[np.float64] | None:
        metric, rows = self._fit_metric, self._fit_X
        if rows is None or not (isinstance(metric, distances.Metric) and metric.kernel == "euclidean"):
            return None
        exponent = power_of_two.exponent_for(rows, power=1.0)
        rows = power_of_two.divided(rows, exponent)
        middle = rows.mean(axis=0, dtype=np.float64)  # off the sums, for their rounding error
        order = np.argsort(self.labels_, kind="stable")
        sizes = np.bincount(self.labels_)
        sums = np.add.reduceat(rows[order] - middle, np.cumsum(sizes) - sizes, axis=0, dtype=np.float64)
        return power_of_two.multiplied(middle + sums / sizes[:, None], exponent)

    def _check_state(self) -> None:
        if self.memory is not None:  # joblib would run what is in that place
            raise ValueError(
                "A model in a file can't have a memory, because that is a place on one machine. Got "
                f"memory={shown(self.memory)}."
            )
        super()._check_state()

    def _check_relations(self) -> None:
        super()._check_relations()
        _check_linkage(self._fit_linkage, "precomputed" if self._fit_metric is None else self._fit_metric)
        if (self._fit_X is None) != (self._fit_metric is None):
            raise ValueError("_fit_X should be there where _fit_metric is")
        if self._fit_X is not None:
            check_fitted(self._fit_X, self._fit_metric, self.n_leaves_, "_fit_X")
        elif self.n_features_in_ != self.n_leaves_:
            raise ValueError(
                f"n_features_in_ should be the number of rows, {self.n_leaves_}, with given distances. "
                f"Got {self.n_features_in_}"
            )

    def _cached(self, function: _Build) -> _Build:
        """`function`, or what keeps its results in `memory`."""
        if self.memory is None:
            return function
        if isinstance(self.memory, str):
            from joblib import Memory

            return cast("_Build", Memory(location=self.memory, verbose=0).cache(function))
        return cast("_Build", self.memory.cache(function))


def _check_linkage(linkage: str, metric: str | Callable[..., object] | distances.Metric) -> None:
    euclidean = isinstance(metric, (str, distances.Metric)) and (
        metric == "precomputed" or distances.as_metric(metric).kernel == "euclidean"
    )
    if linkage == "ward" and (not euclidean or metric == "precomputed"):
        raise ValueError(
            f"{metric} was provided as metric. Ward can only work with euclidean distances (i.e. 'euclidean' and 'l2')."
        )
    if linkage in EUCLIDEAN_METHODS and not euclidean:
        raise ValueError(
            f"{metric} was provided as metric. The linkage {linkage!r} can only work with "
            "euclidean distances: 'euclidean', 'l2', or 'precomputed' for a matrix of them."
        )


def _build_tree(
    X: NDArray[np.floating], linkage: str, metric: str | Callable[..., object] | distances.Metric
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The linkage matrix, and scikit-learn's children. A function of its own, with plain arguments, for `memory`."""
    n_threads = threads.get_num_threads()
    if takes_all_rows(metric):
        X, metric = matrix_of(metric, X), "precomputed"
    if is_precomputed(metric):
        y = distances.squareform(X, checks=False).astype(np.float64, copy=False)
        Z = from_condensed(y, linkage, n_threads, overwrite=True)
        return Z, Z[:, :2].astype(np.intp)
    metric = distances.as_metric(metric)
    check_suits(X, metric)
    if linkage == "single" and metric.kernel not in _SORTED_BY_SCIKIT_LEARN:
        return _grow_tree(X, metric, n_threads)
    Z = agglomerate(X, linkage, metric, n_threads)
    return Z, Z[:, :2].astype(np.intp)


# scikit-learn builds trees of single linkage itself, with children in the order of Prim's visits. For functions and
# these metrics it asks scipy, which sorts them.
_SORTED_BY_SCIKIT_LEARN = ("", "cosine", "correlation", "sqeuclidean")


def _grow_tree(
    X: NDArray[np.floating], metric: distances.Metric, n_threads: int
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Single linkage: linkage matrix and scikit-learn's children."""
    if len(X) <= thresholds.few_clusters:  # as scikit-learn also where distances are equal
        edges, weights = spanning_tree_of_points(X, metric, n_threads)
        order = np.argsort(weights, kind="stable")
        Z = label_merges(edges[order], weights[order], ordered=False)
        children = Z[:, :2].astype(np.intp)
    else:
        edges, weights = tree_of_rows(X, metric, n_threads)[0]
        Z = label_merges(edges, weights, ordered=False)
        children = order_children(Z[:, :2].astype(np.int64), edges).astype(np.intp, copy=False)
    Z[:, :2].sort(axis=1)
    return Z, children
