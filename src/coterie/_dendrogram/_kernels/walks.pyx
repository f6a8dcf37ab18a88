# SPDX-License-Identifier: BSD-3-Clause
"""A linkage matrix of n points as the tree that it is: checks, sizes, orders.

Node v < n is point v, node n + i is the cluster of row i. Children come before their parents, so that one pass over the
rows upwards, or downwards, is a walk through the tree.
"""
from libc.math cimport floor
from libc.stdint cimport int32_t, int64_t, uint8_t

NEGATIVE_INDEX = 1
NEGATIVE_DISTANCE = 2
NEGATIVE_COUNT = 4
EXCESSIVE_COUNT = 8
TOO_EARLY = 16
TWICE = 32
NOT_WHOLE = 64


def read_children(
        const double[:, ::1] Z,           # IN     (n - 1, 4)
        uint8_t[::1] used,                # WORK   (2 n - 1,), zeros
        int64_t[:, ::1] children):        # OUT    (n - 1, 2), complete where nothing is wrong with the indices
    """Returns what is wrong with Z: the sum of the constants above; 0 where each node but the last has one parent."""
    cdef:
        Py_ssize_t n = Z.shape[0] + 1, i, side
        double index
        int64_t child
        int wrong = 0
    with nogil:
        for i in range(n - 1):
            for side in range(2):
                index = Z[i, side]
                if index < 0.0:
                    wrong |= 1
                elif index >= n + i:
                    wrong |= 16
                elif index != floor(index):  # NaN, too
                    wrong |= 64
                else:
                    child = <int64_t> index
                    if used[child]:
                        wrong |= 32
                    used[child] = 1
                    children[i, side] = child
            if Z[i, 2] < 0.0:
                wrong |= 2
            if Z[i, 3] < 0.0:
                wrong |= 4
            if Z[i, 3] > n:
                wrong |= 8
    return wrong


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


def find_leaders(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const int64_t[::1] order,         # IN     (n - 1,), rows: left subtree, right subtree, node
        int32_t[::1] label,               # INOUT  (2 n - 1,), that of each point; then that of the points below, or -1
        int32_t[::1] leaders,             # OUT    (k,), the nodes with exactly the points of one label
        int32_t[::1] labels):             # OUT    (k,), their labels
    """O(n) time. Returns the node at which more than k leaders are found, or -1."""
    cdef:
        Py_ssize_t n = children.shape[0] + 1, i, side, found = 0, wrong = -1
        int64_t node = 2 * n - 2
    with nogil:
        for i in range(n - 1):
            node = n + order[i]
            if label[children[node - n, 0]] == label[children[node - n, 1]]:
                label[node] = label[children[node - n, 0]]
                continue
            label[node] = -1
            for side in range(2):
                if label[children[node - n, side]] != -1:
                    if found == leaders.shape[0]:
                        wrong = node
                        break
                    leaders[found] = <int32_t> children[node - n, side]
                    labels[found] = label[children[node - n, side]]
                    found += 1
            if wrong >= 0:
                break
        if wrong < 0 and label[node] != -1:
            if found == leaders.shape[0]:
                wrong = node
            else:
                leaders[found] = <int32_t> node
                labels[found] = label[node]
    return wrong
