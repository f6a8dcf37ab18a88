# SPDX-License-Identifier: BSD-3-Clause
"""Scans of rows of distances, at the instruction level chosen at import (scans_body.h)."""
from libc.stdint cimport int64_t

from ..._runtime._kernels.simd cimport simd_level

cdef extern from "scans.h" nogil:
    double (*row_minimum_f64[])(const double *, const double *, Py_ssize_t, Py_ssize_t *) noexcept
    double (*mutual_minimum_f64[])(const double *, Py_ssize_t, int64_t, Py_ssize_t *, double *, int64_t *) noexcept


cdef inline double row_minimum(const double *v, const double *dead, Py_ssize_t n, Py_ssize_t *where) noexcept nogil:
    """Smallest of v[i] + dead[i], and where: the lowest i on a tie; infinity and -1 where there is none."""
    return row_minimum_f64[simd_level()](v, dead, n, where)


cdef inline void note_nearest(
        const double *row, Py_ssize_t i, Py_ssize_t n, double *least, int64_t *nearest) noexcept nogil:
    """Lower the distances to the nearest neighbors of n points by row i of their condensed distances.

    row[j] is the distance to each point j > i.
    """
    cdef:
        Py_ssize_t where
        double smallest = mutual_minimum_f64[simd_level()](
            row + i + 1, n - 1 - i, i, &where, least + i + 1, nearest + i + 1)
    if smallest < least[i]:  # on a tie an earlier row has the lower index
        least[i] = smallest
        nearest[i] = i + 1 + where
