# SPDX-License-Identifier: BSD-3-Clause
"""Weighted sums of the rows of each label."""
from libc.stdint cimport int32_t

from ..._runtime._kernels.types cimport real


cdef inline void add_by_label(
        const real *X, Py_ssize_t stride, Py_ssize_t n, Py_ssize_t d, const double *weight, const double *shift,
        const int32_t *labels, double *sums, double *weights) noexcept nogil:
    """Add n rows, less the shift, to the sums (k, d) of their labels; their weights (NULL: ones) to weights (k,)."""
    cdef:
        Py_ssize_t i, j
        double w = 1.0
        double *own
        const real *x
    for i in range(n):
        own = sums + labels[i] * d
        x = X + i * stride
        if weight != NULL:
            w = weight[i]
            for j in range(d):
                own[j] += w * (x[j] - shift[j])
        else:
            for j in range(d):
                own[j] += x[j] - shift[j]
        weights[labels[i]] += w


cdef inline void add_strips_of(
        Py_ssize_t first, Py_ssize_t stop, Py_ssize_t n_strips, Py_ssize_t k, Py_ssize_t d, double *sums,
        double *weights) noexcept nogil:
    """Add the strips of the labels first .. stop - 1 in order; the totals are left in the first strip.

    sums, weights : INOUT (n_strips, k, d) and (n_strips, k)
    """
    cdef Py_ssize_t strip, i
    for strip in range(1, n_strips):
        for i in range(first, stop):
            weights[i] += weights[strip * k + i]
        for i in range(first * d, stop * d):
            sums[i] += sums[strip * k * d + i]
