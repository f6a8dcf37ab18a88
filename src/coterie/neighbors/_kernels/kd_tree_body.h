/* SPDX-License-Identifier: BSD-3-Clause */
/* Reduced distances of one point to blocks of points, compiled for each level (simd.h), in float64.
 *
 * The terms are added feature by feature and each product is rounded (no fused multiply-add): the bits of a distance
 * depend on the two points alone, on every machine. */
#ifdef REAL_IS_DOUBLE

/* Sums of G vectors of points: those from y on, side by side if a vector has fewer lanes than a block. From the feature
 * `from` to `to`. kind and G are constants. */
COTERIE_INLINE TARGET void FN(kd_sums)(
        const int kind, const int G, const double *x, const double *y, ptrdiff_t d, ptrdiff_t from, ptrdiff_t to,
        VR *sum) {
    for (ptrdiff_t j = from; j < to; j++) {
        VR c = VSET1(x[j]);
        for (int g = 0; g < G; g++) {
            const double *block = y + g * LANES / KD_LANES * d * KD_LANES;
            VR t = VSUB(VLOAD(block + j * KD_LANES + g * LANES % KD_LANES), c);
            if (kind == KD_EUCLIDEAN)
                sum[g] = VADD(sum[g], VMUL(t, t));
            else if (kind == KD_MANHATTAN)
                sum[g] = VADD(sum[g], VABS(t));
            else
                sum[g] = VMAX(sum[g], VABS(t));
        }
    }
}

/* Blocks that go together: four vectors. */
#define KD_GROUP (LANES == 8 ? 4 : LANES == 4 ? 2 : 1)
#define KD_VECTORS (KD_LANES / LANES)

COTERIE_INLINE TARGET void FN(kd_store)(
        const int kind, const int blocks, const double *x, const double *y, ptrdiff_t d, double *out) {
    VR sum[8];
    for (int g = 0; g < blocks * KD_VECTORS; g++) sum[g] = VSET1(0.0);
    FN(kd_sums)(kind, blocks * KD_VECTORS, x, y, d, 0, d, sum);
    for (int g = 0; g < blocks * KD_VECTORS; g++) VSTORE(out + g * LANES, sum[g]);
}

/* With many features those first looked at often settle that no point of the blocks is near. */
COTERIE_INLINE TARGET uint64_t FN(kd_mask)(
        const int kind, const int blocks, const double *x, const double *y, ptrdiff_t d, double bound) {
    VR sum[8], limit = VSET1(bound);
    ptrdiff_t j = 0;
    uint64_t mask;
    for (int g = 0; g < blocks * KD_VECTORS; g++) sum[g] = VSET1(0.0);
    while (1) {
        ptrdiff_t to = d - j < 12 ? d : j + 8;
        FN(kd_sums)(kind, blocks * KD_VECTORS, x, y, d, j, to, sum);
        mask = 0;
        for (int g = 0; g < blocks * KD_VECTORS; g++) mask |= VBITS(VLE(sum[g], limit)) << (g * LANES);
        j = to;
        if (j == d || !mask) return mask;
    }
}

#define KD_FOR_KINDS(KIND)                                                                                           \
    case KIND:                                                                                                       \
        for (; b + KD_GROUP <= n_blocks; b += KD_GROUP) FN(kd_store)(KIND, KD_GROUP, x, y + b * step, t->d, out + b * KD_LANES); \
        for (; b < n_blocks; b++) FN(kd_store)(KIND, 1, x, y + b * step, t->d, out + b * KD_LANES);                  \
        break;

/* Reduced distances of x (d,) to the points of n_blocks blocks. out (n_blocks * KD_LANES,) OUT */
static TARGET void FN(kd_distances)(
        const kd_tree_t *t, const double *x, ptrdiff_t block, ptrdiff_t n_blocks, double *out) {
    ptrdiff_t step = t->d * KD_LANES, b = 0;
    const double *y = t->points + block * step;
    switch (t->kind) {
        KD_FOR_KINDS(KD_EUCLIDEAN)
        KD_FOR_KINDS(KD_MANHATTAN)
        KD_FOR_KINDS(KD_CHEBYSHEV)
        default:
            for (ptrdiff_t i = 0; i < n_blocks * KD_LANES; i++) {
                double sum = 0.0;
                for (ptrdiff_t j = 0; j < t->d; j++)
                    sum += pow(fabs(y[i / KD_LANES * step + j * KD_LANES + i % KD_LANES] - x[j]), t->p);
                out[i] = sum;
            }
    }
}
#undef KD_FOR_KINDS

#define KD_FOR_KINDS(KIND)                                                                                           \
    case KIND:                                                                                                       \
        for (; b + KD_GROUP <= n_blocks; b += KD_GROUP)                                                              \
            mask |= FN(kd_mask)(KIND, KD_GROUP, x, y + b * step, t->d, bound) << (b * KD_LANES);                     \
        for (; b < n_blocks; b++) mask |= FN(kd_mask)(KIND, 1, x, y + b * step, t->d, bound) << (b * KD_LANES);      \
        break;

/* Which points of up to 8 blocks are within a reduced distance, which is finite, of x (d,): bit i for point i. */
static TARGET uint64_t FN(kd_within)(
        const kd_tree_t *t, const double *x, ptrdiff_t block, ptrdiff_t n_blocks, double bound) {
    ptrdiff_t step = t->d * KD_LANES, b = 0;
    const double *y = t->points + block * step;
    uint64_t mask = 0;
    double sums[8 * KD_LANES];
    switch (t->kind) {
        KD_FOR_KINDS(KD_EUCLIDEAN)
        KD_FOR_KINDS(KD_MANHATTAN)
        KD_FOR_KINDS(KD_CHEBYSHEV)
        default:
            FN(kd_distances)(t, x, block, n_blocks, sums);
            for (ptrdiff_t i = 0; i < n_blocks * KD_LANES; i++) mask |= (uint64_t)(sums[i] <= bound) << i;
    }
    return mask;
}
#undef KD_FOR_KINDS

/* Which points of some blocks may be within a reduced distance of a point in a box. kind and blocks are constants. */
COTERIE_INLINE TARGET uint64_t FN(kd_box_mask)(
        const int kind, const int blocks, const double *box, const double *y, ptrdiff_t d, double bound) {
    VR sum[8], zero = VSET1(0.0);
    uint64_t mask = 0;
    for (int g = 0; g < blocks * KD_VECTORS; g++) sum[g] = zero;
    for (ptrdiff_t j = 0; j < d; j++) {
        VR low = VSET1(box[j]), high = VSET1(box[d + j]);
        for (int g = 0; g < blocks * KD_VECTORS; g++) {
            VR v = VLOAD(y + g * LANES / KD_LANES * d * KD_LANES + j * KD_LANES + g * LANES % KD_LANES);
            VR t = VMAX(VMAX(VSUB(low, v), VSUB(v, high)), zero);
            if (kind == KD_EUCLIDEAN)
                sum[g] = VADD(sum[g], VMUL(t, t));
            else if (kind == KD_MANHATTAN)
                sum[g] = VADD(sum[g], t);
            else
                sum[g] = VMAX(sum[g], t);
        }
    }
    for (int g = 0; g < blocks * KD_VECTORS; g++) mask |= VBITS(VLE(sum[g], VSET1(bound))) << (g * LANES);
    return mask;
}

#define KD_FOR_KINDS(KIND)                                                                                           \
    case KIND:                                                                                                       \
        for (; b + KD_GROUP <= n_blocks; b += KD_GROUP)                                                              \
            mask |= FN(kd_box_mask)(KIND, KD_GROUP, box, y + b * step, t->d, bound) << (b * KD_LANES);               \
        for (; b < n_blocks; b++) mask |= FN(kd_box_mask)(KIND, 1, box, y + b * step, t->d, bound) << (b * KD_LANES); \
        break;

/* Which points of up to 8 blocks have no reason to be farther than a reduced distance, which is finite, from all points
 * in a box (2, d): bit i for point i. */
static TARGET uint64_t FN(kd_beside)(
        const kd_tree_t *t, const double *box, ptrdiff_t block, ptrdiff_t n_blocks, double bound) {
    ptrdiff_t step = t->d * KD_LANES, b = 0;
    const double *y = t->points + block * step;
    uint64_t mask = 0;
    switch (t->kind) {
        KD_FOR_KINDS(KD_EUCLIDEAN)
        KD_FOR_KINDS(KD_MANHATTAN)
        KD_FOR_KINDS(KD_CHEBYSHEV)
        default:
            mask = n_blocks < 8 ? ((uint64_t)1 << (n_blocks * KD_LANES)) - 1 : ~(uint64_t)0;
    }
    return mask;
}
#undef KD_FOR_KINDS
#undef KD_GROUP
#undef KD_VECTORS
#endif
