# SPDX-License-Identifier: BSD-3-Clause
"""Disjoint sets that threads unite at the same time (atomic_union_find.h)."""
from libc.stdint cimport int64_t

cdef extern from "atomic_union_find.h" nogil:
    int64_t atomic_find(int64_t *parent, int64_t i) noexcept
    void atomic_unite(int64_t *parent, int64_t a, int64_t b) noexcept
