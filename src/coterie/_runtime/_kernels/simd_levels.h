/* SPDX-License-Identifier: BSD-3-Clause */
/* Includes SIMD_BODY once for each instruction level and precision; no include guard on purpose. */
#define SIMD_GLUE_(a, b, c) a##_##b##_##c
#define SIMD_GLUE(a, b, c) SIMD_GLUE_(a, b, c)
#define FN(name) SIMD_GLUE(name, LEVEL, REAL_NAME)

#define LEVEL baseline
#define TARGET
#define VBYTES 16
#define IN_FLIGHT 2
#include "simd_real.h"
#undef LEVEL
#undef TARGET
#undef VBYTES
#undef MM_PREFIX
#undef IN_FLIGHT

#ifdef COTERIE_SIMD_X86
#define LEVEL avx2
#define TARGET __attribute__((target("avx2,fma")))
#define VBYTES 32
#define MM_PREFIX _mm256
#define IN_FLIGHT 2
#include "simd_real.h"
#undef LEVEL
#undef TARGET
#undef VBYTES
#undef MM_PREFIX
#undef IN_FLIGHT

#define LEVEL avx512
#ifdef __clang__
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")))
#else
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma,prefer-vector-width=512")))
#endif
#define VBYTES 64
#define MM_PREFIX _mm512
#define IN_FLIGHT 4
#include "simd_real.h"
#undef LEVEL
#undef TARGET
#undef VBYTES
#undef MM_PREFIX
#undef IN_FLIGHT
#endif

#undef FN
#undef SIMD_GLUE
#undef SIMD_GLUE_
#undef SIMD_BODY
