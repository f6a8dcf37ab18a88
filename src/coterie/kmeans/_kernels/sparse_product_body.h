/* SPDX-License-Identifier: BSD-3-Clause */
/* Products of a sparse row with columns that lie side by side, feature by feature; compiled for each level and precision
 * (simd.h). */

/* As `sparse_product`, for nv vectors of columns (a constant). Two numbers of the row have sums of their own, so that
 * fewer additions wait for the one before. */
COTERIE_INLINE TARGET void FN(sparse_panel)(
        const REAL *x, const int32_t *features, ptrdiff_t n, const int nv, const REAL *columns, ptrdiff_t width,
        REAL *out) {
    enum { AHEAD = 12, LINE = 64 / sizeof(REAL) };
    VR even[4], odd[4];
    for (int u = 0; u < nv; u++) even[u] = odd[u] = VSET1((REAL)0);
    ptrdiff_t i = 0;
    for (; i + 2 <= n; i += 2) {
        const REAL *a = columns + features[i] * width, *b = columns + features[i + 1] * width;
        if (i + AHEAD + 1 < n) {
            const REAL *later = columns + features[i + AHEAD] * width, *then = columns + features[i + AHEAD + 1] * width;
            for (int u = 0; u < nv * LANES; u += LINE) {
                COTERIE_PREFETCH(later + u);
                COTERIE_PREFETCH(then + u);
            }
        }
        const VR xa = VSET1(x[i]), xb = VSET1(x[i + 1]);
        for (int u = 0; u < nv; u++) even[u] = VFMA(xa, VLOAD(a + u * LANES), even[u]);
        for (int u = 0; u < nv; u++) odd[u] = VFMA(xb, VLOAD(b + u * LANES), odd[u]);
    }
    if (i < n) {
        const VR xa = VSET1(x[i]);
        for (int u = 0; u < nv; u++) even[u] = VFMA(xa, VLOAD(columns + features[i] * width + u * LANES), even[u]);
    }
    for (int u = 0; u < nv; u++) VSTORE(out + u * LANES, VADD(VLOAD(out + u * LANES), VADD(even[u], odd[u])));
}

/* out[l] += sum_i x[i] * columns[features[i] * width + l], for n <= SPARSE_PIECE numbers of a row at `features`, and
 * `width` columns, a multiple of 64 bytes. */
static TARGET void FN(sparse_product)(
        const REAL *x, const int32_t *features, ptrdiff_t n, const REAL *columns, ptrdiff_t width, REAL *out) {
    ptrdiff_t u = 0, n_vectors = width / LANES;
    for (; u + 4 <= n_vectors; u += 4)
        FN(sparse_panel)(x, features, n, 4, columns + u * LANES, width, out + u * LANES);
    columns += u * LANES;
    out += u * LANES;
    switch (n_vectors - u) {
        case 1: FN(sparse_panel)(x, features, n, 1, columns, width, out); break;
        case 2: FN(sparse_panel)(x, features, n, 2, columns, width, out); break;
        case 3: FN(sparse_panel)(x, features, n, 3, columns, width, out);
    }
}
