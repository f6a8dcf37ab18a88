/* SPDX-License-Identifier: BSD-3-Clause */
/* The body for one level of simd.h, in float64. */
#ifdef REAL_IS_DOUBLE

/* Vectors of sums side by side: what fits into 16 registers beside the rest. */
#define SPARSE_WIDE 8

/* The numbers x of one row, number t in column at[t] of a block (columns, SPARSE_LANES): out[i] is the sum of the
 * products with lane i, or of |b - x| - |b| - |x|. */
static TARGET void FN(sparse_sums)(
        int kind, const double *block, const int64_t *at, const double *x, ptrdiff_t n, double *out) {
    for (int p = 0; p < SPARSE_LANES; p += SPARSE_WIDE * LANES) {
        VR sums[SPARSE_WIDE];
        for (int i = 0; i < SPARSE_WIDE; i++) sums[i] = VSET1(0.0);
        if (kind == SPARSE_EUCLIDEAN)
            for (ptrdiff_t t = 0; t < n; t++) {
                const double *b = block + at[t] * SPARSE_LANES + p;
                VR xt = VSET1(x[t]);
                for (int i = 0; i < SPARSE_WIDE; i++) sums[i] = VFMA(xt, VLOAD(b + i * LANES), sums[i]);
            }
        else
            for (ptrdiff_t t = 0; t < n; t++) {
                const double *b = block + at[t] * SPARSE_LANES + p;
                VR xt = VSET1(x[t]), size = VABS(xt);
                for (int i = 0; i < SPARSE_WIDE; i++) {
                    VR bi = VLOAD(b + i * LANES);
                    sums[i] = VADD(sums[i], VSUB(VSUB(VABS(VSUB(bi, xt)), VABS(bi)), size));
                }
            }
        for (int i = 0; i < SPARSE_WIDE; i++) VSTORE(out + p + i * LANES, sums[i]);
    }
}
#undef SPARSE_WIDE
#endif
