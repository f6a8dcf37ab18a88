/* SPDX-License-Identifier: BSD-3-Clause */
/* How many rows are looked at together, and how many features are added up before rounding errors are cut short. */
#ifndef COTERIE_TILE_H
#define COTERIE_TILE_H

enum { TILE_ROWS = 64, TILE_FEATURES = 128 };
#endif
