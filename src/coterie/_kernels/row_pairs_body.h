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
