# SPDX-License-Identifier: BSD-3-Clause
"""Points laid out for distances, and distances between them."""

ctypedef struct points_t:
    const double *tiles    # (ceil(n / 16), width, 16), transposed: number j of point i is tiles[i / 16, j, i % 16]
    Py_ssize_t n
    Py_ssize_t d           # features
    Py_ssize_t width       # numbers a point: its features, and what the kind wants beside them
    int kind
    double p
    bint missing           # whether some numbers may be NaN
    const double *columns  # see Points; NULL for most kinds


cdef class Points:
    cdef:
        points_t points
        bint centered
        double[:, :, ::1] tiles
        const double[::1] columns


cdef void distances_from(
        const points_t *one, Py_ssize_t row, const points_t *many, Py_ssize_t start, Py_ssize_t stop,
        double *out) noexcept nogil
cdef void distances_of_rows(
        const points_t *one, Py_ssize_t row, Py_ssize_t n_rows, const points_t *many, Py_ssize_t start,
        Py_ssize_t stop, Py_ssize_t stride, double *out) noexcept nogil
