# SPDX-License-Identifier: BSD-3-Clause
from libc.stdint cimport int32_t

from ..._runtime._kernels.job cimport coterie_job, coterie_matrix

cdef int nearest_job(const coterie_matrix *X, const coterie_matrix *centers, int32_t *labels, double *squared,
                     int n_slots, coterie_job **job, char *error) noexcept nogil
