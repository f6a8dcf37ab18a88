# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning tree of points, grown from the first one (Prim 1957), in O(n d) memory."""
from libc.math cimport INFINITY, NAN
from libc.stdint cimport int64_t

from ...distances._kernels.pairwise cimport Points, distances_from
from ..._runtime._kernels.work cimport Region, part_t, work_store, work_take
from .growth cimport growth_t, next_row


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


def grow_tree(
        Points points,                   # IN     all n points
        Points others,                   # IN     m of them, ascending
        const double[::1] all_core,      # IN     (n,), core distances, at least 0
        const int64_t[::1] names,        # IN     (m,), the numbers of the others
        const double[::1] core,          # IN     (m,), their core distances
        double[::1] row,                 # WORK   (m,)
        double[::1] least,               # INOUT  (m,), weight of their least edges to the tree; infinity at first
        int64_t[::1] to,                 # INOUT  (m,), where these end; -1 at first
        double[::1] inside,              # INOUT  (m,), infinity in the tree; 0 at first
        int64_t[:, ::1] edges,           # OUT    (n - 1, 2), the added point last
        double[::1] weights,             # OUT    (n - 1,), NaN where a distance is not finite
        Py_ssize_t done,                 # IN     edges that were found before this region
        Region region, int slot):        # items: edges; one thread
    """Grow a tree from point 0 by its least edge, ordered by weight, lower and higher row. O(m d) time for each item.

    The region is stopped where a distance is not finite.
    """
    cdef:
        Py_ssize_t m = names.shape[0], i, best
        int64_t last
        double odd
        growth_t g = growth_t(m, &names[0], &core[0], &least[0], &to[0], &inside[0])
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            last = edges[done + part.index - 1, 1] if done + part.index else 0
            distances_from(&points.points, last, &others.points, 0, m, &row[0])
            odd = 0.0
            for i in range(m):
                odd += row[i] - row[i]
            best = next_row(&g, last, all_core[last], &row[0])
            if odd != 0.0 or best < 0:
                weights[done + part.index] = NAN
                work_store(&region.work.stop, 1)
                break
            inside[best] = INFINITY
            edges[done + part.index, 0] = to[best]
            edges[done + part.index, 1] = names[best]
            weights[done + part.index] = least[best]


def add_nearest(
        const double[::1] row,           # IN     (m,), distances of the point that was added last to the others
        int64_t last,                    # IN     its number
        double last_core,                # IN     its core distance
        const int64_t[::1] names,        # IN     (m,), as in `grow_tree`
        const double[::1] core,          # IN     (m,)
        double[::1] least,               # INOUT  (m,)
        int64_t[::1] to,                 # INOUT  (m,)
        double[::1] inside):             # INOUT  (m,)
    """Add one point, where a function has measured. O(m) time. Returns its place among the others."""
    cdef:
        growth_t g = growth_t(names.shape[0], &names[0], &core[0], &least[0], &to[0], &inside[0])
        Py_ssize_t best
    with nogil:
        best = next_row(&g, last, last_core, &row[0])
        inside[best] = INFINITY
    return best
