# SPDX-License-Identifier: BSD-3-Clause
cdef enum:
    GROUP = 16        # cells that are looked at together first, through the box around all of them
    MAX_FEATURES = 8


cdef class Cells:
    cdef:
        const Py_ssize_t[::1] starts
        const double[:, :, ::1] boxes
        const double[:, ::1] sums


cdef inline void join_boxes(const double[:, :, ::1] boxes, Py_ssize_t start, Py_ssize_t stop, double *low,
                            double *high) noexcept nogil:
    """The box around the boxes start .. stop - 1: low, high (d,) OUT."""
    cdef Py_ssize_t cell, j, d = boxes.shape[2]
    for j in range(d):
        low[j] = boxes[start, 0, j]
        high[j] = boxes[start, 1, j]
    for cell in range(start + 1, stop):
        for j in range(d):
            low[j] = min(low[j], boxes[cell, 0, j])
            high[j] = max(high[j], boxes[cell, 1, j])
