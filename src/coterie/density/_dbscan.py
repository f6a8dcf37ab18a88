# SPDX-License-Identifier: BSD-3-Clause
"""DBSCAN as scikit-learn's estimator and function: parameters, data, and which way to the clusters."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .. import distances
from .._base import power_of_two
from .._base.arrays import as_weights
from .._base.clusterer import WeightedClusterer
from .._base.estimator import Estimator
from .._base.exceptions import ClusteringWarning
from .._base.parameters import DICT, N_JOBS, NONE, POSITIVE, integer, one_of, real
from .._base.state import FLOATS, Array
from .._base.warnings import warn
from .._runtime import progress, threads
from ..distances import _sparse
from ..distances._metrics import (
    FITTED_METRIC,
    METRIC,
    check_fitted,
    check_suits,
    is_precomputed,
    read_metric,
    safe_exponent,
)
from ..distances._sparse import SparseRows
from ..distances._sparse_points import sparse_points
from ..neighbors import _vectors
from ..scaling._variance import warn_of_scales
from . import _dbscan_given, _dbscan_pairs, _dbscan_tree
from ._clusters import Clusters
from ._core_points import CorePoints
from ._noise import DensityClusterer
from ._sources import DenseRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

_WITH_MAGNITUDE = ("euclidean", "sqeuclidean", "manhattan", "chebyshev", "minkowski", "haversine")
_COARSE = 20  # steps from a float32 number to the next within eps, at least


class DBSCAN(WeightedClusterer, DensityClusterer):
    """Clusters are dense regions; rows outside them are noise.

    A row with `min_samples` rows within `eps`, itself included, is a core point. Core points within `eps` of each other
    are in one cluster, and so are the rows within `eps` of a core point: border points. All others are noise.

    Parameters, attributes, labels and messages are those of ``sklearn.cluster.DBSCAN``. Unlike there, memory does not
    depend on the number of neighbors, and `predict` labels new rows.

    Parameters
    ----------
    eps : float, default=0.5
        Rows at this distance or less are neighbors. This is the most important parameter: see
        ``coterie.selection.suggest_eps``.

    min_samples : int, default=5
        The number of rows within `eps` that make a row a core point; the row itself counts. With `sample_weight`, it is
        their total weight.

    metric : str, callable or `coterie.distances.Metric`, default='euclidean'
        The distance of two rows: a name from the table in `coterie.distances`, a callable ``metric(x, y)`` that is
        symmetric, or 'precomputed'. With 'precomputed', row i of `X` holds the distances from row i. If such an `X` is
        sparse, rows whose distance is not stored are not neighbors, but each row is its own neighbor.

    metric_params : dict, default=None
        ``p`` for 'minkowski'; ``kinds``, ``weights`` and ``ranges`` for 'gower'; or arguments for a callable.

    algorithm : {'auto', 'ball_tree', 'kd_tree', 'brute'}, default='auto'
        Ignored; kept for API compatibility. The result is always exact, and the data decide how it is found.

    leaf_size : int, default=30
        Ignored; kept for API compatibility.

    p : float, default=None
        The exponent for 'minkowski'; None means 2.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Attributes
    ----------
    core_sample_indices_ : ndarray of shape (n_core_samples,), int64
        The core points, in order.

    components_ : ndarray or sparse matrix of shape (n_core_samples, n_features)
        A copy of these rows.

    labels_ : ndarray of shape (n_samples,), int64
        Cluster of each row, -1 for noise. Clusters are numbered by their first core points. A border point within `eps`
        of several clusters has the lowest of their numbers.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    Notes
    -----
    Rows are neighbors if the sum of their squared differences is at most ``eps * eps``. As in scikit-learn's trees, the
    sum is computed in float64 and in the order of the features. The other metrics are compared in the same way. float32
    data are not rounded again.

    Time depends on the data: about O(n log n) for few features; O(n²) for many features, for metrics that are not
    distances between vectors (canberra, braycurtis, hamming, jaccard, dice, gower, nan_euclidean, callables), and for
    sparse data. Memory beyond the data is about 100 bytes and two copies of the features per row, whatever `eps` is. On
    one machine the results are the same for any number of threads.

    References
    ----------
    .. [1] M. Ester, H.-P. Kriegel, J. Sander and X. Xu, "A density-based algorithm for discovering clusters in large
       spatial databases with noise", Proceedings of the second international conference on knowledge discovery and
       data mining (1996) 226-231. :doi:`10.5555/3001460.3001507`
    .. [2] E. Schubert, J. Sander, M. Ester, H.-P. Kriegel and X. Xu, "DBSCAN revisited, revisited: why and how you
       should (still) use DBSCAN", ACM Transactions on Database Systems 42 (2017) 19. :doi:`10.1145/3068335`

    Examples
    --------
    >>> from coterie import DBSCAN
    >>> X = [[1, 2], [2, 2], [2, 3], [8, 7], [8, 8], [25, 80]]
    >>> model = DBSCAN(eps=3, min_samples=2).fit(X)
    >>> model.labels_
    array([ 0,  0,  0,  1,  1, -1])
    >>> model.predict([[0, 0], [10, 7], [30, 30]])
    array([ 0,  1, -1])
    """

    __module__ = "coterie"  # where users and pickles find it

    _rules = {
        "eps": (POSITIVE,),
        "min_samples": (integer(1),),
        "metric": METRIC,
        "metric_params": (DICT, NONE),
        "algorithm": (one_of("auto", "ball_tree", "kd_tree", "brute"),),
        "leaf_size": (integer(1),),
        "p": (real(0), NONE),
        "n_jobs": N_JOBS,
    }
    _metadata = {"fit": ("sample_weight", "callback")}
    _state = {
        **Estimator._state,
        "core_sample_indices_": (Array((np.intp,), ("n_core_samples",), low=0),),
        "components_": (Array(FLOATS, ("n_core_samples", "n_features_in_"), missing=True),),
        "labels_": (Array((np.intp,), ("n_samples",), low=-1, high="n_core_samples"),),
        "_fit_eps": (POSITIVE,),
        "_fit_metric": FITTED_METRIC,
    }

    core_sample_indices_: NDArray[np.intp]
    components_: Any
    labels_: NDArray[np.intp]
    _fit_eps: float

    def __init__(
        self,
        eps: float = 0.5,
        *,
        min_samples: int = 5,
        metric: str | Callable[..., object] | distances.Metric = "euclidean",
        metric_params: Mapping[str, Any] | None = None,
        algorithm: str = "auto",
        leaf_size: int = 30,
        p: float | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.eps = eps
        self.min_samples = min_samples
        self.metric = metric
        self.metric_params = metric_params
        self.algorithm = algorithm
        self.leaf_size = leaf_size
        self.p = p
        self.n_jobs = n_jobs

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
            The data, or their distances with ``metric='precomputed'``; not modified. A sparse matrix must have
            ``tocsr``, or ``data``, ``indices`` and ``indptr``. Metrics for sparse data are 'euclidean', 'sqeuclidean',
            'manhattan' and 'cosine'.

        y : None
            Ignored; kept for API compatibility.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            How many times each row counts as a neighbor. A negative weight can prevent the neighbors of a row from
            being core points.

        callback : callable, default=None
            Called as ``callback(stage, done, total)`` during the work. If it returns False, the work stops.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            A parameter is out of range, the data are not a finite, real, two-dimensional table, distances are negative
            or not a square, the metric is not defined for the data, or the weights have the wrong shape, are not
            finite, are all zero, or have a sum that is too large for float64.
        TypeError
            The data hold objects that are not numbers, or the metric does not take such an argument.
        Cancelled
            `callback` returned False.

        Warns
        -----
        ClusteringWarning
            There is no core point, all rows are in one cluster, or more than half of the rows are noise; or the data
            are float32 numbers so large that `eps` is less than 20 times the gap between neighboring numbers.
        FeatureScaleWarning
            One feature holds 95% of the variance or more, and the metric adds up differences.

        Notes
        -----
        If a fit raises or is interrupted, the estimator does not change.
        """
        self._check_parameters()
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        rows, metric, seen = self._read_rows(X, n_threads)
        weights = as_weights(sample_weight, len(rows), allow_negative=True)
        check_sum(weights)
        if metric is not None and isinstance(rows, np.ndarray):
            warn_of_scales(rows, seen.get("feature_names_in_"), metric, n_threads)
        with progress.reported_to(callback):
            labels, is_core = find_clusters(rows, metric, self.eps, int(self.min_samples), weights, n_threads)
        (core,) = is_core.nonzero()
        components: Any
        if not len(core):
            components = np.empty((0, rows.shape[1]))
        elif isinstance(rows, SparseRows):
            components = rows.take(core).to_container()
        else:
            components = rows[core]
        self._warn_of_result(metric, labels, len(core))
        self._warn_of_rounding(rows, metric)
        self._become(
            core_sample_indices_=core,
            components_=components,
            labels_=labels.astype(np.intp, copy=False),
            _fit_eps=self.eps,
            _fit_metric=metric,
            **seen,
        )
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:
        """Label new rows by the nearest core point within `eps`; -1 if there is none.

        Core points and noise of the fit keep their labels. A border point gets the label of its nearest core point; if
        it is within `eps` of several clusters, that may differ from the one in `labels_`.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_new, n_features) or (n_new, n_samples)
            Rows with the columns seen by fit, or with ``metric='precomputed'`` their distances to the rows of the fit;
            not modified.

        Returns
        -------
        ndarray of shape (n_new,), intp
            If core points are equally near, the first one decides.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `fit`, or if the number or names of the columns differ from those seen by fit.
        """
        self._check_is_fitted()
        return self._assign(self._read_more_rows(X))

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

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.pairwise = self._is_precomputed()
        return tags

    def _assign(self, X: NDArray[np.floating] | SparseRows) -> NDArray[np.intp]:
        nearest = self._core_points().nearest_to(X, threads.resolve_n_jobs(self.n_jobs))
        labels = np.full(len(X), -1, np.intp)
        is_near = nearest >= 0
        labels[is_near] = self.labels_[self.core_sample_indices_[nearest[is_near]]]
        return labels

    def _noise_scores(self, X: NDArray[np.floating]) -> NDArray[np.float64]:
        return self._core_points().scores(X, threads.resolve_n_jobs(self.n_jobs))

    def _core_points(self) -> CorePoints:
        return CorePoints(self.components_, self.core_sample_indices_, self._fit_metric, self._fit_eps)

    def _is_precomputed(self) -> bool:
        return is_precomputed(self.metric)

    def _read_metric(self) -> distances.Metric | None:
        """None for given distances."""
        # As in scikit-learn, `p` is of no effect beside other names of minkowski.
        p = self.p if isinstance(self.metric, str) and self.metric == "minkowski" else None
        if p is not None and "p" in (self.metric_params or {}):
            warn(
                "Parameter p is found in metric_params. The corresponding parameter from __init__ is ignored.",
                SyntaxWarning,
            )
        return read_metric(self.metric, self.metric_params, p)

    def _read_rows(
        self, X: ArrayLike, n_threads: int
    ) -> tuple[NDArray[np.floating] | SparseRows, distances.Metric | None, dict[str, Any]]:
        rows: NDArray[np.floating] | SparseRows
        seen: dict[str, Any]
        metric = self._read_metric()
        if _sparse.is_sparse(X):
            rows = self._read_sparse(X, n_threads, self._is_precomputed())
            seen = {"n_features_in_": rows.shape[1]}
        else:
            rows, metric, seen = self._read_for(X, metric)
        if self._is_precomputed():
            if rows.shape[0] != rows.shape[1]:
                raise ValueError("Precomputed matrix must be square. Input is a {}x{} matrix.".format(*rows.shape))
            _check_distances(rows)
        return rows, metric, seen

    def _read_more_rows(self, X: ArrayLike) -> NDArray[np.floating] | SparseRows:
        rows = self._read_dense_or_sparse(X, is_sorted=self._fit_metric is not None)
        if self._fit_metric is None:
            _check_distances(rows)
        return rows

    def _read_rows_of_fit(self, X: ArrayLike) -> NDArray[np.floating] | SparseRows:
        return self._read_more_rows(X)

    def _read_sparse(self, X: object, n_threads: int, precomputed: bool) -> SparseRows:
        return _sparse.as_sparse_rows(X, n_threads, owner=type(self).__name__, is_sorted=not precomputed)

    def _check_relations(self) -> None:
        core, labels = self.core_sample_indices_, self.labels_
        if not len(labels):
            raise ValueError("labels_ should be of at least one row")
        check_fitted(self.components_, self._fit_metric, len(labels), "components_")
        if len(core) and not (core[-1] < len(labels) and (core[1:] > core[:-1]).all()):
            raise ValueError(f"core_sample_indices_ should be in order and less than {len(labels)}")
        _, first = np.unique(labels[core], return_index=True)
        if not np.array_equal(labels[core[np.sort(first)]], np.arange(labels.max() + 1)):
            raise ValueError("labels_ should number the clusters by their first core points")

    def _warn_of_result(self, metric: distances.Metric | None, labels: NDArray[np.int64], n_core: int) -> None:
        """Say what to try if the result is hardly what was wanted."""
        n, noise = len(labels), int(np.count_nonzero(labels < 0))
        scale = "" if metric is None or metric.scale_free else ", or scale the features if their units differ"
        look = "" if metric is None else " coterie.selection.suggest_eps proposes an eps."
        if not n_core:
            warn(
                f"There is no cluster: no row has min_samples={self.min_samples} rows within eps={self.eps}, itself "
                f"included. Try a larger eps or fewer min_samples{scale}.{look}",
                ClusteringWarning,
            )
        elif 2 * noise > n:
            warn(
                f"{noise:,} of {n:,} rows are noise. Try a larger eps than {self.eps} or fewer min_samples than "
                f"{self.min_samples}{scale}.{look} assign_noise gives noise to clusters.",
                ClusteringWarning,
            )
        elif noise == 0 and n > 1 and not labels.any():
            warn(
                f"All {n:,} rows are in one cluster. Try a smaller eps than {self.eps} or more min_samples than "
                f"{self.min_samples}{scale}.{look}",
                ClusteringWarning,
            )

    def _warn_of_rounding(self, rows: NDArray[np.floating] | SparseRows, metric: distances.Metric | None) -> None:
        """Say so if float32 cannot resolve `eps`."""
        if metric is None or metric.kernel not in _WITH_MAGNITUDE:
            return
        if not isinstance(rows, np.ndarray) or rows.dtype != np.float32:
            return
        largest = max(rows.max(), -rows.min())
        step = float(np.spacing(largest))
        eps = math.sqrt(self.eps) if metric.kernel == "sqeuclidean" else self.eps
        if eps < _COARSE * step:
            warn(
                f"The data are float32 numbers up to {largest:.6g}, where the next one is {step:.3g} away, and "
                f"eps={self.eps} is not large against that. Labels are those of the numbers as given, computed in "
                "float64. If they were rounded to float32, subtract an offset before, or pass float64.",
                ClusteringWarning,
            )


def dbscan(
    X: ArrayLike,
    eps: float = 0.5,
    *,
    min_samples: int = 5,
    metric: str | Callable[..., object] | distances.Metric = "minkowski",
    metric_params: Mapping[str, Any] | None = None,
    algorithm: str = "auto",
    leaf_size: int = 30,
    p: float | None = 2,
    sample_weight: ArrayLike | None = None,
    n_jobs: int | None = None,
    callback: Callable[[str, int, int], object] | None = None,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find clusters as dense regions: the function for `DBSCAN`.

    Parameters
    ----------
    X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features) or (n_samples, n_samples)
        The data, or their distances with ``metric='precomputed'``; not modified.
    eps, min_samples, metric, metric_params, algorithm, leaf_size, p, n_jobs
        As in `DBSCAN`.
    sample_weight, callback
        As in `DBSCAN.fit`.

    Returns
    -------
    core_samples : ndarray of shape (n_core_samples,), intp
        The core points, in order.
    labels : ndarray of shape (n_samples,), intp
        Cluster of each row, -1 for noise.

    Raises
    ------
    ValueError, TypeError
        For the same reasons as `DBSCAN.fit`.

    Notes
    -----
    Time, memory, ties and determinism are those of `DBSCAN`.

    Examples
    --------
    >>> from coterie import dbscan
    >>> core_samples, labels = dbscan([[1.0], [2.0], [3.0], [9.0], [10.0], [50.0]], eps=1.5, min_samples=2)
    >>> core_samples
    array([0, 1, 2, 3, 4])
    >>> labels
    array([ 0,  0,  0,  1,  1, -1])
    """
    model = DBSCAN(
        eps,
        min_samples=min_samples,
        metric=metric,
        metric_params=metric_params,
        algorithm=algorithm,
        leaf_size=leaf_size,
        p=p,
        n_jobs=n_jobs,
    ).fit(X, sample_weight=sample_weight, callback=callback)
    return model.core_sample_indices_, model.labels_


# ------------------------------------------------------------------------------------------- which way


def find_clusters(
    rows: NDArray[np.floating] | SparseRows,
    metric: distances.Metric | None,
    eps: float,
    min_samples: int,
    weights: NDArray[np.float64] | None,
    n_threads: int,
) -> Clusters:
    if metric is None:
        if isinstance(rows, np.ndarray):
            return _dbscan_given.find_clusters_of_matrix(rows, eps, min_samples, weights, n_threads)
        return _dbscan_given.find_clusters_of_graph(rows, eps, min_samples, weights, n_threads)
    if not isinstance(rows, np.ndarray):
        sparse = sparse_points(rows, metric, float(eps), n_threads)
        return _dbscan_pairs.find_clusters(sparse, min_samples, weights)
    check_suits(rows, metric)
    exponent = safe_exponent(metric, rows, radius=float(eps))
    vectors = _vectors.as_vectors(rows, metric, exponent)
    if vectors is None:
        dense = DenseRows(power_of_two.divided(rows, exponent), metric, float(eps), n_threads)
        return _dbscan_pairs.find_clusters(dense, min_samples, weights)
    return _dbscan_tree.find_clusters(vectors, float(eps), min_samples, weights, n_threads)


def check_sum(weights: NDArray[np.float64] | None, name: str = "sample_weight") -> None:
    if weights is not None and not power_of_two.magnitude(weights) < float(np.finfo(np.float64).max) / len(weights):
        raise ValueError(
            f"The numbers of '{name}' must add up to one that fits into float64. Got "
            f"{len(weights):,} of up to {power_of_two.magnitude(weights):.6g}."
        )


def _check_distances(rows: NDArray[np.floating] | SparseRows) -> None:
    if isinstance(rows, np.ndarray):
        if rows.min() < 0:
            row, column = np.unravel_index(rows.argmin(), rows.shape)
            raise ValueError(f"Negative values in data passed to X. The least is at row {row}, column {column}.")
    elif len(rows.values) and rows.values.min() < 0:
        raise ValueError("Negative values in data passed to precomputed distance matrix.")
