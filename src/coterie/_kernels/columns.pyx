# SPDX-License-Identifier: BSD-3-Clause
"""One or two passes over the columns of a matrix: finite or not, means, variances, largest deviations."""
from libc.math cimport fabs

from .types cimport real
from .work cimport Region, part_t, work_take


def sum_strips(
        const real[::1] values,          # IN     (n,)
        Py_ssize_t rows,                 # IN     values of a chunk
        double[::1] out,                 # OUT    (n_chunks,), float64 sums; NaN or inf where a value is
        Region region, int slot):
    """Sum chunks of values: the cheapest way to see that all are finite. O(n) time."""
    cdef:
        Py_ssize_t i, stop
        part_t part
        double s0, s1, s2, s3, s4, s5, s6, s7
    with nogil:
        while work_take(&region.work, slot, rows, values.shape[0], &part):
            i = part.start
            stop = part.stop
            s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
            while i + 8 <= stop:
                s0 += values[i]
                s1 += values[i + 1]
                s2 += values[i + 2]
                s3 += values[i + 3]
                s4 += values[i + 4]
                s5 += values[i + 5]
                s6 += values[i + 6]
                s7 += values[i + 7]
                i += 8
            while i < stop:
                s0 += values[i]
                i += 1
            out[part.index] = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))


def deviation_strips(
        const real[:, ::1] X,            # IN     (n, d)
        const double[::1] center,        # IN     (d,)
        Py_ssize_t rows,                 # IN     rows of a strip
        double[:, ::1] first,            # OUT    (strips, d), sum of x - center
        double[:, ::1] second,           # OUT    (strips, d), sum of (x - center)^2
        double[:, ::1] largest,          # OUT    (strips, d), largest |x - center|
        Region region, int slot):
    """Sums of deviations from `center` and of their squares, strip by strip. O(n d) time."""
    cdef:
        Py_ssize_t row, j, d = X.shape[1]
        part_t part
        double t
        double *s1
        double *s2
        double *top
    with nogil:
        while work_take(&region.work, slot, rows, X.shape[0], &part):
            first[part.index, :] = 0.0
            second[part.index, :] = 0.0
            largest[part.index, :] = 0.0
            s1 = &first[part.index, 0]
            s2 = &second[part.index, 0]
            top = &largest[part.index, 0]
            for row in range(part.start, part.stop):
                for j in range(d):
                    t = X[row, j] - center[j]
                    s1[j] += t
                    s2[j] += t * t
                    t = fabs(t)
                    top[j] = t if t > top[j] else top[j]
