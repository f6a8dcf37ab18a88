/* SPDX-License-Identifier: BSD-3-Clause */
/* A k-d tree over points, and distances to the points of its leaves (kd_tree_body.h). */
#ifndef COTERIE_KD_TREE_H
#define COTERIE_KD_TREE_H
#include <math.h>
#include "simd.h"

enum { KD_LANES = 8, KD_SINGLES = 16, KD_DEPTH = 192 };

/* Distances are reduced: before the last, increasing function. */
enum {
    KD_EUCLIDEAN, /* sum of squares */
    KD_MANHATTAN, /* sum of absolute values */
    KD_CHEBYSHEV, /* largest absolute value */
    KD_MINKOWSKI, /* sum of absolute values to the p */
};

typedef struct {
    int64_t start, stop; /* its positions: start .. stop - 1; start is a multiple of KD_LANES */
    int64_t right;       /* its right child; the left one is next to it. 0: a leaf */
    int64_t lowest;      /* the lowest row in it */
} kd_node_t;

typedef struct {
    const double *points;   /* (n_blocks, d, KD_LANES): feature j of position i is at [i / 8, j, i % 8]; infinity behind n */
    const double *boxes;    /* (n_nodes, 2, d): lowest and highest of each feature */
    const kd_node_t *nodes; /* the root is node 0 */
    const int64_t *order;   /* (n,): the row at each position */
    ptrdiff_t n, d;
    int kind;
    double p;
    /* The points once more, as float32, less the center and times the scale: (d, width) for each leaf, where width is a
     * multiple of KD_SINGLES; or NULL. They tell fast which points may be near (kd_query_body.h). */
    const float *tiles;
    const int64_t *tile_of; /* (n_nodes,), where the tile of a leaf begins */
    const double *center;   /* (d,) */
    double scale;           /* so that no point is longer than 1 */
} kd_tree_t;

/* The number, or 0 where it is less: on x86 without a branch, which gcc would take here, and miss half the time. */
static inline double kd_positive(double number) {
#ifdef COTERIE_SIMD_X86
    return _mm_cvtsd_f64(_mm_max_sd(_mm_set_sd(number), _mm_setzero_pd()));
#else
    return number > 0.0 ? number : 0.0;
#endif
}

/* One term of a distance joins it. */
static inline double kd_add(int kind, double p, double sum, double difference) {
    difference = fabs(difference);
    switch (kind) {
        case KD_EUCLIDEAN:
            return sum + difference * difference;
        case KD_MANHATTAN:
            return sum + difference;
        case KD_CHEBYSHEV:
            return difference > sum ? difference : sum;
        default:
            return sum + pow(difference, p);
    }
}

/* Feature j of the point at a position. */
static inline double kd_feature(const kd_tree_t *t, ptrdiff_t position, ptrdiff_t j) {
    return t->points[(position / KD_LANES * t->d + j) * KD_LANES + position % KD_LANES];
}

/* The width of the tile of a leaf. */
static inline ptrdiff_t kd_width(const kd_node_t *leaf) {
    return (ptrdiff_t)(leaf->stop - leaf->start + KD_SINGLES - 1) / KD_SINGLES * KD_SINGLES;
}

/* pow need not round in order: a box is as much nearer, or reaches as much farther. */
#define COTERIE_KD_POW_ERROR 1e-14

/* Least reduced distance between two boxes (2, d). No pair of points in them has a lesser one, rounding included: each
 * difference here is of numbers that lie between, and rounding keeps order. */
static inline double kd_box_gap(const kd_tree_t *t, const double *a, const double *b) {
    double sum = 0.0;
    for (ptrdiff_t j = 0; j < t->d; j++) {
        double up = b[j] - a[t->d + j], down = a[j] - b[t->d + j], gap = up > down ? up : down;
        if (gap > 0.0) sum = kd_add(t->kind, t->p, sum, gap);
    }
    return t->kind == KD_MINKOWSKI ? sum * (1.0 - COTERIE_KD_POW_ERROR) : sum;
}

/* Largest reduced distance between two boxes: no pair of points in them has a greater one. */
static inline double kd_box_reach(const kd_tree_t *t, const double *a, const double *b) {
    double sum = 0.0;
    for (ptrdiff_t j = 0; j < t->d; j++) {
        double up = b[t->d + j] - a[j], down = a[t->d + j] - b[j];
        sum = kd_add(t->kind, t->p, sum, up > down ? up : down);
    }
    return t->kind == KD_MINKOWSKI ? sum * (1.0 + COTERIE_KD_POW_ERROR) : sum;
}

/* Least reduced distance between a point x (d,) and a box. */
static inline double kd_point_gap(const kd_tree_t *t, const double *x, const double *box) {
    double sum = 0.0;
    for (ptrdiff_t j = 0; j < t->d; j++) {
        double down = box[j] - x[j], up = x[j] - box[t->d + j], gap = up > down ? up : down;
        if (gap > 0.0) sum = kd_add(t->kind, t->p, sum, gap);
    }
    return t->kind == KD_MINKOWSKI ? sum * (1.0 - COTERIE_KD_POW_ERROR) : sum;
}

typedef void (*kd_distances_t)(const kd_tree_t *, const double *, ptrdiff_t, ptrdiff_t, double *);
typedef uint64_t (*kd_within_t)(const kd_tree_t *, const double *, ptrdiff_t, ptrdiff_t, double);
typedef uint64_t (*kd_beside_t)(const kd_tree_t *, const double *, ptrdiff_t, ptrdiff_t, double);

#define SIMD_BODY "kd_tree_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE_F64(kd_distances)
COTERIE_SIMD_TABLE_F64(kd_within)
COTERIE_SIMD_TABLE_F64(kd_beside)
#endif
