/* SPDX-License-Identifier: BSD-3-Clause */
/* Products of rows with many columns, at the instruction level chosen at import. The body is product_body.h. */
#ifndef COTERIE_PRODUCT_H
#define COTERIE_PRODUCT_H
#include <math.h>
#include "bits.h"
#include "simd.h"

enum {
    PRODUCT_PANEL = 16,     /* columns that lie side by side, a panel */
    PRODUCT_ROWS = 6,       /* rows that are multiplied at once */
    PRODUCT_FEATURES = 128  /* that are added up before rounding errors are cut short */
};

typedef void (*product_t_f32)(
    const float **, ptrdiff_t, ptrdiff_t, const float *, const float *, ptrdiff_t, float *, ptrdiff_t);
typedef void (*product_t_f64)(
    const double **, ptrdiff_t, ptrdiff_t, const double *, const double *, ptrdiff_t, double *, ptrdiff_t);
typedef void (*whole_row_t)(const float *, ptrdiff_t, int, int16_t *, uint8_t *, float *);
typedef void (*whole_product_t)(
    const int16_t **, const float *, ptrdiff_t, ptrdiff_t, const int16_t *, const float *, const float *, ptrdiff_t,
    float *, ptrdiff_t);
typedef void (*dots_t)(const float *, ptrdiff_t, const float *, const int32_t *, ptrdiff_t, float *);
typedef ptrdiff_t (*two_smallest_t)(const float *, ptrdiff_t, float *, float *);
typedef ptrdiff_t (*not_above_t)(const float *, ptrdiff_t, float, int32_t *);
typedef ptrdiff_t (*open_groups_t)(const float *, const float *, ptrdiff_t, float, int32_t *);
typedef void (*bound_groups_t)(const float *, ptrdiff_t, float, float, const float *, float *);
typedef void (*shift_from_f32_t)(const float *, const float *, ptrdiff_t, const double *, double, ptrdiff_t, float *);
typedef void (*shift_from_f64_t)(const double *, const double *, ptrdiff_t, const double *, double, ptrdiff_t, float *);

#define SIMD_BODY "product_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE(product)
COTERIE_SIMD_TABLE_F32(whole_row)
COTERIE_SIMD_TABLE_F32(whole_product)
COTERIE_SIMD_TABLE_F32(dots)
COTERIE_SIMD_TABLE_F32(two_smallest)
COTERIE_SIMD_TABLE_F32(not_above)
COTERIE_SIMD_TABLE_F32(open_groups)
COTERIE_SIMD_TABLE_F32(bound_groups)
COTERIE_SIMD_TABLE_F32(shift_from_f32)
COTERIE_SIMD_TABLE_F32(shift_from_f64)
#endif
