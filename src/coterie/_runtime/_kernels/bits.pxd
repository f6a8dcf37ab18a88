# SPDX-License-Identifier: BSD-3-Clause
"""Masks: one bit per point (bits.h)."""
from libc.stdint cimport uint64_t

cdef extern from "bits.h" nogil:
    int count_bits(uint64_t bits) noexcept
    int lowest_bit(uint64_t bits) noexcept     # of a mask that is not 0


cdef inline int take_bit(uint64_t *mask) noexcept nogil:
    """Take the lowest bit off a mask that is not 0. Returns its number."""
    cdef int bit = lowest_bit(mask[0])
    mask[0] &= mask[0] - 1
    return bit
