# SPDX-License-Identifier: BSD-3-Clause
"""`KMedians`: k-medians, with Manhattan distances and medians in place of squares and means."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.parameters import ARRAY_LIKE, CALLABLE, one_of
from .._runtime import threads
from . import _manhattan
from ._clusterer import LloydClusterer
from ._data import prepare
from ._medians import MedianData, MedianStep, prepare_medians
from ._starts import FITTED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike
    from ._data import Data
    from ._starts import Init
    from ._steps import Step


class KMedians(LloydClusterer):
    """k-medians clustering: find `n_clusters` centers that minimize the Manhattan distances of the rows to them.

    Each row goes to the center of least Manhattan distance (the sum of absolute differences), and each center moves to
    the median of its rows in each feature. Both steps are repeated until no label changes, the centers move no more
    than `tol` allows, or `max_iter` is reached. Few far rows do not move a median, so the centers stay where most rows
    are, and each coordinate of a center is a value of the data.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters and centers, at least 1 and at most the number of rows.

    init : {'k-means++', 'random'}, callable, array-like or fitted model, default='k-means++'
        Where the centers start:

        - 'k-means++': greedy k-means++ with Manhattan distances. Each center is a row, drawn with probability
          proportional to its weight times its distance (not squared) to the nearest center so far.
          2 + log(n_clusters) rows are drawn, and the best one is taken.
        - 'random': rows drawn with probability proportional to their weights.
        - an array of shape (n_clusters, n_features): the centers themselves.
        - a fitted model: its `cluster_centers_`. scikit-learn's `clone`, and what uses it, makes a copy of the model
          that is not fitted; there give the array.
        - a callable: ``init(X, n_clusters, random_state=RandomState)`` returns the centers. `X` is the data as a
          read-only float array.

    n_init : 'auto' or int, default='auto'
        Number of runs with different starts; the one with the lowest `inertia_` is kept. 'auto' means 10 for 'random'
        and a callable, and 1 for 'k-means++' and given centers.

    max_iter : int, default=300
        Maximum number of iterations of one run.

    tol : float, default=1e-4
        A run ends when the sum of the squared moves of the centers is at most `tol` times the mean over the columns of
        the square of half the interquartile range, which few far rows do not change. It is that of up to 2,048 rows at
        equal distances in the data. With 0, a run ends when no label changes.

    verbose : int, default=0
        Print the progress of each run.

    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for all starts but given centers. With an int, each fit gives the same result. None uses
        numpy's global state.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        The centers: float32 if the data are float32, otherwise float64.

    labels_ : ndarray of shape (n_samples,), int32
        Index of the nearest center of each row by Manhattan distance: the same as ``predict(X)``.

    inertia_ : float
        Sum of the Manhattan distances of the rows to their nearest center, times their weights. It is infinite or 0 if
        float64 cannot hold the sum.

    n_iter_ : int
        Number of iterations of the best run.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    See Also
    --------
    KMeans : Means and squared distances: faster, but far rows count by their square.
    KMedoids : Rows as centers, by any metric.

    Notes
    -----
    One iteration takes at most O(n_samples * n_clusters * n_features) time. Memory beyond the data is
    O(n_samples + n_clusters * n_features), and two bytes for each number of `X` (three with weights).

    The median is the lower one: the least value v of the rows for which rows with values up to v have half of the
    weight or more. A row of weight w counts as w rows. Any value between the lower and the upper median has the same
    sum of distances; the lower one is a value of the data and needs no rounding. Weights enter the medians as whole
    multiples, of at least 1, of a unit: the largest one is 2**(62 - b) units for a number of rows of b binary digits.
    So their sums are exact, and the medians do not depend on the order of the rows.

    Distances are those of ``distances.cdist(X, centers, "manhattan")``: sums of float64 differences in the order of
    the columns. If centers are equally near, the one with the lowest index is taken. On one machine, the results are
    the same bits for any number of threads.

    A cluster that loses all its rows of weight moves to the row of weight that is then farthest from its own center,
    the first one on a tie; of several such clusters, the first one moves first, and its new center counts for the
    next. If all rows are at centers, it stays where it is. No iteration raises the objective. If `max_iter` or `tol`
    ended the run, `cluster_centers_` need not be the medians of their rows; `labels_` always belongs to
    `cluster_centers_`.

    The clusters do not depend on the size of the numbers, as for `KMeans`, with the same limits.

    References
    ----------
    .. [1] P. S. Bradley, O. L. Mangasarian and W. N. Street, "Clustering via concave minimization", Advances in Neural
       Information Processing Systems 9 (1997) 368-374.
    .. [2] D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding", Proceedings of the
       eighteenth annual ACM-SIAM symposium on discrete algorithms (2007) 1027-1035. :doi:`10.5555/1283383.1283494`
    .. [3] G. Hamerly, "Making k-means even faster", Proceedings of the 2010 SIAM international conference on data
       mining (2010) 130-140. :doi:`10.1137/1.9781611972801.12`

    Examples
    --------
    >>> from coterie import KMedians
    >>> X = [[1, 2], [1, 4], [1, 0], [10, 2], [10, 4], [10, 900]]
    >>> model = KMedians(n_clusters=2, init=[[0, 0], [9, 9]]).fit(X)
    >>> model.labels_
    array([0, 0, 0, 1, 1, 1], dtype=int32)
    >>> model.cluster_centers_
    array([[ 1.,  2.],
           [10.,  4.]])
    >>> model.inertia_
    902.0
    """

    __module__ = "coterie"  # where users and pickles find it

    _rules = {**LloydClusterer._rules, "init": (one_of("k-means++", "random"), CALLABLE, ARRAY_LIKE, FITTED)}

    _fit_metric = _manhattan.MANHATTAN

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Init = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.n_jobs = n_jobs

    def transform(self, X: ArrayLike) -> Any:
        """Return the Manhattan distance of each row to each center.

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
        return super().transform(X)

    def score(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> float:
        """Return minus the sum of the Manhattan distances of the rows; a higher value means a better fit.

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
            Minus the weighted sum of Manhattan distances to the nearest center. Infinite or 0 if float64 cannot hold
            the sum.

        Raises
        ------
        NotFittedError
            `fit` was not called.
        ValueError, TypeError
            For the same reasons as `predict`, or if `fit` would not accept the weights.
        """
        return super().score(X, y, sample_weight)

    def _centers(self) -> None:
        return None  # distances to them are not Euclidean

    def _distances_to_own(self, X: NDArray[Any]) -> NDArray[np.float64]:
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        centers = self.cluster_centers_.astype(np.float64)
        return _manhattan.distances_to_own(X, centers, self._nearest(X, n_threads), n_threads)

    def _distance_to_centers(self) -> float:
        return math.nan

    def _nearest(self, X: NDArray[Any], n_threads: int) -> NDArray[np.int32]:
        return _manhattan.nearest(X, self.cluster_centers_, n_threads)

    def _distances(self, X: NDArray[Any], n_threads: int) -> NDArray[Any]:
        return _manhattan.distances(X, self.cluster_centers_, n_threads)

    def _inertia(
        self, X: NDArray[Any], weights: NDArray[np.float64] | None, labels: NDArray[np.int32], n_threads: int
    ) -> float:
        return _manhattan.objective(X, weights, self.cluster_centers_, labels, n_threads)

    def _prepare(self, X: NDArray[Any], weights: NDArray[np.float64] | None, n_threads: int) -> Data:
        data = prepare(X, weights, n_threads)
        data = dataclasses.replace(data, inertia_exponent=data.inertia_exponent - data.exponent, is_manhattan=True)
        return prepare_medians(data, self.n_clusters)

    def _squared_spread(self, data: Data) -> float:
        assert isinstance(data, MedianData)
        return data.squared_spread

    def _first_step(self, data: Data) -> Step:
        assert isinstance(data, MedianData)
        return MedianStep(data, self.n_clusters)
