# SPDX-License-Identifier: BSD-3-Clause
"""The order of leaves that puts similar ones side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_doubles
from .._runtime import memory, parallel, progress, threads
from ..distances import as_metric, check_condensed, pdist, safe_exponent
from ._kernels import leaf_order
from .linkage_matrix import read_linkage, warn_of_distances
from .nodes import CHUNK, chunked, count_leaves, order_leaves

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_ALONE = 2**22  # sums for one node of a leaf ordering from which on all threads work on it: about 1 ms


def optimal_leaf_ordering(Z: ArrayLike, y: ArrayLike, metric: str | Callable = "euclidean") -> NDArray[np.float64]:
    """Turn the branches of a tree so that neighbouring points are as near as can be, all in all.

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
        `Z` with children exchanged: of all orders of the points that the tree allows, one with the smallest sum of
        distances between neighbours.

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix, or `y` has not as many points, or holds NaN or infinity.
    MemoryError
        The square matrix of distances would not fit into memory; nothing was allocated.

    Warns
    -----
    ClusterWarning
        `y` looks like a square matrix of distances.

    Notes
    -----
    O(n^3) time for balanced trees, O(n^2) for chains; memory of up to 10 n^2 bytes. Of an order and its mirror image,
    and of orders of the same sum, that is taken which keeps more of the children of the last merges in place. The same
    bits for any number of threads.

    scipy's function of that name turns a branch for its own sake where the branch above needs it turned otherwise, and
    so often misses the smallest sum.

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
    Z, children = read_linkage(Z)
    n = len(Z) + 1
    y = as_doubles(y, name="y")
    if y.ndim == 2:
        warn_of_distances(y)
        metric = as_metric(metric)
        y = pdist(power_of_two.divided(y, safe_exponent(metric, y)), metric)
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
    n_threads = threads.get_num_threads()
    M, half, pack = np.empty((n, n)), np.empty(half_size), np.empty((n_threads, leaf_order.PACK))
    chunked(lambda rows, *where: leaf_order.gather(y, leaves, rows, M, *where), n, max(1, CHUNK // 8 // n))

    def node_after_node(start: int, stop: int) -> None:
        parallel.run(
            lambda *where: leaf_order.order_nodes(children, first, size, start, M, half, pack, *where), stop - start, 1
        )

    pairs = np.concatenate([np.zeros(n, np.int64), 2 * left * right])[children]  # of points below the two grandchildren
    done = 0
    for row in np.flatnonzero(pairs[:, 0] * right + pairs[:, 1] * left > _ALONE).tolist():
        node_after_node(done, row)
        rows = max(16, min(64, left[row] // 16))
        chunked(
            lambda rows, *where: leaf_order.order_left(children, first, size, row, rows, M, half, pack, *where),
            left[row],
            rows,
        )
        chunked(
            lambda rows, *where: leaf_order.order_right(children, first, size, row, rows, M, half, pack, *where),
            left[row],
            rows,
        )
        done = row + 1
        progress.report("leaf ordering", done, n - 1)
    node_after_node(done, n - 1)
    ends = np.empty((2 * n - 1, 2), np.int64)
    parallel.run(lambda *where: leaf_order.trace(children, first, size, leaves, y, M, ends, Z, *where), n - 1, 1)
    return Z
