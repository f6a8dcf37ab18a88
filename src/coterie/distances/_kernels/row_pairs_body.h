/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiled for each level and precision (simd.h). */

/* Squared distance of x and y (d,), or some of its terms if these are more than `enough`. Vectors of features are added
 * up: the order of the terms is not that of the features, and the rounding that of REAL. */
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
COTERIE_INLINE TARGET uint64_t FN(tile_columns)(
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

/* Products of columns 0 .. 3 of tile a with columns 0 .. G * LANES - 1 of tile b, over d features. G is a constant. */
COTERIE_INLINE TARGET void FN(tile_products)(
        const int G, const float *a, ptrdiff_t width_a, const float *b, ptrdiff_t width_b, ptrdiff_t d, VR sum[4][4]) {
    for (int r = 0; r < 4; r++)
        for (int g = 0; g < G; g++) sum[r][g] = VSET1(0.0f);
    for (ptrdiff_t j = 0; j < d; j++) {
        VR y[4];
        for (int g = 0; g < G; g++) y[g] = VLOAD(b + j * width_b + g * LANES);
        for (int r = 0; r < 4; r++) {
            VR x = VSET1(a[j * width_a + r]);
            for (int g = 0; g < G; g++) sum[r][g] = VFMA(x, y[g], sum[r][g]);
        }
    }
}

/* The squared distance from a product and both squared norms, which are in row d of each tile. */
#define TILE_SQUARED(r, g) \
    VFMA(VSET1(-2.0f), sum[r][g], VADD(VSET1(a[d * width_a + r]), VLOAD(b + d * width_b + g * LANES)))

/* What tile_pair finds in columns r .. r + 3 of tile a and c .. c + G * LANES - 1 of tile b. */
COTERIE_INLINE TARGET void FN(tile_within)(
        const int G, const float *a, ptrdiff_t width_a, const float *b, ptrdiff_t width_b, ptrdiff_t d, float least,
        float most, ptrdiff_t c, uint64_t *near, uint64_t *doubtful) {
    VR sum[4][4];
    FN(tile_products)(G, a, width_a, b, width_b, d, sum);
    for (int r = 0; r < 4; r++)
        for (int g = 0; g < G; g++) {
            VR squared = TILE_SQUARED(r, g);
            uint64_t surely = VBITS(VLE(squared, VSET1(least))), below = VBITS(VLE(squared, VSET1(most)));
            near[r] |= surely << (c + g * LANES);
            doubtful[r] |= (below & ~surely) << (c + g * LANES);
        }
}

/* Which columns of tile b (d + 1, width_b) are at a squared distance of at most `least` from each of the columns
 * r .. r + 3 of tile a: bits, near (4,) OUT; and which others are at one of at most `most`: doubtful (4,) OUT. Row d of a
 * tile holds the squared norms. */
static TARGET void FN(tile_pair)(
        const float *a, ptrdiff_t width_a, ptrdiff_t r, const float *b, ptrdiff_t width_b, ptrdiff_t d, float least,
        float most, uint64_t *near, uint64_t *doubtful) {
#define TILE_PRODUCTS(G) FN(tile_within)(G, a + r, width_a, b + c, width_b, d, least, most, c, near, doubtful)
    ptrdiff_t c = 0;
    for (int i = 0; i < 4; i++) near[i] = doubtful[i] = 0;
#if VBYTES == 64 /* 16 sums and what goes into them fit into the registers */
    switch (width_b / LANES) {
        case 4:
            TILE_PRODUCTS(4);
            break;
        case 3:
            TILE_PRODUCTS(3);
            break;
        case 2:
            TILE_PRODUCTS(2);
            break;
        case 1:
            TILE_PRODUCTS(1);
            break;
    }
#else
    for (; c < width_b; c += 2 * LANES) TILE_PRODUCTS(2);
#endif
#undef TILE_PRODUCTS
}

/* What tile_below finds in columns c .. c + G * LANES - 1 of tile b. */
COTERIE_INLINE TARGET void FN(tile_limited)(
        const int G, const float *a, const float *b, ptrdiff_t d, const float *limits_a, const float *limits_b,
        ptrdiff_t c, uint64_t *below) {
    const ptrdiff_t width_a = 64, width_b = 64;
    VR sum[4][4];
    FN(tile_products)(G, a, width_a, b, width_b, d, sum);
    for (int r = 0; r < 4; r++)
        for (int g = 0; g < G; g++) {
            VR limit = VMAX(VSET1(limits_a[r]), VLOAD(limits_b + g * LANES));
            below[r] |= VBITS(VLE(TILE_SQUARED(r, g), limit)) << (c + g * LANES);
        }
}

/* Which columns of tile b (d + 1, 64) are at a squared distance of at most the limit of either column from each of the
 * columns r .. r + 3 of tile a (d + 1, 64): bits, below (4,) OUT. The limits of all columns: limits_a (64,), limits_b
 * (64,). Row d of a tile holds the squared norms. */
static TARGET void FN(tile_below)(
        const float *a, ptrdiff_t r, const float *b, ptrdiff_t d, const float *limits_a, const float *limits_b,
        uint64_t *below) {
    enum { G = VBYTES == 64 ? 4 : 2 }; /* sums that fit into the registers with what goes into them */
    for (int i = 0; i < 4; i++) below[i] = 0;
    for (ptrdiff_t c = 0; c < 64; c += G * LANES)
        FN(tile_limited)(G, a + r, b + c, d, limits_a + r, limits_b + c, c, below);
}
#undef TILE_SQUARED
#endif
