/* SPDX-License-Identifier: BSD-3-Clause */
/* Nearest center of each of TILE_ROWS points by s = |c|^2 - 2 x.c, compiled for each level and precision (simd.h).
 *
 * A tile holds TILE_ROWS points, transposed: feature j of point i is x[j * TILE_ROWS + i], so that points lie across the
 * lanes and every center coordinate is a broadcast. The centers come as rows of -2c with h = |c|^2, so that a score is
 * h plus one fused multiply-add a feature.
 */

/* A score in the running order: smallest, second smallest, index of the smallest (the lowest index on a tie). */
#define NEAREST_TAKE(score, i, b, s, k)      \
    do {                                     \
        VM less_ = VLT(score, b);            \
        s = VMIN(s, VMAX(score, b));         \
        b = VMIN(score, b);                  \
        k = VISELECT(less_, i, k);           \
    } while (0)

/* Few features: the points stay in registers, all centers pass by. d and g (vectors in flight) are constants. */
COTERIE_INLINE TARGET void FN(nearest_few)(
        const REAL *x, const int d, const int g, const REAL *c, const REAL *h, ptrdiff_t m,
        REAL *best, REAL *second, INT *index) {
    VR v[8 * 4], b[4], s[4];
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
            for (int j = 0; j < d; j++) score = VFMA(VSET1(c[i * d + j]), v[j * g + u], score);
            NEAREST_TAKE(score, vi, b[u], s[u], k[u]);
        }
    }
    for (int u = 0; u < g; u++) {
        VSTORE(best + u * LANES, b[u]);
        VSTORE(second + u * LANES, s[u]);
        VISTORE(index + u * LANES, k[u]);
    }
}

/* Any number of features: nc centers (a constant) against g vectors of points, a small matrix product in registers.
 * Blocks of TILE_FEATURES keep the rounding error at TILE_FEATURES + d / TILE_FEATURES roundings instead of d. */
COTERIE_INLINE TARGET void FN(nearest_block)(
        const REAL *x, ptrdiff_t d, const int g, const int nc, const REAL *c, const REAL *h, ptrdiff_t first,
        REAL *best, REAL *second, INT *index) {
    VR total[16];
    for (int a = 0; a < nc; a++)
        for (int u = 0; u < g; u++) total[a * g + u] = VSET1(h[a]);
    for (ptrdiff_t j0 = 0; j0 < d; j0 += TILE_FEATURES) {
        ptrdiff_t j1 = j0 + TILE_FEATURES < d ? j0 + TILE_FEATURES : d;
        VR sum[16];
        for (int a = 0; a < nc * g; a++) sum[a] = VSET1((REAL)0);
        for (ptrdiff_t j = j0; j < j1; j++) {
            VR v[4];
            for (int u = 0; u < g; u++) v[u] = VLOAD(x + j * TILE_ROWS + u * LANES);
            for (int a = 0; a < nc; a++) {
                VR ca = VSET1(c[a * d + j]);
                for (int u = 0; u < g; u++) sum[a * g + u] = VFMA(ca, v[u], sum[a * g + u]);
            }
        }
        for (int a = 0; a < nc * g; a++) total[a] = VADD(total[a], sum[a]);
    }
    for (int u = 0; u < g; u++) {
        VR b = VLOAD(best + u * LANES), s = VLOAD(second + u * LANES);
        VI k = VILOAD(index + u * LANES);
        for (int a = 0; a < nc; a++) NEAREST_TAKE(total[a * g + u], VISET1((INT)(first + a)), b, s, k);
        VSTORE(best + u * LANES, b);
        VSTORE(second + u * LANES, s);
        VISTORE(index + u * LANES, k);
    }
}

#define NEAREST_FEW(D, G)                                                           \
    case D:                                                                         \
        for (int p = 0; p < TILE_ROWS; p += (G) * LANES)                            \
            FN(nearest_few)(x + p, D, G, c, h, m, best + p, second + p, index + p); \
        break;

/* x (d, TILE_ROWS), c (m, d), h (m,) IN; index, margin (TILE_ROWS,) OUT; margin in the units of x, or NULL.
 *
 * A point whose two smallest scores differ by no more than slack * (floor + |x|^2), or are not finite, needs a closer
 * look: its bit is set in what is returned (bit i = point i). Of the other points, each is nearer to its own center
 * than to any other by at least its margin, rounding included. */
static TARGET uint64_t FN(nearest_tile)(
        const REAL *x, ptrdiff_t d, const REAL *c, const REAL *h, ptrdiff_t m, REAL slack, REAL floor_,
        INT *index, REAL *margin) {
    REAL best[TILE_ROWS], second[TILE_ROWS];
    switch (d) {
        NEAREST_FEW(1, IN_FLIGHT)
        NEAREST_FEW(2, IN_FLIGHT)
        NEAREST_FEW(3, IN_FLIGHT)
        NEAREST_FEW(4, 2)
        NEAREST_FEW(5, 2)
        NEAREST_FEW(6, 2)
        NEAREST_FEW(7, 2)
        NEAREST_FEW(8, 2)
        default:
            for (int p = 0; p < TILE_ROWS; p += LANES) {
                VSTORE(best + p, VSET1((REAL)INFINITY));
                VSTORE(second + p, VSET1((REAL)INFINITY));
                VISTORE(index + p, VISET1(0));
            }
            ptrdiff_t i = 0;
            for (; i + 4 <= m; i += 4)
                for (int p = 0; p < TILE_ROWS; p += IN_FLIGHT * LANES)
                    FN(nearest_block)(x + p, d, IN_FLIGHT, 4, c + i * d, h + i, i, best + p, second + p, index + p);
            for (; i < m; i++)
                for (int p = 0; p < TILE_ROWS; p += IN_FLIGHT * LANES)
                    FN(nearest_block)(x + p, d, IN_FLIGHT, 1, c + i * d, h + i, i, best + p, second + p, index + p);
    }
    uint64_t clear = 0;
    for (int p = 0; p < TILE_ROWS; p += LANES) {
        VR norm = VSET1((REAL)0), zero = norm;
        for (ptrdiff_t j = 0; j < d; j++) {
            VR v = VLOAD(x + j * TILE_ROWS + p);
            norm = VFMA(v, v, norm);
        }
        VR b = VLOAD(best + p), s = VLOAD(second + p);
        VR doubt = VMUL(VSET1(slack), VADD(norm, VSET1(floor_)));
        clear |= VBITS(VLT(doubt, VSUB(s, b))) << p;
        if (!margin) continue;
        VR farther = VSQRT(VMAX(VSUB(VADD(s, norm), doubt), zero));
        VR nearer = VSQRT(VMAX(VADD(VADD(b, norm), doubt), zero));
        VSTORE(margin + p, VSUB(farther, nearer));
    }
    return ~clear;
}

/* Squared distances of the points of a tile to nc centers (a constant), by differences: no digits are lost, and equal
 * points are at distance 0. */
COTERIE_INLINE TARGET void FN(distances_block)(
        const REAL *x, ptrdiff_t d, const int g, const int nc, const REAL *c, REAL *out) {
    VR sum[16];
    for (int a = 0; a < nc * g; a++) sum[a] = VSET1((REAL)0);
    for (ptrdiff_t j = 0; j < d; j++) {
        VR v[4];
        for (int u = 0; u < g; u++) v[u] = VLOAD(x + j * TILE_ROWS + u * LANES);
        for (int a = 0; a < nc; a++) {
            VR ca = VSET1(c[a * d + j]);
            for (int u = 0; u < g; u++) {
                VR t = VSUB(v[u], ca);
                sum[a * g + u] = VFMA(t, t, sum[a * g + u]);
            }
        }
    }
    for (int a = 0; a < nc; a++)
        for (int u = 0; u < g; u++) VSTORE(out + a * TILE_ROWS + u * LANES, sum[a * g + u]);
}

/* x (d, TILE_ROWS), c (m, d) IN; out (m, TILE_ROWS) OUT, squared distances. */
static TARGET void FN(tile_distances)(const REAL *x, ptrdiff_t d, const REAL *c, ptrdiff_t m, REAL *out) {
    ptrdiff_t i = 0;
    for (; i + 3 <= m; i += 3)
        for (int p = 0; p < TILE_ROWS; p += IN_FLIGHT * LANES)
            FN(distances_block)(x + p, d, IN_FLIGHT, 3, c + i * d, out + i * TILE_ROWS + p);
    for (; i < m; i++)
        for (int p = 0; p < TILE_ROWS; p += IN_FLIGHT * LANES)
            FN(distances_block)(x + p, d, IN_FLIGHT, 1, c + i * d, out + i * TILE_ROWS + p);
}

/* Sum of weight * max(0, closest - distance to c) over the points of a tile: what c would gain as a center.
 * x (d, TILE_ROWS), c (d,), closest, weight (TILE_ROWS,) IN. */
static TARGET double FN(tile_gain)(
        const REAL *x, ptrdiff_t d, const REAL *c, const REAL *closest, const REAL *weight) {
    VR gain = VSET1((REAL)0), zero = gain;
    for (int p = 0; p < TILE_ROWS; p += LANES) {
        VR distance = zero;
        for (ptrdiff_t j = 0; j < d; j++) {
            VR t = VSUB(VLOAD(x + j * TILE_ROWS + p), VSET1(c[j]));
            distance = VFMA(t, t, distance);
        }
        gain = VFMA(VLOAD(weight + p), VMAX(VSUB(VLOAD(closest + p), distance), zero), gain);
    }
    REAL lanes[LANES];
    double total = 0.0;
    VSTORE(lanes, gain);
    for (int u = 0; u < LANES; u++) total += lanes[u];
    return total;
}

#ifdef REAL_IS_DOUBLE
/* Sums over the points of one index; d is a constant. */
COTERIE_INLINE TARGET void FN(sum_few)(
        const double *x, const int d, const int64_t *index, const double *weight, int64_t own, double *sums) {
    VR sum[9];
    for (int j = 0; j <= d; j++) sum[j] = VSET1(0.0);
    for (int p = 0; p < TILE_ROWS; p += LANES) {
        VR w = VKEEP(VIEQ(VILOAD(index + p), VISET1(own)), VLOAD(weight + p));
        for (int j = 0; j < d; j++) sum[j] = VFMA(w, VLOAD(x + j * TILE_ROWS + p), sum[j]);
        sum[d] = VADD(sum[d], w);
    }
    for (int j = 0; j <= d; j++) {
        double lanes[LANES];
        VSTORE(lanes, sum[j]);
        for (int half = LANES / 2; half; half /= 2)
            for (int u = 0; u < half; u++) lanes[u] += lanes[u + half];
        sums[j] = lanes[0];
    }
}

#define SUM_FEW(D)                                                                                             \
    case D:                                                                                                    \
        for (ptrdiff_t i = 0; i < m; i++) FN(sum_few)(x, D, index, weight, i, sums + i * (D + 1));             \
        break;

/* x (d, TILE_ROWS) with d <= 8, index and weight (TILE_ROWS,) IN; sums (m, d + 1) OUT: of weight * x over the points
 * of each index, and of weight. */
static TARGET void FN(sum_tile)(
        const double *x, ptrdiff_t d, const int64_t *index, const double *weight, ptrdiff_t m, double *sums) {
    switch (d) {
        SUM_FEW(1)
        SUM_FEW(2)
        SUM_FEW(3)
        SUM_FEW(4)
        SUM_FEW(5)
        SUM_FEW(6)
        SUM_FEW(7)
        SUM_FEW(8)
    }
}
#undef SUM_FEW

/* Which of m centers can be the nearest one of some point of a box? A rival of the center `own` whose farthest point of
 * the box is nearest is ruled out if it is farther than `own` from the corner that suits it best (Pelleg and Moore
 * 1999). Differences of float64 numbers have a relative error only: a factor of 1 - 1e-12 covers all rounding.
 *
 * low, high (d,) IN; column j of the centers at c + j * stride, padded with infinity to a multiple of LANES, IN;
 * names (m,) IN; most (m padded,) WORK; to (d columns of `stride`, padded alike), to_names (m,) OUT, in order.
 * Returns how many. c and to may not overlap. */
static TARGET ptrdiff_t FN(box_candidates)(
        const double *low, const double *high, ptrdiff_t d, const double *c, ptrdiff_t stride, const int32_t *names,
        ptrdiff_t m, double *most, double *to, int32_t *to_names) {
    for (ptrdiff_t i = 0; i < m; i += LANES) {
        VR farthest = VSET1(0.0);
        for (ptrdiff_t j = 0; j < d; j++) {
            VR v = VLOAD(c + j * stride + i);
            VR t = VMIN(VSUB(VSET1(low[j]), v), VSUB(v, VSET1(high[j])));
            farthest = VFMA(t, t, farthest);
        }
        VSTORE(most + i, farthest);
    }
    ptrdiff_t own = 0, found = 0;
    for (ptrdiff_t i = 1; i < m; i++) own = most[i] < most[own] ? i : own;
    for (ptrdiff_t i = 0; i < m; i += LANES) {
        VR from_own = VSET1(0.0), from_rival = VSET1(0.0);
        for (ptrdiff_t j = 0; j < d; j++) {
            VR v = VLOAD(c + j * stride + i), o = VSET1(c[j * stride + own]);
            VR corner = VSELECT(VLT(o, v), VSET1(high[j]), VSET1(low[j]));
            VR t = VSUB(corner, o), u = VSUB(corner, v);
            from_own = VFMA(t, t, from_own);
            from_rival = VFMA(u, u, from_rival);
        }
        uint64_t bits = VBITS(VLE(VMUL(from_rival, VSET1(1.0 - 1e-12)), from_own));
        for (int u = 0; bits; u++, bits >>= 1) {
            if (!(bits & 1) || i + u >= m) continue;
            for (ptrdiff_t j = 0; j < d; j++) to[j * stride + found] = c[j * stride + i + u];
            to_names[found++] = names[i + u];
        }
    }
    if (!found) { /* centers that are not numbers */
        for (ptrdiff_t j = 0; j < d; j++) to[j * stride] = c[j * stride + own];
        to_names[found++] = names[own];
    }
    for (ptrdiff_t i = found; i % LANES; i++)
        for (ptrdiff_t j = 0; j < d; j++) to[j * stride + i] = INFINITY;
    return found;
}
#endif

/* (x - shift) * scale of some rows of X, which are `stride` numbers apart, transposed into a tile; beyond n_rows the
 * last one is repeated. rows NULL: the first ones. Computed in float64, or in float32 where that rounds but once. */
#define PACK_FEW(D)                                                                       \
    case D:                                                                               \
        for (int i = 0; i < TILE_ROWS; i++)                                               \
            for (int j = 0; j < D; j++)                                                   \
                tile[j * TILE_ROWS + i] = (REAL)(((double)row[i][j] - shift[j]) * scale); \
        break;
/* Rows side by side, which compilers know how to take apart. */
#define PACK_FIRST(D)                                                                        \
    case D:                                                                                  \
        for (int i = 0; i < n_rows; i++)                                                     \
            for (int j = 0; j < D; j++)                                                      \
                tile[j * TILE_ROWS + i] = (REAL)(((double)X[i * D + j] - shift[j]) * scale); \
        for (int j = 0; j < D; j++)                                                          \
            for (int i = n_rows; i < TILE_ROWS; i++)                                         \
                tile[j * TILE_ROWS + i] = tile[j * TILE_ROWS + n_rows - 1];                  \
        return;
#if defined(COTERIE_SIMD_VECTORS) && !defined(REAL_IS_DOUBLE) && (defined(__clang__) || __GNUC__ >= 12)
typedef double FN(four_f64) __attribute__((vector_size(32), aligned(8), may_alias));
typedef float FN(four_f32) __attribute__((vector_size(16), aligned(4), may_alias));

/* Float32 numbers less the shift are rounded once in float32, as from float64, if the shift is one of them. Scales near
 * the ends of float32 are left out. */
static TARGET int FN(single_suffices)(const double *shift, ptrdiff_t d, double scale) {
    int yes = scale >= 0x1p-100 && scale <= 0x1p100;
    for (ptrdiff_t j = 0; j < d; j++) yes &= (double)(float)shift[j] == shift[j];
    return yes;
}

/* Four features of four rows at a time are transposed in registers; the last four may have been there before. */
#define PACK_BY_FOUR(IN, WORK)                                                                               \
    do {                                                                                                     \
        typedef IN FN(four_in) __attribute__((vector_size(4 * sizeof(IN)), aligned(sizeof(IN)), may_alias)); \
        const FN(four_f64) by64 = {scale, scale, scale, scale};                                              \
        const WORK by = __builtin_convertvector(by64, WORK);                                                 \
        for (int i = 0; i < TILE_ROWS; i += 4)                                                               \
            for (ptrdiff_t j = 0; j < d; j += 4) {                                                           \
                if (j > d - 4) j = d - 4;                                                                    \
                WORK from = __builtin_convertvector(*(const FN(four_f64) *)(shift + j), WORK);               \
                FN(four_f32) v[4];                                                                           \
                for (int u = 0; u < 4; u++) {                                                                \
                    WORK x = __builtin_convertvector(*(const FN(four_in) *)(row[i + u] + j), WORK);          \
                    v[u] = __builtin_convertvector((x - from) * by, FN(four_f32));                           \
                }                                                                                            \
                FN(four_f32) a = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5);                            \
                FN(four_f32) b = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5);                            \
                FN(four_f32) e = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7);                            \
                FN(four_f32) f = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);                            \
                REAL *to = tile + j * TILE_ROWS + i;                                                         \
                *(FN(four_f32) *)to = __builtin_shufflevector(a, b, 0, 1, 4, 5);                             \
                *(FN(four_f32) *)(to + TILE_ROWS) = __builtin_shufflevector(a, b, 2, 3, 6, 7);               \
                *(FN(four_f32) *)(to + 2 * TILE_ROWS) = __builtin_shufflevector(e, f, 0, 1, 4, 5);           \
                *(FN(four_f32) *)(to + 3 * TILE_ROWS) = __builtin_shufflevector(e, f, 2, 3, 6, 7);           \
            }                                                                                                \
    } while (0)
#define PACK_MANY(IN)                                                            \
    default:                                                                     \
        if (sizeof(IN) == sizeof(float) && FN(single_suffices)(shift, d, scale)) \
            PACK_BY_FOUR(IN, FN(four_f32));                                      \
        else                                                                     \
            PACK_BY_FOUR(IN, FN(four_f64));
#else
/* Eight rows at a time: more would share cache sets where d is a power of two. */
#define PACK_MANY(IN)                                                                             \
    default:                                                                                      \
        for (int i0 = 0; i0 < TILE_ROWS; i0 += 8)                                                 \
            for (ptrdiff_t j = 0; j < d; j++)                                                     \
                for (int i = i0; i < i0 + 8; i++)                                                 \
                    tile[j * TILE_ROWS + i] = (REAL)(((double)row[i][j] - shift[j]) * scale);
#endif
#define NEAREST_PACK(IN, NAME)                                                                         \
    static TARGET void FN(NAME)(const IN *X, ptrdiff_t stride, const ptrdiff_t *rows, int n_rows,      \
                                ptrdiff_t d, const double *shift, double scale,                        \
                                REAL *__restrict tile) {                                               \
        if (!rows && stride == d) switch (d) {                                                         \
                PACK_FIRST(1)                                                                          \
                PACK_FIRST(2)                                                                          \
                PACK_FIRST(3)                                                                          \
            }                                                                                          \
        const IN *row[TILE_ROWS];                                                                      \
        for (int i = 0; i < TILE_ROWS; i++) {                                                          \
            int known = i < n_rows ? i : n_rows - 1;                                                   \
            row[i] = X + (rows ? rows[known] : known) * stride;                                        \
        }                                                                                              \
        switch (d) {                                                                                   \
            PACK_FEW(1)                                                                                \
            PACK_FEW(2)                                                                                \
            PACK_FEW(3)                                                                                \
            PACK_MANY(IN)                                                                              \
        }                                                                                              \
    }
NEAREST_PACK(float, pack_from_f32)
NEAREST_PACK(double, pack_from_f64)

#undef NEAREST_TAKE
#undef NEAREST_FEW
#undef NEAREST_PACK
#undef PACK_FEW
#undef PACK_FIRST
#undef PACK_MANY
#undef PACK_BY_FOUR
