# SPDX-License-Identifier: BSD-3-Clause
"""Scores of one clustering, from the data and the labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, overload

import numpy as np

from .. import distances
from .._base import power_of_two
from .._base.arrays import as_matrix
from .._base.labels import as_labels
from .._base.parameters import ARRAY_LIKE, BOOL, DICT, N_JOBS, NONE, RANDOM_STATE, check_parameters, integer
from .._base.random_state import as_random_state
from .._runtime import progress, threads
from .._runtime.thresholds import thresholds
from ..distances._metrics import METRIC, check_suits, is_precomputed, read_metric
from ..distances._pairwise import fill_rectangle
from ..distances._rows import read_rows
from ..distances._sparse import SparseRows, as_sparse_rows, is_sparse
from . import _density_validity, _silhouettes
from ._cluster_means import Clusters
from ._named_labels import Labels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

__all__ = [
    "DensityValidity",
    "calinski_harabasz_score",
    "davies_bouldin_score",
    "dbcv_score",
    "silhouette_samples",
    "silhouette_score",
]

_EPS = float(np.finfo(np.float64).eps)
_SAME_CENTER = 1e-8  # scikit-learn's: if no two centers are farther apart, they count as one

_RULES = {
    "labels": (ARRAY_LIKE,),
    "metric": METRIC,
    "metric_params": (DICT, NONE),
    "d": (integer(1, 2**31 - 1), NONE),
    "per_cluster": BOOL,
    "sample_size": (integer(1), NONE),
    "random_state": RANDOM_STATE,
    "n_jobs": N_JOBS,
}


def silhouette_samples(
    X: ArrayLike,
    labels: ArrayLike,
    *,
    metric: str | Callable[..., float] | distances.Metric = "euclidean",
    n_jobs: int | None = None,
    **kwds: object,
) -> NDArray[np.float64]:
    """Silhouette of each row: (b - a) / max(a, b).

    a is the mean distance of the row to the other rows of its cluster. b is the mean distance to the rows of the
    nearest other cluster. A row near 1 is far from other clusters, a row near 0 lies between two clusters, and a row
    below 0 is nearer to another cluster.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_samples, n_features)
        The data, or the distances with ``metric="precomputed"``, shape (n_samples, n_samples); not modified. Sparse
        data are allowed for euclidean, sqeuclidean, manhattan and cosine, and for given distances; distances that are
        not stored are 0.
    labels : array-like of shape (n_samples,)
        Any labels, with 2 to n_samples - 1 different values.
    metric : str or callable, default="euclidean"
        A name from the table in `coterie.distances`, a function ``f(x, y)``, or "precomputed".
    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.
    **kwds
        ``p`` for minkowski; ``kinds``, ``weights`` and ``ranges`` for gower; or arguments for a callable.

    Returns
    -------
    ndarray of shape (n_samples,), float64
        From -1 to 1; 0 if the row is the only one of its cluster, or if a and b are 0.

    Raises
    ------
    ValueError
        `X` is not a table of finite numbers, or it has numbers above 1e135 and others 1e270 times smaller; the metric
        is unknown or not defined for the data; there is not one label for each row, or the labels have 1 or n_samples
        different values; given distances are negative, not a square matrix, or not 0 on the diagonal.
    TypeError
        The metric does not take such an argument, or does not allow sparse data.

    See Also
    --------
    silhouette_score : Their mean.
    coterie.plot.silhouette : Draws them.

    Notes
    -----
    In general, the time is O(n_samples² * n_features), because all pairs are computed. It is O(n_samples * n_clusters *
    n_features) for sqeuclidean, cosine and correlation, where the mean distance to a cluster is computed from its mean.
    For manhattan with at least 512 times as many rows as clusters, it is computed from sorted values, which adds a
    factor log(n_samples). The memory is one or two copies of the data and a block of rows; there is no matrix of
    distances.

    Distances are computed in float64 from differences, so that no digits are lost for data far from zero or for
    duplicates. scikit-learn's Euclidean distances lose some.

    References
    ----------
    P. J. Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis", Journal of
    Computational and Applied Mathematics 20, 1987, 53-65, :doi:`10.1016/0377-0427(87)90125-7`.

    Examples
    --------
    >>> from coterie.scores import silhouette_samples
    >>> silhouette_samples([[0.0], [1.0], [4.0], [5.0]], [0, 0, 1, 1]).round(3)
    array([0.778, 0.714, 0.714, 0.778])
    """
    _check("silhouette_samples", labels=labels, metric=metric, n_jobs=n_jobs)
    n_threads = threads.resolve_n_jobs(n_jobs)
    array, codes, measure = _read_rows(X, labels, metric, kwds, "silhouette_samples", n_threads)
    return _silhouettes.silhouettes(array, codes, measure, n_threads)


def silhouette_score(
    X: ArrayLike,
    labels: ArrayLike,
    *,
    metric: str | Callable[..., float] | distances.Metric = "euclidean",
    sample_size: int | None = None,
    random_state: int | np.random.RandomState | np.random.Generator | None = None,
    n_jobs: int | None = None,
    **kwds: object,
) -> float:
    """Mean silhouette of all rows, or of a sample of them.

    Parameters
    ----------
    X : array-like or sparse matrix of shape (n_samples, n_features)
        The data, or the distances with ``metric="precomputed"``, shape (n_samples, n_samples); not modified. Sparse
        data are allowed for euclidean, sqeuclidean, manhattan and cosine, and for given distances; distances that are
        not stored are 0.
    labels : array-like of shape (n_samples,)
        Any labels, with 2 to n_samples - 1 different values.
    metric : str or callable, default="euclidean"
        A name from the table in `coterie.distances`, a function ``f(x, y)``, or "precomputed".
    sample_size : int or None, default=None
        Number of rows to draw without replacement; all other rows are ignored. None uses all rows.
    random_state : int, RandomState, Generator or None, default=None
        Source of randomness for the sample. An int gives the same sample each time; it is that of scikit-learn.
    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.
    **kwds
        ``p`` for minkowski; ``kinds``, ``weights`` and ``ranges`` for gower; or arguments for a callable.

    Returns
    -------
    float
        From -1 to 1; higher is better.

    Raises
    ------
    ValueError, TypeError
        For the same reasons as `silhouette_samples`; the labels of the sample count.

    See Also
    --------
    silhouette_samples : The silhouette of each row, with the definition and notes.

    Notes
    -----
    The score prefers compact, round clusters of similar size. Clusters of other shapes, such as those of DBSCAN, can be
    right although their score is low. A high score says that the groups are apart, not that they have a meaning.

    References
    ----------
    P. J. Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis", Journal of
    Computational and Applied Mathematics 20, 1987, 53-65, :doi:`10.1016/0377-0427(87)90125-7`.

    Examples
    --------
    >>> from coterie.scores import silhouette_score
    >>> print(round(silhouette_score([[0.0], [1.0], [4.0], [5.0]], ["low", "low", "high", "high"]), 3))
    0.746
    """
    _check(
        "silhouette_score",
        labels=labels,
        metric=metric,
        sample_size=sample_size,
        random_state=random_state,
        n_jobs=n_jobs,
    )
    n_threads = threads.resolve_n_jobs(n_jobs)
    array, codes, measure = _read_rows(X, labels, metric, kwds, "silhouette_score", n_threads)
    if sample_size is not None:
        drawn = as_random_state(random_state).permutation(len(array))[:sample_size]
        array = _silhouettes.take(array, drawn, measure)
        codes = as_labels(codes[drawn])[1]
    return float(_silhouettes.silhouettes(array, codes, measure, n_threads).mean())


def calinski_harabasz_score(X: ArrayLike, labels: ArrayLike) -> float:
    """Variance between the clusters divided by the variance within them, each divided by its degrees of freedom.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The data; not modified.
    labels : array-like of shape (n_samples,)
        Any labels, with 2 to n_samples - 1 different values.

    Returns
    -------
    float
        At least 0; higher is better. 1 if the rows of each cluster are all equal, as in scikit-learn.

    Raises
    ------
    ValueError
        `X` is not a table of finite numbers, or it has numbers above 1e135 and others 1e270 times smaller; or there is
        not one label for each row, or the labels have 1 or n_samples different values.
    TypeError
        The data are sparse.

    Notes
    -----
    O(n_samples * n_features) time. Besides the data, the memory is a block of rows and the centers. The score is
    computed in float64, from differences to a row of each cluster, so that no digits are lost for data far from zero.

    Compare only clusterings of the same data and metric, because the score grows with the number of rows.

    References
    ----------
    T. Caliński, J. Harabasz, "A dendrite method for cluster analysis", Communications in Statistics 3, 1974, 1-27,
    :doi:`10.1080/03610927408827101`.

    Examples
    --------
    >>> from coterie.scores import calinski_harabasz_score
    >>> calinski_harabasz_score([[0.0], [1.0], [4.0], [5.0]], [0, 0, 1, 1])
    32.0
    """
    array, codes = _read(X, labels, "calinski_harabasz_score")
    array = power_of_two.divided(array, power_of_two.exponent_for(array, name="X"))
    clusters = Clusters.of(array, codes)
    k = len(clusters.sizes)
    within = 0.0
    for _, deviations in clusters.deviations(array, codes):
        within += float(np.einsum("ij,ij->", deviations, deviations))
    centers = clusters.centers_from(clusters.corners[0])
    share = clusters.sizes / len(array)
    centers -= share @ centers
    between = float(clusters.sizes @ np.einsum("ij,ij->i", centers, centers))
    return 1.0 if within == 0.0 else between * (len(array) - k) / (within * (k - 1.0))


def davies_bouldin_score(X: ArrayLike, labels: ArrayLike) -> float:
    """Mean similarity of each cluster to the cluster that is most similar to it.

    The similarity of two clusters is the sum of their extents, divided by the distance of their centers. The extent is
    the mean distance of the rows of a cluster to its center. Distances are Euclidean.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The data; not modified.
    labels : array-like of shape (n_samples,)
        Any labels, with 2 to n_samples - 1 different values.

    Returns
    -------
    float
        At least 0; lower is better.

    Raises
    ------
    ValueError
        `X` is not a table of finite numbers, or it has numbers above 1e135 and others 1e270 times smaller; or there is
        not one label for each row, or the labels have 1 or n_samples different values.
    TypeError
        The data are sparse.

    Notes
    -----
    O(n_samples * n_features + n_clusters² * n_features) time. Besides the data, the memory is a block of rows and the
    centers. As in `calinski_harabasz_score`, no digits are lost for data far from zero. For data at 1e6 with a spread
    of 1, scikit-learn keeps only five digits.

    As in scikit-learn, the score is 0 if all extents are 0 or all centers are the same. Numbers below 1e-8 count as 0;
    if the extent of the data is less than 1, the limit is 1e-8 of that extent, so that small units do no harm
    (scikit-learn always uses 1e-8). Two centers that differ only by rounding are ignored; scikit-learn ignores only
    equal ones.

    References
    ----------
    D. L. Davies, D. W. Bouldin, "A cluster separation measure", IEEE Transactions on Pattern Analysis and Machine
    Intelligence 1, 1979, 224-227, :doi:`10.1109/TPAMI.1979.4766909`.

    Examples
    --------
    >>> from coterie.scores import davies_bouldin_score
    >>> davies_bouldin_score([[0.0], [1.0], [4.0], [5.0]], [0, 0, 1, 1])
    0.25
    """
    array, codes = _read(X, labels, "davies_bouldin_score")
    exponent = power_of_two.exponent_for(array, name="X")
    array = power_of_two.divided(array, exponent)
    clusters = Clusters.of(array, codes)
    k = len(clusters.sizes)
    totals = np.zeros(k)
    for rows, deviations in clusters.deviations(array, codes):
        totals += np.bincount(codes[rows], np.sqrt(np.einsum("ij,ij->i", deviations, deviations)), k)
    extents = totals / clusters.sizes
    centers = clusters.centers_from(clusters.corners[0])
    middle = clusters.sizes / len(array) @ centers
    extent = float(extents.max() + np.abs(centers - middle).max())
    tolerance = _SAME_CENTER * min(power_of_two.times(1.0, -exponent), extent)
    rounding = 32 * _EPS * (extent + float(np.abs(clusters.corners).max()))
    if (extents <= tolerance).all():
        return 0.0
    worst = np.empty(k)
    apart = False
    step = max(1, thresholds.score_block // k)
    for start in range(0, k, step):
        block = centers[start : start + step]
        between = np.empty((len(block), k))
        with progress.as_step("centers", start, k):
            fill_rectangle(block, centers, distances.as_metric("euclidean"), 1, between)
        apart = apart or bool((between > tolerance).any())
        between[between <= rounding] = np.inf
        worst[start : start + step] = ((extents[start : start + step, None] + extents) / between).max(axis=1)
    return float(worst.mean()) if apart else 0.0


class DensityValidity(NamedTuple):
    """What ``dbcv_score(..., per_cluster=True)`` returns.

    Attributes
    ----------
    score : float
        The mean over all rows, as without `per_cluster`.
    clusters : ndarray of shape (n_clusters,), int64 or str
        The labels of the clusters, ascending, without noise.
    validities : ndarray of shape (n_clusters,), float64
        The validity of each cluster, from -1 to 1.
    """

    score: float
    clusters: NDArray[Any]
    validities: NDArray[np.float64]


@overload
def dbcv_score(
    X: ArrayLike,
    labels: ArrayLike,
    *,
    metric: str | Callable[..., float] | distances.Metric = ...,
    metric_params: Mapping[str, object] | None = ...,
    d: int | None = ...,
    per_cluster: Literal[False] = ...,
    n_jobs: int | None = ...,
) -> float: ...
@overload
def dbcv_score(
    X: ArrayLike,
    labels: ArrayLike,
    *,
    metric: str | Callable[..., float] | distances.Metric = ...,
    metric_params: Mapping[str, object] | None = ...,
    d: int | None = ...,
    per_cluster: Literal[True],
    n_jobs: int | None = ...,
) -> DensityValidity: ...
def dbcv_score(
    X: ArrayLike,
    labels: ArrayLike,
    *,
    metric: str | Callable[..., float] | distances.Metric = "euclidean",
    metric_params: Mapping[str, object] | None = None,
    d: int | None = None,
    per_cluster: bool = False,
    n_jobs: int | None = None,
) -> float | DensityValidity:
    """Density-based clustering validation (DBCV): how dense clusters are, beside the gaps between them.

    For clusters of any shape, such as those of DBSCAN, HDBSCAN and OPTICS. Noise lowers the score.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The data, or the distances with ``metric="precomputed"``, shape (n_samples, n_samples); not modified.
    labels : array-like of shape (n_samples,)
        Whole numbers or names; -1 is noise.
    metric : str, callable or Metric, default="euclidean"
        A name from the table in `coterie.distances`, a function ``f(x, y)``, or "precomputed". "sqeuclidean" is what
        the program of the authors uses.
    metric_params : dict, default=None
        ``p`` for minkowski; ``kinds``, ``weights`` and ``ranges`` for gower; or arguments for a callable.
    d : int, default=None
        The exponent of densities. None is the number of features; distances that are given need a number.
    per_cluster : bool, default=False
        Return the validity of each cluster as well.
    n_jobs : int or None, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Returns
    -------
    float or DensityValidity
        From -1 to 1; higher is better. With `per_cluster` a named tuple ``(score, clusters, validities)``.

    Raises
    ------
    ValueError
        `X` is not a table of finite numbers, or it has numbers above 1e135 and others 1e270 times smaller; the metric
        is unknown or not defined for the data; there is not one label for each row, or one is neither a whole number
        nor text; given distances are negative, infinite between rows of clusters, not a symmetric matrix, or without
        `d`.
    TypeError
        The metric does not take such an argument, or the data are sparse.

    See Also
    --------
    silhouette_score : For round clusters.
    coterie.HDBSCAN : Finds clusters of this kind.

    Notes
    -----
    As published [1]_: the *core distance* of a row is the power mean, of exponent -`d`, of its distances to the other
    rows of its cluster. An edge between two rows weighs the largest of their distance and their core distances. A
    cluster has a minimum spanning tree of these edges; its rows with more than one edge are internal. Its *sparseness*
    s is the heaviest edge between two internal rows. Its *separation* t is the lightest edge from an internal row to an
    internal row of another cluster, and its validity is (t - s) / max(t, s). The score is the mean over the rows, each
    with the validity of its cluster, 0 for noise.

    Where the paper says nothing, this is what the program of its authors does:

    - A cluster of one row counts as noise. With fewer than two other clusters, the score is 0.
    - If no edge is between internal rows, all edges of the tree count; if no row is internal, all rows do.
    - Distances of 0 to equal rows are left out of the sum of a power mean, but are counted.
    - Validity is 0 where t and s are 0.
    - Most edges weigh the core distance of one of their rows, so there are many minimum spanning trees. The one that is
      taken grows from the first row: of rows that weigh the same the lowest is added, to the lowest row of the tree
      from which it weighs that. So the score depends on the order of rows, by 0.1 and more where clusters are loose.

    ``hdbscan.validity.validity_index`` has the same scores, but NaN with one cluster. kDBCV has the same definition,
    but counts clusters of two rows as noise.

    O(n_samples² * n_features) time; only distances within clusters and those between internal rows are computed, so
    more clusters take less. The memory is a few copies of the data. Powers are those of ratios, so neither many
    features nor large or small numbers do harm.

    References
    ----------
    .. [1] D. Moulavi, P. A. Jaskowiak, R. J. G. B. Campello, A. Zimek, J. Sander, "Density-based clustering
       validation", SDM 2014, 839-847, :doi:`10.1137/1.9781611973440.96`.

    Examples
    --------
    >>> from coterie.scores import dbcv_score
    >>> X = [[0.0], [1.0], [2.0], [3.0], [20.0], [21.0], [22.0], [23.0], [10.0]]
    >>> labels = [0, 0, 0, 0, 1, 1, 1, 1, -1]
    >>> print(round(dbcv_score(X, labels), 3))
    0.833
    >>> dbcv_score(X, labels, per_cluster=True).validities.round(3)
    array([0.937, 0.937])
    """
    _check(
        "dbcv_score",
        labels=labels,
        metric=metric,
        metric_params=metric_params,
        d=d,
        per_cluster=per_cluster,
        n_jobs=n_jobs,
    )
    n_threads = threads.resolve_n_jobs(n_jobs)
    measure = read_metric(metric, metric_params, None)
    array, measure = read_rows(X, measure, owner="dbcv_score")
    if measure is not None:
        check_suits(array, measure)
    elif d is None:
        raise ValueError("'d', the number of features of the data, must be given with metric='precomputed'. Got None.")
    found = Labels(labels, "labels")
    as_labels(found.codes, len(array))
    exponent = array.shape[1] if d is None else d
    validities = _density_validity.validities(array, found.codes, len(found.names), measure, exponent, n_threads)
    score = float(found.sizes() @ validities) / len(array)
    return DensityValidity(score, found.names, validities) if per_cluster else score


def _check(owner: str, **values: object) -> None:
    check_parameters(owner, {name: _RULES[name] for name in values}, values)


def _read_rows(
    X: ArrayLike,
    labels: ArrayLike,
    metric: str | Callable[..., object] | distances.Metric,
    kwds: dict[str, Any],
    owner: str,
    n_threads: int,
) -> tuple[NDArray[Any] | SparseRows, NDArray[np.int64], distances.Metric | None]:
    """Rows, dense or sparse, the number of each row's cluster, from 0, and the metric; None for given distances."""
    if is_precomputed(metric) and kwds:
        raise TypeError(f"The metric 'precomputed' takes no argument {', '.join(map(repr, kwds))}.")
    measure = read_metric(metric, kwds, None)
    rows: NDArray[Any] | SparseRows
    if is_sparse(X):
        rows = as_sparse_rows(X, n_threads, owner=owner)
    else:
        rows, measure = read_rows(X, measure, owner=owner)
    return rows, as_labels(labels, len(rows))[1], measure


def _read(X: ArrayLike, labels: ArrayLike, owner: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The same for dense rows alone."""
    _check(owner, labels=labels)
    array = as_matrix(X, owner=owner)
    return array, as_labels(labels, len(array))[1]


for _each in __all__:
    globals()[_each].__module__ = "coterie.scores"  # where users and pickles find them
