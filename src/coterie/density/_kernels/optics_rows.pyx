# SPDX-License-Identifier: BSD-3-Clause
"""The order in which OPTICS visits rows, from the distances of each visited row to all others."""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

from ...distances._kernels.pairwise cimport Points, distances_from
from ..._runtime._kernels.work cimport Region, part_t, work_store, work_take


cdef inline Py_ssize_t reach_next(
        Py_ssize_t m, int64_t last, double core, double limit, const double *row, const double *inside,
        double *reach, int64_t *predecessor) noexcept nogil:
    """Reach others from the row that was visited last. Returns the place of the next one, the lowest on a tie."""
    cdef:
        Py_ssize_t i, best = -1
        double weight, least = INFINITY
    if core < INFINITY:
        for i in range(m):
            weight = max(core, row[i]) + inside[i]  # visited rows keep theirs
            if row[i] <= limit and weight < reach[i]:
                reach[i] = weight
                predecessor[i] = last
    for i in range(m):
        least = min(least, reach[i] + inside[i])
    for i in range(m):
        if inside[i] == 0.0 and reach[i] == least:
            best = i
            break
    return best


def visit_points(
        Points points,                    # IN     all n points
        Points others,                    # IN     m of them, ascending
        const double[::1] core,           # IN     (n,), core distances; infinite where nothing is reached from a point
        double limit,                     # IN     points farther than this are not reached
        const int64_t[::1] names,         # IN     (m,), the numbers of the others
        double[::1] row,                  # WORK   (m,)
        double[::1] reach,                # INOUT  (m,), the least weight by which each is reached; infinity at first
        int64_t[::1] predecessor,         # INOUT  (m,), and from where; -1 at first
        double[::1] inside,               # INOUT  (m,), infinity if it is visited; 0 at first
        int64_t[::1] visits,              # INOUT  (n,), the points that were visited, in order; -1 behind them
        Py_ssize_t done,                  # IN     how many were visited before this region, at least 1
        Region region, int slot):         # items: points; one thread
    """Visit the next point. O(m d) time for each item.

    The region is stopped where a distance is not finite; then the next of the visits stays -1.
    """
    cdef:
        Py_ssize_t m = names.shape[0], i, best
        int64_t last
        double odd
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            last = visits[done + part.index - 1]
            odd = 0.0
            if core[last] < INFINITY:
                distances_from(&points.points, last, &others.points, 0, m, &row[0])
                for i in range(m):
                    odd += row[i] - row[i]
            if odd != 0.0:
                work_store(&region.work.stop, 1)
                break
            best = reach_next(m, last, core[last], limit, &row[0], &inside[0], &reach[0], &predecessor[0])
            inside[best] = INFINITY
            visits[done + part.index] = names[best]


def visit_next(
        const double[::1] row,            # IN     (m,), distances of the row that was visited last to the others
        int64_t last,                     # IN     its number
        double core,                      # IN     its core distance
        double limit,                     # IN     as in `visit_points`
        double[::1] reach,                # INOUT  (m,)
        int64_t[::1] predecessor,         # INOUT  (m,)
        double[::1] inside):              # INOUT  (m,)
    """Visit the next row. O(m) time. Returns its place among the others."""
    cdef Py_ssize_t best
    with nogil:
        best = reach_next(row.shape[0], last, core, limit, &row[0], &inside[0], &reach[0], &predecessor[0])
        inside[best] = INFINITY
    return best
