/* SPDX-License-Identifier: BSD-3-Clause */
/* What the threads of a round share: the least weight seen of each component, and the edge that it belongs to. */
#ifndef COTERIE_BORUVKA_H
#define COTERIE_BORUVKA_H
#include <string.h>
#include "atomic_union_find.h"

/* Weights are not negative, nor -0: their bits are in their order. */
static inline int64_t weight_bits(double weight) {
    int64_t bits;
    memcpy(&bits, &weight, sizeof bits);
    return bits;
}

static inline double bound_load(double *bound) {
    int64_t bits = COTERIE_ATOMIC_LOAD((int64_t *)bound);
    double weight;
    memcpy(&weight, &bits, sizeof weight);
    return weight;
}

/* A bound becomes the weight if that is less. */
static inline void bound_lower(double *bound, double weight) {
    int64_t *place = (int64_t *)bound, to = weight_bits(weight), from = COTERIE_ATOMIC_LOAD(place);
    while (to < from && !atomic_swap(place, from, to)) from = COTERIE_ATOMIC_LOAD(place);
}

/* Whether the edge of rows a, b comes before that of rows c, d, both of the same weight. */
static inline int edge_before(int64_t a, int64_t b, int64_t c, int64_t d) {
    int64_t lower = a < b ? a : b, other = c < d ? c : d;
    return lower < other || (lower == other && (a < b ? b : a) < (c < d ? d : c));
}
#endif
