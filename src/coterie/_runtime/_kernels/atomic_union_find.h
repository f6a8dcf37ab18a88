/* SPDX-License-Identifier: BSD-3-Clause */
/* Disjoint sets that threads unite at the same time, without locks: parent[i] == i where i is the root of its set.
 *
 * Only a root gets another parent, always a lower root; any other member only ever moves to an ancestor. So in the end
 * the lowest member is the root of each set, whatever the threads did. */
#ifndef COTERIE_ATOMIC_UNION_FIND_H
#define COTERIE_ATOMIC_UNION_FIND_H
#include <stdint.h>

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#define COTERIE_ATOMIC_LOAD(p) (*(volatile int64_t *)(p))
#define COTERIE_ATOMIC_STORE(p, v) (*(volatile int64_t *)(p) = (v))
static inline int atomic_swap(int64_t *p, int64_t from, int64_t to) {
    return _InterlockedCompareExchange64((volatile int64_t *)p, to, from) == from;
}
#else
#define COTERIE_ATOMIC_LOAD(p) __atomic_load_n(p, __ATOMIC_RELAXED)
#define COTERIE_ATOMIC_STORE(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)
static inline int atomic_swap(int64_t *p, int64_t from, int64_t to) {
    return __atomic_compare_exchange_n(p, &from, to, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}
#endif

/* The root of the set of i; the path to it is halved for the next call. */
static inline int64_t atomic_find(int64_t *parent, int64_t i) {
    for (;;) {
        int64_t up = COTERIE_ATOMIC_LOAD(parent + i);
        if (up == i) return i;
        int64_t above = COTERIE_ATOMIC_LOAD(parent + up);
        if (above == up) return up;
        COTERIE_ATOMIC_STORE(parent + i, above);
        i = above;
    }
}

/* Unite the sets of a and b. */
static inline void atomic_unite(int64_t *parent, int64_t a, int64_t b) {
    for (;;) {
        a = atomic_find(parent, a);
        b = atomic_find(parent, b);
        if (a == b) return;
        if (a > b) {
            int64_t lower = b;
            b = a;
            a = lower;
        }
        if (atomic_swap(parent + b, b, a)) return;
    }
}
#endif
