/* SPDX-License-Identifier: BSD-3-Clause */
/* The (min, +) product of two matrices of float64, compiled for each level (simd.h). */
#ifdef REAL_IS_DOUBLE

/* c[row, 0 .. 2 LANES) = min of itself and of a[row, m] + b[m, :] for m < depth, for ROWS rows of c; b is packed. */
#define MIN_PLUS_TILE(ROWS)                                                                        \
    for (; row + ROWS <= rows; row += ROWS) {                                                      \
        VR low[ROWS], high[ROWS];                                                                  \
        for (int r = 0; r < ROWS; r++) {                                                           \
            low[r] = VLOAD(c + (row + r) * c_stride);                                              \
            high[r] = VLOAD(c + (row + r) * c_stride + LANES);                                     \
        }                                                                                          \
        for (ptrdiff_t m = 0; m < depth; m++) {                                                    \
            VR left = VLOAD(b + 2 * LANES * m), right = VLOAD(b + 2 * LANES * m + LANES);          \
            for (int r = 0; r < ROWS; r++) {                                                       \
                VR x = VSET1(a[(row + r) * a_stride + m]);                                         \
                low[r] = VMIN(low[r], VADD(x, left));                                              \
                high[r] = VMIN(high[r], VADD(x, right));                                           \
            }                                                                                      \
        }                                                                                          \
        for (int r = 0; r < ROWS; r++) {                                                           \
            VSTORE(c + (row + r) * c_stride, low[r]);                                              \
            VSTORE(c + (row + r) * c_stride + LANES, high[r]);                                     \
        }                                                                                          \
    }

COTERIE_INLINE TARGET void FN(min_plus_tile)(
        const double *a, ptrdiff_t a_stride, ptrdiff_t rows, ptrdiff_t depth, const double *b, double *c,
        ptrdiff_t c_stride) {
    ptrdiff_t row = 0;
    MIN_PLUS_TILE(4)
    MIN_PLUS_TILE(1)
}

/* c[i, j] = min over m of a[i, m] + b[m, j]: a (rows, depth), b (depth, columns), c (rows, columns), each with its stride;
 * pack (MIN_PLUS_PACK,) WORK. The same bits in any order of m, as a minimum does not round. */
static TARGET void FN(min_plus)(
        const double *a, ptrdiff_t a_stride, ptrdiff_t rows, ptrdiff_t depth, const double *b, ptrdiff_t b_stride,
        ptrdiff_t columns, double *c, ptrdiff_t c_stride, double *pack) {
    enum { WIDTH = 2 * LANES };
    for (ptrdiff_t i = 0; i < rows; i++)
        for (ptrdiff_t j = 0; j < columns; j++) c[i * c_stride + j] = INFINITY;
    for (ptrdiff_t j = 0; j < columns; j += WIDTH) {
        ptrdiff_t width = columns - j < WIDTH ? columns - j : WIDTH;
        for (ptrdiff_t first = 0; first < depth; first += MIN_PLUS_DEPTH) {
            ptrdiff_t some = depth - first < MIN_PLUS_DEPTH ? depth - first : MIN_PLUS_DEPTH;
            for (ptrdiff_t m = 0; m < some; m++)
                for (ptrdiff_t u = 0; u < width; u++) pack[WIDTH * m + u] = b[(first + m) * b_stride + j + u];
            if (width == WIDTH) {
                FN(min_plus_tile)(a + first, a_stride, rows, some, pack, c + j, c_stride);
                continue;
            }
            for (ptrdiff_t i = 0; i < rows; i++)
                for (ptrdiff_t m = 0; m < some; m++)
                    for (ptrdiff_t u = 0; u < width; u++) {
                        double sum = a[i * a_stride + first + m] + pack[WIDTH * m + u];
                        if (sum < c[i * c_stride + j + u]) c[i * c_stride + j + u] = sum;
                    }
        }
    }
}
#undef MIN_PLUS_TILE
#endif
