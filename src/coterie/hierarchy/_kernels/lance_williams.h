/* SPDX-License-Identifier: BSD-3-Clause */
/* The Lance-Williams updates of all linkage methods, at the instruction level chosen at import. The body is
 * lance_williams_body.h. */
#ifndef COTERIE_LANCE_WILLIAMS_H
#define COTERIE_LANCE_WILLIAMS_H
#include <math.h>
#include "condensed.h"
#include "simd.h"

/* The linkage methods; lance_williams.pyx has their names. */
enum {
    LINKAGE_SINGLE,
    LINKAGE_COMPLETE,
    LINKAGE_AVERAGE,
    LINKAGE_WEIGHTED,
    LINKAGE_CENTROID,
    LINKAGE_MEDIAN,
    LINKAGE_WARD
};

/* The Lance-Williams update: distance of a cluster x to the union of two clusters. a and b are the distances of x to the
 * two, h is their distance from each other, n_a, n_b and n_x are numbers of points (Lance and Williams 1967,
 * https://doi.org/10.1093/comjnl/9.4.373). Each number is rounded where scipy rounds it, so that the same distances tie. */
COTERIE_INLINE double distance_to_union(
        const int method, double a, double b, double h, double n_a, double n_b, double n_x) {
    double n = n_a + n_b, square;
    switch (method) {
        case LINKAGE_SINGLE: return a < b ? a : b;
        case LINKAGE_COMPLETE: return a > b ? a : b;
        case LINKAGE_AVERAGE: return (n_a * a + n_b * b) / n;
        case LINKAGE_WEIGHTED: return 0.5 * (a + b);
        case LINKAGE_CENTROID: square = (n_a * a * a + n_b * b * b - n_a * n_b * h * h / n) / n; break;
        case LINKAGE_MEDIAN: square = 0.5 * (a * a + b * b) - 0.25 * h * h; break;
        default: /* LINKAGE_WARD */
            n = 1.0 / (n_a + n_b + n_x);
            square = (n_x + n_a) * n * a * a + (n_x + n_b) * n * b * b - n_x * n * h * h;
    }
    return sqrt(square > 0.0 ? square : 0.0);
}

typedef void (*union_row_t)(int, const double *, const double *, double, double, double, const double *, ptrdiff_t,
                            double *);
typedef void (*union_columns_t)(int, const double *, const double *, const double *, const double *, const double *,
                                double, ptrdiff_t, double *);

#define SIMD_BODY "lance_williams_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE_F64(union_row)
COTERIE_SIMD_TABLE_F64(union_columns)

/* A column is read row by row: each number is in a cache line of its own, so that it is fetched ahead. */
enum { GATHER_AHEAD = 24 };

/* to[slot] = base[offset[slot] + column] for n slots. */
static inline void gather_column(
        const double *base, const int64_t *offset, const int64_t *slots, ptrdiff_t n, ptrdiff_t column, double *to) {
    for (ptrdiff_t i = 0; i < n; i++) {
        if (i + GATHER_AHEAD < n) COTERIE_PREFETCH(base + offset[slots[i + GATHER_AHEAD]] + column);
        to[slots[i]] = base[offset[slots[i]] + column];
    }
}

/* to[row] = D(row, column) for the rows first .. last - 1, all above `column`, of the condensed distances of n points. */
static inline void gather_condensed_column(
        const double *distances, ptrdiff_t n, ptrdiff_t first, ptrdiff_t last, ptrdiff_t column, double *to) {
    for (ptrdiff_t row = first; row < last; row++) {
        ptrdiff_t ahead = row + GATHER_AHEAD;
        if (ahead < last) COTERIE_PREFETCH(distances + condensed_row(n, ahead) + column);
        to[row] = distances[condensed_row(n, row) + column];
    }
}
#endif
