/* SPDX-License-Identifier: BSD-3-Clause */
/* The k nearest rows of a query: their distances and numbers, in two arrays.
 *
 * They are a heap with the farthest on top; up to LIST_SORTED of them are sorted, which is a heap too. Of two at the
 * same distance the one with the higher number is farther. */
#ifndef COTERIE_NEIGHBOR_LIST_H
#define COTERIE_NEIGHBOR_LIST_H
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { LIST_SORTED = 32, LIST_SHORT = 24 };

static inline int list_farther(double a, int64_t i, double b, int64_t j) { return a > b || (a == b && i > j); }

static inline void list_clear(double *distances, int64_t *rows, ptrdiff_t k) {
    for (ptrdiff_t i = 0; i < k; i++) {
        distances[i] = INFINITY;
        rows[i] = INT64_MAX;
    }
}

/* Entry `top` of a heap moves down to where it belongs. by_row: the highest row is on top, whatever the distances. */
static inline void list_sift(
        const int by_row, double *distances, int64_t *rows, ptrdiff_t k, ptrdiff_t top, double distance, int64_t row) {
    ptrdiff_t i = top;
    while (1) {
        ptrdiff_t child = 2 * i + 1;
        if (child >= k) break;
        ptrdiff_t other = child + 1;
        if (other < k && (by_row ? rows[other] > rows[child]
                                 : list_farther(distances[other], rows[other], distances[child], rows[child])))
            child = other;
        if (by_row ? rows[child] < row : !list_farther(distances[child], rows[child], distance, row)) break;
        distances[i] = distances[child];
        rows[i] = rows[child];
        i = child;
    }
    distances[i] = distance;
    rows[i] = row;
}

/* A row that is nearer than the farthest takes its place. */
static inline void list_take(double *distances, int64_t *rows, ptrdiff_t k, double distance, int64_t row) {
    if (k > LIST_SORTED) {
        list_sift(0, distances, rows, k, 0, distance, row);
        return;
    }
    ptrdiff_t i = 0;
    for (; i + 1 < k && list_farther(distances[i + 1], rows[i + 1], distance, row); i++) {
        distances[i] = distances[i + 1];
        rows[i] = rows[i + 1];
    }
    distances[i] = distance;
    rows[i] = row;
}

/* A row joins if it is nearer than the farthest. For distances that are not negative, nor -0: their bits are in their
 * order, and integers are compared faster. */
static inline void list_offer(double *distances, int64_t *rows, ptrdiff_t k, double distance, int64_t row) {
    int64_t bits, other;
    memcpy(&bits, &distance, sizeof bits);
    memcpy(&other, &distances[0], sizeof other);
    if (bits > other || (bits == other && row > rows[0])) return;
    if (k > LIST_SORTED) {
        list_sift(0, distances, rows, k, 0, distance, row);
        return;
    }
    ptrdiff_t i = 1;
    for (; i < k; i++) {
        memcpy(&other, &distances[i], sizeof other);
        if (bits > other || (bits == other && row > rows[i])) break;
        distances[i - 1] = distances[i];
        rows[i - 1] = rows[i];
    }
    distances[i - 1] = distance;
    rows[i - 1] = row;
}

/* From a heap to the order from near to far. */
static inline void list_unheap(const int by_row, double *distances, int64_t *rows, ptrdiff_t k) {
    for (ptrdiff_t last = k - 1; last > 0; last--) {
        double distance = distances[last];
        int64_t row = rows[last];
        distances[last] = distances[0];
        rows[last] = rows[0];
        list_sift(by_row, distances, rows, last, 0, distance, row);
    }
}

static inline void list_finish(double *distances, int64_t *rows, ptrdiff_t k) {
    if (k > LIST_SORTED) {
        list_unheap(0, distances, rows, k);
        return;
    }
    for (ptrdiff_t i = 0, j = k - 1; i < j; i++, j--) {
        double distance = distances[i];
        int64_t row = rows[i];
        distances[i] = distances[j];
        rows[i] = rows[j];
        distances[j] = distance;
        rows[j] = row;
    }
}

/* Sort any k entries by distance and row, or by row. O(k log k) time, in place. */
static inline void list_sort(const int by_row, double *distances, int64_t *rows, ptrdiff_t k) {
    if (k > LIST_SHORT) {
        for (ptrdiff_t i = k / 2 - 1; i >= 0; i--) list_sift(by_row, distances, rows, k, i, distances[i], rows[i]);
        list_unheap(by_row, distances, rows, k);
        return;
    }
    for (ptrdiff_t i = 1; i < k; i++) {
        double distance = distances[i];
        int64_t row = rows[i];
        ptrdiff_t j = i;
        for (; j > 0; j--) {
            if (by_row ? rows[j - 1] < row : !list_farther(distances[j - 1], rows[j - 1], distance, row)) break;
            distances[j] = distances[j - 1];
            rows[j] = rows[j - 1];
        }
        distances[j] = distance;
        rows[j] = row;
    }
}
#endif
