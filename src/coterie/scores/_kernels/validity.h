/* SPDX-License-Identifier: BSD-3-Clause */
/* Scans of rows of distances, at the instruction level chosen at import. The body is validity_body.h. */
#ifndef COTERIE_VALIDITY_H
#define COTERIE_VALIDITY_H
#include <math.h>
#include "simd.h"

enum { VALIDITY_COLUMNS = 512 };

/* Points that are added to a tree one by one, and for each the edge by which it is, or would be, added. */
typedef struct {
    double *outside; /* core distances; infinity for points of the tree */
    double *least;   /* weight of the edge; below 0 for the first point */
    int64_t *to;     /* where it ends */
} validity_tree_t;

/* The edge from i to the point `last`, of a distance x, is kept if it weighs less; on a tie if it ends lower. */
static inline void validity_offer(const validity_tree_t *t, int64_t i, int64_t last, double core, double x) {
    double weight = fmax(x, fmax(core, t->outside[i]));
    if (weight > t->least[i] || (weight == t->least[i] && last > t->to[i])) return;
    t->least[i] = weight;
    t->to[i] = last;
}

/* Point i becomes the best one if its edge weighs less than that of the best, which is lower. */
static inline void validity_choose(const validity_tree_t *t, int64_t i, int64_t *best) {
    if (t->outside[i] < INFINITY && (*best < 0 || t->least[i] < t->least[*best])) *best = i;
}

typedef double (*validity_powers_t)(const double *, ptrdiff_t, ptrdiff_t, double *, double *);
typedef int64_t (*validity_grow_t)(const validity_tree_t *, const double *, int64_t, int64_t, int64_t, double);

#define SIMD_BODY "validity_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE_F64(validity_powers)
COTERIE_SIMD_TABLE_F64(validity_grow)
#endif
