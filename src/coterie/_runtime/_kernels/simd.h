/* SPDX-License-Identifier: BSD-3-Clause */
/* Instruction levels: one body of C, compiled once for each level and precision, chosen at import.
 *
 * A body header is written with the names below, and compiled by
 *
 *     #define SIMD_BODY "nearest_body.h"
 *     #include "simd_levels.h"
 *
 * which includes it once for each (level, real). Functions are named FN(name) -> name_<level>_<real>.
 *
 *     REAL, INT        float and int32_t, or double and int64_t
 *     VR, VI, VM       vectors of REAL and INT, and the outcome of a comparison
 *     LANES            numbers in a vector
 *     VLOAD VSTORE VSET1 VADD VSUB VMUL VFMA (a*b+c) VDIV VMIN VMAX VSQRT VABS VLE VLT
 *     VISET1 VILOAD VISTORE VIEQ VSELECT, VISELECT (mask, a, b), VKEEP (mask, v): v or 0
 *     VBITS            mask as an integer, bit i = lane i
 */
#ifndef COTERIE_SIMD_H
#define COTERIE_SIMD_H
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* COTERIE_PLAIN_C (see setup.py): as for a compiler without vectors (MSVC), to try that path elsewhere. */
#if (defined(__GNUC__) || defined(__clang__)) && !defined(COTERIE_PLAIN_C)
#define COTERIE_SIMD_VECTORS 1
#define COTERIE_INLINE static inline __attribute__((always_inline))
#define COTERIE_PREFETCH(address) __builtin_prefetch(address)
#else
#define COTERIE_INLINE static inline
#define COTERIE_PREFETCH(address) ((void)(address))
#endif

/* clang-cl (it defines _MSC_VER) has no library for __builtin_cpu_supports: 16-byte vectors there. */
#if defined(COTERIE_SIMD_VECTORS) && defined(__x86_64__) && !defined(_MSC_VER)
#define COTERIE_SIMD_X86 1
#include <immintrin.h>
#endif

enum { SIMD_BASELINE, SIMD_AVX2, SIMD_AVX512, SIMD_N_LEVELS };
static const char *const simd_level_names[SIMD_N_LEVELS] = {"baseline", "avx2", "avx512"};

static int simd_supported(int level) {
    if (level == SIMD_BASELINE) return 1;
#ifdef COTERIE_SIMD_X86
    __builtin_cpu_init();
    if (level == SIMD_AVX2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (level == SIMD_AVX512)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
#endif
    return 0;
}

/* The highest level of this machine, or the one that COTERIE_SIMD names if the machine has it. */
static int simd_choose(void) {
    const char *forced = getenv("COTERIE_SIMD");
    int best = SIMD_BASELINE;
    for (int level = SIMD_BASELINE; level < SIMD_N_LEVELS; level++) {
        if (!simd_supported(level)) continue;
        if (forced && strcmp(forced, simd_level_names[level]) == 0) return level;
        best = level;
    }
    return best;
}

/* The level in use, looked up once. */
static inline int simd_level(void) {
    static int level = -1;
    if (level < 0) level = simd_choose();
    return level;
}

/* COTERIE_SIMD_TABLE(name): name_f32 and name_f64, arrays of function pointers indexed by level; or one of them alone. */
#ifdef COTERIE_SIMD_X86
#define COTERIE_SIMD_ROW(name, real) {name##_baseline_##real, name##_avx2_##real, name##_avx512_##real}
#else
#define COTERIE_SIMD_ROW(name, real) {name##_baseline_##real}
#endif
#define COTERIE_SIMD_TABLE_F32(name) static const name##_t name##_f32[] = COTERIE_SIMD_ROW(name, f32);
#define COTERIE_SIMD_TABLE_F64(name) static const name##_t name##_f64[] = COTERIE_SIMD_ROW(name, f64);
#define COTERIE_SIMD_TABLE(name)                                          \
    static const name##_t_f32 name##_f32[] = COTERIE_SIMD_ROW(name, f32); \
    static const name##_t_f64 name##_f64[] = COTERIE_SIMD_ROW(name, f64);
#endif
