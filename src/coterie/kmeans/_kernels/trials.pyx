# SPDX-License-Identifier: BSD-3-Clause
"""Greedy k-means++ seeding of rows with many features: what each trial center would gain, and what the chosen one
changes.

The rows are compared as they stand, by differences. Before that, a coarse copy of them (coarse_body.h), a byte a
number, rules out nearly all pairs of row and trial. `gains` notes which rows each trial would gain, so that the chosen
one is compared with these alone.
"""
from libc.math cimport sqrt
from libc.stdint cimport int8_t, int32_t, uint16_t, uint64_t

from .coarse cimport coarse_row, near_rows, row_distances
from .tile cimport TILE
from ..._runtime._kernels.bits cimport take_bit
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
        part_t part
    with nogil:
        for t in range(numbers.shape[1]):
            coarse_row(&X[trials[t], 0], X.shape[1], &coarse.shift[0], coarse.scale, coarse.most,
                       <float> coarse.slack, <float> coarse.floor, NULL, &numbers[slot, t, 0], &about[slot, t, 0])
        while work_take(&region.work, slot, &part):
            out[part.index, :] = 0.0
            compared[part.index] = 0
            for tile in range(part.start, part.stop):
                t = 0
                while t < m:
                    compared[part.index] += add_gains(
                        X, weight, coarse, &trials[t], <int> min(TOGETHER, m - t), tile, closest,
                        &numbers[slot, t, 0] if numbers.shape[1] else NULL, &about[slot, t, 0], &gained[t, tile],
                        gained.shape[1], &out[part.index, t])
                    t += TOGETHER


cdef inline Py_ssize_t add_gains(
        const real[:, ::1] X, const double[::1] weight, Coarse coarse, const Py_ssize_t *trials, int m, Py_ssize_t tile,
        const real[::1] closest, const int32_t *numbers, const float *about, uint64_t *gained, Py_ssize_t n_tiles,
        double *gain) noexcept nogil:
    """Add what some trials gain by a tile. Returns how many pairs were compared."""
    cdef:
        Py_ssize_t start = tile * TILE, n_rows = min(TILE, X.shape[0] - start), row, n_compared = 0
        int i, t, n_which
        uint64_t near[TOGETHER]
        uint64_t any_near = 0
        float limit[TILE]
        int which[TOGETHER]
        const real *centers[TOGETHER]
        real distance[TOGETHER]
        double grown = 1.0 + 2.0 * coarse.slack
    if numbers:
        for i in range(<int> n_rows):
            limit[i] = <float> (sqrt(<double> closest[start + i]) * grown) + coarse.about[tile, 2, i]
        for i in range(<int> n_rows, TILE):
            limit[i] = 0
        near_rows(&coarse.numbers[tile, 0, 0, 0], coarse.numbers.shape[1], &coarse.about[tile, 0, 0], limit, numbers,
                  about, m, near)
    for t in range(m):
        if not numbers:
            near[t] = ~<uint64_t> 0
        near[t] &= ~<uint64_t> 0 >> (TILE - n_rows)
        any_near |= near[t]
        gained[t * n_tiles] = 0
    while any_near:
        i = take_bit(&any_near)
        row = start + i
        n_which = 0
        for t in range(m):
            if near[t] >> i & 1:
                which[n_which] = t
                centers[n_which] = &X[trials[t], 0]
                n_which += 1
        row_distances(&X[row, 0], centers, n_which, X.shape[1], distance)
        n_compared += n_which
        for t in range(n_which):
            distance[t] = <real> (distance[t] * coarse.scale * coarse.scale)
            if distance[t] < closest[row]:
                gained[which[t] * n_tiles] |= <uint64_t> 1 << i
                gain[which[t]] += (closest[row] - distance[t]) * (weight[row] if weight.shape[0] else 1.0)
    return n_compared


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
        uint64_t rows
        const real *to = &X[center, 0]
        real distance
        double old
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            change[part.index, :] = 0.0
            for tile in range(part.start, part.stop):
                rows = gained[tile]
                while rows:
                    row = tile * TILE + take_bit(&rows)
                    if row >= X.shape[0]:
                        break
                    row_distances(&X[row, 0], &to, 1, X.shape[1], &distance)
                    distance = <real> (distance * coarse.scale * coarse.scale)
                    old = closest[row]
                    if distance < old:
                        closest[row] = distance
                        change[part.index, bucket[row]] += (
                            (distance - (old if old < 1e30 else 0.0)) * (weight[row] if weight.shape[0] else 1.0))
