/* SPDX-License-Identifier: BSD-3-Clause */
/* Passes over one row of a dissimilarity matrix, for divisive.pyx, at the instruction level chosen at import. */
#ifndef COTERIE_DIVISIVE_H
#define COTERIE_DIVISIVE_H
#include <math.h>
#include "simd.h"

enum { GAIN_STRIP = 256 }; /* objects whose largest gain is kept as one number */

typedef void (*take_row_t)(const double *, const double *, double *, double *, ptrdiff_t, double, double, double *);
typedef double (*sum_row_t)(const double *, const double *, ptrdiff_t);

#define SIMD_BODY "divisive_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE_F64(take_row)
COTERIE_SIMD_TABLE_F64(sum_row)
#endif
