/* SPDX-License-Identifier: BSD-3-Clause */
/* The (min, +) product of two matrices, at the instruction level chosen at import. The body is leaf_order_body.h. */
#ifndef COTERIE_LEAF_ORDER_H
#define COTERIE_LEAF_ORDER_H
#include "simd.h"

/* Rows of b that are packed at a time: 2 vectors of each, so at most 32 KiB, which stay in the first cache. */
enum { MIN_PLUS_DEPTH = 256, MIN_PLUS_PACK = 2 * 8 * MIN_PLUS_DEPTH };

typedef void (*min_plus_t)(const double *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const double *, ptrdiff_t, ptrdiff_t, double *,
                           ptrdiff_t, double *);

#define SIMD_BODY "leaf_order_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE_F64(min_plus)
#endif
