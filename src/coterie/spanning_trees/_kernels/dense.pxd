# SPDX-License-Identifier: BSD-3-Clause
"""The full matrix of condensed distances."""
from libc.math cimport INFINITY


cdef inline void make_square(const double[::1] distances, double[:, ::1] D) noexcept nogil:
    """Write condensed distances as a full matrix, with infinity on the diagonal."""
    cdef Py_ssize_t n = D.shape[0], i, j, k = 0
    for i in range(n):
        D[i, i] = INFINITY
        for j in range(i + 1, n):
            D[i, j] = distances[k]
            D[j, i] = distances[k]
            k += 1
