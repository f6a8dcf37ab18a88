/* SPDX-License-Identifier: BSD-3-Clause */
/* Neighbours of a batch of queries in a tree: what is computed at a box and in a leaf (kd_query_body.h). */
#ifndef COTERIE_KD_QUERY_H
#define COTERIE_KD_QUERY_H
#include "kd_tree.h"
#include "neighbor_list.h"

enum { BATCH = 64 }; /* queries at most */

/* Queries that lie together: some blocks of a tree. */
typedef struct {
    const kd_tree_t *tree;   /* what they are looked for in */
    const double *points;    /* (n_blocks, d, KD_LANES) */
    const int64_t *number;   /* (n,), their rows */
    const double *box;       /* (2, d) */
    ptrdiff_t n;
    int others;              /* a row is not its own neighbour */
    ptrdiff_t k;
    double *near;            /* (n, k), a list each (neighbor_list.h) */
    int64_t *rows;           /* (n, k) */
    double limit[BATCH];     /* how far the k-th is; less than 0 behind the last query */
    double farthest;         /* the largest of them */
} batch_t;

static inline int lowest_bit(uint64_t bits) {
#ifdef SIMD_VECTOR_EXTENSIONS
    return __builtin_ctzll(bits);
#else
    int i = 0;
    for (; !(bits & 1); bits >>= 1) i++;
    return i;
#endif
}

static inline int count_bits(uint64_t bits) {
#ifdef SIMD_VECTOR_EXTENSIONS
    return __builtin_popcountll(bits);
#else
    int n = 0;
    for (; bits; bits &= bits - 1) n++;
    return n;
#endif
}

typedef void (*batch_gaps_t)(const kd_tree_t *, const double *, const double *, double *, double *);
typedef void (*batch_scan_t)(batch_t *, const kd_node_t *, const double *);

#define SIMD_BODY "kd_query_body.h"
#include "simd_levels.h"
SIMD_TABLE_F64(batch_gaps)
SIMD_TABLE_F64(batch_scan)
#endif
