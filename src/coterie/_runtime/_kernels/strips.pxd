# SPDX-License-Identifier: BSD-3-Clause
"""Strips and sums in a fixed order (`_runtime/strips.py`), in C; and numpy's order where Python adds up with numpy."""
from libc.stdint cimport int64_t

cdef enum:
    MOST_STRIPS = 32
    STRIP = 1 << 16  # operations of a strip, at least


cdef inline int64_t n_strips_of(int64_t n, int64_t size) noexcept nogil:
    """Strips of `size` items that n items make."""
    return n // size + (n % size > 0)


cdef inline int64_t strip_size(int64_t n, int64_t items_per_sum, int64_t item_cost) noexcept nogil:
    cdef int64_t n_strips = min(<int64_t> MOST_STRIPS, min(n // items_per_sum, n * item_cost // STRIP))
    return n_strips_of(n, max(<int64_t> 1, n_strips))


cdef inline double sum_pairwise(const double *x, int64_t n) noexcept nogil:
    """Sum of n numbers in the order of `numpy.sum`."""
    cdef:
        double r[8]
        double total = 0.0
        int64_t i, half
        int j
    if n < 8:
        for i in range(n):
            total += x[i]
        return total
    if n > 128:
        half = n // 2
        half -= half % 8
        return sum_pairwise(x, half) + sum_pairwise(x + half, n - half)
    for j in range(8):
        r[j] = x[j]
    i = 8
    while i + 8 <= n:
        for j in range(8):
            r[j] += x[i + j]
        i += 8
    total = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]))
    while i < n:
        total += x[i]
        i += 1
    return total


cdef inline void column_sums(const double *X, int64_t n, int64_t d, double *out) noexcept nogil:
    """Sums of the columns of a matrix (n, d) in the order of `numpy.sum(X, axis=0)`: out (d,)."""
    cdef int64_t i, j
    if d == 1:
        out[0] = sum_pairwise(X, n)
        return
    for j in range(d):
        out[j] = X[j]
    for i in range(1, n):
        for j in range(d):
            out[j] += X[i * d + j]
