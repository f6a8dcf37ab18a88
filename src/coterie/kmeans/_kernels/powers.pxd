# SPDX-License-Identifier: BSD-3-Clause
"""Rows and numbers over a power of two that lets their squares be added up: `_base/power_of_two.py`, in C."""
from libc.math cimport INFINITY, frexp, ldexp
from libc.stdint cimport int64_t

from ..._base._kernels.magnitude cimport magnitude_of
from ..._runtime._kernels.job cimport COTERIE_F32, coterie_matrix
from ..._runtime._kernels.types cimport real

cdef enum:
    HIGHEST = 449  # binary exponent of the largest number whose squares are added up, ...
    LOWEST = -100  # ... at least, and ...
    FAR = 489      # ... of one that cannot be compared with these


cdef inline int exponent_of(double top) noexcept nogil:
    """Of the power of two to divide numbers up to `top` by, before squares of their differences are added up."""
    cdef int exponent
    if not 0.0 < top < INFINITY:
        return 0
    frexp(top, &exponent)
    return 0 if LOWEST <= exponent <= HIGHEST else exponent - HIGHEST


cdef inline double power_of_two_below(double largest) noexcept nogil:
    """The power of two that brings numbers up to `largest` down to at most 1."""
    cdef int exponent = 0
    if 0.0 < largest < INFINITY:
        frexp(largest, &exponent)
    return ldexp(1.0, -max(-1000, min(1000, exponent)))


cdef inline const void *row_of(const coterie_matrix *X, int64_t row) noexcept nogil:
    return <const char *> X.data + row * X.stride * (4 if X.type == COTERIE_F32 else 8)


cdef inline double row_magnitude(const coterie_matrix *X, int64_t row) noexcept nogil:
    cdef const void *x = row_of(X, row)
    return magnitude_of(<const float *> x, X.d) if X.type == COTERIE_F32 else magnitude_of(<const double *> x, X.d)


cdef inline void divide(const real *x, Py_ssize_t n, int exponent, double *out) noexcept nogil:
    """Numbers over 2**exponent. One factor may be too large for a double; two are not."""
    cdef:
        double a = ldexp(1.0, min(1000, -exponent)), b = ldexp(1.0, max(0, -exponent - 1000))
        Py_ssize_t i
    for i in range(n):
        out[i] = x[i] * a * b


cdef inline void copy_rows(const coterie_matrix *X, int64_t first, int64_t n, int exponent,
                           double *out) noexcept nogil:
    """Rows first .. first + n - 1 over 2**exponent, side by side: out (n, d)."""
    cdef int64_t row
    for row in range(n):
        if X.type == COTERIE_F32:
            divide(<const float *> row_of(X, first + row), X.d, exponent, out + row * X.d)
        else:
            divide(<const double *> row_of(X, first + row), X.d, exponent, out + row * X.d)
