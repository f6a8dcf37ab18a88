# SPDX-License-Identifier: BSD-3-Clause
"""scipy's functions that build linkage matrices; and which algorithm merges the clusters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_array, as_floats
from .._base.containers import native
from .._dendrogram.cuts import fcluster
from .._dendrogram.leaf_order import order_branches
from .._dendrogram.linkage_matrix import warn_of_distances
from .._dendrogram.merges import Merges, label_merges
from .._runtime import memory
from .._runtime.threads import resolve_n_jobs
from .._runtime.thresholds import thresholds
from ..distances import as_metric, pdist
from ..distances._condensed import check_condensed
from ..distances._metrics import check_suits, safe_exponent
from ..distances._pairwise import fill_condensed
from ..distances._rows import read_rows
from ..spanning_trees._matrix import spanning_tree_of_matrix
from ..spanning_trees._minimum_spanning_tree import tree_of_rows
from ..spanning_trees._points import not_finite
from ._centers import merge_centers, merge_ward
from ._chain import merge_by_chain
from ._clusters import Clusters
from ._methods import EUCLIDEAN_METHODS, INVERTING_METHODS, METHODS, POWERS, VECTOR_METHODS, check_method
from ._queue import merge_by_queue
from ._rounds import merge_in_rounds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike
    from ..distances import Metric

_INSTEAD = (
    "Single, ward, centroid and median linkage of points need no distance matrix; or cluster a sample, or the "
    "centers that KMeans finds."
)


# ------------------------------------------------------------------------------------------- the public functions


def linkage(
    y: ArrayLike,
    method: str = "single",
    metric: str | Callable[..., object] | Metric = "euclidean",
    optimal_ordering: bool = False,
    *,
    preserve_input: bool = True,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """Cluster bottom-up: merge the nearest two clusters, again and again, until one is left.

    Parameters
    ----------
    y : array-like of shape (n * (n - 1) / 2,) or (n, d)
        Condensed distances, as `coterie.distances.pdist` returns them, or points. Not modified, unless
        `preserve_input` says so.
    method : {"single", "complete", "average", "weighted", "centroid", "median", "ward"}, default="single"
        The distance between two clusters is the smallest, largest or mean distance between their points; the mean of
        the distances of the two parts that were merged (weighted); the distance between their means (centroid), or
        between centers, where a center lies halfway between those of the two parts (median); or the root of twice the
        growth of the sum of squares when the two are merged (ward).
    metric : str, callable or Metric, default="euclidean"
        Distance between points, see `coterie.distances`. Ignored for condensed distances. Centroid, median and ward
        are defined for Euclidean distances only.
    optimal_ordering : bool, default=False
        Order the leaves so that neighbors are near each other, see `optimal_leaf_ordering`; O(n^2) memory.
    preserve_input : bool, default=True
        False allows condensed distances to be overwritten (if they are a C-ordered, writeable float64 array), which
        saves the memory of a second matrix. This is fastcluster's parameter.
    n_jobs : int, default=None
        Number of threads; None means `coterie.get_num_threads`, -1 means all CPUs. The result does not depend on it.

    Returns
    -------
    Z : ndarray of shape (n - 1, 4), float64
        In scipy's format: row i merges the clusters ``Z[i, 0] < Z[i, 1]`` at the height ``Z[i, 2]`` into cluster
        n + i of ``Z[i, 3]`` points. Clusters below n are points.

    Raises
    ------
    ValueError
        The method or metric is unknown, the metric does not suit the method, `y` has a length that is not that of a
        condensed matrix, holds fewer than two points, NaN or infinity, or has another number of dimensions; a distance
        of the metric is NaN or infinite; or a height would be beyond the largest number.
    MemoryError
        Complete, average or weighted linkage of points, and the distances do not fit into memory; nothing is
        allocated then.

    Warns
    -----
    ClusterWarning
        The points look like a square distance matrix.

    See Also
    --------
    coterie.AgglomerativeClustering : The estimator, with labels.
    linkage_vector : fastcluster's function that needs no distance matrix.

    Notes
    -----
    Single, ward, centroid and median linkage of more than 1000 points never build a distance matrix: memory O(n d),
    time O(n^2 d). Single linkage of points with few features takes about O(n log n) time, as it follows from their
    minimum spanning tree (`coterie.spanning_trees`). All others take O(n^2) memory, and O(n^2) time on all but
    contrived data (O(n^3) at worst). Beyond condensed distances that are preserved, at most about as much memory again
    is needed; with ``preserve_input=False`` a part of that.

    If all distances that are compared differ, the result is scipy's. Among equal distances, the pair of clusters with
    the lowest numbers is merged first; if there are many clusters, all pairs of mutual nearest neighbors are merged at
    once. For single linkage the heights and all cophenetic distances are the same in any order. For the other methods a
    tie can lead to another tree, as in any implementation. Centroid and median linkage can have inversions: heights
    that fall.

    Very large and very small numbers are multiplied by a power of two first, so that trees are the same at every scale.
    If there are large numbers as well, numbers whose squares are too small may count as 0.

    References
    ----------
    D. Muellner, "Modern hierarchical, agglomerative clustering algorithms", 2011, arXiv:1109.2378.
    F. Murtagh, "A survey of recent advances in hierarchical clustering algorithms", The Computer Journal 26, 1983,
    https://doi.org/10.1093/comjnl/26.4.354.

    Examples
    --------
    >>> from coterie.hierarchy import fcluster, linkage
    >>> Z = linkage([[0.0], [1.0], [5.0], [7.0]], "average")
    >>> Z
    array([[0. , 1. , 1. , 2. ],
           [2. , 3. , 2. , 2. ],
           [4. , 5. , 5.5, 4. ]])
    >>> fcluster(Z, 3.0, "distance")
    array([1, 1, 2, 2], dtype=int32)
    """
    check_method(method, METHODS, "There are")
    n_threads = resolve_n_jobs(n_jobs)
    y = native(y, "y")
    array = as_array(y, "y")
    if array.ndim == 1:
        distances = as_floats(array, name="y").astype(np.float64, copy=False)
        if check_condensed(distances) < 2:
            raise ValueError("The number of observations cannot be determined on an empty distance matrix.")
        overwrite = (not preserve_input and distances.flags.writeable) or not np.may_share_memory(distances, array)
        memory.require(
            (8 if overwrite else 16) * len(distances),
            f"{method} linkage of these distances",
            "preserve_input=False takes less." if preserve_input else _INSTEAD,
        )
        Z = from_condensed(distances, method, n_threads, overwrite)
    elif array.ndim == 2:
        measure = as_metric(metric)
        if method in EUCLIDEAN_METHODS and measure.kernel != "euclidean":
            raise ValueError(f"`method={method}` requires the distance metric to be Euclidean")
        array, measure = read_rows(y, measure, name="y")
        if len(array) < 2:
            raise ValueError("The number of observations cannot be determined on an empty distance matrix.")
        check_suits(array, measure, "y")
        warn_of_distances(array)
        Z = agglomerate(array, method, measure, n_threads)
    else:
        raise ValueError("`y` must be 1 or 2 dimensional.")
    if not optimal_ordering:
        return Z
    return order_branches(Z, y, metric, n_threads)


def linkage_vector(
    X: ArrayLike,
    method: str = "single",
    metric: str | Callable[..., object] | Metric = "euclidean",
    extraarg: float | None = None,
    *,
    n_jobs: int | None = None,
) -> NDArray[np.float64]:
    """Cluster points bottom-up, in memory proportional to their number, like fastcluster's function of this name.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Points; not modified.
    method : {"single", "centroid", "median", "ward"}, default="single"
        As in `linkage`; the other methods need all distances.
    metric : str, callable or Metric, default="euclidean"
        For single linkage; see `coterie.distances`.
    extraarg : float, default=None
        The exponent of ``metric="minkowski"``.
    n_jobs : int, default=None
        Number of threads, as in `linkage`.

    Returns
    -------
    Z : ndarray of shape (n - 1, 4), float64
        As from `linkage`.

    Raises
    ------
    ValueError
        As in `linkage`, or the method needs a distance matrix.

    Notes
    -----
    O(n d) memory and O(n^2 d) time; about O(n log n) for single linkage with few features. Ties as in `linkage`.

    Examples
    --------
    >>> from coterie.hierarchy import linkage_vector
    >>> linkage_vector([[0.0], [1.0], [5.0], [7.0]], "ward")[:, 2].round(3)
    array([1.   , 2.   , 7.778])
    """
    check_method(method, VECTOR_METHODS, "Without a distance matrix there are")
    if extraarg is not None:
        metric = as_metric(metric, p=extraarg)
    array, measure = read_rows(X, as_metric(metric))
    return linkage(array, method, measure.of_rows, n_jobs=n_jobs)


def single(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "single")``: the smallest distance between clusters; see `linkage`."""
    return linkage(y, "single")


def complete(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "complete")``: the largest distance between clusters; see `linkage`."""
    return linkage(y, "complete")


def average(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "average")``: the mean distance (UPGMA) between clusters; see `linkage`."""
    return linkage(y, "average")


def weighted(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "weighted")``: the mean distance of the two parts (WPGMA) between clusters; see `linkage`."""
    return linkage(y, "weighted")


def centroid(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "centroid")``: the distance between means (UPGMC) between clusters; see `linkage`."""
    return linkage(y, "centroid")


def median(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "median")``: the distance between halfway points (WPGMC) between clusters; see `linkage`."""
    return linkage(y, "median")


def ward(y: ArrayLike) -> NDArray[np.float64]:
    """``linkage(y, "ward")``: the growth of the sum of squares between clusters; see `linkage`."""
    return linkage(y, "ward")


def fclusterdata(
    X: ArrayLike,
    t: float,
    criterion: str = "inconsistent",
    metric: str | Callable[..., object] = "euclidean",
    depth: int = 2,
    method: str = "single",
    R: ArrayLike | None = None,
) -> NDArray[np.int32]:
    """Find flat clusters of observations by `linkage` and `fcluster`.

    Parameters
    ----------
    X : array-like of shape (n, n_features)
        Observations; not modified.
    t : float
        The threshold, see `fcluster`.
    criterion : str, default="inconsistent"
        What stays within the threshold, see `fcluster`.
    metric : str or callable, default="euclidean"
        The distance, see `coterie.distances`.
    depth : int, default=2
        Levels that count for the inconsistency coefficient, see `inconsistent`.
    method : str, default="single"
        The linkage, see `linkage`.
    R : array-like of shape (n - 1, 4), optional
        Inconsistency matrix, where it is known already; not modified.

    Returns
    -------
    ndarray of shape (n,), int32
        Cluster of each point, counted from 1.

    Raises
    ------
    TypeError
        `X` is not two-dimensional.
    ValueError
        `X` holds NaN or infinity, or a parameter is wrong.

    Warns
    -----
    ClusterWarning
        `X` looks like a square matrix of distances, and `metric` is ``"euclidean"``.

    Examples
    --------
    >>> from coterie.hierarchy import fclusterdata
    >>> fclusterdata([[0.0], [1.0], [5.0], [7.0]], 3.0, criterion="distance")
    array([1, 1, 2, 2], dtype=int32)
    """
    X = as_array(native(X))
    if X.ndim != 2:
        raise TypeError("The observation matrix X must be an n by m array.")
    Z = linkage(X if isinstance(metric, str) and metric == "euclidean" else pdist(X, metric), method)
    return fcluster(Z, t, criterion, depth, R)


# ------------------------------------------------------------------------------------------- which algorithm merges


def from_condensed(y: NDArray[np.float64], method: str, n_threads: int, overwrite: bool = False) -> NDArray[np.float64]:
    """Linkage matrix of condensed distances, whose number is checked; they are lost with `overwrite`.

    Raises
    ------
    ValueError
        A distance is NaN or infinite, or negative where the method needs centers.
    """
    n = check_condensed(y)
    largest = power_of_two.magnitude(y)
    if not largest < np.inf:
        where = int((~np.isfinite(y)).argmax())
        raise ValueError(
            f"The condensed distance matrix must contain only finite values. First other at index {where}: {y[where]}."
        )
    if method in INVERTING_METHODS and y.min(initial=0.0) < -1e-8 * largest:
        raise ValueError(f"{method} linkage is not defined for negative distances. First at index {(y < 0).argmax()}.")
    merges = Merges(n)
    return _finish(merges, method, merge_matrix(y, largest, method, merges, n_threads, overwrite))


def agglomerate(X: NDArray[np.floating], method: str, metric: Metric, n_threads: int) -> NDArray[np.float64]:
    """Linkage matrix of the rows of `X`, which are checked.

    Raises
    ------
    MemoryError
        The method needs a distance matrix, and there is no room for it.
    ValueError
        A distance is NaN or infinite.
    """
    n = len(X)
    if method == "single" and n > thresholds.few_clusters:
        return label_merges(*tree_of_rows(X, metric, n_threads)[0])
    exponent = safe_exponent(metric, X)
    X, exponent = power_of_two.divided(X, exponent), exponent * metric.degree
    merges = Merges(n)
    if n <= thresholds.few_clusters or method not in VECTOR_METHODS:
        memory.require(16 * (n * (n - 1) // 2), f"{method} linkage of {n:,} points", _INSTEAD)
        if metric.function is None:
            y = np.empty(n * (n - 1) // 2)
            fill_condensed(X, metric, n_threads, y)
        else:
            y = pdist(X, metric)
        largest = power_of_two.magnitude(y)
        if not largest < np.inf:
            raise not_finite(metric)
        exponent += merge_matrix(y, largest, method, merges, n_threads, True)
    else:
        exponent += _merge_points(X, method, merges, n_threads)
    return _finish(merges, method, exponent)


def merge_matrix(
    y: NDArray[np.float64], largest: float, method: str, merges: Merges, n_threads: int, overwrite: bool
) -> int:
    """Merge clusters by condensed distances, none above `largest`. Returns the exponent of two to scale heights by."""
    n, exponent = len(merges.heights) + 1, power_of_two.exponent_of(largest, POWERS.get(method, 0))
    if exponent:
        y, overwrite = power_of_two.multiplied(y if overwrite else y.copy(), -exponent), True
    if method == "single":
        merges.pairs[:], merges.heights[:] = spanning_tree_of_matrix(y, n, n_threads)
        return exponent
    clusters = Clusters(y, np.ones(n), np.arange(n), overwrite)
    if method not in INVERTING_METHODS:  # reducible: merges may come in any order
        clusters = merge_in_rounds(method, clusters, merges, n_threads)
        if len(clusters.size) <= thresholds.few_clusters:
            if len(clusters.size) > 1:
                merge_by_chain(method, clusters, merges)
            return exponent
    merge_by_queue(method, clusters, merges, n_threads)
    return exponent


def _merge_points(X: NDArray[np.floating], method: str, merges: Merges, n_threads: int) -> int:
    """Merge clusters by their centers. Returns the exponent of two to scale heights by."""
    points = X - X.mean(axis=0, dtype=np.float64)  # a common offset costs no digits
    exponent = int(np.frexp(np.abs(points).max())[1])
    np.ldexp(points, -exponent, out=points)
    if method == "ward":
        merge_ward(points, merges, n_threads)
    else:
        merge_centers(method, points, merges, n_threads)
    return exponent


def _finish(merges: Merges, method: str, exponent: int) -> NDArray[np.float64]:
    """The linkage matrix. Centroid and median linkage merge in the order of scipy, inversions included."""
    return merges.linkage_matrix(f"{method} linkage", exponent, sort=method not in INVERTING_METHODS)
