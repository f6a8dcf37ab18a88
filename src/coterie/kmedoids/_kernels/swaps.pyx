# SPDX-License-Identifier: BSD-3-Clause
"""What the best swap of a candidate with a medoid would change.

All medoids are tried in one pass over the points (Schubert and Rousseeuw 2021): a point whose medoid stays loses only
what the candidate is nearer, and one whose medoid goes falls to its second nearest, or to the candidate. The work is
shared by candidates. A candidate is one thread's, which adds up in the order of the points.
"""
from libc.math cimport sqrt
from libc.stdint cimport int64_t
from libc.string cimport memcpy

from ...distances._kernels.pairwise cimport Points, distances_of_rows, points_t
from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef extern from "swap_scan.h" nogil:
    double (*swap_scan_f64[])(const double *, Py_ssize_t, int, const double *, const double *, const double *,
                              const double *, const int64_t *, double *) noexcept

cdef enum:
    TOGETHER_ = 4                         # candidates whose distances are computed at a time
    GROUP_ = 64                           # points of a group, a multiple of the tiles of `Points`
    RUN = 512                             # points whose distances are held at a time

TOGETHER = TOGETHER_
GROUP = GROUP_


cdef class Assigned:
    """n points with their nearest and second nearest of k medoids."""

    cdef:
        Py_ssize_t n, k
        const double[::1] nearest         # (n,) distance
        const double[::1] second          # (n,) distance, finite
        const double[::1] limit           # (n,) what is farther from a point is of no use to it, in measured distances
        const double[::1] weight          # (n,)
        const int64_t[::1] label          # (n,) the nearest medoid, 0 .. k - 1
        const double[::1] removal         # (k,) by how much the loss grows without each medoid

        bint is_chord                     # chords of the unit sphere are measured, and the others are arcs

    def __cinit__(self, const double[::1] nearest, const double[::1] second, const double[::1] weight,
                  const int64_t[::1] label, const double[::1] removal, const double[::1] limit, bint is_chord=False):
        self.n, self.k = nearest.shape[0], removal.shape[0]
        if not second.shape[0] == weight.shape[0] == label.shape[0] == limit.shape[0] == self.n or self.k < 1:
            raise ValueError("all arrays must have the same length, and there must be a medoid")
        self.nearest, self.second, self.weight, self.label, self.removal = nearest, second, weight, label, removal
        self.limit, self.is_chord = limit, is_chord

    cdef double scan(self, const double *distances, Py_ssize_t start, Py_ssize_t stop, double *removal) noexcept nogil:
        """The points start .. stop - 1 at these distances from a candidate, as `swap_scan`."""
        return swap_scan_f64[simd_level()](distances, stop - start, self.is_chord, &self.nearest[start],
                                           &self.second[start], &self.limit[start], &self.weight[start],
                                           &self.label[start], removal)

    cdef double best(self, double gain, const double *removal, int64_t *medoid) noexcept nogil:
        """The change of the loss by the best swap, and its medoid, the first one on a tie."""
        cdef Py_ssize_t i, least = 0
        for i in range(1, self.k):
            if removal[i] < removal[least]:
                least = i
        medoid[0] = least
        return gain + removal[least]


def best_swaps(
        Points candidates,                # IN     m candidates
        Points points,                    # IN     n points
        Points pivots,                    # IN     a point for each group, or None: groups are not left out
        const double[::1] reach,          # IN     (groups,) no point of a group is nearer to what is farther from its
                                          #        pivot than to its second nearest medoid; in roots with `is_square`
        bint is_square,                   # IN     roots of the distances obey the triangle inequality
        Assigned assigned,                # IN     of the points
        double[:, ::1] work,              # OUT    (slots, 4 (k + groups)) work space
        double[::1] change,               # OUT    (m,) of the loss by the best swap of each candidate
        int64_t[::1] medoid,              # OUT    (m,) which goes
        Region region, int slot):         # items: candidates, in chunks of a multiple of 4
    """Judge candidates that are points. O(n d) time each, less for groups out of reach."""
    cdef:
        Py_ssize_t n = points.points.n, k = assigned.k, n_groups = 0, row, group, start, stop
        int rows, r
        const points_t *at_pivots = NULL
        double gain[TOGETHER_]
        double held[TOGETHER_ * RUN]
        double *removal = &work[slot, 0]
        double *from_pivots = removal + TOGETHER_ * k
        part_t part
    if pivots is not None:
        at_pivots, n_groups = &pivots.points, pivots.points.n
    if assigned.n != n or reach.shape[0] < n_groups or work.shape[1] < TOGETHER_ * (k + n_groups):
        raise ValueError("arrays have the wrong length")
    if region.work.size % TOGETHER_:
        raise ValueError(f"chunks must be multiples of {TOGETHER_}, got {region.work.size}")
    with nogil:
        while work_take(&region.work, slot, &part):
            row = part.start
            while row < part.stop:
                rows = min(TOGETHER_, part.stop - row)
                for r in range(rows):
                    gain[r] = 0.0
                    memcpy(removal + r * k, &assigned.removal[0], k * sizeof(double))
                if n_groups > 0:
                    distances_of_rows(&candidates.points, row, rows, at_pivots, 0, n_groups, n_groups, from_pivots)
                start = 0
                while start < n:
                    if n_groups == 0:
                        stop = min(n, start + RUN)
                    else:
                        group = start // GROUP_
                        while group < n_groups and not in_reach(from_pivots + group, rows, n_groups, reach[group],
                                                                is_square):
                            group += 1
                        start = stop = group * GROUP_
                        while stop < n and stop - start < RUN and in_reach(from_pivots + group, rows, n_groups,
                                                                           reach[group], is_square):
                            group += 1
                            stop += GROUP_
                        if start >= n:
                            break
                        stop = min(n, stop)
                    distances_of_rows(&candidates.points, row, rows, &points.points, start, stop, RUN, held)
                    for r in range(rows):
                        gain[r] += assigned.scan(held + r * RUN, start, stop, removal + r * k)
                    start = stop
                for r in range(rows):
                    change[row + r] = assigned.best(gain[r], removal + r * k, &medoid[row + r])
                row += rows


cdef inline bint in_reach(const double *distance, int rows, Py_ssize_t stride, double reach,
                          bint is_square) noexcept nogil:
    """Whether a candidate reaches a group, given their distances to its pivot."""
    cdef int r
    for r in range(rows):
        # Not where the distance is not a number, either: so the comparison is this way around.
        if not (sqrt(distance[r * stride]) if is_square else distance[r * stride]) > reach:
            return True
    return False


def best_swaps_given(
        const real[:, ::1] distances,     # IN     (rows, n) distances of candidates to n points
        const int64_t[::1] rows,          # IN     (m,) the row of each candidate
        Assigned assigned,                # IN     of the points
        double[:, ::1] work,              # OUT    (slots, k) work space
        double[::1] change,               # OUT    (m,) of the loss by the best swap of each candidate
        int64_t[::1] medoid,              # OUT    (m,) which goes
        Region region, int slot):         # items: candidates
    """The same where the distances are there. O(n) time each."""
    cdef:
        Py_ssize_t n = distances.shape[1], k = assigned.k, i, j, row, start, stop
        double gain
        double held[RUN]
        double *removal = &work[slot, 0]
        part_t part
    if assigned.n != n or work.shape[1] < k:
        raise ValueError("arrays have the wrong length")
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                row = rows[i]
                gain = 0.0
                memcpy(removal, &assigned.removal[0], k * sizeof(double))
                start = 0
                while start < n:
                    stop = min(n, start + RUN)
                    for j in range(stop - start):
                        held[j] = distances[row, start + j]
                    gain += assigned.scan(held, start, stop, removal)
                    start = stop
                change[i] = assigned.best(gain, removal, &medoid[i])
