# SPDX-License-Identifier: BSD-3-Clause
from libc.math cimport INFINITY
from libc.stdint cimport int32_t

from .distance cimport squared_distance
from ..._runtime._kernels.types cimport real


cdef inline Py_ssize_t nearest_exactly(const real *x, const double[:, ::1] centers,
                                       const int32_t *names, Py_ssize_t m) noexcept nogil:
    """Which of the centres `names` (NULL: the first m) is nearest by true float64 distances: its place in the list.

    The first one on a tie.
    """
    cdef:
        Py_ssize_t i, nearest = 0, d = centers.shape[1]
        double distance, best = INFINITY
    for i in range(m):
        distance = squared_distance(x, &centers[names[i] if names != NULL else i, 0], d)
        if distance < best:
            best = distance
            nearest = i
    return nearest
