/* SPDX-License-Identifier: BSD-3-Clause */
/* The lightest edges from the points of a leaf to other components, compiled for each level (simd.h), in float64. */
#ifdef REAL_IS_DOUBLE

/* Blocks that go together: four vectors. */
#define FOREIGN_GROUP (LANES == 8 ? 4 : LANES == 4 ? 2 : 1)

/* Up to FOREIGN_GROUP blocks, from position `first` of a leaf on, are offered to query i. */
COTERIE_INLINE TARGET void FN(foreign_take)(
        const int kind, const int d, const int blocks, foreign_t *f, ptrdiff_t i, const kd_node_t *leaf,
        ptrdiff_t first) {
    const kd_tree_t *t = f->tree;
    const double *x = f->points + i / KD_LANES * d * KD_LANES + i % KD_LANES;
    const double *y = t->points + (leaf->start + first) * d;
    const int64_t own = f->component[f->first + i];
    double distances[FOREIGN_GROUP * KD_LANES];
    uint64_t bits = FN(batch_near)(kind, d, blocks, t->p, x, y, f->limit[i], distances);
    for (; bits; bits &= bits - 1) {
        ptrdiff_t p = lowest_bit(bits);
        int64_t position = leaf->start + first + p;
        if (position >= leaf->stop) break; /* at infinity, behind the last point */
        if (f->component[position] == own) continue;
        double weight = foreign_weight(f, distances[p]);
        if (f->core) weight = fmax(fmax(weight, f->core[f->first + i]), f->core[position]);
        if (weight <= f->weight[i]) foreign_offer(f, i, weight, position);
    }
}

/* The points of a leaf are offered to those that are searched for. */
COTERIE_INLINE TARGET void FN(foreign_scan)(
        const int kind, const int d, foreign_t *f, const kd_node_t *leaf, const double *box, int64_t whole) {
    double gap[KD_LANES];
    for (ptrdiff_t i = 0; i < f->n; i += KD_LANES) {
        uint64_t bits = 0;
        if (kind == KD_MINKOWSKI)
            FN(batch_gaps)(f->tree, f->points + i * d, box, gap, NULL);
        else
            FN(batch_bounds)(kind, d, f->points + i * d, box, gap, NULL);
        for (int u = 0; u < KD_LANES; u += LANES) bits |= VBITS(VLE(VLOAD(gap + u), VLOAD(f->limit + i + u))) << u;
        for (; bits; bits &= bits - 1) {
            ptrdiff_t p = lowest_bit(bits), q = i + p, size = leaf->stop - leaf->start, first = 0;
            if (whole >= 0 && whole == f->component[f->first + q]) continue;
            if (gap[p] >= f->strict[q] && !foreign_may_tie(f, q, leaf->lowest)) continue;
            for (; size - first > (FOREIGN_GROUP - 1) * KD_LANES; first += FOREIGN_GROUP * KD_LANES)
                FN(foreign_take)(kind, d, FOREIGN_GROUP, f, q, leaf, first);
            if (FOREIGN_GROUP > 2 && size - first > 2 * KD_LANES)
                FN(foreign_take)(kind, d, 3, f, q, leaf, first);
            else if (FOREIGN_GROUP > 1 && size - first > KD_LANES)
                FN(foreign_take)(kind, d, 2, f, q, leaf, first);
            else if (size > first)
                FN(foreign_take)(kind, d, 1, f, q, leaf, first);
        }
    }
    foreign_share(f);
}

/* From box to box, the nearer child first, until what is left cannot hold an edge that comes first. */
COTERIE_INLINE TARGET void FN(foreign_search_kind)(const int kind, const int d, foreign_t *f) {
    const kd_tree_t *t = f->tree;
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
        while (foreign_may_find(f, node, gap)) {
            if (!nodes[node].right) {
                FN(foreign_scan)(kind, d, f, nodes + node, t->boxes + 2 * d * node, f->whole[node]);
                break;
            }
            int64_t left = node + 1, right = nodes[node].right;
            double to_left = FN(batch_box_gap)(kind, d, t, f->box, t->boxes + 2 * d * left);
            double to_right = FN(batch_box_gap)(kind, d, t, f->box, t->boxes + 2 * d * right);
            int first = to_left < to_right || (to_left == to_right && nodes[left].lowest < nodes[right].lowest);
            node = first ? left : right;
            gap = first ? to_left : to_right;
            stack[height] = first ? right : left;
            gaps[height] = first ? to_right : to_left;
            height++;
        }
    }
}

/* Find the lightest edge of each point that is searched for. */
static TARGET void FN(foreign_search)(foreign_t *f) {
    int d = (int)f->tree->d;
    switch (f->tree->kind) {
        case KD_EUCLIDEAN:
            if (d == 2)
                FN(foreign_search_kind)(KD_EUCLIDEAN, 2, f);
            else if (d == 3)
                FN(foreign_search_kind)(KD_EUCLIDEAN, 3, f);
            else
                FN(foreign_search_kind)(KD_EUCLIDEAN, d, f);
            break;
        case KD_MANHATTAN:
            FN(foreign_search_kind)(KD_MANHATTAN, d, f);
            break;
        case KD_CHEBYSHEV:
            FN(foreign_search_kind)(KD_CHEBYSHEV, d, f);
            break;
        default:
            FN(foreign_search_kind)(KD_MINKOWSKI, d, f);
    }
}
#undef FOREIGN_GROUP
#endif
