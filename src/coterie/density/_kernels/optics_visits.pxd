# SPDX-License-Identifier: BSD-3-Clause
"""The order in which OPTICS visits rows (optics_visits.pyx)."""
from libc.stdint cimport int64_t, uint8_t

cdef struct lists_t:
    Py_ssize_t room              # numbers of a list at most
    const int64_t *starts        # (n,), where the list of each row begins
    int64_t *sizes               # (n,)
    int64_t *at                  # (n,), the first of the list that is not known to be visited
    uint8_t *is_whole            # (n,), whether no other unvisited row is within reach
    int64_t *near                # (m,), rows
    double *weights              # (m,)
    const double *core           # (n,)
    double limit                 # no weight is above it


cdef class Lists:
    cdef:
        lists_t lists
        readonly const int64_t[::1] starts
        readonly int64_t[::1] sizes
        readonly int64_t[::1] at
        readonly uint8_t[::1] is_whole
        readonly int64_t[::1] near
        readonly double[::1] weights
        readonly double[::1] core


cdef void fill_list(lists_t *lists, int64_t row, const double *near, const int64_t *rows, Py_ssize_t n,
                    bint is_all) noexcept nogil
