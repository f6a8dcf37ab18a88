# SPDX-License-Identifier: BSD-3-Clause
"""Disjoint sets in an array: parent[i] == i where i is the root of its set. No work space."""
from libc.stdint cimport int64_t


cdef inline int64_t find(int64_t *parent, int64_t i) noexcept nogil:
    """The root of the set of i; the path to it is halved for the next call."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


cdef inline void unite(int64_t *parent, int64_t a, int64_t b) noexcept nogil:
    """Unite two sets, given by their roots; the lower root becomes the root of both."""
    if a < b:
        parent[b] = a
    else:
        parent[a] = b
