# SPDX-License-Identifier: BSD-3-Clause
"""Disjoint sets that threads join at the same time (atomic_union_find.h)."""
from libc.stdint cimport int64_t

cdef extern from "atomic_union_find.h" nogil:
    int64_t components_find(int64_t *parent, int64_t i) noexcept
    void components_join(int64_t *parent, int64_t a, int64_t b) noexcept
