# SPDX-License-Identifier: BSD-3-Clause
from libc.stdint cimport int32_t, int64_t

from .work cimport Region, work_t

cdef extern from "job.h" nogil:
    enum:
        COTERIE_OK
        COTERIE_MORE
        COTERIE_STOPPED
        COTERIE_BAD_ARGUMENT
        COTERIE_NO_MEMORY
        COTERIE_FAILED
        COTERIE_F32
        COTERIE_F64
        COTERIE_SLOTS
        COTERIE_ERROR_SIZE
    ctypedef struct coterie_matrix:
        const void *data
        int64_t n, d, stride
        int32_t type
    ctypedef struct job_kind_t:
        void (*work)(coterie_job *job, int place) noexcept nogil
        void (*next)(coterie_job *job) noexcept nogil
        void (*free)(coterie_job *job) noexcept nogil
        int (*run)(coterie_job *job, int slot, double seconds, char *error) noexcept nogil
    ctypedef struct coterie_job:
        const job_kind_t *kind
        int n_slots
        int inside
        int code
        work_t own
        work_t *work
        const char *stage
        int64_t done, total
        char error[256]
    void job_explain(char *to, const char *why)
    void job_init(coterie_job *job, const job_kind_t *kind, int n_slots)
    void job_begin(coterie_job *job, work_t *work, int n_places)
    void job_begin_own(coterie_job *job, const char *stage, int64_t n, int64_t size, int n_places)
    void job_end(coterie_job *job, int code, const char *why)
    int job_run(coterie_job *job, int slot, double seconds, char *error)
    const char *job_progress(coterie_job *job, int64_t *done, int64_t *total)
    void job_stop(coterie_job *job)
    bint job_stopped(coterie_job *job)
    bint job_is_lost(const coterie_job *job)
    void job_wake(coterie_job *job)
    void job_lock(coterie_job *job)
    void job_unlock(coterie_job *job)
    void job_sleep(coterie_job *job)


cdef struct lent_job:
    coterie_job job
    void *owner       # the LentRegions
    bint region_over  # nobody works on the region any more
    bint ended        # the thread that lends has come to its end


cdef class LentRegions:
    cdef:
        lent_job *lent
        object kernel, arguments, error
        Region region
        list stages
    cdef coterie_job *hand_out(self)


cdef int run_lent(coterie_job *job, int slot, double seconds, char *error) noexcept nogil
