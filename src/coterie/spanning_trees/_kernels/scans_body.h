/* SPDX-License-Identifier: BSD-3-Clause */
/* Scans of float64 distances, compiled once for each instruction level (simd.h). */
#ifdef REAL_IS_DOUBLE

/* Smallest of v[i] + dead[i], and where (the lowest i on a tie; -1 and infinity where there is none). */
static TARGET double FN(row_minimum)(const double *v, const double *dead, ptrdiff_t n, ptrdiff_t *where) {
    const int step = 4 * LANES;
    double best = INFINITY;
    ptrdiff_t block = -1, i = 0;
    for (; i + step <= n; i += step) {
        VR m = VMIN(VMIN(VADD(VLOAD(v + i), VLOAD(dead + i)),
                         VADD(VLOAD(v + i + LANES), VLOAD(dead + i + LANES))),
                    VMIN(VADD(VLOAD(v + i + 2 * LANES), VLOAD(dead + i + 2 * LANES)),
                         VADD(VLOAD(v + i + 3 * LANES), VLOAD(dead + i + 3 * LANES))));
        if (!VBITS(VLT(m, VSET1(best)))) continue;
        double lanes[LANES];
        VSTORE(lanes, m);
        for (int u = 0; u < LANES; u++) best = lanes[u] < best ? lanes[u] : best;
        block = i;
    }
    *where = -1;
    if (block >= 0)
        for (*where = block; v[*where] + dead[*where] != best;) (*where)++;
    for (; i < n; i++) {
        double u = v[i] + dead[i];
        if (u < best) {
            best = u;
            *where = i;
        }
    }
    return best;
}

/* Smallest of v, and where, as above. At the same time the row `name` of a condensed matrix lowers the minima of its
 * columns: least (n,) INOUT is the smallest number seen in each column, from (n,) INOUT the name of its row. */
static TARGET double FN(mutual_minimum)(
        const double *v, ptrdiff_t n, int64_t name, ptrdiff_t *where, double *least, int64_t *from) {
    double best = INFINITY;
    *where = -1;
    ptrdiff_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        VR r = VLOAD(v + i);
        uint64_t lower = VBITS(VLT(r, VLOAD(least + i)));
        if (lower)
            for (int u = 0; u < LANES; u++)
                if (v[i + u] < least[i + u]) {
                    least[i + u] = v[i + u];
                    from[i + u] = name;
                }
        if (VBITS(VLT(r, VSET1(best))))
            for (int u = 0; u < LANES; u++)
                if (v[i + u] < best) {
                    best = v[i + u];
                    *where = i + u;
                }
    }
    for (; i < n; i++) {
        if (v[i] < least[i]) {
            least[i] = v[i];
            from[i] = name;
        }
        if (v[i] < best) {
            best = v[i];
            *where = i;
        }
    }
    return best;
}
#endif
