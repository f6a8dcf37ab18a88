# SPDX-License-Identifier: BSD-3-Clause
from libc.math cimport INFINITY
from libc.stdint cimport int32_t

from .distance cimport squared_distance
from ..._runtime._kernels.types cimport real


cdef struct centers_t:  # see Centers
    Py_ssize_t k, d
    const double *exact
    const double *shift
    double scale
    double *packed
    double *norms
    float *packed32   # NULL: float32 is of no use
    float *norms32
    double slack, slack32
    double least_floor, floor
    bint single


cdef void place_centers(centers_t *c, const double *shift, double scale) noexcept nogil
cdef void pack_centers(centers_t *c, const double *exact) noexcept nogil


cdef class Centers:
    cdef:
        centers_t c
        const double[:, ::1] exact
        const double[::1] shift
        readonly double[:, ::1] packed
        readonly double[::1] norms
        readonly float[:, ::1] packed32
        readonly float[::1] norms32


cdef inline Py_ssize_t nearest_exactly(const real *x, const centers_t *centers, const int32_t *names,
                                       Py_ssize_t m) noexcept nogil:
    """Which of the centers `names` (NULL: the first m) is nearest by true float64 distances: its place in the list.

    The first one on a tie.
    """
    cdef:
        Py_ssize_t i, nearest = 0, d = centers.d
        double distance, best = INFINITY
    for i in range(m):
        distance = squared_distance(x, centers.exact + (names[i] if names != NULL else i) * d, d)
        if distance < best:
            best = distance
            nearest = i
    return nearest
