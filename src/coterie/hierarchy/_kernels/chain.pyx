# SPDX-License-Identifier: BSD-3-Clause
"""Merging along a chain of nearest neighbours: few clusters, whose matrix stays in the cache.

Ties are decided as in scipy: the chain begins at the lowest cluster, the nearest one with the lowest number is next,
but the one before in the chain is preferred, and a union keeps the higher number.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

from .lance_williams cimport next_length, row_minimum, union_row


cdef void make_square(const double[::1] distances, double[:, ::1] D) noexcept nogil:
    """The full matrix of a triangle, with infinity on the diagonal."""
    cdef Py_ssize_t n = D.shape[0], i, j, k = 0
    for i in range(n):
        D[i, i] = INFINITY
        for j in range(i + 1, n):
            D[i, j] = distances[k]
            D[j, i] = distances[k]
            k += 1


def grow_tree(
        const double[::1] distances,      # IN     (n (n - 1) / 2,)
        double[:, ::1] D,                 # WORK   (n, n or more)
        double[::1] to,                   # WORK   (n,)
        double[::1] dead,                 # WORK   (n,)
        int64_t[:, ::1] pairs,            # OUT    (n - 1, 2), each point and the one that came before it
        double[::1] heights):             # OUT    (n - 1,), distance to the tree
    """Grow a tree from point 0 by the nearest point, the lowest on a tie, until all are in it (Prim 1957). O(n^2) time.

    With the edges sorted the clusters are those of single linkage, though a point is joined to the one before it.
    Returns False where all that is left is infinitely far from the tree, or NaN.
    """
    cdef Py_ssize_t n = D.shape[0], k, i, where = 0
    with nogil:
        make_square(distances, D)
        for i in range(n):
            to[i] = INFINITY
            dead[i] = 0.0
        dead[0] = INFINITY
        for k in range(n - 1):
            pairs[k, 0] = where
            for i in range(n):
                to[i] = D[where, i] if D[where, i] < to[i] else to[i]
            heights[k] = row_minimum(&to[0], &dead[0], n, &where)
            if where < 0:
                break
            dead[where] = INFINITY
            pairs[k, 1] = where
    return where >= 0


def merge_chain(
        int method,                       # IN     one of lance_williams.h, a reducible one
        const double[::1] distances,      # IN     (n (n - 1) / 2,)
        double[:, ::1] D,                 # WORK   (n, n or more)
        double[::1] size,                 # INOUT  (n,), points of each cluster
        const int64_t[::1] name,          # IN     (n,), some point of each cluster
        double[::1] dead,                 # WORK   (n,)
        int64_t[::1] chain,               # WORK   (n,)
        int64_t[:, ::1] pairs,            # OUT    (n - 1, 2), names of what was merged
        double[::1] heights):             # OUT    (n - 1,)
    """Merge until one cluster is left. O(n^2) time.

    Returns False where a cluster is infinitely far from all others, or NaN.
    """
    cdef:
        Py_ssize_t n = D.shape[0], length = 0, k, i, x, y = 0, lowest = 0
        double h
    with nogil:
        make_square(distances, D)
        for i in range(n):
            dead[i] = 0.0
        for k in range(n - 1):
            if length == 0:
                while dead[lowest] > 0.0:
                    lowest += 1
                chain[0] = lowest
                length = 1
            while True:
                x = chain[length - 1]
                h = row_minimum(&D[x, 0], &dead[0], n, &y)
                if y < 0:
                    break
                if length > 1 and D[x, chain[length - 2]] <= h:
                    y = chain[length - 2]
                    break
                chain[length] = y
                length = next_length(&chain[0], length)
            if y < 0:
                break
            length -= 2
            if x > y:
                x, y = y, x
            h = D[x, y]
            pairs[k, 0] = name[x]
            pairs[k, 1] = name[y]
            heights[k] = h
            union_row(method, &D[x, 0], &D[y, 0], h, size[x], size[y], &size[0], n, &D[y, 0])
            D[y, y] = INFINITY
            for i in range(n):
                D[i, y] = D[y, i]
            dead[x] = INFINITY
            size[y] += size[x]
    return y >= 0
