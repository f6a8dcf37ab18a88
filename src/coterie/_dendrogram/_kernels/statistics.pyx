# SPDX-License-Identifier: BSD-3-Clause
"""Statistics of what is below each cluster of a linkage matrix."""
from libc.math cimport sqrt
from libc.stdint cimport int64_t

from ..._runtime._kernels.work cimport Region, part_t, work_take_sized


def running_maximum(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const double[:] own,              # IN     (n - 1,), a number of each cluster
        double[::1] most):                # OUT    (n - 1,), the largest of the cluster and all clusters below
    """O(n) time."""
    cdef:
        Py_ssize_t n = children.shape[0] + 1, i, side
        int64_t child
    with nogil:
        for i in range(n - 1):
            most[i] = own[i]
            for side in range(2):
                child = children[i, side] - n
                if child >= 0 and most[child] > most[i]:
                    most[i] = most[child]


def inconsistency(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const double[:] heights,          # IN     (n - 1,)
        Py_ssize_t rows,                  # IN     rows of a chunk
        int64_t[:, ::1] path,             # WORK   (slots, levels), levels >= 1
        int64_t[:, ::1] turn,             # WORK   (slots, levels)
        double[:, ::1] R,                 # OUT    (n - 1, 4), mean, deviation, count, coefficient
        Region region, int slot):
    """Statistics of the heights of a cluster and of those below it, `levels` levels in all.

    The heights are added from left to right, the cluster's own last, and squares are not centred: scipy does so, and
    whether a deviation is 0 or nearly 0 decides the coefficient. O(n m) time, m clusters within reach of one.
    """
    cdef:
        Py_ssize_t n = children.shape[0] + 1, levels = path.shape[1], i, level
        int64_t child
        double total, squares, variance, h, count
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, n - 1, &part):
            for i in range(part.start, part.stop):
                total = 0.0
                squares = 0.0
                count = 0.0
                level = 0
                path[slot, 0] = i
                turn[slot, 0] = 2 if levels == 1 else 0
                while level >= 0:
                    if turn[slot, level] < 2:
                        child = children[path[slot, level], turn[slot, level]] - n
                        turn[slot, level] += 1
                        if child >= 0:
                            level += 1
                            path[slot, level] = child
                            turn[slot, level] = 2 if level + 1 == levels else 0
                        continue
                    h = heights[path[slot, level]]
                    total += h
                    squares += h * h
                    count += 1.0
                    level -= 1
                variance = (squares - total * total / count) / (count - 1.0 if count > 1.0 else 1.0)
                R[i, 0] = total / count
                R[i, 1] = sqrt(variance) if variance > 0.0 else 0.0
                R[i, 2] = count
                R[i, 3] = (heights[i] - R[i, 0]) / R[i, 1] if variance > 0.0 else 0.0
