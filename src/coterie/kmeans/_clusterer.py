# SPDX-License-Identifier: BSD-3-Clause
"""What the estimators have in common: rows go to the nearest center, and a fit is the best of some runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_weights
from .._base.clusterer import CenterClusterer
from .._base.containers import native
from .._base.estimator import Estimator
from .._base.parameters import (
    ARRAY_LIKE,
    BOOL,
    CALLABLE,
    N_JOBS,
    RANDOM_STATE,
    check_n_clusters,
    integer,
    number,
    one_of,
    real,
)
from .._base.random_state import as_random_state
from .._base.state import FLOATS, Array
from .._base.warnings import warn, warn_of_few_clusters
from .._runtime import progress, threads
from ..distances import as_metric
from ..distances._sparse import is_sparse
from ..scaling._variance import warn_of_scales
from . import _assignment
from ._data import Data, prepare
from ._lloyd import Run, iterate
from ._sparse_rows import read_sparse
from ._starts import FITTED, gives_centers, read_init, starting_centers
from ._steps import Step, first_step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike
    from .._runtime.progress import Callback
    from ._starts import Init

_EUCLIDEAN = as_metric("euclidean")


class NearestCenterClusterer(CenterClusterer):
    """A clusterer whose rows go to the nearest of its centers.

    A subclass has `fit`. Where distances are not Euclidean, it has `_nearest`, `_distances` and `_inertia`, too.
    """

    _state = {
        **Estimator._state,
        "cluster_centers_": (Array(FLOATS, ("_n_features_out", "n_features_in_")),),
        "labels_": (Array((np.int32,), ("n_samples",), low=0, high="_n_features_out"),),
        "inertia_": (number(0),),
        "n_iter_": (integer(1),),
        "_n_init": (integer(1),),
        "_n_features_out": (integer(1),),
    }
    _metadata = {"fit": ("sample_weight", "callback"), "score": ("sample_weight",)}

    n_clusters: int
    n_jobs: int | None

    cluster_centers_: NDArray[np.floating]
    labels_: NDArray[np.int32]
    inertia_: float
    n_iter_: int
    _n_features_out: int

    _fit_metric = _EUCLIDEAN
    _takes_sparse = False

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the index of the nearest center of each row.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features)
            Data with the columns seen by fit; not modified. Sparse ones only if `fit` takes them.

        Returns
        -------
        ndarray of shape (n_samples,), int32
            If centers are equally near, the lowest index.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `fit`, or if the number or names of the columns differ from those seen by fit.
        """
        return self._assign(self._read_more(X))

    def transform(self, X: ArrayLike) -> Any:
        """Return the Euclidean distance of each row to each center.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features)
            Data with the columns seen by fit; not modified. Sparse ones only if `fit` takes them.

        Returns
        -------
        ndarray of shape (n_samples, n_clusters)
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
        matrix = self._read_more(X)
        return self._as_output(self._distances(matrix, threads.resolve_n_jobs(self.n_jobs)), X)

    def score(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> float:
        """Return minus the inertia of the rows; a higher value means a better fit.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features)
            Data with the columns seen by fit; not modified. Sparse ones only if `fit` takes them.

        y : object, default=None
            Ignored; kept for API compatibility.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            How many times each row counts.

        Returns
        -------
        float
            Minus the weighted sum of squared distances to the nearest center. Infinite or 0 if float64 cannot hold the
            sum.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `predict`, or if `fit` would not accept the weights.
        """
        X = self._read_more(X)
        weights = as_weights(sample_weight, len(X))
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        labels = self._nearest(X, n_threads)
        return -self._inertia(X, weights, labels, n_threads)

    def fit_predict(  # type: ignore[override]  # what fit takes, by name
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None, callback: Callback | None = None
    ) -> NDArray[np.int32]:
        """Find the centers and return ``labels_``. Parameters and errors are those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,), int32
        """
        return self.fit(X, y, sample_weight, callback).labels_

    def fit_transform(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None, callback: Callback | None = None
    ) -> Any:
        """Find the centers and return the distances to them. Parameters and errors are those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_clusters)
            The same as from `transform`.
        """
        X = native(X)
        return self.fit(X, y, sample_weight, callback).transform(X)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self._takes_sparse
        return tags

    def _read(self, X: ArrayLike, **options: Any) -> tuple[NDArray[Any], dict[str, Any]]:
        """Checked rows, which are `SparseRows` where sparse ones are taken, and what describes them."""
        if self._takes_sparse and is_sparse(X):
            rows: Any = read_sparse(X, type(self).__name__, threads.resolve_n_jobs(self.n_jobs))
            return rows, {"n_features_in_": rows.shape[1]}
        return super()._read(X, **options)

    def _as_rows(self, X: ArrayLike, **options: Any) -> Any:
        if self._takes_sparse and is_sparse(X):
            return read_sparse(X, type(self).__name__, threads.resolve_n_jobs(self.n_jobs))
        return super()._as_rows(X, **options)

    def _assign(self, X: NDArray[Any]) -> NDArray[np.int32]:
        return self._nearest(X, threads.resolve_n_jobs(self.n_jobs))

    def _centers(self) -> NDArray[np.float64] | None:
        return self.cluster_centers_.astype(np.float64)

    def _distance_to_centers(self) -> float:
        return self._root_mean_square(self.inertia_)

    def _root_mean_square(self, inertia: float) -> float:
        """Root mean squared distance of the rows of the fit, if squares add up to this; NaN where it is not known."""
        square = inertia / len(self.labels_)
        # Where squares are beyond float64 it is not known.
        is_known = square < math.inf and (square > 1e-300 or power_of_two.exponent_for(self.cluster_centers_) == 0)
        return math.sqrt(square) if is_known else math.nan

    def _check_relations(self) -> None:
        check_n_clusters(len(self.labels_), self._n_features_out)

    # --- for subclasses

    def _nearest(self, X: NDArray[Any], n_threads: int) -> NDArray[np.int32]:
        """Index of the nearest center of each row that `_read_more` has checked."""
        return _assignment.nearest(X, self.cluster_centers_, n_threads)

    def _distances(self, X: NDArray[Any], n_threads: int) -> NDArray[Any]:
        """(n_samples, n_clusters) how far rows are from the centers."""
        return _assignment.distances(X, self.cluster_centers_, n_threads)

    def _inertia(
        self, X: NDArray[Any], weights: NDArray[np.float64] | None, labels: NDArray[np.int32], n_threads: int
    ) -> float:
        """What a fit minimizes, for rows with these labels."""
        return _assignment.inertia(X, weights, self.cluster_centers_, labels, n_threads)


class LloydClusterer(NearestCenterClusterer):
    """A clusterer that repeats an assignment and an update from some starts, and keeps the best run.

    A subclass has the parameters that `_rules` names and adds its own. It overrides what its algorithm does otherwise:
    `_prepare` and `_warn_of_rows` for the rows, `_init_centroids` for a start, and `_first_step` for what an iteration
    does.
    """

    _rules = {
        "n_clusters": (integer(1),),
        "init": (one_of("k-means++", "k-means||", "random"), CALLABLE, ARRAY_LIKE, FITTED),
        "n_init": (one_of("auto"), integer(1)),
        "max_iter": (integer(1),),
        "tol": (real(0),),
        "verbose": (integer(0), *BOOL),
        "random_state": RANDOM_STATE,
        "n_jobs": N_JOBS,
    }

    init: Init
    n_init: int | str
    max_iter: int
    tol: float
    verbose: int
    random_state: int | np.random.RandomState | np.random.Generator | None

    def fit(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None, callback: Callback | None = None
    ) -> Self:
        """Find the centers.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features)
            The data; not modified. float32 stays float32; all other types become float64. `KMeans` and
            `SphericalKMeans` take sparse matrices, which have ``tocsr``, or ``data``, ``indices`` and ``indptr``.

        y : object, default=None
            Ignored; kept for API compatibility.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            How many times each row counts: not negative, not all zero. None counts each row once. Starting centers that
            are an array or come from a callable do not depend on it.

        callback : callable, default=None
            Called as ``callback(stage, done, total)`` during the work, and with ``inertia=``, too, if that is the name
            of one of its parameters: the inertia of the last assignment, or None before the first one. If it returns
            False, the fit is given up. If it raises StopIteration, the fit ends after the iteration that is under way,
            with the best result so far.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            A parameter is out of range, there are fewer rows than clusters, or the data are not a finite, real,
            two-dimensional table with at least one column. Or the numbers in the data, the weights or the starting
            centers are too far apart for float64.
        TypeError
            The data hold objects that are not numbers, or are sparse and the class takes dense ones alone.
        Cancelled
            `callback` returned False, or raised StopIteration before the first iteration was done.

        Warns
        -----
        ConvergenceWarning
            Fewer distinct clusters were found than `n_clusters`, for example because there are fewer distinct rows.
        FeatureScaleWarning
            One feature of dense data holds 95% of the variance or more.

        Notes
        -----
        If a fit raises or is interrupted, the estimator does not change.
        """
        self._check_parameters()
        X, seen = self._read(X)
        check_n_clusters(len(X), self.n_clusters)
        weights = as_weights(sample_weight, len(X))
        init = read_init(self.init, X, self.n_clusters)
        n_init = self._count_runs()
        random_state = as_random_state(self.random_state)

        with progress.reported_to(callback):
            data = self._prepare(X, weights, threads.resolve_n_jobs(self.n_jobs))
            self._warn_of_rows(data, seen)
            best = self._repeat_runs(
                data,
                lambda: self._init_centroids(X, init=init, random_state=random_state, sample_weight=weights, data=data),
                self._first_step,
                n_init,
            )
        return self._become_run(best, data, n_init, **self._of_run(X, weights, best, data.n_threads), **seen)

    def _repeat_runs(
        self, data: Data, start: Callable[[], NDArray[np.float64]], first_step: Callable[[Data], Step], n_init: int
    ) -> Run:
        """Of `n_init` runs, the one with the lowest inertia.

        start, first_step : give the centers and the step with which a run begins
        """
        tolerance = self.tol * self._squared_spread(data)
        best: Run | None = None
        for _ in range(n_init):
            try:
                centers = start()
                if self.verbose:
                    print("Initialization complete")
                run = iterate(first_step(data), centers, self.max_iter, tolerance, bool(self.verbose))
            except progress.Stopped:
                if best is None:
                    raise
                break
            if best is None or _is_better(run, best):
                best = run
            if run.was_stopped:
                break
        assert best is not None  # n_init is at least 1
        return best

    def _become_run(self, best: Run, data: Data, n_init: int, **more: object) -> Self:
        """Take over the best run of a fit."""
        warn_of_few_clusters(_count_distinct(best.labels, self.n_clusters), self.n_clusters)
        self._become(
            cluster_centers_=best.centers,
            labels_=best.labels,
            inertia_=power_of_two.times(best.inertia, data.inertia_exponent),
            n_iter_=best.n_iter,
            _n_init=n_init,
            _n_features_out=self.n_clusters,
            **more,
        )
        return self

    # --- for subclasses

    def _of_run(
        self, X: NDArray[Any], weights: NDArray[np.float64] | None, run: Run, n_threads: int
    ) -> dict[str, object]:
        """What a subclass keeps of the best run beside what all keep."""
        return {}

    def _prepare(self, X: NDArray[Any], weights: NDArray[np.float64] | None, n_threads: int) -> Data:
        """What the runs need to know of checked rows."""
        return prepare(X, weights, n_threads)

    def _warn_of_rows(self, data: Data, seen: dict[str, Any]) -> None:
        """Warn of what is odd about the rows; `seen` describes them, as from `_read`."""
        if data.is_sparse:  # mostly counts and weights of the same unit, and no scaler keeps their zeros
            return
        warn_of_scales(data.X, seen.get("feature_names_in_"), self._fit_metric, data.n_threads, data.moments)

    def _squared_spread(self, data: Data) -> float:
        """What `tol` is relative to: the mean variance of the columns."""
        return float(np.add.reduce(data.moments.variance) / data.X.shape[1])

    def _first_step(self, data: Data) -> Step:
        """What the first iteration of a run does."""
        return first_step(data, self.n_clusters)

    def _count_runs(self, at_random: int = 10) -> int:
        """Number of runs; `at_random`: with 'auto', if the start is not a careful one."""
        given = gives_centers(self.init)
        if self.n_init == "auto":
            return 1 if given or (isinstance(self.init, str) and self.init != "random") else at_random
        if given and self.n_init != 1:
            warn(
                f"Explicit initial center position passed: performing only one init in {type(self).__name__} "
                f"instead of n_init={self.n_init}.",
                RuntimeWarning,
            )
            return 1
        return int(self.n_init)

    def _init_centroids(
        self,
        X: NDArray[Any],
        *,
        init: str | NDArray[Any] | Callable[..., ArrayLike],
        random_state: np.random.RandomState,
        sample_weight: NDArray[np.float64] | None,
        n_centroids: int | None = None,
        x_squared_norms: NDArray[Any] | None = None,
        data: Data | None = None,
    ) -> NDArray[np.float64]:
        """Starting centers of one run; `data`, where it is there, was prepared from `X` and `sample_weight`.

        Name and arguments are scikit-learn's, whose tests call it; `x_squared_norms` are not needed.
        """
        if data is None:
            data = self._prepare(X, sample_weight, threads.resolve_n_jobs(self.n_jobs))
        n_clusters = self.n_clusters if n_centroids is None else n_centroids
        return starting_centers(X, n_clusters, init, random_state, sample_weight, data)


def _is_better(run: Run, best: Run) -> bool:
    """Whether a run has a lower inertia and different clusters: rounding can make the same clusters look better."""
    if run.inertia >= best.inertia:
        return False
    partner = np.empty(len(run.centers), dtype=best.labels.dtype)
    partner[run.labels] = best.labels
    return bool((partner[run.labels] != best.labels).any())


def _count_distinct(labels: NDArray[np.int32], n_clusters: int) -> int:
    seen, n_found = np.zeros(n_clusters, dtype=bool), 0
    for start in range(0, len(labels), 8192):
        seen[labels[start : start + 8192]] = True
        n_found = int(np.count_nonzero(seen))
        if n_found == n_clusters:  # nearly always after the first rows
            break
    return n_found
