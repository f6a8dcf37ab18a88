# SPDX-License-Identifier: BSD-3-Clause
"""Number the clusters of DBSCAN by their lowest core rows."""
from libc.stdint cimport int64_t, uint8_t

from ..._runtime._kernels.atomic_union_find cimport atomic_find
from ..._runtime._kernels.work cimport Region, part_t, work_take
from .dbscan_cells cimport is_core


def find_lowest_rows(
        const uint8_t[::1] core,          # IN     (n_blocks,), one bit per point: whether it is a core point
        const int64_t[::1] order,         # IN     (n,), the row of each point
        int64_t[::1] parent,              # INOUT  (n,), clusters as sets of core points
        int64_t[::1] lowest,              # INOUT  (n,), n at first: at the root of each cluster, its lowest row
        Region region, int slot):         # items: points; one thread
    """Find the lowest row of each cluster."""
    cdef:
        Py_ssize_t i
        int64_t root
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                if is_core(&core[0], i):
                    root = atomic_find(&parent[0], i)
                    lowest[root] = min(lowest[root], order[i])


def label_core(
        const uint8_t[::1] core,          # IN     (n_blocks,), one bit per point
        const int64_t[::1] order,         # IN     (n,), the row of each point
        int64_t[::1] parent,              # INOUT  (n,), clusters as sets of core points
        const int64_t[::1] number,        # IN     (n,), number of the cluster, at its root
        int64_t[::1] labels,              # OUT    (n,), of the rows; -1 where it is not a core point
        uint8_t[::1] core_rows,           # OUT    (n,), one byte per row: whether it is a core point
        Region region, int slot):         # items: points
    """Label the core points."""
    cdef:
        Py_ssize_t i
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                core_rows[order[i]] = is_core(&core[0], i)
                labels[order[i]] = number[atomic_find(&parent[0], i)] if core_rows[order[i]] else -1
