# SPDX-License-Identifier: BSD-3-Clause
"""Hashes of rows, number by number."""
from libc.stdint cimport uint64_t


cdef inline uint64_t mixed(uint64_t h, uint64_t bits) noexcept nogil:
    """The hash of what a hash stands for, and of one number more: the finisher of MurmurHash3."""
    h = (h ^ bits) * <uint64_t> 0xff51afd7ed558ccd
    h = (h ^ (h >> 33)) * <uint64_t> 0xc4ceb9fe1a85ec53
    return h ^ (h >> 33)
