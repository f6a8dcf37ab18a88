/* SPDX-License-Identifier: BSD-3-Clause */
/* Nearest centers of tiles of points, at the instruction level chosen at import. The body is nearest_body.h. */
#ifndef COTERIE_NEAREST_H
#define COTERIE_NEAREST_H
#include <math.h>
#include "simd.h"
#include "tile.h"

typedef uint64_t (*nearest_tile_t_f32)(
    const float *, ptrdiff_t, const float *, const float *, ptrdiff_t, float, float, int32_t *, float *);
typedef uint64_t (*nearest_tile_t_f64)(
    const double *, ptrdiff_t, const double *, const double *, ptrdiff_t, double, double, int64_t *,
    double *);
typedef void (*pack_from_f32_t_f32)(
    const float *, ptrdiff_t, const ptrdiff_t *, int, ptrdiff_t, const double *, double, float *);
typedef void (*pack_from_f32_t_f64)(
    const float *, ptrdiff_t, const ptrdiff_t *, int, ptrdiff_t, const double *, double, double *);
typedef void (*pack_from_f64_t_f32)(
    const double *, ptrdiff_t, const ptrdiff_t *, int, ptrdiff_t, const double *, double, float *);
typedef void (*pack_from_f64_t_f64)(
    const double *, ptrdiff_t, const ptrdiff_t *, int, ptrdiff_t, const double *, double, double *);

typedef void (*tile_distances_t_f32)(const float *, ptrdiff_t, const float *, ptrdiff_t, float *);
typedef void (*tile_distances_t_f64)(const double *, ptrdiff_t, const double *, ptrdiff_t, double *);
typedef double (*tile_gain_t_f32)(const float *, ptrdiff_t, const float *, const float *, const float *);
typedef double (*tile_gain_t_f64)(const double *, ptrdiff_t, const double *, const double *, const double *);
typedef void (*sum_tile_t)(const double *, ptrdiff_t, const int64_t *, const double *, ptrdiff_t, double *);
typedef ptrdiff_t (*box_candidates_t)(const double *, const double *, ptrdiff_t, const double *, ptrdiff_t,
                                      const int32_t *, ptrdiff_t, double *, double *, int32_t *);

#define SIMD_BODY "nearest_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE(nearest_tile)
COTERIE_SIMD_TABLE(tile_distances)
COTERIE_SIMD_TABLE(tile_gain)
COTERIE_SIMD_TABLE_F64(sum_tile)
COTERIE_SIMD_TABLE_F64(box_candidates)
COTERIE_SIMD_TABLE(pack_from_f32)
COTERIE_SIMD_TABLE(pack_from_f64)
#endif
