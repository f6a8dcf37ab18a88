/* SPDX-License-Identifier: BSD-3-Clause */
/* Manhattan distances of tiles of points, at the instruction level chosen at import. The body is manhattan_body.h. */
#ifndef COTERIE_MANHATTAN_H
#define COTERIE_MANHATTAN_H
#include <math.h>
#include "simd.h"
#include "tile.h"

typedef uint64_t (*nearest_manhattan_t_f32)(
    const float *, ptrdiff_t, const float *, const float *, ptrdiff_t, float, float, int32_t *, float *);
typedef uint64_t (*nearest_manhattan_t_f64)(
    const double *, ptrdiff_t, const double *, const double *, ptrdiff_t, double, double, int64_t *,
    double *);
typedef void (*manhattan_distances_t_f32)(const float *, ptrdiff_t, const float *, float *);
typedef void (*manhattan_distances_t_f64)(const double *, ptrdiff_t, const double *, double *);
typedef double (*manhattan_gain_t_f32)(const float *, ptrdiff_t, const float *, const float *, const float *);
typedef double (*manhattan_gain_t_f64)(const double *, ptrdiff_t, const double *, const double *, const double *);

#define SIMD_BODY "manhattan_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE(nearest_manhattan)
COTERIE_SIMD_TABLE(manhattan_distances)
COTERIE_SIMD_TABLE(manhattan_gain)
#endif
