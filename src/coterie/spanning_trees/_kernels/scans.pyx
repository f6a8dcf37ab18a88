# SPDX-License-Identifier: BSD-3-Clause
"""Scans of condensed distances: the nearest neighbor of each point."""
from libc.stdint cimport int64_t

from ..._runtime._kernels.work cimport Region, part_t, work_take
from ...distances._kernels.condensed cimport condensed_row
from .scans cimport note_nearest


def nearest_neighbors(
        const double[::1] distances,      # IN     (n (n - 1) / 2,), condensed; its n - 1 rows are the items
        double[:, ::1] least,             # INOUT  (slots, n), infinity -> smallest distance that each thread saw
        int64_t[:, ::1] nearest,          # INOUT  (slots, n), to which point
        Region region, int slot):
    """Nearest neighbor of each point, in one reading of the distances. O(n^2) time."""
    cdef:
        Py_ssize_t n = least.shape[1], i
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                note_nearest(&distances[0] + condensed_row(n, i), i, n, &least[slot, 0], &nearest[slot, 0])


def join_slots(
        double[:, ::1] least,             # INOUT  (slots, n), the smallest is left in least[0]
        int64_t[:, ::1] nearest):         # INOUT  (slots, n), its point (the lowest on a tie) in nearest[0]
    """Join what the threads saw of the nearest neighbors."""
    cdef Py_ssize_t slot, i
    with nogil:
        for slot in range(1, least.shape[0]):
            for i in range(least.shape[1]):
                if least[slot, i] < least[0, i] or (
                        least[slot, i] == least[0, i] and nearest[slot, i] < nearest[0, i]):
                    least[0, i] = least[slot, i]
                    nearest[0, i] = nearest[slot, i]
