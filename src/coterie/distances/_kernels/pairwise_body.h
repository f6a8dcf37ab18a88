/* SPDX-License-Identifier: BSD-3-Clause */
/* Distances of up to PAIR_ROWS points to tiles of PAIR_TILE points, compiled for each level (simd.h), in float64.
 *
 * Tiles are transposed: feature j of point i is y[j * PAIR_TILE + i], so that points lie across the lanes and nothing
 * is added up across them. The terms of a distance are added feature by feature, whichever tile, lane or thread has the
 * pair: its bits depend on the two points alone, and not on which of them comes first.
 */
#ifdef REAL_IS_DOUBLE


#define PAIR_HAS_COLUMNS(kind) ((kind) == PAIR_GOWER || (kind) > PAIR_N_KINDS)
/* 0 where a and b are equal, else 1, as with NaN. */
#define PAIR_DIFFERS(a, b) VSELECT(VLE(a, b), VSELECT(VLE(b, a), VSET1(0.0), VSET1(1.0)), VSET1(1.0))

/* One feature of x and y joins the sums a and b. kind is a constant; step and weight are of the column for Gower. */
COTERIE_INLINE TARGET void FN(pair_step)(const int kind, VR x, VR y, VR step, VR weight, VR *a, VR *b) {
    VR t, u, one = VSET1(1.0);
    VM known;
    switch (kind) {
        case PAIR_SQEUCLIDEAN:
        case PAIR_EUCLIDEAN:
            t = VSUB(x, y);
            *a = VADD(*a, VMUL(t, t)); /* rounded twice, as in scipy: the same distances tie, on every machine */
            break;
        case PAIR_MANHATTAN:
            *a = VADD(*a, VABS(VSUB(x, y)));
            break;
        case PAIR_CHEBYSHEV: /* passes over NaN */
            *a = VMAX(VABS(VSUB(x, y)), *a);
            break;
        case PAIR_COSINE:
            *a = VFMA(x, y, *a);
            break;
        case PAIR_CANBERRA:
            u = VADD(VABS(x), VABS(y));
            t = VDIV(VABS(VSUB(x, y)), u);
            *a = VADD(*a, VSELECT(VLE(u, VSET1(0.0)), VSET1(0.0), t));
            break;
        case PAIR_BRAYCURTIS:
            *a = VADD(*a, VABS(VSUB(x, y)));
            *b = VADD(*b, VABS(VADD(x, y)));
            break;
        case PAIR_HAMMING:
            *a = VADD(*a, PAIR_DIFFERS(x, y));
            break;
        case PAIR_JACCARD: /* packed as 0 and 1 */
            *a = VADD(*a, VABS(VSUB(x, y)));
            *b = VADD(*b, VMAX(x, y));
            break;
        case PAIR_DICE:
            t = VMUL(x, y);
            u = VADD(VMUL(x, VSUB(one, y)), VMUL(y, VSUB(one, x)));
            *a = VADD(*a, u);
            *b = VADD(*b, VADD(t, t));
            break;
        case PAIR_GOWER: /* rounded twice, as above */
            *a = VADD(*a, VMUL(VABS(VSUB(x, y)), step));
            break;
        case PAIR_CATEGORY: /* codes are whole numbers */
            *a = VADD(*a, VMUL(VMIN(VABS(VSUB(x, y)), one), step));
            break;
        case PAIR_GOWER_MISSING:
        case PAIR_CATEGORY_MISSING:
            t = VABS(VSUB(x, y));
            known = VLE(t, t);
            if (kind == PAIR_CATEGORY_MISSING) t = VMIN(t, one);
            *a = VADD(*a, VKEEP(known, VMUL(t, step)));
            *b = VADD(*b, VKEEP(known, weight));
            break;
        case PAIR_NAN_EUCLIDEAN:
            t = VSUB(x, y);
            known = VLE(t, t);
            *a = VADD(*a, VKEEP(known, VMUL(t, t)));
            *b = VADD(*b, VKEEP(known, one));
            break;
    }
}

/* The distance from its sums; xn and yn are the squared norms for cosine. With Gower, b is the sum of the weights. */
COTERIE_INLINE TARGET VR FN(pair_finish)(const int kind, ptrdiff_t d, VR a, VR b, VR xn, VR yn) {
    VR one = VSET1(1.0);
    switch (kind) {
        case PAIR_EUCLIDEAN:
            return VSQRT(a);
        case PAIR_COSINE: /* not sqrt(xn) * sqrt(yn): this is exactly 1 for equal rows. The order lets NaN pass. */
            a = VDIV(a, VSQRT(VMUL(xn, yn)));
            return VSUB(one, VMAX(VSET1(-1.0), VMIN(one, a)));
        case PAIR_BRAYCURTIS:
        case PAIR_GOWER:
        case PAIR_GOWER_MISSING:
            return VDIV(a, b);
        case PAIR_NAN_EUCLIDEAN: /* in this order: the Euclidean distance, to the bit, where all features are known */
            return VSQRT(VMUL(a, VDIV(VSET1((double)d), b)));
        case PAIR_HAMMING:
            return VDIV(a, VSET1((double)d));
        case PAIR_JACCARD:
            return VSELECT(VLE(b, VSET1(0.0)), VSET1(0.0), VDIV(a, b));
        case PAIR_DICE:
            return VDIV(a, VADD(a, b));
        default:
            return a;
    }
}

/* Feature j of `rows` points at x and of two vectors of points at y joins the sums: a[2 r + u], vector u with row r. */
COTERIE_INLINE TARGET void FN(pair_feature)(
        const int kind, const int rows, const double *x, const double *y, ptrdiff_t j, ptrdiff_t d,
        const double *columns, VR *a, VR *b) {
    VR y0 = VLOAD(y + j * PAIR_TILE), y1 = VLOAD(y + j * PAIR_TILE + LANES), step = y0, weight = y0;
    if (PAIR_HAS_COLUMNS(kind)) {
        step = VSET1(columns[PAIR_STEPS + j]);
        weight = VSET1(columns[PAIR_STEPS + d + j]);
    }
    for (int r = 0; r < rows; r++) {
        VR xr = VSET1(x[j * PAIR_TILE + r]);
        FN(pair_step)(kind, xr, y0, step, weight, &a[2 * r], &b[2 * r]);
        FN(pair_step)(kind, xr, y1, step, weight, &a[2 * r + 1], &b[2 * r + 1]);
    }
}

/* Vector i of the sums of x and y, finished, goes to out. */
COTERIE_INLINE TARGET void FN(pair_store)(
        const int kind, ptrdiff_t i, const double *x, const double *y, ptrdiff_t d, VR a, VR b, double *const *out,
        ptrdiff_t at) {
    ptrdiff_t r = i / 2, u = i % 2 * LANES;
    VR xn = a, yn = a;
    if (kind == PAIR_COSINE) {
        xn = VSET1(x[d * PAIR_TILE + r]);
        yn = VLOAD(y + d * PAIR_TILE + u);
    }
    VSTORE(out[r] + at + u, FN(pair_finish)(kind, d, a, b, xn, yn));
}

/* `rows` points at x, x + 1, ... against tiles at y. kind and rows are constants.
 *
 * Square roots take so long that those of one block are taken between the features of the next, one a feature. */
COTERIE_INLINE TARGET void FN(pair_tiles)(
        const int kind, const int rows, const double *x, const double *y, ptrdiff_t n_tiles, ptrdiff_t d,
        ptrdiff_t width, const double *columns, double *const *out) {
    const int n = 2 * rows, late = (kind == PAIR_EUCLIDEAN || kind == PAIR_COSINE) && d >= n;
    const ptrdiff_t numbers = PAIR_HAS_COLUMNS(kind) ? (ptrdiff_t)columns[PAIR_NUMBERS] : d;
    const VR total = VSET1(kind == PAIR_GOWER ? columns[PAIR_TOTAL] : 0.0);
    VR a[8], b[8], due[8];
    const double *due_y = NULL;
    ptrdiff_t due_at = 0;
    for (int i = 0; i < n; i++) due[i] = VSET1(0.0);
    for (ptrdiff_t t = 0; t < n_tiles; t++)
        for (int p = 0; p < PAIR_TILE; p += 2 * LANES) {
            const double *now = y + t * width * PAIR_TILE + p;
            ptrdiff_t j = 0, at = t * PAIR_TILE + p;
            for (int i = 0; i < n; i++) {
                a[i] = VSET1(0.0);
                b[i] = total;
            }
            if (late && due_y)
                for (; j < n; j++) {
                    FN(pair_feature)(kind, rows, x, now, j, d, columns, a, b);
                    FN(pair_store)(kind, j, x, due_y, d, due[j], due[j], out, due_at);
                }
            for (; j < numbers; j++) FN(pair_feature)(kind, rows, x, now, j, d, columns, a, b);
            if (kind == PAIR_GOWER)
                for (; j < d; j++) FN(pair_feature)(PAIR_CATEGORY, rows, x, now, j, d, columns, a, b);
            if (kind == PAIR_GOWER_MISSING)
                for (; j < d; j++) FN(pair_feature)(PAIR_CATEGORY_MISSING, rows, x, now, j, d, columns, a, b);
            for (int i = 0; i < n; i++)
                if (late)
                    due[i] = a[i];
                else
                    FN(pair_store)(kind, i, x, now, d, a[i], b[i], out, at);
            due_y = now;
            due_at = at;
        }
    if (late)
        for (int i = 0; i < n; i++) FN(pair_store)(kind, i, x, due_y, d, due[i], due[i], out, due_at);
}

/* ROWS is what fits into 16 registers: 4, or 2 where a distance takes two sums. */
#define PAIR_VECTORS(KIND, ROWS)                                                                      \
    case KIND:                                                                                        \
        for (; r + ROWS <= rows; r += ROWS)                                                           \
            FN(pair_tiles)(KIND, ROWS, x + r, y, n_tiles, d, width, columns, out + r);                \
        for (; r < rows; r++) FN(pair_tiles)(KIND, 1, x + r, y, n_tiles, d, width, columns, out + r); \
        break;

/* Distances of `rows` points at x, side by side in a tile, to the n_tiles tiles at y. A tile holds `width` numbers a
 * point, the first d of them features. out[r] (n_tiles * PAIR_TILE,) OUT for each r < rows. */
static TARGET void FN(pair_strip)(
        int kind, const double *x, int rows, const double *y, ptrdiff_t n_tiles, ptrdiff_t d, ptrdiff_t width, double p,
        const double *columns, double *const *out) {
    int r = 0;
    switch (kind) {
        PAIR_VECTORS(PAIR_SQEUCLIDEAN, 4)
        PAIR_VECTORS(PAIR_EUCLIDEAN, 4)
        PAIR_VECTORS(PAIR_MANHATTAN, 4)
        PAIR_VECTORS(PAIR_CHEBYSHEV, 4)
        PAIR_VECTORS(PAIR_COSINE, 4)
        PAIR_VECTORS(PAIR_CANBERRA, 4)
        PAIR_VECTORS(PAIR_BRAYCURTIS, 2)
        PAIR_VECTORS(PAIR_HAMMING, 4)
        PAIR_VECTORS(PAIR_JACCARD, 2)
        PAIR_VECTORS(PAIR_DICE, 2)
        PAIR_VECTORS(PAIR_GOWER, 4)
        PAIR_VECTORS(PAIR_GOWER_MISSING, 2)
        PAIR_VECTORS(PAIR_NAN_EUCLIDEAN, 2)
        default:
            for (; r < rows; r++)
                for (ptrdiff_t i = 0; i < n_tiles * PAIR_TILE; i++) {
                    const double *yi = y + i / PAIR_TILE * width * PAIR_TILE + i % PAIR_TILE;
                    out[r][i] = kind == PAIR_MINKOWSKI ? pair_minkowski(x + r, yi, d, p) : pair_haversine(x + r, yi);
                }
    }
}

/* Squared norms of the points of a tile, added up as in the product of two points; (d + 1, PAIR_TILE), the last row
 * OUT. */
static TARGET void FN(pair_norms)(double *tile, ptrdiff_t d) {
    for (int p = 0; p < PAIR_TILE; p += LANES) {
        VR sum = VSET1(0.0);
        for (ptrdiff_t j = 0; j < d; j++) {
            VR v = VLOAD(tile + j * PAIR_TILE + p);
            sum = VFMA(v, v, sum);
        }
        VSTORE(tile + d * PAIR_TILE + p, sum);
    }
}
#undef PAIR_DIFFERS
#undef PAIR_HAS_COLUMNS
#undef PAIR_VECTORS
#endif
