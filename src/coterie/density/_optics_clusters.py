# SPDX-License-Identifier: BSD-3-Clause
"""Clusters from a reachability plot: below a height, as DBSCAN has them, or between steep areas."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING

import numpy as np

from .._base.arrays import as_array, as_doubles
from .._base.parameters import BOOL, NONE, Rule, as_float, check_parameters, integer, is_integer, is_real, number
from ._kernels import optics_xi

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

SHARE = Rule(
    "a float in the range [0.0, 1.0]",
    lambda value: is_real(value) and not is_integer(value) and 0 <= as_float(value) <= 1,
)
XI = Rule("a float in the range [0.0, 1.0]", lambda value: is_real(value) and 0 <= as_float(value) <= 1)
SIZE = (integer(2), SHARE)  # of min_samples, of min_cluster_size


def count_of(size: float, n: int, name: str) -> int:
    """A number of rows from a number or a share of them, at least 2."""
    if size > n:
        raise ValueError(f"{name} must be no greater than the number of samples ({n}). Got {size:g}")
    return max(2, int(size * n)) if size <= 1 else int(size)


def cluster_optics_dbscan(
    *, reachability: ArrayLike, core_distances: ArrayLike, ordering: ArrayLike, eps: float
) -> NDArray[np.intp]:
    """Clusters of DBSCAN for one `eps`, from the order in which OPTICS visited the rows.

    Parameters
    ----------
    reachability : array-like of shape (n_samples,)
        By which weight each row was reached: ``reachability_`` of `OPTICS`.
    core_distances : array-like of shape (n_samples,)
        ``core_distances_`` of `OPTICS`.
    ordering : array-like of int of shape (n_samples,)
        ``ordering_`` of `OPTICS`.
    eps : float
        At most ``max_eps`` of `OPTICS`.

    Returns
    -------
    ndarray of shape (n_samples,), intp
        Clusters are numbered in the order of the visits; -1 for noise.

    Raises
    ------
    ValueError
        `eps` is negative, or the arrays are not what `OPTICS` returns.

    Notes
    -----
    O(n) time. Core points are clustered as by `DBSCAN`. A border point that is visited before all core points of its
    cluster is noise here.

    Examples
    --------
    >>> from coterie.density import cluster_optics_dbscan, compute_optics_graph
    >>> X = [[1.0], [1.1], [1.3], [1.4], [5.0], [5.5], [6.5], [20.0]]
    >>> ordering, core_distances, reachability, predecessor = compute_optics_graph(X, min_samples=2)
    >>> cluster_optics_dbscan(reachability=reachability, core_distances=core_distances, ordering=ordering, eps=0.6)
    array([ 0,  0,  0,  0,  1,  1, -1, -1])
    """
    check_parameters("cluster_optics_dbscan", {"eps": (number(0),)}, {"eps": eps})
    order = _read_ordering(ordering)
    reach = _read_heights(reachability, len(order), "reachability")
    core = _read_heights(core_distances, len(order), "core_distances")
    return label_below(order, core, reach, eps)


def label_below(
    ordering: NDArray[np.integer], core: NDArray[np.float64], reach: NDArray[np.float64], eps: float
) -> NDArray[np.intp]:
    is_far, is_core = reach > eps, core <= eps
    labels = np.empty(len(ordering), np.intp)
    labels[ordering] = np.cumsum((is_far & is_core)[ordering]) - 1
    labels[is_far & ~is_core] = -1
    return labels


def cluster_optics_xi(
    *,
    reachability: ArrayLike,
    predecessor: ArrayLike,
    ordering: ArrayLike,
    min_samples: float,
    min_cluster_size: float | None = None,
    xi: float = 0.05,
    predecessor_correction: bool = True,
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Clusters between steep areas of the reachability plot.

    Parameters
    ----------
    reachability : array-like of shape (n_samples,)
        By which weight each row was reached: ``reachability_`` of `OPTICS`.
    predecessor : array-like of int of shape (n_samples,)
        ``predecessor_`` of `OPTICS`.
    ordering : array-like of int of shape (n_samples,)
        ``ordering_`` of `OPTICS`.
    min_samples : int, or float from 0 to 1
        A steep area has no more points in a row that are not steep; a float is a share of the rows. The same as for
        `OPTICS`.
    min_cluster_size : int, or float from 0 to 1, default=None
        The number of rows of a cluster, at least; a float is a share of the rows. None means `min_samples`.
    xi : float, default=0.05
        A point is steep if the next one is lower, or higher, by this share at least.
    predecessor_correction : bool, default=True
        Take rows off the end of a cluster that were not reached from within it.

    Returns
    -------
    labels : ndarray of shape (n_samples,), intp
        The smallest clusters that have no other one within them, numbered as in `clusters`; -1 for noise.
    clusters : ndarray of shape (n_clusters, 2), int64
        First and last place of each cluster in `ordering`, both included; smaller clusters come before those around
        them.

    Raises
    ------
    ValueError
        A parameter is out of range, or the arrays are not what `OPTICS` returns.

    Notes
    -----
    About O(n) time, unless many steep areas are open at once. The clusters are those of scikit-learn.

    References
    ----------
    .. [1] M. Ankerst, M. M. Breunig, H.-P. Kriegel and J. Sander, "OPTICS: ordering points to identify the clustering
       structure", ACM SIGMOD Record 28 (1999) 49-60. :doi:`10.1145/304181.304187`
    .. [2] E. Schubert and M. Gertz, "Improving the cluster structure extracted from OPTICS plots", Proceedings of the
       conference "Lernen, Wissen, Daten, Analysen" (2018) 318-329.

    Examples
    --------
    >>> from coterie.density import cluster_optics_xi, compute_optics_graph
    >>> X = [[1.0], [1.1], [1.3], [1.4], [5.0], [5.5], [6.5], [20.0]]
    >>> ordering, _, reachability, predecessor = compute_optics_graph(X, min_samples=2)
    >>> labels, clusters = cluster_optics_xi(
    ...     reachability=reachability,
    ...     predecessor=predecessor,
    ...     ordering=ordering,
    ...     min_samples=2,
    ...     min_cluster_size=3,
    ... )
    >>> labels
    array([0, 0, 0, 0, 1, 1, 1, 1])
    >>> clusters
    array([[0, 3],
           [4, 7],
           [0, 7]])
    """
    check_parameters(
        "cluster_optics_xi",
        {"min_samples": SIZE, "min_cluster_size": (*SIZE, NONE), "xi": (XI,), "predecessor_correction": BOOL},
        {
            "min_samples": min_samples,
            "min_cluster_size": min_cluster_size,
            "xi": xi,
            "predecessor_correction": predecessor_correction,
        },
    )
    order = _read_ordering(ordering)
    n = len(order)
    reach = _read_heights(reachability, n, "reachability")
    before = _read_whole(predecessor, "predecessor")
    if before.shape != (n,) or not ((before >= -1) & (before < n)).all():
        raise ValueError(f"'predecessor' must hold {n} numbers from -1 to {n - 1}, one for each row.")
    count = count_of(min_samples, n, "min_samples")
    least = count if min_cluster_size is None else count_of(min_cluster_size, n, "min_cluster_size")
    return label_between(order, reach, before, count, least, float(xi), bool(predecessor_correction))


def label_between(
    ordering: NDArray[np.integer],
    reach: NDArray[np.float64],
    predecessor: NDArray[np.integer],
    min_samples: int,
    min_cluster_size: int,
    xi: float,
    correct: bool,
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    n = len(ordering)
    height = np.append(reach[ordering], np.inf)
    before = np.empty(0, np.int64)
    if correct:
        place = np.empty(n + 1, np.int64)
        place[ordering], place[-1] = np.arange(n), -1  # a predecessor of -1 has no place
        before = place[predecessor[ordering]]
    work = np.empty((n, 2), np.int64), np.empty(n)
    arguments = height, before, xi, min_samples, min_cluster_size, *work
    clusters = np.empty((n, 2), np.int64)
    n_clusters = optics_xi.find_clusters(*arguments, clusters)
    if n_clusters > n:
        clusters = np.empty((n_clusters, 2), np.int64)
        optics_xi.find_clusters(*arguments, clusters)
    clusters = clusters[:n_clusters].copy()
    return label_clusters(ordering, clusters), clusters


def label_clusters(ordering: NDArray[np.integer], clusters: NDArray[np.int64]) -> NDArray[np.intp]:
    """Labels of the clusters that have no row of an earlier one."""
    labels = np.full(len(ordering), -1, np.intp)
    starts: list[int] = []  # of those that are labeled, in order: they do not overlap
    ends: list[int] = []
    for start, end in clusters.tolist():
        at = bisect.bisect_left(ends, start)
        if at == len(starts) or starts[at] > end:
            labels[ordering[start : end + 1]] = len(starts)
            starts.insert(at, start)
            ends.insert(at, end)
    return labels


def _read_ordering(ordering: ArrayLike) -> NDArray[np.int64]:
    order = _read_whole(ordering, "ordering")
    n = len(order)
    if order.ndim != 1 or not n or not np.array_equal(np.sort(order), np.arange(n)):
        raise ValueError("'ordering' must hold each row once: the numbers from 0 to n_samples - 1.")
    return order


def _read_whole(values: ArrayLike, name: str) -> NDArray[np.int64]:
    array = as_array(values, name)
    if array.dtype.kind not in "iu":
        raise ValueError(f"'{name}' must hold integers. Got {array.dtype}.")
    return np.atleast_1d(array).astype(np.int64, copy=False)


def _read_heights(values: ArrayLike, n: int, name: str) -> NDArray[np.float64]:
    array = as_doubles(values, name=name)
    if array.shape != (n,):
        raise ValueError(f"'{name}' must have shape ({n},), one number for each row. Got {array.shape}.")
    if not (array >= 0).all():
        row = int((~(array >= 0)).argmax())
        raise ValueError(f"'{name}' must be at least 0. Got {array[row]} for row {row}.")
    return array


def limit_of_clusters(
    labels: NDArray[np.integer], ordering: NDArray[np.integer], reach: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The largest weight by which a row of each cluster was reached; that of the first row does not count."""
    which = labels[ordering]
    inside = which >= 0
    inside[1:] &= which[1:] == which[:-1]
    inside[:1] = False
    limits = np.zeros(int(labels.max(initial=-1)) + 1)
    np.maximum.at(limits, which[inside], reach[ordering][inside])
    return limits
