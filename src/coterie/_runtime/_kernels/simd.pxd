# SPDX-License-Identifier: BSD-3-Clause
cdef extern from "simd.h" nogil:
    void COTERIE_PREFETCH(const void *address) noexcept
    int SIMD_N_LEVELS
    int simd_supported(int level) noexcept
    int simd_level() noexcept
    const char *simd_level_names[]
