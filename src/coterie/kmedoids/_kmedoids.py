# SPDX-License-Identifier: BSD-3-Clause
"""`KMedoids`: parameters, attributes, and the methods of a fitted model."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .. import distances
from .._base import power_of_two
from .._base.arrays import as_array, as_weights
from .._base.clusterer import CenterClusterer
from .._base.containers import native
from .._base.estimator import Estimator
from .._base.exceptions import ClusteringWarning, ConvergenceWarning, also_sklearns
from .._base.parameters import ARRAY_LIKE, DICT, N_JOBS, NONE, RANDOM_STATE, check_n_clusters, integer, number, one_of
from .._base.random_state import as_random_state
from .._base.state import FLOATS, Array
from .._base.warnings import warn, warn_of_few_clusters
from .._base.wording import share, shown
from .._runtime import progress, threads
from ..distances._metrics import FITTED_METRIC, METRIC, check_fitted, check_suits, is_precomputed, read_metric
from ..distances._rows import MeasuredRows, read_rows
from ..scaling._variance import warn_of_scales
from ._fit import find_medoids
from ._nearest import distances_to, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike


_SQUARE = 512  # rows and columns of a part of a matrix that is compared with the one opposite


class KMedoids(MeasuredRows, CenterClusterer):
    """k-medoids clustering: find `n_clusters` rows, the medoids, that minimize the distances of all rows to them.

    Distances are not squared, and any metric will do. A medoid is a row of the data: an example of its cluster that
    can be looked at. A search swaps a medoid for another row as long as that lowers the sum of distances. In the end no
    single swap does. It finds the swaps of PAM, and judges a row against all medoids at once, as FasterPAM does.

    Unlike in other libraries, the distances of all pairs are not held in memory.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters and medoids, at least 1 and at most the number of rows whose weight is above 0.

    metric : str, callable or `coterie.distances.Metric`, default='euclidean'
        The distance of two rows: a name from the table in `coterie.distances`, a callable ``metric(x, y)`` that is
        symmetric, or 'precomputed'. With 'precomputed', row i of `X` holds the distances from row i.

    metric_params : dict, default=None
        ``p`` for 'minkowski', ``kinds``, ``weights`` and ``ranges`` for 'gower', or arguments for a callable.

    init : {'k-medoids++', 'build', 'random'} or array-like, default='k-medoids++'
        Where the search starts:

        - 'k-medoids++': rows are drawn one by one, with probability proportional to their weight times their distance
          to the nearest medoid so far. 2 + log(n_clusters) rows are drawn each time, and the best one is taken.
        - 'build': PAM's BUILD. The first medoid is the row with the least sum of distances; each further one is the row
          that lowers the sum most.
        - 'random': rows drawn with probability proportional to their weights.
        - an array of shape (n_clusters,) of whole numbers: the rows with these numbers, no number twice.
        - an array of shape (n_clusters, n_features): for each, the row that is nearest to it and not taken yet.

    n_init : int, default=1
        Number of searches with different random starts; the one with the lowest sum is kept. 'build' and given rows are
        searched from once.

    max_iter : int, default=300
        Maximum number of passes over the rows of one search. The first pass judges all rows, and each further one those
        that may be worth a swap by then.

    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for 'k-medoids++' and 'random'. With an int, each fit gives the same result. None uses
        numpy's global state.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Attributes
    ----------
    medoid_indices_ : ndarray of shape (n_clusters,), int64
        The rows that are medoids.

    cluster_centers_ : ndarray of shape (n_clusters, n_features) or None
        A copy of these rows; None with ``metric='precomputed'``. With 'gower', categories are numbers here: their
        places among the categories of the column. ``X.iloc[model.medoid_indices_]`` are the rows of a data frame.

    labels_ : ndarray of shape (n_samples,), int32
        Index of the nearest medoid of each row.

    inertia_ : float
        Sum of the distances of the rows to their nearest medoid, times their weights.

    n_iter_ : int
        Number of passes of the best search.

    n_swaps_ : int
        Number of swaps of the best search.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    See Also
    --------
    KMeans : Centers are means, and squared Euclidean distances are minimized: much faster, for many rows.

    Notes
    -----
    Time is O(n_samples² * n_features) for the first pass, less where the triangle inequality rules out distances, and
    usually little for further ones. Memory beyond the data is O(n_samples * n_features); for a callable and up to 2,896
    rows, their distances are kept, 64 MB at most.

    If medoids are equally near, a row gets the one with the lowest index. Of equally good swaps the first found is
    made, and none that does not lower the sum by more than the rounding of it. Equal rows can both be medoids where
    there are fewer distinct rows than clusters. On one machine, the results are the same bits for any number of
    threads. A row of weight 0 gets a label, and is no medoid.

    References
    ----------
    .. [1] L. Kaufman and P. J. Rousseeuw, "Partitioning around medoids (program PAM)", in "Finding groups in data",
       Wiley (1990) 68-125. :doi:`10.1002/9780470316801.ch2`
    .. [2] E. Schubert and P. J. Rousseeuw, "Fast and eager k-medoids clustering: O(k) runtime improvement of the PAM,
       CLARA, and CLARANS algorithms", Information Systems 101 (2021) 101804. :doi:`10.1016/j.is.2021.101804`

    Examples
    --------
    >>> from coterie import KMedoids
    >>> X = [[1, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0], [11, 3]]
    >>> model = KMedoids(n_clusters=2, metric="manhattan", init=[0, 3]).fit(X)
    >>> model.labels_
    array([0, 0, 0, 1, 1, 1, 1], dtype=int32)
    >>> model.medoid_indices_
    array([0, 3])
    >>> model.cluster_centers_
    array([[ 1.,  2.],
           [10.,  2.]])
    >>> model.predict([[0, 0], [12, 3]])
    array([0, 1], dtype=int32)
    """

    __module__ = "coterie"  # where users and pickles find it

    _rules = {
        "n_clusters": (integer(1),),
        "metric": METRIC,
        "metric_params": (DICT, NONE),
        "init": (one_of("k-medoids++", "build", "random"), ARRAY_LIKE),
        "n_init": (integer(1),),
        "max_iter": (integer(1),),
        "random_state": RANDOM_STATE,
        "n_jobs": N_JOBS,
    }
    _metadata = {"fit": ("sample_weight", "callback"), "score": ("sample_weight",)}
    _state = {
        **Estimator._state,
        "labels_": (Array((np.int32,), ("n_samples",), low=0, high="_n_features_out"),),
        "medoid_indices_": (Array((np.int64,), ("_n_features_out",), low=0, high="n_samples"),),
        "cluster_centers_": (Array(FLOATS, ("_n_features_out", "n_features_in_"), missing=True), NONE),
        "inertia_": (number(0),),
        "n_iter_": (integer(1),),
        "n_swaps_": (integer(0),),
        "_root_mean_square": (number(0),),  # of the distances of the rows to their medoids
        "_n_features_out": (integer(1),),
        "_fit_metric": FITTED_METRIC,
    }

    medoid_indices_: NDArray[np.int64]
    cluster_centers_: NDArray[np.floating] | None
    labels_: NDArray[np.int32]
    inertia_: float
    n_iter_: int
    n_swaps_: int
    _root_mean_square: float
    _n_features_out: int
    _fit_metric: distances.Metric | None

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        metric: str | Callable[..., object] | distances.Metric = "euclidean",
        metric_params: Mapping[str, Any] | None = None,
        init: str | ArrayLike = "k-medoids++",
        n_init: int = 1,
        max_iter: int = 300,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.metric = metric
        self.metric_params = metric_params
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(
        self,
        X: ArrayLike,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        *,
        callback: Callable[[str, int, int], object] | None = None,
    ) -> Self:
        """Find the medoids.

        Parameters
        ----------
        X : array-like, table or CPU tensor of shape (n_samples, n_features) or (n_samples, n_samples)
            The data, or their distances with ``metric='precomputed'``; not modified. With 'gower', columns may hold
            text, dates and missing values; with 'nan_euclidean', missing values.

        y : object, default=None
            Ignored; kept for API compatibility.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            How many times each row counts: not negative, not all zero. None counts each row once.

        callback : callable, default=None
            Called as ``callback(stage, done, total)`` during the work. If it returns False, the work stops.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            A parameter is out of range; there are fewer rows with a weight above 0 than clusters; the data are not a
            finite, real, two-dimensional table; the metric is not defined for them; or distances are negative, not a
            square or not symmetric.
        TypeError
            The data are sparse or hold objects that are not numbers, or the metric does not take such an argument.
        Cancelled
            `callback` returned False.

        Warns
        -----
        ConvergenceWarning
            Fewer distinct clusters were found than `n_clusters`, because there are fewer distinct rows; or `max_iter`
            ended the search.
        FeatureScaleWarning
            One feature holds 95% of the variance or more, and the metric adds up differences.
        ClusteringWarning
            Medoids lack more than twice as many values as all rows, with the metrics 'gower' and 'nan_euclidean'.

        Notes
        -----
        If a fit raises or is interrupted, the estimator does not change.
        """
        self._check_parameters()
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        X, metric, seen = self._read_for(X, read_metric(self.metric, self.metric_params, None))
        check_n_clusters(len(X), self.n_clusters)
        given = as_weights(sample_weight, len(X))
        (rows,) = np.nonzero(np.ones(len(X)) if given is None else given)
        if len(rows) < self.n_clusters:
            raise ValueError(
                f"n_clusters={self.n_clusters} medoids need as many rows of a weight above 0, but there are "
                f"{len(rows)}."
            )
        weight = np.ones(len(rows))
        if given is not None:
            weight = power_of_two.divided(given[rows], math.frexp(float(given.max()))[1])
        if metric is None:
            _check_given(X)
        else:
            check_suits(X, metric)
            warn_of_scales(X, seen.get("feature_names_in_"), metric, n_threads)
        init = self._read_init(X, rows, metric, n_threads)
        random_state = as_random_state(self.random_state)
        with progress.reported_to(callback):
            some = X if len(rows) == len(X) else X[np.ix_(rows, rows)] if metric is None else X[rows]
            run = find_medoids(
                some,
                metric,
                weight,
                self.n_clusters,
                init,
                1 if isinstance(init, np.ndarray) or init == "build" else int(self.n_init),
                int(self.max_iter),
                random_state,
                n_threads,
            )
            medoids = rows[run.medoids]
            centers = None if metric is None else X[medoids]
            found = nearest(X, medoids if centers is None else centers, metric, n_threads)
        self._warn_of_result(found.label, run.converged)
        if centers is not None:
            _warn_of_gaps(centers, X)
        with np.errstate(over="ignore"):
            inertia = np.add.reduce(found.distance if given is None else found.distance * given)
        self._become(
            medoid_indices_=medoids,
            cluster_centers_=centers,
            labels_=found.label,
            inertia_=float(inertia),
            n_iter_=run.n_iter,
            n_swaps_=run.n_swaps,
            _root_mean_square=float(power_of_two.lengths(found.distance[None])[0] / math.sqrt(len(X))),
            _n_features_out=int(self.n_clusters),
            _fit_metric=metric,
            **seen,
        )
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the index of the nearest medoid of each row.

        Parameters
        ----------
        X : array-like, table or CPU tensor of shape (n_new, n_features) or (n_new, n_samples)
            Rows with the columns seen by fit, or with ``metric='precomputed'`` their distances to the rows of the fit;
            not modified.

        Returns
        -------
        ndarray of shape (n_new,), int32
            If medoids are equally near, the lowest index.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `fit`, or if the number or names of the columns differ from those seen by fit.
        """
        return self._assign(self._read_more_rows(X))

    def transform(self, X: ArrayLike) -> Any:
        """Return the distance of each row to each medoid.

        Parameters
        ----------
        X : array-like, table or CPU tensor of shape (n_new, n_features) or (n_new, n_samples)
            As for `predict`.

        Returns
        -------
        ndarray of shape (n_new, n_clusters)
            float32 if the data are float32, otherwise float64; infinite if a distance is too large for the type. A
            table if `set_output` asks for one.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `predict`.
        """
        X = native(X)
        rows = self._read_more_rows(X)
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        found = distances_to(rows, self._medoids(), self._fit_metric, n_threads, rows.dtype.type)
        return self._as_output(found, X)

    def score(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> float:
        """Return minus the sum of the distances of the rows to their nearest medoid; higher means a better fit.

        Parameters
        ----------
        X : array-like, table or CPU tensor of shape (n_new, n_features) or (n_new, n_samples)
            As for `predict`.

        y : object, default=None
            Ignored; kept for API compatibility.

        sample_weight : array-like of shape (n_new,) or float, default=None
            How many times each row counts.

        Returns
        -------
        float

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `predict`, or if `fit` would not accept the weights.
        """
        rows = self._read_more_rows(X)
        weights = as_weights(sample_weight, len(rows))
        found = nearest(rows, self._medoids(), self._fit_metric, threads.resolve_n_jobs(self.n_jobs))
        with np.errstate(over="ignore"):
            return -float(np.add.reduce(found.distance if weights is None else found.distance * weights))

    def fit_predict(  # type: ignore[override]  # what fit takes, by name
        self,
        X: ArrayLike,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        *,
        callback: Callable[[str, int, int], object] | None = None,
    ) -> NDArray[np.int32]:
        """Find the medoids and return ``labels_``. Parameters and errors are those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,), int32
        """
        return self.fit(X, y, sample_weight, callback=callback).labels_

    def fit_transform(
        self,
        X: ArrayLike,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        *,
        callback: Callable[[str, int, int], object] | None = None,
    ) -> Any:
        """Find the medoids and return the distances to them. Parameters and errors are those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_clusters)
            The same as from `transform`.
        """
        X = native(X)
        return self.fit(X, y, sample_weight, callback=callback).transform(X)

    def _stand_for_clusters(self) -> NDArray[Any] | None:
        columns, centers = getattr(self._fit_metric, "columns", None), self.cluster_centers_
        return centers if columns is None or centers is None else columns.code.decode(centers)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = is_precomputed(self.metric)
        return tags

    def _read_more_rows(self, X: ArrayLike) -> NDArray[Any]:
        rows = self._read_more(X)
        if self._fit_metric is None:
            _check_not_negative(rows)
        else:
            check_suits(rows, self._fit_metric, fitted=self.cluster_centers_)
        return rows

    def _assign(self, X: NDArray[Any]) -> NDArray[np.int32]:
        return nearest(X, self._medoids(), self._fit_metric, threads.resolve_n_jobs(self.n_jobs)).label

    def _medoids(self) -> NDArray[Any]:
        """What `nearest` takes."""
        return self.medoid_indices_ if self.cluster_centers_ is None else self.cluster_centers_

    def _centers(self) -> NDArray[np.float64] | None:
        if self._fit_metric is None or self._fit_metric.kernel != "euclidean" or self.cluster_centers_ is None:
            return None
        return self.cluster_centers_.astype(np.float64)

    def _distances_to_own(self, X: NDArray[Any]) -> NDArray[np.float64]:
        return nearest(X, self._medoids(), self._fit_metric, threads.resolve_n_jobs(self.n_jobs)).distance

    def _distance_to_centers(self) -> float:
        return self._root_mean_square

    def _check_relations(self) -> None:
        check_n_clusters(len(self.labels_), self._n_features_out)
        if (self.cluster_centers_ is None) != (self._fit_metric is None):
            raise ValueError("cluster_centers_ should be there where _fit_metric is")
        if self.cluster_centers_ is None:
            if self.n_features_in_ != len(self.labels_):
                raise ValueError(f"n_features_in_ should be the {len(self.labels_)} rows of the fit")
        else:
            check_fitted(self.cluster_centers_, self._fit_metric, len(self.labels_), "cluster_centers_")
        if len(np.unique(self.medoid_indices_)) < len(self.medoid_indices_):
            raise ValueError("medoid_indices_ should be different rows")

    def _read_init(
        self, X: NDArray[Any], rows: NDArray[np.int64], metric: distances.Metric | None, n_threads: int
    ) -> str | NDArray[np.int64]:
        """`init`, but given medoids as places in `rows`, which are those of a weight above 0."""
        if isinstance(self.init, str):
            return self.init
        init, k = as_array(native(self.init, "init"), "init"), self.n_clusters
        if init.ndim == 1:
            if init.dtype.kind not in "iu" or init.shape != (k,):
                raise ValueError(
                    f"init must be {k} numbers of rows, as many as n_clusters, or as many rows. Got {shown(self.init)}."
                )
            if not (init.min() >= 0 and init.max() < len(X)) or len(np.unique(init)) < k:
                raise ValueError(
                    f"init must be different numbers of rows, from 0 to {len(X) - 1}. Got {shown(self.init)}."
                )
            chosen = init.astype(np.int64)
            if not np.isin(chosen, rows).all():
                raise ValueError(f"init must be rows of a weight above 0. Got {shown(self.init)}.")
            return np.searchsorted(rows, chosen)
        if metric is None:
            raise ValueError("init must be numbers of rows with metric='precomputed', or one of the words.")
        centers, _ = read_rows(self.init, metric, name="init")
        if centers.shape != (k, X.shape[1]):
            raise ValueError(
                f"init must have the shape (n_clusters, n_features), which is {(k, X.shape[1])}. Got {centers.shape}."
            )
        chosen = np.empty(k, np.int64)
        is_free = np.ones(len(rows), np.bool_)
        for i in range(k):
            distance = distances.cdist(centers[i : i + 1], X[rows], metric.of_rows, n_jobs=n_threads)[0]
            free = np.flatnonzero(is_free)
            chosen[i] = free[distance[free].argmin()]
            is_free[chosen[i]] = False
        return chosen

    def _warn_of_result(self, labels: NDArray[np.int32], converged: bool) -> None:
        warn_of_few_clusters(len(np.unique(labels)), self.n_clusters)
        if not converged:
            warn(
                f"The search was stopped after max_iter={self.max_iter} passes; some swap may still lower the sum of "
                "distances.",
                also_sklearns(ConvergenceWarning),
            )


def _warn_of_gaps(medoids: NDArray[np.floating], X: NDArray[np.floating]) -> None:
    """Warn where medoids lack more than twice as many values as rows do."""
    n_missing = np.count_nonzero(np.isnan(medoids))
    if n_missing:
        here, overall = n_missing / medoids.size, np.count_nonzero(np.isnan(X)) / X.size
        if here > 2 * overall:
            warn(
                f"The medoids lack {share(here)} of their values, and all rows {share(overall)}: a row is near to many "
                "others by the few values that it has. Fit complete rows, and predict the others.",
                ClusteringWarning,
            )


def _check_not_negative(D: NDArray[Any]) -> None:
    if D.min() < 0:
        row, column = np.unravel_index(D.argmin(), D.shape)
        raise ValueError(f"Negative values in data passed to X. The least is at row {row}, column {column}.")


def _check_given(D: NDArray[Any]) -> None:
    """Check that distances are a square, not negative, and symmetric but for rounding."""
    n = len(D)
    if D.shape[0] != D.shape[1]:
        raise ValueError("Precomputed matrix must be square. Input is a {}x{} matrix.".format(*D.shape))
    _check_not_negative(D)
    slack = 1e-8 * float(D.max())
    for start in range(0, n, _SQUARE):
        for left in range(start, n, _SQUARE):
            here, there = (
                D[start : start + _SQUARE, left : left + _SQUARE],
                D[left : left + _SQUARE, start : start + _SQUARE].T,
            )
            bad = np.abs(here - there) > slack
            if bad.any():
                i, j = np.unravel_index(bad.argmax(), bad.shape)
                raise ValueError(
                    f"A distance matrix must be symmetric. Not so at row {start + int(i)}, column {left + int(j)}."
                )
