# SPDX-License-Identifier: BSD-3-Clause
"""Neighbors from given distances: blocks of rows of a matrix; and the order of neighbors that were found."""
from libc.math cimport asin, cos, sin, sqrt
from libc.stdint cimport int64_t

from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef extern from "neighbor_list.h" nogil:
    bint list_farther(double a, int64_t i, double b, int64_t j) noexcept
    void list_clear(double *distances, int64_t *rows, Py_ssize_t k) noexcept
    void list_take(double *distances, int64_t *rows, Py_ssize_t k, double distance, int64_t row) noexcept
    void list_finish(double *distances, int64_t *rows, Py_ssize_t k) noexcept
    void list_sort(int by_row, double *distances, int64_t *rows, Py_ssize_t k) noexcept


def nearest(
        const double[:, ::1] block,       # IN     (b, n), distances of rows to n columns; NaN is no neighbor
        Py_ssize_t row0,                  # IN     the number of the first row
        bint others,                      # IN     a row is not its own neighbor
        double[:, ::1] distances,         # OUT    (b, k)
        int64_t[:, ::1] indices,          # OUT    (b, k)
        Region region, int slot):
    """The k nearest columns of each row, from near to far; on ties the lowest. O(b n log k) time."""
    cdef:
        Py_ssize_t k = distances.shape[1], n = block.shape[1], i, j, self
        const double *x
        double *near
        int64_t *rows
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                x = &block[i, 0]
                near = &distances[i, 0]
                rows = &indices[i, 0]
                self = row0 + i if others else -1
                list_clear(near, rows, k)
                for j in range(n):  # a later column is farther on a tie, but for infinity
                    if x[j] <= near[0] and j != self and list_farther(near[0], rows[0], x[j], j):
                        list_take(near, rows, k, x[j], j)
                list_finish(near, rows, k)


def count_within(
        const double[:, ::1] block,       # IN     (b, n), distances of rows to n columns
        double bound,                     # IN
        Py_ssize_t row0,                  # IN     the number of the first row
        bint others,                      # IN     a row is not its own neighbor
        int64_t[::1] counts,              # OUT    (b,)
        Region region, int slot):
    """How many columns are within the bound of each row. O(b n) time."""
    cdef:
        Py_ssize_t n = block.shape[1], i, j
        int64_t count
        const double *x
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                x = &block[i, 0]
                count = 0
                for j in range(n):
                    count += x[j] <= bound
                counts[i] = count - (others and x[row0 + i] <= bound)


def within(
        const double[:, ::1] block,       # IN     (b, n), distances of rows to n columns
        double bound,                     # IN
        Py_ssize_t row0,                  # IN     the number of the first row
        bint others,                      # IN     a row is not its own neighbor
        const int64_t[::1] starts,        # IN     (b,), where the neighbors of each row begin
        int64_t[::1] indices,             # OUT
        double[::1] distances,            # OUT
        Region region, int slot):
    """The columns within the bound of each row, in their order. O(b n) time."""
    cdef:
        Py_ssize_t n = block.shape[1], i, j, self
        int64_t at
        const double *x
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                x = &block[i, 0]
                at = starts[i]
                self = row0 + i if others else -1
                for j in range(n):
                    if x[j] <= bound and j != self:
                        indices[at] = j
                        distances[at] = x[j]
                        at += 1


def sort(
        const int64_t[::1] indptr,        # IN     (n + 1,), where the neighbors of each row begin and end
        bint by_row,                      # IN     by number; else from near to far, and by number on ties
        double[::1] distances,            # INOUT
        int64_t[::1] indices,             # INOUT
        Region region, int slot):
    """Sort the neighbors of each row, in place."""
    cdef:
        Py_ssize_t i
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                if indptr[i + 1] - indptr[i] > 1:
                    list_sort(by_row, &distances[indptr[i]], &indices[indptr[i]], indptr[i + 1] - indptr[i])


def angles(
        const double[:, ::1] X,           # IN     (n, 2), latitude and longitude
        const double[:, ::1] Y,           # IN     (m, 2)
        const int64_t[::1] indptr,        # IN     (m + 1,), where the neighbors of each row of Y begin and end
        const int64_t[::1] indices,       # IN     rows of X
        double[::1] distances,            # OUT    haversine
        Region region, int slot):
    """The haversine distances to neighbors, by the formula: it is good to the last digits for points close by."""
    cdef:
        Py_ssize_t i, m
        int64_t j
        double a, b, h
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                for m in range(indptr[i], indptr[i + 1]):
                    j = indices[m]
                    a = sin(0.5 * (Y[i, 0] - X[j, 0]))
                    b = sin(0.5 * (Y[i, 1] - X[j, 1]))
                    h = a * a + cos(Y[i, 0]) * cos(X[j, 0]) * b * b
                    distances[m] = 2.0 * asin(sqrt(min(1.0, h)))
