# SPDX-License-Identifier: BSD-3-Clause
"""Flat clusters: cuts of a tree, numbered as scipy does and as scikit-learn does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._base.arrays import as_array, as_doubles
from .._base.parameters import NUMBER, as_float, check_parameters
from .._base.wording import shown
from .._runtime import memory, parallel, threads
from ._kernels import cuts
from .heights import inconsistency_of, running_maximum
from .linkage_matrix import read_inconsistency, read_linkage
from .walks import count_leaves, order_clusters, order_levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike


_CUT_NS = 6.0  # nanoseconds for a point of a cut


def fcluster(
    Z: ArrayLike,
    t: float,
    criterion: str = "inconsistent",
    depth: int = 2,
    R: ArrayLike | None = None,
    monocrit: ArrayLike | None = None,
) -> NDArray[np.int32]:
    """Flat clusters from a tree: the largest subtrees that stay within a threshold.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.
    t : float
        The threshold; with ``"maxclust"`` and ``"maxclust_monocrit"`` the largest number of clusters, at least 1.
    criterion : str, default="inconsistent"
        What stays within the threshold:

        - ``"inconsistent"``: the inconsistency coefficient of the cluster and of all clusters below it.
        - ``"distance"``: the same for heights, so that no two points of a cluster have a cophenetic distance above t.
        - ``"maxclust"``: as ``"distance"``, with the smallest height of `Z` that leaves at most t clusters.
        - ``"monocrit"``: ``monocrit[i]`` for cluster i.
        - ``"maxclust_monocrit"``: as ``"monocrit"``, with the smallest value that leaves at most t clusters.
    depth : int, default=2
        Levels that count for the inconsistency coefficient, see `inconsistent`.
    R : array-like of shape (n - 1, 4), optional
        Inconsistency matrix, if it has been computed already; not modified.
    monocrit : array-like of shape (n - 1,), optional
        Any statistic of the clusters that does not decrease from a cluster to a cluster that contains it; not modified.

    Returns
    -------
    ndarray of shape (n,), int32
        Cluster of each point, counted from 1. The numbers are scipy's: at each node, clusters below the left child
        come first, then those below the right child, then children that are single points.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, `R` or `monocrit` is wrong or missing, `criterion` is unknown, or fewer than one
        cluster is requested.

    See Also
    --------
    cut_tree : Exactly as many clusters as requested.

    Notes
    -----
    O(n) time, O(n log n) with ``"maxclust"`` and ``"maxclust_monocrit"``. Merges of the same height are done together
    or not at all, so ``"maxclust"`` may give fewer than t clusters.

    Examples
    --------
    >>> from coterie.hierarchy import fcluster
    >>> Z = [[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]]
    >>> fcluster(Z, 1.0, "distance")
    array([1, 1, 2], dtype=int32)
    >>> fcluster(Z, 3, "maxclust")
    array([1, 2, 3], dtype=int32)
    """
    Z, children = read_linkage(Z, convert=True)
    n = len(Z) + 1
    check_parameters("fcluster", {"t": (NUMBER,)}, {"t": t})
    if not isinstance(criterion, str):
        raise TypeError(f"criterion must be a str. Got {shown(criterion)}.")
    if criterion == "inconsistent":
        if R is None:
            R = inconsistency_of(Z, children, depth, threads.get_num_threads())
        else:
            R = read_inconsistency(R, n - 1)
        key = running_maximum(children, R[:, 3])
    elif criterion in ("distance", "maxclust"):
        key = running_maximum(children, Z[:, 2])
    elif criterion in ("monocrit", "maxclust_monocrit"):
        if monocrit is None:
            raise ValueError(f"monocrit must be given for criterion {criterion!r}.")
        key = as_doubles(monocrit, name="monocrit")
        if key.shape != (n - 1,):
            raise ValueError(f"monocrit must have shape ({n - 1},), one number for each row of Z. Got {key.shape}.")
    else:
        raise ValueError(f"Invalid cluster formation criterion: {criterion}")
    if criterion in ("maxclust", "maxclust_monocrit"):
        if t < 1:
            raise ValueError(f"t must be at least 1 for criterion {criterion!r}. Got {shown(t)}.")
        if t >= n:
            return np.arange(1, n + 1, dtype=np.int32)
        row = cuts.count_below(children, key, int(t), np.empty(n - 1, np.int32))
        threshold = key[row] if row < n - 1 else np.inf
    else:
        threshold = as_float(t)
    label = np.empty(2 * n - 1, np.int32)
    cuts.label_below(children, key, threshold, np.empty(2 * n, np.int64), label)
    return label[:n].copy()


def leaders(Z: ArrayLike, T: ArrayLike) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The node of the tree for each flat cluster.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.
    T : array-like of shape (n,), int32
        Cluster of each point, as `fcluster` returns it; not modified.

    Returns
    -------
    L : ndarray of shape (k,), int32
        The nodes that hold exactly the points of one cluster, from left to right in the tree.
    M : ndarray of shape (k,), int32
        The labels of these clusters.

    Raises
    ------
    TypeError
        `T` is not int32.
    ValueError
        `Z` is not a linkage matrix, `T` is of another length, or a cluster of `T` is not a subtree.

    Notes
    -----
    O(n log n) time, because the labels are sorted.

    Examples
    --------
    >>> from coterie.hierarchy import fcluster, leaders
    >>> Z = [[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]]
    >>> leaders(Z, fcluster(Z, 1.0, "distance"))
    (array([2, 3], dtype=int32), array([2, 1], dtype=int32))
    """
    Z, children = read_linkage(Z, convert=True)
    n = len(Z) + 1
    T = as_array(T, "T")
    if T.dtype != np.int32 or T.ndim != 1:
        raise TypeError("T must be a 1-D array of dtype int32.")
    if len(T) != n:
        raise ValueError("Mismatch: len(T)!=Z.shape[0] + 1.")
    order = order_clusters(children, count_leaves(children))
    L, M = np.zeros((2, len(np.unique(T))), np.int32)
    label = np.empty(2 * n - 1, np.int32)
    label[:n] = T
    node = cuts.find_leaders(children, order, label, L, M)
    if node >= 0:
        raise ValueError(
            f"T is not a valid assignment vector. Error found when examining linkage node {node} (< 2n-1)."
        )
    return L, M


def cut_tree(Z: ArrayLike, n_clusters: ArrayLike | None = None, height: ArrayLike | None = None) -> NDArray[np.int64]:
    """Cut a tree into given numbers of clusters, or at given heights.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.
    n_clusters : int or array-like of shape (m,), optional
        Numbers of clusters; values below 1 count as 1, values above n as n.
    height : float or array-like of shape (m,), optional
        Heights of the cuts: a cluster lower than the height stays whole.

    Returns
    -------
    ndarray of shape (n, m), int64
        One cut per column: the cluster of each point, counted from 0, numbered by their first points. With neither
        `n_clusters` nor `height`, the n cuts into n, n - 1, ..., 1 clusters.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or both `n_clusters` and `height` are given.
    MemoryError
        The result would not fit into memory; nothing was allocated.

    See Also
    --------
    fcluster : Flat clusters by other criteria.

    Notes
    -----
    O(n log n + n m) time. The merges are done in the order of their heights; merges of equal height in the order of
    their depth, deepest first, from left to right. A cluster that is lower than a cluster inside it (see
    `is_monotonic`) counts as equally high, so that each merge reduces the number of clusters by one and a cut into k
    clusters has exactly k. In that case scipy may return another number of clusters, and also where a cut into n
    clusters is not the first of several.

    Examples
    --------
    >>> from coterie.hierarchy import cut_tree
    >>> Z = [[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]]
    >>> cut_tree(Z, n_clusters=2)
    array([[0],
           [0],
           [1]])
    >>> cut_tree(Z)
    array([[0, 0, 0],
           [1, 0, 0],
           [2, 1, 0]])
    """
    Z, children = read_linkage(Z)
    n = len(Z) + 1
    if n_clusters is not None and height is not None:
        raise ValueError("At least one of either height or n_clusters must be None")
    highest = running_maximum(children, Z[:, 2])
    order = order_levels(children)[::-1]
    order = order[np.argsort(highest[order], kind="stable")]
    if height is not None:
        n_merges = np.searchsorted(highest[order], _numbers(height, "height"))
    elif n_clusters is not None:
        n_merges = n - np.clip(np.ceil(_numbers(n_clusters, "n_clusters")), 1, n)
    else:
        n_merges = np.arange(n)
    n_merges, m = n_merges.astype(np.int64), len(n_merges)
    memory.require(8 * n * m, f"{m:,} cuts of a tree of {n:,} points", "Ask for fewer at a time.")
    rank = np.empty(n - 1, np.int64)
    rank[order] = np.arange(n - 1)
    columns = parallel.chunk(_CUT_NS * n)
    n_threads = max(1, min(threads.get_num_threads(), -(-m // columns)))
    top, number = np.empty((2, n_threads, 2 * n - 1), np.int64)
    labels = np.empty((m, n), np.int64)
    parallel.over(m, columns, n_threads, cuts.label_merged, children, rank, n_merges, top, number, labels)
    return labels.T


def _numbers(values: ArrayLike, name: str) -> NDArray[np.float64]:
    numbers = np.atleast_1d(as_doubles(values, name=name))
    if numbers.ndim != 1 or np.isnan(numbers).any():
        raise ValueError(f"{name} must be a number or a vector of numbers, without NaN. Got {shown(values)}.")
    return numbers


# ------------------------------------------------------------------------------------------- scikit-learn's numbers


def labels_by_number(children: NDArray[np.int64] | NDArray[np.intp], n_clusters: int) -> NDArray[np.intp]:
    """The cut into `n_clusters` clusters, numbered as scikit-learn numbers them. O(n + k log k) time."""
    children = np.asarray(children, np.int64)
    return _label_members(children, _undo_last_merges(children, n_clusters))


def labels_by_size(
    children: NDArray[np.int64] | NDArray[np.intp], sizes: NDArray[np.float64], min_size: int
) -> NDArray[np.intp]:
    """The cut that splits, from the top, each cluster whose two parts both have at least `min_size` points.

    `sizes` has the number of points of each cluster. The clusters are numbered by their first points. O(n + k log k)
    time.
    """
    children = np.asarray(children, np.int64)
    heads = np.empty(len(children) + 1, np.int64)
    count = cuts.split_by_size(children, np.ascontiguousarray(sizes), min_size, heads)
    labels = _label_members(children, heads[:count])
    _, first, numbers = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[numbers]


def weights_by_number(children: NDArray[np.int64] | NDArray[np.intp], n_clusters: int) -> NDArray[np.float64]:
    """Weight of each point in its cluster of the cut into `n_clusters`, where both parts of a merge weigh the same."""
    children = np.asarray(children, np.int64)
    nodes = np.empty(2 * len(children) + 1)
    cuts.weigh_members(children, _undo_last_merges(children, n_clusters), nodes)
    return nodes[: len(children) + 1]


def _undo_last_merges(children: NDArray[np.int64], n_clusters: int) -> NDArray[np.int64]:
    """The nodes that are clusters before the last n_clusters - 1 merges."""
    heads = np.empty(n_clusters, np.int64)
    cuts.undo_last_merges(children, heads)
    return heads


def _label_members(children: NDArray[np.int64], heads: NDArray[np.int64]) -> NDArray[np.intp]:
    labels = np.empty(len(children) + 1, np.intp)
    cuts.label_members(children, heads, np.empty(2 * len(labels) - 1, np.int64), labels)
    return labels
