# SPDX-License-Identifier: BSD-3-Clause
"""Number types of the kernels."""
from libc.stdint cimport int32_t, int64_t, uint64_t

ctypedef fused real:  # what the caller's data is made of
    float
    double

ctypedef fused work_real:  # what the fast arithmetic works in
    float
    double
