/* SPDX-License-Identifier: BSD-3-Clause */
/* Sums of rows that lie anywhere. */
#ifndef COTERIE_SUM_ROWS_H
#define COTERIE_SUM_ROWS_H
#include <math.h>
#include <stddef.h>
#include "simd.h"

/* Adds w * (x - shift) of n rows to sum (d,) and its absolute values to mass (d,), and returns the sum of w, where w is
 * the weight of a row (NULL: 1). Four rows at a time: four times fewer additions wait for the one before.
 *
 * sum_rows_<real>_of has the same body for a constant d. */
#define COTERIE_SUM_ROWS(REAL_, NAME)                                                                                 \
    static double NAME(const REAL_ *X, ptrdiff_t d, const double *weight, const double *__restrict shift,             \
                       const ptrdiff_t *rows, ptrdiff_t n, double *__restrict sum, double *__restrict mass) {         \
        enum { AHEAD = 16 };                                                                                          \
        double total = 0.0;                                                                                           \
        ptrdiff_t i = 0;                                                                                              \
        for (; i + 4 <= n; i += 4) {                                                                                  \
            const REAL_ *a = X + rows[i] * d, *b = X + rows[i + 1] * d;                                               \
            const REAL_ *e = X + rows[i + 2] * d, *f = X + rows[i + 3] * d;                                           \
            double wa = 1.0, wb = 1.0, we = 1.0, wf = 1.0;                                                            \
            if (i + AHEAD + 4 <= n)                                                                                   \
                for (int u = 0; u < 4; u++) COTERIE_PREFETCH(X + rows[i + AHEAD + u] * d);                            \
            if (weight) {                                                                                             \
                wa = weight[rows[i]], wb = weight[rows[i + 1]];                                                       \
                we = weight[rows[i + 2]], wf = weight[rows[i + 3]];                                                   \
            }                                                                                                         \
            total += (wa + wb) + (we + wf);                                                                           \
            for (ptrdiff_t j = 0; j < d; j++) {                                                                       \
                double ta = wa * (a[j] - shift[j]), tb = wb * (b[j] - shift[j]);                                      \
                double te = we * (e[j] - shift[j]), tf = wf * (f[j] - shift[j]);                                      \
                sum[j] += (ta + tb) + (te + tf);                                                                      \
                mass[j] += (fabs(ta) + fabs(tb)) + (fabs(te) + fabs(tf));                                             \
            }                                                                                                         \
        }                                                                                                             \
        for (; i < n; i++) {                                                                                          \
            const REAL_ *a = X + rows[i] * d;                                                                         \
            double wa = weight ? weight[rows[i]] : 1.0;                                                               \
            total += wa;                                                                                              \
            for (ptrdiff_t j = 0; j < d; j++) {                                                                       \
                double ta = wa * (a[j] - shift[j]);                                                                   \
                sum[j] += ta;                                                                                         \
                mass[j] += fabs(ta);                                                                                  \
            }                                                                                                         \
        }                                                                                                             \
        return total;                                                                                                 \
    }
COTERIE_SUM_ROWS(float, sum_rows_f32)
COTERIE_SUM_ROWS(double, sum_rows_f64)
#undef COTERIE_SUM_ROWS
#endif
