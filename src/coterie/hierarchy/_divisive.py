# SPDX-License-Identifier: BSD-3-Clause
"""Top-down clustering by divisive analysis (DIANA). The loops are in _kernels/divisive.pyx."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Self

import numpy as np

from .. import distances
from .._dendrogram.merges import scale_heights
from .._runtime import parallel, progress, threads
from ._kernels import divisive
from ._square_matrix import square_matrix
from ._tree_clusterer import TreeClusterer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

_BUDGET = 1 << 24  # numbers to read between two returns to Python: about 10 ms
_READ = 0.4  # nanoseconds to copy or add up one of many numbers


class DivisiveClustering(TreeClusterer):
    """Top-down hierarchical clustering: all rows begin in one cluster, and clusters are split until every row is alone.

    Divisive analysis (DIANA) of Kaufman and Rousseeuw. The row with the largest average distance to the other rows of
    its cluster begins a splinter group. Rows that are nearer on average to the splinter group than to the rest join it,
    one at a time, the one with the largest difference first, until no such row is left. The splinter group and the rest
    are the two new clusters. The next cluster to be split is the one with the largest diameter: the distance between
    its two rows that are farthest apart.

    Parameters
    ----------
    n_clusters : int or None, default=2
        Number of clusters to find. Must be None if `distance_threshold` is given.

    metric : str, callable or `coterie.distances.Metric`, default='euclidean'
        The distance between two rows:

        - a name from the table in `coterie.distances`;
        - 'precomputed': `X` is the square matrix of the distances;
        - a callable that takes one argument: ``metric(X)`` returns that matrix;
        - a callable that needs two: ``metric(x, y)`` returns the distance of two rows.

    distance_threshold : float or None, default=None
        Clusters with this diameter or a larger one are split. Must be None if `n_clusters` is given.

    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,), intp
        Cluster of each row, from 0.

    linkage_ : ndarray of shape (n_samples - 1, 4), float64
        The tree as ``scipy.cluster.hierarchy.linkage`` writes it, so the last split is the first row: the two parts,
        the diameter of the cluster that was split, and the number of its rows.

    children_ : ndarray of shape (n_samples - 1, 2), intp
        The two parts of each cluster. A number i below n_samples is a row; otherwise it is cluster ``i - n_samples``.

    distances_ : ndarray of shape (n_samples - 1,), float64
        The diameter of each cluster.

    n_clusters_ : int
        Number of clusters in `labels_`.

    n_leaves_ : int
        Number of rows.

    n_features_in_ : int
        Number of columns seen by fit.

    feature_names_in_ : ndarray of shape (n_features,), object
        Their names, if `X` was a table whose column names are all text.

    See Also
    --------
    AgglomerativeClustering : Bottom-up clustering.

    Notes
    -----
    A split that moves a of m rows takes O(a m) time. Splinter groups are nearly always smaller than the rest, or not
    much larger; then all splits together take O(n_samples²) time. The worst case, where all rows but one move in each
    split, takes O(n_samples³). Memory: 10.7 n_samples² bytes, for the matrix of the distances and a third of that
    beside it.

    Among rows with the same average, the first one moves. Among clusters with the same diameter, the one with the most
    rows is split first, then the one that holds the lowest row. Averages that differ by less than 1e-12 of their size
    count as equal, because rounding can cause such a difference. On one machine the results have the same bits for any
    number of threads.

    References
    ----------
    .. [1] L. Kaufman and P. J. Rousseeuw, "Divisive analysis (program DIANA)", chapter 6 of "Finding groups in data",
       Wiley 1990. :doi:`10.1002/9780470316801.ch6`
    .. [2] P. Macnaughton-Smith, W. T. Williams, M. B. Dale and L. G. Mockett, "Dissimilarity analysis: a new technique
       of hierarchical sub-division", Nature 202 (1964) 1034-1035. :doi:`10.1038/2021034a0`

    Examples
    --------
    >>> from coterie import DivisiveClustering
    >>> X = [[1, 2], [1, 4], [1, 1], [5, 2], [5, 5], [5, 0]]
    >>> model = DivisiveClustering().fit(X)
    >>> model.labels_
    array([1, 1, 1, 0, 0, 0])
    >>> model.distances_.round(3)
    array([1.   , 2.   , 3.   , 5.   , 5.657])
    """

    __module__ = "coterie"  # where users and pickles find it

    def __init__(
        self,
        n_clusters: int | None = 2,
        *,
        metric: str | Callable[..., object] | distances.Metric = "euclidean",
        distance_threshold: float | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.metric = metric
        self.distance_threshold = distance_threshold
        self.n_jobs = n_jobs

    def fit(self, X: ArrayLike, y: object = None, callback: Callable[[str, int, int], object] | None = None) -> Self:
        """Split until every row is alone, and cut the tree.

        Parameters
        ----------
        X : array-like, table or CPU tensor of shape (n_samples, n_features) or (n_samples, n_samples)
            The data, or their distances with ``metric='precomputed'``; not modified. A matrix in float64 and C order is
            not copied.

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
            A parameter is out of range, there are fewer rows than clusters or fewer than two, the data are not a
            finite, real, two-dimensional table, the metric is not defined for them, or the distances are negative or
            not symmetric.
        TypeError
            The data are sparse or hold objects that are not numbers.
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
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        rows, metric, seen = self._read_rows(X, n_threads)
        with progress.reported_to(callback), threads.num_threads(n_threads):
            matrix, exponent = square_matrix(rows, metric, n_threads)
            Z = _build_tree(matrix, n_threads)
        Z[:, 2] = scale_heights(Z[:, 2], exponent, type(self).__name__)
        self._become_tree(Z, Z[:, :2].astype(np.intp), True, **seen)
        return self


def _build_tree(matrix: NDArray[np.float64], n_threads: int) -> NDArray[np.float64]:
    """The linkage matrix of a square matrix of distances."""
    children, diameter = _split_all(matrix, n_threads)
    n = len(matrix)
    size, first = np.empty((2, n - 1), dtype=np.int64)
    divisive.describe(children, diameter, size, first)
    order = np.lexsort((first, -size, -diameter))[::-1]  # a part has fewer rows than the whole, so it comes before it
    number = np.empty(2 * n - 1)
    number[:n] = np.arange(n)
    number[n + order] = np.arange(n, 2 * n - 1)
    Z = np.empty((n - 1, 4))
    Z[:, :2] = np.sort(number[children[order]], axis=1)
    Z[:, 2], Z[:, 3] = diameter[order], size[order]
    return Z


def _split_all(matrix: NDArray[np.float64], n_threads: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """All splits, parents first: the two parts of each, and the largest distance between these."""
    n = len(matrix)
    children, cross = np.empty((n - 1, 2), dtype=np.int64), np.empty(n - 1)
    place, ids = np.empty(n, dtype=np.int32), np.empty(2 * n + 512, dtype=np.int32)
    vectors, top = np.empty((4, len(ids))), np.empty(-(-n // divisive.STRIP_OBJECTS))
    blocks = np.empty(n * n // 3 + 1)
    division = divisive.Division(matrix, blocks, place, ids, vectors, top, children, cross)
    parallel.over(n, parallel.chunk(n * _READ), n_threads, divisive.start, division)
    bad = np.flatnonzero(~np.isfinite(vectors[0, :n]))
    if len(bad):
        raise ValueError(
            f"The distances must be finite numbers. One is not, or their sum is too large for float64, at row {bad[0]}."
        )
    todo, n_pairs = divisive.GO_ON, n * (n - 1) // 2
    while todo != divisive.IS_DONE:
        progress.report("splitting", division.n_pairs, n_pairs)
        if todo != divisive.GO_ON:
            kernel = divisive.copy_rows if todo == divisive.COPY_ROWS else divisive.sum_rows
            n_rows = division.n_rows
            parallel.over(n_rows, parallel.chunk(n_rows * _READ), n_threads, kernel, division)
        todo = divisive.divide(division, _BUDGET)
    progress.report("splitting", n_pairs, n_pairs)
    return children, cross
