# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning tree of points, grown from the first one (Prim 1957), in O(n d) memory."""
from libc.math cimport INFINITY, NAN
from libc.stdint cimport int64_t

from ...distances._kernels.pairwise cimport Points, distances_from
from ..._runtime._kernels.work cimport Region, part_t, work_store, work_take


def visit_nearest(
        Points points,                   # IN     all n points
        Points others,                   # IN     m of them, ascending
        const int64_t[::1] names,        # IN     (m,), their numbers
        double[::1] least,               # INOUT  (m,), their distance to the tree
        double[::1] inside,              # INOUT  (m,), 0 outside of the tree, infinity in it
        double[::1] row,                 # WORK   (m,)
        int64_t[::1] visits,             # INOUT  (n,), points in the order in which they were added to the tree
        double[::1] heights,             # OUT    (n - 1,), distance by which each was added, but the first
        Py_ssize_t done,                 # IN     how many were added before this region, at least 1
        Region region, int slot):
    """Add the nearest point to the tree, the lowest on a tie, for each item of the region. O(m d) time for each.

    A height is NaN where a distance is not finite. The region is stopped where no point has a finite distance.
    """
    cdef:
        Py_ssize_t m = least.shape[0], i, found
        double a, b, odd
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            distances_from(&points.points, visits[done + part.index - 1], &others.points, 0, m, &row[0])
            a = b = INFINITY
            odd = 0.0  # NaN from the first distance on that is NaN or infinite
            for i in range(0, m - 1, 2):  # two minima side by side, which need not wait for each other
                if row[i] < least[i]:
                    least[i] = row[i]
                if row[i + 1] < least[i + 1]:
                    least[i + 1] = row[i + 1]
                odd += (row[i] - row[i]) + (row[i + 1] - row[i + 1])
                a = min(a, least[i] + inside[i])
                b = min(b, least[i + 1] + inside[i + 1])
            if m % 2:
                least[m - 1] = min(least[m - 1], row[m - 1])
                odd += row[m - 1] - row[m - 1]
                a = min(a, least[m - 1] + inside[m - 1])
            a = min(a, b)
            if not a < INFINITY:
                heights[done + part.index - 1] = NAN
                work_store(&region.work.stop, 1)
                break
            found = 0
            while found < m - 1 and least[found] + inside[found] != a:
                found += 1
            inside[found] = INFINITY
            visits[done + part.index] = names[found]
            heights[done + part.index - 1] = a + odd
