"""k-means in code that numba compiles. It calls functions of the table by their addresses, without the GIL."""

import ctypes
from ctypes import CFUNCTYPE, c_double, c_int, c_size_t, c_void_p

import numba
import numpy as np

from .in_ctypes import MORE, Matrix, table


def for_numba(function, *arguments):
    """A function of the table, whose pointers are given as numbers."""
    return CFUNCTYPE(c_int, *arguments)(ctypes.cast(function, c_void_p).value)


lloyd_step = for_numba(table.lloyd_step, *[c_size_t] * 7, c_int, c_size_t)
job_run = for_numba(table.job_run, c_size_t, c_int, c_double)
job_free = for_numba(table.job_free, c_size_t)
matrix = np.dtype(Matrix)  # of numpy, as ctypes lays it out


@numba.njit(nogil=True)
def describe(X, out):
    out[0].data, out[0].n, out[0].d, out[0].stride = X.ctypes.data, X.shape[0], X.shape[1], X.shape[1]
    out[0].type = 1


@numba.njit(nogil=True)
def kmeans(X, centers):
    """Move the float64 centers, in place, until no label changes. Return labels, inertia and a code of coterie's."""
    (n, d), k = X.shape, centers.shape[0]
    labels, before, changed = np.empty(n, np.int32), np.empty(n, np.int32), True
    sums, masses, inertia = np.empty((k, d)), np.empty(k), np.empty(1)
    rows, middles, job = np.empty(1, matrix), np.empty(1, matrix), np.empty(1, np.uintp)
    describe(X, rows)
    describe(centers, middles)
    code = 0
    while changed and code == 0:
        code = lloyd_step(
            rows.ctypes.data,
            0,
            middles.ctypes.data,
            labels.ctypes.data,
            sums.ctypes.data,
            masses.ctypes.data,
            inertia.ctypes.data,
            1,
            job.ctypes.data,
        )
        if code == 0:
            code = MORE
            while code == MORE:
                code = job_run(job[0], 0, 0.05)
            job_free(job[0])
        # numba frees an array after the last line that names it: all arrays of the job are named after the job.
        changed = (labels != before).any()
        before[:] = labels
        for i in range(k):
            if masses[i] > 0:
                centers[i] = sums[i] / masses[i]
    return labels, inertia[0], code
