/* SPDX-License-Identifier: BSD-3-Clause */
/* Updates and scans of rows of float64 distances, compiled for each level (simd.h). */
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
        UNION_ROW(SINGLE)
        UNION_ROW(COMPLETE)
        UNION_ROW(AVERAGE)
        UNION_ROW(WEIGHTED)
        UNION_ROW(CENTROID)
        UNION_ROW(MEDIAN)
        UNION_ROW(WARD)
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
        UNION_COLUMNS(SINGLE)
        UNION_COLUMNS(COMPLETE)
        UNION_COLUMNS(AVERAGE)
        UNION_COLUMNS(WEIGHTED)
        UNION_COLUMNS(WARD)
    }
}

/* Smallest of v[i] + dead[i], and where (the lowest i on a tie; -1 and infinity where there is none). */
static TARGET double FN(row_minimum)(const double *v, const double *dead, ptrdiff_t n, ptrdiff_t *where) {
    const int step = 4 * LANES;
    double best = INFINITY;
    ptrdiff_t block = -1, i = 0;
    for (; i + step <= n; i += step) {
        VR m = VMIN(VMIN(VADD(VLOAD(v + i), VLOAD(dead + i)),
                         VADD(VLOAD(v + i + LANES), VLOAD(dead + i + LANES))),
                    VMIN(VADD(VLOAD(v + i + 2 * LANES), VLOAD(dead + i + 2 * LANES)),
                         VADD(VLOAD(v + i + 3 * LANES), VLOAD(dead + i + 3 * LANES))));
        if (!VBITS(VLT(m, VSET1(best)))) continue;
        double lanes[LANES];
        VSTORE(lanes, m);
        for (int u = 0; u < LANES; u++) best = lanes[u] < best ? lanes[u] : best;
        block = i;
    }
    *where = -1;
    if (block >= 0)
        for (*where = block; v[*where] + dead[*where] != best;) (*where)++;
    for (; i < n; i++) {
        double u = v[i] + dead[i];
        if (u < best) {
            best = u;
            *where = i;
        }
    }
    return best;
}

/* Smallest of v, and where, as above; at the same time row `name` of a triangle is shown to its columns: least (n,) INOUT
 * is the smallest number seen in each and from (n,) INOUT the name of its row. */
static TARGET double FN(mutual_minimum)(
        const double *v, ptrdiff_t n, int64_t name, ptrdiff_t *where, double *least, int64_t *from) {
    double best = INFINITY;
    *where = -1;
    ptrdiff_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        VR r = VLOAD(v + i);
        uint64_t lower = VBITS(VLT(r, VLOAD(least + i)));
        if (lower)
            for (int u = 0; u < LANES; u++)
                if (v[i + u] < least[i + u]) {
                    least[i + u] = v[i + u];
                    from[i + u] = name;
                }
        if (VBITS(VLT(r, VSET1(best))))
            for (int u = 0; u < LANES; u++)
                if (v[i + u] < best) {
                    best = v[i + u];
                    *where = i + u;
                }
    }
    for (; i < n; i++) {
        if (v[i] < least[i]) {
            least[i] = v[i];
            from[i] = name;
        }
        if (v[i] < best) {
            best = v[i];
            *where = i;
        }
    }
    return best;
}
/* Largest |v|. Infinity where some v is not finite. */
static TARGET double FN(magnitude)(const double *v, ptrdiff_t n) {
    VR high = VSET1(0.0), low = high, sum = high;
    double largest = 0.0, lanes[LANES];
    ptrdiff_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        VR r = VLOAD(v + i);
        high = VMAX(high, r);
        low = VMIN(low, r);
        sum = VFMA(r, VSET1(0.0), sum); /* NaN from the first r on that is NaN or infinite */
    }
    VSTORE(lanes, VADD(VMAX(high, VSUB(VSET1(0.0), low)), sum));
    for (int u = 0; u < LANES; u++) {
        if (!(lanes[u] < INFINITY)) return INFINITY;
        largest = lanes[u] > largest ? lanes[u] : largest;
    }
    for (; i < n; i++) {
        if (!(fabs(v[i]) < INFINITY)) return INFINITY;
        largest = fabs(v[i]) > largest ? fabs(v[i]) : largest;
    }
    return largest;
}
/* Nearest of the points of a block to q (d,), by squared distance, lowest index on a tie; points skip .. q_index are
 * passed over. With sizes, the distance is Ward's: times n_q n / (n_q + n). best and where INOUT. */
static TARGET void FN(nearest_in_block)(
        const double *blocks, ptrdiff_t d, ptrdiff_t block, const double *q, ptrdiff_t skip, ptrdiff_t q_index,
        double n_q, const double *sizes, double *best, int64_t *where) {
    enum { G = 8 }; /* sums side by side, so that none waits for the one before */
    double squares[G * LANES];
    for (ptrdiff_t start = block * BLOCK; start < (block + 1) * BLOCK; start += G * LANES) {
        const double *x = blocks + block * d * BLOCK + start % BLOCK;
        VR sum[G];
        for (int u = 0; u < G; u++) sum[u] = VSET1(0.0);
        for (ptrdiff_t j = 0; j < d; j++) {
            VR c = VSET1(q[j]);
            for (int u = 0; u < G; u++) {
                VR t = VSUB(VLOAD(x + j * BLOCK + u * LANES), c);
                sum[u] = VFMA(t, t, sum[u]);
            }
        }
        if (sizes)
            for (int u = 0; u < G; u++) {
                VR n = VLOAD(sizes + start + u * LANES);
                sum[u] = VMUL(sum[u], VDIV(VMUL(n, VSET1(n_q)), VADD(n, VSET1(n_q))));
            }
        for (int u = 0; u < G; u++) VSTORE(squares + u * LANES, sum[u]);
        for (ptrdiff_t i = start; i < start + G * LANES; i++)
            if (squares[i - start] < *best && (i < skip || i > q_index)) {
                *best = squares[i - start];
                *where = i;
            }
    }
}
#undef UNION_ROW
#undef UNION_COLUMNS
#endif

/* First of the blocks first .. last - 1 with a point whose squared distance to a point q (feature j at q[j * BLOCK]) is
 * not above `limit`; `last` if there is none. */
static TARGET ptrdiff_t FN(first_near)(
        const REAL *blocks, ptrdiff_t d, ptrdiff_t first, ptrdiff_t last, const REAL *q, REAL limit) {
    enum { G = BLOCK / LANES };
    for (; first < last; first++) {
        const REAL *x = blocks + first * d * BLOCK;
        VR sum[G];
        for (int u = 0; u < G; u++) sum[u] = VSET1((REAL)0);
        for (ptrdiff_t j = 0; j < d; j++) {
            VR c = VSET1(q[j * BLOCK]);
            for (int u = 0; u < G; u++) {
                VR t = VSUB(VLOAD(x + j * BLOCK + u * LANES), c);
                sum[u] = VFMA(t, t, sum[u]);
            }
        }
        VR least = sum[0];
        for (int u = 1; u < G; u++) least = VMIN(least, sum[u]);
        if (VBITS(VLE(least, VSET1(limit)))) return first;
    }
    return last;
}
