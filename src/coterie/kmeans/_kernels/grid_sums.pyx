# SPDX-License-Identifier: BSD-3-Clause
"""Sums of rows that are exact: the same whatever the order of the rows, and a row that leaves a sum leaves no trace."""
from libc.stdint cimport int32_t, uint64_t

from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef extern from "grid.h" nogil:
    void grid_move(double *rest, const double *origin, uint64_t *moved_from, uint64_t *moved_to, Py_ssize_t n) noexcept


def move_rows(
        const real[:, ::1] X,             # IN     (n, d)
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const double[::1] shift,          # IN     (d,)
        const int32_t[::1] before,        # IN     (n,), which sum has the row so far; -1 for none
        const int32_t[::1] labels,        # IN     (n,), which one gets it; -1 for none
        const double[:, ::1] origins,     # IN     (levels, d + 1), see grid.h; from coarse to fine grids
        uint64_t[:, :, :, ::1] counts,    # INOUT  (slots, k + 1, levels, d + 1), of steps, of weight * (x - shift) and,
                                          #        last, of the weight; number k is of rows in no sum
        double[:, ::1] space,             # WORK   (slots, >= d + 1)
        Region region, int slot):
    """Move rows from sum to sum. O(n levels d) time for rows that move; the numbers are rounded to the last grid."""
    cdef:
        Py_ssize_t d = X.shape[1], nowhere = counts.shape[1] - 1, row, j, level, old, new
        bint weighted = weight.shape[0] > 0
        double w = 1.0
        double *rest = &space[slot, 0]
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                if before[row] == labels[row]:
                    continue
                old = before[row] if before[row] >= 0 else nowhere
                new = labels[row] if labels[row] >= 0 else nowhere
                if weighted:
                    w = weight[row]
                for j in range(d):
                    rest[j] = w * (X[row, j] - shift[j])
                rest[d] = w
                for level in range(origins.shape[0]):
                    grid_move(rest, &origins[level, 0], &counts[slot, old, level, 0], &counts[slot, new, level, 0],
                              d + 1)
