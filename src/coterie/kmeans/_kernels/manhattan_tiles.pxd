# SPDX-License-Identifier: BSD-3-Clause
"""Manhattan distances of the points of a tile, at the instruction level chosen at import (manhattan_body.h)."""
from libc.stdint cimport int32_t, int64_t, uint64_t

from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real

cdef extern from "manhattan.h" nogil:
    uint64_t (*nearest_manhattan_f32[])(const float *, Py_ssize_t, const float *, const float *, Py_ssize_t, float,
                                        float, int32_t *, float *) noexcept
    uint64_t (*nearest_manhattan_f64[])(const double *, Py_ssize_t, const double *, const double *, Py_ssize_t, double,
                                        double, int64_t *, double *) noexcept
    void (*manhattan_distances_f32[])(const float *, Py_ssize_t, const float *, float *) noexcept
    void (*manhattan_distances_f64[])(const double *, Py_ssize_t, const double *, double *) noexcept
    double (*manhattan_gain_f32[])(const float *, Py_ssize_t, const float *, const float *, const float *) noexcept
    double (*manhattan_gain_f64[])(const double *, Py_ssize_t, const double *, const double *, const double *) noexcept


cdef inline void manhattan_distances(const real *x, Py_ssize_t d, const real *c, real *out) noexcept nogil:
    if real is float:
        manhattan_distances_f32[simd_level()](x, d, c, out)
    else:
        manhattan_distances_f64[simd_level()](x, d, c, out)


cdef inline double manhattan_gain(const real *x, Py_ssize_t d, const real *c, const real *closest,
                                  const real *weight) noexcept nogil:
    if real is float:
        return manhattan_gain_f32[simd_level()](x, d, c, closest, weight)
    else:
        return manhattan_gain_f64[simd_level()](x, d, c, closest, weight)
