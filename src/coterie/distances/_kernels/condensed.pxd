# SPDX-License-Identifier: BSD-3-Clause
"""Where the distance of a pair is in a condensed matrix."""

cdef extern from "condensed.h" nogil:
    # Where column 0 of row i would be in a matrix of n points: the pair i < j is at condensed_row(n, i) + j.
    Py_ssize_t condensed_row(Py_ssize_t n, Py_ssize_t i) noexcept
