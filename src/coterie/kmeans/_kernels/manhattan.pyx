# SPDX-License-Identifier: BSD-3-Clause
"""k-medians, step 1: give every row to the center of least Manhattan distance.

Fast arithmetic in float32 on shifted and scaled numbers finds the nearest and the second nearest center of a tile of
rows at a time (manhattan_body.h). Where the two are closer than a proven bound on its rounding error, float64 distances
of the numbers as they are decide, lowest index first; these are the distances that `distances.cdist` gives.
"""
from libc.math cimport fabs
from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.string cimport memmove

from .batch cimport LOOK, append, batch_t, collect, fetch, take_labels, tally_t
from .manhattan_tiles cimport nearest_manhattan_f32, nearest_manhattan_f64
from .nearest cimport pack_tile
from .tile cimport FEATURES, TILE
from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take


cdef struct manhattan_t:  # see ManhattanCenters
    Py_ssize_t k, d
    const double *exact
    const double *zeros
    const double *shift
    double scale
    float *packed
    float *halves
    double slack, slack32, floor32
    bint single


cdef class ManhattanCenters:
    """Centers in the data's own coordinates, and copies for the fast arithmetic: c = (center - shift) * scale.

    Attributes
    ----------
    exact : (k, d)
        The centers that `pack` was given.
    packed, halves : (k, d) and (k,)
        c, and -sum(c) / 2.
    shift, scale : (d,) and a power of two
        They bring the centers near 0, and the data to about 1.
    zeros : (max(k, d),)
    single : whether float32 goes first
    """
    cdef:
        manhattan_t c
        const double[:, ::1] exact
        const double[::1] shift
        const double[::1] zeros
        readonly float[:, ::1] packed
        readonly float[::1] halves

    def __cinit__(self, const double[::1] shift, double scale, float[:, ::1] packed, float[::1] halves,
                  const double[::1] zeros):
        self.shift, self.packed, self.halves, self.zeros = shift, packed, halves, zeros
        self.c.k, self.c.d = packed.shape[0], packed.shape[1]
        self.c.shift, self.c.scale, self.c.zeros = &shift[0], scale, &zeros[0]
        self.c.packed, self.c.halves = &packed[0, 0], &halves[0]
        self.c.slack = 4.0 * (self.c.d + 2) * 2.0 ** -53
        self.c.single = True

    def pack(self, const double[:, ::1] exact, bint on_grid):
        """Take over these centers (k, d). They are not copied: they must not change until `pack` is called again.

        on_grid : float32 represents and adds all numbers of rows and centers without rounding

        Two scores of a row x are in their true order if they differ by slack * (floor + sum |x|). A score goes through
        at most min(d, FEATURES) + d / FEATURES + 1 roundings, and its inputs through a few, each relative to no more
        than 1.5 sum |c| + sum |x|. Numbers below the smallest normal one lose digits: a larger floor covers that.
        """
        cdef:
            Py_ssize_t i, j
            double t, sum_, size, largest = 0.0, roundings
        self.exact = exact
        self.c.exact = &exact[0, 0]
        for i in range(self.c.k):
            sum_ = size = 0.0
            for j in range(self.c.d):
                t = (exact[i, j] - self.shift[j]) * self.c.scale
                self.packed[i, j] = <float> t
                sum_ += t
                size += fabs(t)
            self.halves[i] = <float> (-0.5 * sum_)
            largest = max(largest, size)
        roundings = min(self.c.d, FEATURES) + self.c.d // FEATURES + 5.0
        self.c.slack32 = 0.0 if on_grid else 2.0 * roundings * 2.0 ** -24 * 1.05
        self.c.floor32 = 0.0 if on_grid else 1.5 * largest + self.c.d * 2.0 ** -120

    @property
    def single(self):
        return self.c.single

    @single.setter
    def single(self, bint value):
        self.c.single = value


def assign_rows(
        const real[:, ::1] X,             # IN     (n, d)
        ManhattanCenters centers,         # IN     packed
        const float[::1] loss,            # IN     (k,), what a margin lost since its row was last looked at, scaled
        int32_t[::1] labels,              # INOUT  (n,), -1 where it is not known yet
        float[::1] margins,               # INOUT  (n,), scaled; a row with margin > loss keeps its label
        double[:, ::1] tiles,             # WORK   (slots, >= d * TILE)
        int64_t[:, ::1] counts,           # INOUT  (slots, 8), adds a tally_t
        Region region, int slot):
    """Label the rows with the center of least Manhattan distance. O(n k d) time at most.

    Margins are those of `assign.assign_labels`: the triangle inequality, on which they stand, holds here as well.
    """
    cdef:
        Py_ssize_t start, n, done
        batch_t doubtful
        Py_ssize_t rows[LOOK + TILE]  # to be looked at
        part_t part
        tally_t tally = tally_t(0, 0, 0, 0)
        tally_t *total = <tally_t *> &counts[slot, 0]
    with nogil:
        while work_take(&region.work, slot, &part):
            n = doubtful.n = 0
            start = part.start
            while start < part.stop:
                n = collect(start, min(start + LOOK, part.stop), &loss[0], &labels[0], &margins[0], rows, n)
                start += LOOK
                done = 0
                fetch(X, rows, min(n, TILE))
                while n - done >= TILE:
                    fetch(X, rows + done + TILE, min(n - done - TILE, TILE))  # arrives while this tile is looked at
                    look_at(X, &centers.c, rows + done, TILE, &doubtful, &labels[0], &margins[0], &tiles[slot, 0],
                            &tally)
                    done += TILE
                n -= done
                memmove(rows, rows + done, n * sizeof(Py_ssize_t))
            look_at(X, &centers.c, rows, <int> n, &doubtful, &labels[0], &margins[0], &tiles[slot, 0], &tally)
            while doubtful.n:
                decide(X, &centers.c, &doubtful, &labels[0], &margins[0], &tiles[slot, 0], &tally)
    total.changed += tally.changed
    total.seen += tally.seen
    total.doubtful += tally.doubtful


cdef inline void look_at(
        const real[:, ::1] X, const manhattan_t *centers, const Py_ssize_t *rows, int n_rows, batch_t *doubtful,
        int32_t *labels, float *margins, double *tile, tally_t *tally) noexcept nogil:
    """Label some rows, TILE at most, in float32, or put them into doubt; then those in doubt, while they are TILE."""
    cdef:
        int32_t index[TILE]
        float margin[TILE]
        uint64_t close
        int i
    tally.seen += n_rows
    if centers.single and n_rows:
        pack_tile(&X[0, 0], centers.d, rows, n_rows, centers.d, centers.shift, centers.scale, <float *> tile)
        close = nearest_manhattan_f32[simd_level()](
            <float *> tile, centers.d, centers.packed, centers.halves, centers.k, <float> centers.slack32,
            <float> centers.floor32, index, margin)
        tally.changed += take_labels(rows, n_rows, close, index, margin, doubtful, labels, margins)
    else:
        for i in range(n_rows):
            append(doubtful, rows[i])
    while doubtful.n >= TILE:
        decide(X, centers, doubtful, labels, margins, tile, tally)


cdef inline void decide(
        const real[:, ::1] X, const manhattan_t *centers, batch_t *batch, int32_t *labels, float *margins, double *tile,
        tally_t *tally) noexcept nogil:
    """Label the last rows of a batch, TILE at most, for good."""
    cdef:
        int64_t index[TILE]
        double margin[TILE]
        int i, n_rows = min(batch.n, TILE)
    batch.n -= n_rows
    pack_tile(&X[0, 0], centers.d, batch.rows + batch.n, n_rows, centers.d, centers.zeros, 1.0, tile)
    nearest_manhattan_f64[simd_level()](tile, centers.d, centers.exact, centers.zeros, centers.k, centers.slack, 0.0,
                                        index, margin)
    for i in range(n_rows):
        margin[i] = margin[i] * centers.scale
    tally.changed += take_labels(batch.rows + batch.n, n_rows, 0, index, margin, batch, labels, margins)
    tally.doubtful += n_rows


cdef inline double manhattan_distance(const real *x, const double *c, Py_ssize_t d) noexcept nogil:
    """Sum of absolute differences in the order of the features, as scipy has it."""
    cdef:
        double total = 0.0
        Py_ssize_t j
    for j in range(d):
        total += fabs(x[j] - c[j])
    return total


def distances_to_own(
        const real[:, ::1] X,             # IN     (n, d)
        const double[:, ::1] centers,     # IN     (k, d)
        const int32_t[::1] labels,        # IN     (n,)
        double[::1] out,                  # OUT    (n,), Manhattan distance of each row to its own center
        Region region, int slot):
    """Manhattan distances of the rows to their own centers. O(n d) time."""
    cdef:
        Py_ssize_t d = X.shape[1], row
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                out[row] = manhattan_distance(&X[row, 0], &centers[labels[row], 0], d)


def objective_by_strip(
        const real[:, ::1] X,             # IN     (n, d)
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const double[:, ::1] centers,     # IN     (k, d)
        const int32_t[::1] labels,        # IN     (n,)
        double[::1] out,                  # OUT    (strips,), weighted sum of Manhattan distances
        Region region, int slot):
    """The objective of each strip of rows. O(n d) time."""
    cdef:
        Py_ssize_t d = X.shape[1], row
        bint weighted = weight.shape[0] > 0
        part_t part
        double total, distance
    with nogil:
        while work_take(&region.work, slot, &part):
            total = 0.0
            for row in range(part.start, part.stop):
                distance = manhattan_distance(&X[row, 0], &centers[labels[row], 0], d)
                total += weight[row] * distance if weighted else distance
            out[part.index] = total
