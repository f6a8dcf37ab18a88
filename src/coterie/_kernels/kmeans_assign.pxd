# SPDX-License-Identifier: BSD-3-Clause
from libc.math cimport INFINITY
from libc.stdint cimport int32_t

from .distance cimport squared_distance
from .types cimport real


cdef inline int32_t nearest_exactly(const real *x, const double[:, ::1] centers,
                                    const int32_t *names, Py_ssize_t m) noexcept nogil:
    """The nearest of m centres by true float64 distances, the lowest index on a tie; names NULL: of the first m."""
    cdef:
        Py_ssize_t i, k, d = centers.shape[1]
        double distance, best = INFINITY
        int32_t label = names[0] if names != NULL else 0
    for i in range(m):
        k = names[i] if names != NULL else i
        distance = squared_distance(x, &centers[k, 0], d)
        if distance < best:
            best = distance
            label = <int32_t> k
    return label
