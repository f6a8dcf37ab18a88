# SPDX-License-Identifier: BSD-3-Clause
"""A forest that grows in rounds to a spanning tree (boruvka.pyx)."""
from libc.stdint cimport int64_t, uint8_t

cdef extern from "boruvka.h" nogil:
    double bound_load(double *bound) noexcept
    void bound_lower(double *bound, double weight) noexcept
    bint edge_before(int64_t a, int64_t b, int64_t c, int64_t d) noexcept
    bint atomic_swap(int64_t *p, int64_t old, int64_t new) noexcept
    int64_t atomic_load "COTERIE_ATOMIC_LOAD"(int64_t *p) noexcept

cdef enum:
    EXACT = 128                  # of `at`: the candidate is the lightest edge of the point to another component
    MOST_NEAR = 64               # of a list

cdef struct forest_t:
    Py_ssize_t n
    Py_ssize_t k
    const int64_t *order         # the row at each position
    int64_t *component
    int64_t *near
    double *weights
    uint8_t *at
    double *beyond
    double *bound
    int64_t *edge


cdef class Forest:
    cdef:
        forest_t forest
        readonly const int64_t[::1] order
        readonly int64_t[::1] component
        readonly int64_t[:, ::1] near
        readonly double[:, ::1] weights
        readonly uint8_t[::1] at
        readonly double[::1] beyond
        readonly double[::1] bound
        readonly int64_t[::1] edge
