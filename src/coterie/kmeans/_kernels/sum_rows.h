/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums of rows that lie anywhere, at the instruction level chosen at import. The body is sum_rows_body.h. */
#ifndef COTERIE_SUM_ROWS_H
#define COTERIE_SUM_ROWS_H
#include <math.h>
#include "simd.h"

typedef double (*sum_rows_t_f32)(
    const float *, ptrdiff_t, const double *, const double *, const ptrdiff_t *, ptrdiff_t, double *, double *);
typedef double (*sum_rows_t_f64)(
    const double *, ptrdiff_t, const double *, const double *, const ptrdiff_t *, ptrdiff_t, double *, double *);

#define SIMD_BODY "sum_rows_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE(sum_rows)
#endif
