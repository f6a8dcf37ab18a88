# SPDX-License-Identifier: BSD-3-Clause
"""Nearest-neighbor chain: few clusters, whose full matrix stays in the cache.

Each cluster of the chain is the nearest neighbor of the one before. Where the last two are nearest to each other, they
are merged. Ties are decided as in scipy: the chain begins at the lowest cluster, the nearest one with the lowest number
is next, but the one before in the chain is preferred, and a union keeps the higher number.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

from ...spanning_trees._kernels.dense cimport make_square
from ...spanning_trees._kernels.scans cimport row_minimum
from .lance_williams cimport union_row


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
