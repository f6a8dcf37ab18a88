/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of simd.h for one REAL at one level: x86 intrinsics of VBYTES = 32 or 64; else (16) the compiler's own
 * vectors (SSE2, NEON, ...); else, where it has none (MSVC), plain numbers: one lane. */
#ifdef SIMD_UNDEFINE
#undef SIMD_UNDEFINE
#undef REAL
#undef REAL_NAME
#undef REAL_IS_DOUBLE
#undef INT
#undef LANES
#undef VR
#undef VI
#undef VM
#undef VLOAD
#undef VSTORE
#undef VSET1
#undef VADD
#undef VSUB
#undef VMUL
#undef VFMA
#undef VMIN
#undef VMAX
#undef VSQRT
#undef VDIV
#undef VABS
#undef VLT
#undef VLE
#undef VISET1
#undef VISTORE
#undef VILOAD
#undef VISELECT
#undef VSELECT
#undef VIEQ
#undef VKEEP
#undef VBITS
#undef MM
#undef MMI

#elif VBYTES > 16
#define LANES ((int)(VBYTES / sizeof(REAL)))
#ifdef REAL_IS_DOUBLE
#define MM(op) SIMD_GLUE(MM_PREFIX, op, pd)
#define MMI(op) SIMD_GLUE(MM_PREFIX, op, epi64)
#else
#define MM(op) SIMD_GLUE(MM_PREFIX, op, ps)
#define MMI(op) SIMD_GLUE(MM_PREFIX, op, epi32)
#endif
#define VLOAD(p) MM(loadu)(p)
#define VSTORE(p, v) MM(storeu)(p, v)
#define VSET1(s) MM(set1)(s)
#define VADD(a, b) MM(add)(a, b)
#define VSUB(a, b) MM(sub)(a, b)
#define VMUL(a, b) MM(mul)(a, b)
#define VFMA(a, b, c) MM(fmadd)(a, b, c)
#define VMIN(a, b) MM(min)(a, b)
#define VMAX(a, b) MM(max)(a, b)
#define VSQRT(a) MM(sqrt)(a)
#define VDIV(a, b) MM(div)(a, b)
#if VBYTES == 64
#define VABS(a) MM(abs)(a)
#define VI __m512i
#define VISTORE(p, v) _mm512_storeu_si512(p, v)
#define VILOAD(p) _mm512_loadu_si512(p)
#define VISET1(i) MMI(set1)(i)
#ifdef REAL_IS_DOUBLE
#define VR __m512d
#define VM __mmask8
#define VLT(a, b) _mm512_cmp_pd_mask(a, b, _CMP_LT_OQ)
#define VLE(a, b) _mm512_cmp_pd_mask(a, b, _CMP_LE_OQ)
#define VIEQ(a, b) _mm512_cmpeq_epi64_mask(a, b)
#else
#define VR __m512
#define VM __mmask16
#define VLT(a, b) _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ)
#define VLE(a, b) _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ)
#define VIEQ(a, b) _mm512_cmpeq_epi32_mask(a, b)
#endif
#define VISELECT(m, a, b) MMI(mask_mov)(b, m, a)
#define VKEEP(m, v) MM(maskz_mov)(m, v)
#define VSELECT(m, a, b) MM(mask_mov)(b, m, a)
#define VBITS(m) ((uint64_t)(m))
#else
#define VABS(a) MM(andnot)(MM(set1)(-(REAL)0), a)
#define VI __m256i
#define VISTORE(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#define VILOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define VLT(a, b) MM(cmp)(a, b, _CMP_LT_OQ)
#define VLE(a, b) MM(cmp)(a, b, _CMP_LE_OQ)
#define VSELECT(m, a, b) MM(blendv)(b, a, m)
#define VBITS(m) ((uint64_t)(unsigned)MM(movemask)(m))
#ifdef REAL_IS_DOUBLE
#define VR __m256d
#define VISET1(i) _mm256_set1_epi64x(i)
#define VIEQ(a, b) _mm256_castsi256_pd(_mm256_cmpeq_epi64(a, b))
#define VKEEP(m, v) _mm256_and_pd(m, v)
#define VISELECT(m, a, b) _mm256_castpd_si256(_mm256_blendv_pd(_mm256_castsi256_pd(b), _mm256_castsi256_pd(a), m))
#else
#define VR __m256
#define VISET1(i) _mm256_set1_epi32(i)
#define VIEQ(a, b) _mm256_castsi256_ps(_mm256_cmpeq_epi32(a, b))
#define VKEEP(m, v) _mm256_and_ps(m, v)
#define VISELECT(m, a, b) _mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(b), _mm256_castsi256_ps(a), m))
#endif
#define VM VR
#endif

#else
#define VADD(a, b) ((a) + (b))
#define VSUB(a, b) ((a) - (b))
#define VMUL(a, b) ((a) * (b))
#define VFMA(a, b, c) ((a) * (b) + (c))
#define VDIV(a, b) ((a) / (b))
#define VABS(a) VMAX(a, -(a))
#define VLT(a, b) ((a) < (b))
#define VLE(a, b) ((a) <= (b))
#ifdef COTERIE_SIMD_VECTORS
#define LANES ((int)(16 / sizeof(REAL)))
#define VR FN(vreal)
#define VI FN(vint)
#define VM FN(vint)
#define VLOAD(p) (*(const VR *)(p))
#define VSTORE(p, v) (*(VR *)(p) = (v))
#define VISTORE(p, v) (*(VI *)(p) = (v))
#define VILOAD(p) (*(const VI *)(p))
#define VSET1(s) ((VR){0} + (REAL)(s))
#define VISET1(i) ((VI){0} + (INT)(i))
#define VISELECT(m, a, b) (((m) & (a)) | (~(m) & (b)))
#define VIEQ(a, b) ((a) == (b))
#define VKEEP(m, v) ((VR)((VI)(v) & (m)))
#define VSELECT(m, a, b) ((VR)(((m) & (VI)(a)) | (~(m) & (VI)(b))))
#define VMIN(a, b) FN(vmin)(a, b)
#define VMAX(a, b) FN(vmax)(a, b)
#define VSQRT(a) FN(vsqrt)(a)
#define VBITS(m) FN(vbits)(m)
/* What a compiler's own vectors lack, once in a file that includes several bodies. */
#if (defined(REAL_IS_DOUBLE) && !defined(COTERIE_HELPERS_F64)) || (!defined(REAL_IS_DOUBLE) && !defined(COTERIE_HELPERS_F32))
#ifdef REAL_IS_DOUBLE
#define COTERIE_HELPERS_F64
#else
#define COTERIE_HELPERS_F32
#endif
typedef REAL FN(vreal) __attribute__((vector_size(16), aligned(sizeof(REAL)), may_alias));
typedef INT FN(vint) __attribute__((vector_size(16), aligned(sizeof(INT)), may_alias));
COTERIE_INLINE VR FN(vmin)(VR a, VR b) { VM m = a < b; return (VR)((m & (VI)a) | (~m & (VI)b)); }
COTERIE_INLINE VR FN(vmax)(VR a, VR b) { VM m = a > b; return (VR)((m & (VI)a) | (~m & (VI)b)); }
COTERIE_INLINE VR FN(vsqrt)(VR a) {
    for (int i = 0; i < LANES; i++) a[i] = (REAL)sqrt(a[i]);
    return a;
}
COTERIE_INLINE uint64_t FN(vbits)(VM m) {
    uint64_t bits = 0;
    for (int i = 0; i < LANES; i++) bits |= (uint64_t)(m[i] & 1) << i;
    return bits;
}
#endif
#else
#define LANES 1
#define VR REAL
#define VI INT
#define VM INT
#define VLOAD(p) (*(p))
#define VSTORE(p, v) (*(p) = (v))
#define VISTORE(p, v) (*(p) = (v))
#define VILOAD(p) (*(p))
#define VSET1(s) ((REAL)(s))
#define VISET1(i) ((INT)(i))
#define VISELECT(m, a, b) ((m) ? (a) : (b))
#define VIEQ(a, b) ((a) == (b))
#define VKEEP(m, v) ((m) ? (v) : (REAL)0)
#define VSELECT(m, a, b) ((m) ? (a) : (b))
#define VMIN(a, b) ((a) < (b) ? (a) : (b))
#define VMAX(a, b) ((a) > (b) ? (a) : (b))
#define VSQRT(a) ((REAL)sqrt(a))
#define VBITS(m) ((uint64_t)((m) & 1))
#endif
#endif
