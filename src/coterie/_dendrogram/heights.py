# SPDX-License-Identifier: BSD-3-Clause
"""Statistics of the heights of a tree: of pairs of points, and below each cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_doubles
from .._base.parameters import NUMBER, is_integer
from .._base.wording import shown
from .._runtime import memory, parallel, threads
from ..distances._condensed import check_condensed
from ._kernels import heights
from .linkage_matrix import read_inconsistency, read_linkage
from .walks import count_leaves, find_parents, order_leaves

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike


_PAIR_NS = 2.0  # nanoseconds for the height of a pair
_LEVEL_NS = 3.0  # for a level below a cluster
_STRIP = 2**17  # pairs whose moments are added up by themselves: the bits of the correlation depend on it


def cophenet(Z: ArrayLike, Y: ArrayLike | None = None) -> NDArray[np.float64] | tuple[np.float64, NDArray[np.float64]]:
    """Cophenetic distances: for each pair of points, the height at which both are first in the same cluster.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.
    Y : array-like of shape (n * (n - 1) / 2,), optional
        The condensed distances that the tree was built from; not modified.

    Returns
    -------
    c : numpy.float64
        Only with `Y`: the correlation of the cophenetic distances with `Y`, which says how well the tree preserves
        distances. NaN if all distances of either are equal.
    d : ndarray of shape (n * (n - 1) / 2,), float64
        The cophenetic distances, condensed.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or `Y` not a condensed matrix for as many points.
    MemoryError
        The distances would not fit into memory; nothing was allocated.

    Notes
    -----
    O(n^2) time; little memory beyond the result. The result is the same, bit for bit, for any number of threads.

    References
    ----------
    .. [1] R. R. Sokal, F. J. Rohlf, "The comparison of dendrograms by objective methods", Taxon 11 (1962).
       :doi:`10.2307/1217208`

    Examples
    --------
    >>> from coterie.hierarchy import cophenet
    >>> Z = [[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]]
    >>> cophenet(Z)
    array([0.5, 1.5, 1.5])
    >>> c, d = cophenet(Z, [0.5, 1.5, 2.0])
    >>> round(float(c), 4)
    0.9449
    """
    Z, children = read_linkage(Z, convert=True)
    n = len(Z) + 1
    n_pairs = n * (n - 1) // 2
    if Y is not None:
        Y = as_doubles(Y, name="Y")
        if check_condensed(Y, "Y") != n:
            raise ValueError(f"Y must hold the {n_pairs} distances between the {n} points of Z. Got {len(Y)}.")
    memory.require(
        8 * n_pairs, f"The cophenetic distances of {n:,} points", "The linkage matrix holds the same in less."
    )
    n_threads = threads.get_num_threads()
    size = count_leaves(children)
    first, _ = order_leaves(children, size)
    row, d = np.empty((n_threads, n)), np.empty(n_pairs)
    rows = parallel.chunk(_PAIR_NS * n)
    parent = find_parents(children)
    parallel.over(n - 1, rows, n_threads, heights.pair_heights, children, Z[:, 2], size, first, parent, row, d)
    if Y is None:
        return d
    # Squares are multiplied below; the correlation is the same at any scale.
    x, y = (power_of_two.divided(each, power_of_two.exponent_for(each, power=4.0)) for each in (d, Y))
    sums = np.empty((-(-n_pairs // _STRIP), 3))
    parallel.over(n_pairs, _STRIP, n_threads, heights.joint_moments, x, y, x.mean(), y.mean(), sums)
    together, d_alone, y_alone = sums.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return together / np.sqrt(d_alone * y_alone), d


def inconsistent(Z: ArrayLike, d: int = 2) -> NDArray[np.float64]:
    """Compare the height of each cluster with the heights just below it.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.
    d : int, default=2
        How many levels count: 1 is the cluster alone, 2 includes its children, and so on. Points do not count.

    Returns
    -------
    ndarray of shape (n - 1, 4), float64
        For each cluster: the mean of the heights, their standard deviation, their number, and the inconsistency
        coefficient, (height - mean) / standard deviation, or 0 where the deviation is 0.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or `d` is negative or not a whole number.

    Notes
    -----
    O(n m) time, where m is the number of clusters within d levels of one: at most 3 for d = 2.

    References
    ----------
    .. [1] A. K. Jain, R. C. Dubes, "Algorithms for Clustering Data", Prentice-Hall (1988), section 3.2.

    Examples
    --------
    >>> from coterie.hierarchy import inconsistent
    >>> inconsistent([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 3.0, 3.0]]).round(4)
    array([[1.    , 0.    , 1.    , 0.    ],
           [2.    , 1.4142, 2.    , 0.7071]])
    """
    Z, children = read_linkage(Z, convert=True)
    return inconsistency_of(Z, children, d, threads.get_num_threads())


def inconsistency_of(
    Z: NDArray[np.float64], children: NDArray[np.int64], d: int, n_threads: int
) -> NDArray[np.float64]:
    """The inconsistency matrix of a tree that is checked; `d` is not."""
    if not NUMBER.accepts(d) or d < 0 or d % 1 != 0:
        raise ValueError(f"The second argument d must be a nonnegative integer value. Got {shown(d)}.")
    levels = max(1, int(min(d, len(Z))))
    path, turn = np.empty((2, n_threads, levels), np.int64)
    R = np.empty((len(Z), 4))
    exponent = power_of_two.exponent_for(Z[:, 2])
    scaled = power_of_two.divided(Z[:, 2], exponent)
    rows = parallel.chunk(_LEVEL_NS * levels)
    parallel.over(len(Z), rows, n_threads, heights.inconsistency, children, scaled, path, turn, R)
    power_of_two.multiplied(R[:, :2], exponent)
    return R


def running_maximum(children: NDArray[np.int64], own: NDArray[np.float64]) -> NDArray[np.float64]:
    """The largest of the numbers `own` of each cluster and all clusters below it."""
    most = np.empty(len(own))
    heights.running_maximum(children, own, most)
    return most


def maxdists(Z: ArrayLike) -> NDArray[np.float64]:
    """The largest height in each cluster: its own, unless a cluster inside is higher (centroid and median linkage).

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.

    Returns
    -------
    ndarray of shape (n - 1,), float64

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix.

    Notes
    -----
    O(n) time.

    Examples
    --------
    >>> from coterie.hierarchy import maxdists
    >>> maxdists([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 0.9, 3.0]])
    array([1., 1.])
    """
    Z, children = read_linkage(Z, convert=True)
    return running_maximum(children, Z[:, 2])


def maxinconsts(Z: ArrayLike, R: ArrayLike) -> NDArray[np.float64]:
    """The largest inconsistency coefficient in each cluster and all clusters below it.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.
    R : array-like of shape (n - 1, 4)
        Inconsistency matrix, as `inconsistent` returns it; not modified.

    Returns
    -------
    ndarray of shape (n - 1,), float64

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or `R` not an inconsistency matrix of as many rows.

    Notes
    -----
    O(n) time.

    Examples
    --------
    >>> from coterie.hierarchy import inconsistent, maxinconsts
    >>> Z = [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 3.0, 3.0]]
    >>> maxinconsts(Z, inconsistent(Z)).round(4)
    array([0.    , 0.7071])
    """
    return maxRstat(Z, R, 3)


def maxRstat(Z: ArrayLike, R: ArrayLike, i: int) -> NDArray[np.float64]:
    """The largest of one statistic of `R` in each cluster and all clusters below it.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4)
        Linkage matrix; not modified.
    R : array-like of shape (n - 1, 4)
        Inconsistency matrix, as `inconsistent` returns it; not modified.
    i : int
        Which column of `R`: 0 mean, 1 standard deviation, 2 count, 3 coefficient.

    Returns
    -------
    ndarray of shape (n - 1,), float64

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, `R` not an inconsistency matrix of as many rows, or `i` not 0, 1, 2 or 3.

    Notes
    -----
    O(n) time.

    Examples
    --------
    >>> from coterie.hierarchy import inconsistent, maxRstat
    >>> Z = [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 3.0, 3.0]]
    >>> maxRstat(Z, inconsistent(Z), 0)
    array([1., 2.])
    """
    Z, children = read_linkage(Z, convert=True)
    R = read_inconsistency(R, len(Z))
    if not is_integer(i):
        raise TypeError("The third argument must be an integer.")
    if i < 0 or i > 3:
        raise ValueError("i must be an integer between 0 and 3 inclusive.")
    return running_maximum(children, R[:, i])
