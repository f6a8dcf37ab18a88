# SPDX-License-Identifier: BSD-3-Clause
"""Which instruction level the kernels use (see simd.h)."""


def supported():
    """Names of the levels that this machine has, lowest first."""
    return [simd_level_names[i].decode() for i in range(SIMD_N_LEVELS) if simd_supported(i)]


def chosen():
    """The level in use: the highest, unless COTERIE_SIMD named another when coterie was imported."""
    return simd_level_names[simd_level()].decode()
