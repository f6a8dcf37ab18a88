# SPDX-License-Identifier: BSD-3-Clause
"""Where a thread sleeps until another one lets it through.

A lock of Python would do, but on builds without the GIL a thread that waits for one yields its core again and again
before it sleeps: beside other busy threads, hand-overs took seconds.
"""
from cpython.exc cimport PyErr_CheckSignals

cdef extern from "park.h" nogil:
    ctypedef struct park_t:
        pass
    void park_init(park_t *p)
    void park_lock(park_t *p)
    void park_unlock(park_t *p)
    void park_wake_all(park_t *p)
    void park_sleep(park_t *p, double seconds)

cdef double DAY = 86400.0  # a sleep that nobody ends
cdef double LOOK = 0.05  # seconds between two looks for Ctrl-C


cdef class Gate:
    """Closed at first. It lets one thread through each time it is opened."""
    cdef park_t park
    cdef bint is_open

    def __cinit__(self):
        park_init(&self.park)

    def open(self):
        """Let a thread through, now or when it comes."""
        with nogil:
            park_lock(&self.park)
            self.is_open = True
            park_wake_all(&self.park)
            park_unlock(&self.park)

    def wait(self):
        """Sleep until the gate is open, and close it behind."""
        with nogil:
            park_lock(&self.park)
            while not self.is_open:
                park_sleep(&self.park, DAY)
            self.is_open = False
            park_unlock(&self.park)

    def wait_for_signals_too(self):
        """The same, but Ctrl-C raises KeyboardInterrupt."""
        cdef bint passed = False
        while not passed:
            with nogil:
                park_lock(&self.park)
                if not self.is_open:
                    park_sleep(&self.park, LOOK)
                passed = self.is_open
                if passed:
                    self.is_open = False
                park_unlock(&self.park)
            if not passed:
                PyErr_CheckSignals()
