# SPDX-License-Identifier: BSD-3-Clause
"""Jobs: phases that the threads of a caller work on, slice by slice (job.h).

A job of few phases is written in C as a whole. The others are Python functions, such as the steps of DBSCAN: one runs
in a thread of its own, which computes nothing itself. It lends its regions to the threads in `job_run`, one after the
other, and sleeps until they are done (`_runtime/jobs.py`).
"""
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.stdint cimport int64_t
from libc.stdlib cimport calloc, free

from .work cimport Region, work_store


cdef class LentRegions:
    """A job, as the thread sees it that lends its regions."""

    def __cinit__(self, int n_slots):
        if not 1 <= n_slots <= COTERIE_SLOTS:
            raise ValueError(f"n_slots must be from 1 to {COTERIE_SLOTS}, got {n_slots}")
        self.stages = []
        self.lent = <lent_job *> calloc(1, sizeof(lent_job))
        if self.lent == NULL:
            raise MemoryError("no memory for a job")
        job_init(&self.lent.job, &lent_kind, n_slots)
        self.lent.owner = <void *> self

    def __dealloc__(self):
        free(self.lent)

    cdef coterie_job *hand_out(self):
        """The job for C, which `lent_free` takes back."""
        Py_INCREF(self)
        return &self.lent.job

    def lend(self, Region region, int n_threads, kernel, arguments):
        """Wait until the threads of the caller have done the region. Raise what one of them raised."""
        cdef:
            lent_job *lent = self.lent
            coterie_job *job = &lent.job
        self.kernel, self.arguments, self.region, self.error = kernel, arguments, region, None
        with nogil:
            job_lock(job)
            lent.region_over = False
            if job.code == COTERIE_MORE:
                job_begin(job, &region.work, n_threads)
            while job.code == COTERIE_MORE and not lent.region_over and not job_stopped(job):
                job_sleep(job)
            if not lent.region_over:
                job_end(job, COTERIE_STOPPED, "the job was stopped")
                work_store(&region.work.stop, 1)
                while job.inside:
                    job_sleep(job)
            region.work.limits = NULL
            job_unlock(job)
        self.kernel = self.arguments = self.region = None
        error, self.error = self.error, None
        if error is not None:
            raise error

    @property
    def stopped(self):
        """The caller wants no more of it."""
        return job_stopped(&self.lent.job)

    def report(self, str stage, int64_t done, int64_t total):
        """Tell how far the job is."""
        cdef:
            bytes text = stage.encode()
            const char *name
        if text not in self.stages:
            self.stages.append(text)  # a caller may read it for as long as the job lives
        name = self.stages[self.stages.index(text)]
        with nogil:
            job_lock(&self.lent.job)
            self.lent.job.stage, self.lent.job.done, self.lent.job.total = name, done, total
            job_unlock(&self.lent.job)

    def end(self, int code, str why=""):
        """The last words of the thread that lends."""
        cdef:
            bytes text = why.encode("ascii", "replace")
            const char *c_text = text
        with nogil:
            job_lock(&self.lent.job)
            job_end(&self.lent.job, code, c_text)
            self.lent.ended = True
            job_wake(&self.lent.job)
            job_unlock(&self.lent.job)


cdef void lent_work(coterie_job *job, int place) noexcept nogil:
    with gil:
        owner = <LentRegions> (<lent_job *> job).owner
        try:
            owner.kernel(*owner.arguments, owner.region, place)
        except BaseException as error:  # raised again in the thread that lends
            owner.error = error
            owner.region.stop()


cdef void lent_next(coterie_job *job) noexcept nogil:
    (<lent_job *> job).region_over = True
    job_wake(job)


cdef void lent_free(coterie_job *job) noexcept nogil:
    cdef lent_job *lent = <lent_job *> job
    with gil:  # kept if the caller has it, so that the next line always gives it back
        owner = <LentRegions> lent.owner
        if not job_is_lost(job):  # else the thread that lends is not here
            with nogil:
                job_stop(job)
                job_lock(job)
                while not lent.ended:
                    job_wake(job)
                    job_sleep(job)
                job_unlock(job)
        Py_DECREF(owner)


cdef int run_lent(coterie_job *job, int slot, double seconds, char *error) noexcept nogil:
    """`job_run`, without the GIL even if the caller has it: the thread that lends needs it."""
    cdef int code
    with gil:
        with nogil:
            code = job_run(job, slot, seconds, error)
    return code


cdef job_kind_t lent_kind
lent_kind.work = lent_work
lent_kind.next = lent_next
lent_kind.free = lent_free
lent_kind.run = run_lent

OK, STOPPED, BAD_ARGUMENT, NO_MEMORY, FAILED = (
    COTERIE_OK, COTERIE_STOPPED, COTERIE_BAD_ARGUMENT, COTERIE_NO_MEMORY, COTERIE_FAILED)
