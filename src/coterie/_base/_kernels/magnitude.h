/* SPDX-License-Identifier: BSD-3-Clause */
/* The largest absolute value, at the instruction level chosen at import. The body is magnitude_body.h. */
#ifndef COTERIE_MAGNITUDE_H
#define COTERIE_MAGNITUDE_H
#include <math.h>
#include "simd.h"

typedef double (*magnitude_t_f32)(const float *, ptrdiff_t);
typedef double (*magnitude_t_f64)(const double *, ptrdiff_t);

#define SIMD_BODY "magnitude_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE(magnitude)
#endif
