/* SPDX-License-Identifier: BSD-3-Clause */
/* Squared distances of one point to runs of points, compiled for each level (simd.h), in float64: added up feature by
 * feature, each product rounded, so that the bits depend on the two points alone. */
#ifdef REAL_IS_DOUBLE

/* Which of the points i .. i + LANES - 1 are within the radius of q. d is a constant. */
SIMD_INLINE TARGET uint64_t FN(grid_near)(const grid_points_t *g, const int d, const VR *q, ptrdiff_t i) {
    VR t = VSUB(VLOAD(g->x[0] + i), q[0]), sum = VMUL(t, t);
    if (d > 1) {
        t = VSUB(VLOAD(g->x[1] + i), q[1]);
        sum = VADD(sum, VMUL(t, t));
    }
    if (d > 2) {
        t = VSUB(VLOAD(g->x[2] + i), q[2]);
        sum = VADD(sum, VMUL(t, t));
    }
    return VBITS(VLE(sum, VSET1(g->bound)));
}

SIMD_INLINE TARGET uint64_t FN(grid_tail)(const grid_points_t *g, const int d, const VR *q, ptrdiff_t i, ptrdiff_t stop) {
    return FN(grid_near)(g, d, q, i) & (((uint64_t)1 << (stop - i)) - 1);
}

SIMD_INLINE TARGET ptrdiff_t FN(grid_count_d)(
        const grid_points_t *g, const int d, const double *x, const ptrdiff_t *runs, int n_runs, ptrdiff_t enough) {
    VR q[3];
    ptrdiff_t count = 0;
    for (int j = 0; j < d; j++) q[j] = VSET1(x[j]);
    for (int r = 0; r < n_runs && count < enough; r++) {
        ptrdiff_t i = runs[2 * r], stop = runs[2 * r + 1];
        for (; i + LANES <= stop && count < enough; i += LANES) count += count_bits(FN(grid_near)(g, d, q, i));
        if (i < stop && count < enough) count += count_bits(FN(grid_tail)(g, d, q, i, stop));
    }
    return count;
}

SIMD_INLINE TARGET uint64_t FN(grid_mask_d)(
        const grid_points_t *g, const int d, const double *x, ptrdiff_t start, ptrdiff_t stop) {
    VR q[3];
    uint64_t mask = 0;
    ptrdiff_t i = start;
    for (int j = 0; j < d; j++) q[j] = VSET1(x[j]);
    for (; i + LANES <= stop; i += LANES) mask |= FN(grid_near)(g, d, q, i) << (i - start);
    if (i < stop) mask |= FN(grid_tail)(g, d, q, i, stop) << (i - start);
    return mask;
}

SIMD_INLINE TARGET ptrdiff_t FN(grid_first_d)(
        const grid_points_t *g, const int d, const double *x, ptrdiff_t start, ptrdiff_t stop) {
    VR q[3];
    ptrdiff_t i = start;
    uint64_t mask;
    for (int j = 0; j < d; j++) q[j] = VSET1(x[j]);
    for (; i + LANES <= stop; i += LANES)
        if ((mask = FN(grid_near)(g, d, q, i))) return i + lowest_bit(mask);
    if (i < stop && (mask = FN(grid_tail)(g, d, q, i, stop))) return i + lowest_bit(mask);
    return -1;
}

#define GRID_FOR_D(CALL) (g->d == 1 ? CALL(1) : g->d == 2 ? CALL(2) : CALL(3))

/* Points of the runs (n_runs, 2), start and stop, within the radius of x (d,); not many more than `enough` are counted. */
static TARGET ptrdiff_t FN(grid_count)(
        const grid_points_t *g, const double *x, const ptrdiff_t *runs, int n_runs, ptrdiff_t enough) {
#define GRID_CALL(D) FN(grid_count_d)(g, D, x, runs, n_runs, enough)
    return GRID_FOR_D(GRID_CALL);
#undef GRID_CALL
}

/* Which of at most 64 points are within the radius of x (d,): bit i for start + i. */
static TARGET uint64_t FN(grid_mask)(const grid_points_t *g, const double *x, ptrdiff_t start, ptrdiff_t stop) {
#define GRID_CALL(D) FN(grid_mask_d)(g, D, x, start, stop)
    return GRID_FOR_D(GRID_CALL);
#undef GRID_CALL
}

/* First of the points start .. stop - 1 within the radius of x (d,); -1 if none is. */
static TARGET ptrdiff_t FN(grid_first)(const grid_points_t *g, const double *x, ptrdiff_t start, ptrdiff_t stop) {
#define GRID_CALL(D) FN(grid_first_d)(g, D, x, start, stop)
    return GRID_FOR_D(GRID_CALL);
#undef GRID_CALL
}
#undef GRID_FOR_D
#endif
