# SPDX-License-Identifier: BSD-3-Clause
from libc.math cimport INFINITY
from libc.stdint cimport int32_t

from .distance cimport squared_distance
from ..._runtime._kernels.types cimport real


cdef class Centers:
    cdef:
        const double[:, ::1] exact
        readonly double[:, ::1] packed
        readonly double[::1] norms
        readonly float[:, ::1] packed32
        readonly float[::1] norms32
        const double[::1] shift
        readonly double scale
        readonly double slack
        readonly double slack32
        readonly double floor
        double least_floor
        public bint single


cdef inline Py_ssize_t nearest_exactly(const real *x, Centers centers, const int32_t *names,
                                       Py_ssize_t m) noexcept nogil:
    """Which of the centers `names` (NULL: the first m) is nearest by true float64 distances: its place in the list.

    The first one on a tie.
    """
    cdef:
        Py_ssize_t i, nearest = 0, d = centers.exact.shape[1]
        double distance, best = INFINITY
    for i in range(m):
        distance = squared_distance(x, &centers.exact[names[i] if names != NULL else i, 0], d)
        if distance < best:
            best = distance
            nearest = i
    return nearest
