# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning tree of a square matrix of distances, which is read where it lies."""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t, uint8_t

from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_store, work_take

cdef enum:
    SIDE = 32    # of a block: its rows and its columns stay in the cache together


def find_exact(
        const real[:, ::1] D,             # IN     (n, n)
        uint8_t[::1] exact,               # OUT    (n,), 1: no number of this row, from its block of the diagonal on,
                                          #        is negative, NaN, or other than that of the same pair below
        Region region, int slot):
    """Look whether a matrix is one of distances to the last bit. O(n^2) time. Chunks are multiples of 32 rows."""
    cdef:
        Py_ssize_t n = D.shape[0], block, left, i, j
        bint same
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                exact[i] = 1
            for block in range(part.start // SIDE, (n + SIDE - 1) // SIDE):
                left = block * SIDE
                for i in range(part.start, part.stop):
                    same = True
                    for j in range(left, min(n, left + SIDE)):
                        same &= D[i, j] == D[j, i] and D[i, j] >= 0
                    exact[i] &= same


def grow_tree(
        const real[:, ::1] D,             # IN     (n, n), no NaN
        bint exact,                       # IN     the matrix is symmetric; else the lesser number of each pair counts
        const double[::1] core,           # IN     (n,), at least 0
        double[::1] least,                # INOUT  (n,), weight of the least edge to the tree; infinity at first
        int64_t[::1] to,                  # INOUT  (n,), where that edge ends; -1 at first
        double[::1] inside,               # INOUT  (n,), infinity: it is in the tree; 0 at first
        int64_t[:, ::1] edges,            # OUT    (n - 1, 2)
        double[::1] weights,              # OUT    (n - 1,), in the order in which the tree grows from point 0
        Region region, int slot):         # items: edges; one thread
    """Grow a tree by the least edge, ordered by weight, lower and higher point. O(n) time for each item.

    The region is stopped where no other point is at a finite distance.
    """
    cdef:
        Py_ssize_t n = D.shape[0], j
        int64_t last, best
        double w, a, mine
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            last = edges[part.index - 1, 1] if part.index else 0
            inside[last] = INFINITY
            mine = core[last]
            a = INFINITY
            for j in range(n):
                w = D[last, j]
                if not exact:
                    w = min(w, <double> D[j, last])
                w = max(w, max(mine, core[j]))
                # Of two edges of one weight that end at j the one from the lower point is before the other.
                if w < least[j] or (w == least[j] and last < to[j]):
                    least[j] = w
                    to[j] = last
                a = min(a, least[j] + inside[j])
            if not a < INFINITY:
                work_store(&region.work.stop, 1)
                break
            best = -1
            for j in range(n):
                if least[j] + inside[j] == a and (best < 0 or precedes(j, to[j], best, to[best])):
                    best = j
            edges[part.index, 0] = to[best]
            edges[part.index, 1] = best
            weights[part.index] = a


cdef inline bint precedes(int64_t i, int64_t j, int64_t k, int64_t m) noexcept nogil:
    """Whether the edge i, j is before the edge k, m of the same weight."""
    return min(i, j) < min(k, m) or (min(i, j) == min(k, m) and max(i, j) < max(k, m))
