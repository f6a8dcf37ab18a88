# SPDX-License-Identifier: BSD-3-Clause
"""Nearest center of each point of a tile, in the precision and at the instruction level asked for (nearest_body.h)."""
from libc.stdint cimport int32_t, int64_t, uint64_t

from .tile cimport TILE
from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real, work_real

cdef extern from "nearest.h" nogil:
    ctypedef uint64_t (*nearest_tile_t_f32)(const float *, Py_ssize_t, const float *, const float *, Py_ssize_t,
                                            float, float, int32_t *, float *) noexcept
    ctypedef uint64_t (*nearest_tile_t_f64)(const double *, Py_ssize_t, const double *, const double *, Py_ssize_t,
                                            double, double, int64_t *, double *) noexcept
    nearest_tile_t_f32 nearest_tile_f32[]
    nearest_tile_t_f64 nearest_tile_f64[]
    void (*pack_from_f32_f32[])(const float *, Py_ssize_t, const Py_ssize_t *, int, Py_ssize_t, const double *,
                                double, float *) noexcept
    void (*pack_from_f32_f64[])(const float *, Py_ssize_t, const Py_ssize_t *, int, Py_ssize_t, const double *,
                                double, double *) noexcept
    void (*pack_from_f64_f32[])(const double *, Py_ssize_t, const Py_ssize_t *, int, Py_ssize_t, const double *,
                                double, float *) noexcept
    void (*pack_from_f64_f64[])(const double *, Py_ssize_t, const Py_ssize_t *, int, Py_ssize_t, const double *,
                                double, double *) noexcept
    void (*tile_distances_f32[])(const float *, Py_ssize_t, const float *, Py_ssize_t, float *) noexcept
    void (*tile_distances_f64[])(const double *, Py_ssize_t, const double *, Py_ssize_t, double *) noexcept
    double (*tile_gain_f32[])(const float *, Py_ssize_t, const float *, const float *, const float *) noexcept
    double (*tile_gain_f64[])(const double *, Py_ssize_t, const double *, const double *, const double *) noexcept
    void (*sum_tile_f64[])(const double *, Py_ssize_t, const int64_t *, const double *, Py_ssize_t,
                           double *) noexcept
    Py_ssize_t (*box_candidates_f64[])(const double *, const double *, Py_ssize_t, const double *, Py_ssize_t,
                                       const int32_t *, Py_ssize_t, double *, double *, int32_t *) noexcept


cdef inline Py_ssize_t box_candidates(
        const double *low, const double *high, Py_ssize_t d, const double *columns, Py_ssize_t stride,
        const int32_t *names, Py_ssize_t m, double *most, double *to, int32_t *to_names) noexcept nogil:
    return box_candidates_f64[simd_level()](low, high, d, columns, stride, names, m, most, to, to_names)


ctypedef fused index_int:  # int32_t beside float, int64_t beside double
    int32_t
    int64_t


cdef inline uint64_t nearest_tile(const work_real *x, Py_ssize_t d, const work_real *c, const work_real *h,
                                  Py_ssize_t m, double slack, double floor,
                                  index_int *index, work_real *margin) noexcept nogil:
    if work_real is float and index_int is int32_t:
        return nearest_tile_f32[simd_level()](x, d, c, h, m, <float> slack, <float> floor, index, margin)
    elif work_real is double and index_int is int64_t:
        return nearest_tile_f64[simd_level()](x, d, c, h, m, slack, floor, index, margin)


cdef inline void sum_tile(const double *x, Py_ssize_t d, const int64_t *index, const double *weight, Py_ssize_t m,
                          double *sums) noexcept nogil:
    sum_tile_f64[simd_level()](x, d, index, weight, m, sums)


cdef inline void pack_tile(const real *X, Py_ssize_t stride, const Py_ssize_t *rows, int n_rows, Py_ssize_t d,
                           const double *shift, double scale, work_real *tile) noexcept nogil:
    if real is float and work_real is float:
        pack_from_f32_f32[simd_level()](X, stride, rows, n_rows, d, shift, scale, tile)
    elif real is float:
        pack_from_f32_f64[simd_level()](X, stride, rows, n_rows, d, shift, scale, tile)
    elif work_real is float:
        pack_from_f64_f32[simd_level()](X, stride, rows, n_rows, d, shift, scale, tile)
    else:
        pack_from_f64_f64[simd_level()](X, stride, rows, n_rows, d, shift, scale, tile)


cdef inline void tile_distances(const real *x, Py_ssize_t d, const real *c, Py_ssize_t m, real *out) noexcept nogil:
    if real is float:
        tile_distances_f32[simd_level()](x, d, c, m, out)
    else:
        tile_distances_f64[simd_level()](x, d, c, m, out)


cdef inline double tile_gain(const real *x, Py_ssize_t d, const real *c, const real *closest,
                             const real *weight) noexcept nogil:
    if real is float:
        return tile_gain_f32[simd_level()](x, d, c, closest, weight)
    else:
        return tile_gain_f64[simd_level()](x, d, c, closest, weight)
