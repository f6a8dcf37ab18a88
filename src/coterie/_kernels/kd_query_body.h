/* SPDX-License-Identifier: BSD-3-Clause */
/* Reduced distances of queries to a box and to the points of a leaf, compiled for each level (simd.h), in float64.
 *
 * Sums are those of kd_tree.h, term for term: what a box rules out, no point in it contradicts. */
#ifdef REAL_IS_DOUBLE

/* Blocks that go together: four vectors. */
#define BATCH_GROUP (LANES == 8 ? 4 : LANES == 4 ? 2 : 1)
#define BATCH_VECTORS (KD_LANES / LANES)

SIMD_INLINE TARGET VR FN(batch_add)(const int kind, VR sum, VR t) {
    if (kind == KD_EUCLIDEAN) return VADD(sum, VMUL(t, t));
    if (kind == KD_MANHATTAN) return VADD(sum, VABS(t));
    return VMAX(sum, VABS(t));
}

/* Least distances of the queries of a block to a box, and largest ones unless reach is NULL. */
SIMD_INLINE TARGET void FN(batch_bounds)(
        const int kind, const int d, const double *q, const double *box, double *gap, double *reach) {
    VR none = VSET1(0.0);
    for (int u = 0; u < KD_LANES; u += LANES) {
        VR least = none, most = none;
        for (int j = 0; j < d; j++) {
            VR x = VLOAD(q + j * KD_LANES + u);
            VR below = VSUB(VSET1(box[j]), x), above = VSUB(x, VSET1(box[d + j]));
            least = FN(batch_add)(kind, least, VMAX(none, VMAX(below, above)));
            if (reach) most = FN(batch_add)(kind, most, VMIN(below, above)); /* both are negative inside */
        }
        VSTORE(gap + u, least);
        if (reach) VSTORE(reach + u, most);
    }
}

/* Least (gap) and largest (reach, or NULL) reduced distances of the KD_LANES queries at q to the points in a box. */
static TARGET void FN(batch_gaps)(
        const kd_tree_t *t, const double *q, const double *box, double *gap, double *reach) {
    int d = (int)t->d;
    switch (t->kind) {
        case KD_EUCLIDEAN:
            FN(batch_bounds)(KD_EUCLIDEAN, d, q, box, gap, reach);
            break;
        case KD_MANHATTAN:
            FN(batch_bounds)(KD_MANHATTAN, d, q, box, gap, reach);
            break;
        case KD_CHEBYSHEV:
            FN(batch_bounds)(KD_CHEBYSHEV, d, q, box, gap, reach);
            break;
        default:
            for (int i = 0; i < KD_LANES; i++) {
                gap[i] = 0.0;
                if (reach) reach[i] = 0.0;
                for (int j = 0; j < d; j++) {
                    double below = box[j] - q[j * KD_LANES + i], above = q[j * KD_LANES + i] - box[d + j];
                    double least = below > above ? below : above, most = below < above ? below : above;
                    if (least > 0.0) gap[i] = kd_add(KD_MINKOWSKI, t->p, gap[i], least);
                    if (reach) reach[i] = kd_add(KD_MINKOWSKI, t->p, reach[i], most);
                }
                gap[i] *= 1.0 - KD_POW_ERROR;
                if (reach) reach[i] *= 1.0 + KD_POW_ERROR;
            }
    }
}

/* Points of some blocks that may be among the k nearest of a query at x: bit i for point i, and their distances. With
 * many features those first looked at often settle that none is. */
SIMD_INLINE TARGET uint64_t FN(batch_near)(
        const int kind, const int d, const int blocks, const double *x, const double *y, double limit, double *out) {
    VR sum[8], most = VSET1(limit);
    uint64_t bits;
    int j = 0;
    for (int g = 0; g < blocks * BATCH_VECTORS; g++) sum[g] = VSET1(0.0);
    while (1) {
        int to = d - j < 12 ? d : j + 8;
        for (; j < to; j++) {
            VR c = VSET1(x[j * KD_LANES]);
            for (int g = 0; g < blocks * BATCH_VECTORS; g++) {
                const double *block = y + g * LANES / KD_LANES * d * KD_LANES;
                sum[g] = FN(batch_add)(kind, sum[g], VSUB(VLOAD(block + j * KD_LANES + g * LANES % KD_LANES), c));
            }
        }
        bits = 0;
        for (int g = 0; g < blocks * BATCH_VECTORS; g++) bits |= VBITS(VLE(sum[g], most)) << (g * LANES);
        if (j == d || !bits) break;
    }
    if (bits)
        for (int g = 0; g < blocks * BATCH_VECTORS; g++) VSTORE(out + g * LANES, sum[g]);
    return bits;
}

SIMD_INLINE TARGET void FN(batch_scan_one)(
        const int kind, const int d, batch_t *b, ptrdiff_t i, const kd_node_t *leaf) {
    const kd_tree_t *t = b->tree;
    const double *x = b->points + i / KD_LANES * d * KD_LANES + i % KD_LANES;
    const double *y = t->points + leaf->start * d;
    double *near = b->near + i * b->k;
    int64_t *rows = b->rows + i * b->k, self = b->others ? b->number[i] : -1;
    ptrdiff_t size = leaf->stop - leaf->start, first = 0;
    double distances[BATCH_GROUP * KD_LANES];
    while (first < size) {
        uint64_t bits = 0;
        ptrdiff_t step = KD_LANES;
        if (kind == KD_MINKOWSKI) {
            for (int p = 0; p < KD_LANES && first + p < size; p++) {
                distances[p] = 0.0;
                for (int j = 0; j < d; j++)
                    distances[p] += pow(fabs(y[(first * d + j * KD_LANES) + p] - x[j * KD_LANES]), t->p);
                bits |= (uint64_t)(distances[p] <= near[0]) << p;
            }
        } else if (size - first > (BATCH_GROUP - 1) * KD_LANES) {
            step = BATCH_GROUP * KD_LANES;
            bits = FN(batch_near)(kind, d, BATCH_GROUP, x, y + first * d, near[0], distances);
        } else {
            bits = FN(batch_near)(kind, d, 1, x, y + first * d, near[0], distances);
        }
        for (; bits; bits &= bits - 1) {
            ptrdiff_t p = lowest_bit(bits);
            if (first + p >= size) break; /* at infinity, behind the last point */
            int64_t row = t->order[leaf->start + first + p];
            if (row != self && list_farther(near[0], rows[0], distances[p], row))
                list_take(near, rows, b->k, distances[p], row);
        }
        first += step;
    }
    b->limit[i] = near[0];
}

SIMD_INLINE TARGET void FN(batch_scan_kind)(
        const int kind, const int d, batch_t *b, const kd_node_t *leaf, const double *box) {
    double gap[KD_LANES];
    VR farthest = VSET1(-1.0);
    for (ptrdiff_t i = 0; i < b->n; i += KD_LANES) {
        uint64_t bits = 0;
        if (kind == KD_MINKOWSKI)
            FN(batch_gaps)(b->tree, b->points + i * d, box, gap, NULL);
        else
            FN(batch_bounds)(kind, d, b->points + i * d, box, gap, NULL);
        for (int u = 0; u < KD_LANES; u += LANES) bits |= VBITS(VLE(VLOAD(gap + u), VLOAD(b->limit + i + u))) << u;
        for (; bits; bits &= bits - 1) {
            ptrdiff_t p = lowest_bit(bits);
            if (gap[p] == b->limit[i + p] && leaf->lowest > b->rows[(i + p) * b->k]) continue;
            FN(batch_scan_one)(kind, d, b, i + p, leaf);
        }
        for (int u = 0; u < KD_LANES; u += LANES) farthest = VMAX(farthest, VLOAD(b->limit + i + u));
    }
    double largest[LANES];
    VSTORE(largest, farthest);
    for (int u = 1; u < LANES; u++) largest[0] = largest[u] > largest[0] ? largest[u] : largest[0];
    b->farthest = largest[0];
}

/* The points of a leaf join the neighbours of the queries of a batch. */
static TARGET void FN(batch_scan)(batch_t *b, const kd_node_t *leaf, const double *box) {
    int d = (int)b->tree->d;
    switch (b->tree->kind) {
        case KD_EUCLIDEAN:
            if (d == 2)
                FN(batch_scan_kind)(KD_EUCLIDEAN, 2, b, leaf, box);
            else if (d == 3)
                FN(batch_scan_kind)(KD_EUCLIDEAN, 3, b, leaf, box);
            else
                FN(batch_scan_kind)(KD_EUCLIDEAN, d, b, leaf, box);
            break;
        case KD_MANHATTAN:
            FN(batch_scan_kind)(KD_MANHATTAN, d, b, leaf, box);
            break;
        case KD_CHEBYSHEV:
            FN(batch_scan_kind)(KD_CHEBYSHEV, d, b, leaf, box);
            break;
        default:
            FN(batch_scan_kind)(KD_MINKOWSKI, d, b, leaf, box);
    }
}
#undef BATCH_GROUP
#undef BATCH_VECTORS
#endif
