# SPDX-License-Identifier: BSD-3-Clause
"""The largest absolute value of numbers, at the instruction level chosen at import (magnitude_body.h)."""
from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real

cdef extern from "magnitude.h" nogil:
    double (*magnitude_f32[])(const float *, Py_ssize_t) noexcept
    double (*magnitude_f64[])(const double *, Py_ssize_t) noexcept


cdef inline double magnitude_of(const real *v, Py_ssize_t n) noexcept nogil:
    """Largest absolute value; infinity where a number is not finite."""
    if real is float:
        return magnitude_f32[simd_level()](v, n)
    else:
        return magnitude_f64[simd_level()](v, n)
