/* SPDX-License-Identifier: BSD-3-Clause */
/* Manhattan distances of the TILE_ROWS points of a tile to centers, compiled for each level and precision (simd.h).
 *
 * Tiles are those of nearest_body.h: feature j of point i is x[j * TILE_ROWS + i].
 *
 * In float32, half the distance is found up to a number of the point alone: |x - c| = 2 max(x, c) - x - c, so a score
 * is h = -sum(c) / 2 plus one maximum and one addition a feature. In float64 it is the distance itself: differences,
 * added in the order of the features, as scipy adds them, and h is 0. */
#ifdef REAL_IS_DOUBLE
#define MANHATTAN_ADD(sum, v, c) VADD(sum, VABS(VSUB(v, c)))
#define MANHATTAN_STEP(d) (d)
#else
#define MANHATTAN_ADD(sum, v, c) VADD(sum, VMAX(v, c))
#define MANHATTAN_STEP(d) TILE_FEATURES
#endif

/* A score in the running order: smallest, second smallest, index of the smallest (the lowest index on a tie). */
#define MANHATTAN_TAKE(score, i, b, s, k)    \
    do {                                     \
        VM less_ = VLT(score, b);            \
        s = VMIN(s, VMAX(score, b));         \
        b = VMIN(score, b);                  \
        k = VISELECT(less_, i, k);           \
    } while (0)

/* Few features: the points stay in registers, all centers pass by. d and g (vectors in flight) are constants. */
COTERIE_INLINE TARGET void FN(manhattan_few)(
        const REAL *x, const int d, const int g, const REAL *c, const REAL *h, ptrdiff_t m,
        REAL *best, REAL *second, INT *index) {
    VR v[4 * 4], b[4], s[4];
    VI k[4];
    for (int j = 0; j < d; j++)
        for (int u = 0; u < g; u++) v[j * g + u] = VLOAD(x + j * TILE_ROWS + u * LANES);
    for (int u = 0; u < g; u++) {
        b[u] = s[u] = VSET1((REAL)INFINITY);
        k[u] = VISET1(0);
    }
    for (ptrdiff_t i = 0; i < m; i++) {
        VI vi = VISET1((INT)i);
        for (int u = 0; u < g; u++) {
            VR score = VSET1(h[i]);
            for (int j = 0; j < d; j++) score = MANHATTAN_ADD(score, v[j * g + u], VSET1(c[i * d + j]));
            MANHATTAN_TAKE(score, vi, b[u], s[u], k[u]);
        }
    }
    for (int u = 0; u < g; u++) {
        VSTORE(best + u * LANES, b[u]);
        VSTORE(second + u * LANES, s[u]);
        VISTORE(index + u * LANES, k[u]);
    }
}

/* Any number of features: nc centers (a constant) against g vectors of points. In float32, blocks of TILE_FEATURES keep
 * the rounding error at TILE_FEATURES + d / TILE_FEATURES roundings instead of d. */
COTERIE_INLINE TARGET void FN(manhattan_block)(
        const REAL *x, ptrdiff_t d, const int g, const int nc, const REAL *c, const REAL *h, ptrdiff_t first,
        REAL *best, REAL *second, INT *index) {
    VR total[16];
    for (int a = 0; a < nc; a++)
        for (int u = 0; u < g; u++) total[a * g + u] = VSET1(h[a]);
    for (ptrdiff_t j0 = 0; j0 < d; j0 += MANHATTAN_STEP(d)) {
        ptrdiff_t j1 = j0 + MANHATTAN_STEP(d) < d ? j0 + MANHATTAN_STEP(d) : d;
        VR sum[16];
        for (int a = 0; a < nc * g; a++) sum[a] = VSET1((REAL)0);
        for (ptrdiff_t j = j0; j < j1; j++) {
            VR v[4];
            for (int u = 0; u < g; u++) v[u] = VLOAD(x + j * TILE_ROWS + u * LANES);
            for (int a = 0; a < nc; a++) {
                VR ca = VSET1(c[a * d + j]);
                for (int u = 0; u < g; u++) sum[a * g + u] = MANHATTAN_ADD(sum[a * g + u], v[u], ca);
            }
        }
        for (int a = 0; a < nc * g; a++) total[a] = VADD(total[a], sum[a]);
    }
    for (int u = 0; u < g; u++) {
        VR b = VLOAD(best + u * LANES), s = VLOAD(second + u * LANES);
        VI k = VILOAD(index + u * LANES);
        for (int a = 0; a < nc; a++) MANHATTAN_TAKE(total[a * g + u], VISET1((INT)(first + a)), b, s, k);
        VSTORE(best + u * LANES, b);
        VSTORE(second + u * LANES, s);
        VISTORE(index + u * LANES, k);
    }
}

#define MANHATTAN_FEW(D, G)                                                           \
    case D:                                                                           \
        for (int p = 0; p < TILE_ROWS; p += (G) * LANES)                              \
            FN(manhattan_few)(x + p, D, G, c, h, m, best + p, second + p, index + p); \
        break;

/* x (d, TILE_ROWS), c (m, d), h (m,) IN; index, margin (TILE_ROWS,) OUT.
 *
 * A point is nearer to its own center than to any other by at least its margin, rounding included.
 * Float32: a point whose two smallest scores differ by less than slack * (floor + sum |x|), or are not finite, needs a
 * closer look: its bit is set in what is returned (bit i = point i).
 * Float64: slack is relative to the two distances, and makes the margin last; no point needs a closer look. */
static TARGET uint64_t FN(nearest_manhattan)(
        const REAL *x, ptrdiff_t d, const REAL *c, const REAL *h, ptrdiff_t m, REAL slack, REAL floor_,
        INT *index, REAL *margin) {
    REAL best[TILE_ROWS], second[TILE_ROWS];
    switch (d) {
        MANHATTAN_FEW(1, IN_FLIGHT)
        MANHATTAN_FEW(2, IN_FLIGHT)
        MANHATTAN_FEW(3, IN_FLIGHT)
        MANHATTAN_FEW(4, 2)
        default:
            for (int p = 0; p < TILE_ROWS; p += LANES) {
                VSTORE(best + p, VSET1((REAL)INFINITY));
                VSTORE(second + p, VSET1((REAL)INFINITY));
                VISTORE(index + p, VISET1(0));
            }
            ptrdiff_t i = 0;
            for (; i + 4 <= m; i += 4)
                for (int p = 0; p < TILE_ROWS; p += IN_FLIGHT * LANES)
                    FN(manhattan_block)(x + p, d, IN_FLIGHT, 4, c + i * d, h + i, i, best + p, second + p, index + p);
            for (; i < m; i++)
                for (int p = 0; p < TILE_ROWS; p += IN_FLIGHT * LANES)
                    FN(manhattan_block)(x + p, d, IN_FLIGHT, 1, c + i * d, h + i, i, best + p, second + p, index + p);
    }
    uint64_t clear = 0;
    for (int p = 0; p < TILE_ROWS; p += LANES) {
        VR b = VLOAD(best + p), s = VLOAD(second + p), gap = VSUB(s, b);
#ifdef REAL_IS_DOUBLE
        (void)floor_;
        (void)clear;
        VSTORE(margin + p, VSUB(gap, VMUL(VSET1(slack), VADD(s, b))));
    }
    return 0;
#else
        VR norm = VSET1((REAL)0);
        for (ptrdiff_t j = 0; j < d; j++) norm = VADD(norm, VABS(VLOAD(x + j * TILE_ROWS + p)));
        VR doubt = VMUL(VSET1(slack), VADD(norm, VSET1(floor_)));
        clear |= VBITS(VLE(doubt, gap)) << p;
        gap = VSUB(gap, doubt);
        VSTORE(margin + p, VADD(gap, gap));
    }
    return ~clear;
#endif
}

/* x (d, TILE_ROWS), c (d,) IN; out (TILE_ROWS,) OUT, distances of the points of a tile to one center. */
static TARGET void FN(manhattan_distances)(const REAL *x, ptrdiff_t d, const REAL *c, REAL *out) {
    for (int p = 0; p < TILE_ROWS; p += LANES) {
        VR sum = VSET1((REAL)0);
        for (ptrdiff_t j = 0; j < d; j++) sum = VADD(sum, VABS(VSUB(VLOAD(x + j * TILE_ROWS + p), VSET1(c[j]))));
        VSTORE(out + p, sum);
    }
}

/* Sum of weight * max(0, closest - distance to c) over the points of a tile: what c would gain as a center.
 * x (d, TILE_ROWS), c (d,), closest, weight (TILE_ROWS,) IN. */
static TARGET double FN(manhattan_gain)(
        const REAL *x, ptrdiff_t d, const REAL *c, const REAL *closest, const REAL *weight) {
    VR gain = VSET1((REAL)0), zero = gain;
    for (int p = 0; p < TILE_ROWS; p += 2 * LANES) {
        VR a = zero, b = zero;
        for (ptrdiff_t j = 0; j < d; j++) {
            VR cj = VSET1(c[j]);
            a = VADD(a, VABS(VSUB(VLOAD(x + j * TILE_ROWS + p), cj)));
            b = VADD(b, VABS(VSUB(VLOAD(x + j * TILE_ROWS + p + LANES), cj)));
        }
        gain = VFMA(VLOAD(weight + p), VMAX(VSUB(VLOAD(closest + p), a), zero), gain);
        gain = VFMA(VLOAD(weight + p + LANES), VMAX(VSUB(VLOAD(closest + p + LANES), b), zero), gain);
    }
    REAL lanes[LANES];
    double total = 0.0;
    VSTORE(lanes, gain);
    for (int u = 0; u < LANES; u++) total += lanes[u];
    return total;
}

#undef MANHATTAN_ADD
#undef MANHATTAN_STEP
#undef MANHATTAN_TAKE
#undef MANHATTAN_FEW
