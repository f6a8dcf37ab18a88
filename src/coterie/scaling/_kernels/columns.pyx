# SPDX-License-Identifier: BSD-3-Clause
"""A pass over the columns of a matrix, for means, variances and largest deviations."""
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take


def deviation_strips(
        const real[:, ::1] X,            # IN     (n, d)
        const double[::1] center,        # IN     (d,)
        double[:, ::1] first,            # OUT    (strips, d), sum of x - center
        double[:, ::1] second,           # OUT    (strips, d), sum of (x - center)^2
        double[:, ::1] largest,          # OUT    (strips, d), largest |x - center|
        Region region, int slot):
    """Sums of deviations from `center` and of their squares, strip by strip. O(n d) time."""
    cdef:
        Py_ssize_t d = X.shape[1]
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            first[part.index, :] = 0.0
            second[part.index, :] = 0.0
            largest[part.index, :] = 0.0
            add_deviations(&X[part.start, 0], d, part.stop - part.start, d, &center[0], &first[part.index, 0],
                           &second[part.index, 0], &largest[part.index, 0])


def join_strips(
        const double[:, ::1] totals,     # IN     (2, d), sum of x - center, and of its square, over all strips
        const double[:, ::1] largest,    # IN     (strips, d), largest |x - center|
        const double[::1] center,        # IN     (d,)
        Py_ssize_t n,                    # IN     rows
        double[::1] mean,                # OUT    (d,)
        double[::1] variance,            # OUT    (d,)
        double[::1] reach):              # OUT    (d,), how far values are from the mean, at most
    """The moments of columns; infinite or not a number where squares overflow.

    Returns how far from 0 values are, at most; NaN where that overflows.
    """
    return join_deviations(&totals[0, 0], &largest[0, 0], largest.shape[0], mean.shape[0], &center[0], n, &mean[0],
                           &variance[0], &reach[0])
