# SPDX-License-Identifier: BSD-3-Clause
"""Merging along a chain of nearest neighbours: few clusters, whose matrix stays in the cache.

Ties are decided as in scipy: the chain begins at the lowest cluster, the nearest one with the lowest number is next, but
the one before in the chain is preferred, and a union keeps the higher number.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

from .linkage cimport row_minimum, union_row


def merge_chain(
        int method,                       # IN     one of linkage.h, a reducible one
        double[:, ::1] D,                 # INOUT  (n, n), symmetric, infinity on the diagonal
        double[::1] size,                 # INOUT  (n,), points of each cluster
        const int64_t[::1] name,          # IN     (n,), some point of each cluster
        double[::1] dead,                 # WORK   (n,)
        int64_t[::1] chain,               # WORK   (n,)
        int64_t[:, ::1] pairs,            # OUT    (n - 1, 2), names of what was merged
        double[::1] heights):             # OUT    (n - 1,)
    """Merge until one cluster is left. O(n^2) time."""
    cdef:
        Py_ssize_t n = D.shape[0], length = 0, k, i, x, y, lowest = 0
        double h
    with nogil:
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
                if length > 1 and D[x, chain[length - 2]] <= h:
                    y = chain[length - 2]
                    break
                chain[length] = y
                length += 1
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
