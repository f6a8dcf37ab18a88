# SPDX-License-Identifier: BSD-3-Clause
"""The table of functions of coterie.h, in a capsule.

A function checks its arguments, as far as that takes no look at the data, and makes a job. None needs the GIL; those
with Python behind them take it, whether or not the caller has it.
"""
from cpython.buffer cimport PyBUF_READ, PyBUF_WRITE
from cpython.memoryview cimport PyMemoryView_FromMemory
from cpython.pycapsule cimport PyCapsule_New
from libc.math cimport INFINITY
from libc.stdint cimport INT32_MAX, INT64_MAX, int32_t, int64_t, uint8_t
from libc.string cimport strncpy

from ..._runtime._kernels.job cimport (
    COTERIE_BAD_ARGUMENT, COTERIE_ERROR_SIZE, COTERIE_F32, COTERIE_FAILED, COTERIE_MORE, COTERIE_NO_MEMORY,
    COTERIE_OK, COTERIE_STOPPED, LentRegions, coterie_job, coterie_matrix, job_explain, job_progress, job_stop)
from ...kmeans._kernels.jobs cimport nearest_job

cdef extern from "table.h" nogil:
    char last_error[COTERIE_ERROR_SIZE]
    bint refuse(const char *why)
    bint check_pointer(const void *p, const char *name, size_t size)
    bint check_range(int64_t value, int64_t least, int64_t most, const char *name)
    bint check_matrix(const coterie_matrix *X, const char *name)
    bint check_other(const coterie_matrix *other, const coterie_matrix *X, const char *name)
    bint check_numbers(const double *numbers, int64_t n, const char *name)
    bint check_job(coterie_job **job, int n_slots)
    enum:
        COTERIE_CAPI_MAJOR
        COTERIE_CAPI_MINOR
        COTERIE_COSINE
        COTERIE_MEDIAN
    ctypedef struct coterie_capi:
        int32_t major, minor
        const char *(*version)() noexcept nogil
        const char *(*message)(int code) noexcept nogil
        int (*job_run)(coterie_job *job, int slot, double seconds) noexcept nogil
        void (*job_stop)(coterie_job *job) noexcept nogil
        void (*job_free)(coterie_job *job) noexcept nogil
        int (*nearest)(const coterie_matrix *X, const coterie_matrix *centers, int32_t *labels, double *squared,
                       int n_slots, coterie_job **job) noexcept nogil
        int (*lloyd_step)(const coterie_matrix *X, const double *weights, const coterie_matrix *centers,
                          int32_t *labels, double *sums, double *masses, double *inertia, int n_slots,
                          coterie_job **job) noexcept nogil
        int (*neighbors)(const coterie_matrix *X, const coterie_matrix *queries, int32_t metric, int64_t k,
                         int64_t *indices, double *distances, int n_slots, coterie_job **job) noexcept nogil
        int (*dbscan)(const coterie_matrix *X, const double *weights, int32_t metric, double eps, int64_t min_samples,
                      int64_t *labels, uint8_t *is_core, int n_slots, coterie_job **job) noexcept nogil
        int (*linkage)(const double *condensed, int64_t n, int32_t method, double *Z, int n_slots,
                       coterie_job **job) noexcept nogil
        int (*linkage_points)(const coterie_matrix *X, int32_t method, double *Z, int n_slots,
                              coterie_job **job) noexcept nogil
        int (*cut)(const double *Z, int64_t n, int64_t n_clusters, int64_t *labels) noexcept nogil
        const char *(*last_error)() noexcept nogil
        const char *(*job_progress)(coterie_job *job, int64_t *done, int64_t *total) noexcept nogil

cdef extern from "Python.h":
    ctypedef struct PyInterpreterState:
        pass
    PyInterpreterState *PyInterpreterState_Get()
    int64_t PyInterpreterState_GetID(PyInterpreterState *interpreter)

cdef:
    char the_version[32]
    object functions  # the module of those that take Python
    int64_t MOST_CENTERS = INT32_MAX  # labels are that small
    int64_t MOST_POINTS = 1 << 31  # of a linkage: the number of their pairs fits into a size


# ------------------------------------------------------------------------------------------- about the table

cdef const char *version() noexcept nogil:
    return the_version


cdef const char *message(int code) noexcept nogil:
    if code == COTERIE_OK:
        return "done"
    if code == COTERIE_MORE:
        return "the job is not done: call job_run again"
    if code == COTERIE_STOPPED:
        return "the job was stopped"
    if code == COTERIE_BAD_ARGUMENT:
        return "an argument is wrong"
    if code == COTERIE_NO_MEMORY:
        return "there is not enough memory"
    if code == COTERIE_FAILED:
        return "the job has failed"
    return "this code is unknown"


cdef const char *text_of_last_error() noexcept nogil:
    return last_error


# ------------------------------------------------------------------------------------------- jobs

cdef int run(coterie_job *job, int slot, double seconds) noexcept nogil:
    if not check_pointer(job, "job", sizeof(void *)):
        return COTERIE_BAD_ARGUMENT
    return job.kind.run(job, slot, seconds, last_error)


cdef void stop(coterie_job *job) noexcept nogil:
    if job != NULL:
        job_stop(job)


cdef void release(coterie_job *job) noexcept nogil:
    if job != NULL:
        job.kind.free(job)


cdef const char *progress(coterie_job *job, int64_t *done, int64_t *total) noexcept nogil:
    cdef int64_t nowhere
    if job == NULL:
        return ""
    return job_progress(job, done if done != NULL else &nowhere, total if total != NULL else &nowhere)


cdef int call(coterie_job **job, str name, tuple arguments) noexcept:
    """Call a function of Python; what it returns is the job, unless `job` is NULL."""
    cdef:
        int code
        bytes text
    try:
        result = getattr(functions, name)(*arguments)
        if job != NULL:
            job[0] = (<LentRegions?> result).hand_out()
        return COTERIE_OK
    except MemoryError as error:
        code, text = COTERIE_NO_MEMORY, str(error).encode("ascii", "replace")
    except (TypeError, ValueError) as error:
        code, text = COTERIE_BAD_ARGUMENT, str(error).encode("ascii", "replace")
    except BaseException as error:  # such as no more threads: the caller learns of it
        code, text = COTERIE_FAILED, f"{type(error).__name__}: {error}".encode("ascii", "replace")
    job_explain(last_error, text)
    return code


cdef tuple rows_of(const coterie_matrix *X):
    """The memory of a matrix, its type and shape, and the bytes from row to row."""
    cdef int64_t size = 4 if X.type == COTERIE_F32 else 8
    memory = PyMemoryView_FromMemory(<char *> X.data, ((X.n - 1) * X.stride + X.d) * size, PyBUF_READ)
    return memory, "f4" if X.type == COTERIE_F32 else "f8", (X.n, X.d), (X.stride * size, size)


cdef tuple numbers_at(const void *p, int access, str type, tuple shape):
    """The same of numbers that lie one beside the other; None for NULL."""
    cdef int64_t size = int(type[1]), n = size
    if p == NULL:
        return None
    for each in shape:
        n *= each
    return PyMemoryView_FromMemory(<char *> p, n, access), type, shape, None


cdef int nearest(const coterie_matrix *X, const coterie_matrix *centers, int32_t *labels, double *squared,
                 int n_slots, coterie_job **job) noexcept nogil:
    if not (check_job(job, n_slots) and check_matrix(X, "X") and check_centers(centers, X)
            and check_pointer(labels, "labels", 4) and (squared == NULL or check_pointer(squared, "squared", 8))):
        return COTERIE_BAD_ARGUMENT
    return nearest_job(X, centers, labels, squared, n_slots, job, last_error)


cdef int lloyd_step(const coterie_matrix *X, const double *weights, const coterie_matrix *centers, int32_t *labels,
                    double *sums, double *masses, double *inertia, int n_slots, coterie_job **job) noexcept nogil:
    if not (check_job(job, n_slots) and check_matrix(X, "X")
            and (weights == NULL or check_pointer(weights, "weights", 8)) and check_centers(centers, X)
            and check_pointer(labels, "labels", 4) and check_pointer(sums, "sums", 8)
            and check_pointer(masses, "masses", 8) and check_pointer(inertia, "inertia", 8)):
        return COTERIE_BAD_ARGUMENT
    with gil:
        return call(job, "start", (
            n_slots, "step_centers", rows_of(X), numbers_at(weights, PyBUF_READ, "f8", (X.n,)), rows_of(centers),
            numbers_at(labels, PyBUF_WRITE, "i4", (X.n,)),
            numbers_at(sums, PyBUF_WRITE, "f8", (centers.n, centers.d)),
            numbers_at(masses, PyBUF_WRITE, "f8", (centers.n,)), numbers_at(inertia, PyBUF_WRITE, "f8", (1,)), n_slots))


cdef bint check_centers(const coterie_matrix *centers, const coterie_matrix *X) noexcept nogil:
    return check_other(centers, X, "centers") and check_range(centers.n, 1, MOST_CENTERS, "centers.n")


cdef int neighbors(const coterie_matrix *X, const coterie_matrix *queries, int32_t metric, int64_t k,
                   int64_t *indices, double *distances, int n_slots, coterie_job **job) noexcept nogil:
    cdef int64_t n
    if not (check_job(job, n_slots) and check_matrix(X, "X")
            and (queries == NULL or check_other(queries, X, "queries"))
            and check_range(metric, 0, COTERIE_COSINE, "metric") and check_range(k, 1, X.n, "k")
            and check_pointer(indices, "indices", 8) and check_pointer(distances, "distances", 8)):
        return COTERIE_BAD_ARGUMENT
    n = X.n if queries == NULL else queries.n
    if not check_range(n, 1, INT64_MAX // 16 // k, "the number of queries"):
        return COTERIE_BAD_ARGUMENT
    with gil:
        return call(job, "start", (
            n_slots, "find_neighbors", rows_of(X), None if queries == NULL else rows_of(queries), metric, k,
            numbers_at(indices, PyBUF_WRITE, "i8", (n, k)), numbers_at(distances, PyBUF_WRITE, "f8", (n, k)), n_slots))


cdef int dbscan(const coterie_matrix *X, const double *weights, int32_t metric, double eps, int64_t min_samples,
                int64_t *labels, uint8_t *is_core, int n_slots, coterie_job **job) noexcept nogil:
    if not (check_job(job, n_slots) and check_matrix(X, "X")
            and (weights == NULL or check_pointer(weights, "weights", 8))
            and check_range(metric, 0, COTERIE_COSINE, "metric")
            and check_range(min_samples, 1, INT64_MAX, "min_samples") and check_pointer(labels, "labels", 8)):
        return COTERIE_BAD_ARGUMENT
    if not 0.0 < eps < INFINITY:
        refuse("eps: it must be a finite number more than 0")
        return COTERIE_BAD_ARGUMENT
    with gil:
        return call(job, "start", (
            n_slots, "find_dense_clusters", rows_of(X), numbers_at(weights, PyBUF_READ, "f8", (X.n,)),
            metric, eps, min_samples,
            numbers_at(labels, PyBUF_WRITE, "i8", (X.n,)), numbers_at(is_core, PyBUF_WRITE, "u1", (X.n,)), n_slots))


cdef int linkage(const double *condensed, int64_t n, int32_t method, double *Z, int n_slots,
                 coterie_job **job) noexcept nogil:
    if not (check_job(job, n_slots) and check_pointer(condensed, "condensed", 8)
            and check_range(n, 2, MOST_POINTS, "n") and check_range(method, 0, COTERIE_MEDIAN, "method")
            and check_pointer(Z, "Z", 8)):
        return COTERIE_BAD_ARGUMENT
    with gil:
        return call(job, "start", (
            n_slots, "link_distances", numbers_at(condensed, PyBUF_READ, "f8", (n * (n - 1) // 2,)), method,
            numbers_at(Z, PyBUF_WRITE, "f8", (n - 1, 4)), n_slots))


cdef int linkage_points(const coterie_matrix *X, int32_t method, double *Z, int n_slots,
                        coterie_job **job) noexcept nogil:
    if not (check_job(job, n_slots) and check_matrix(X, "X") and check_range(X.n, 2, MOST_POINTS, "X.n")
            and check_range(method, 0, COTERIE_MEDIAN, "method") and check_pointer(Z, "Z", 8)):
        return COTERIE_BAD_ARGUMENT
    with gil:
        return call(job, "start", (
            n_slots, "link_points", rows_of(X), method, numbers_at(Z, PyBUF_WRITE, "f8", (X.n - 1, 4)), n_slots))


# ------------------------------------------------------------------------------------------- at once

cdef int cut(const double *Z, int64_t n, int64_t n_clusters, int64_t *labels) noexcept nogil:
    if not (check_range(n, 2, MOST_POINTS, "n") and check_pointer(Z, "Z", 8)
            and check_range(n_clusters, 1, INT64_MAX, "n_clusters") and check_pointer(labels, "labels", 8)):
        return COTERIE_BAD_ARGUMENT
    with gil:
        return call(NULL, "cut", (numbers_at(Z, PyBUF_READ, "f8", (n - 1, 4)), min(n, n_clusters),
                                  numbers_at(labels, PyBUF_WRITE, "i8", (n,))))


# ------------------------------------------------------------------------------------------- the capsule

cdef coterie_capi table
table.major = COTERIE_CAPI_MAJOR
table.minor = COTERIE_CAPI_MINOR
table.version = version
table.message = message
table.job_run = run
table.job_stop = stop
table.job_free = release
table.nearest = nearest
table.lloyd_step = lloyd_step
table.neighbors = neighbors
table.dbscan = dbscan
table.linkage = linkage
table.linkage_points = linkage_points
table.cut = cut
table.last_error = text_of_last_error
table.job_progress = progress


def capsule(str version_text, module):
    """The table in a capsule. `module` has the functions that take Python."""
    global functions
    if PyInterpreterState_GetID(PyInterpreterState_Get()):  # threads of C reach Python in the main one only
        raise ImportError("coterie.api works in the main interpreter, but this is another one")
    functions = module
    text = version_text.encode()
    strncpy(the_version, text, sizeof(the_version) - 1)
    return PyCapsule_New(&table, "coterie.api.C_API", NULL)
