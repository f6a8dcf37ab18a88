/* SPDX-License-Identifier: BSD-3-Clause */
/* What swaps with a candidate would change, at the instruction level chosen at import. The body is swap_scan_body.h. */
#ifndef COTERIE_SWAP_SCAN_H
#define COTERIE_SWAP_SCAN_H
#include "bits.h"
#include "simd.h"

typedef double (*swap_scan_t)(
    const double *, ptrdiff_t, int, const double *, const double *, const double *, const double *, const int64_t *,
    double *);

#define SIMD_BODY "swap_scan_body.h"
#include "simd_levels.h"
COTERIE_SIMD_TABLE_F64(swap_scan)
#endif
