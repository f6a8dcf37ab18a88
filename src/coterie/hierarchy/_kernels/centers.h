/* SPDX-License-Identifier: BSD-3-Clause */
/* Nearest centers of clusters, at the instruction level chosen at import. The body is centers_body.h. */
#ifndef COTERIE_CENTERS_H
#define COTERIE_CENTERS_H
#include <math.h>
#include "simd.h"

enum { CENTERS_BLOCK = 64 }; /* centers of a block */

/* Centers in blocks, transposed, so that a scan needs no sums across lanes. All numbers are below 1; a center that is
 * gone lies at infinity. */
typedef struct {
    const double *blocks;   /* (n_blocks, d, CENTERS_BLOCK): feature j of center i is at [i / 64, j, i % 64] */
    const float *coarse;    /* the same, rounded */
    const double *rows;     /* (n, d), the same centers */
    const double *sizes;    /* points of each cluster, for Ward's distance; NULL: distances between centers */
    const double *smallest; /* at most any size in a block */
    ptrdiff_t n_blocks, d;
} centers_t;

typedef void (*nearest_in_block_t)(const centers_t *, ptrdiff_t, ptrdiff_t, ptrdiff_t, double *, int64_t *);
typedef ptrdiff_t (*first_near_t_f32)(const float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const float *, float);
typedef ptrdiff_t (*first_near_t_f64)(const double *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const double *, double);

#define SIMD_BODY "centers_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE_F64(nearest_in_block)
COTERIE_SIMD_TABLE(first_near)

/* nearest_in_block over the blocks first .. last - 1. In float32 most blocks are found to have nothing near enough, and
 * are passed over. All numbers are below 1, so a difference is off by at most 4 u, u = 2^-24, a sum s of d squares by
 * 8 u sqrt(d s) + 16 d u^2, and its additions by (d + 2) u s. */
static inline void nearest_in_blocks(
        int level, const centers_t *c, ptrdiff_t first, ptrdiff_t last, ptrdiff_t q, ptrdiff_t skip, double *best,
        int64_t *where) {
    const double u = 1.0 / 16777216.0, n_q = c->sizes ? c->sizes[q] : 1.0;
    const ptrdiff_t d = c->d;
    const float *coarse_q = c->coarse + q / CENTERS_BLOCK * d * CENTERS_BLOCK + q % CENTERS_BLOCK;
    while (first < last) {
        ptrdiff_t next = last - first < 8 ? last : first + 8;
        double near = *best;
        if (c->sizes) {
            double n = c->smallest[first];
            for (ptrdiff_t b = first + 1; b < next; b++) n = c->smallest[b] < n ? c->smallest[b] : n;
            near *= (n_q + n) / (n_q * n);
        }
        near += 8.0 * u * sqrt((double)d * near) + 16.0 * u * u * (double)d + (double)(d + 2) * u * near;
        first = first_near_f32[level](c->coarse, d, first, next, coarse_q, (float)(near * (1.0 + 1e-6)));
        if (first == next) continue;
        nearest_in_block_f64[level](c, first, q, skip, best, where);
        first++;
    }
}
#endif
