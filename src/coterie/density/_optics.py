# SPDX-License-Identifier: BSD-3-Clause
"""OPTICS as scikit-learn's estimator and functions: parameters, data, attributes, and labels of new rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .. import distances
from .._base.arrays import as_weights
from .._base.estimator import UNCHANGED, Estimator
from .._base.exceptions import ClusteringWarning
from .._base.notebook import Card
from .._base.parameters import BOOL, DICT, N_JOBS, NONE, Rule, as_float, check_parameters, integer, number, one_of, real
from .._base.state import ABSENT, FLOATS, Array
from .._base.warnings import warn
from .._runtime import progress, threads
from ..distances import _sparse
from ..distances._metrics import FITTED_METRIC, METRIC, check_fitted, check_suits, is_precomputed, read_metric
from ..distances._rows import read_rows
from ..distances._sparse import SparseRows
from ..neighbors._search import lay_out
from ..scaling._variance import warn_of_scales
from . import _cards
from ._dbscan import check_sum
from ._hdbscan_rows import as_dense, check_distances
from ._noise import DensityClusterer
from ._optics_clusters import SIZE, XI, count_of, label_below, label_between, label_clusters, limit_of_clusters
from ._optics_order import Order, order_graph, order_rows, order_square
from ._reachability import Reached, core_of_graph, core_of_square, reach_rows, reach_square

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

_ALGORITHM = one_of("auto", "brute", "ball_tree", "kd_tree")
_GRAPH: dict[str, tuple[Rule, ...]] = {
    "min_samples": SIZE,
    "max_eps": (number(0),),
    "metric": METRIC,
    "p": (real(0), NONE),
    "metric_params": (DICT, NONE),
    "algorithm": (_ALGORITHM,),
    "leaf_size": (integer(1),),
    "n_jobs": N_JOBS,
}


class OPTICS(DensityClusterer):
    """Rows in an order in which those of a cluster follow each other, at all densities at once; and clusters from it.

    Rows are visited one after the other. The next one is that which is reached from a visited row by the least weight:
    the largest of their distance and the core distance of the visited row. The weights in this order, the reachability
    plot, have a valley for each cluster, and smaller valleys in it for clusters within.

    Parameters, attributes, labels and messages are those of ``sklearn.cluster.OPTICS``. Unlike there, memory is
    proportional to the data for any `max_eps`, and `predict` labels new rows.

    Parameters
    ----------
    min_samples : int, or float from 0 to 1, default=5
        The core distance of a row is that to its `min_samples`-th nearest row, the row itself counted. A float is a
        share of the rows, at least 2 of them.

    max_eps : float, default=inf
        Rows at a larger distance do not reach each other. A smaller value saves time, but not much.

    metric : str, callable or `coterie.distances.Metric`, default='minkowski'
        The distance of two rows: a name from the table in `coterie.distances`, a callable ``metric(x, y)`` that is
        symmetric, or 'precomputed'. With 'precomputed', row i of `X` holds the distances from row i. If such an `X` is
        sparse, rows whose distance is not stored do not reach each other, but each row counts as its own neighbor.

    p : float, default=2
        The exponent for 'minkowski'; None means 2.

    metric_params : dict, default=None
        ``p`` for 'minkowski'; ``kinds``, ``weights`` and ``ranges`` for 'gower'; or arguments for a callable.

    cluster_method : {'xi', 'dbscan'}, default='xi'
        How clusters are found in the reachability plot: between steep areas, which may be at different heights, or
        below the height `eps`.

    eps : float, default=None
        For 'dbscan': at most `max_eps`, which None means.

    xi : float from 0 to 1, default=0.05
        For 'xi': a place in the plot is steep if the next one is lower, or higher, by this share at least.

    predecessor_correction : bool, default=True
        For 'xi': take rows off the end of a cluster that were not reached from within it.

    min_cluster_size : int, or float from 0 to 1, default=None
        For 'xi': the number of rows of a cluster, at least; a float is a share of the rows. None means `min_samples`.

    algorithm : {'auto', 'ball_tree', 'kd_tree', 'brute'}, default='auto'
        Ignored; kept for API compatibility. The result is always exact, and the data decide how it is found.

    leaf_size : int, default=30
        Ignored; kept for API compatibility.

    memory : str, object with a method ``cache``, or None, default=None
        Ignored; kept for API compatibility. For other clusters from the same order, pass the attributes to
        ``coterie.density.cluster_optics_xi`` or ``cluster_optics_dbscan``.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,), int64
        Cluster of each row; -1 for noise. With 'xi' these are the smallest clusters, those with no other one within.

    reachability_ : ndarray of shape (n_samples,), float64
        The weight by which each row was reached; infinite if it was not. ``reachability_[ordering_]`` is the plot.

    ordering_ : ndarray of shape (n_samples,), int64
        The rows in the order of the visits.

    core_distances_ : ndarray of shape (n_samples,), float64
        Infinite where they are larger than `max_eps`.

    predecessor_ : ndarray of shape (n_samples,), int64
        The row from which each row was reached; -1 if it was not.

    cluster_hierarchy_ : ndarray of shape (n_clusters, 2), int64
        With 'xi': first and last place of each cluster in `ordering_`, both included; smaller clusters come before
        those around them.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    See Also
    --------
    HDBSCAN : Selects clusters at different densities, with probabilities, weights and soft membership.
    coterie.plot.reachability : A picture of the reachability plot.

    Notes
    -----
    Of rows that are reached by the same weight, the lowest is next. If it is reached by this weight from several rows,
    its predecessor is the one that was visited first. These are scikit-learn's rules; but there, weights are rounded to
    15 decimals first. All rows within the core distance of a row are reached from it by the same weight.

    There are no weights of rows: an order has each row once. ``coterie.density.compute_optics_graph`` takes weights for
    core distances.

    Time is about O(n log n) for up to 20 features, and O(n²) for more and for metrics that are not distances between
    vectors (canberra, braycurtis, hamming, jaccard, dice, gower, nan_euclidean, callables). Memory beyond the data is
    about 250 bytes a row, or up to 500 for large `min_samples`, and two copies of the features, whatever `max_eps` is.
    Sparse data are made dense. On one machine the results are the same for any number of threads.

    References
    ----------
    .. [1] M. Ankerst, M. M. Breunig, H.-P. Kriegel and J. Sander, "OPTICS: ordering points to identify the clustering
       structure", ACM SIGMOD Record 28 (1999) 49-60. :doi:`10.1145/304181.304187`
    .. [2] E. Schubert and M. Gertz, "Improving the cluster structure extracted from OPTICS plots", Proceedings of the
       conference "Lernen, Wissen, Daten, Analysen" (2018) 318-329.

    Examples
    --------
    >>> from coterie import OPTICS
    >>> X = [[1, 2], [2, 5], [3, 6], [8, 7], [8, 8], [7, 3]]
    >>> model = OPTICS(min_samples=2).fit(X)
    >>> model.labels_
    array([0, 0, 0, 1, 1, 1])
    >>> model.predict([[2, 4], [8, 6]])
    array([0, 1])
    """

    __module__ = "coterie"  # where users and pickles find it

    _rules = {
        **_GRAPH,
        "cluster_method": (one_of("xi", "dbscan"),),
        "eps": (number(0), NONE),
        "xi": (XI,),
        "predecessor_correction": BOOL,
        "min_cluster_size": (*SIZE, NONE),
        "memory": (
            Rule("a str", lambda value: isinstance(value, str)),
            Rule("an object with a method 'cache'", lambda value: hasattr(value, "cache")),
            NONE,
        ),
    }
    _metadata = {"fit": ("callback",)}
    _state = {
        **Estimator._state,
        "labels_": (Array((np.intp,), ("n_samples",), low=-1, high="n_samples"),),
        "reachability_": (Array((np.float64,), ("n_samples",), low=0, finite=False),),
        "ordering_": (Array((np.int64,), ("n_samples",), low=0, high="n_samples"),),
        "core_distances_": (Array((np.float64,), ("n_samples",), low=0, finite=False),),
        "predecessor_": (Array((np.int64,), ("n_samples",), low=-1, high="n_samples"),),
        "cluster_hierarchy_": (Array((np.int64,), ("n_clusters", 2), low=0, high="n_samples"), ABSENT),
        "_fit_metric": FITTED_METRIC,
        "_fit_X": (Array(FLOATS, ("n_samples", "n_features_in_"), missing=True), NONE),
        "_fit_eps": (number(0), NONE),
    }

    labels_: NDArray[np.intp]
    reachability_: NDArray[np.float64]
    ordering_: NDArray[np.int64]
    core_distances_: NDArray[np.float64]
    predecessor_: NDArray[np.int64]
    cluster_hierarchy_: NDArray[np.int64]
    _fit_eps: float | None  # None: with xi

    def __init__(
        self,
        *,
        min_samples: float = 5,
        max_eps: float = np.inf,
        metric: str | Callable[..., object] | distances.Metric = "minkowski",
        p: float | None = 2,
        metric_params: Mapping[str, Any] | None = None,
        cluster_method: str = "xi",
        eps: float | None = None,
        xi: float = 0.05,
        predecessor_correction: bool = True,
        min_cluster_size: float | None = None,
        algorithm: str = "auto",
        leaf_size: int = 30,
        memory: object = None,
        n_jobs: int | None = None,
    ) -> None:
        self.min_samples = min_samples
        self.max_eps = max_eps
        self.metric = metric
        self.p = p
        self.metric_params = metric_params
        self.cluster_method = cluster_method
        self.eps = eps
        self.xi = xi
        self.predecessor_correction = predecessor_correction
        self.min_cluster_size = min_cluster_size
        self.algorithm = algorithm
        self.leaf_size = leaf_size
        self.memory = memory
        self.n_jobs = n_jobs

    def _card(self) -> Card:
        card = super()._card()
        if not self.__sklearn_is_fitted__():
            return card
        return _cards.with_reachability(card, self.reachability_, self.labels_, self.ordering_)

    def fit(self, X: ArrayLike, y: object = None, *, callback: Callable[[str, int, int], object] | None = None) -> Self:
        """Find the order and the clusters.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features) or (n_samples, n_samples)
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
            A parameter is out of range, `eps` is larger than `max_eps`, there are fewer rows than `min_samples` or
            `min_cluster_size`, the data are not a finite, real, two-dimensional table, distances are negative or not a
            square, a sparse matrix has too few of them for a row, or the metric is not defined for the data.
        TypeError
            The data hold objects that are not numbers, or the metric does not take such an argument.
        MemoryError
            Sparse data would not fit into memory once they are dense; nothing was allocated.
        Cancelled
            `callback` returned False.

        Warns
        -----
        ClusteringWarning
            No row was reached from another one, there is no cluster, or more than half of the rows are noise.
        FeatureScaleWarning
            One feature holds 95% of the variance or more, and the metric adds up differences.

        Notes
        -----
        If a fit raises or is interrupted, the estimator does not change.
        """
        self._check_parameters()
        self._check_eps()
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        rows, metric, seen = self._read_rows(X, n_threads)
        min_samples = count_of(self.min_samples, len(rows), "min_samples")
        if self.min_cluster_size is not None:
            count_of(self.min_cluster_size, len(rows), "min_cluster_size")
        if metric is not None:
            check_suits(rows, metric)
            warn_of_scales(rows, seen.get("feature_names_in_"), metric, n_threads)
        with progress.reported_to(callback):
            found = _find_order(rows, metric, min_samples, as_float(self.max_eps), None, n_threads)
        labels, hierarchy = self._find_clusters(found, min_samples)
        self._warn_of_result(found.reachability, labels)
        self._become(
            labels_=labels,
            reachability_=found.reachability,
            ordering_=found.ordering,
            core_distances_=found.core_distances,
            predecessor_=found.predecessor,
            _fit_metric=metric,
            _fit_X=None if metric is None else rows,
            _fit_eps=self._eps() if hierarchy is None else None,
            **({} if hierarchy is None else {"cluster_hierarchy_": hierarchy}),
            **seen,
        )
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:
        """Label new rows by the row of the fit from which they are reached by the least weight.

        A new row is in the cluster of that row if the weight is at most `eps`, or with 'xi' at most the largest one by
        which a row of the cluster was reached, that of its first row left out. Else, or if that row is noise, it is
        noise. Rows of the fit keep their labels, but for some at the borders of clusters.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_new, n_features) or (n_new, n_samples)
            Rows with the columns seen by fit, or with ``metric='precomputed'`` their distances to the rows of the fit;
            not modified.

        Returns
        -------
        ndarray of shape (n_new,), intp
            If a row is reached from several rows by the same weight, the nearest one decides, then the first one.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `fit`, or if the number or names of the columns differ from those seen by fit.
        """
        self._check_is_fitted()
        return self._assign(as_dense(self._read_more_rows(X), self._fit_metric))

    def fit_predict(  # type: ignore[override]  # it names the options of `fit`, as scikit-learn does
        self, X: ArrayLike, y: object = None, *, callback: Callable[[str, int, int], object] | None = None
    ) -> NDArray[np.intp]:
        """Find the clusters and return ``labels_``. Parameters and errors are those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,), intp
        """
        return self.fit(X, y, callback=callback).labels_

    def set_fit_request(self, *, callback: bool | str | None = UNCHANGED) -> Self:
        """Say whether scikit-learn's metadata routing passes this argument to `fit`.

        Parameters
        ----------
        callback : bool, str or None
            True passes it, False does not pass it, None raises an error if it is given, and a str is the name under
            which it is given.

        Returns
        -------
        self
        """
        return self._set_request("fit", callback=callback)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.pairwise = is_precomputed(self.metric)
        return tags

    # --- sweeps

    def _needs_no_fit(self) -> frozenset[str]:
        return frozenset({"cluster_method", "eps", "xi", "predecessor_correction", "min_cluster_size"})

    def _labels_with(self, **parameters: Any) -> NDArray[np.intp]:
        model = type(self)(**{**self.get_params(deep=False), **parameters})
        model._check_parameters()
        n = len(self.labels_)
        return model._find_clusters(self._order(), count_of(model.min_samples, n, "min_samples"))[0]

    def _for_sample(self, share: float) -> Self:
        params = self.get_params(deep=False)
        for name in ("min_samples", "min_cluster_size"):
            if params[name] is not None and params[name] > 1:  # else it is a share already
                params[name] = max(2, round(share * params[name]))
        return type(self)(**params)

    # --- new rows

    def _assign(self, X: NDArray[np.floating]) -> NDArray[np.intp]:
        (among,) = (self.core_distances_ < np.inf).nonzero()
        if not len(among):
            return np.full(len(X), -1, np.intp)
        found = self._reach(X, among)
        labels = self.labels_[among[found.row]]
        is_far = found.distance > self._limits()[labels]
        return np.where(is_far | (labels < 0), -1, labels)

    def _noise_scores(self, X: NDArray[np.floating]) -> NDArray[np.float64]:
        """The weight by which rows are reached from those in clusters, over the limit of the cluster."""
        labels = self._assign(X)
        (among,) = ((self.labels_ >= 0) & (self.core_distances_ < np.inf)).nonzero()
        if not len(among):
            return np.full(len(X), np.inf)
        found = self._reach(X, among)
        limit = self._limits()[self.labels_[among[found.row]]]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            scores = np.where(found.distance == 0, 0.0, found.distance / limit)
        return np.where(labels >= 0, np.minimum(scores, 1.0), np.maximum(scores, np.nextafter(1.0, 2.0)))

    def _limits(self) -> NDArray[np.float64]:
        """The largest weight by which a row of each cluster is reached; the last one is for noise."""
        limits = limit_of_clusters(self.labels_, self.ordering_, self.reachability_)
        if self._fit_eps is not None:
            limits[:] = self._fit_eps
        return np.append(limits, -1.0)

    def _reach(self, X: NDArray[np.floating], among: NDArray[np.intp]) -> Reached:
        """From which of some rows new ones are reached; they have no core distance of their own."""
        core, own = self.core_distances_[among], np.zeros(len(X))
        if self._fit_X is None:
            return reach_square(X[:, among], core, own)
        check_suits(X, self._fit_metric, fitted=self._fit_X)
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        rows = lay_out(self._fit_X[among], self._fit_metric, len(X), n_threads)
        return reach_rows(rows, core, X, own, 1.0, n_threads)

    def _read_more_rows(self, X: ArrayLike) -> NDArray[np.floating] | SparseRows:
        rows = self._read_dense_or_sparse(X)
        if self._fit_metric is None:
            check_distances(rows.ravel() if isinstance(rows, np.ndarray) else rows.values)
        return rows

    def _read_rows_of_fit(self, X: ArrayLike) -> NDArray[np.floating] | SparseRows:
        rows = self._read_more_rows(X)
        return rows if self._fit_metric is None else as_dense(rows, self._fit_metric)

    # --- the steps of a fit

    def _read_rows(self, X: ArrayLike, n_threads: int) -> tuple[Any, distances.Metric | None, dict[str, Any]]:
        """The data for fit, an array or sparse rows of distances, and the metric."""
        metric = _read_metric(self.metric, self.metric_params, self.p)
        rows: NDArray[np.floating] | SparseRows
        if _sparse.is_sparse(X):
            rows = _sparse.as_sparse_rows(X, n_threads, owner=type(self).__name__)
            seen: dict[str, Any] = {"n_features_in_": rows.shape[1]}
        else:
            rows, metric, seen = self._read_for(X, metric)
        return _checked(rows, metric), metric, seen

    def _eps(self) -> float:
        return as_float(self.max_eps if self.eps is None else self.eps)

    def _check_eps(self) -> None:
        if self.cluster_method == "dbscan" and self._eps() > as_float(self.max_eps):
            raise ValueError(f"Specify an epsilon smaller than {self.max_eps}. Got {self.eps}.")

    def _order(self) -> Order:
        return Order(self.ordering_, self.core_distances_, self.reachability_, self.predecessor_)

    def _find_clusters(self, found: Order, min_samples: int) -> tuple[NDArray[np.intp], NDArray[np.int64] | None]:
        """Labels of the rows, and with 'xi' all clusters."""
        ordering, core, reach, predecessor = found
        if self.cluster_method == "dbscan":
            self._check_eps()
            return label_below(ordering, core, reach, self._eps()), None
        size = self.min_cluster_size
        least = min_samples if size is None else count_of(size, len(ordering), "min_cluster_size")
        correct = bool(self.predecessor_correction)
        return label_between(ordering, reach, predecessor, min_samples, least, float(self.xi), correct)

    def _warn_of_result(self, reach: NDArray[np.float64], labels: NDArray[np.intp]) -> None:
        """Say what to try if the result is hardly what was wanted."""
        n, noise = len(labels), int(np.count_nonzero(labels < 0))
        by_steepness = self.cluster_method == "xi"
        what = f"another xi than {self.xi}, a larger min_cluster_size" if by_steepness else "a larger eps"
        if np.isinf(reach).all():
            warn(
                "All reachability values are inf. Set a larger max_eps or all data will be considered outliers.",
                ClusteringWarning,
            )
        elif noise == n:
            warn(f"There is no cluster. Try {what}, or fewer min_samples than {self.min_samples}.", ClusteringWarning)
        elif 2 * noise > n:
            warn(
                f"{noise:,} of {n:,} rows are noise. Try {what}, or fewer min_samples than {self.min_samples}. "
                "assign_noise gives noise to clusters.",
                ClusteringWarning,
            )

    def _check_relations(self) -> None:
        ordering, reach, n = self.ordering_, self.reachability_, len(self.labels_)
        if not n or not np.array_equal(np.sort(ordering), np.arange(n)):
            raise ValueError("ordering_ should hold each row once")
        if (np.isinf(reach) != (self.predecessor_ < 0)).any():
            raise ValueError("predecessor_ should be -1 for the rows whose reachability_ is infinite")
        if (self._fit_X is None) != (self._fit_metric is None):
            raise ValueError("_fit_X should be there where _fit_metric is")
        if self._fit_X is None and self.n_features_in_ != n:
            raise ValueError("n_features_in_ should be the number of rows, because distances were given")
        if self._fit_X is not None:
            check_fitted(self._fit_X, self._fit_metric, n, "_fit_X")
        if self._fit_eps is not None:
            labels = label_below(ordering, self.core_distances_, reach, self._fit_eps)
        else:
            hierarchy = getattr(self, "cluster_hierarchy_", None)
            if hierarchy is None or (hierarchy[:, 0] > hierarchy[:, 1]).any():
                raise ValueError("cluster_hierarchy_ should hold first and last places of clusters")
            labels = label_clusters(ordering, hierarchy)
        if not np.array_equal(labels, self.labels_):
            raise ValueError("labels_ should be those of the reachability plot")


def compute_optics_graph(
    X: ArrayLike,
    *,
    min_samples: float = 5,
    max_eps: float = np.inf,
    metric: str | Callable[..., object] | distances.Metric = "minkowski",
    p: float | None = 2,
    metric_params: Mapping[str, Any] | None = None,
    algorithm: str = "auto",
    leaf_size: int = 30,
    n_jobs: int | None = None,
    sample_weight: ArrayLike | None = None,
    callback: Callable[[str, int, int], object] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Find the order in which `OPTICS` visits rows.

    Parameters
    ----------
    X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features) or (n_samples, n_samples)
        The data, or their distances with ``metric='precomputed'``; not modified.
    min_samples, max_eps, metric, p, metric_params, algorithm, leaf_size, n_jobs
        As in `OPTICS`.
    sample_weight : array-like of shape (n_samples,) or float, default=None
        How many times each row counts for core distances: they are the smallest radius within which the weights add up
        to `min_samples`. Each row is in the order once, whatever its weight.
    callback
        As in `OPTICS.fit`.

    Returns
    -------
    ordering : ndarray of shape (n_samples,), int64
        The rows in the order of the visits.
    core_distances : ndarray of shape (n_samples,), float64
        Infinite where they are larger than `max_eps`.
    reachability : ndarray of shape (n_samples,), float64
        The weight by which each row was reached; infinite if it was not.
    predecessor : ndarray of shape (n_samples,), int64
        The row from which each row was reached; -1 if it was not.

    Raises
    ------
    ValueError, TypeError, MemoryError
        For the same reasons as `OPTICS.fit`, or if the weights have the wrong shape, are negative, not finite, all
        zero, or add up to less than `min_samples`.

    Notes
    -----
    Time, memory, ties and determinism are those of `OPTICS`.

    Examples
    --------
    >>> from coterie.density import compute_optics_graph
    >>> X = [[1.0], [9.0], [2.0], [4.0]]
    >>> ordering, core_distances, reachability, predecessor = compute_optics_graph(X, min_samples=2)
    >>> ordering
    array([0, 2, 3, 1])
    >>> reachability
    array([inf,  5.,  1.,  2.])
    """
    values = {
        "min_samples": min_samples,
        "max_eps": max_eps,
        "metric": metric,
        "p": p,
        "metric_params": metric_params,
        "algorithm": algorithm,
        "leaf_size": leaf_size,
        "n_jobs": n_jobs,
    }
    check_parameters("compute_optics_graph", _GRAPH, values)
    n_threads = threads.resolve_n_jobs(n_jobs)
    measure = _read_metric(metric, metric_params, p)
    rows: Any
    if _sparse.is_sparse(X):
        rows = _checked(_sparse.as_sparse_rows(X, n_threads), measure)
    else:
        rows, measure = read_rows(X, measure)
        rows = _checked(rows, measure)
    if measure is not None:
        check_suits(rows, measure)
    weights = as_weights(sample_weight, len(rows))
    check_sum(weights)
    count = count_of(min_samples, len(rows), "min_samples")
    if weights is not None and weights.sum() < count:
        raise ValueError(f"The numbers of 'sample_weight' must add up to min_samples={count}. Got {weights.sum():g}.")
    with progress.reported_to(callback):
        found = _find_order(rows, measure, count, as_float(max_eps), weights, n_threads)
    return found.ordering, found.core_distances, found.reachability, found.predecessor


# ------------------------------------------------------------------------------------------- which way


def _read_metric(
    metric: str | Callable[..., object] | distances.Metric, metric_params: Mapping[str, Any] | None, p: float | None
) -> distances.Metric | None:
    """None for given distances."""
    if p is not None and isinstance(metric, str) and metric == "minkowski" and "p" in (metric_params or {}):
        warn(
            "Parameter p is found in metric_params. The corresponding parameter from __init__ is ignored.",
            SyntaxWarning,
        )
    return read_metric(metric, metric_params, p if isinstance(metric, str) and metric == "minkowski" else None)


def _checked(rows: Any, metric: distances.Metric | None) -> Any:
    """Dense rows, or given distances that may be a sparse graph."""
    if metric is not None:
        return as_dense(rows, metric)
    if rows.shape[0] != rows.shape[1]:
        raise ValueError(
            f"Precomputed metric requires shape (n_queries, n_indexed). Got ({rows.shape[0]}, {rows.shape[1]}) for "
            f"{rows.shape[0]} indexed."
        )
    check_distances(rows.ravel() if isinstance(rows, np.ndarray) else rows.values)
    return rows


def _find_order(
    rows: Any,
    metric: distances.Metric | None,
    min_samples: int,
    max_eps: float,
    weights: NDArray[np.float64] | None,
    n_threads: int,
) -> Order:
    if len(rows) < min_samples and weights is None:
        raise ValueError(f"min_samples={min_samples} requires as many rows. Found n_samples = {len(rows)}.")
    if metric is not None:
        return order_rows(rows, metric, min_samples, max_eps, weights, n_threads)
    if isinstance(rows, np.ndarray):
        return order_square(rows, core_of_square(rows, weights, min_samples), max_eps)
    graph = rows.with_diagonal()
    core = core_of_graph(graph, np.ones(len(graph)) if weights is None else weights, min_samples)
    if np.isinf(core).any():
        least = int(np.diff(graph.starts)[np.isinf(core)].min())
        raise ValueError(
            f"{min_samples} neighbors are required, but some samples have only {least} neighbors in precomputed graph "
            "matrix. Decrease number of neighbors used or recompute the graph with more neighbors."
        )
    return order_graph(graph, core, max_eps)
