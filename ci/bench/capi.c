/* SPDX-License-Identifier: BSD-3-Clause */
/* Loops over calls of the C interface, for capi.py: seconds of n of them. */
#define COTERIE_NO_IMPORT
#include <math.h>
#include <time.h>
#include "coterie.h"

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double versions(const coterie_capi *coterie, int n) {
    double start = now();
    for (int i = 0; i < n; i++)
        if (!coterie->version()) return NAN;
    return now() - start;
}

static int finish(const coterie_capi *coterie, int code, coterie_job *job) {
    if (code == COTERIE_OK) code = coterie->job_run(job, 0, HUGE_VAL);
    coterie->job_free(job);
    return code;
}

double nearest(const coterie_capi *coterie, int n, const coterie_matrix *X, const coterie_matrix *centers,
               int32_t *labels) {
    double start = now();
    for (int i = 0; i < n; i++) {
        coterie_job *job;
        int code = coterie->nearest(X, centers, labels, 0, 1, &job);
        if (finish(coterie, code, job) != COTERIE_OK) return NAN;
    }
    return now() - start;
}

double dbscan(const coterie_capi *coterie, int n, const coterie_matrix *X, int64_t *labels) {
    double start = now();
    for (int i = 0; i < n; i++) {
        coterie_job *job;
        int code = coterie->dbscan(X, 0, COTERIE_EUCLIDEAN, 0.5, 5, labels, 0, 1, &job);
        if (finish(coterie, code, job) != COTERIE_OK) return NAN;
    }
    return now() - start;
}
