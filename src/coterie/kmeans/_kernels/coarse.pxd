# SPDX-License-Identifier: BSD-3-Clause
"""Rows as small whole numbers, and distances between single rows, at the instruction level chosen at import
(coarse_body.h)."""
from libc.stdint cimport int8_t, int32_t, uint64_t

from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real

cdef extern from "coarse.h" nogil:
    void (*coarse_row_f32[])(const float *, Py_ssize_t, const double *, double, int, float, float, int8_t *,
                             int32_t *, float *) noexcept
    void (*coarse_row_f64[])(const double *, Py_ssize_t, const double *, double, int, float, float, int8_t *,
                             int32_t *, float *) noexcept
    void (*row_distances_f32[])(const float *, const float **, Py_ssize_t, Py_ssize_t, float *) noexcept
    void (*row_distances_f64[])(const double *, const double **, Py_ssize_t, Py_ssize_t, double *) noexcept
    void (*near_rows_f32[])(const int8_t *, Py_ssize_t, const float *, const float *, float, const int32_t *,
                            const float *, Py_ssize_t, uint64_t *) noexcept


cdef inline void coarse_row(const real *x, Py_ssize_t d, const double *shift, double scale, int most, float slack,
                            float floor, int8_t *tile, int32_t *pairs, float *about) noexcept nogil:
    if real is float:
        coarse_row_f32[simd_level()](x, d, shift, scale, most, slack, floor, tile, pairs, about)
    else:
        coarse_row_f64[simd_level()](x, d, shift, scale, most, slack, floor, tile, pairs, about)


cdef inline void row_distances(const real *x, const real **c, Py_ssize_t m, Py_ssize_t d, real *out) noexcept nogil:
    if real is float:
        row_distances_f32[simd_level()](x, c, m, d, out)
    else:
        row_distances_f64[simd_level()](x, c, m, d, out)


cdef inline void near_rows(const int8_t *x, Py_ssize_t groups, const float *about, const float *closest,
                           float slack, const int32_t *c, const float *c_about, Py_ssize_t m,
                           uint64_t *found) noexcept nogil:
    near_rows_f32[simd_level()](x, groups, about, closest, slack, c, c_about, m, found)
