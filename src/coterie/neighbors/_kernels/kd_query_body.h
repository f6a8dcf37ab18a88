/* SPDX-License-Identifier: BSD-3-Clause */
/* Reduced distances of queries to a box and to the points of a leaf, compiled for each level (simd.h), in float64.
 *
 * Sums are those of kd_tree.h, term for term: what a box rules out, no point in it contradicts. */
#ifdef REAL_IS_DOUBLE

/* Blocks that go together: four vectors. */
#define BATCH_GROUP (LANES == 8 ? 4 : LANES == 4 ? 2 : 1)
#define BATCH_VECTORS (KD_LANES / LANES)

COTERIE_INLINE TARGET VR FN(batch_add)(const int kind, VR sum, VR t) {
    if (kind == KD_EUCLIDEAN) return VADD(sum, VMUL(t, t));
    if (kind == KD_MANHATTAN) return VADD(sum, VABS(t));
    return VMAX(sum, VABS(t));
}

/* Least distances of the queries of a block to a box, and largest ones unless reach is NULL. */
COTERIE_INLINE TARGET void FN(batch_bounds)(
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
                gap[i] *= 1.0 - COTERIE_KD_POW_ERROR;
                if (reach) reach[i] *= 1.0 + COTERIE_KD_POW_ERROR;
            }
    }
}

/* Points of some blocks that may be among the k nearest of a query at x: bit i for point i, and their distances. With
 * many features those first looked at often settle that none is. */
COTERIE_INLINE TARGET uint64_t FN(batch_near)(
        const int kind, const int d, const int blocks, double p, const double *x, const double *y, double limit,
        double *out) {
    const ptrdiff_t step = (ptrdiff_t)d * KD_LANES;
    VR sum[8], most = VSET1(limit);
    uint64_t bits;
    int j = 0;
    if (kind == KD_MINKOWSKI) {
        bits = 0;
        for (int i = 0; i < blocks * KD_LANES; i++) {
            out[i] = 0.0;
            for (j = 0; j < d; j++)
                out[i] += pow(fabs(y[(i / KD_LANES * d + j) * KD_LANES + i % KD_LANES] - x[j * KD_LANES]), p);
            bits |= (uint64_t)(out[i] <= limit) << i;
        }
        return bits;
    }
    for (int g = 0; g < blocks * BATCH_VECTORS; g++) sum[g] = VSET1(0.0);
    while (1) {
        int to = d - j < 12 ? d : j + 8;
        for (; j < to; j++) {
            VR c = VSET1(*x);
            for (int g = 0; g < blocks * BATCH_VECTORS; g++) {
                const double *at = y + g / BATCH_VECTORS * step + g % BATCH_VECTORS * LANES;
                sum[g] = FN(batch_add)(kind, sum[g], VSUB(VLOAD(at), c));
            }
            x += KD_LANES;
            y += KD_LANES;
        }
        bits = 0;
        for (int g = 0; g < blocks * BATCH_VECTORS; g++) bits |= VBITS(VLE(sum[g], most)) << (g * LANES);
        if (j == d || !bits) break;
    }
    if (bits)
        for (int g = 0; g < blocks * BATCH_VECTORS; g++)
            VSTORE(out + g * LANES, VADD(sum[g], VSET1(0.0))); /* the largest of 0 and -0 may be -0 */
    return bits;
}

/* The k <= KD_LANES * blocks nearest of as many distances become a list, the farthest first: a distance's place is the
 * number of those that are less. Returns 0, and leaves the list as it is, where two are equal. */
COTERIE_INLINE TARGET int FN(batch_first)(
        const int blocks, const double *distances, const int64_t *order, ptrdiff_t k, double *near, int64_t *rows) {
    enum { SIZE = BATCH_GROUP * KD_LANES };
    VR value[SIZE / LANES], place[SIZE / LANES], one = VSET1(1.0);
    double places[SIZE], sorted[SIZE], total = 0.0;
    int64_t numbers[SIZE];
    const int size = blocks * KD_LANES;
    for (int g = 0; g < size / LANES; g++) {
        value[g] = VLOAD(distances + g * LANES);
        place[g] = VSET1(0.0);
    }
    for (int i = 0; i < size; i++) {
        VR x = VSET1(distances[i]);
        for (int g = 0; g < size / LANES; g++) place[g] = VADD(place[g], VKEEP(VLT(x, value[g]), one));
    }
    for (int g = 0; g < size / LANES; g++) VSTORE(places + g * LANES, place[g]);
    for (int i = 0; i < size; i++) {
        total += places[i];
        sorted[(int)places[i]] = distances[i];
        numbers[(int)places[i]] = order[i];
    }
    if (total != size * (size - 1) / 2) return 0;
    for (ptrdiff_t i = 0; i < k; i++) {
        near[k - 1 - i] = sorted[i];
        rows[k - 1 - i] = numbers[i];
    }
    return 1;
}

/* Up to BATCH_GROUP blocks from position `first` of a leaf on join the neighbors of query i. */
COTERIE_INLINE TARGET void FN(batch_take)(
        const int kind, const int d, const int blocks, batch_t *b, ptrdiff_t i, const kd_node_t *leaf,
        ptrdiff_t first) {
    const kd_tree_t *t = b->tree;
    const double *x = b->points + i / KD_LANES * d * KD_LANES + i % KD_LANES;
    const double *y = t->points + (leaf->start + first) * d;
    const int64_t *order = t->order + leaf->start + first;
    double *near = b->near + i * b->k;
    int64_t *rows = b->rows + i * b->k, self = b->others ? b->number[i] : -1;
    ptrdiff_t size = leaf->stop - leaf->start - first;
    double distances[BATCH_GROUP * KD_LANES];
    uint64_t bits = FN(batch_near)(kind, d, blocks, t->p, x, y, near[0], distances);
    if (bits && blocks > 1 && rows[b->k - 1] == INT64_MAX && self < 0 && b->k <= LIST_SORTED && b->k <= blocks * KD_LANES &&
        size >= blocks * KD_LANES && FN(batch_first)(blocks, distances, order, b->k, near, rows))
        return;
    for (; bits; bits &= bits - 1) {
        ptrdiff_t p = lowest_bit(bits);
        if (p >= size) break; /* at infinity, behind the last point */
        if (order[p] != self) list_offer(near, rows, b->k, distances[p], order[p]);
    }
}

/* Points of a leaf that may be within a squared distance of a query: bit i for point i. With single precision, and
 * room for its rounding. 0 in `known` where that is too coarse. */
COTERIE_INLINE TARGET uint64_t FN(kd_screen)(
        const int d, const kd_tree_t *t, const float *x, double error, double limit, const kd_node_t *leaf,
        int *known) {
    double reach = sqrt(limit) * t->scale;
    *known = error < 0.05 * reach && reach < 1e15;
    if (!*known) return 0;
    uint64_t bits, all = ~(uint64_t)0 >> (64 - (leaf->stop - leaf->start));
    reach += error;
    SIMD_GLUE(row_tile, LEVEL, f32)
    (x, t->tiles + t->tile_of[leaf - t->nodes], kd_width(leaf), d, -1.0f,
     (float)(reach * reach * (1.0 + 4.8e-7 * (d + 16))), all, &bits);
    return bits;
}

/* The exact distance from a query at x to a position, with the same bits as that of blocks. */
static inline double FN(kd_exact)(const int d, const kd_tree_t *t, const double *x, int64_t position) {
    const double *y = t->points + position / KD_LANES * d * KD_LANES + position % KD_LANES;
    double sum = 0.0;
    for (int j = 0; j < d; j++) {
        double difference = y[j * KD_LANES] - x[j * KD_LANES];
        sum += difference * difference;
    }
    return sum;
}

/* The points of a leaf join the neighbors of query i. */
COTERIE_INLINE TARGET void FN(batch_scan_one)(
        const int kind, const int d, batch_t *b, ptrdiff_t i, const kd_node_t *leaf) {
    ptrdiff_t size = leaf->stop - leaf->start, first = 0;
    if (kind == KD_EUCLIDEAN && d > 3 && b->tree->tiles && b->singles && b->limit[i] < INFINITY) {
        const double *x = b->points + i / KD_LANES * d * KD_LANES + i % KD_LANES;
        int64_t self = b->others ? b->number[i] : -1;
        int known;
        uint64_t bits = FN(kd_screen)(d, b->tree, b->singles + i * d, b->error[i], b->limit[i], leaf, &known);
        if (known) {
            for (; bits; bits &= bits - 1) {
                int64_t position = leaf->start + lowest_bit(bits), row = b->tree->order[position];
                if (row != self)
                    list_offer(b->near + i * b->k, b->rows + i * b->k, b->k, FN(kd_exact)(d, b->tree, x, position), row);
            }
            b->limit[i] = b->near[i * b->k];
            return;
        }
    }
    for (; size - first > (BATCH_GROUP - 1) * KD_LANES; first += BATCH_GROUP * KD_LANES)
        FN(batch_take)(kind, d, BATCH_GROUP, b, i, leaf, first);
    if (BATCH_GROUP > 3 && size - first > 2 * KD_LANES)
        FN(batch_take)(kind, d, 3, b, i, leaf, first);
    else if (BATCH_GROUP > 2 && size - first > KD_LANES)
        FN(batch_take)(kind, d, 2, b, i, leaf, first);
    else if (size > first)
        FN(batch_take)(kind, d, 1, b, i, leaf, first);
    b->limit[i] = b->near[i * b->k];
}

/* The points of a leaf join the neighbors of the queries of a batch. */
COTERIE_INLINE TARGET void FN(batch_scan)(
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

/* Least distance between two boxes. Where features are added up side by side, rounding is allowed for. */
COTERIE_INLINE TARGET double FN(batch_box_gap)(
        const int kind, const int d, const kd_tree_t *t, const double *a, const double *b) {
    double sum = 0.0;
    int j = 0;
    if (kind == KD_MINKOWSKI) return kd_box_gap(t, a, b);
    if (d >= LANES && d > 3) {
        double parts[LANES];
        VR sums = VSET1(0.0), none = sums;
        for (; j + LANES <= d; j += LANES) {
            VR up = VSUB(VLOAD(b + j), VLOAD(a + d + j)), down = VSUB(VLOAD(a + j), VLOAD(b + d + j));
            sums = FN(batch_add)(kind, sums, VMAX(none, VMAX(up, down)));
        }
        VSTORE(parts, sums);
        for (int u = 0; u < LANES; u++) sum = kind == KD_CHEBYSHEV ? fmax(sum, parts[u]) : sum + parts[u];
    }
    for (; j < d; j++) {
        double up = b[j] - a[d + j], down = a[j] - b[d + j], gap = up > down ? up : down;
        sum = kd_add(kind, 0.0, sum, kd_positive(gap));
    }
    return kind == KD_CHEBYSHEV || d <= 3 ? sum : sum * (1.0 - 4e-16 * d);
}

/* From box to box, the nearer child first, until what is left is farther than the k-th nearest of each query. */
COTERIE_INLINE TARGET void FN(batch_search_kind)(const int kind, const int d, batch_t *b) {
    const kd_tree_t *t = b->tree;
    const kd_node_t *nodes = t->nodes;
    int64_t stack[KD_DEPTH], node;
    double gaps[KD_DEPTH], gap;
    int height = 1;
    stack[0] = 0;
    gaps[0] = 0.0;
    while (height) {
        height--;
        node = stack[height];
        gap = gaps[height];
        while (batch_may_find(b, node, gap)) {
            if (!nodes[node].right) {
                FN(batch_scan)(kind, d, b, nodes + node, t->boxes + 2 * d * node);
                break;
            }
            int64_t left = node + 1, right = nodes[node].right;
            double to_left = FN(batch_box_gap)(kind, d, t, b->box, t->boxes + 2 * d * left);
            double to_right = FN(batch_box_gap)(kind, d, t, b->box, t->boxes + 2 * d * right);
            int first = to_left < to_right || (to_left == to_right && batch_prefers(b, left, right));
            node = first ? left : right;
            gap = first ? to_left : to_right;
            stack[height] = first ? right : left;
            gaps[height] = first ? to_right : to_left;
            height++;
        }
    }
}

/* Find the neighbors of the queries of a batch. */
static TARGET void FN(batch_search)(batch_t *b) {
    int d = (int)b->tree->d;
    switch (b->tree->kind) {
        case KD_EUCLIDEAN:
            if (d == 2)
                FN(batch_search_kind)(KD_EUCLIDEAN, 2, b);
            else if (d == 3)
                FN(batch_search_kind)(KD_EUCLIDEAN, 3, b);
            else
                FN(batch_search_kind)(KD_EUCLIDEAN, d, b);
            break;
        case KD_MANHATTAN:
            FN(batch_search_kind)(KD_MANHATTAN, d, b);
            break;
        case KD_CHEBYSHEV:
            FN(batch_search_kind)(KD_CHEBYSHEV, d, b);
            break;
        default:
            FN(batch_search_kind)(KD_MINKOWSKI, d, b);
    }
}
#undef BATCH_GROUP
#undef BATCH_VECTORS
#endif
