# SPDX-License-Identifier: BSD-3-Clause
"""The order of leaves that puts similar ones side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_array, as_doubles
from .._base.containers import native
from .._runtime import memory, parallel, progress, threads
from ..distances import as_metric, pdist
from ..distances._condensed import check_condensed
from ..distances._metrics import safe_exponent
from ._kernels import leaf_order
from .linkage_matrix import read_linkage, warn_of_distances
from .walks import count_leaves, order_leaves

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike
    from ..distances import Metric

_GATHER_NS = 6.0  # nanoseconds for a distance that is gathered
_TOGETHER = 2**22  # sums for one node from which on all threads work on it: about 1 ms


def optimal_leaf_ordering(
    Z: ArrayLike, y: ArrayLike, metric: str | Callable[..., object] | Metric = "euclidean"
) -> NDArray[np.float64]:
    """Order the branches of a tree so that the sum of distances between neighboring points is smallest.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.
    y : array-like of shape (n * (n - 1) / 2,) or (n, n_features)
        Condensed distances, or observations; not modified.
    metric : str or callable, default="euclidean"
        The distance between observations, see `coterie.distances`.

    Returns
    -------
    ndarray of shape (n - 1, 4), float64
        `Z` with some children exchanged: of all orders of the points that the tree allows, one with the smallest sum
        of distances between neighbors.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or `y` has another number of points, or holds NaN or infinity.
    MemoryError
        The square matrix of distances would not fit into memory; nothing was allocated.

    Warns
    -----
    ClusterWarning
        `y` looks like a square matrix of distances.

    Notes
    -----
    O(n^3) time for balanced trees, O(n^2) for chains; memory of up to 10 n^2 bytes. Of an order and its mirror image,
    and of orders with the same sum, the one is taken that leaves more children of the last merges in place. The result
    is the same, bit for bit, for any number of threads.

    scipy's function of the same name may fix the order of a branch before the branch above it is considered, and so
    often misses the smallest sum.

    References
    ----------
    .. [1] Z. Bar-Joseph, D. K. Gifford, T. S. Jaakkola, "Fast optimal leaf ordering for hierarchical clustering",
       Bioinformatics 17 (2001). :doi:`10.1093/bioinformatics/17.suppl_1.S22`
    .. [2] Z. Bar-Joseph, E. D. Demaine, D. K. Gifford, N. Srebro, A. M. Hamel, T. S. Jaakkola, "K-ary clustering with
       optimal leaf ordering for gene expression data", Bioinformatics 19 (2003). :doi:`10.1093/bioinformatics/btg030`

    Examples
    --------
    >>> from coterie.hierarchy import leaves_list, optimal_leaf_ordering
    >>> X = [[0.0], [1.0], [3.0]]
    >>> Z = [[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 2.0, 3.0]]
    >>> leaves_list(Z), leaves_list(optimal_leaf_ordering(Z, X))
    (array([2, 0, 1], dtype=int32), array([2, 1, 0], dtype=int32))
    """
    return order_branches(Z, y, metric, threads.get_num_threads())


def order_branches(
    Z: ArrayLike, y: ArrayLike, metric: str | Callable[..., object] | Metric, n_threads: int
) -> NDArray[np.float64]:
    """`optimal_leaf_ordering` with a given number of threads."""
    Z, children = read_linkage(Z)
    n = len(Z) + 1
    measure = as_metric(metric)
    if measure.columns is not None and as_array(y := native(y, "y"), "y").ndim == 2:
        y = pdist(y, measure, n_jobs=n_threads)
    y = as_doubles(y, name="y")
    if y.ndim == 2:
        warn_of_distances(y)
        y = pdist(power_of_two.divided(y, safe_exponent(measure, y)), measure, n_jobs=n_threads)
    elif y.ndim != 1:
        raise ValueError("`y` must be 1 or 2 dimensional.")
    if check_condensed(y) != n:
        raise ValueError(f"y must be of the {n} points of Z. Got {check_condensed(y)} points.")
    if not np.isfinite(y).all():
        raise ValueError("The condensed distance matrix must contain only finite values.")
    # Only sums of distances are compared.
    y = power_of_two.divided(y, power_of_two.exponent_of(power_of_two.magnitude(y), 1.0))
    Z = Z.copy()
    if n == 2:
        return Z

    size = count_leaves(children)
    first, leaves = order_leaves(children, size)
    left, right = size[children].T
    half_size = int((left * right).max())
    memory.require(
        8 * (n * n + half_size),
        f"Ordering the leaves of a tree of {n:,} points",
        "Do without, or cut the tree and order the parts.",
    )
    progress.report("leaf ordering", 0, n - 1)  # from here on the callback is called again and again
    M, half, pack = np.empty((n, n)), np.empty(half_size), np.empty((n_threads, leaf_order.PACK))
    parallel.over(n, parallel.chunk(_GATHER_NS * n), n_threads, leaf_order.gather, y, leaves, M)

    # Pairs of points below the two children of each child.
    pairs = np.concatenate([np.zeros(n, np.int64), 2 * left * right])[children]
    tree = (children, first, size)
    done = 0
    for row in np.flatnonzero(pairs[:, 0] * right + pairs[:, 1] * left > _TOGETHER).tolist():
        parallel.over(row - done, 1, 1, leaf_order.order_nodes, *tree, done, M, half, pack)
        n_points, points = int(left[row]), max(16, min(64, int(left[row]) // 16))
        parallel.over(n_points, points, n_threads, leaf_order.order_left, *tree, row, M, half, pack)
        parallel.over(n_points, points, n_threads, leaf_order.order_right, *tree, row, M, half, pack)
        done = row + 1
        progress.report("leaf ordering", done, n - 1)
    parallel.over(n - 1 - done, 1, 1, leaf_order.order_nodes, *tree, done, M, half, pack)
    parallel.over(n - 1, 1, 1, leaf_order.trace, *tree, leaves, y, M, np.empty((2 * n - 1, 2), np.int64), Z)
    return Z
