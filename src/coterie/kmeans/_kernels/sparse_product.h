/* SPDX-License-Identifier: BSD-3-Clause */
/* Products of a sparse row with many columns, at the instruction level chosen at import. The body is
 * sparse_product_body.h. */
#ifndef COTERIE_SPARSE_PRODUCT_H
#define COTERIE_SPARSE_PRODUCT_H
#include "simd.h"

enum { SPARSE_PIECE = 128 }; /* stored numbers that are added up before they join the others */

typedef void (*sparse_product_t_f32)(const float *, const int32_t *, ptrdiff_t, const float *, ptrdiff_t, float *);
typedef void (*sparse_product_t_f64)(const double *, const int32_t *, ptrdiff_t, const double *, ptrdiff_t, double *);

#define SIMD_BODY "sparse_product_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE(sparse_product)
#endif
