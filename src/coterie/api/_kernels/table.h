/* SPDX-License-Identifier: BSD-3-Clause */
/* What can be told of the arguments of coterie.h at a glance, and the text of the last error of each thread. */
#ifndef COTERIE_TABLE_H
#define COTERIE_TABLE_H
#include <stdio.h>
#include "job.h"

#if defined(_MSC_VER) && !defined(__clang__)
#define COTERIE_THREAD_LOCAL __declspec(thread)
#else
#define COTERIE_THREAD_LOCAL __thread
#endif
static COTERIE_THREAD_LOCAL char last_error[COTERIE_ERROR_SIZE];

static inline int refuse(const char *why) {
    job_explain(last_error, why);
    return 0;
}

/* Each `check` returns 1, or 0 with a text in last_error. */
static inline int check_pointer(const void *p, const char *name, size_t size) {
    if (p && !((uintptr_t)p % size)) return 1;
    snprintf(last_error, sizeof last_error, p ? "%s: the address is no multiple of the %d bytes of a number"
                                              : "%s: it is NULL", name, (int)size);
    return 0;
}

static inline int check_range(int64_t value, int64_t least, int64_t most, const char *name) {
    if (value >= least && value <= most) return 1;
    snprintf(last_error, sizeof last_error, "%s: it must be from %lld to %lld, got %lld", name, (long long)least,
             (long long)most, (long long)value);
    return 0;
}

static inline int check_matrix(const coterie_matrix *X, const char *name) {
    char part[64];
    if (!check_pointer(X, name, sizeof(int32_t))) return 0;
    snprintf(part, sizeof part, "%s.type", name);
    if (!check_range(X->type, COTERIE_F32, COTERIE_F64, part)) return 0;
    size_t size = X->type == COTERIE_F32 ? 4 : 8;
    snprintf(part, sizeof part, "%s.data", name);
    if (!check_pointer(X->data, part, size)) return 0;
    snprintf(part, sizeof part, "%s.n", name);
    if (!check_range(X->n, 1, INT64_MAX / 16, part)) return 0;
    snprintf(part, sizeof part, "%s.d", name);
    if (!check_range(X->d, 1, INT64_MAX / 16 / X->n, part)) return 0;
    snprintf(part, sizeof part, "%s.stride", name); /* of n rows, 8 bytes a number, fit into a size */
    return check_range(X->stride, X->d, INT64_MAX / 16 / X->n, part);
}

/* Centers or queries, which are compared with the rows of X. */
static inline int check_other(const coterie_matrix *other, const coterie_matrix *X, const char *name) {
    if (!check_matrix(other, name)) return 0;
    if (other->d == X->d) return 1;
    snprintf(last_error, sizeof last_error, "%s.d: it must be X.d = %lld, got %lld", name, (long long)X->d,
             (long long)other->d);
    return 0;
}

static inline int check_numbers(const double *numbers, int64_t n, const char *name) {
    for (int64_t i = 0; i < n; i++) {
        if (numbers[i] - numbers[i] == 0) continue;
        snprintf(last_error, sizeof last_error, "%s: number %lld is not finite", name, (long long)i);
        return 0;
    }
    return 1;
}

static inline int check_job(coterie_job **job, int n_slots) {
    if (!check_pointer(job, "job", sizeof(void *))) return 0;
    *job = NULL;
    return check_range(n_slots, 1, COTERIE_SLOTS, "n_slots");
}
#endif
