# SPDX-License-Identifier: BSD-3-Clause
"""The full matrix of condensed distances."""

cdef void make_square(const double[::1] distances, double[:, ::1] D) noexcept nogil
