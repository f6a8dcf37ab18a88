# SPDX-License-Identifier: BSD-3-Clause
"""Greedy k-means++ seeding of rows with many features: what each trial center would gain, and what the chosen one
changes.

The rows are compared as they stand, by differences. Before that, a coarse copy of them (coarse_body.h), a byte a
number, rules out nearly all pairs of row and trial. `gains` notes which rows each trial would gain, so that the chosen
one is compared with these alone.
"""
from libc.stdint cimport int8_t, int32_t, uint16_t, uint64_t

from .coarse cimport coarse_row, near_rows, row_distances
from .tile cimport TILE
from ..._runtime._kernels.bits cimport take_bit
from ..._runtime._kernels.simd cimport COTERIE_PREFETCH
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

GROUP = 4  # features that lie together in a coarse row

cdef enum:
    TOGETHER = 32  # trials that pass by a tile


cdef class Coarse:
    """Rows as small whole numbers, each with a step of its own; see coarse_body.h.

    Attributes
    ----------
    numbers : (n_tiles, groups, TILE, 4), zeros to begin with
        Four features lie together.
    about : (n_tiles, 3, TILE)
        The step of each row; its squared length, or less; the length of what the whole numbers leave, or more.
    shift, scale : (d,), and a power of two
        Rows are shifted, then scaled.
    slack : relative error of a sum of d squares in float32, at most
    floor : length that a row may have lost as it was shifted, at least 1e-20
    most : the largest whole number of a trial
    """
    cdef:
        int8_t[:, :, :, ::1] numbers
        float[:, :, ::1] about
        const double[::1] shift
        double scale, slack, floor
        int most

    def __cinit__(self, int8_t[:, :, :, ::1] numbers, float[:, :, ::1] about, const double[::1] shift, double scale,
                  double slack, double floor, int most):
        self.numbers = numbers
        self.about = about
        self.shift = shift
        self.scale = scale
        self.slack = slack
        self.floor = floor
        self.most = most


def coarsen(
        const real[:, ::1] X,             # IN     (n, d)
        Coarse coarse,                    # INOUT  numbers and about are written
        Region region, int slot):
    """All rows as whole numbers of 8 bits, tile by tile. O(n d) time."""
    cdef:
        Py_ssize_t tile
        float about[3]
        int i, a
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for tile in range(part.start, part.stop):
                for i in range(<int> min(TILE, X.shape[0] - tile * TILE)):
                    coarse_row(&X[tile * TILE + i, 0], X.shape[1], &coarse.shift[0], coarse.scale, 127,
                               <float> coarse.slack, <float> coarse.floor, &coarse.numbers[tile, 0, i, 0], NULL, about)
                    for a in range(3):
                        coarse.about[tile, a, i] = about[a]


def gains(
        const real[:, ::1] X,             # IN     (n, d)
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        Coarse coarse,                    # IN
        const Py_ssize_t[::1] trials,     # IN     (m,), rows
        const real[::1] closest,          # IN     (n,), squared scaled distance to the nearest center
        int32_t[:, :, ::1] numbers,       # WORK   (slots, m, 2 groups), or (slots, 0, 0): coarse rows are not looked at
        float[:, :, ::1] about,           # WORK   (slots, m, 3)
        uint64_t[:, ::1] gained,          # OUT    (m, n_tiles), bit i: row i of the tile is nearer to the trial
        double[:, ::1] out,               # OUT    (strips, m), by how much each trial lowers sum(weight * closest)
        Py_ssize_t[::1] compared,         # OUT    (strips,), pairs of row and trial that were compared
        Region region, int slot):
    """What each trial would gain, strip of tiles by strip. O(n m d) time."""
    cdef:
        Py_ssize_t tile, m = trials.shape[0], t
        const double *w = &weight[0] if weight.shape[0] else NULL
        part_t part
    with nogil:
        for t in range(numbers.shape[1]):
            coarse_row(&X[trials[t], 0], X.shape[1], &coarse.shift[0], coarse.scale, coarse.most,
                       <float> coarse.slack, <float> coarse.floor, NULL, &numbers[slot, t, 0], &about[slot, t, 0])
        while work_take(&region.work, slot, &part):
            out[part.index, :] = 0.0
            compared[part.index] = 0
            for tile in range(part.start, part.stop):
                gained[:, tile] = 0
                t = 0
                while t < m:
                    compared[part.index] += add_gains(
                        &X[0, 0], X.shape[0], X.shape[1], w, coarse, tile, &trials[t], <int> min(TOGETHER, m - t),
                        &numbers[slot, t, 0] if numbers.shape[1] else NULL, &about[slot, t, 0], &closest[0],
                        &gained[t, tile], gained.shape[1], &out[part.index, t])
                    t += TOGETHER


cdef Py_ssize_t add_gains(
        const real *X, Py_ssize_t n, Py_ssize_t d, const double *weight, Coarse coarse, Py_ssize_t tile,
        const Py_ssize_t *trials, int m, const int32_t *numbers, const float *about, const real *closest,
        uint64_t *gained, Py_ssize_t n_tiles, double *gain) noexcept nogil:
    """Add what some trials gain by a tile. Returns how many pairs were compared."""
    cdef:
        Py_ssize_t start = tile * TILE, row, n_compared = 0
        int n_rows = <int> min(TILE, n - start), i, t, n_near
        uint64_t near[TOGETHER]
        uint64_t any_near = 0
        float some_closest[TILE]
        int which[TILE]
        real distance[TILE]
    if numbers:
        for i in range(n_rows):
            some_closest[i] = <float> closest[start + i]
        for i in range(n_rows, TILE):
            some_closest[i] = 0
        near_rows(&coarse.numbers[tile, 0, 0, 0], coarse.numbers.shape[1], &coarse.about[tile, 0, 0], some_closest,
                  <float> coarse.slack, numbers, about, m, near)
        for t in range(m):
            any_near |= near[t]
        any_near &= ~<uint64_t> 0 >> (TILE - n_rows)
        while any_near:
            COTERIE_PREFETCH(X + (start + take_bit(&any_near)) * d)
    for t in range(m):
        n_near = compare(X, d, start, n_rows, near[t] if numbers else ~<uint64_t> 0, trials[t], coarse.scale, which,
                         distance)
        n_compared += n_near
        for i in range(n_near):
            row = start + which[i]
            if distance[i] < closest[row]:
                gained[t * n_tiles] |= <uint64_t> 1 << which[i]
                gain[t] += (closest[row] - distance[i]) * (weight[row] if weight else 1.0)
    return n_compared


cdef int compare(const real *X, Py_ssize_t d, Py_ssize_t start, int n_rows, uint64_t rows, Py_ssize_t center,
                 double scale, int *which, real *distance) noexcept nogil:
    """Squared scaled distances of a center to those rows start + i whose bit i is set. Returns how many."""
    cdef:
        const real *some[TILE]
        int n = 0, i
    rows &= ~<uint64_t> 0 >> (TILE - n_rows)
    if rows == 0:
        return 0
    while rows:
        which[n] = take_bit(&rows)
        some[n] = X + (start + which[n]) * d
        n += 1
    row_distances(X + center * d, some, n, d, distance)
    for i in range(n):
        distance[i] = <real> (distance[i] * scale * scale)
    return n


def add_center(
        const real[:, ::1] X,             # IN     (n, d)
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        Coarse coarse,                    # IN
        Py_ssize_t center,                # IN     a row
        const uint64_t[::1] gained,       # IN     (n_tiles,), bit i: row i of the tile may be nearer to it
        const uint16_t[::1] bucket,       # IN     (n,), by row
        real[::1] closest,                # INOUT  (n,), infinity before the first center
        double[:, ::1] change,            # OUT    (strips, n_buckets), change of each bucket's sum(weight * closest)
        Region region, int slot):
    """Let a center join: lower `closest` where it is nearer. O(n d) time at most.

    The change of a bucket counts from 0 for rows that had no center yet.
    """
    cdef:
        Py_ssize_t tile, row
        int which[TILE]
        int i, n_near
        real distance[TILE]
        double old
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            change[part.index, :] = 0.0
            for tile in range(part.start, part.stop):
                n_near = compare(&X[0, 0], X.shape[1], tile * TILE, <int> min(TILE, X.shape[0] - tile * TILE),
                                 gained[tile], center, coarse.scale, which, distance)
                for i in range(n_near):
                    row = tile * TILE + which[i]
                    old = closest[row]
                    if distance[i] < old:
                        closest[row] = distance[i]
                        change[part.index, bucket[row]] += (
                            (distance[i] - (old if old < 1e30 else 0.0)) * (weight[row] if weight.shape[0] else 1.0))
