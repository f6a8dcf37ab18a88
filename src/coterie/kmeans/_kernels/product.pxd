# SPDX-License-Identifier: BSD-3-Clause
"""Products of rows with many columns (product.h), at the instruction level in use."""
from libc.stdint cimport int8_t, int16_t, int32_t, uint8_t

from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real, work_real

cdef enum:
    AHEAD = 2  # rows: while one is read, the one so far behind it is asked for

cdef extern from "product.h" nogil:
    enum:
        PANEL "PRODUCT_PANEL"        # columns that lie side by side
        FEATURES "PRODUCT_FEATURES"  # that are added up before rounding errors are cut short
    void (*product_f32[3])(const float **, Py_ssize_t, Py_ssize_t, const float *, const float *, Py_ssize_t, float *,
                           Py_ssize_t) noexcept
    void (*product_f64[3])(const double **, Py_ssize_t, Py_ssize_t, const double *, const double *, Py_ssize_t,
                           double *, Py_ssize_t) noexcept
    void (*whole_row_f32[3])(const float *, Py_ssize_t, int, int16_t *, uint8_t *, float *) noexcept
    void (*whole_product_f32[3])(const int16_t **, const float *, Py_ssize_t, Py_ssize_t, const int16_t *,
                                 const float *, const float *, Py_ssize_t, float *, Py_ssize_t) noexcept
    void (*dots_f32[3])(const float *, Py_ssize_t, const float *, const int32_t *, Py_ssize_t, float *) noexcept
    Py_ssize_t (*two_smallest_f32[3])(const float *, Py_ssize_t, float *, float *) noexcept
    Py_ssize_t (*not_above_f32[3])(const float *, Py_ssize_t, float, int32_t *) noexcept
    Py_ssize_t (*open_groups_f32[3])(const float *, const float *, Py_ssize_t, float, int32_t *) noexcept
    void (*bound_groups_f32[3])(const float *, Py_ssize_t, float, float, const float *, float *) noexcept
    void (*shift_from_f32_f32[3])(const float *, const float *, Py_ssize_t, const double *, double, Py_ssize_t,
                                  float *) noexcept
    void (*shift_from_f64_f32[3])(const double *, const double *, Py_ssize_t, const double *, double, Py_ssize_t,
                                  float *) noexcept


cdef inline void product(const work_real **x, Py_ssize_t n, Py_ssize_t d, const work_real *columns,
                         const work_real *start, Py_ssize_t n_panels, work_real *out,
                         Py_ssize_t stride) noexcept nogil:
    if work_real is float:
        product_f32[simd_level()](x, n, d, columns, start, n_panels, out, stride)
    else:
        product_f64[simd_level()](x, n, d, columns, start, n_panels, out, stride)


cdef extern from "byte_product.h" nogil:
    int multiplies_bytes() noexcept
    void byte_product(const uint8_t **, const float *, Py_ssize_t, Py_ssize_t, const int8_t *, const float *,
                      const float *, Py_ssize_t, float *, Py_ssize_t) noexcept


cdef inline void whole_row(const float *x, Py_ssize_t d, int most, int16_t *whole, float *about) noexcept nogil:
    whole_row_f32[simd_level()](x, d, most, whole, NULL, about)


cdef inline void byte_row(const float *x, Py_ssize_t d, uint8_t *bytes, float *about) noexcept nogil:
    """A row in whole numbers from -127 to 127, to each of which 128 is added."""
    whole_row_f32[simd_level()](x, d, 127, NULL, bytes, about)


cdef inline void whole_product(const int16_t **x, const float *step, Py_ssize_t n, Py_ssize_t d,
                               const int16_t *columns, const float *factor, const float *start, Py_ssize_t n_panels,
                               float *out, Py_ssize_t stride) noexcept nogil:
    whole_product_f32[simd_level()](x, step, n, d, columns, factor, start, n_panels, out, stride)


cdef inline void dots(const float *x, Py_ssize_t d, const float *rows, const int32_t *which, Py_ssize_t m,
                      float *out) noexcept nogil:
    dots_f32[simd_level()](x, d, rows, which, m, out)


cdef inline Py_ssize_t two_smallest(const float *score, Py_ssize_t n, float *smallest, float *second) noexcept nogil:
    return two_smallest_f32[simd_level()](score, n, smallest, second)


cdef inline Py_ssize_t not_above(const float *score, Py_ssize_t n, float most, int32_t *out) noexcept nogil:
    return not_above_f32[simd_level()](score, n, most, out)


cdef inline Py_ssize_t open_groups(const float *bound, const float *drift, Py_ssize_t n, float most,
                                   int32_t *out) noexcept nogil:
    return open_groups_f32[simd_level()](bound, drift, n, most, out)


cdef inline void bound_groups(const float *score, Py_ssize_t n, float more, float down, const float *drift,
                              float *bound) noexcept nogil:
    bound_groups_f32[simd_level()](score, n, more, down, drift, bound)


cdef inline void shift_row(const real *x, const real *next, Py_ssize_t d, const double *shift, double scale,
                           Py_ssize_t d_padded, float *out) noexcept nogil:
    """(x - shift) * scale in float32, and zeros behind it. The row `next` comes near the core meanwhile."""
    if real is float:
        shift_from_f32_f32[simd_level()](x, next, d, shift, scale, d_padded, out)
    else:
        shift_from_f64_f32[simd_level()](x, next, d, shift, scale, d_padded, out)
