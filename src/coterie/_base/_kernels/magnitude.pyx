# SPDX-License-Identifier: BSD-3-Clause
"""The largest absolute value, which also tells whether all numbers are finite: what each call asks of its data."""
from cpython.buffer cimport PyBUF_C_CONTIGUOUS, PyBUF_FORMAT, PyBuffer_Release, PyObject_GetBuffer
from cpython.exc cimport PyErr_CheckSignals

from ..._runtime._kernels.types cimport real

cdef enum:
    BLOCK = 1 << 24      # numbers between two looks at signals: a few milliseconds


cdef double magnitude(const real *v, Py_ssize_t n) except -1.0:
    """Largest absolute value; infinity where a number is not finite."""
    cdef:
        double largest = 0.0
        Py_ssize_t start, size
    for start in range(0, n, BLOCK):
        if start:
            PyErr_CheckSignals()
        size = min(<Py_ssize_t> BLOCK, n - start)
        with nogil:
            largest = max(largest, magnitude_of(v + start, size))
    return largest


def largest_magnitude(array):
    """Largest absolute value of an array of float32 or float64, C-contiguous and of any shape; 0 if it is empty.

    Infinity where a number is NaN or infinite. O(n) time.
    """
    cdef:
        Py_buffer view  # of any number of dimensions, which memoryviews are not
        char kind
        double largest
    PyObject_GetBuffer(array, &view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT)
    try:
        kind = 0 if view.format[1] else view.format[0]
        if kind == b"d":
            largest = magnitude(<const double *> view.buf, view.len // sizeof(double))
        elif kind == b"f":
            largest = magnitude(<const float *> view.buf, view.len // sizeof(float))
        else:
            raise TypeError(f"an array of float32 or float64 is needed, got one of format {view.format.decode()}")
    finally:
        PyBuffer_Release(&view)
    return largest
