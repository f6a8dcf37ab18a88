/* SPDX-License-Identifier: BSD-3-Clause */
/* Masks: a bit a point. */
#ifndef COTERIE_BITS_H
#define COTERIE_BITS_H
#include <stdint.h>

static inline int count_bits(uint64_t bits) {
#if defined(__GNUC__) || defined(__clang__)
    return __builtin_popcountll(bits);
#else
    int n = 0;
    for (; bits; bits &= bits - 1) n++;
    return n;
#endif
}

static inline int lowest_bit(uint64_t bits) {
#if defined(__GNUC__) || defined(__clang__)
    return __builtin_ctzll(bits);
#else
    int i = 0;
    while (!(bits >> i & 1)) i++;
    return i;
#endif
}
#endif
