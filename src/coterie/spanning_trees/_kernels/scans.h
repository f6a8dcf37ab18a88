/* SPDX-License-Identifier: BSD-3-Clause */
/* Scans of rows of distances, at the instruction level chosen at import. The body is scans_body.h. */
#ifndef COTERIE_SCANS_H
#define COTERIE_SCANS_H
#include <math.h>
#include "simd.h"

typedef double (*row_minimum_t)(const double *, const double *, ptrdiff_t, ptrdiff_t *);
typedef double (*mutual_minimum_t)(const double *, ptrdiff_t, int64_t, ptrdiff_t *, double *, int64_t *);

#define SIMD_BODY "scans_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE_F64(row_minimum)
COTERIE_SIMD_TABLE_F64(mutual_minimum)
#endif
