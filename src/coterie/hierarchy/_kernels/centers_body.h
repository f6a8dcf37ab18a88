/* SPDX-License-Identifier: BSD-3-Clause */
/* Nearest centers in blocks, compiled once for each instruction level and precision (simd.h). */
#ifdef REAL_IS_DOUBLE

/* The center of a block that is nearest to center q, by squared distance, the lowest number on a tie; centers skip .. q
 * are passed over. With sizes, the distance is half of the square of Ward's: times n_q n / (n_q + n). best, where INOUT. */
static TARGET void FN(nearest_in_block)(
        const centers_t *c, ptrdiff_t block, ptrdiff_t q, ptrdiff_t skip, double *best, int64_t *where) {
    enum { G = 8 }; /* sums side by side, so that none waits for the one before */
    double squares[G * LANES];
    const ptrdiff_t d = c->d;
    const double *row = c->rows + q * d, *sizes = c->sizes;
    const double n_q = sizes ? sizes[q] : 1.0;
    for (ptrdiff_t start = block * CENTERS_BLOCK; start < (block + 1) * CENTERS_BLOCK; start += G * LANES) {
        const double *x = c->blocks + block * d * CENTERS_BLOCK + start % CENTERS_BLOCK;
        VR sum[G];
        for (int u = 0; u < G; u++) sum[u] = VSET1(0.0);
        for (ptrdiff_t j = 0; j < d; j++) {
            VR y = VSET1(row[j]);
            for (int u = 0; u < G; u++) {
                VR t = VSUB(VLOAD(x + j * CENTERS_BLOCK + u * LANES), y);
                sum[u] = VFMA(t, t, sum[u]);
            }
        }
        if (sizes)
            for (int u = 0; u < G; u++) {
                VR n = VLOAD(sizes + start + u * LANES);
                sum[u] = VMUL(sum[u], VDIV(VMUL(n, VSET1(n_q)), VADD(n, VSET1(n_q))));
            }
        for (int u = 0; u < G; u++) VSTORE(squares + u * LANES, sum[u]);
        for (ptrdiff_t i = start; i < start + G * LANES; i++)
            if (squares[i - start] < *best && (i < skip || i > q)) {
                *best = squares[i - start];
                *where = i;
            }
    }
}
#endif

/* First of the blocks first .. last - 1 with a center whose squared distance to a center q is at most `limit`; `last` if
 * there is none. Feature j of q is at q[j * CENTERS_BLOCK]. */
static TARGET ptrdiff_t FN(first_near)(
        const REAL *blocks, ptrdiff_t d, ptrdiff_t first, ptrdiff_t last, const REAL *q, REAL limit) {
    enum { G = CENTERS_BLOCK / LANES };
    for (; first < last; first++) {
        const REAL *x = blocks + first * d * CENTERS_BLOCK;
        VR sum[G];
        for (int u = 0; u < G; u++) sum[u] = VSET1((REAL)0);
        for (ptrdiff_t j = 0; j < d; j++) {
            VR c = VSET1(q[j * CENTERS_BLOCK]);
            for (int u = 0; u < G; u++) {
                VR t = VSUB(VLOAD(x + j * CENTERS_BLOCK + u * LANES), c);
                sum[u] = VFMA(t, t, sum[u]);
            }
        }
        VR least = sum[0];
        for (int u = 1; u < G; u++) least = VMIN(least, sum[u]);
        if (VBITS(VLE(least, VSET1(limit)))) return first;
    }
    return last;
}
