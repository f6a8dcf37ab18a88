/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiled once for each instruction level and precision (simd.h). */

/* Largest |v|. Infinity where some v is not finite. */
static TARGET double FN(magnitude)(const REAL *v, ptrdiff_t n) {
    VR high = VSET1(0.0), low = high, sum = high;
    REAL largest = 0, lanes[LANES];
    ptrdiff_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        VR r = VLOAD(v + i);
        high = VMAX(high, r);
        low = VMIN(low, r);
        sum = VFMA(r, VSET1(0.0), sum); /* NaN from the first r on that is NaN or infinite */
    }
    VSTORE(lanes, VADD(VMAX(high, VSUB(VSET1(0.0), low)), sum));
    for (int u = 0; u < LANES; u++) {
        if (!(lanes[u] < INFINITY)) return INFINITY;
        largest = lanes[u] > largest ? lanes[u] : largest;
    }
    for (; i < n; i++) {
        REAL size = v[i] < 0 ? -v[i] : v[i];
        if (!(size < INFINITY)) return INFINITY;
        largest = size > largest ? size : largest;
    }
    return largest;
}
