# SPDX-License-Identifier: BSD-3-Clause
"""Number the clusters of DBSCAN."""
from libc.stdint cimport int64_t, uint8_t

from ..._runtime._kernels.atomic_union_find cimport atomic_find
from ..._runtime._kernels.work cimport Region, part_t, work_take_sized


def note_lowest(
        const uint8_t[::1] core,          # IN     (n,), whether each point is core
        const int64_t[::1] order,         # IN     (n,), the row of each point
        int64_t[::1] parent,              # INOUT  (n,), components of the core points
        int64_t[::1] lowest,              # INOUT  (n,), n at first; lowest row of the component of each root
        Py_ssize_t start, Py_ssize_t stop):
    """Note the lowest row of each component, for some of the points. O(stop - start) time."""
    cdef:
        Py_ssize_t i
        int64_t root
    with nogil:
        for i in range(start, stop):
            if core[i]:
                root = atomic_find(&parent[0], i)
                lowest[root] = min(lowest[root], order[i])


def write_labels(
        const uint8_t[::1] core,          # IN     (n,)
        const int64_t[::1] order,         # IN     (n,)
        int64_t[::1] parent,              # INOUT  (n,)
        const int64_t[::1] number,        # IN     (n,), number of the cluster that each stands for
        Py_ssize_t rows,                  # IN     points of a chunk
        int64_t[::1] labels,              # OUT    (n,), of the rows: that of the component for core points, else -1
        uint8_t[::1] is_core,             # OUT    (n,), of the rows
        Region region, int slot):
    """Write the labels of the core points."""
    cdef:
        Py_ssize_t i
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, core.shape[0], &part):
            for i in range(part.start, part.stop):
                is_core[order[i]] = core[i]
                labels[order[i]] = number[atomic_find(&parent[0], i)] if core[i] else -1
