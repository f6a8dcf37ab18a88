/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiled once for each instruction level (simd.h). No fused multiply-add and a fixed order of summation: the same
 * bits at each level. Arrays other than rows of the matrix are padded to a multiple of 8. */
#ifdef REAL_IS_DOUBLE

/* An object joins the splinter group: row (n,) IN, its dissimilarities; near (n,) INOUT, sums of dissimilarities to the
 * splinter group; far (n,) INOUT, the largest of them; sums (n,) IN, to the whole cluster, -inf for objects that are not
 * candidates; top (n / GAIN_STRIP rounded up,) OUT, the largest gain of each strip, where
 * gain = (sums - near) * per_rest - near * per_splinter. */
static TARGET void FN(take_row)(
        const double *row, const double *sums, double *near, double *far, ptrdiff_t n, double per_rest,
        double per_splinter, double *top) {
    VR rest = VSET1(per_rest), splinter = VSET1(per_splinter);
    for (ptrdiff_t start = 0; start < n; start += GAIN_STRIP) {
        ptrdiff_t stop = n - start < GAIN_STRIP ? n : start + GAIN_STRIP;
        VR best = VSET1(-INFINITY);
        for (ptrdiff_t i = start; i < stop; i += LANES) {
            VR d;
            if (i + LANES <= stop) {
                d = VLOAD(row + i);
            } else {
                double last[LANES] = {0};
                memcpy(last, row + i, (size_t)(stop - i) * sizeof(double));
                d = VLOAD(last);
            }
            VR sum = VADD(VLOAD(near + i), d);
            VSTORE(near + i, sum);
            VSTORE(far + i, VMAX(VLOAD(far + i), d));
            best = VMAX(best, VSUB(VMUL(VSUB(VLOAD(sums + i), sum), rest), VMUL(sum, splinter)));
        }
        double lanes[LANES], most = -INFINITY;
        VSTORE(lanes, best);
        for (int u = 0; u < LANES; u++) most = lanes[u] > most ? lanes[u] : most;
        top[start / GAIN_STRIP] = most;
    }
}

/* Sum of the dissimilarities row (n,) to the objects with sums > -inf; to all of them where sums is NULL. Eight sums
 * side by side at each level. */
static TARGET double FN(sum_row)(const double *row, const double *sums, ptrdiff_t n) {
    enum { VECTORS = 8 / LANES };
    VR total[VECTORS], none = VSET1(-INFINITY);
    double lanes[8];
    for (int u = 0; u < VECTORS; u++) total[u] = VSET1(0.0);
    for (ptrdiff_t i = 0; i < n; i += 8) {
        double last[8] = {0};
        const double *from = row + i;
        if (i + 8 > n) {
            memcpy(last, from, (size_t)(n - i) * sizeof(double));
            from = last;
        }
        for (int u = 0; u < VECTORS; u++) {
            VR d = VLOAD(from + u * LANES);
            if (sums) d = VKEEP(VLT(none, VLOAD(sums + i + u * LANES)), d);
            total[u] = VADD(total[u], d);
        }
    }
    for (int u = 0; u < VECTORS; u++) VSTORE(lanes + u * LANES, total[u]);
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}
#endif
