# SPDX-License-Identifier: BSD-3-Clause
"""Walks through a tree, given by the children of its clusters: the points below each node, their order, parents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._kernels import walks
from .linkage_matrix import read_linkage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike


def count_leaves(children: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number of points below each node, 1 for a point."""
    size = np.empty(2 * len(children) + 1, np.int64)
    walks.count_leaves(children, size)
    return size


def order_leaves(children: NDArray[np.int64], size: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Place of the leftmost point below each node, and the points from left to right."""
    first, leaves = np.empty_like(size), np.empty(len(children) + 1, np.int32)
    walks.order_leaves(children, size, first, leaves)
    return first, leaves


def order_children(children: NDArray[np.int64], edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """The children of each row in the order in which Prim's algorithm visits them from point 0 on; in place.

    edges : (n - 1, 2), of the spanning tree: a point of each child, before they are ordered
    """
    size = count_leaves(children)
    first, _ = order_leaves(children, size)
    walks.order_children(edges, size, first, np.empty_like(size), children)
    return children


def order_clusters(children: NDArray[np.int64], size: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows of the tree: those of the left subtree, those of the right subtree, then the node itself."""
    order = np.empty(len(children), np.int64)
    walks.order_clusters(children, size, np.empty_like(size), order)
    return order


def order_levels(children: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows of the tree level by level from the root, right before left."""
    order = np.empty(len(children), np.int64)
    walks.order_levels(children, order)
    return order


def find_parents(children: NDArray[np.int64]) -> NDArray[np.int64]:
    """The row above each node, -1 for the root."""
    parent = np.empty(2 * len(children) + 1, np.int64)
    walks.find_parents(children, parent)
    return parent


def leaves_list(Z: ArrayLike) -> NDArray[np.int32]:
    """The points of a tree from left to right.

    Parameters
    ----------
    Z : array-like of shape (n - 1, 4), float64
        Linkage matrix; not modified.

    Returns
    -------
    ndarray of shape (n,), int32

    Raises
    ------
    TypeError, ValueError
        `Z` is not a linkage matrix.

    Notes
    -----
    O(n) time.

    Examples
    --------
    >>> from coterie.hierarchy import leaves_list
    >>> leaves_list([[0.0, 1.0, 0.5, 2.0], [2.0, 3.0, 1.5, 3.0]])
    array([2, 0, 1], dtype=int32)
    """
    _, children = read_linkage(Z)
    return order_leaves(children, count_leaves(children))[1]
