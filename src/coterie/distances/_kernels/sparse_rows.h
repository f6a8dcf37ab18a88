/* SPDX-License-Identifier: BSD-3-Clause */
/* One sparse row against a block of others, at the instruction level chosen at import (sparse_rows_body.h). */
#ifndef COTERIE_SPARSE_ROWS_H
#define COTERIE_SPARSE_ROWS_H
#include "simd.h"

enum { SPARSE_LANES = 64 };

enum { SPARSE_EUCLIDEAN, SPARSE_MANHATTAN };

typedef void (*sparse_sums_t)(int, const double *, const int64_t *, const double *, ptrdiff_t, double *);

#define SIMD_BODY "sparse_rows_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE_F64(sparse_sums)
#endif
