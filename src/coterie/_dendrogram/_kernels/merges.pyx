# SPDX-License-Identifier: BSD-3-Clause
"""The one writer of linkage matrices."""
from libc.stdint cimport int64_t

from ..._runtime._kernels.union_find cimport find


def label_merges(
        const int64_t[:, ::1] pairs,      # IN     (n - 1, 2), a point of each of the two clusters merged
        const double[::1] heights,        # IN     (n - 1,)
        int64_t[::1] parent,              # WORK   (2 n - 1,)
        bint ordered,                     # IN     the lower cluster first, as in scipy, whatever the order in the pair
        double[:, ::1] Z):                # OUT    (n - 1, 4), scipy's format
    """Turn merges, in the order in which they happen, into a linkage matrix.

    O(n alpha(n)) time (Muellner 2011, arXiv:1109.2378, figure 6). Returns False if a pair was one cluster already.
    """
    cdef:
        Py_ssize_t n = pairs.shape[0] + 1, i
        int64_t a, b, own
        bint tree = True
    with nogil:
        for i in range(2 * n - 1):
            parent[i] = i
        for i in range(n - 1):
            a = find(&parent[0], pairs[i, 0])
            b = find(&parent[0], pairs[i, 1])
            if a == b:
                tree = False
                break
            own = n + i
            parent[a] = own
            parent[b] = own
            Z[i, 0] = min(a, b) if ordered else a
            Z[i, 1] = max(a, b) if ordered else b
            Z[i, 2] = heights[i]
            Z[i, 3] = (1.0 if a < n else Z[a - n, 3]) + (1.0 if b < n else Z[b - n, 3])
    return tree
