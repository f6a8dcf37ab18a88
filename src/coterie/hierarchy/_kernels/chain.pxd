# SPDX-License-Identifier: BSD-3-Clause
"""Chains of nearest neighbors."""
from libc.stdint cimport int64_t


cdef inline Py_ssize_t next_length(const int64_t *chain, Py_ssize_t length) noexcept nogil:
    """Length of a chain of nearest neighbors after chain[length] has joined it.

    That cluster may be in the chain already, where rounding brought a union nearer to it than its parts were: the chain
    then goes on from there. This ends, as the distance to the next cluster in that place is smaller now.
    """
    cdef Py_ssize_t k = length - 1
    while k >= 0 and chain[k] != chain[length]:
        k -= 1
    return length + 1 if k < 0 else k + 1
