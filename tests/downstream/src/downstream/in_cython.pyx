# cython: language_level=3, boundscheck=False, wraparound=False, freethreading_compatible=True
"""Neighbors and DBSCAN in Cython: a caller that has the GIL, and one that does without."""
from cpython.exc cimport PyErr_CheckSignals
from libc.math cimport HUGE_VAL
from libc.stdint cimport int64_t

from coterie.api cimport (
    COTERIE_EUCLIDEAN, COTERIE_F64, COTERIE_MORE, COTERIE_OK, coterie_capi, coterie_import, coterie_job, coterie_matrix)

import numpy as np

cdef const coterie_capi *coterie = coterie_import()


cdef coterie_matrix describe(const double[:, ::1] X) noexcept nogil:
    cdef coterie_matrix matrix
    matrix.data, matrix.type = &X[0, 0], COTERIE_F64
    matrix.n, matrix.d, matrix.stride = X.shape[0], X.shape[1], X.shape[1]
    return matrix


cdef int check(int code) except -1:
    if code != COTERIE_OK:
        raise ValueError(f"{coterie.message(code).decode()}: {coterie.last_error().decode()}")
    return 0


def kneighbors(const double[:, ::1] X, int64_t k):
    """Distances and indices of the k nearest rows of each row. Ctrl-C is looked for between two slices."""
    cdef:
        double[:, ::1] distances = np.empty((X.shape[0], k))
        int64_t[:, ::1] indices = np.empty((X.shape[0], k), np.int64)
        coterie_matrix rows = describe(X)
        coterie_job *job
        int code = COTERIE_MORE
    check(coterie.neighbors(&rows, NULL, COTERIE_EUCLIDEAN, k, &indices[0, 0], &distances[0, 0], 1, &job))
    try:
        while code == COTERIE_MORE:
            with nogil:
                code = coterie.job_run(job, 0, 0.05)
            PyErr_CheckSignals()
        check(code)
    finally:
        coterie.job_free(job)
    return np.asarray(distances), np.asarray(indices)


cdef int label(const coterie_matrix *X, double eps, int64_t min_samples, int64_t *labels) noexcept nogil:
    """DBSCAN in code that knows nothing of Python. Returns a code of coterie's."""
    cdef:
        coterie_job *job
        int code = coterie.dbscan(X, NULL, COTERIE_EUCLIDEAN, eps, min_samples, labels, NULL, 1, &job)
    if code == COTERIE_OK:
        code = coterie.job_run(job, 0, HUGE_VAL)
        coterie.job_free(job)
    return code


def dbscan(const double[:, ::1] X, double eps, int64_t min_samples):
    """The label of each row; -1 is noise."""
    cdef:
        int64_t[::1] labels = np.empty(X.shape[0], np.int64)
        coterie_matrix rows = describe(X)
        int code
    with nogil:
        code = label(&rows, eps, min_samples, &labels[0])
    check(code)
    return np.asarray(labels)


def run_with_gil(size_t job):
    """Work on a job to its end while this thread has the GIL: coterie lets go of it where a step needs it."""
    return coterie.job_run(<coterie_job *> job, 0, HUGE_VAL)
