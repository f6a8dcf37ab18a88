# SPDX-License-Identifier: BSD-3-Clause
"""Sizes that the kernels of k-means share (tile.h)."""

cdef extern from "tile.h" nogil:
    enum: TILE "TILE_ROWS"          # rows that are looked at together
    # of a partial sum: a score goes through FEATURES + d / FEATURES roundings instead of d
    enum: FEATURES "TILE_FEATURES"
