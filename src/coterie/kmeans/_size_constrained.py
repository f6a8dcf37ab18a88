# SPDX-License-Identifier: BSD-3-Clause
"""`SizeConstrainedKMeans`: k-means with bounds on the number of rows of a cluster (_kernels/bounded.pyx)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.parameters import NONE, integer, number
from .._base.state import Array
from .._runtime import memory, parallel
from .._runtime.spaces import spaces
from .._runtime.strips import ceil_div
from .._runtime.thresholds import thresholds
from . import _assignment
from ._clusterer import LloydClusterer
from ._data import OPERATIONS, TILE, Data
from ._kernels import assign, bounded
from ._steps import Step
from ._sums import RunningSums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._lloyd import Run
    from ._starts import Init

_EVERY = 8  # of so many rows, one is in a sample


class SizeConstrainedKMeans(LloydClusterer):
    """k-means clustering in which each cluster has at least `size_min` and at most `size_max` rows.

    As `KMeans`, but rows are not assigned one by one. Of all assignments within the bounds, each iteration finds one
    that minimizes the squared distances of the rows to the centers: a minimum-cost flow, solved exactly. Then each
    center moves to the mean of its rows.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters and centers, at least 1 and at most the number of rows.

    size_min : int or None, default=None
        Number of rows of each cluster, at least; None allows empty clusters. ``size_min * n_clusters`` is at most the
        number of rows.

    size_max : int or None, default=None
        Number of rows of each cluster, at most; None means no bound. ``size_max * n_clusters`` is at least the number
        of rows.

    init : {'k-means++', 'k-means||', 'random'}, callable, array-like or fitted model, default='k-means++'
        Where the centers start, as of `KMeans`.

    n_init : 'auto' or int, default='auto'
        Number of runs with different starts; the one with the lowest inertia is kept. 'auto' means 10 for 'random' and
        a callable, and 1 for 'k-means++', 'k-means||' and given centers.

    max_iter : int, default=300
        Maximum number of iterations of one run.

    tol : float, default=1e-4
        A run ends when the sum of the squared moves of the centers is at most `tol` times the mean variance of the
        columns. With 0, it ends when no label changes.

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
        Cluster of each row. The number of rows of each label is within the bounds.

    inertia_ : float
        Sum of the squared distances of the rows to the centers of their clusters, times their weights. It is infinite
        or 0 if float64 cannot hold the sum.

    n_iter_ : int
        Number of iterations of the best run.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    Raises
    ------
    ValueError
        By `fit`: no assignment is within the bounds. The message has the numbers.
    MemoryError
        By `fit`: there is not enough memory for the distances of all rows to all centers.

    See Also
    --------
    KMeans : Without bounds: much faster, in less memory.

    Notes
    -----
    **Bounds count rows, weights count costs.** With `sample_weight`, a row counts as often in the inertia and in the
    means. For the bounds it is one row, whatever its weight. To divide rows of different weights so that the weights
    of clusters are within bounds is a bin packing problem, for which no fast exact solution is known; for rows there is
    one, in which no row is divided.

    **New rows.** `predict`, `transform` and `score` know no bounds: a row belongs to the nearest center. So
    ``predict(X)`` may differ from ``labels_`` for the rows of the fit.

    One iteration takes O(n_samples * n_clusters * n_features) time, and at most O(n_clusters²) for each row that has to
    leave the cluster that the prices of the iteration before suggest (see the page on the algorithm). Memory beyond the
    data is O(n_samples * n_clusters): mostly the distances, 8 bytes for each row and center. Without any bound, time
    and memory are those of `KMeans`.

    An assignment costs no more than any other one within the bounds, up to the rounding of float64. Where several cost
    the same, the rows are assigned by rules that do not depend on the number of threads: if the bounds leave all rows
    at their nearest centers, the lowest index of equally near ones is taken. On one machine, the results are the same
    bits for any number of threads.

    A center whose rows have no weight goes to the row that is farthest from its own center. If `max_iter` or `tol`
    ended the run, `cluster_centers_` are not exactly the means of their rows; `labels_` is always the best assignment
    for `cluster_centers_`.

    The clusters do not depend on the size of the numbers, as of `KMeans`.

    References
    ----------
    .. [1] P. S. Bradley, K. P. Bennett and A. Demiriz, "Constrained k-means clustering", Microsoft Research technical
       report MSR-TR-2000-65 (2000).
    .. [2] J. Edmonds and R. M. Karp, "Theoretical improvements in algorithmic efficiency for network flow problems",
       Journal of the ACM 19 (1972) 248-264. :doi:`10.1145/321694.321699`

    Examples
    --------
    >>> from coterie import SizeConstrainedKMeans
    >>> X = [[1.0], [2.0], [3.0], [4.0], [9.0], [11.0]]
    >>> model = SizeConstrainedKMeans(n_clusters=2, size_min=3, init=[[2.0], [10.0]]).fit(X)
    >>> model.labels_
    array([0, 0, 0, 1, 1, 1], dtype=int32)
    >>> model.cluster_centers_
    array([[2.],
           [8.]])
    >>> model.predict([[4.0]])
    array([0], dtype=int32)
    """

    __module__ = "coterie"  # where users and pickles find it

    _state = {
        **LloydClusterer._state,
        "_nearest_sizes": (Array((np.int64,), ("_n_features_out",), low=0),),  # rows of the fit, without bounds
        "_nearest_inertia": (number(0),),
    }
    _rules = {**LloydClusterer._rules, "size_min": (integer(0), NONE), "size_max": (integer(1), NONE)}

    _nearest_sizes: NDArray[np.int64]
    _nearest_inertia: float

    def __init__(
        self,
        n_clusters: int = 8,
        size_min: int | None = None,
        size_max: int | None = None,
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
        self.size_min = size_min
        self.size_max = size_max
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _prepare(self, X: NDArray[Any], weights: NDArray[np.float64] | None, n_threads: int) -> Data:
        self._bounds(len(X))
        return super()._prepare(X, weights, n_threads)

    def _first_step(self, data: Data) -> Step:
        low, high = self._bounds(len(data.X))
        if low == 0 and high == len(data.X):
            return super()._first_step(data)
        return BoundedStep(data, self.n_clusters, low, high)

    def _of_run(
        self, X: NDArray[Any], weights: NDArray[np.float64] | None, run: Run, n_threads: int
    ) -> dict[str, object]:
        nearest = _assignment.nearest(X, run.centers, n_threads)
        return {
            "_nearest_sizes": np.bincount(nearest, minlength=len(run.centers)).astype(np.int64, copy=False),
            "_nearest_inertia": _assignment.inertia(X, weights, run.centers, nearest, n_threads),
        }

    def _sizes_by_predict(self) -> NDArray[np.int64]:
        return self._nearest_sizes

    def _distance_to_centers(self) -> float:
        return self._root_mean_square(self._nearest_inertia)

    def _check_relations(self) -> None:
        super()._check_relations()
        if sum(self._nearest_sizes.tolist()) != len(self.labels_):
            raise ValueError("'_nearest_sizes' must add up to the number of rows")

    def _bounds(self, n: int) -> tuple[int, int]:
        """Least and greatest number of rows of a cluster, of n in all.

        Raises
        ------
        ValueError
            No sizes are within the bounds.
        """
        k, low, high = self.n_clusters, self.size_min, self.size_max
        if low is not None and high is not None and low > high:
            raise ValueError(f"size_min={low} must be at most size_max={high}.")
        if low is not None and low * k > n:
            raise ValueError(
                f"{k} clusters (n_clusters) of at least {low} rows (size_min) need {low * k} rows, but there are {n}."
            )
        if high is not None and high * k < n:
            raise ValueError(
                f"{k} clusters (n_clusters) of at most {high} rows (size_max) hold {high * k} rows, but there are {n}."
            )
        return low or 0, n if high is None else min(high, n)


class BoundedStep(Step):
    """Rows go where all of them together cost least within the bounds."""

    def __init__(self, data: Data, n_clusters: int, low: int, high: int) -> None:
        super().__init__(data, n_clusters)
        n, d, k = *data.X.shape, n_clusters
        memory.require(
            8 * (n * k + 2 * n) * (_EVERY + 1) // _EVERY + 16 * k * k * (_room(n, k) + 2),
            f"The distances of {n:,} rows to {k:,} centers",
            "KMeans has no bounds and needs no such memory; or fit a sample of the rows.",
        )
        self.sums: RunningSums = RunningSums(data, k)
        self.loss = np.zeros(k, dtype=np.float32)  # no margins are kept
        self.squares = np.empty((n, k))
        self.prices = np.zeros(k)
        self.balance = Balance(self.squares, data.weight, low, high, data.n_threads)
        self.rows = parallel.chunk((2 * k * d + 16 * d + 8 * k + 32) / OPERATIONS, TILE)
        self.tiles = spaces(max(1, min(data.n_threads, ceil_div(n, self.rows))), (d + k) * TILE)
        self.origin = np.zeros(d)

    def assign(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> int:
        data = self.data
        parallel.over(
            len(data.X),
            self.rows,
            data.n_threads,
            assign.squares_to_all,
            data.X,
            centers,
            self.origin,
            self.tiles,
            self.squares,
        )
        found, self.prices = self.balance(self.prices)
        changed = int(np.count_nonzero(found != labels))
        labels[:] = found
        self.sums.follow(labels)
        return changed


class Balance:
    """Rows that are assigned within bounds, again and again, at least cost.

    squares : (n, k), of distances, which the caller may change between calls
    weight : (n,), or `NO_WEIGHT`
    low, high : rows of a cluster, at least and at most
    """

    def __init__(
        self, squares: NDArray[np.float64], weight: NDArray[np.float64], low: int, high: int, n_threads: int
    ) -> None:
        n, k = squares.shape
        room = _room(n, k)
        self.squares, self.weight, self.low, self.high, self.n_threads = squares, weight, low, high, n_threads
        self.labels = np.empty(n, dtype=np.int32)
        self.numbers = np.zeros((3, k + 1))
        self.flow = bounded.Flow(
            squares,
            weight,
            self.labels,
            self.numbers,
            low,
            high,
            np.empty((2, n), dtype=np.intp),
            np.empty((bounded.NODE_ROWS, k + 1), dtype=np.intp),
            np.empty((2, k, k)),
            np.empty((k, k), dtype=np.intp),
            np.empty((k, k, room)),
            np.empty((k, k, room), dtype=np.intp),
        )

    def __call__(self, prices: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
        """Labels (n,), and the prices (k,) that prove them, from prices that may be near these.

        Each row is where its cost, weight * squared distance, and the price are least. Clusters of `low` rows have
        prices of at most 0, those of `high` rows of at least 0, and all others of 0, unless `low` is `high`.
        """
        n, k = self.squares.shape
        n_excess = self._choose(prices)
        if n >= _EVERY * k and n_excess > thresholds.sampled_excess * math.sqrt(n * k):
            n_excess = self._choose(self._prices_of_sample(prices))
        parallel.over(n_excess, 1, 1, bounded.pass_on, self.flow)
        bounded.settle(self.flow)
        return self.labels, self.numbers[0, :k].copy()

    def _choose(self, prices: NDArray[np.float64]) -> int:
        """Let rows choose by prices; returns how many are to be passed on then."""
        n, k = self.squares.shape
        self.numbers[0, :k] = prices
        self.numbers[0, k] = 0.0
        parallel.over(n, parallel.chunk(1.5 * k), self.n_threads, bounded.choose_clusters, self.flow)
        return bounded.count_excess(self.flow)

    def _prices_of_sample(self, prices: NDArray[np.float64]) -> NDArray[np.float64]:
        """Prices for some of the rows, and as much smaller bounds: with them few of all rows are passed on."""
        squares = self.squares[::_EVERY].copy()
        share = len(squares) / len(self.squares)
        low, high = math.floor(self.low * share), math.ceil(self.high * share)
        return Balance(squares, self.weight[::_EVERY].copy(), low, high, self.n_threads)(prices)[1]


def _room(n: int, k: int) -> int:
    """Rows of a list: many, so that few lists are used up, and not so many that they are long to keep in order."""
    return max(2, math.isqrt(2 * n // k))
