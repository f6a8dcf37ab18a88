/* SPDX-License-Identifier: BSD-3-Clause */
/* Scans of float64 distances, compiled once for each instruction level (simd.h). */
#ifdef REAL_IS_DOUBLE

/* (low / x) ** (halves / 2) of n numbers, where low is the lesser of *least and of all x that are not 0; for those that
 * are 0 it is 0. n is a multiple of 16, at most VALIDITY_COLUMNS. *least becomes low, power (n,) OUT. Returns 0, or NaN
 * if an x is not finite. */
static TARGET double FN(validity_powers)(
        const double *x, ptrdiff_t n, ptrdiff_t halves, double *least, double *power) {
    double base[VALIDITY_COLUMNS], lanes[LANES], low = *least, odd = 0.0;
    VR zero = VSET1(0.0), one = VSET1(1.0), far = VSET1(INFINITY), m = VSET1(low), strange = zero;
    for (ptrdiff_t i = 0; i < n; i += LANES) {
        VR v = VLOAD(x + i);
        strange = VADD(strange, VSUB(v, v));
        m = VMIN(m, VSELECT(VLT(zero, v), v, far));
    }
    VSTORE(lanes, m);
    for (int u = 0; u < LANES; u++) low = lanes[u] < low ? lanes[u] : low;
    VSTORE(lanes, strange);
    for (int u = 0; u < LANES; u++) odd += lanes[u];
    *least = low;
    for (ptrdiff_t i = 0; i < n; i += LANES) {
        VR v = VLOAD(x + i), b = VSELECT(VLT(zero, v), VDIV(VSET1(low), v), zero);
        VSTORE(base + i, b);
        VSTORE(power + i, halves & 1 ? VSQRT(b) : VSELECT(VLT(zero, b), one, zero));
    }
    for (ptrdiff_t e = halves >> 1; e; e >>= 1)
        for (ptrdiff_t i = 0; i < n; i += LANES) {
            VR b = VLOAD(base + i);
            if (e & 1) VSTORE(power + i, VMUL(VLOAD(power + i), b));
            VSTORE(base + i, VMUL(b, b));
        }
    return odd;
}

/* Point `last`, of this core distance, has joined the tree. The edges of the points start .. stop - 1 to it are offered
 * to them; x has its distances to these. Returns the point that is to be added next, -1 where all are in the tree. */
static TARGET int64_t FN(validity_grow)(
        const validity_tree_t *t, const double *x, int64_t start, int64_t stop, int64_t last, double core) {
    int64_t i = start, best = -1;
    VR own = VSET1(core), far = VSET1(INFINITY);
    for (; i + LANES <= stop; i += LANES) {
        VR v = VLOAD(x + (i - start)), outside = VLOAD(t->outside + i), least = VLOAD(t->least + i);
        VR weight = VMAX(v, VMAX(own, outside));
        if (VBITS(VLE(weight, least))) {
            for (int u = 0; u < LANES; u++) validity_offer(t, i + u, last, core, x[i - start + u]);
            least = VLOAD(t->least + i);
        }
        uint64_t first = VBITS(VLT(outside, far));
        if (best >= 0) first &= VBITS(VLT(least, VSET1(t->least[best])));
        if (first)
            for (int u = 0; u < LANES; u++) validity_choose(t, i + u, &best);
    }
    for (; i < stop; i++) {
        validity_offer(t, i, last, core, x[i - start]);
        validity_choose(t, i, &best);
    }
    return best;
}
#endif
