# SPDX-License-Identifier: BSD-3-Clause
from libc.stdint cimport int64_t

cdef extern from "work.h" nogil:
    ctypedef struct work_t:
        int64_t next
        int64_t n_chunks
        int64_t n
        int64_t size
        int64_t stop
        int64_t active
        double pause_at
        const work_limits_t *limits
    ctypedef struct work_limits_t:
        int64_t stopped
        double until[256]
    ctypedef struct part_t:
        Py_ssize_t index
        Py_ssize_t start
        Py_ssize_t stop
    bint work_pauses(work_t *w, int slot) noexcept
    bint work_take(work_t *w, int slot, part_t *part) noexcept
    int64_t work_fetch_add(int64_t *p, int64_t value) noexcept
    int64_t work_load(int64_t *p) noexcept
    void work_store(int64_t *p, int64_t value) noexcept
    double work_clock() noexcept


cdef class Region:
    cdef work_t work
