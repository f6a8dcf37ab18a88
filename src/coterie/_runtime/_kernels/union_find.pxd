# SPDX-License-Identifier: BSD-3-Clause
"""Disjoint sets in an array: parent[i] == i where i stands for its set. O(alpha(n)) a call, without work space."""
from libc.stdint cimport int64_t


cdef inline int64_t find(int64_t *parent, int64_t i) noexcept nogil:
    """Who stands for the set of i; the way there is halved for the next one."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


cdef inline void unite(int64_t *parent, int64_t a, int64_t b) noexcept nogil:
    """Join two sets, given by those who stand for them; the lower one stands for both."""
    if a < b:
        parent[b] = a
    else:
        parent[a] = b
