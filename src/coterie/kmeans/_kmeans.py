# SPDX-License-Identifier: BSD-3-Clause
"""`KMeans`: parameters, restarts, and the methods of a fitted model."""

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
from .._base.exceptions import ConvergenceWarning, also_sklearns
from .._base.parameters import (
    ARRAY_LIKE,
    BOOL,
    CALLABLE,
    N_JOBS,
    RANDOM_STATE,
    check_n_clusters,
    integer,
    is_array_like,
    number,
    one_of,
    real,
)
from .._base.random_state import as_random_state
from .._base.state import FLOATS, Array
from .._base.warnings import warn
from .._runtime import progress, threads
from ..distances import as_metric
from ..scaling._variance import warn_of_scales
from . import _assignment
from ._data import Data, prepare
from ._lloyd import Run, iterate
from ._starts import read_init, starting_centers
from ._steps import first_step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

_EUCLIDEAN = as_metric("euclidean")


class KMeans(CenterClusterer):
    """k-means clustering: find `n_clusters` centers that minimize the squared distances of the rows to them.

    Lloyd's algorithm assigns each row to its nearest center and moves each center to the mean of its rows. It repeats
    both steps until no label changes, the centers move no more than `tol` allows, or `max_iter` is reached. Parameters,
    attributes and messages are those of ``sklearn.cluster.KMeans``, and so are the results from the same starting
    centers.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters and centers, at least 1 and at most the number of rows.

    init : {'k-means++', 'k-means||', 'random'}, callable or array-like, default='k-means++'
        Where the centers start:

        - 'k-means++': greedy k-means++. Each center is a row, drawn with probability proportional to its weight times
          its squared distance to the nearest center so far. 2 + log(n_clusters) rows are drawn, and the best one is
          taken.
        - 'k-means||': five rounds draw about n_clusters / 2 rows each, all at once, with the same probabilities as for
          'k-means++'. Of these candidates, each with the weight of the rows nearest to it, greedy k-means++ takes the
          centers. Use it for hundreds of clusters or more, of some 20 rows or more each: the start takes half the
          time, and the clusters are as good.
        - 'random': rows drawn with probability proportional to their weights.
        - an array of shape (n_clusters, n_features): the centers themselves.
        - a callable: ``init(X, n_clusters, random_state=RandomState)`` returns the centers. `X` is the data as a
          read-only float array that is not centered (scikit-learn passes it centered).

    n_init : 'auto' or int, default='auto'
        Number of runs with different starts; the one with the lowest inertia is kept. 'auto' means 10 for 'random' and
        a callable, and 1 for 'k-means++', 'k-means||' and an array.

    max_iter : int, default=300
        Maximum number of iterations of one run.

    tol : float, default=1e-4
        A run ends when the sum of the squared moves of the centers is at most `tol` times the mean variance of the
        columns. With 0, it ends when no label changes.

    verbose : int, default=0
        Print the progress of each run.

    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for all starts but an array. With an int, each fit gives the same result. None
        uses numpy's global state.

    copy_x : bool, default=True
        Ignored; kept for API compatibility. `X` is never modified and, if it is a C-ordered float32 or float64
        array, never copied.

    algorithm : {'lloyd', 'elkan'}, default='lloyd'
        No effect on the result. The data decide which distances need not be computed.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        The centers: float32 if the data are float32, otherwise float64.

    labels_ : ndarray of shape (n_samples,), int32
        Index of the nearest center of each row: the same as ``predict(X)``.

    inertia_ : float
        Sum of the squared distances of the rows to their nearest center, times their weights. It is infinite or 0 if
        float64 cannot hold the sum, for example for distances of 1e160 or 1e-170. The clusters are still right.

    n_iter_ : int
        Number of iterations of the best run.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    See Also
    --------
    k_means : The function for this class.
    kmeans_plusplus : Only the starting centers.

    Notes
    -----
    One iteration takes at most O(n_samples * n_clusters * n_features) time. Memory beyond the data is
    O(n_samples + n_clusters * n_features); k-means++ may take a byte for each number of `X`.

    The rows that 'k-means||' draws depend on their values and weights, not on their order, and equal rows count as one
    row with all their weight.

    Distances are computed from float64 differences of the data as given. If two centers are almost equally near, these
    distances decide, also if the data are far from zero. If centers are equally near, the one with the lowest index is
    taken. On one machine, the results are the same bits for any number of threads.

    A cluster that loses all its rows gets the row that is farthest from its own center. If another cluster has no rows
    then, its center moves to the center of the heaviest cluster (scikit-learn may use the sum of that cluster instead
    of its mean). If `max_iter` or `tol` ended the run, `cluster_centers_` are not exactly the means of their rows;
    `labels_` always belongs to `cluster_centers_`.

    The clusters do not depend on the size of the numbers. If squares would overflow or vanish, the data are first
    divided by a power of two, which is exact. Data with numbers above 1e135 and others 1e270 times smaller are an
    error, and so are weights that are 1e210 times as large as others.

    Negative weights and text instead of numbers are errors; scikit-learn accepts both.

    References
    ----------
    .. [1] S. P. Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory 28 (1982)
       129-137. :doi:`10.1109/TIT.1982.1056489`
    .. [2] D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding", Proceedings of the
       eighteenth annual ACM-SIAM symposium on discrete algorithms (2007) 1027-1035. :doi:`10.5555/1283383.1283494`
    .. [3] B. Bahmani, B. Moseley, A. Vattani, R. Kumar and S. Vassilvitskii, "Scalable k-means++", Proceedings of the
       VLDB Endowment 5 (2012) 622-633. :doi:`10.14778/2180912.2180915`

    Examples
    --------
    >>> from coterie import KMeans
    >>> X = [[1, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 0]]
    >>> km = KMeans(n_clusters=2, init=[[0, 0], [9, 9]]).fit(X)
    >>> km.labels_
    array([0, 0, 0, 1, 1, 1], dtype=int32)
    >>> km.cluster_centers_
    array([[ 1.,  2.],
           [10.,  2.]])
    >>> km.predict([[0, 0], [12, 3]])
    array([0, 1], dtype=int32)
    """

    __module__ = "coterie"  # where users and pickles find it

    _rules = {
        "n_clusters": (integer(1),),
        "init": (one_of("k-means++", "k-means||", "random"), CALLABLE, ARRAY_LIKE),
        "n_init": (one_of("auto"), integer(1)),
        "max_iter": (integer(1),),
        "tol": (real(0),),
        "verbose": (integer(0), *BOOL),
        "random_state": RANDOM_STATE,
        "copy_x": BOOL,
        "algorithm": (one_of("lloyd", "elkan"),),
        "n_jobs": N_JOBS,
    }
    _metadata = {"fit": ("sample_weight", "callback"), "score": ("sample_weight",)}
    _state = {
        **Estimator._state,
        "cluster_centers_": (Array(FLOATS, ("_n_features_out", "n_features_in_")),),
        "labels_": (Array((np.int32,), ("n_samples",), low=0, high="_n_features_out"),),
        "inertia_": (number(0),),
        "n_iter_": (integer(1),),
        "_n_init": (integer(1),),
        "_n_features_out": (integer(1),),
    }

    cluster_centers_: NDArray[np.floating]
    labels_: NDArray[np.int32]
    inertia_: float
    n_iter_: int
    _n_features_out: int

    _fit_metric = _EUCLIDEAN

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: str | ArrayLike | Callable[..., ArrayLike] = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
        copy_x: bool = True,
        algorithm: str = "lloyd",
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x
        self.algorithm = algorithm
        self.n_jobs = n_jobs

    def fit(
        self,
        X: ArrayLike,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        callback: Callable[[str, int, int], object] | None = None,
    ) -> Self:
        """Find the centers.

        Parameters
        ----------
        X : array-like, table or CPU tensor of shape (n_samples, n_features)
            The data; not modified. float32 stays float32; all other types become float64.

        y : object, default=None
            Ignored; kept for API compatibility.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            How many times each row counts: not negative, not all zero. None counts each row once. Starting centers that
            are an array or come from a callable do not depend on it.

        callback : callable, default=None
            Called as ``callback(stage, done, total)`` during the work. If it returns False, the work stops.

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
            The data are sparse or hold objects that are not numbers.
        Cancelled
            `callback` returned False.

        Warns
        -----
        ConvergenceWarning
            Fewer distinct clusters were found than `n_clusters`, for example because there are fewer distinct rows.
        FeatureScaleWarning
            One feature holds 95% of the variance or more.

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
        if self.algorithm == "elkan" and self.n_clusters == 1:
            warn("algorithm='elkan' doesn't make sense for a single cluster. Using 'lloyd' instead.", RuntimeWarning)
        random_state = as_random_state(self.random_state)

        with progress.reported_to(callback):
            data = prepare(X, weights, threads.resolve_n_jobs(self.n_jobs))
            warn_of_scales(data.X, seen.get("feature_names_in_"), _EUCLIDEAN, data.n_threads, data.moments)
            tolerance = self.tol * (float(np.add.reduce(data.moments.variance)) / X.shape[1])
            best: Run | None = None
            for _ in range(n_init):
                start = self._init_centroids(X, init=init, random_state=random_state, sample_weight=weights, data=data)
                if self.verbose:
                    print("Initialization complete")
                step = first_step(data, self.n_clusters)
                run = iterate(step, start, self.max_iter, tolerance, bool(self.verbose))
                if best is None or _is_better(run, best):
                    best = run
        assert best is not None  # n_init is at least 1

        n_found = _count_distinct(best.labels, self.n_clusters)
        if n_found < self.n_clusters:
            warn(
                f"Number of distinct clusters ({n_found}) found smaller than n_clusters ({self.n_clusters}). "
                "Possibly due to duplicate points in X.",
                also_sklearns(ConvergenceWarning),
            )
        self._become(
            cluster_centers_=best.centers,
            labels_=best.labels,
            inertia_=power_of_two.times(best.inertia, data.inertia_exponent),
            n_iter_=best.n_iter,
            _n_init=n_init,
            _n_features_out=self.n_clusters,
            **seen,
        )
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the index of the nearest center of each row.

        Parameters
        ----------
        X : array-like, table or CPU tensor of shape (n_samples, n_features)
            Data with the columns seen by fit; not modified.

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
        X : array-like, table or CPU tensor of shape (n_samples, n_features)
            Data with the columns seen by fit; not modified.

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
        distances = _assignment.distances(matrix, self.cluster_centers_, threads.resolve_n_jobs(self.n_jobs))
        return self._as_output(distances, X)

    def score(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> float:
        """Return minus the inertia of the rows; a higher value means a better fit.

        Parameters
        ----------
        X : array-like, table or CPU tensor of shape (n_samples, n_features)
            Data with the columns seen by fit; not modified.

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
        labels = _assignment.nearest(X, self.cluster_centers_, n_threads)
        return -_assignment.inertia(X, weights, self.cluster_centers_, labels, n_threads)

    def fit_predict(  # type: ignore[override]  # what fit takes, by name
        self,
        X: ArrayLike,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        callback: Callable[[str, int, int], object] | None = None,
    ) -> NDArray[np.int32]:
        """Find the centers and return ``labels_``. Parameters and errors are those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples,), int32
        """
        return self.fit(X, y, sample_weight, callback).labels_

    def fit_transform(
        self,
        X: ArrayLike,
        y: object = None,
        sample_weight: ArrayLike | None = None,
        callback: Callable[[str, int, int], object] | None = None,
    ) -> Any:
        """Find the centers and return the distances to them. Parameters and errors are those of `fit`.

        Returns
        -------
        ndarray of shape (n_samples, n_clusters)
            The same as from `transform`.
        """
        X = native(X)
        return self.fit(X, y, sample_weight, callback).transform(X)

    def _assign(self, X: NDArray[Any]) -> NDArray[np.int32]:
        return _assignment.nearest(X, self.cluster_centers_, threads.resolve_n_jobs(self.n_jobs))

    def _centers(self) -> NDArray[np.float64]:
        return self.cluster_centers_.astype(np.float64)

    def _distance_to_centers(self) -> float:
        square = float(self.inertia_) / len(self.labels_)
        # Where squares are beyond float64 it is not known.
        is_known = square < math.inf and (square > 1e-300 or power_of_two.exponent_for(self.cluster_centers_) == 0)
        return math.sqrt(square) if is_known else math.nan

    def _check_relations(self) -> None:
        check_n_clusters(len(self.labels_), self._n_features_out)

    def _count_runs(self) -> int:
        given = is_array_like(self.init)
        if self.n_init == "auto":
            return 1 if given or (isinstance(self.init, str) and self.init != "random") else 10
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
            data = prepare(X, sample_weight, threads.resolve_n_jobs(self.n_jobs))
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
