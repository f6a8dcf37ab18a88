/* SPDX-License-Identifier: BSD-3-Clause */
/* Which rows may lie near some trial centers? Whole numbers of few bits rule out nearly all others, in a quarter of the
 * memory and time of float32. Compiled for each level and precision (simd.h).
 *
 * A row y, shifted and scaled, becomes step * q + e: q whole numbers, e what is left, whose length is known. A trial z
 * becomes step' * q' + e' in the same way. So |y - z| >= |step q - step' q'| - |e| - |e'|, and the first of these is
 * step^2 |q|^2 + step'^2 |q'|^2 - 2 step step' q.q', where q.q' is exact.
 *
 * A tile of such rows holds groups of four features: feature 4 j + f of row i is x[(j * TILE_ROWS + i) * 4 + f]. Rows
 * lie across the lanes, and one instruction multiplies two features of each. Bytes become pairs of 16 bits by shifts: the
 * even ones, then the odd ones. So two numbers of a trial hold its features 4 j and 4 j + 2, 4 j + 1 and 4 j + 3, 16 bits
 * each, the first one low. */

COTERIE_INLINE TARGET REAL FN(sum_of_lanes)(VR v) {
#if VBYTES == 64
    return MM(reduce_add)(v);
#else
    REAL lanes[LANES];
    VSTORE(lanes, v);
    for (int half = LANES / 2; half; half /= 2)
        for (int u = 0; u < half; u++) lanes[u] += lanes[u + half];
    return lanes[0];
#endif
}

/* Distances between single rows: x (d,) and nc (a constant) others. No digits are lost, and equal rows are at distance
 * 0. The order of the sums does not depend on nc. */
COTERIE_INLINE TARGET void FN(row_distances_few)(
        const REAL *x, const REAL *const *c, const int nc, ptrdiff_t d, REAL *out) {
    VR sum[4][2];
    ptrdiff_t j = 0;
    for (int a = 0; a < nc; a++) sum[a][0] = sum[a][1] = VSET1((REAL)0);
    for (; j + 2 * LANES <= d; j += 2 * LANES)
        for (int a = 0; a < nc; a++)
            for (int u = 0; u < 2; u++) {
                VR t = VSUB(VLOAD(x + j + u * LANES), VLOAD(c[a] + j + u * LANES));
                sum[a][u] = VFMA(t, t, sum[a][u]);
            }
    if (j + LANES <= d) {
        for (int a = 0; a < nc; a++) {
            VR t = VSUB(VLOAD(x + j), VLOAD(c[a] + j));
            sum[a][0] = VFMA(t, t, sum[a][0]);
        }
        j += LANES;
    }
    for (int a = 0; a < nc; a++) {
        REAL rest = 0;
        for (ptrdiff_t i = j; i < d; i++) rest += (x[i] - c[a][i]) * (x[i] - c[a][i]);
        out[a] = FN(sum_of_lanes)(VADD(sum[a][0], sum[a][1])) + rest;
    }
}

/* x (d,), c (m,) pointers to (d,) IN; out (m,) OUT, squared distances. The same bits for x and c swapped. */
static TARGET void FN(row_distances)(const REAL *x, const REAL *const *c, ptrdiff_t m, ptrdiff_t d, REAL *out) {
    ptrdiff_t i = 0;
    for (; i + 4 <= m; i += 4) FN(row_distances_few)(x, c + i, 4, d, out + i);
    for (; i < m; i++) FN(row_distances_few)(x, c + i, 1, d, out + i);
}

/* Features `first` and following of a row that is shifted and scaled, COARSE_FEATURES at most, then zeros. */
COTERIE_INLINE TARGET void FN(coarse_features)(
        const REAL *x, ptrdiff_t first, ptrdiff_t d, const double *shift, double scale, REAL *y) {
    int n = (int)(d - first < COARSE_FEATURES ? d - first : COARSE_FEATURES);
    for (int j = 0; j < n; j++) y[j] = (REAL)(((double)x[first + j] - shift[first + j]) * scale);
    for (int j = n; j < COARSE_FEATURES; j++) y[j] = 0;
}

/* A row as whole numbers from -most to most.
 *
 * x (d,), shift (d,), scale IN: the row is (x - shift) * scale
 * slack IN: relative error of a sum of d squares, at most; floor_ IN: what x - shift may have lost, at least 1e-20
 * tile OUT, as of a row of a tile; or NULL, and pairs (2 groups,) OUT, as of a trial
 * about (3,) OUT: the step; step^2 |q|^2, or less, by no more than 3 slack of it; the length of what is left, or more */
static TARGET void FN(coarse_row)(
        const REAL *x, ptrdiff_t d, const double *shift, double scale, int most, float slack, float floor_,
        int8_t *tile, int32_t *pairs, float *about) {
    const VR zero = VSET1((REAL)0), rounder = VSET1((REAL)(sizeof(REAL) == 4 ? 12582912.0 : 6755399441055744.0));
    VR top = zero, square = zero, rest = zero;
    REAL y[COARSE_FEATURES], lanes[LANES], largest = 0;
    for (ptrdiff_t first = 0; first < d; first += COARSE_FEATURES) {
        FN(coarse_features)(x, first, d, shift, scale, y);
        for (int j = 0; j < COARSE_FEATURES; j += LANES) top = VMAX(top, VABS(VLOAD(y + j)));
    }
    VSTORE(lanes, top);
    for (int u = 0; u < LANES; u++) largest = lanes[u] > largest ? lanes[u] : largest;
    REAL step = (REAL)(float)(largest / (REAL)most);
    if (step < (REAL)1e-25) step = 0; /* its square would vanish, or its inverse overflow */
    VR to_steps = VSET1(step > 0 ? 1 / step : 0), steps = VSET1(-step), limit = VSET1((REAL)most);
    for (ptrdiff_t first = 0; first < d; first += COARSE_FEATURES) {
        FN(coarse_features)(x, first, d, shift, scale, y);
        for (int j = 0; j < COARSE_FEATURES; j += LANES) {
            VR v = VLOAD(y + j);
            VR whole = VSUB(VFMA(v, to_steps, rounder), rounder);
            whole = VMAX(VMIN(whole, limit), VSUB(zero, limit));
            VR left = VFMA(steps, whole, v);
            square = VFMA(whole, whole, square);
            rest = VFMA(left, left, rest);
            VSTORE(y + j, whole);
        }
        for (int j = 0; j < COARSE_FEATURES && first + j < d; j += 4) {
            ptrdiff_t group = (first + j) / 4;
            int32_t q[4];
            for (int f = 0; f < 4; f++) q[f] = (int32_t)y[j + f];
            if (tile) {
                for (int f = 0; f < 4; f++) tile[group * TILE_ROWS * 4 + f] = (int8_t)q[f];
            } else {
                pairs[2 * group] = (int32_t)((uint32_t)q[0] & 0xffff) | (int32_t)((uint32_t)q[2] << 16);
                pairs[2 * group + 1] = (int32_t)((uint32_t)q[1] & 0xffff) | (int32_t)((uint32_t)q[3] << 16);
            }
        }
    }
    double squares = (double)step * step * FN(sum_of_lanes)(square), length = sqrt(FN(sum_of_lanes)(rest));
    about[0] = (float)step;
    about[1] = (float)(squares * (1.0 - 2.0 * slack));
    about[2] = (float)((length + 1e-6 * sqrt(squares)) * (1.0 + 2.0 * slack)) + floor_;
}

#ifndef REAL_IS_DOUBLE
#ifdef COTERIE_SIMD_X86
#if VBYTES == 16
#define COARSE_OP(op, kind) SIMD_GLUE(_mm, op, kind)
#define COARSE_VECTOR __m128i
#define COARSE_LOAD(p) _mm_loadu_si128((const __m128i *)(p))
#define COARSE_STORE(p, v) _mm_storeu_si128((__m128i *)(p), v)
#else
#define COARSE_OP(op, kind) SIMD_GLUE(MM_PREFIX, op, kind)
#define COARSE_VECTOR VI
#define COARSE_LOAD VILOAD
#define COARSE_STORE VISTORE
#endif
/* Products of nc trials (a constant) with two vectors of rows. */
COTERIE_INLINE TARGET void FN(coarse_products_few)(
        const int8_t *x, ptrdiff_t groups, const int32_t *c, const int nc, int32_t *out) {
    COARSE_VECTOR sum[COARSE_TRIALS][2];
    for (int a = 0; a < nc; a++) sum[a][0] = sum[a][1] = COARSE_OP(set1, epi32)(0);
    for (ptrdiff_t j = 0; j < groups; j++) {
        COARSE_VECTOR even[2], odd[2];
        for (int u = 0; u < 2; u++) {
            COARSE_VECTOR v = COARSE_LOAD(x + j * TILE_ROWS * 4 + u * VBYTES);
            even[u] = COARSE_OP(srai, epi16)(COARSE_OP(slli, epi16)(v, 8), 8);
            odd[u] = COARSE_OP(srai, epi16)(v, 8);
        }
        for (int a = 0; a < nc; a++) {
            const int32_t *pairs = c + (a * groups + j) * 2;
            COARSE_VECTOR c_even = COARSE_OP(set1, epi32)(pairs[0]), c_odd = COARSE_OP(set1, epi32)(pairs[1]);
            for (int u = 0; u < 2; u++) {
                sum[a][u] = COARSE_OP(add, epi32)(sum[a][u], COARSE_OP(madd, epi16)(even[u], c_even));
                sum[a][u] = COARSE_OP(add, epi32)(sum[a][u], COARSE_OP(madd, epi16)(odd[u], c_odd));
            }
        }
    }
    for (int a = 0; a < nc; a++)
        for (int u = 0; u < 2; u++) COARSE_STORE(out + a * TILE_ROWS + u * (VBYTES / 4), sum[a][u]);
}

#define COARSE_FEW(NC)                                                                                     \
    case NC:                                                                                               \
        for (int p = 0; p < TILE_ROWS; p += VBYTES / 2)                                                    \
            FN(coarse_products_few)(x + p * 4, groups, c + i * groups * 2, NC, out + i * TILE_ROWS + p);   \
        break;

/* x (groups, TILE_ROWS, 4), c (m, 2 groups) IN, m <= COARSE_TRIALS; out (m, TILE_ROWS) OUT. */
COTERIE_INLINE TARGET void FN(coarse_products)(
        const int8_t *x, ptrdiff_t groups, const int32_t *c, ptrdiff_t m, int32_t *out) {
    const ptrdiff_t most = VBYTES == 64 ? 8 : 4; /* of which the sums fit into the registers */
    for (ptrdiff_t i = 0; i < m; i += most) switch (m - i < most ? m - i : most) {
            COARSE_FEW(1)
            COARSE_FEW(2)
            COARSE_FEW(3)
            COARSE_FEW(4)
#if VBYTES == 64
            COARSE_FEW(5)
            COARSE_FEW(6)
            COARSE_FEW(7)
            COARSE_FEW(8)
#endif
        }
}
#undef COARSE_FEW
#define COARSE_FLOATS(p) COARSE_OP(cvtepi32, ps)(COARSE_LOAD(p))
#else
COTERIE_INLINE TARGET void FN(coarse_products)(
        const int8_t *x, ptrdiff_t groups, const int32_t *c, ptrdiff_t m, int32_t *out) {
    for (ptrdiff_t i = 0; i < m; i++, c += groups * 2, out += TILE_ROWS) {
        for (int r = 0; r < TILE_ROWS; r++) out[r] = 0;
        for (ptrdiff_t j = 0; j < groups; j++) {
            const int32_t *pairs = c + 2 * j;
            const int even[2] = {(int16_t)pairs[0], pairs[0] >> 16}, odd[2] = {(int16_t)pairs[1], pairs[1] >> 16};
            for (int r = 0; r < TILE_ROWS; r++) {
                const int8_t *v = x + (j * TILE_ROWS + r) * 4;
                out[r] += v[0] * even[0] + v[2] * even[1] + v[1] * odd[0] + v[3] * odd[1];
            }
        }
    }
}
#ifdef COTERIE_SIMD_VECTORS
#define COARSE_FLOATS(p) __builtin_convertvector(VILOAD(p), VR)
#else
#define COARSE_FLOATS(p) ((float)*(p))
#endif
#endif

/* Which rows of a tile may be nearer to a trial than to their centers?
 *
 * x (groups, TILE_ROWS, 4) IN, rows; about (3, TILE_ROWS) IN, of each as `coarse_row` tells
 * closest (TILE_ROWS,) IN, squared distances to the centers, rounded from sums of squares; slack IN
 * c (m, 2 groups), c_about (m, 3) IN, trials
 * found (m,) OUT, bit i for row i */
static TARGET void FN(near_rows)(
        const int8_t *x, ptrdiff_t groups, const float *about, const float *closest, float slack, const int32_t *c,
        const float *c_about, ptrdiff_t m, uint64_t *found) {
    int32_t products[COARSE_TRIALS * TILE_ROWS];
    float limit[TILE_ROWS]; /* a distance to which the rest of the row was added */
    for (int p = 0; p < TILE_ROWS; p += LANES)
        VSTORE(limit + p, VFMA(VSQRT(VLOAD(closest + p)), VSET1(1 + 2 * slack), VLOAD(about + 2 * TILE_ROWS + p)));
    for (ptrdiff_t first = 0; first < m; first += COARSE_TRIALS) {
        ptrdiff_t last = m - first < COARSE_TRIALS ? m : first + COARSE_TRIALS;
        FN(coarse_products)(x, groups, c + first * groups * 2, last - first, products);
        for (ptrdiff_t i = first; i < last; i++) {
            const int32_t *product = products + (i - first) * TILE_ROWS;
            VR twice = VSET1(-2 * c_about[i * 3]), square = VSET1(c_about[i * 3 + 1]), rest = VSET1(c_about[i * 3 + 2]);
            found[i] = 0;
            for (int p = 0; p < TILE_ROWS; p += LANES) {
                VR squares = VADD(VLOAD(about + TILE_ROWS + p), square);
                VR apart = VFMA(VMUL(COARSE_FLOATS(product + p), VLOAD(about + p)), twice, squares);
                VR reach = VADD(VLOAD(limit + p), rest);
                found[i] |= VBITS(VLE(apart, VMUL(reach, reach))) << p;
            }
        }
    }
}
#undef COARSE_OP
#undef COARSE_VECTOR
#undef COARSE_LOAD
#undef COARSE_STORE
#undef COARSE_FLOATS
#endif
