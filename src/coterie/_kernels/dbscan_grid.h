/* SPDX-License-Identifier: BSD-3-Clause */
/* Which points of a run are within a radius of another, at the instruction level chosen at import. */
#ifndef COTERIE_DBSCAN_GRID_H
#define COTERIE_DBSCAN_GRID_H
#include "bits.h"
#include "simd.h"

typedef struct {
    const double *x[3]; /* coordinates, each (n + 8,): a vector may read behind the end */
    int d;              /* 1, 2 or 3 */
    double bound;       /* squared radius */
} grid_points_t;

typedef ptrdiff_t (*grid_count_t)(const grid_points_t *, const double *, const ptrdiff_t *, int, ptrdiff_t);
typedef uint64_t (*grid_mask_t)(const grid_points_t *, const double *, ptrdiff_t, ptrdiff_t);
typedef ptrdiff_t (*grid_first_t)(const grid_points_t *, const double *, ptrdiff_t, ptrdiff_t);

#define SIMD_BODY "dbscan_grid_body.h"
#include "simd_levels.h"
SIMD_TABLE_F64(grid_count)
SIMD_TABLE_F64(grid_mask)
SIMD_TABLE_F64(grid_first)
#endif
