# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning tree of a square matrix of distances, which is read where it lies."""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t, uint8_t

from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_store, work_take
from .growth cimport growth_t, next_row

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
        double[::1] row,                  # WORK   (n,)
        double[::1] least,                # INOUT  (n,), weight of the least edge to the tree; infinity at first
        int64_t[::1] to,                  # INOUT  (n,), where that edge ends; -1 at first
        double[::1] inside,               # INOUT  (n,), infinity: it is in the tree; 0 at first
        int64_t[:, ::1] edges,            # OUT    (n - 1, 2), the added point last
        double[::1] weights,              # OUT    (n - 1,), in the order in which the tree grows from point 0
        Region region, int slot):         # items: edges; one thread
    """Grow a tree by its least edge. O(n) time for each item.

    The region is stopped where no other point is at a finite distance.
    """
    cdef:
        Py_ssize_t n = D.shape[0], j
        int64_t last, best
        growth_t g = growth_t(n, NULL, &core[0], &least[0], &to[0], &inside[0])
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            last = edges[part.index - 1, 1] if part.index else 0
            inside[last] = INFINITY
            for j in range(n):
                row[j] = D[last, j]
            if not exact:
                for j in range(n):
                    row[j] = min(row[j], <double> D[j, last])
            best = next_row(&g, last, core[last], &row[0])
            if best < 0:
                work_store(&region.work.stop, 1)
                break
            edges[part.index, 0] = to[best]
            edges[part.index, 1] = best
            weights[part.index] = least[best]
