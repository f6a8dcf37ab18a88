/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbors of a batch of queries in a tree: the search, and what it computes (kd_query_body.h). */
#ifndef COTERIE_KD_QUERY_H
#define COTERIE_KD_QUERY_H
#include "bits.h"
#include "kd_tree.h"
#include "neighbor_list.h"
#include "row_pairs.h"

#define COTERIE_KD_SINGLE_ERROR 4.8e-7 /* each of two points no longer than 1 is off by an eighth of this at most */

enum { BATCH_QUERIES = 64 }; /* queries at most */

/* Queries that lie together: some blocks of a tree. */
typedef struct {
    const kd_tree_t *tree;   /* what they are looked for in */
    const double *points;    /* (n_blocks, d, KD_LANES) */
    const int64_t *number;   /* (n,), their rows */
    const double *box;       /* (2, d) */
    ptrdiff_t n;
    int others;              /* a row is not its own neighbor */
    ptrdiff_t k;
    double *near;            /* (n, k), a list each (neighbor_list.h) */
    int64_t *rows;           /* (n, k) */
    float *singles;          /* (n, d), the queries as the tiles of the tree hold points; or NULL */
    double error[BATCH_QUERIES]; /* how much longer a difference of singles may be, times the scale */
    double limit[BATCH_QUERIES]; /* how far the k-th is; less than 0 behind the last query */
    double farthest;         /* the largest of them */
} batch_t;

/* Fill `singles` of a batch. */
static inline void batch_prepare(batch_t *b) {
    const kd_tree_t *t = b->tree;
    if (!t->tiles || !b->singles) return;
    for (ptrdiff_t i = 0; i < b->n; i++) {
        double squares = 1.0;
        for (ptrdiff_t j = 0; j < t->d; j++) {
            double x = (b->points[(i / KD_LANES * t->d + j) * KD_LANES + i % KD_LANES] - t->center[j]) * t->scale;
            b->singles[i * t->d + j] = (float)x;
            squares += x * x;
        }
        b->error[i] = COTERIE_KD_SINGLE_ERROR * sqrt(squares);
    }
}

/* Whether a box at distance `gap` may hold a neighbor of some query: as far as the k-th, a lower row is one. */
static inline int batch_may_find(const batch_t *b, int64_t node, double gap) {
    if (gap != b->farthest) return gap < b->farthest;
    for (ptrdiff_t i = 0; i < b->n; i++)
        if (b->limit[i] == gap && b->tree->nodes[node].lowest < b->rows[i * b->k]) return 1;
    return 0;
}

/* Of two boxes at the same distance the one whose middle is nearer, or else that with the lowest row: so ties are
 * broken soonest. */
static inline int batch_prefers(const batch_t *b, int64_t left, int64_t right) {
    const kd_tree_t *t = b->tree;
    const double *one = t->boxes + 2 * t->d * left, *other = t->boxes + 2 * t->d * right;
    double difference = 0.0;
    for (ptrdiff_t j = 0; j < t->d; j++) {
        double middle = 0.5 * b->box[j] + 0.5 * b->box[t->d + j];
        difference += fabs(0.5 * one[j] + 0.5 * one[t->d + j] - middle);
        difference -= fabs(0.5 * other[j] + 0.5 * other[t->d + j] - middle);
    }
    return difference < 0.0 || (difference == 0.0 && t->nodes[left].lowest < t->nodes[right].lowest);
}

typedef void (*batch_gaps_t)(const kd_tree_t *, const double *, const double *, double *, double *);
typedef void (*batch_search_t)(batch_t *);

#define SIMD_BODY "kd_query_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE_F64(batch_gaps)
COTERIE_SIMD_TABLE_F64(batch_search)
#endif
