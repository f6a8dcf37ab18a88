# SPDX-License-Identifier: BSD-3-Clause
"""The nearest cluster of new rows, by the distances from each row to the members of the clusters."""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef enum:
    SMALLEST, LARGEST, MEAN

NEAREST_MEMBER, FARTHEST_MEMBER, MEAN_OF_MEMBERS = SMALLEST, LARGEST, MEAN


cdef double smallest(const double *x, Py_ssize_t n) noexcept nogil:
    cdef double a = INFINITY, b = INFINITY, c = INFINITY, d = INFINITY
    cdef Py_ssize_t i
    for i in range(0, n - 3, 4):
        a = min(a, x[i])
        b = min(b, x[i + 1])
        c = min(c, x[i + 2])
        d = min(d, x[i + 3])
    for i in range(n // 4 * 4, n):
        a = min(a, x[i])
    return min(min(a, b), min(c, d))


cdef double largest(const double *x, Py_ssize_t n) noexcept nogil:
    cdef double a = -INFINITY, b = -INFINITY, c = -INFINITY, d = -INFINITY
    cdef Py_ssize_t i
    for i in range(0, n - 3, 4):
        a = max(a, x[i])
        b = max(b, x[i + 1])
        c = max(c, x[i + 2])
        d = max(d, x[i + 3])
    for i in range(n // 4 * 4, n):
        a = max(a, x[i])
    return max(max(a, b), max(c, d))


cdef double weighted(const double *x, const double *w, Py_ssize_t n) noexcept nogil:
    cdef double a = 0.0, b = 0.0, c = 0.0, d = 0.0
    cdef Py_ssize_t i
    for i in range(0, n - 3, 4):
        a += w[i] * x[i]
        b += w[i + 1] * x[i + 1]
        c += w[i + 2] * x[i + 2]
        d += w[i + 3] * x[i + 3]
    for i in range(n // 4 * 4, n):
        a += w[i] * x[i]
    return (a + b) + (c + d)


def nearest_cluster(
        const double[:, ::1] distances,  # IN     (m, n), to the n objects, cluster by cluster
        const int64_t[::1] starts,       # IN     (k + 1,), where the clusters start, none is empty
        const double[::1] weights,       # IN     (n,), of the objects
        int kind,                        # IN     of distance: NEAREST_MEMBER, FARTHEST_MEMBER or MEAN_OF_MEMBERS
        Py_ssize_t[::1] labels,          # OUT    (m,), the first of the nearest clusters
        Region region, int slot):
    """The nearest cluster of each row. O(m n) time."""
    cdef:
        Py_ssize_t row, cluster, start, n
        double nearest, own
        const double *x
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                nearest = INFINITY
                labels[row] = 0
                for cluster in range(starts.shape[0] - 1):
                    start = starts[cluster]
                    n = starts[cluster + 1] - start
                    x = &distances[row, start]
                    if kind == SMALLEST:
                        own = smallest(x, n)
                    elif kind == LARGEST:
                        own = largest(x, n)
                    else:
                        own = weighted(x, &weights[start], n)
                    if own < nearest:
                        nearest = own
                        labels[row] = cluster
