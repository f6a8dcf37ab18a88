/* SPDX-License-Identifier: BSD-3-Clause */
/* Distances of a few points to tiles of points, at the instruction level chosen at import (pairwise_body.h). */
#ifndef COTERIE_PAIRWISE_H
#define COTERIE_PAIRWISE_H
#include <math.h>
#include "simd.h"

enum { PAIR_TILE = 16, PAIR_ROWS = 4 };

enum {
    PAIR_SQEUCLIDEAN,
    PAIR_EUCLIDEAN,
    PAIR_MANHATTAN,
    PAIR_CHEBYSHEV,
    PAIR_COSINE,
    PAIR_CORRELATION,
    PAIR_MINKOWSKI,
    PAIR_CANBERRA,
    PAIR_BRAYCURTIS,
    PAIR_HAMMING,
    PAIR_JACCARD,
    PAIR_DICE,
    PAIR_HAVERSINE,
    PAIR_GOWER,
    PAIR_NAN_EUCLIDEAN,
    PAIR_N_KINDS,
    PAIR_GOWER_MISSING, /* what PAIR_GOWER is where numbers may be missing */
    PAIR_CATEGORY,      /* a column of PAIR_GOWER that holds categories */
    PAIR_CATEGORY_MISSING
};

/* What `columns` holds for PAIR_GOWER: how many of the d columns hold numbers (these come first), the sum of the
 * weights, then for each column what a difference is multiplied by, then their weights. */
enum { PAIR_NUMBERS, PAIR_TOTAL, PAIR_STEPS };

/* The kind for two sets of points of a kind; NaN is looked for only where there may be some. */
static inline int pair_kind(int kind, int missing) {
    if (kind == PAIR_GOWER) return missing ? PAIR_GOWER_MISSING : kind;
    return kind == PAIR_NAN_EUCLIDEAN && !missing ? PAIR_EUCLIDEAN : kind;
}

/* How many numbers a point has beside its features: |x|^2, or the cosine of the latitude. */
static inline int pair_extra(int kind) {
    return kind == PAIR_COSINE || kind == PAIR_CORRELATION || kind == PAIR_HAVERSINE;
}

/* For the kinds without vectors: one point against one. Features are PAIR_TILE numbers apart. */
static double pair_minkowski(const double *x, const double *y, ptrdiff_t d, double p) {
    double sum = 0.0;
    for (ptrdiff_t j = 0; j < d; j++) sum += pow(fabs(x[j * PAIR_TILE] - y[j * PAIR_TILE]), p);
    return pow(sum, 1.0 / p);
}

static double pair_haversine(const double *x, const double *y) {
    double a = sin(0.5 * (x[0] - y[0])), b = sin(0.5 * (x[PAIR_TILE] - y[PAIR_TILE]));
    double h = a * a + x[2 * PAIR_TILE] * y[2 * PAIR_TILE] * b * b;
    return 2.0 * asin(sqrt(h > 1.0 ? 1.0 : h));
}

typedef void (*pair_strip_t)(int, const double *, int, const double *, ptrdiff_t, ptrdiff_t, ptrdiff_t, double,
                             const double *, double *const *);
typedef void (*pair_norms_t)(double *, ptrdiff_t);

#define SIMD_BODY "pairwise_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE_F64(pair_strip)
COTERIE_SIMD_TABLE_F64(pair_norms)
#endif
