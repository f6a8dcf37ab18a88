# SPDX-License-Identifier: BSD-3-Clause
"""Square matrices of distances from condensed ones and back, for items of any type: only their bits are moved."""
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

from ..._runtime._kernels.work cimport Region, part_t, work_take

ctypedef fused bits:
    uint8_t
    uint16_t
    uint32_t
    uint64_t


def to_square(
        const bits[::1] y,                # IN     (n (n - 1) / 2,)
        bits[:, ::1] square,              # OUT    (n, n)
        Region region, int slot):
    """Fill a square matrix: symmetric, zeros in the diagonal. O(n^2) time."""
    cdef:
        Py_ssize_t n = square.shape[0], i, j, column, stop
        Py_ssize_t start[8]               # of 8 rows of y: `condensed_row`
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                square[i, i] = 0
                if i + 1 < n:
                    memcpy(&square[i, i + 1], &y[condensed_row(n, i) + i + 1], (n - i - 1) * sizeof(bits))
            # Below the diagonal: 8 columns are read down and written across.
            column = 0
            while column < part.stop - 1:
                stop = min(column + 8, part.stop - 1)
                for j in range(column, stop):
                    start[j - column] = condensed_row(n, j)
                for i in range(max(part.start, column + 1), part.stop):
                    for j in range(column, min(stop, i)):
                        square[i, j] = y[start[j - column] + i]
                column = stop


def to_condensed(
        const bits[:, ::1] square,        # IN     (n, n), of which only the upper triangle is read
        bits[::1] y,                      # OUT    (n (n - 1) / 2,)
        Region region, int slot):
    """Take the rows of the upper triangle. O(n^2) time."""
    cdef:
        Py_ssize_t n = square.shape[0], i
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                memcpy(&y[condensed_row(n, i) + i + 1], &square[i, i + 1], (n - i - 1) * sizeof(bits))
