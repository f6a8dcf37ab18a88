/* SPDX-License-Identifier: BSD-3-Clause */
/* Merging clusters: the Lance-Williams updates and the scans of rows of distances, at the instruction level chosen at
 * import. The body is lance_williams_body.h. */
#ifndef COTERIE_LINKAGE_H
#define COTERIE_LINKAGE_H
#include <math.h>
#include "simd.h"

enum { SINGLE, COMPLETE, AVERAGE, WEIGHTED, CENTROID, MEDIAN, WARD };

#ifdef SIMD_VECTOR_EXTENSIONS
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) ((void)0)
#endif

/* Distance of x to the union of two clusters with n_a and n_b points: a and b are its distances to them, h is theirs to
 * each other, n_x its number of points (Lance and Williams 1967, https://doi.org/10.1093/comjnl/9.4.373). Each number is
 * rounded where scipy rounds it, so that the same distances tie. */
SIMD_INLINE double distance_to_union(
        const int method, double a, double b, double h, double n_a, double n_b, double n_x) {
    double n = n_a + n_b, square;
    switch (method) {
        case SINGLE: return a < b ? a : b;
        case COMPLETE: return a > b ? a : b;
        case AVERAGE: return (n_a * a + n_b * b) / n;
        case WEIGHTED: return 0.5 * (a + b);
        case CENTROID: square = (n_a * a * a + n_b * b * b - n_a * n_b * h * h / n) / n; break;
        case MEDIAN: square = 0.5 * (a * a + b * b) - 0.25 * h * h; break;
        default:
            n = 1.0 / (n_a + n_b + n_x);
            square = (n_x + n_a) * n * a * a + (n_x + n_b) * n * b * b - n_x * n * h * h;
    }
    return sqrt(square > 0.0 ? square : 0.0);
}

typedef void (*union_row_t)(int, const double *, const double *, double, double, double, const double *, ptrdiff_t,
                            double *);
typedef void (*union_columns_t)(int, const double *, const double *, const double *, const double *, const double *,
                                double, ptrdiff_t, double *);
typedef double (*row_minimum_t)(const double *, const double *, ptrdiff_t, ptrdiff_t *);
typedef double (*mutual_minimum_t)(const double *, ptrdiff_t, int64_t, ptrdiff_t *, double *, int64_t *);
/* Points in blocks: feature j of point i is at blocks[(i / BLOCK * d + j) * BLOCK + i % BLOCK]. */
enum { BLOCK = 64 };
typedef void (*nearest_in_block_t)(const double *, ptrdiff_t, ptrdiff_t, const double *, ptrdiff_t, ptrdiff_t, double,
                                   const double *, double *, int64_t *);
typedef ptrdiff_t (*first_near_t_f32)(const float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const float *, float);
typedef ptrdiff_t (*first_near_t_f64)(const double *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const double *, double);
typedef double (*magnitude_t)(const double *, ptrdiff_t);

#define SIMD_BODY "lance_williams_body.h"
#include "simd_levels.h"
SIMD_TABLE_F64(union_row)
SIMD_TABLE_F64(union_columns)
SIMD_TABLE_F64(row_minimum)
SIMD_TABLE_F64(mutual_minimum)
SIMD_TABLE_F64(magnitude)
SIMD_TABLE_F64(nearest_in_block)
SIMD_TABLE(first_near)

/* nearest_in_block over the blocks first .. last - 1; smallest[b] is no more than any size in block b. In float32 most
 * blocks are found to have nothing near enough, and are passed over. All numbers are below 1: a difference is off by at
 * most 4 u then, u = 2^-24, a square sum s of them by 8 u sqrt(d s) + 16 d u^2, and adding it up by (d + 2) u s. */
static inline void nearest_in_blocks(
        int level, const double *blocks, const float *coarse, ptrdiff_t d, ptrdiff_t first, ptrdiff_t last,
        const double *q, ptrdiff_t skip, ptrdiff_t q_index, double n_q, const double *sizes, const double *smallest,
        double *best, int64_t *where) {
    const double u = 1.0 / 16777216.0;
    const float *coarse_q = coarse + q_index / BLOCK * d * BLOCK + q_index % BLOCK;
    while (first < last) {
        ptrdiff_t next = last - first < 8 ? last : first + 8;
        double near = *best;
        if (sizes) {
            double n = smallest[first];
            for (ptrdiff_t b = first + 1; b < next; b++) n = smallest[b] < n ? smallest[b] : n;
            near *= (n_q + n) / (n_q * n);
        }
        near += 8.0 * u * sqrt((double)d * near) + 16.0 * u * u * (double)d + (double)(d + 2) * u * near;
        first = first_near_f32[level](coarse, d, first, next, coarse_q, (float)(near * (1.0 + 1e-6)));
        if (first == next) continue;
        nearest_in_block_f64[level](blocks, d, first, q, skip, q_index, n_q, sizes, best, where);
        first++;
    }
}

/* Column reads: each number is in a row, so in a cache line, of its own. */
enum { ROWS_AHEAD = 24 };

/* to[slot] = base[offset[slot] + column] for n slots. */
static inline void gather_column(
        const double *base, const int64_t *offset, const int64_t *slots, ptrdiff_t n, ptrdiff_t column, double *to) {
    for (ptrdiff_t i = 0; i < n; i++) {
        if (i + ROWS_AHEAD < n) PREFETCH(base + offset[slots[i + ROWS_AHEAD]] + column);
        to[slots[i]] = base[offset[slots[i]] + column];
    }
}

/* to[row] = D(row, column) for the rows first .. last - 1, all above `column`, of the triangle of n points. */
static inline void gather_triangle_column(
        const double *triangle, ptrdiff_t n, ptrdiff_t first, ptrdiff_t last, ptrdiff_t column, double *to) {
    for (ptrdiff_t row = first; row < last; row++) {
        ptrdiff_t ahead = row + ROWS_AHEAD;
        if (ahead < last) PREFETCH(triangle + ahead * n - ahead * (ahead + 1) / 2 - ahead - 1 + column);
        to[row] = triangle[row * n - row * (row + 1) / 2 - row - 1 + column];
    }
}
#endif
