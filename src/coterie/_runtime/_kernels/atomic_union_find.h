/* SPDX-License-Identifier: BSD-3-Clause */
/* Disjoint sets that threads join at the same time, without locks: parent[i] == i where i stands for its set.
 *
 * Only those who stand for a set are joined to another, always to a lower one; all others only ever move to an ancestor.
 * In the end the lowest member stands for each set, whatever the threads did. */
#ifndef COTERIE_COMPONENTS_H
#define COTERIE_COMPONENTS_H
#include <stdint.h>

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#define COMPONENTS_LOAD(p) (*(volatile int64_t *)(p))
#define COMPONENTS_STORE(p, v) (*(volatile int64_t *)(p) = (v))
static inline int components_swap(int64_t *p, int64_t from, int64_t to) {
    return _InterlockedCompareExchange64((volatile int64_t *)p, to, from) == from;
}
#else
#define COMPONENTS_LOAD(p) __atomic_load_n(p, __ATOMIC_RELAXED)
#define COMPONENTS_STORE(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)
static inline int components_swap(int64_t *p, int64_t from, int64_t to) {
    return __atomic_compare_exchange_n(p, &from, to, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}
#endif

/* Who stands for the set of i; the way there is halved for the next one. */
static inline int64_t components_find(int64_t *parent, int64_t i) {
    for (;;) {
        int64_t up = COMPONENTS_LOAD(parent + i);
        if (up == i) return i;
        int64_t above = COMPONENTS_LOAD(parent + up);
        if (above == up) return up;
        COMPONENTS_STORE(parent + i, above);
        i = above;
    }
}

/* Join the sets of a and b. */
static inline void components_join(int64_t *parent, int64_t a, int64_t b) {
    for (;;) {
        a = components_find(parent, a);
        b = components_find(parent, b);
        if (a == b) return;
        if (a > b) {
            int64_t lower = b;
            b = a;
            a = lower;
        }
        if (components_swap(parent + b, b, a)) return;
    }
}
#endif
