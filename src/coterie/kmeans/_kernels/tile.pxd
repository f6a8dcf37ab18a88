# SPDX-License-Identifier: BSD-3-Clause
"""Sizes that the kernels of k-means share (tile.h)."""

cdef extern from "tile.h" nogil:
    enum: TILE      # rows that are looked at together
    enum: FEATURES  # of a partial sum: a score goes through FEATURES + d / FEATURES roundings instead of d
