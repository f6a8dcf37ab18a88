/* SPDX-License-Identifier: BSD-3-Clause */
/* Squared distances of rows with many features, fast: of two rows, or of one to a tile of them. */
#ifndef COTERIE_ROW_PAIRS_H
#define COTERIE_ROW_PAIRS_H
#include "simd.h"

typedef float (*row_pair_t_f32)(const float *, const float *, ptrdiff_t, float);
typedef double (*row_pair_t_f64)(const double *, const double *, ptrdiff_t, double);
typedef uint64_t (*row_tile_t_f32)(
    const float *, const float *, ptrdiff_t, ptrdiff_t, float, float, uint64_t, uint64_t *);
typedef void (*tile_pair_t_f32)(
    const float *, ptrdiff_t, ptrdiff_t, const float *, ptrdiff_t, ptrdiff_t, float, float, uint64_t *, uint64_t *);
typedef void (*tile_below_t_f32)(
    const float *, ptrdiff_t, const float *, ptrdiff_t, const float *, const float *, uint64_t *);

#define SIMD_BODY "row_pairs_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE(row_pair)
static const row_tile_t_f32 row_tile_f32[] = COTERIE_SIMD_ROW(row_tile, f32);
static const tile_pair_t_f32 tile_pair_f32[] = COTERIE_SIMD_ROW(tile_pair, f32);
static const tile_below_t_f32 tile_below_f32[] = COTERIE_SIMD_ROW(tile_below, f32);
#endif
