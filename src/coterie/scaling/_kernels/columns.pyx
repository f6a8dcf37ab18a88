# SPDX-License-Identifier: BSD-3-Clause
"""A pass over the columns of a matrix, for means, variances and largest deviations."""
from libc.math cimport fabs

from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take


def deviation_strips(
        const real[:, ::1] X,            # IN     (n, d)
        const double[::1] center,        # IN     (d,)
        double[:, ::1] first,            # OUT    (strips, >= d), sum of x - center
        double[:, ::1] second,           # OUT    (strips, >= d), sum of (x - center)^2
        double[:, ::1] largest,          # OUT    (strips, >= d), largest |x - center|
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
        while work_take(&region.work, slot, &part):
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


def join_strips(
        const double[:, ::1] totals,     # IN     (2, >= d), sum of x - center, and of its square, over all strips
        const double[:, ::1] largest,    # IN     (strips, >= d), largest |x - center|
        const double[::1] center,        # IN     (d,)
        Py_ssize_t n,                    # IN     rows
        double[::1] mean,                # OUT    (d,)
        double[::1] variance,            # OUT    (d,)
        double[::1] reach):              # OUT    (d,), how far values are from the mean, at most
    """The moments of columns; infinite or not a number where squares overflow.

    Returns how far from 0 values are, at most; NaN where that overflows.
    """
    cdef:
        Py_ssize_t strip, j
        double off, top, far = 0.0
    for j in range(mean.shape[0]):
        off = totals[0, j] / n
        top = 0.0
        for strip in range(largest.shape[0]):
            top = max(top, largest[strip, j])
        mean[j] = center[j] + off
        variance[j] = totals[1, j] / n - off * off
        if variance[j] < 0.0:
            variance[j] = 0.0
        reach[j] = top + fabs(off)
        if not fabs(mean[j]) + reach[j] <= far and far == far:
            far = fabs(mean[j]) + reach[j]
    return far
