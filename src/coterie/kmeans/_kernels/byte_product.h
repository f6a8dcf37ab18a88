/* SPDX-License-Identifier: BSD-3-Clause */
/* Products of rows with many columns in whole numbers of one byte, where an instruction multiplies four pairs of them
 * (the VNNI extension of AVX-512). The same numbers come out without it, slowly.
 *
 * The instruction takes one factor without a sign. So a row is q + 128, q whole numbers from -127 to 127, and a column
 * is c, and 128 times the sum of c is taken off. */
#ifndef COTERIE_BYTE_PRODUCT_H
#define COTERIE_BYTE_PRODUCT_H
#include "product.h"

/* Panel g of the columns begins at columns[g * (groups + 1) * BYTES_OF_GROUP]. For each group of four features it has
 * these four numbers of each column, and in the end -128 times the sum of each column, in 32 bits. */
enum { BYTES_OF_GROUP = 4 * PRODUCT_PANEL };

#ifdef COTERIE_SIMD_X86
#define BYTE_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx512vnni,avx2,fma")))
enum { BYTE_PANELS = 4 }; /* that are multiplied at once */

/* Multiply PRODUCT_ROWS rows with np panels (a constant). */
COTERIE_INLINE BYTE_TARGET void byte_block(
        const uint8_t *const *x, const float *step, const int np, ptrdiff_t groups, const int8_t *columns,
        const float *factor, const float *start, float *const *out) {
    __m512i sum[PRODUCT_ROWS * BYTE_PANELS];
    const ptrdiff_t size = (groups + 1) * BYTES_OF_GROUP;
    for (int u = 0; u < np; u++) {
        __m512i first = _mm512_loadu_si512(columns + u * size + groups * BYTES_OF_GROUP);
        for (int r = 0; r < PRODUCT_ROWS; r++) sum[r * np + u] = first;
    }
    for (ptrdiff_t j = 0; j < groups; j++) {
        __m512i c[BYTE_PANELS];
        for (int u = 0; u < np; u++) c[u] = _mm512_loadu_si512(columns + u * size + j * BYTES_OF_GROUP);
        for (int r = 0; r < PRODUCT_ROWS; r++) {
            int32_t four;
            memcpy(&four, x[r] + 4 * j, sizeof four);
            __m512i xr = _mm512_set1_epi32(four);
            for (int u = 0; u < np; u++) /* gcc would copy each sum before and after the intrinsic */
                __asm__("vpdpbusd %2, %1, %0" : "+v"(sum[r * np + u]) : "v"(xr), "v"(c[u]));
        }
    }
    for (int r = 0; r < PRODUCT_ROWS; r++)
        for (int u = 0; u < np; u++) {
            __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(sum[r * np + u]),
                                           _mm512_loadu_ps(factor + u * PRODUCT_PANEL));
            product = _mm512_mul_ps(product, _mm512_set1_ps(step[r]));
            _mm512_storeu_ps(out[r] + u * PRODUCT_PANEL,
                             _mm512_add_ps(_mm512_loadu_ps(start + u * PRODUCT_PANEL), product));
        }
}

static inline BYTE_TARGET void byte_product_vnni(
        const uint8_t **x, const float *step, ptrdiff_t n, ptrdiff_t groups, const int8_t *columns, const float *factor,
        const float *start, ptrdiff_t n_panels, float *out, ptrdiff_t stride) {
    for (ptrdiff_t g = 0; g < n_panels; g += BYTE_PANELS) {
        const int8_t *some = columns + g * (groups + 1) * BYTES_OF_GROUP;
        const float *f = factor + g * PRODUCT_PANEL, *s = start + g * PRODUCT_PANEL;
        for (ptrdiff_t i = 0; i < n; i += PRODUCT_ROWS) {
            const uint8_t *row[PRODUCT_ROWS];
            float *to[PRODUCT_ROWS], spare[BYTE_PANELS * PRODUCT_PANEL], steps[PRODUCT_ROWS];
            for (int r = 0; r < PRODUCT_ROWS; r++) {
                row[r] = x[i + r < n ? i + r : n - 1];
                steps[r] = step[i + r < n ? i + r : n - 1];
                to[r] = i + r < n ? out + (i + r) * stride + g * PRODUCT_PANEL : spare;
            }
            switch (n_panels - g) {
                case 1: byte_block(row, steps, 1, groups, some, f, s, to); break;
                case 2: byte_block(row, steps, 2, groups, some, f, s, to); break;
                case 3: byte_block(row, steps, 3, groups, some, f, s, to); break;
                default: byte_block(row, steps, 4, groups, some, f, s, to);
            }
        }
    }
}
#undef BYTE_TARGET
#endif

static inline void byte_product_plain(
        const uint8_t **x, const float *step, ptrdiff_t n, ptrdiff_t groups, const int8_t *columns, const float *factor,
        const float *start, ptrdiff_t n_panels, float *out, ptrdiff_t stride) {
    for (ptrdiff_t i = 0; i < n; i++)
        for (ptrdiff_t q = 0; q < n_panels * PRODUCT_PANEL; q++) {
            const int8_t *c = columns + q / PRODUCT_PANEL * (groups + 1) * BYTES_OF_GROUP + q % PRODUCT_PANEL * 4;
            int32_t sum;
            memcpy(&sum, c + groups * BYTES_OF_GROUP, sizeof sum);
            for (ptrdiff_t j = 0; j < groups; j++)
                for (int f = 0; f < 4; f++) sum += x[i][4 * j + f] * c[j * BYTES_OF_GROUP + f];
            out[i * stride + q] = start[q] + (float)sum * factor[q] * step[i];
        }
}

/* Whether the machine has that instruction. */
static inline int multiplies_bytes(void) {
#ifdef COTERIE_SIMD_X86
    return simd_level() == SIMD_AVX512 && __builtin_cpu_supports("avx512vnni");
#else
    return 0;
#endif
}

/* out[i, l] = start[l] + step[i] * factor[l] * sum_j q[i, j] * column l[j], in whole numbers, whose sums must fit into
 * 32 bits.
 *
 * x (n pointers to 4 groups numbers), q + 128; step (n,); columns (n_panels, groups + 1, BYTES_OF_GROUP); factor, start
 * (n_panels * PRODUCT_PANEL,) IN; out (n, stride) OUT. */
static inline void byte_product(
        const uint8_t **x, const float *step, ptrdiff_t n, ptrdiff_t groups, const int8_t *columns, const float *factor,
        const float *start, ptrdiff_t n_panels, float *out, ptrdiff_t stride) {
#ifdef COTERIE_SIMD_X86
    if (multiplies_bytes()) {
        byte_product_vnni(x, step, n, groups, columns, factor, start, n_panels, out, stride);
        return;
    }
#endif
    byte_product_plain(x, step, n, groups, columns, factor, start, n_panels, out, stride);
}
#endif
