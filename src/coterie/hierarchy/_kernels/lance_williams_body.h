/* SPDX-License-Identifier: BSD-3-Clause */
/* Lance-Williams updates of rows of float64 distances, compiled once for each instruction level (simd.h). */
#ifdef REAL_IS_DOUBLE

/* One union against n others: a, b, n_x, out (n,). */
#define UNION_ROW(METHOD)                                                                                         \
    case METHOD:                                                                                                  \
        for (ptrdiff_t i = 0; i < n; i++) out[i] = distance_to_union(METHOD, a[i], b[i], h, n_a, n_b, n_x[i]);    \
        break;
static TARGET void FN(union_row)(
        int method, const double *a, const double *b, double h, double n_a, double n_b, const double *n_x, ptrdiff_t n,
        double *__restrict out) {
    switch (method) {
        UNION_ROW(LINKAGE_SINGLE)
        UNION_ROW(LINKAGE_COMPLETE)
        UNION_ROW(LINKAGE_AVERAGE)
        UNION_ROW(LINKAGE_WEIGHTED)
        UNION_ROW(LINKAGE_CENTROID)
        UNION_ROW(LINKAGE_MEDIAN)
        UNION_ROW(LINKAGE_WARD)
    }
}

/* n unions against one other: a, b, h, n_a, n_b, out (n,). */
#define UNION_COLUMNS(METHOD)                                                                                     \
    case METHOD:                                                                                                  \
        for (ptrdiff_t i = 0; i < n; i++)                                                                         \
            out[i] = distance_to_union(METHOD, a[i], b[i], h[i], n_a[i], n_b[i], n_x);                            \
        break;
static TARGET void FN(union_columns)(
        int method, const double *a, const double *b, const double *h, const double *n_a, const double *n_b, double n_x,
        ptrdiff_t n, double *__restrict out) {
    switch (method) {
        UNION_COLUMNS(LINKAGE_SINGLE)
        UNION_COLUMNS(LINKAGE_COMPLETE)
        UNION_COLUMNS(LINKAGE_AVERAGE)
        UNION_COLUMNS(LINKAGE_WEIGHTED)
        UNION_COLUMNS(LINKAGE_WARD)
    }
}

#undef UNION_ROW
#undef UNION_COLUMNS
#endif
