# SPDX-License-Identifier: BSD-3-Clause
"""Top-down clustering by divisive analysis (DIANA). The loops are in _kernels/divisive.pyx."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Self

import numpy as np

from .. import distances
from .._base import power_of_two
from .._runtime import memory, parallel, progress, threads
from ..distances._metrics import check_suits, safe_exponent
from ..distances._pairwise import fill_rectangle
from . import _linkage
from ._agglomerative import TreeClusterer, matrix_of, takes_all_rows
from ._kernels import divisive

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_BUDGET = 1 << 24  # numbers looked at between two looks into Python: about 10 ms
_CHUNK = 1 << 18  # numbers of a chunk: about 0.1 ms


class DivisiveClustering(TreeClusterer):
    """Top-down hierarchical clustering: all rows begin together, and clusters are split until every row is alone.

    Divisive analysis (DIANA) of Kaufman and Rousseeuw. The row with the largest average distance to the others of its
    cluster begins a splinter group. Then the row that is nearer on average to the splinter group than to the rest, by
    most, joins it, until there is none. The splinter group and the rest are two clusters. The cluster that is split
    next is the one with the largest diameter, which is the distance of its two rows farthest apart.

    Parameters
    ----------
    n_clusters : int or None, default=2
        Number of clusters to find. Must be None if `distance_threshold` is given.

    metric : str, callable or `coterie.distances.Metric`, default='euclidean'
        How far two rows are from each other:

        - a name of the table in `coterie.distances`;
        - 'precomputed': `X` is the square matrix of the distances;
        - a callable that takes one argument: ``metric(X)`` returns that matrix;
        - a callable that needs two: ``metric(x, y)`` returns the distance of two rows.

    distance_threshold : float or None, default=None
        Clusters with this diameter or a larger one are split. Must be None if `n_clusters` is given.

    n_jobs : int or None, default=None
        Number of threads; None is `coterie.get_num_threads`, -1 all CPUs. The result does not depend on it.

    Attributes
    ----------
    labels_ : ndarray of shape (n_samples,), intp
        Cluster of each row, from 0.

    linkage_ : ndarray of shape (n_samples - 1, 4), float64
        The tree as ``scipy.cluster.hierarchy.linkage`` writes it, so the last split is the first row: the two parts,
        the diameter of the cluster that was split, and the number of its rows.

    children_ : ndarray of shape (n_samples - 1, 2), intp
        The two parts of each cluster: a row if less than n_samples, else the cluster of number ``i - n_samples``.

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
    AgglomerativeClustering : From the bottom up.

    Notes
    -----
    A split that moves a of m rows takes O(a m) time, so that all together take O(n_samples²) where splinter groups are
    at most as large as the rest, or not much larger, as they nearly always are: each pair of rows is separated once.
    The worst case, where all rows but one move in each split, is O(n_samples³). The matrix of the distances is held
    in memory with a third of its size beside it, 10.7 n_samples² bytes.

    Of rows with the same average the first one moves. Of clusters with the same diameter the one with the most rows is
    split first, then the one with the first row. Averages that differ by less than 1e-12 of their size count as the
    same: rounding can't tell them apart. On one machine the results are the same bits for any number of threads.

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

    def __init__(
        self,
        n_clusters: int | None = 2,
        *,
        metric: str | Callable | distances.Metric = "euclidean",
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

        y : ignored
            Accepted for scikit-learn's sake.

        callback : callable, default=None
            Called as ``callback(stage, done, total)`` in the course of the work; returning False stops it.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            A parameter is out of range, there are fewer rows than clusters or than two, the data are not a finite,
            real, two-dimensional table, the metric is not defined for them, or the distances are negative or not
            symmetric.
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
        A fit that raises or is interrupted leaves the estimator as it was.
        """
        self._check_parameters()
        self._check_cut()
        X, seen = self._read_rows(X)
        n_threads = threads.resolve_n_jobs(self.n_jobs)
        with progress.reported_to(callback), threads.num_threads(n_threads):
            matrix, exponent = _square_matrix(X, self.metric, n_threads)
            Z = _build_tree(matrix, n_threads)
        Z[:, 2] = _linkage.scale_heights(Z[:, 2], exponent, type(self).__name__)
        self._become_tree(Z, Z[:, :2].astype(np.intp), True, **seen)
        return self


def _square_matrix(
    X: NDArray, metric: str | Callable | distances.Metric, n_threads: int
) -> tuple[NDArray[np.float64], int]:
    """The distances between all rows over a power of two, and its exponent; a matrix that is given already is not
    copied, but where its numbers are too large or too small to be added up."""
    n = len(X)
    precomputed = isinstance(metric, str) and metric == "precomputed"
    given = precomputed and X.dtype == np.float64
    memory.require(
        8 * n * n // 3 if given else 32 * n * n // 3,
        f"The distances between {n:,} rows",
        "Cluster a sample of the rows, or use AgglomerativeClustering, whose linkages 'ward' and 'single' "
        "do not hold them.",
    )
    if precomputed:
        return _in_range(_as_distances(X.astype(np.float64, copy=False)))
    if takes_all_rows(metric):
        return _in_range(_as_distances(matrix_of(metric, X)))
    metric = distances.as_metric(metric)
    check_suits(X, metric)
    if metric.function is not None:  # it may not be symmetric, and is slow
        return _in_range(_as_distances(distances.squareform(distances.pdist(X, metric, n_jobs=n_threads))))
    matrix = np.empty((n, n))
    exponent = safe_exponent(metric, X, name="X")
    X = power_of_two.divided(X, exponent)
    fill_rectangle(X, X, metric, n_threads, matrix)
    return matrix, exponent * metric.degree


def _in_range(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    exponent = power_of_two.exponent_for(matrix, power=1.0)
    return power_of_two.divided(matrix, exponent), exponent


def _as_distances(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """A given matrix, checked: not negative, symmetric with a zero diagonal but for rounding, which is taken off."""
    n, exact = len(matrix), True
    slack = 1e-8 * max(0.0, float(matrix.max()))
    for start in range(0, n, 512):
        for left in range(start, n, 512):
            here = matrix[start : start + 512, left : left + 512]
            there = matrix[left : left + 512, start : start + 512].T
            if left == start and (off := np.abs(here.diagonal())).max() > 0:
                exact = False
                if off.max() > slack:
                    raise ValueError(
                        "The diagonal of a distance matrix must be zero. "
                        f"First not zero at row {start + int((off > slack).argmax())}."
                    )
            if not np.array_equal(here, there):
                exact = False
                bad = ~(np.abs(here - there) <= slack)
                if bad.any():
                    i, j = np.unravel_index(bad.argmax(), bad.shape)
                    raise ValueError(
                        f"A distance matrix must be symmetric. Not so at row {start + int(i)}, column {left + int(j)}."
                    )
            if here.min() < 0:
                exact = False
                if here.min() < -slack:
                    i, j = np.unravel_index((here < -slack).argmax(), here.shape)
                    raise ValueError(
                        f"Distances must not be negative. First at row {start + int(i)}, column {left + int(j)}."
                    )
    if exact:
        return matrix
    memory.require(
        16 * n * n,
        f"Taking the rounding errors off a matrix of {n:,} rows",
        "A matrix that is exactly symmetric, with a zero diagonal, is used as it is.",
    )
    clean = np.triu(matrix, 1)
    np.maximum(clean, 0.0, out=clean)
    clean += clean.T
    return clean


def _build_tree(matrix: NDArray[np.float64], n_threads: int) -> NDArray[np.float64]:
    """The linkage matrix of a square matrix of distances."""
    n = len(matrix)
    children, diameter = np.empty((n - 1, 2), dtype=np.int64), np.empty(n - 1)
    pending = np.empty((64, divisive.PENDING_FIELDS), dtype=np.int64)
    state = np.empty(divisive.STATE_FIELDS, dtype=np.int64)
    place, ids = np.empty(n, dtype=np.int32), np.empty(2 * n + 512, dtype=np.int32)
    vectors = np.empty((4, len(ids)))
    rows = max(1, _CHUNK // n)
    parallel.run(
        lambda region, slot: divisive.start(matrix, rows, pending, ids, vectors, state, region, slot),
        -(-n // rows),
        n_threads,
    )
    bad = np.flatnonzero(~np.isfinite(vectors[0, :n]))
    if len(bad):
        raise ValueError(
            f"The distances must be finite numbers. First not so, or too large to be added up, at row {bad[0]}."
        )
    space = matrix, np.empty(n * n // 3 + 1), pending, place, ids, vectors, state
    top = np.empty(-(-n // divisive.STRIP_OBJECTS))
    todo = divisive.GO_ON
    while todo != divisive.IS_DONE:
        progress.report("splitting", int(state[divisive.PAIRS_FIELD]), n * (n - 1) // 2)
        if todo != divisive.GO_ON:
            kernel = divisive.copy_rows if todo == divisive.COPY_ROWS else divisive.sum_rows
            count = int(state[divisive.COUNT_FIELD])
            rows = max(1, _CHUNK // count)
            parallel.run(
                lambda region, slot: kernel(*space, rows, region, slot),  # noqa: B023
                -(-count // rows),
                n_threads,
            )
        todo = divisive.divide(*space, top, children, diameter, _BUDGET)
    progress.report("splitting", n * (n - 1) // 2, n * (n - 1) // 2)

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
