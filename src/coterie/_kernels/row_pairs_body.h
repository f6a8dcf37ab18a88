/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiled for each level and precision (simd.h). */

/* Squared distance of x and y (d,), or some of its terms if these are more than `enough`. Sums of vectors of features: the
 * order of the terms is not theirs, and the rounding that of REAL. */
static TARGET REAL FN(row_pair)(const REAL *x, const REAL *y, ptrdiff_t d, REAL enough) {
    enum { G = 4 };
    REAL lanes[G * LANES], total = 0;
    ptrdiff_t j = 0;
    while (j + G * LANES <= d) {
        VR sum[G];
        ptrdiff_t stop = d - j > 8 * G * LANES ? j + 4 * G * LANES : d; /* looked at now and then */
        for (int g = 0; g < G; g++) sum[g] = VSET1((REAL)0);
        for (; j + G * LANES <= stop; j += G * LANES)
            for (int g = 0; g < G; g++) {
                VR t = VSUB(VLOAD(x + j + g * LANES), VLOAD(y + j + g * LANES));
                sum[g] = VFMA(t, t, sum[g]);
            }
        VSTORE(lanes, VADD(VADD(sum[0], sum[1]), VADD(sum[2], sum[3])));
        for (int i = 0; i < LANES; i++) total += lanes[i];
        if (total > enough) return total;
    }
    for (; j < d; j++) total += (x[j] - y[j]) * (x[j] - y[j]);
    return total;
}

#ifndef REAL_IS_DOUBLE
/* Columns c .. c + G * LANES - 1 of a tile. G is a constant. */
SIMD_INLINE TARGET uint64_t FN(tile_columns)(
        const int G, const float *x, const float *tile, ptrdiff_t width, ptrdiff_t d, float least, float most,
        uint64_t wanted, uint64_t *doubtful) {
    VR even[4], odd[4], limit = VSET1(most); /* two sums a vector, so that none waits for the one before */
    uint64_t below = 0, surely = 0;
    for (int g = 0; g < G; g++) even[g] = odd[g] = VSET1(0.0f);
    for (ptrdiff_t j = 0; j < d;) {
        ptrdiff_t stop = d - j > 96 ? j + 64 : d;
        for (; j + 2 <= stop; j += 2) {
            VR c = VSET1(x[j]), e = VSET1(x[j + 1]);
            for (int g = 0; g < G; g++) {
                VR t = VSUB(VLOAD(tile + j * width + g * LANES), c);
                VR u = VSUB(VLOAD(tile + (j + 1) * width + g * LANES), e);
                even[g] = VFMA(t, t, even[g]);
                odd[g] = VFMA(u, u, odd[g]);
            }
        }
        if (j < stop) {
            VR c = VSET1(x[j]);
            for (int g = 0; g < G; g++) {
                VR t = VSUB(VLOAD(tile + j * width + g * LANES), c);
                even[g] = VFMA(t, t, even[g]);
            }
            j++;
        }
        below = 0;
        for (int g = 0; g < G; g++) below |= VBITS(VLE(VADD(even[g], odd[g]), limit)) << (g * LANES);
        if (!(below & wanted)) return 0;
    }
    for (int g = 0; g < G; g++) surely |= VBITS(VLE(VADD(even[g], odd[g]), VSET1(least))) << (g * LANES);
    *doubtful = below & ~surely & wanted;
    return surely & wanted;
}

/* Which of the wanted rows of a tile (d, width), width at most 64 and a multiple of 16, are at a squared distance of at
 * most `least` from x (d,): bit i for column i. doubtful OUT: which others are at one of at most `most`. */
static TARGET uint64_t FN(row_tile)(
        const float *x, const float *tile, ptrdiff_t width, ptrdiff_t d, float least, float most, uint64_t wanted,
        uint64_t *doubtful) {
    uint64_t near = 0, close;
    ptrdiff_t c = 0;
    *doubtful = 0;
    for (; c + 4 * LANES <= width; c += 4 * LANES) {
        close = 0;
        near |= FN(tile_columns)(4, x, tile + c, width, d, least, most, wanted >> c, &close) << c;
        *doubtful |= close << c;
    }
    close = 0;
    switch ((width - c) / LANES) {
        case 3:
            near |= FN(tile_columns)(3, x, tile + c, width, d, least, most, wanted >> c, &close) << c;
            break;
        case 2:
            near |= FN(tile_columns)(2, x, tile + c, width, d, least, most, wanted >> c, &close) << c;
            break;
        case 1:
            near |= FN(tile_columns)(1, x, tile + c, width, d, least, most, wanted >> c, &close) << c;
            break;
    }
    *doubtful |= c < 64 ? close << c : 0;
    return near;
}
#endif
