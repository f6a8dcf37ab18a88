/* SPDX-License-Identifier: BSD-3-Clause */
/* Includes SIMD_BODY for float and for double at the current level (LEVEL, TARGET, VBYTES); see simd.h for the names. */
#define REAL float
#define REAL_NAME f32
#define INT int32_t
#include "simd_names.h"
#include SIMD_BODY
#define SIMD_UNDEFINE
#include "simd_names.h"

#define REAL double
#define REAL_NAME f64
#define INT int64_t
#define REAL_IS_DOUBLE
#include "simd_names.h"
#include SIMD_BODY
#define SIMD_UNDEFINE
#include "simd_names.h"
