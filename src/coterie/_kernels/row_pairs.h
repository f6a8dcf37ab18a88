/* SPDX-License-Identifier: BSD-3-Clause */
/* Squared distances of two rows, fast or exact. */
#ifndef COTERIE_ROW_PAIRS_H
#define COTERIE_ROW_PAIRS_H
#include "simd.h"

typedef float (*row_pair_t_f32)(const float *, const float *, ptrdiff_t, float);
typedef double (*row_pair_t_f64)(const double *, const double *, ptrdiff_t, double);

#define SIMD_BODY "row_pairs_body.h"
#include "simd_levels.h"
SIMD_TABLE(row_pair)
#endif
