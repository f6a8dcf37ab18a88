# SPDX-License-Identifier: BSD-3-Clause
"""k-means of sparse rows, which are never made dense.

The centers lie feature by feature, all centers of a feature side by side: an inverted file of centers (Aoyama,
Saito and Ikeda 2020, arXiv:2002.09094). So each number that a row stores adds to the scores |c|² - 2 x·c of all centers
at once.
Scores are float32. Of rows that these leave in doubt, few centers get scores in float64, and where those do not decide,
either, float64 differences do, feature by feature as of dense rows.
"""
from libc.math cimport INFINITY, sqrt
from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.string cimport memcpy

from .batch cimport rounded_down, tally_t
from .distance cimport squared_distance
from .hashes cimport mixed
from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real, work_real
from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef extern from "sparse_product.h" nogil:
    enum:
        PIECE "SPARSE_PIECE"
    void (*sparse_product_f32[3])(const float *, const int32_t *, Py_ssize_t, const float *, Py_ssize_t,
                                  float *) noexcept
    void (*sparse_product_f64[3])(const double *, const int32_t *, Py_ssize_t, const double *, Py_ssize_t,
                                  double *) noexcept

WIDTH = 16  # numbers of columns that lie side by side are rounded up to this

cdef enum:
    BESIDE = 16     # features whose centers are turned from rows into columns together
    MOVED = 1 << 15  # numbers of centers that move, before they are turned while they are near the core

cdef double SINGLE = 2.0 ** -24  # what a float32 is rounded by at most, relative to it
cdef double DOUBLE = 2.0 ** -53
cdef double VANISHED = 1e-30     # what terms that vanish in float32 add up to, at most
cdef double CANCELED = 1e-4      # share of (|x| + |c|)² below which |x|² + |c|² - 2 x·c has lost too many digits


cdef class ByFeature:
    """Centers, feature by feature, and what bounds the rounding of scores.

    Attributes
    ----------
    exact : (k, d)
        The centers.
    columns : (d, width)
        The centers * scale, all of a feature side by side; 0 beyond the centers.
    norms : (width,)
        |c|² * scale²; infinite beyond the centers.
    squares : (k,)
        |c|².
    twins : (k,)
        The first center that is the same as this one.
    scale : a power of two
        Numbers of rows and centers times it are about 1 at most.
    unit : a power of two
        Margins are differences of distances times scale * unit.
    """
    cdef:
        const double[:, ::1] exact
        float[:, ::1] columns
        float[::1] norms
        double[::1] squares
        const Py_ssize_t[::1] twins
        double scale
        double unit
        double longest  # of |c|

    def __cinit__(self, float[:, ::1] columns, float[::1] norms, double[::1] squares):
        self.columns, self.norms, self.squares = columns, norms, squares

    def take(self, const double[:, ::1] exact, double scale):
        """Take centers; `pack` must follow, and then `finish`."""
        self.exact, self.scale = exact, scale

    def finish(self, const double[:, ::1] squares, const Py_ssize_t[::1] twins, double unit):
        """Take |c|², strip of features by strip, and the rest."""
        cdef:
            Py_ssize_t k, i
            double total, most = 0.0
        self.twins, self.unit = twins, unit
        for k in range(squares.shape[1]):
            total = 0.0
            for i in range(squares.shape[0]):
                total += squares[i, k]
            self.squares[k] = total
            self.norms[k] = <float> (total * self.scale * self.scale)
            most = max(most, total)
        self.longest = sqrt(most)


cdef inline void pack_features(ByFeature centers, Py_ssize_t start, Py_ssize_t stop, double *squares) noexcept nogil:
    """Bring some features of the centers side by side, and add their squares."""
    cdef:
        Py_ssize_t first = start, last, j, k
        double c, total
    while first < stop:
        last = min(first + BESIDE, stop)
        for k in range(centers.exact.shape[0]):
            total = 0.0
            for j in range(first, last):
                c = centers.exact[k, j]
                total += c * c
                centers.columns[j, k] = <float> (c * centers.scale)
            squares[k] += total
        first = last


def pack(
        ByFeature centers,                # INOUT  `columns`
        double[:, ::1] squares,           # OUT    (strips, k), |c|² of each strip of features
        Region region, int slot):
    """Bring the centers from one row each to one row for each feature. O(k d) time."""
    cdef part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            squares[part.index, :] = 0.0
            pack_features(centers, part.start, part.stop, &squares[part.index, 0])


def move_centers(
        const double[:, ::1] sums,        # IN     (k, d)
        const double[::1] weights,        # IN     (k,)
        const Py_ssize_t[::1] goals,      # IN     (k,), the cluster whose mean a center becomes
        double[:, ::1] exact,             # INOUT  (k, d)
        ByFeature centers,                # INOUT  `columns`, of the moved centers
        double[:, ::1] moved,             # OUT    (strips, k), squared movement in each strip of features
        double[:, ::1] squares,           # OUT    (strips, k), |c|² of the moved centers
        Region region, int slot):
    """Centers become the means of their rows. O(k d) time."""
    cdef:
        Py_ssize_t k, j, own, first, last
        Py_ssize_t n_features = max(1, MOVED // (BESIDE * exact.shape[0])) * BESIDE
        double c, delta, total, weight
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            moved[part.index, :] = 0.0
            squares[part.index, :] = 0.0
            first = part.start
            while first < part.stop:
                last = min(first + n_features, part.stop)
                for k in range(exact.shape[0]):
                    own = goals[k]
                    weight = weights[own]
                    total = 0.0
                    for j in range(first, last):
                        c = sums[own, j] / weight
                        delta = c - exact[k, j]
                        total += delta * delta
                        exact[k, j] = c
                    moved[part.index, k] += total
                pack_features(centers, first, last, &squares[part.index, 0])
                first = last


cdef inline void add_products(
        int64_t start, int64_t stop, const int32_t[::1] features, const real[::1] values, double factor,
        const work_real *columns, Py_ssize_t width, work_real *out) noexcept nogil:
    """Add the products of factor * a row with columns that lie feature by feature."""
    cdef:
        int64_t at = start
        Py_ssize_t i, n
        work_real x[PIECE]
    while at < stop:
        n = min(<int64_t> PIECE, stop - at)
        for i in range(n):
            x[i] = <work_real> (values[at + i] * factor)
        if work_real is float:
            sparse_product_f32[simd_level()](x, &features[at], n, columns, width, out)
        else:
            sparse_product_f64[simd_level()](x, &features[at], n, columns, width, out)
        at += n


cdef inline double roundings(int64_t n_stored) noexcept nogil:
    """How many roundings a product of n stored numbers goes through, at most: those of its factors are among them."""
    return min(n_stored, <int64_t> PIECE) // 2 + n_stored // PIECE + 12


def label_rows(
        const int64_t[::1] starts,        # IN     (n + 1,)
        const int32_t[::1] features,      # IN     (starts[n],), sorted within a row
        const real[::1] values,           # IN     (starts[n],)
        const double[::1] sizes,          # IN     (n,), |x|²
        ByFeature centers,                # IN
        const float[::1] loss,            # IN     (k,), what a margin lost since its row was last looked at, scaled
        int32_t[::1] labels,              # INOUT  (n,), -1 where it is not known yet
        float[::1] margins,               # INOUT  (n,), scaled; a row with margin > loss keeps its label
        double[:, ::1] space,             # WORK   (slots, >= d + width), zeros
        int64_t[:, ::1] counts,           # INOUT  (slots, 8), adds a tally_t
        Region region, int slot):
    """Label the rows with their nearest center. O(stored k) time at most, where margins pass over no row.

    Margins are those of `assign.assign_labels`.
    """
    cdef:
        Py_ssize_t row, k, nearest, n = centers.exact.shape[0], width = centers.columns.shape[1]
        float left, best, second, x
        float *score = <float *> &space[slot, centers.exact.shape[1]]
        double length, slack, longest = centers.longest * centers.scale
        int64_t n_stored
        part_t part
        tally_t *tally = <tally_t *> &counts[slot, 0]
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                if labels[row] >= 0:
                    left = rounded_down(margins[row] - loss[labels[row]])
                    margins[row] = left
                    if left > 0:
                        continue
                tally.seen += 1
                memcpy(score, &centers.norms[0], width * sizeof(float))
                add_products(starts[row], starts[row + 1], features, values, -2.0 * centers.scale,
                             &centers.columns[0, 0], width, score)
                nearest = 0
                best = second = <float> INFINITY
                for k in range(n):
                    x = score[k]
                    if x < best:
                        second = best
                        best = x
                        nearest = k
                    elif x < second:
                        second = x
                # |c|² and 2 |x| |c| bound the terms of a score.
                n_stored = starts[row + 1] - starts[row]
                length = sqrt(sizes[row]) * centers.scale
                slack = roundings(n_stored) * SINGLE
                slack = 1.01 * slack * longest * (longest + 2.0 * length) + VANISHED if slack < 0.005 else INFINITY
                slack += (n_stored + 4) * DOUBLE * length * length  # of |x|², which margins need
                if second - best > 2.0 * slack:
                    margins[row] = margin_of(length * length, best, second, slack, centers.unit)
                else:
                    tally.doubtful += 1
                    nearest = nearest_of(starts[row], starts[row + 1], features, values, sqrt(sizes[row]), centers,
                                         score, best + 2.0 * slack, &space[slot, 0], tally)
                    margins[row] = 0
                tally.changed += nearest != labels[row]
                labels[row] = <int32_t> nearest


cdef inline float margin_of(double size, double best, double second, double slack, double unit) noexcept nogil:
    """Difference of the distances to the second nearest and the nearest center, at least; infinite for one center."""
    cdef double near = max(size + best + slack, 0.0), far = max(size + second - slack, 0.0)
    return rounded_down(<float> ((sqrt(far) - sqrt(near) * (1.0 + 2.0 ** -50)) * unit))


cdef inline Py_ssize_t nearest_of(
        int64_t start, int64_t stop, const int32_t[::1] features, const real[::1] values, double length,
        ByFeature centers, float *scores, double bound, double *dense, tally_t *tally) noexcept nogil:
    """The nearest of the centers with scores up to a bound; the first of those whose true distances are the same.

    scores : INOUT (width,), becomes infinite for centers that are farther
    dense : WORK (d,), zeros
    """
    cdef:
        Py_ssize_t k, nearest = -1, n_left = 0, d = centers.exact.shape[1]
        int64_t at
        double score, product, best = INFINITY
        # Of a score and of a square of differences, which is a sum of d terms.
        double slack = (stop - start + d + 32) * DOUBLE * (length + centers.longest) * (length + centers.longest)
    # A score of at least the best one less this is in doubt: a first pass finds the best.
    for k in range(centers.exact.shape[0]):
        if scores[k] <= bound and centers.twins[k] == k:
            product = 0.0
            for at in range(start, stop):
                product += values[at] * centers.exact[k, features[at]]
            score = centers.squares[k] - 2.0 * product
            if score < best - 2.0 * slack:
                nearest = k
                n_left = 0
            if score <= best + 2.0 * slack:
                n_left += 1
                best = min(best, score)
            else:
                scores[k] = <float> INFINITY
        else:
            scores[k] = <float> INFINITY
    if n_left == 1:
        return nearest
    for at in range(start, stop):
        dense[features[at]] = values[at]
    best = INFINITY
    for k in range(max(nearest, 0), centers.exact.shape[0]):
        if scores[k] < <float> INFINITY:
            tally.exact += 1
            score = squared_distance(dense, &centers.exact[k, 0], d)
            if score < best:
                best = score
                nearest = k
    for at in range(start, stop):
        dense[features[at]] = 0.0
    return max(nearest, 0)


def sum_clusters(
        const int64_t[::1] starts,        # IN     (n + 1,)
        const int32_t[::1] features,      # IN     (starts[n],)
        const real[::1] values,           # IN     (starts[n],)
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const Py_ssize_t[::1] rows,       # IN     (m,), sorted by cluster; ~row: it leaves, instead of joining
        const Py_ssize_t[::1] clusters,   # IN     (l,), to whose sums rows are added
        const Py_ssize_t[::1] ends,       # IN     (l + 1,), cluster i has rows[ends[i] : ends[i + 1]]
        double[:, ::1] sums,              # INOUT  (k, d), of weight * x
        Region region, int slot):
    """Add rows to sums of clusters, or take them off, in order. O(stored) time."""
    cdef:
        Py_ssize_t i, j, row
        int64_t at
        double w
        double *total
        bint weighted = weight.shape[0] > 0
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                total = &sums[clusters[i], 0]
                for j in range(ends[i], ends[i + 1]):
                    row = rows[j] if rows[j] >= 0 else ~rows[j]
                    w = weight[row] if weighted else 1.0
                    if rows[j] < 0:
                        w = -w
                    for at in range(starts[row], starts[row + 1]):
                        total[features[at]] += w * values[at]


def squares_to_own(
        const int64_t[::1] starts,        # IN     (n + 1,)
        const int32_t[::1] features,      # IN     (starts[n],), sorted within a row
        const real[::1] values,           # IN     (starts[n],)
        const double[:, ::1] centers,     # IN     (k, d)
        const double[::1] squares,        # IN     (k,), |c|²
        const int64_t[::1] filled,        # IN     (k,), how many numbers of a center are not 0
        const int32_t[::1] labels,        # IN     (n,)
        double[:, ::1] dense,             # WORK   (slots, >= d), zeros
        double[::1] out,                  # OUT    (n,), squared distance of each row to its own center
        Region region, int slot):
    """Squared distances of rows to their own centers. O(stored) time, and O(d) for rows that are near to them.

    What the stored numbers of a row do not meet of a center is |c|² less the squares that they meet.
    """
    cdef:
        Py_ssize_t row, k
        int64_t at, n_met
        double c, delta, met, total
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                k = labels[row]
                met = total = 0.0
                n_met = 0
                for at in range(starts[row], starts[row + 1]):
                    c = centers[k, features[at]]
                    delta = values[at] - c
                    total += delta * delta
                    met += c * c
                    n_met += c != 0.0
                if n_met < filled[k]:  # or the row meets all of the center
                    if total + squares[k] - met < CANCELED * squares[k]:
                        total = square_of_differences(starts[row], starts[row + 1], features, values, &centers[k, 0],
                                                      centers.shape[1], &dense[slot, 0])
                    else:
                        total += squares[k] - met
                out[row] = total


cdef inline double square_of_differences(
        int64_t start, int64_t stop, const int32_t[::1] features, const real[::1] values, const double *center,
        Py_ssize_t d, double *dense) noexcept nogil:
    """Squared distance of a row and a center, as of dense rows. `dense`: WORK (d,), zeros."""
    cdef:
        int64_t at
        double square
    for at in range(start, stop):
        dense[features[at]] = values[at]
    square = squared_distance(dense, center, d)
    for at in range(start, stop):
        dense[features[at]] = 0.0
    return square


def distances_to_all(
        const int64_t[::1] starts,        # IN     (n + 1,)
        const int32_t[::1] features,      # IN     (starts[n],)
        const real[::1] values,           # IN     (starts[n],)
        const double[:, ::1] centers,     # IN     (k, d)
        const double[:, ::1] columns,     # IN     (d, width), the centers feature by feature; 0 beyond them
        const double[::1] squares,        # IN     (k,), |c|²
        double[:, ::1] space,             # WORK   (slots, >= d + width), zeros
        real[:, ::1] out,                 # OUT    (n, k)
        Region region, int slot):
    """Distances of rows to all centers. O(stored k) time, and O(d) more for each center that a row is near to."""
    cdef:
        Py_ssize_t row, k, d = centers.shape[1], width = columns.shape[1]
        int64_t at
        double size, square
        double *product = &space[slot, d]
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                size = 0.0
                for at in range(starts[row], starts[row + 1]):
                    size += <double> values[at] * values[at]
                for k in range(width):
                    product[k] = 0.0
                add_products(starts[row], starts[row + 1], features, values, 1.0, &columns[0, 0], width, product)
                for k in range(centers.shape[0]):
                    square = size + squares[k] - 2.0 * product[k]
                    if square < CANCELED * (size + squares[k]):
                        square = square_of_differences(starts[row], starts[row + 1], features, values, &centers[k, 0],
                                                       d, &space[slot, 0])
                    out[row, k] = <real> sqrt(square)


def squares_to_trials(
        const int64_t[::1] starts,        # IN     (n + 1,)
        const int32_t[::1] features,      # IN     (starts[n],), sorted within a row
        const real[::1] values,           # IN     (starts[n],)
        const double[::1] sizes,          # IN     (n,), |x|²
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const Py_ssize_t[::1] trials,     # IN     (m,), rows
        const int32_t[::1] place,         # IN     (d,), where `columns` have a feature; 0 if no trial has it
        const double[:, ::1] columns,     # IN     (places, width), the trials feature by feature; 0 beyond them
        const double[::1] closest,        # IN     (n,), squared distance to the nearest center
        double[:, ::1] space,             # WORK   (slots, >= width)
        double[:, ::1] squares,           # OUT    (n, m), squared distance to each trial
        double[:, ::1] gains,             # OUT    (strips, m), by how much each trial lowers sum(weight * closest)
        Region region, int slot):
    """What each trial center gains, strip of rows by strip. O(stored m) time."""
    cdef:
        Py_ssize_t row, i, n, width = columns.shape[1]
        int64_t at
        int32_t met[PIECE]
        double x[PIECE]
        double square, both
        double *product = &space[slot, 0]
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            gains[part.index, :] = 0.0
            for row in range(part.start, part.stop):
                for i in range(width):
                    product[i] = 0.0
                n = 0
                for at in range(starts[row], starts[row + 1]):  # without branches, which would be mispredicted
                    met[n] = place[features[at]]
                    x[n] = values[at]
                    n += met[n] > 0
                    if n == PIECE:
                        sparse_product_f64[simd_level()](x, met, n, &columns[0, 0], width, product)
                        n = 0
                sparse_product_f64[simd_level()](x, met, n, &columns[0, 0], width, product)
                for i in range(trials.shape[0]):
                    both = sizes[row] + sizes[trials[i]]
                    square = both - 2.0 * product[i]
                    if square < CANCELED * both:
                        square = square_between(row, trials[i], starts, features, values)
                    squares[row, i] = square
                    if square < closest[row]:
                        gains[part.index, i] += (closest[row] - square) * (weight[row] if weight.shape[0] else 1.0)


cdef inline double square_between(Py_ssize_t a, Py_ssize_t b, const int64_t[::1] starts,
                                  const int32_t[::1] features, const real[::1] values) noexcept nogil:
    """Squared distance of two rows, by differences feature by feature."""
    cdef:
        int64_t i = starts[a], j = starts[b]
        double delta, total = 0.0
    while i < starts[a + 1] or j < starts[b + 1]:
        if j == starts[b + 1] or (i < starts[a + 1] and features[i] < features[j]):
            delta = values[i]
            i += 1
        elif i == starts[a + 1] or features[j] < features[i]:
            delta = values[j]
            j += 1
        else:
            delta = <double> values[i] - values[j]
            i += 1
            j += 1
        total += delta * delta
    return total


def hash_rows(
        const int64_t[::1] starts,        # IN     (n + 1,)
        const int32_t[::1] features,      # IN     (starts[n],), sorted within a row
        const real[::1] values,           # IN     (starts[n],)
        Py_ssize_t d,                     # IN     number of features
        bint coarsely,                    # IN     look at the values as rounded to float32
        uint64_t[::1] hashes,             # OUT    (n,), equal for equal rows, whatever zeros they store
        Region region, int slot):
    """The hashes of `seeding.hash_rows`. O(stored) time."""
    cdef:
        part_t part
        Py_ssize_t row, following
        int64_t at
        double value
        uint64_t bits, h
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                h = 0
                following = 0  # the feature after the last one that is not zero
                for at in range(starts[row], starts[row + 1]):
                    value = <float> values[at] if coarsely else values[at]
                    if value != 0.0:
                        if features[at] > following:
                            h = mixed(h, features[at] - following)
                        following = features[at] + 1
                        memcpy(&bits, &value, 8)
                        h = mixed(h, bits)
                hashes[row] = mixed(h, d - following) if d > following else h


def deviations(
        const int64_t[::1] starts,        # IN     (n + 1,)
        const int32_t[::1] features,      # IN     (starts[n],)
        const real[::1] values,           # IN     (starts[n],)
        const double[::1] mean,           # IN     (d,)
        double[::1] sums,                 # INOUT  (d,), adds x - mean of stored numbers
        double[::1] squares,              # INOUT  (d,), adds (x - mean)²
        double[::1] reach,                # INOUT  (d,), the largest |x - mean|
        int64_t[::1] count,               # INOUT  (d,), adds how many numbers are stored
        Region region, int slot):
    """How stored numbers deviate from a mean, feature by feature; for one thread. O(stored) time."""
    cdef:
        int64_t at
        int32_t j
        double delta
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for at in range(starts[part.start], starts[part.stop]):
                j = features[at]
                delta = values[at] - mean[j]
                sums[j] += delta
                squares[j] += delta * delta
                reach[j] = max(reach[j], max(delta, -delta))
                count[j] += 1
