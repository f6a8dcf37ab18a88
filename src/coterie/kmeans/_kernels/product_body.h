/* SPDX-License-Identifier: BSD-3-Clause */
/* Products of rows with many columns, and what is done with a row of them; compiled for each level (simd.h).
 *
 * Columns (centers, or directions) lie in panels of PRODUCT_PANEL: number j of column l of panel g is
 * columns[(g * d + j) * PRODUCT_PANEL + l]. So columns lie across the lanes, and the numbers of a row are broadcast: rows
 * are read as they are, and nothing is added up across lanes.
 */

/* nv vectors of columns (a constant) times PRODUCT_ROWS rows, over the features j0 .. j1 - 1, added to `from`, the same for
 * each row, or to what is in `out` where it is NULL. */
COTERIE_INLINE TARGET void FN(product_block)(
        const REAL *const *x, const int nv, ptrdiff_t j0, ptrdiff_t j1, const REAL *const *column, const REAL *from,
        REAL *const *out) {
    VR sum[PRODUCT_ROWS * 4];
    for (int a = 0; a < PRODUCT_ROWS * nv; a++) sum[a] = VSET1((REAL)0);
    for (ptrdiff_t j = j0; j < j1; j++) {
        VR v[4];
        for (int u = 0; u < nv; u++) v[u] = VLOAD(column[u] + j * PRODUCT_PANEL);
        for (int r = 0; r < PRODUCT_ROWS; r++) {
            VR xr = VSET1(x[r][j]);
            for (int u = 0; u < nv; u++) sum[r * nv + u] = VFMA(xr, v[u], sum[r * nv + u]);
        }
    }
    for (int r = 0; r < PRODUCT_ROWS; r++)
        for (int u = 0; u < nv; u++) {
            REAL *to = out[r] + u * LANES;
            VSTORE(to, VADD(from ? VLOAD(from + u * LANES) : VLOAD(to), sum[r * nv + u]));
        }
}

/* out[i, l] = start[l] + sum_j x[i, j] * column l[j], for n rows at x[i] and n_panels panels of columns.
 *
 * x (n pointers to d numbers), columns, start (n_panels * PRODUCT_PANEL,) IN; out (n, stride) OUT.
 * Sums are cut into blocks of PRODUCT_FEATURES, so that a number goes through PRODUCT_FEATURES + d / PRODUCT_FEATURES
 * roundings instead of d. */
static TARGET void FN(product)(
        const REAL **x, ptrdiff_t n, ptrdiff_t d, const REAL *columns, const REAL *start, ptrdiff_t n_panels,
        REAL *out, ptrdiff_t stride) {
    enum { AT_ONCE = VBYTES == 64 ? 4 : 2 }; /* with PRODUCT_ROWS rows this fills 24 of 32 registers, or 12 of 16 */
    ptrdiff_t n_vectors = n_panels * (PRODUCT_PANEL / LANES);
    for (ptrdiff_t v0 = 0; v0 < n_vectors; v0 += AT_ONCE) {
        int nv = n_vectors - v0 < AT_ONCE ? (int)(n_vectors - v0) : AT_ONCE;
        const REAL *column[4];
        for (int u = 0; u < nv; u++) {
            ptrdiff_t first = (v0 + u) * LANES;
            column[u] = columns + first / PRODUCT_PANEL * d * PRODUCT_PANEL + first % PRODUCT_PANEL;
        }
        for (ptrdiff_t j0 = 0; j0 < d; j0 += PRODUCT_FEATURES) {
            ptrdiff_t j1 = j0 + PRODUCT_FEATURES < d ? j0 + PRODUCT_FEATURES : d;
            const REAL *from = j0 ? NULL : start + v0 * LANES;
            for (ptrdiff_t i = 0; i < n; i += PRODUCT_ROWS) {
                const REAL *row[PRODUCT_ROWS];
                REAL *to[PRODUCT_ROWS];
                REAL spare[4 * LANES];
                for (int r = 0; r < PRODUCT_ROWS; r++) {
                    row[r] = x[i + r < n ? i + r : n - 1];
                    to[r] = i + r < n ? out + (i + r) * stride + v0 * LANES : spare;
                }
                switch (nv) {
                    case 1: FN(product_block)(row, 1, j0, j1, column, from, to); break;
                    case 2: FN(product_block)(row, 2, j0, j1, column, from, to); break;
                    case 3: FN(product_block)(row, 3, j0, j1, column, from, to); break;
                    default: FN(product_block)(row, 4, j0, j1, column, from, to);
                }
            }
        }
    }
}

#ifndef REAL_IS_DOUBLE
/* The sums of the lanes of n <= 4 vectors. */
COTERIE_INLINE TARGET void FN(sum_lanes)(const VR *v, int n, REAL *out) {
#if VBYTES > 16
    /* All four together: neighbors are added as they are interleaved. */
    VR a = v[0], b = v[n > 1 ? 1 : 0], c = v[n > 2 ? 2 : 0], d = v[n > 3 ? 3 : 0];
    VR ab = VADD(MM(unpacklo)(a, b), MM(unpackhi)(a, b)), cd = VADD(MM(unpacklo)(c, d), MM(unpackhi)(c, d));
#if VBYTES == 64
    __m512d p = _mm512_castps_pd(ab), q = _mm512_castps_pd(cd);
    VR all = VADD(_mm512_castpd_ps(_mm512_unpacklo_pd(p, q)), _mm512_castpd_ps(_mm512_unpackhi_pd(p, q)));
    __m256 half = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
#else
    __m256d p = _mm256_castps_pd(ab), q = _mm256_castps_pd(cd);
    __m256 half = VADD(_mm256_castpd_ps(_mm256_unpacklo_pd(p, q)), _mm256_castpd_ps(_mm256_unpackhi_pd(p, q)));
#endif
    REAL sums[4];
    _mm_storeu_ps(sums, _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1)));
    for (int i = 0; i < n; i++) out[i] = sums[i];
#else
    for (int i = 0; i < n; i++) {
        REAL lanes[LANES];
        VSTORE(lanes, v[i]);
        for (int half = LANES / 2; half; half /= 2)
            for (int u = 0; u < half; u++) lanes[u] += lanes[u + half];
        out[i] = lanes[0];
    }
#endif
}

/* A row in whole numbers from -most to most, times a step.
 *
 * x (d,) IN, d a multiple of PRODUCT_PANEL
 * whole (d,) OUT, the numbers; or NULL, and bytes (d,) OUT, the numbers plus 128
 * about (2,) OUT: the step, and the length of what is left, or more */
static TARGET void FN(whole_row)(const float *x, ptrdiff_t d, int most, int16_t *whole, uint8_t *bytes, float *about) {
    const VR zero = VSET1(0.0f), rounder = VSET1(12582912.0f);
    VR top = zero, sums[2] = {zero, zero}; /* of the squares of the row, and of what is left of it */
    float lanes[LANES], largest = 0, total[2];
    for (ptrdiff_t j = 0; j < d; j += LANES) top = VMAX(top, VABS(VLOAD(x + j)));
    VSTORE(lanes, top);
    for (int u = 0; u < LANES; u++) largest = lanes[u] > largest ? lanes[u] : largest;
    float step = largest / (float)most;
    if (!(step > 1e-25f && step < 1e25f)) step = 0; /* its square would vanish or overflow: nothing is known of the row */
    VR to_steps = VSET1(step > 0 ? 1 / step : 0), steps = VSET1(-step), limit = VSET1((float)most);
    for (ptrdiff_t j = 0; j < d; j += LANES) {
        VR v = VLOAD(x + j);
        VR number = VSUB(VFMA(v, to_steps, rounder), rounder);
        number = VMAX(VMIN(number, limit), VSUB(zero, limit));
        VR what_is_left = VFMA(steps, number, v);
        sums[0] = VFMA(v, v, sums[0]);
        sums[1] = VFMA(what_is_left, what_is_left, sums[1]);
        if (!whole) {
#if VBYTES == 64
            _mm_storeu_si128((__m128i *)(bytes + j),
                             _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(VADD(number, VSET1(128.0f)))));
#else
            VSTORE(lanes, number);
            for (int u = 0; u < LANES; u++) bytes[j + u] = (uint8_t)(lanes[u] + 128);
#endif
            continue;
        }
#if VBYTES == 64
        _mm256_storeu_si256((__m256i *)(whole + j), _mm512_cvtepi32_epi16(_mm512_cvtps_epi32(number)));
#elif VBYTES == 32
        __m256i wide = _mm256_cvtps_epi32(number);
        _mm_storeu_si128((__m128i *)(whole + j),
                         _mm_packs_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1)));
#else
        VSTORE(lanes, number);
        for (int u = 0; u < LANES; u++) whole[j + u] = (int16_t)lanes[u];
#endif
    }
    FN(sum_lanes)(sums, 2, total);
    about[0] = step;
    about[1] = (sqrtf(total[1]) + 1e-6f * sqrtf(total[0])) * 1.001f; /* far more than what rounding may amount to */
}

#ifdef COTERIE_SIMD_X86
#if VBYTES == 16
#define WHOLE_VECTOR __m128i
#define WHOLE_OP(op, kind) SIMD_GLUE(_mm, op, kind)
#define WHOLE_LOAD(p) _mm_loadu_si128((const __m128i *)(p))
#define WHOLE_FLOATS(v) ((VR)_mm_cvtepi32_ps(v))
#else
#define WHOLE_VECTOR VI
#define WHOLE_OP(op, kind) SIMD_GLUE(MM_PREFIX, op, kind)
#define WHOLE_LOAD(p) VILOAD(p)
#define WHOLE_FLOATS(v) WHOLE_OP(cvtepi32, ps)(v)
#endif
/* nv vectors of columns (a constant) times PRODUCT_ROWS rows: two features at a time. */
COTERIE_INLINE TARGET void FN(whole_block)(
        const int16_t *const *x, const float *step, const int nv, ptrdiff_t pairs, const int16_t *const *column,
        const float *factor, const float *start, float *const *out) {
    WHOLE_VECTOR sum[PRODUCT_ROWS * 4];
    for (int a = 0; a < PRODUCT_ROWS * nv; a++) sum[a] = WHOLE_OP(set1, epi32)(0);
    for (ptrdiff_t j = 0; j < pairs; j++) {
        WHOLE_VECTOR v[4];
        for (int u = 0; u < nv; u++) v[u] = WHOLE_LOAD(column[u] + j * PRODUCT_PANEL * 2);
        for (int r = 0; r < PRODUCT_ROWS; r++) {
            int32_t two;
            memcpy(&two, x[r] + 2 * j, sizeof two);
            WHOLE_VECTOR xr = WHOLE_OP(set1, epi32)(two);
            for (int u = 0; u < nv; u++)
                sum[r * nv + u] = WHOLE_OP(add, epi32)(sum[r * nv + u], WHOLE_OP(madd, epi16)(xr, v[u]));
        }
    }
    for (int r = 0; r < PRODUCT_ROWS; r++)
        for (int u = 0; u < nv; u++) {
            VR product = VMUL(VMUL(WHOLE_FLOATS(sum[r * nv + u]), VLOAD(factor + u * LANES)), VSET1(step[r]));
            VSTORE(out[r] + u * LANES, VADD(VLOAD(start + u * LANES), product));
        }
}
#undef WHOLE_VECTOR
#undef WHOLE_OP
#undef WHOLE_LOAD
#undef WHOLE_FLOATS
#else
COTERIE_INLINE TARGET void FN(whole_block)(
        const int16_t *const *x, const float *step, const int nv, ptrdiff_t pairs, const int16_t *const *column,
        const float *factor, const float *start, float *const *out) {
    for (int r = 0; r < PRODUCT_ROWS; r++)
        for (int u = 0; u < nv; u++) {
            int32_t sum[LANES];
            for (int l = 0; l < LANES; l++) sum[l] = 0;
            for (ptrdiff_t j = 0; j < pairs; j++)
                for (int l = 0; l < LANES; l++) {
                    const int16_t *two = column[u] + (j * PRODUCT_PANEL + l) * 2;
                    sum[l] += x[r][2 * j] * two[0] + x[r][2 * j + 1] * two[1];
                }
            for (int l = 0; l < LANES; l++)
                out[r][u * LANES + l] = start[u * LANES + l] + (float)sum[l] * factor[u * LANES + l] * step[r];
        }
}
#endif

/* out[i, l] = start[l] + step[i] * factor[l] * sum_j x[i, j] * column l[j], in whole numbers, whose sums must fit into 32
 * bits.
 *
 * x (n pointers to d numbers), d even; step (n,); columns (n_panels, d / 2, PRODUCT_PANEL, 2): two features of a column lie
 * together; factor, start (n_panels * PRODUCT_PANEL,) IN; out (n, stride) OUT. */
static TARGET void FN(whole_product)(
        const int16_t **x, const float *step, ptrdiff_t n, ptrdiff_t d, const int16_t *columns, const float *factor,
        const float *start, ptrdiff_t n_panels, float *out, ptrdiff_t stride) {
    enum { AT_ONCE = VBYTES == 64 ? 4 : 2 };
    ptrdiff_t n_vectors = n_panels * (PRODUCT_PANEL / LANES);
    for (ptrdiff_t v0 = 0; v0 < n_vectors; v0 += AT_ONCE) {
        int nv = n_vectors - v0 < AT_ONCE ? (int)(n_vectors - v0) : AT_ONCE;
        const int16_t *column[4];
        for (int u = 0; u < nv; u++) {
            ptrdiff_t first = (v0 + u) * LANES;
            column[u] = columns + first / PRODUCT_PANEL * d * PRODUCT_PANEL + first % PRODUCT_PANEL * 2;
        }
        for (ptrdiff_t i = 0; i < n; i += PRODUCT_ROWS) {
            const int16_t *row[PRODUCT_ROWS];
            float *to[PRODUCT_ROWS], spare[4 * LANES], steps[PRODUCT_ROWS];
            for (int r = 0; r < PRODUCT_ROWS; r++) {
                row[r] = x[i + r < n ? i + r : n - 1];
                steps[r] = step[i + r < n ? i + r : n - 1];
                to[r] = i + r < n ? out + (i + r) * stride + v0 * LANES : spare;
            }
            const float *f = factor + v0 * LANES, *s = start + v0 * LANES;
            switch (nv) {
                case 1: FN(whole_block)(row, steps, 1, d / 2, column, f, s, to); break;
                case 2: FN(whole_block)(row, steps, 2, d / 2, column, f, s, to); break;
                case 3: FN(whole_block)(row, steps, 3, d / 2, column, f, s, to); break;
                default: FN(whole_block)(row, steps, 4, d / 2, column, f, s, to);
            }
        }
    }
}

/* x times nc rows (a constant). */
COTERIE_INLINE TARGET void FN(few_dots)(
        const REAL *x, ptrdiff_t d, const int nc, const REAL *const *row, const REAL *const *next, REAL *out) {
    enum { STEPS = PRODUCT_PANEL / LANES > 1 ? 2 : 1 }; /* sums side by side, so that additions need not wait */
    VR sum[4 * STEPS];
    for (int a = 0; a < nc * STEPS; a++) sum[a] = VSET1((REAL)0);
    for (ptrdiff_t j = 0; j < d; j += STEPS * LANES)
        for (int u = 0; u < STEPS; u++) {
            for (int a = 0; a < nc; a++) COTERIE_PREFETCH(next[a] + j);
            VR v = VLOAD(x + j + u * LANES);
            for (int a = 0; a < nc; a++)
                sum[a * STEPS + u] = VFMA(v, VLOAD(row[a] + j + u * LANES), sum[a * STEPS + u]);
        }
    VR total[4];
    for (int a = 0; a < nc; a++) {
        total[a] = sum[a * STEPS];
        for (int u = 1; u < STEPS; u++) total[a] = VADD(total[a], sum[a * STEPS + u]);
    }
    FN(sum_lanes)(total, nc, out);
}

/* out[i] = x * row which[i], where rows are d numbers, a multiple of PRODUCT_PANEL, with zeros behind the last feature.
 * x (d,), rows (., d), which (m,) IN; out (m,) OUT. */
static TARGET void FN(dots)(
        const REAL *x, ptrdiff_t d, const REAL *rows, const int32_t *which, ptrdiff_t m, REAL *out) {
    const REAL *row[4], *next[4];
    for (ptrdiff_t i = 0; i < m; i += 4) {
        int nc = m - i < 4 ? (int)(m - i) : 4;
        for (int a = 0; a < nc; a++) {
            row[a] = rows + which[i + a] * d;
            next[a] = rows + which[i + 4 + a < m ? i + 4 + a : m - 1] * d;
        }
        switch (nc) {
            case 1: FN(few_dots)(x, d, 1, row, next, out + i); break;
            case 2: FN(few_dots)(x, d, 2, row, next, out + i); break;
            case 3: FN(few_dots)(x, d, 3, row, next, out + i); break;
            default: FN(few_dots)(x, d, 4, row, next, out + i);
        }
    }
}

/* The smallest and the second smallest of n scores, n a multiple of PRODUCT_PANEL. Returns where the smallest one is, the
 * first on a tie; 0 where no score is a number. */
static TARGET ptrdiff_t FN(two_smallest)(const REAL *score, ptrdiff_t n, REAL *smallest, REAL *second) {
    VR best = VSET1((REAL)INFINITY), next = best;
    VI index = VISET1(0);
    for (ptrdiff_t i = 0; i < n; i += LANES) {
        VR s = VLOAD(score + i);
        VM less = VLT(s, best);
        next = VMIN(next, VMAX(s, best));
        best = VMIN(s, best);
        index = VISELECT(less, VISET1((INT)i), index);
    }
    REAL bests[LANES], nexts[LANES];
    INT indices[LANES];
    VSTORE(bests, best);
    VSTORE(nexts, next);
    VISTORE(indices, index);
    int own = 0;
    for (int u = 1; u < LANES; u++)
        if (bests[u] < bests[own] || (bests[u] == bests[own] && indices[u] < indices[own])) own = u;
    *smallest = bests[own];
    *second = nexts[own];
    for (int u = 0; u < LANES; u++)
        if (u != own && bests[u] < *second) *second = bests[u];
    return indices[own] + own;
}

/* The lanes in which a is not below b: where one is not a number, too. */
#define NOT_BELOW(a, b) (~VBITS(VLT(a, b)) & (((uint64_t)1 << LANES) - 1))

/* Which of n scores are not above `most`, n a multiple of PRODUCT_PANEL: out, in order. Returns how many. */
static TARGET ptrdiff_t FN(not_above)(const REAL *score, ptrdiff_t n, REAL most, int32_t *out) {
    ptrdiff_t found = 0;
    VR limit = VSET1(most);
    for (ptrdiff_t i = 0; i < n; i += LANES) {
        uint64_t bits = NOT_BELOW(limit, VLOAD(score + i));
        for (; bits; bits &= bits - 1) out[found++] = (int32_t)(i + lowest_bit(bits));
    }
    return found;
}

/* Which of n groups have a bound less drift that is not above `most`, n a multiple of PRODUCT_PANEL: out, in order. */
static TARGET ptrdiff_t FN(open_groups)(
        const REAL *bound, const REAL *drift, ptrdiff_t n, REAL most, int32_t *out) {
    ptrdiff_t found = 0;
    VR limit = VSET1(most);
    for (ptrdiff_t i = 0; i < n; i += LANES) {
        uint64_t bits = NOT_BELOW(limit, VSUB(VLOAD(bound + i), VLOAD(drift + i)));
        for (; bits; bits &= bits - 1) out[found++] = (int32_t)(i + lowest_bit(bits));
    }
    return found;
}

#undef NOT_BELOW

/* Bounds of PRODUCT_PANEL groups: the smallest of n scores each, where those of a group are PRODUCT_PANEL apart, as a
 * distance: sqrt(score + more), rounded down by the factor `down`; then drift is added.
 *
 * score (n, PRODUCT_PANEL), drift (PRODUCT_PANEL,) IN; bound (PRODUCT_PANEL,) OUT. */
static TARGET void FN(bound_groups)(
        const REAL *score, ptrdiff_t n, REAL more, REAL down, const REAL *drift, REAL *bound) {
    for (int p = 0; p < PRODUCT_PANEL; p += LANES) {
        VR least = VLOAD(score + p);
        for (ptrdiff_t i = 1; i < n; i++) least = VMIN(least, VLOAD(score + i * PRODUCT_PANEL + p));
        VR distance = VSQRT(VMAX(VADD(least, VSET1(more)), VSET1((REAL)0)));
        VSTORE(bound + p, VMUL(VADD(VMUL(distance, VSET1(down)), VLOAD(drift + p)), VSET1(down)));
    }
}

/* (x - shift) * scale of a row, d numbers, in float32; zeros behind it up to d_padded. The row `next` is asked for. For
 * float32 the shift is a number of float32, too: then its multiple is, and one rounding is left. */
static TARGET void FN(shift_from_f32)(
        const float *x, const float *next, ptrdiff_t d, const double *shift, double scale, ptrdiff_t d_padded,
        float *__restrict out) {
    enum { LINE = 64 / sizeof(float) };
    float factor = (float)scale;
    if (factor > 0 && factor < INFINITY)
        for (ptrdiff_t j0 = 0; j0 < d; j0 += LINE) {
            ptrdiff_t j1 = j0 + LINE < d ? j0 + LINE : d;
            COTERIE_PREFETCH(next + j0);
            for (ptrdiff_t j = j0; j < j1; j++) out[j] = x[j] * factor - (float)shift[j] * factor;
        }
    else
        for (ptrdiff_t j = 0; j < d; j++) out[j] = (float)(((double)x[j] - shift[j]) * scale);
    for (ptrdiff_t j = d; j < d_padded; j++) out[j] = 0;
}
static TARGET void FN(shift_from_f64)(
        const double *x, const double *next, ptrdiff_t d, const double *shift, double scale, ptrdiff_t d_padded,
        float *__restrict out) {
    enum { LINE = 64 / sizeof(double) };
    for (ptrdiff_t j0 = 0; j0 < d; j0 += LINE) {
        ptrdiff_t j1 = j0 + LINE < d ? j0 + LINE : d;
        COTERIE_PREFETCH(next + j0);
        for (ptrdiff_t j = j0; j < j1; j++) out[j] = (float)((x[j] - shift[j]) * scale);
    }
    for (ptrdiff_t j = d; j < d_padded; j++) out[j] = 0;
}
#endif
