# SPDX-License-Identifier: BSD-3-Clause
"""A parallel region: n items in chunks of `size`, each chunk taken by exactly one thread.

Kernels loop `while work_take(&region.work, slot, &part)` without the GIL, so that a thread enters Python once per
region: to take chunks through the interpreter costs milliseconds beside one busy Python thread.
"""


cdef class Region:
    def __cinit__(self, int64_t n, int64_t size=1, int64_t first=0, int64_t stop=-1):
        """All chunks, or those from number `first` up to and without `stop`."""
        if n < 0 or size < 1:
            raise ValueError(f"a region has n >= 0 items in chunks of size >= 1, got n = {n} and size = {size}")
        self.work.n = n
        self.work.size = size
        self.work.n_chunks = (n + size - 1) // size
        if 0 <= stop < self.work.n_chunks:
            self.work.n_chunks = stop
        self.work.next = first
        self.work.stop = 0
        self.work.active = 0
        self.work.pause_at = 0.0
        self.work.limits = NULL

    @property
    def n_chunks(self):
        """Number of the chunk where the region ends."""
        return self.work.n_chunks

    def allow(self, double seconds):
        """Let the calling thread (slot 0) work for so long before it returns to Python."""
        self.work.pause_at = work_clock() + seconds

    def stop(self):
        """No thread takes another chunk from now on."""
        work_store(&self.work.stop, 1)

    @property
    def stopped(self):
        """`stop` was called."""
        return work_load(&self.work.stop) != 0

    def enter(self):
        """A helper begins to work on the region."""
        work_fetch_add(&self.work.active, 1)

    def leave(self):
        """A helper has left it."""
        work_fetch_add(&self.work.active, -1)

    @property
    def active(self):
        """How many helpers are in the region."""
        return work_load(&self.work.active)

    @property
    def exhausted(self):
        """Every chunk has been taken (not: finished)."""
        return work_load(&self.work.next) >= self.work.n_chunks
