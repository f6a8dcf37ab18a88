/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums of rows of REAL in float64, compiled for each level and precision (simd.h). */

#if defined(COTERIE_SIMD_VECTORS) && (defined(__clang__) || __GNUC__ >= 9)
#define SUM_BY_FOUR
typedef double FN(four_f64) __attribute__((vector_size(32), aligned(8), may_alias));
typedef int64_t FN(four_i64) __attribute__((vector_size(32), aligned(8), may_alias));
typedef REAL FN(four_in) __attribute__((vector_size(4 * sizeof(REAL)), aligned(sizeof(REAL)), may_alias));
#endif

/* Adds w * (x - shift) of n rows to sum (d,) and the absolute values to mass (d,), and returns the sum of w, where w
 * is the weight of a row (NULL: 1). Four rows at a time, so that four times fewer additions wait for the one before; in
 * place of rows beyond n the last one is added with weight 0. Rows that are added soon are fetched ahead. */
static TARGET double FN(sum_rows)(
        const REAL *X, ptrdiff_t d, const double *weight, const double *__restrict shift, const ptrdiff_t *rows,
        ptrdiff_t n, double *__restrict sum, double *__restrict mass) {
    enum { AHEAD = 16 };
    double total = 0.0;
    for (ptrdiff_t i = 0; i < n; i += 4) {
        const REAL *x[4];
        double w[4];
        for (int u = 0; u < 4; u++) {
            ptrdiff_t row = rows[i + u < n ? i + u : n - 1];
            x[u] = X + row * d;
            w[u] = i + u >= n ? 0.0 : weight ? weight[row] : 1.0;
            if (i + u + AHEAD < n) COTERIE_PREFETCH(X + rows[i + u + AHEAD] * d);
        }
        total += (w[0] + w[1]) + (w[2] + w[3]);
        ptrdiff_t j = 0;
#ifdef SUM_BY_FOUR
        for (; j + 4 <= d; j += 4) {
            const FN(four_f64) from = *(const FN(four_f64) *)(shift + j);
            const FN(four_i64) all_but_sign = (FN(four_i64)){0} + INT64_MAX;
            FN(four_f64) t[4], size[4];
            for (int u = 0; u < 4; u++) {
                t[u] = (__builtin_convertvector(*(const FN(four_in) *)(x[u] + j), FN(four_f64)) - from) * w[u];
                size[u] = (FN(four_f64))((FN(four_i64))t[u] & all_but_sign);
            }
            *(FN(four_f64) *)(sum + j) += (t[0] + t[1]) + (t[2] + t[3]);
            *(FN(four_f64) *)(mass + j) += (size[0] + size[1]) + (size[2] + size[3]);
        }
#endif
        for (; j < d; j++) {
            double t[4];
            for (int u = 0; u < 4; u++) t[u] = (x[u][j] - shift[j]) * w[u];
            sum[j] += (t[0] + t[1]) + (t[2] + t[3]);
            mass[j] += (fabs(t[0]) + fabs(t[1])) + (fabs(t[2]) + fabs(t[3]));
        }
    }
    return total;
}
#undef SUM_BY_FOUR
