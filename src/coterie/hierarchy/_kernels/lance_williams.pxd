# SPDX-License-Identifier: BSD-3-Clause
"""Lance-Williams updates, at the instruction level chosen at import (lance_williams_body.h)."""
from libc.stdint cimport int64_t

from ..._runtime._kernels.simd cimport simd_level

cdef extern from "lance_williams.h" nogil:
    enum:
        LINKAGE_SINGLE, LINKAGE_COMPLETE, LINKAGE_AVERAGE, LINKAGE_WEIGHTED, LINKAGE_CENTROID, LINKAGE_MEDIAN
        LINKAGE_WARD
    void gather_column(const double *base, const int64_t *offset, const int64_t *slots, Py_ssize_t n,
                       Py_ssize_t column, double *to) noexcept
    void gather_condensed_column(const double *distances, Py_ssize_t n, Py_ssize_t first, Py_ssize_t last,
                                 Py_ssize_t column, double *to) noexcept
    void (*union_row_f64[])(int, const double *, const double *, double, double, double, const double *, Py_ssize_t,
                            double *) noexcept
    void (*union_columns_f64[])(int, const double *, const double *, const double *, const double *, const double *,
                                double, Py_ssize_t, double *) noexcept


cdef inline void union_row(int method, const double *a, const double *b, double h, double n_a, double n_b,
                           const double *n_x, Py_ssize_t n, double *out) noexcept nogil:
    """Distances of n clusters to the union of two."""
    union_row_f64[simd_level()](method, a, b, h, n_a, n_b, n_x, n, out)


cdef inline void union_columns(int method, const double *a, const double *b, const double *h, const double *n_a,
                               const double *n_b, double n_x, Py_ssize_t n, double *out) noexcept nogil:
    """Distances of one cluster to n unions of two."""
    union_columns_f64[simd_level()](method, a, b, h, n_a, n_b, n_x, n, out)
