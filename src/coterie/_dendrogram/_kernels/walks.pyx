# SPDX-License-Identifier: BSD-3-Clause
"""Walks through a tree: the points below each node, orders, parents.

Node v < n is point v, node n + i is the cluster of row i, whose children have lower numbers.
"""
from libc.stdint cimport int32_t, int64_t


def count_leaves(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        int64_t[::1] size):               # OUT    (2 n - 1,), points below each node
    """O(n) time."""
    cdef Py_ssize_t n = children.shape[0] + 1, i
    with nogil:
        for i in range(n):
            size[i] = 1
        for i in range(n - 1):
            size[n + i] = size[children[i, 0]] + size[children[i, 1]]


def order_leaves(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const int64_t[::1] size,          # IN     (2 n - 1,), points below each node
        int64_t[::1] first,               # OUT    (2 n - 1,), place of the leftmost point below each node
        int32_t[::1] leaves):             # OUT    (n,), the points from left to right
    """O(n) time."""
    cdef:
        Py_ssize_t n = children.shape[0] + 1, i
        int64_t left, right
    with nogil:
        first[2 * n - 2] = 0
        for i in range(n - 2, -1, -1):
            left = children[i, 0]
            right = children[i, 1]
            first[left] = first[n + i]
            first[right] = first[n + i] + size[left]
        for i in range(n):
            leaves[first[i]] = <int32_t> i


def order_children(
        const int64_t[:, ::1] edges,      # IN     (n - 1, 2), a point of each child of row i
        const int64_t[::1] size,          # IN     (2 n - 1,), points below each node
        const int64_t[::1] first,         # IN     (2 n - 1,), place of the leftmost point below each node
        int64_t[::1] entry,               # WORK   (2 n - 1,), the first point below each node that is visited
        int64_t[:, ::1] children):        # INOUT  (n - 1, 2)
    """Order the children of each row as Prim's algorithm visits them from point 0 on. O(n) time.

    It visits all of a cluster before it leaves it, by the edge that merged it.
    """
    cdef:
        Py_ssize_t n = children.shape[0] + 1, i
        int64_t left, right, place
    with nogil:
        entry[2 * n - 2] = 0
        for i in range(n - 2, -1, -1):
            left = children[i, 0]
            right = children[i, 1]
            place = first[entry[n + i]]
            if first[left] <= place < first[left] + size[left]:
                entry[left] = entry[n + i]
                entry[right] = edges[i, 1]
            else:
                entry[right] = entry[n + i]
                entry[left] = edges[i, 0]
                children[i, 0] = right
                children[i, 1] = left


def order_clusters(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const int64_t[::1] size,          # IN     (2 n - 1,), points below each node
        int64_t[::1] first,               # WORK   (2 n - 1,)
        int64_t[::1] order):              # OUT    (n - 1,), rows: left subtree, right subtree, node
    """O(n) time."""
    cdef:
        Py_ssize_t n = children.shape[0] + 1, i
        int64_t left, right
    with nogil:
        first[2 * n - 2] = 0
        for i in range(n - 2, -1, -1):
            left = children[i, 0]
            right = children[i, 1]
            first[left] = first[n + i]
            first[right] = first[n + i] + size[left] - 1
            order[first[n + i] + size[n + i] - 2] = i


def order_levels(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        int64_t[::1] order):              # OUT    (n - 1,), rows level by level from the root, right before left
    """O(n) time."""
    cdef Py_ssize_t n = children.shape[0] + 1, i, side, end = 1
    with nogil:
        order[0] = n - 2
        for i in range(n - 1):
            for side in range(1, -1, -1):
                if children[order[i], side] >= n:
                    order[end] = children[order[i], side] - n
                    end += 1


def find_parents(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        int64_t[::1] parent):             # OUT    (2 n - 1,), the row above each node; -1 above the last
    """O(n) time."""
    cdef Py_ssize_t n = children.shape[0] + 1, i
    with nogil:
        parent[2 * n - 2] = -1
        for i in range(n - 1):
            parent[children[i, 0]] = i
            parent[children[i, 1]] = i
