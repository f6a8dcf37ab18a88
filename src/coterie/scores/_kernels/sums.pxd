# SPDX-License-Identifier: BSD-3-Clause
"""Sums of a run of numbers."""


cdef inline double total(const double *x, Py_ssize_t n) noexcept nogil:
    """Sum in eight strands, which the compiler makes vectors of; the order depends on n alone."""
    cdef:
        double strand[8]
        double rest = 0.0
        Py_ssize_t i = 0, u
    if n >= 8:
        for u in range(8):
            strand[u] = x[u]
        i = 8
        while i + 8 <= n:
            for u in range(8):
                strand[u] += x[i + u]
            i += 8
        rest = ((strand[0] + strand[4]) + (strand[2] + strand[6])) + ((strand[1] + strand[5]) + (strand[3] + strand[7]))
    while i < n:
        rest += x[i]
        i += 1
    return rest
