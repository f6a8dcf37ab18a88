# SPDX-License-Identifier: BSD-3-Clause
"""Neighbors of a batch of queries in a tree (kd_query.h)."""
from libc.stdint cimport int64_t

from .kd_tree cimport kd_tree_t

cdef extern from "kd_query.h" nogil:
    enum: BATCH "BATCH_QUERIES"
    ctypedef struct batch_t:
        const kd_tree_t *tree
        const double *points
        const int64_t *number
        const double *box
        Py_ssize_t n
        bint others
        Py_ssize_t k
        double *near
        int64_t *rows
        float *singles
        double limit[BATCH]
        double farthest
    void batch_prepare(batch_t *b) noexcept
    void list_clear(double *distances, int64_t *rows, Py_ssize_t k) noexcept
    void list_finish(double *distances, int64_t *rows, Py_ssize_t k) noexcept
    void (*batch_gaps_f64[])(const kd_tree_t *, const double *, const double *, double *, double *) noexcept
    void (*batch_search_f64[])(batch_t *) noexcept


cdef void set_batch(batch_t *b, const kd_tree_t *one, int64_t leaf, Py_ssize_t part, Py_ssize_t parts,
                    const kd_tree_t *many) noexcept nogil
cdef void find_nearest(batch_t *b) noexcept nogil
cdef void search_batch(batch_t *b) noexcept nogil
