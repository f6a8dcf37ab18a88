# SPDX-License-Identifier: BSD-3-Clause
from libc.math cimport sqrt
from libc.stdint cimport int16_t

from .product cimport FEATURES, PANEL, dots, product


cdef class Tail:
    cdef:
        const float[:, :, ::1] columns
        const double[::1] shift
        double scale
        Py_ssize_t d, d_padded, size
        float excess
        readonly int16_t[:, ::1] numbers
        readonly float[:, ::1] about
        readonly float[::1] norms


cdef inline int largest_whole(Py_ssize_t size) noexcept nogil:
    """Products of so many whole numbers, none of them larger, fit into 32 bits."""
    return <int> min(32767.0, sqrt((2.0 ** 31 - 1) / size))


cdef inline double product_error(Py_ssize_t d) noexcept nogil:
    """Relative rounding error of a sum of d products in float32, and of numbers that were rounded once before.

    Relative to the sum of their absolute values, by `product` or `dots`: Higham 2002, section 3.1, each product and
    each addition rounded.
    """
    cdef Py_ssize_t additions = max(min(d, <Py_ssize_t> FEATURES) + d // FEATURES, d // 2)
    return (min(d, <Py_ssize_t> FEATURES) + additions + 16) * 2.0 ** -24 * 1.1


cdef inline double coordinate_error(Py_ssize_t d, Py_ssize_t size) noexcept nogil:
    """Length of the error of all coordinates of a row together, relative to the length of the row.

    A coordinate is a product with a direction of length 1, itself rounded.
    """
    return sqrt(<double> size) * (product_error(d) + 2.0 ** -23)


cdef inline double bound_error(Py_ssize_t d, Py_ssize_t size) noexcept nogil:
    """A bound from coordinates, |c|^2 - 2 x~.c~, may be off by this times |x|^2 + |c|^2.

    x~.c~ is off by |x| |c| times 2 coordinate errors, and by the rounding of the product; |x| |c| is at most half of
    |x|^2 + |c|^2.
    """
    return 2.2 * coordinate_error(d, size) + 2.2 * product_error(size)


cdef void project(Tail tail, const float **rows, Py_ssize_t n, float *out, float *norms) noexcept nogil
