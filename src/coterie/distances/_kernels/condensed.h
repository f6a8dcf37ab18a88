/* SPDX-License-Identifier: BSD-3-Clause */
/* Where the distance of a pair is in a condensed matrix. */
#ifndef COTERIE_CONDENSED_H
#define COTERIE_CONDENSED_H
#include <stddef.h>

/* Where column 0 of row i would be in a condensed matrix of n points: the pair i < j is at condensed_row(n, i) + j. */
static inline ptrdiff_t condensed_row(ptrdiff_t n, ptrdiff_t i) { return i * n - i * (i + 1) / 2 - i - 1; }
#endif
