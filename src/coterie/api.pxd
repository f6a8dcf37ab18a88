# SPDX-License-Identifier: BSD-3-Clause
# coterie's C-level interface for Cython: `cimport coterie.api`. What everything means is written in coterie.h, whose
# folder (`coterie.get_include()`) must be among the include folders of the compiler.
from libc.stdint cimport int32_t, int64_t, uint8_t

cdef extern from "coterie.h" nogil:
    enum:
        COTERIE_OK
        COTERIE_MORE
        COTERIE_STOPPED
        COTERIE_BAD_ARGUMENT
        COTERIE_NO_MEMORY
        COTERIE_FAILED
        COTERIE_F32
        COTERIE_F64
        COTERIE_SINGLE
        COTERIE_COMPLETE
        COTERIE_AVERAGE
        COTERIE_WEIGHTED
        COTERIE_WARD
        COTERIE_CENTROID
        COTERIE_MEDIAN
        COTERIE_EUCLIDEAN
        COTERIE_MANHATTAN
        COTERIE_CHEBYSHEV
        COTERIE_COSINE
    ctypedef struct coterie_matrix:
        const void *data
        int64_t n
        int64_t d
        int64_t stride
        int32_t type
    ctypedef struct coterie_job:
        pass
    ctypedef struct coterie_capi:
        int32_t major
        int32_t minor
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

cdef extern from "coterie.h":
    const coterie_capi *coterie_import() except NULL
