/* SPDX-License-Identifier: BSD-3-Clause */
/* Numbers as whole multiples of the steps of finer and finer grids, whose sums are exact.

   A double near 1.5 * 2^52 * step is a multiple of the step, and its bits count these multiples. So adding a number to
   that origin rounds it to the grid, and what is left goes to the next grid. */
#ifndef COTERIE_GRID_H
#define COTERIE_GRID_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline void grid_move(
    double *rest,           /* INOUT  (n,), numbers; what is left of them is smaller than the step */
    const double *origin,   /* IN     (n,), 1.5 * 2^52 steps */
    uint64_t *from,         /* INOUT  (n,), counts of steps modulo 2^64, which lose the numbers */
    uint64_t *to,           /* INOUT  (n,), other counts, which gain them */
    ptrdiff_t n)
{
    for (ptrdiff_t j = 0; j < n; j++) {
        double rounded = rest[j] + origin[j];
        uint64_t bits, zero;
        memcpy(&bits, &rounded, 8);
        memcpy(&zero, &origin[j], 8);
        rest[j] -= rounded - origin[j];
        bits -= zero;
        from[j] -= bits;
        to[j] += bits;
    }
}

#endif
