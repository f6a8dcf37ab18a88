# SPDX-License-Identifier: BSD-3-Clause
"""Distances between two points, in float64."""
from ..._runtime._kernels.types cimport real


cdef inline double squared_distance(const real *x, const double *c, Py_ssize_t d) noexcept nogil:
    """Sum of squared differences. Four sums side by side, so that the additions need not wait for each other; their
    order depends on d alone."""
    cdef:
        double s0 = 0.0, s1 = 0.0, s2 = 0.0, s3 = 0.0, t0, t1, t2, t3
        Py_ssize_t j = 0
    while j + 4 <= d:
        t0 = x[j] - c[j]
        t1 = x[j + 1] - c[j + 1]
        t2 = x[j + 2] - c[j + 2]
        t3 = x[j + 3] - c[j + 3]
        s0 += t0 * t0
        s1 += t1 * t1
        s2 += t2 * t2
        s3 += t3 * t3
        j += 4
    while j < d:
        t0 = x[j] - c[j]
        s0 += t0 * t0
        j += 1
    return (s0 + s1) + (s2 + s3)
