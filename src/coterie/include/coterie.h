/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * coterie for C and C++: clustering from the code of another library.
 *
 * coterie_import() gives a table of functions; it is called once, with the GIL. From then on everything works without
 * the GIL, from any thread, for as long as the interpreter lives. Nothing of coterie is linked.
 *
 * A function that does real work returns a job. The threads of the caller work on it, slice by slice:
 *
 *     coterie_job *job;
 *     int code = coterie->nearest(&X, &centers, labels, NULL, 1, &job);
 *     if (code == COTERIE_OK) {
 *         do code = coterie->job_run(job, 0, 0.05);   // and between the slices: signals, progress, stopping
 *         while (code == COTERIE_MORE);
 *         coterie->job_free(job);
 *     }
 *     if (code != COTERIE_OK) fail(coterie->last_error());
 *
 * The arrays belong to the caller. They must stay as they are until the job is freed. Inputs are never written to;
 * outputs hold nothing of use unless job_run has returned COTERIE_OK.
 *
 * The results are those of the Python functions, to the last bit, for any number of threads.
 *
 * A thread must not hold the GIL while it waits for another one that works on a job: some steps of a job need it.
 */
#ifndef COTERIE_H
#define COTERIE_H
#ifndef COTERIE_NO_IMPORT /* a file that gets the table from another one, or knows nothing of Python, defines it */
#include <Python.h>
#endif
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COTERIE_CAPI_MAJOR 1 /* changes if a function changes: such a table is refused */
#define COTERIE_CAPI_MINOR 0 /* grows if functions are appended: a table with more functions is fine */

enum { /* what functions return */
    COTERIE_OK = 0,           /* done */
    COTERIE_MORE = 1,         /* time is up, but the job is not done: call job_run again */
    COTERIE_STOPPED = 2,      /* job_stop was called */
    COTERIE_BAD_ARGUMENT = 3, /* last_error() says which and why */
    COTERIE_NO_MEMORY = 4,
    COTERIE_FAILED = 5        /* anything else, such as a job that a forked process took with it */
};

enum { COTERIE_F32 = 0, COTERIE_F64 = 1 };

enum { /* linkage methods */
    COTERIE_SINGLE = 0,
    COTERIE_COMPLETE = 1,
    COTERIE_AVERAGE = 2,
    COTERIE_WEIGHTED = 3,
    COTERIE_WARD = 4,
    COTERIE_CENTROID = 5,
    COTERIE_MEDIAN = 6
};

enum { COTERIE_EUCLIDEAN = 0, COTERIE_MANHATTAN = 1, COTERIE_CHEBYSHEV = 2, COTERIE_COSINE = 3 };

/* n rows of d finite numbers; row i begins at number i * stride, and stride >= d. */
typedef struct {
    const void *data;
    int64_t n, d, stride;
    int32_t type; /* COTERIE_F32 or COTERIE_F64 */
} coterie_matrix;

typedef struct coterie_job coterie_job; /* what several threads work on; owns its work space */

/*
 * In all functions that make a job:
 *   n_slots   how many threads may work on the job at the same time, 1 to 256
 *   job       OUT; free it with job_free. NULL where the function did not return COTERIE_OK.
 * They check sizes, strides and pointers at once; what needs a look at all numbers is checked by job_run.
 */
typedef struct {
    int32_t major, minor; /* of this table */

    const char *(*version)(void);     /* of coterie, such as "1.2.0" */
    const char *(*message)(int code); /* what a code means */

    /* Work on a job for about `seconds`, at least for one step; 0 or more, HUGE_VAL for no limit. `slot` is a number
     * from 0 to n_slots - 1 that no other thread uses at the moment. A thread that finds nothing to do waits, asleep.
     * COTERIE_OK: the job is done, and all results are written. COTERIE_MORE: call again. Any other code: the job has
     * failed; each later call returns the same code. */
    int (*job_run)(coterie_job *job, int slot, double seconds);
    /* From any thread or signal handler: job_run returns COTERIE_STOPPED soon, in all threads. */
    void (*job_stop)(coterie_job *job);
    /* After the last job_run has returned. The job need not be done. NULL is allowed. */
    void (*job_free)(coterie_job *job);

    /* The nearest center of each row by Euclidean distance; of centers equally near the first one.
     *   labels    OUT (n,), number of the center
     *   squared   OUT (n,), squared distance to it; or NULL */
    int (*nearest)(const coterie_matrix *X, const coterie_matrix *centers, int32_t *labels, double *squared, int n_slots,
                   coterie_job **job);

    /* One iteration of k-means: assign the rows, and add up those of each center. The next center is sums / masses,
     * as KMeans has it but for the rounding of this quotient; one without rows has the mass 0.
     *   weights   IN (n,), not negative, not all 0; or NULL for ones
     *   labels    OUT (n,)
     *   sums      OUT (k, d), weighted sum of the rows of each center
     *   masses    OUT (k,), weight of the rows of each center
     *   inertia   OUT, weighted sum of the squared distances to the centers given */
    int (*lloyd_step)(const coterie_matrix *X, const double *weights, const coterie_matrix *centers, int32_t *labels,
                      double *sums, double *masses, double *inertia, int n_slots, coterie_job **job);

    /* The k nearest rows of X for each query, from near to far; of rows equally near, the first ones.
     *   queries   NULL for the rows of X themselves; then each row is its own nearest neighbor
     *   metric    such as COTERIE_EUCLIDEAN
     *   k         1 to the number of rows of X
     *   indices   OUT (n_queries, k), rows of X
     *   distances OUT (n_queries, k) */
    int (*neighbors)(const coterie_matrix *X, const coterie_matrix *queries, int32_t metric, int64_t k, int64_t *indices,
                     double *distances, int n_slots, coterie_job **job);

    /* DBSCAN.
     *   weights   IN (n,); or NULL for ones
     *   eps       more than 0, in units of the metric
     *   labels    OUT (n,), clusters from 0; -1 is noise
     *   is_core   OUT (n,), 1 for core points, else 0; or NULL */
    int (*dbscan)(const coterie_matrix *X, const double *weights, int32_t metric, double eps, int64_t min_samples,
                  int64_t *labels, uint8_t *is_core, int n_slots, coterie_job **job);

    /* Agglomerative clustering of n >= 2 things.
     *   condensed IN (n * (n - 1) / 2,), distances of the pairs (0, 1), (0, 2), ... (n - 2, n - 1); for ward, centroid
     *             and median they must be Euclidean
     *   method    such as COTERIE_WARD
     *   Z         OUT (n - 1, 4), a linkage matrix as scipy's */
    int (*linkage)(const double *condensed, int64_t n, int32_t method, double *Z, int n_slots, coterie_job **job);
    /* The same for rows and their Euclidean distances. Single, ward, centroid and median linkage need O(n d) memory. */
    int (*linkage_points)(const coterie_matrix *X, int32_t method, double *Z, int n_slots, coterie_job **job);

    /* Cut a linkage matrix of n points into at most n_clusters clusters, at once (there is no job).
     *   labels    OUT (n,), numbered from 0 as scipy's fcluster(Z, n_clusters, "maxclust") numbers them from 1 */
    int (*cut)(const double *Z, int64_t n, int64_t n_clusters, int64_t *labels);

    /* What went wrong in the last call of this thread that returned neither COTERIE_OK nor COTERIE_MORE. */
    const char *(*last_error)(void);
    /* How far a job is: the name of its stage (static text), and how many of `total` things of it are done. */
    const char *(*job_progress)(coterie_job *job, int64_t *done, int64_t *total);
} coterie_capi;

#ifdef __cplusplus
}
#endif

#ifndef COTERIE_NO_IMPORT
/* The table, or NULL with an ImportError set. Needs the GIL; the table lives as long as the interpreter. */
static inline const coterie_capi *coterie_import(void) {
    PyObject *module = PyImport_ImportModule("coterie.api"), *capsule;
    const coterie_capi *table = 0;
    if (!module) return 0;
    capsule = PyObject_GetAttrString(module, "C_API");
    Py_DECREF(module);
    if (!capsule) return 0;
    table = (const coterie_capi *)PyCapsule_GetPointer(capsule, "coterie.api.C_API");
    Py_DECREF(capsule); /* the module holds it */
    if (table && (table->major != COTERIE_CAPI_MAJOR || table->minor < COTERIE_CAPI_MINOR)) {
        PyErr_Format(PyExc_ImportError, "coterie's C API is %d.%d, but %d.%d is needed", (int)table->major,
                     (int)table->minor, COTERIE_CAPI_MAJOR, COTERIE_CAPI_MINOR);
        table = 0;
    }
    return table;
}
#endif
#endif
