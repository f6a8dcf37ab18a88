# SPDX-License-Identifier: BSD-3-Clause
"""Lance-Williams updates and scans of rows of distances, at the instruction level chosen at import (lance_williams_body.h)."""
from libc.stdint cimport int64_t

from ..._runtime._kernels.simd cimport simd_level

cdef extern from "lance_williams.h" nogil:
    double distance_to_union(int method, double a, double b, double h, double n_a, double n_b, double n_x) noexcept
    void gather_column(const double *base, const int64_t *offset, const int64_t *slots, Py_ssize_t n,
                       Py_ssize_t column, double *to) noexcept
    void gather_triangle_column(const double *triangle, Py_ssize_t n, Py_ssize_t first, Py_ssize_t last,
                                Py_ssize_t column, double *to) noexcept
    void (*union_row_f64[])(int, const double *, const double *, double, double, double, const double *, Py_ssize_t,
                            double *) noexcept
    void (*union_columns_f64[])(int, const double *, const double *, const double *, const double *, const double *,
                                double, Py_ssize_t, double *) noexcept
    double (*row_minimum_f64[])(const double *, const double *, Py_ssize_t, Py_ssize_t *) noexcept
    enum: BLOCK
    void nearest_in_blocks(int level, const double *blocks, const float *coarse, Py_ssize_t d, Py_ssize_t first,
                           Py_ssize_t last, const double *q, Py_ssize_t skip, Py_ssize_t q_index, double n_q,
                           const double *sizes, const double *smallest, double *best,
                           int64_t *where) noexcept
    double (*magnitude_f64[])(const double *, Py_ssize_t) noexcept
    double (*mutual_minimum_f64[])(const double *, Py_ssize_t, int64_t, Py_ssize_t *, double *, int64_t *) noexcept


cdef inline void union_row(int method, const double *a, const double *b, double h, double n_a, double n_b,
                           const double *n_x, Py_ssize_t n, double *out) noexcept nogil:
    union_row_f64[simd_level()](method, a, b, h, n_a, n_b, n_x, n, out)


cdef inline void union_columns(int method, const double *a, const double *b, const double *h, const double *n_a,
                               const double *n_b, double n_x, Py_ssize_t n, double *out) noexcept nogil:
    union_columns_f64[simd_level()](method, a, b, h, n_a, n_b, n_x, n, out)


cdef inline double row_minimum(const double *v, const double *dead, Py_ssize_t n, Py_ssize_t *where) noexcept nogil:
    return row_minimum_f64[simd_level()](v, dead, n, where)


cdef inline double mutual_minimum(const double *v, Py_ssize_t n, int64_t name, Py_ssize_t *where, double *least,
                                  int64_t *from_) noexcept nogil:
    return mutual_minimum_f64[simd_level()](v, n, name, where, least, from_)


cdef inline double magnitude(const double *v, Py_ssize_t n) noexcept nogil:
    return magnitude_f64[simd_level()](v, n)


cdef inline Py_ssize_t next_length(const int64_t *chain, Py_ssize_t length) noexcept nogil:
    """Length of a chain of nearest neighbours that chain[length] joins.

    It may be in the chain already, where rounding brought a union nearer to it than its parts were: the chain goes on
    from there. That ends, as the distance to the next one in that place is smaller now.
    """
    cdef Py_ssize_t k = length - 1
    while k >= 0 and chain[k] != chain[length]:
        k -= 1
    return length + 1 if k < 0 else k + 1
