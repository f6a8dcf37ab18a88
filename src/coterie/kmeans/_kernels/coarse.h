/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows as small whole numbers, and distances between single rows, at the instruction level chosen at import. The body
 * is coarse_body.h. */
#ifndef COTERIE_COARSE_H
#define COTERIE_COARSE_H
#include <math.h>
#include "simd.h"
#include "tile.h"

enum {
    COARSE_TRIALS = 8,   /* that pass by a tile together */
    COARSE_FEATURES = 64 /* of a row that are rounded together */
};

typedef void (*coarse_row_t_f32)(
    const float *, ptrdiff_t, const double *, double, int, float, float, int8_t *, int32_t *, float *);
typedef void (*coarse_row_t_f64)(
    const double *, ptrdiff_t, const double *, double, int, float, float, int8_t *, int32_t *,
    float *);
typedef void (*row_distances_t_f32)(const float *, const float *const *, ptrdiff_t, ptrdiff_t, float *);
typedef void (*row_distances_t_f64)(const double *, const double *const *, ptrdiff_t, ptrdiff_t, double *);
typedef void (*near_rows_t)(
    const int8_t *, ptrdiff_t, const float *, const float *, float, const int32_t *, const float *, ptrdiff_t,
    uint64_t *);

#define SIMD_BODY "coarse_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE(coarse_row)
COTERIE_SIMD_TABLE(row_distances)
static const near_rows_t near_rows_f32[] = COTERIE_SIMD_ROW(near_rows, f32);
#endif
