/* SPDX-License-Identifier: BSD-3-Clause */
/* For each point of a leaf, the lightest edge to a point of another component: the search (foreign_body.h). */
#ifndef COTERIE_FOREIGN_H
#define COTERIE_FOREIGN_H
#include "boruvka.h"
#include "kd_query.h"

/* How a weight follows from a reduced distance. */
enum { FOREIGN_SAME, FOREIGN_ROOT, FOREIGN_POWER };

enum { FOREIGN_QUERIES = 64 }; /* points of a leaf at most */

typedef struct {
    const kd_tree_t *tree;
    int unreduced;            /* FOREIGN_SAME, ... */
    const int64_t *component; /* (n,), by position, as all of these */
    const int64_t *whole;     /* (n_nodes,), the component of all points of a node; -1 where there are several */
    double *bound;            /* by component: the least weight seen, which other threads lower, too */
    const double *core;       /* (n,), core distances; or NULL */
    const double *least_core; /* (n_nodes,), the least of them in each node; or NULL */
    const double *points;     /* of the leaf: (n_blocks, d, KD_LANES) */
    const double *box;        /* (2, d) */
    ptrdiff_t first, n;       /* their positions: first .. first + n - 1 */
    int64_t common;           /* the component of all points that are searched for; -1 where there are several */
    double weight[FOREIGN_QUERIES];  /* edges above this one are of no interest */
    double limit[FOREIGN_QUERIES];   /* no edge up to it has a greater reduced distance; -1: not searched for */
    double strict[FOREIGN_QUERIES];  /* all edges of a reduced distance below this one may weigh less than `weight` */
    double best[FOREIGN_QUERIES];    /* the lightest edge so far */
    int64_t found[FOREIGN_QUERIES];  /* the position of its other end; -1 where there is none */
    int64_t row[FOREIGN_QUERIES];    /* the row of that */
    double farthest, heaviest, strictest; /* the largest limit, weight, strict */
} foreign_t;

static inline double foreign_weight(const foreign_t *f, double reduced) {
    if (f->unreduced == FOREIGN_ROOT) return sqrt(reduced);
    return f->unreduced == FOREIGN_POWER ? pow(reduced, 1.0 / f->tree->p) : reduced;
}

/* Edges above a weight are of no interest for query i any more. Roots and powers are rounded, so that several reduced
 * distances have the same weight: limit and strict leave room for that. */
static inline void foreign_limit(foreign_t *f, ptrdiff_t i, double weight) {
    double reduced = weight, slack = 0.0;
    if (f->unreduced == FOREIGN_ROOT) {
        reduced = weight * weight;
        slack = 1e-15;
    } else if (f->unreduced == FOREIGN_POWER) {
        reduced = pow(weight, f->tree->p);
        slack = 1e-14 * (1.0 + f->tree->p);
    }
    f->weight[i] = weight;
    f->limit[i] = reduced * (1.0 + slack) + (slack ? 1e-300 : 0.0);
    f->strict[i] = f->core && f->core[f->first + i] >= weight ? -1.0 : reduced * (1.0 - slack);
}

/* An edge to a position, of a weight that is not above the limit, becomes the best if it comes first. */
static inline void foreign_offer(foreign_t *f, ptrdiff_t i, double weight, int64_t position) {
    int64_t row = f->tree->order[position];
    if (f->found[i] >= 0 && (weight > f->best[i] || (weight == f->best[i] && row > f->row[i]))) return;
    f->best[i] = weight;
    f->found[i] = position;
    f->row[i] = row;
    if (weight < f->weight[i]) foreign_limit(f, i, weight);
}

/* What other points of the same component have found concerns this one, too. */
static inline void foreign_share(foreign_t *f) {
    f->farthest = f->heaviest = f->strictest = -1.0;
    for (ptrdiff_t i = 0; i < f->n; i++) {
        if (f->limit[i] < 0.0) continue;
        double *bound = f->bound + f->component[f->first + i];
        if (f->found[i] >= 0 && f->best[i] <= f->weight[i]) bound_lower(bound, f->best[i]);
    }
    for (ptrdiff_t i = 0; i < f->n; i++) {
        if (f->limit[i] < 0.0) continue;
        double weight = bound_load(f->bound + f->component[f->first + i]);
        if (weight < f->weight[i]) foreign_limit(f, i, weight);
        if (f->limit[i] > f->farthest) f->farthest = f->limit[i];
        if (f->weight[i] > f->heaviest) f->heaviest = f->weight[i];
        if (f->strict[i] > f->strictest) f->strictest = f->strict[i];
    }
}

/* Whether an edge of the weight limit of query i to a node with this lowest row may come first. */
static inline int foreign_may_tie(const foreign_t *f, ptrdiff_t i, int64_t lowest) {
    return f->found[i] < 0 || f->best[i] > f->weight[i] || lowest < f->row[i];
}

/* Whether a node at distance `gap` may hold the other end of an edge that comes first. */
static inline int foreign_may_find(const foreign_t *f, int64_t node, double gap) {
    if (f->common >= 0 && f->whole[node] == f->common) return 0;
    if (gap > f->farthest || (f->core && f->least_core[node] > f->heaviest)) return 0;
    if (gap < f->strictest) return 1;
    for (ptrdiff_t i = 0; i < f->n; i++)
        if (f->limit[i] >= gap && foreign_may_tie(f, i, f->tree->nodes[node].lowest)) return 1;
    return 0;
}

typedef void (*foreign_search_t)(foreign_t *);

#define SIMD_BODY "foreign_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE_F64(foreign_search)
#endif
