/* SPDX-License-Identifier: BSD-3-Clause */
/* Masks: one bit per point. */
#ifndef COTERIE_BITS_H
#define COTERIE_BITS_H
#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
static inline int count_bits(uint64_t bits) { return __builtin_popcountll(bits); }
static inline int lowest_bit(uint64_t bits) { return __builtin_ctzll(bits); }
#else
static inline int count_bits(uint64_t bits) {
    int n = 0;
    for (; bits; bits &= bits - 1) n++;
    return n;
}

#ifdef _WIN64
#include <intrin.h>
static inline int lowest_bit(uint64_t bits) {
    unsigned long at;
    _BitScanForward64(&at, bits);
    return (int)at;
}
#else
static inline int lowest_bit(uint64_t bits) {
    int i = 0;
    while (!(bits >> i & 1)) i++;
    return i;
}
#endif
#endif
#endif
