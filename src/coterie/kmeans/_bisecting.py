# SPDX-License-Identifier: BSD-3-Clause
"""`BisectingKMeans`: k-means with two clusters, again and again, until there are enough; and the tree of the splits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_weights
from .._base.estimator import Estimator
from .._base.parameters import BOOL, CALLABLE, check_n_clusters, integer, number, one_of
from .._base.random_state import as_random_state
from .._base.state import FLOATS, Array
from .._base.warnings import warn_of_few_clusters
from .._dendrogram.linkage_matrix import read_linkage
from .._runtime import progress, threads
from . import _assignment
from ._clusterer import LloydClusterer
from ._lloyd import Run, iterate
from ._sparse_rows import taken
from ._splits import Node, Rows, RowsInCells
from ._steps import Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike
    from .._runtime.progress import Callback

_LEAST_GAIN = 1.0 - 1e-6  # of a further run, as in scikit-learn: less may be rounding


class BisectingKMeans(LloydClusterer):
    """Bisecting k-means: split the rows into two clusters by k-means, then one of these, until there are `n_clusters`.

    Parameters, attributes and messages are those of ``sklearn.cluster.BisectingKMeans``, and so are the clusters where
    the starts are the same. The splits are kept as a tree.

    Parameters
    ----------
    n_clusters : int, default=8
        Number of clusters, at least 1 and at most the number of rows.

    init : {'random', 'k-means++'} or callable, default='random'
        Where the two centers of a split start: rows drawn with probability proportional to their weights, or by greedy
        k-means++. A callable is called as ``init(X, 2, random_state=RandomState)`` with the rows of the cluster that is
        split, and returns two centers.

    n_init : int, default=1
        Number of runs for each split; the one with the lowest inertia is kept.

    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for the starts. With an int, each fit gives the same result. None uses numpy's global
        state.

    max_iter : int, default=300
        Maximum number of iterations of a run.

    verbose : int, default=0
        Print the progress of each run.

    tol : float, default=1e-4
        A run ends when the sum of the squared moves of both centers is at most `tol`, in squared units of the data.
        (As in scikit-learn; the `tol` of `KMeans` is relative to the variance.)

    copy_x : bool, default=True
        Ignored; kept for API compatibility. `X` is never modified.

    algorithm : {'lloyd', 'elkan'}, default='lloyd'
        No effect on the result. The data decide which distances need not be computed.

    bisecting_strategy : {'biggest_inertia', 'largest_cluster'}, default='biggest_inertia'
        Which cluster is split next: that with the largest sum of squared distances to its center, or that with the most
        rows. The first one on a tie, in the order of the labels.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features)
        The centers: float32 if the data are float32, otherwise float64.

    labels_ : ndarray of shape (n_samples,), int32
        Cluster of each row: the same as ``predict(X)``. The clusters that a split makes have successive numbers.

    inertia_ : float
        Sum of the squared distances of the rows to the centers of their clusters, times their weights. It is infinite
        or 0 if float64 cannot hold the sum.

    linkage_ : ndarray of shape (n_clusters - 1, 4), float64
        The tree of the splits as a linkage matrix whose leaves are the clusters, for `coterie.plot.dendrogram` and
        scipy. The height of a node is the root of the sum of the squared distances, times weights, of its rows to its
        center: at most that of its parent. With 'biggest_inertia' the cut into j clusters gives the clusters that the
        first j - 1 splits made. There are no rows if `n_clusters` is 1.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    See Also
    --------
    KMeans : All centers at once; a lower inertia as a rule.
    DivisiveClustering : A tree from the top down to single rows.

    Notes
    -----
    A split looks only at the rows of one cluster and at two centers, so that the time grows with the depth of the tree
    rather than with `n_clusters`: O(n_samples * n_features * depth) per iteration. The rows are copied once, and sorted
    in place so that those of each cluster lie together; memory beyond that is O(n_samples).

    A row goes to the nearer of the two centers of a split, to the first one on a tie, and `predict` goes down the tree
    in the same way. So the center of a row's cluster need not be the nearest one of all. `transform` gives the
    distances to all centers.

    Rows may be a sparse matrix, with ``tocsr``, or ``data``, ``indices`` and ``indptr``. They are never made dense, but
    the centers are, two for each split. The clusters are those of dense rows, up to rounding.

    Equal rows can't be split. If no cluster has distinct rows, the remaining clusters stay empty, and `fit` warns. A
    cluster of less than two rows of a weight above 0 is not split.

    Distances, sums and the independence of the number of threads are those of `KMeans`.

    References
    ----------
    .. [1] M. Steinbach, G. Karypis and V. Kumar, "A comparison of document clustering techniques", KDD workshop on text
       mining (2000). https://hdl.handle.net/11299/215421
    .. [2] S. M. Savaresi and D. L. Boley, "On the performance of bisecting K-means and PDDP", Proceedings of the first
       SIAM international conference on data mining (2001) 1-14. :doi:`10.1137/1.9781611972719.5`

    Examples
    --------
    >>> from coterie import BisectingKMeans
    >>> X = [[1.0], [2.0], [11.0], [12.0], [31.0], [33.0]]
    >>> model = BisectingKMeans(3, init="k-means++", random_state=0).fit(X)
    >>> sorted(model.cluster_centers_.ravel().tolist())
    [1.5, 11.5, 32.0]
    >>> model.linkage_[:, 2:].round(2)
    array([[10.05,  2.  ],
           [31.14,  3.  ]])
    >>> bool(model.predict([[13.0]])[0] == model.labels_[3])
    True
    """

    __module__ = "coterie"  # where users and pickles find it

    _takes_sparse = True

    _rules = {
        **LloydClusterer._rules,
        "init": (one_of("k-means++", "random"), CALLABLE),
        "n_init": (integer(1),),
        "copy_x": BOOL,
        "algorithm": (one_of("lloyd", "elkan"),),
        "bisecting_strategy": (one_of("biggest_inertia", "largest_cluster"),),
    }
    _state = {
        **Estimator._state,
        "cluster_centers_": (Array(FLOATS, ("_n_features_out", "n_features_in_")),),
        "labels_": (Array((np.int32,), ("n_samples",), low=0, high="_n_features_out"),),
        "inertia_": (number(0),),
        "linkage_": (Array((np.float64,), ("_n_splits", 4), low=0, finite=False),),
        "_n_features_out": (integer(1),),
        "_n_splits": (integer(0),),
        "_splits": (Array((np.int32,), ("_n_splits", 2)),),
        "_split_centers": (Array(FLOATS, ("_n_splits", 2, "n_features_in_")),),
    }

    init: str | Callable[..., ArrayLike]

    linkage_: NDArray[np.float64]
    _n_splits: int
    _splits: NDArray[np.int32]
    _split_centers: NDArray[np.floating]

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: str | Callable[..., ArrayLike] = "random",
        n_init: int = 1,
        random_state: int | np.random.RandomState | np.random.Generator | None = None,
        max_iter: int = 300,
        verbose: int = 0,
        tol: float = 1e-4,
        copy_x: bool = True,
        algorithm: str = "lloyd",
        bisecting_strategy: str = "biggest_inertia",
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.random_state = random_state
        self.max_iter = max_iter
        self.verbose = verbose
        self.tol = tol
        self.copy_x = copy_x
        self.algorithm = algorithm
        self.bisecting_strategy = bisecting_strategy
        self.n_jobs = n_jobs

    def fit(
        self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None, callback: Callback | None = None
    ) -> Self:
        """Split the rows until there are `n_clusters` clusters.

        Parameters
        ----------
        X : array-like, table, CPU tensor or sparse matrix of shape (n_samples, n_features)
            The data; not modified. float32 stays float32; all other types become float64.

        y : object, default=None
            Ignored; kept for API compatibility.

        sample_weight : array-like of shape (n_samples,) or float, default=None
            How many times each row counts: not negative, not all zero. None counts each row once.

        callback : callable, default=None
            Called as ``callback(stage, done, total)`` during the work. If it returns False, or raises StopIteration,
            the work stops: an unfinished tree is no result.

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
            The data hold objects that are not numbers.
        Cancelled
            `callback` returned False or raised StopIteration.

        Warns
        -----
        ConvergenceWarning
            Some clusters are empty, because there are fewer distinct rows.
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
        random_state = as_random_state(self.random_state)

        with progress.reported_to(callback):
            data = self._prepare(X, weights, threads.resolve_n_jobs(self.n_jobs))
            self._warn_of_rows(data, seen)
            rows = RowsInCells(data) if RowsInCells.pay_for(data, self.init) else Rows(data)
            leaves = [rows.root()]
            splits: list[Node] = []
            for i in range(self.n_clusters - 1):
                at = self._next(leaves)
                with progress.as_step("bisecting k-means", i, self.n_clusters - 1):
                    self._split(leaves[at], rows, random_state)
                splits.append(leaves[at])
                leaves[at : at + 1] = leaves[at].children
            progress.report("bisecting k-means", len(splits), len(splits))
            labels = np.empty(len(X), dtype=np.int32)
            for label, leaf in enumerate(leaves):
                leaf.label = label
                labels[rows.order[leaf.start : leaf.stop]] = label
            centers = np.array([leaf.center for leaf in leaves], dtype=X.dtype)
            inertia = _assignment.sum_of_squares(
                data.X, data.weight, centers.astype(np.float64), labels, data.n_threads
            )

        warn_of_few_clusters(sum(leaf.stop > leaf.start for leaf in leaves), self.n_clusters)
        place = {id(node): i for i, node in enumerate(splits)} | {id(leaf): ~leaf.label for leaf in leaves}
        pairs = [node.children for node in splits]
        split_centers = np.array([[child.center for child in pair] for pair in pairs], dtype=X.dtype)
        self._become(
            cluster_centers_=power_of_two.multiplied(centers, data.exponent),
            labels_=labels,
            inertia_=power_of_two.times(inertia, data.inertia_exponent),
            linkage_=_linkage(splits, self.n_clusters, data.inertia_exponent),
            _n_features_out=self.n_clusters,
            _n_splits=len(splits),
            _splits=np.array([[place[id(child)] for child in pair] for pair in pairs], np.int32).reshape(-1, 2),
            _split_centers=power_of_two.multiplied(split_centers.reshape(-1, 2, X.shape[1]), data.exponent),
            **seen,
        )
        return self

    def _assign(self, X: NDArray[Any]) -> NDArray[np.int32]:
        """Down the tree: splits stand in the order in which they were made, parents before children."""
        labels = np.zeros(len(X), dtype=np.int32)
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        waiting = {0: np.arange(len(X))}
        for split, (children, centers) in enumerate(zip(self._splits.tolist(), self._split_centers, strict=True)):
            rows = waiting.pop(split)
            if not len(rows):
                waiting.update((child, rows) for child in children if child >= 0)
                continue
            side = _assignment.nearest(X if len(rows) == len(X) else taken(X, rows), centers, n_threads)
            for i, child in enumerate(children):
                if child >= 0:
                    waiting[child] = rows[side == i]
                else:
                    labels[rows[side == i]] = ~child
        return labels

    def _check_relations(self) -> None:
        check_n_clusters(len(self.labels_), self._n_features_out)
        n = self._n_splits
        if n != self._n_features_out - 1:
            raise ValueError("there should be one split less than clusters")
        children = self._splits
        if not np.array_equal(np.sort(children, axis=None), np.r_[-n - 1 : 0, 1:n][: 2 * n]):
            raise ValueError("_splits should have each cluster and each split but the first once")
        if ((children >= 0) & (children <= np.arange(n)[:, None])).any():
            raise ValueError("_splits should have parents before children")
        if n:
            read_linkage(self.linkage_)

    # --- the steps of a fit

    def _next(self, leaves: list[Node]) -> int:
        """Which of the clusters so far is split next."""
        by_inertia = self.bisecting_strategy == "biggest_inertia"
        sizes = [leaf.inertia if by_inertia else leaf.stop - leaf.start for leaf in leaves]
        which = [i for i, leaf in enumerate(leaves) if leaf.n_weighted > 1]
        return max(which or range(len(leaves)), key=sizes.__getitem__)

    def _split(self, node: Node, rows: Rows, random_state: np.random.RandomState) -> None:
        """Give a leaf two children, by the best of some runs, and sort its rows by them."""
        step: Step | None = None
        if node.n_weighted < 2:
            labels, centers = np.zeros(node.stop - node.start, dtype=np.int32), np.array([node.center, node.center])
        else:
            run, step = self._best_run(rows, node, random_state)
            labels, centers = run.labels, run.centers
        if self.verbose:
            print(f"New centroids from bisection: {power_of_two.multiplied(centers.copy(), rows.exponent)}")
        rows.split(node, labels, centers, step)

    def _best_run(self, rows: Rows, node: Node, random_state: np.random.RandomState) -> tuple[Run, Step]:
        data = rows.data_of(node)
        tolerance = power_of_two.times(self.tol, -2 * (rows.exponent + data.exponent))
        best: tuple[Run, Step] | None = None
        for _ in range(int(self.n_init)):
            start = rows.starting_centers(node, data, self.init, random_state)
            step = rows.step_of(data)
            run = iterate(step, start, self.max_iter, tolerance, bool(self.verbose))
            if best is None or run.inertia < best[0].inertia * _LEAST_GAIN:
                best = run, step
        assert best is not None  # n_init is at least 1
        return best


def _linkage(splits: list[Node], n_clusters: int, exponent: int) -> NDArray[np.float64]:
    """The splits as a linkage matrix, lowest first: of equal heights the later split, which is below the earlier one.

    exponent : an inertia of the nodes is the caller's over two to the power of this
    """
    half, odd = divmod(exponent, 2)
    heights = [power_of_two.times(math.sqrt(node.inertia * 2.0**odd), half) for node in splits]
    order = sorted(range(len(splits)), key=lambda i: (heights[i], -i))
    Z = np.empty((len(splits), 4))
    found: dict[int, tuple[int, int]] = {}  # number and size of each node, by its id
    for row, i in enumerate(order):
        pairs = sorted(found.get(id(child), (child.label, 1)) for child in splits[i].children)
        (a, n_a), (b, n_b) = pairs
        Z[row] = a, b, heights[i], n_a + n_b
        found[id(splits[i])] = n_clusters + row, n_a + n_b
    return Z
