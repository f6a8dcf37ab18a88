# SPDX-License-Identifier: BSD-3-Clause
from libc.math cimport fabs

from ..._runtime._kernels.types cimport real


cdef inline void add_deviations(
        const real *X, Py_ssize_t stride, Py_ssize_t n, Py_ssize_t d, const double *center, double *first,
        double *second, double *largest) noexcept nogil:
    """Add the deviations of n rows from a point, and their squares, to sums (d,); raise the largest ones (d,)."""
    cdef:
        Py_ssize_t i, j
        double t
        const real *x
    for i in range(n):
        x = X + i * stride
        for j in range(d):
            t = x[j] - center[j]
            first[j] += t
            second[j] += t * t
            t = fabs(t)
            largest[j] = t if t > largest[j] else largest[j]


cdef inline double join_deviations(
        const double *totals, const double *largest, Py_ssize_t n_strips, Py_ssize_t d, const double *center,
        Py_ssize_t n, double *mean, double *variance, double *reach) noexcept nogil:
    """The moments of n rows, (d,) each, from totals (2, d) and largest deviations (n_strips, d) of strips.

    Returns how far from 0 values are, at most; NaN where that overflows.
    """
    cdef:
        Py_ssize_t strip, j
        double off, top, far = 0.0
    for j in range(d):
        off = totals[j] / n
        top = 0.0
        for strip in range(n_strips):
            top = max(top, largest[strip * d + j])
        mean[j] = center[j] + off
        variance[j] = totals[d + j] / n - off * off
        if variance[j] < 0.0:
            variance[j] = 0.0
        reach[j] = top + fabs(off)
        if not fabs(mean[j]) + reach[j] <= far and far == far:
            far = fabs(mean[j]) + reach[j]
    return far
