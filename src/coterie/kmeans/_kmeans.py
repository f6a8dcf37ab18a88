# SPDX-License-Identifier: BSD-3-Clause
"""`KMeans`: what is k-means among the clusterers with centers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .._base.parameters import BOOL, check_n_clusters, one_of
from .._base.random_state import as_random_state
from .._base.warnings import warn
from .._base.wording import shown
from .._runtime import progress, threads
from ._batches import Batches
from ._clusterer import LloydClusterer
from ._passes import Passes, PassStep, prepare_passes
from ._starts import read_init
from ._starts_of_passes import start_in_passes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._runtime.progress import Callback
    from ._batches import Given
    from ._data import Data
    from ._starts import Init


class KMeans(LloydClusterer):
    """k-means clustering: find `n_clusters` centers that minimize the squared distances of the rows to them.

    Lloyd's algorithm assigns each row to its nearest center and moves each center to the mean of its rows. It repeats
    both steps until no label changes, the centers move no more than `tol` allows, or `max_iter` is reached. Parameters,
    attributes and messages are those of ``sklearn.cluster.KMeans``, and so are the results from the same starting
    centers.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters and centers, at least 1 and at most the number of rows.

    init : {'k-means++', 'k-means||', 'random'}, callable, array-like or fitted model, default='k-means++'
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
        - a fitted model: its `cluster_centers_`. scikit-learn's `clone`, and what uses it, makes a copy of the model
          that is not fitted; there give the array.
        - a callable: ``init(X, n_clusters, random_state=RandomState)`` returns the centers. `X` is the data as a
          read-only float array that is not centered (scikit-learn passes it centered), or a matrix like the caller's
          if that is sparse.

    n_init : 'auto' or int, default='auto'
        Number of runs with different starts; the one with the lowest inertia is kept. 'auto' means 10 for 'random' and
        a callable, and 1 for the others.

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

    Sparse rows are never made dense, and have the answers of dense ones. An iteration takes O(stored * n_clusters +
    n_clusters * n_features) time, where `stored` is how many numbers the rows store. Memory beyond the rows is
    O(n_samples + n_clusters * n_features), as centers are dense; unsorted columns need a copy of the rows.

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
    .. [4] K. Aoyama, K. Saito and T. Ikeda, "Inverted-file k-means clustering: performance analysis" (2020).
       :doi:`10.48550/arXiv.2002.09094`

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

    _takes_sparse = True
    _rules = {**LloydClusterer._rules, "copy_x": BOOL, "algorithm": (one_of("lloyd", "elkan"),)}

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

    def fit_batches(self, batches: Given, callback: Callback | None = None) -> Self:
        """Find the centers of rows that come in batches, as `fit` does for rows that are in memory.

        Each iteration is a pass over all batches. Memory is that of a batch and a sample of the rows, O(n_clusters *
        n_features), 4 bytes a row for `labels_`, and 4 more for up to 67 million rows: 10 GB of rows in 32 columns of
        float32 need 0.5 GB.

        Parameters
        ----------
        batches : iterable or callable
            Gives the batches, anew in each pass: a list, an object with ``__iter__``, or a callable that returns an
            iterable, such as a generator function or ``pyarrow.dataset.dataset(path).to_batches``. Each batch is rows,
            as `fit` takes them but not sparse, or a tuple (rows, weights) with weights as `fit` takes them. All batches
            have the same columns; in each pass, the rows and their order must be the same, but not where a batch ends.

        callback : callable, default=None
            As in `fit`.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            `fit` would not accept the rows, their columns or their number differ between batches or passes, or
            other rows come in another pass. The message names the batch.
        TypeError
            `batches` can be read only once, such as a generator; or `fit` would not accept the rows.
        Cancelled
            As in `fit`.

        Warns
        -----
        ConvergenceWarning, FeatureScaleWarning
            As in `fit`.

        See Also
        --------
        MiniBatchKMeans.fit_batches : One pass.

        Notes
        -----
        From the same start, labels, centers and number of iterations are those of `fit`, but for rounding in the last
        digits. Sums are exact, so that results are the same bits for any batches, and for any number of threads. Data
        are float32 only if all batches are.

        There are passes besides those of the iterations. Two come first, and one last.

        - ``init='k-means++'``, 'random' and a callable start from a sample of the rows, drawn with probabilities in
          proportion to their weights: all rows if they have no more than 8,388,608 numbers, which gives the start of
          `fit`; else so many numbers, or 32 rows a cluster.
        - 'k-means||' looks at all rows, in about six passes. Take it if some clusters may have less than one of 100,000
          rows.

        ``n_init='auto'`` means one run. Where several clusters lose all their rows at once, the farthest row goes to
        the first of them, the next one to the second. Of rows that are compared between passes, there is one of 16.

        Examples
        --------
        >>> import numpy as np
        >>> from coterie import KMeans
        >>> rows = np.arange(12.0).reshape(6, 2)  # such as np.load("rows.npy", mmap_mode="r")
        >>> def batches():
        ...     for start in range(0, len(rows), 4):
        ...         yield rows[start : start + 4]
        >>> KMeans(n_clusters=2, random_state=0).fit_batches(batches).labels_
        array([0, 0, 0, 1, 1, 1], dtype=int32)
        """
        self._check_parameters()
        read = Batches(batches, self)
        if read.is_one_shot:
            raise TypeError(
                f"KMeans needs to read batches more than once, but {shown(batches)} can be read only once. Pass a "
                "callable that returns a new one, such as the generator function itself, or use MiniBatchKMeans."
            )
        n_init = self._count_runs(at_random=1)
        random_state = as_random_state(self.random_state)
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        with progress.reported_to(callback):
            passes = Passes(read, self.n_clusters, n_threads)
            check_n_clusters(len(passes), self.n_clusters)
            init = read_init(self.init, passes, self.n_clusters)  # only its shape counts
            data = prepare_passes(passes, n_threads)
            assert read.seen is not None  # there was a batch
            self._warn_of_rows(data, read.seen)
            watched = bool(self.verbose) or progress.inertia_is_asked_for()
            best = self._repeat_runs(
                data,
                lambda: start_in_passes(passes, self.n_clusters, init, random_state, n_threads),
                lambda _: PassStep(data, self.n_clusters, watched),
                n_init,
            )
        return self._become_run(best, data, n_init, **read.seen)

    def _prepare(self, X: NDArray[Any], weights: NDArray[np.float64] | None, n_threads: int) -> Data:
        if self.algorithm == "elkan" and self.n_clusters == 1:
            warn("algorithm='elkan' doesn't make sense for a single cluster. Using 'lloyd' instead.", RuntimeWarning)
        return super()._prepare(X, weights, n_threads)
