# SPDX-License-Identifier: BSD-3-Clause
"""Distances between sparse rows that are never made dense as a whole: 64 at a time are, in the columns that they use.

The distances of a row to those 64 are had from its own numbers alone: the squared distance is |x|² + |y|² - 2 x·y, and
the sum of |x - y| is |x| + |y| plus what the columns of one of them change. That rounds; where it leaves a doubt the
two rows are merged, and the terms added feature by feature as for dense rows.
"""
from libc.math cimport fabs, sqrt
from libc.stdint cimport int32_t, int64_t, uint64_t

from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take, work_take_sized

cdef extern from "sparse_rows.h" nogil:
    enum: SPARSE_LANES
    enum: SPARSE_EUCLIDEAN
    enum: SPARSE_MANHATTAN
    void (*sparse_sums_f64[])(int, const double *, const int64_t *, const double *, Py_ssize_t, double *) noexcept

EUCLIDEAN = SPARSE_EUCLIDEAN  # sum of squares
MANHATTAN = SPARSE_MANHATTAN  # sum of absolute values
LANES = SPARSE_LANES

ctypedef fused index:
    int32_t
    int64_t

# More than the terms of a sum can round it by, relative to the sum of their sizes; and beyond the least numbers.
cdef double ERROR = 2e-15
cdef double TINY = 1e-300
# Relative error that a term of a sum of distances may have.
cdef double UNSURE = 1e-10


def check_columns(
        const int64_t[::1] starts,        # IN     (n + 1,), none less than the one before
        const index[::1] columns,         # IN     (starts[n],)
        Py_ssize_t rows,                  # IN     of a chunk
        int64_t[:, ::1] seen,             # WORK   (threads, number of columns), -1
        int64_t[::1] verdicts,            # OUT    (chunks,)
        Region region, int slot):
    """What each chunk of rows is like. 3: its columns are sorted, 2: not, 1: some are there twice, 0: not columns."""
    cdef:
        Py_ssize_t n = starts.shape[0] - 1, i, j
        int64_t k, verdict
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, n, &part):
            verdict = 3
            for i in range(part.start, part.stop):
                for k in range(starts[i], starts[i + 1]):
                    j = columns[k]
                    if j < 0 or j >= seen.shape[1]:
                        verdict = 0
                        break
                    if seen[slot, j] == i:
                        verdict = min(verdict, 1)
                    seen[slot, j] = i
                    if k > starts[i] and columns[k - 1] >= j:
                        verdict = min(verdict, 2)
                if verdict == 0:
                    break
            verdicts[part.index] = verdict


def add_up(
        int kind,                         # IN
        const int64_t[::1] starts,        # IN     (n + 1,)
        const real[::1] values,           # IN     (m,)
        Py_ssize_t rows,                  # IN     of a chunk
        double[::1] sizes,                # OUT    (n,), sum of squares or of absolute values
        Region region, int slot):
    """How large each row is, added up in the order of its columns."""
    cdef:
        Py_ssize_t n = sizes.shape[0], i
        int64_t k
        double total
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, n, &part):
            for i in range(part.start, part.stop):
                total = 0.0
                for k in range(starts[i], starts[i + 1]):
                    total += fabs(values[k]) if kind == SPARSE_MANHATTAN else <double> values[k] * values[k]
                sizes[i] = total


cdef double merge(int kind, const index *x_columns, const real *x, int64_t nx, const index *y_columns, const real *y,
                  int64_t ny) noexcept nogil:
    """The reduced distance of two rows with sorted columns, term by term in the order of the columns."""
    cdef:
        int64_t i = 0, j = 0
        double total = 0.0, t
    while i < nx or j < ny:
        if j == ny or (i < nx and x_columns[i] < y_columns[j]):
            t = x[i]
            i += 1
        elif i == nx or y_columns[j] < x_columns[i]:
            t = y[j]
            j += 1
        else:
            t = <double> x[i] - <double> y[j]
            i += 1
            j += 1
        total += fabs(t) if kind == SPARSE_MANHATTAN else t * t
    return total


cdef Py_ssize_t spread(const int64_t *starts, const index *columns, const real *values, Py_ssize_t first,
                       Py_ssize_t stop, int64_t *place, double *block, int64_t *used) noexcept nogil:
    """Make the rows first .. stop - 1 dense in the columns that they use, a row in each lane. Returns how many."""
    cdef:
        Py_ssize_t i, j, n_used = 0
        int64_t k
        index c
    for i in range(first, stop):
        for k in range(starts[i], starts[i + 1]):
            c = columns[k]
            if place[c] < 0:
                place[c] = n_used
                used[n_used] = c
                for j in range(SPARSE_LANES):
                    block[n_used * SPARSE_LANES + j] = 0.0
                n_used += 1
            block[place[c] * SPARSE_LANES + i - first] = values[k]
    return n_used


cdef Py_ssize_t pick(const index *columns, const real *values, int64_t n, const int64_t *place, int64_t *at,
                     double *x) noexcept nogil:
    """The numbers of a row in columns of the block. Returns how many."""
    cdef:
        int64_t k, m = 0
    for k in range(n):
        at[m] = place[columns[k]]
        x[m] = values[k]
        m += at[m] >= 0
    return m


cdef inline double from_sums(int kind, double sizes, double sum, Py_ssize_t n_numbers, double *error) noexcept nogil:
    """The reduced distance of two rows from what `sparse_sums` gave, and by how much it may be off at most.

    sizes: of both together, see `add_up`; n_numbers: how many numbers both have.
    """
    error[0] = (n_numbers + 8) * (ERROR * sizes + TINY)
    return sizes + (sum if kind == SPARSE_MANHATTAN else -2.0 * sum)


def mark_near(
        int kind,                         # IN
        double bound,                     # IN     near is what is not farther, reduced
        const int64_t[::1] starts,        # IN     (n + 1,), rows
        const index[::1] columns,         # IN     sorted within a row
        const real[::1] values,           # IN
        const double[::1] sizes,          # IN     (n,), see `add_up`
        const int64_t[::1] starts2,       # IN     other rows, or the same: those of the columns of the marks
        const index[::1] columns2,        # IN
        const real[::1] values2,          # IN
        const double[::1] sizes2,         # IN
        Py_ssize_t row,                   # IN     the row of row 0 of the marks
        Py_ssize_t column,                # IN     that of column 0
        bint diagonal,                    # IN     they are the same: mark each with itself and later ones only
        int64_t[:, ::1] place,            # WORK   (threads, features), -1
        double[:, ::1] block,             # WORK   (threads, features used by a block * LANES)
        int64_t[:, ::1] used,             # WORK   (threads, features used by a block)
        int64_t[:, ::1] at,               # WORK   (threads, longest row + 1)
        double[:, ::1] x,                 # WORK   (threads, longest row + 1)
        uint64_t[:, ::1] marks,           # OUT    (R, ceil(C / 64)), see dbscan_graph
        Region region, int slot):
    """Mark the pairs that are near, 64 columns in a chunk."""
    cdef:
        int level = simd_level(), k, m
        Py_ssize_t n_rows = marks.shape[0], first, stop, r, i, j, n_used, n_picked, u
        double sums[SPARSE_LANES]
        double distance, error
        uint64_t bits
        bint near
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            first = column + 64 * part.index
            stop = min(sizes2.shape[0], first + 64)
            m = <int> (stop - first)
            n_used = spread(&starts2[0], &columns2[0], &values2[0], first, stop, &place[slot, 0], &block[slot, 0],
                            &used[slot, 0])
            for r in range(n_rows):
                i = row + r
                if diagonal and i >= stop:
                    marks[r, part.index] = 0
                    continue
                n_picked = pick(&columns[0] + starts[i], &values[0] + starts[i], starts[i + 1] - starts[i],
                                &place[slot, 0], &at[slot, 0], &x[slot, 0])
                sparse_sums_f64[level](kind, &block[slot, 0], &at[slot, 0], &x[slot, 0], n_picked, sums)
                bits = 0
                for k in range(m):
                    j = first + k
                    if diagonal and j <= i:
                        bits |= (<uint64_t> (j == i)) << k
                        continue
                    u = starts[i + 1] - starts[i] + starts2[j + 1] - starts2[j]
                    distance = from_sums(kind, sizes[i] + sizes2[j], sums[k], u, &error)
                    if distance - error > bound:
                        continue
                    near = distance + error <= bound
                    if not near:  # a doubt, or what is not a number: too large
                        near = merge(kind, &columns[0] + starts[i], &values[0] + starts[i], starts[i + 1] - starts[i],
                                     &columns2[0] + starts2[j], &values2[0] + starts2[j],
                                     starts2[j + 1] - starts2[j]) <= bound
                    bits |= (<uint64_t> near) << k
                marks[r, part.index] = bits
            for u in range(n_used):
                place[slot, used[slot, u]] = -1


def find_nearest(
        int kind,                         # IN
        const int64_t[::1] starts,        # IN     (n + 1,), rows
        const index[::1] columns,         # IN     sorted within a row
        const real[::1] values,           # IN
        const double[::1] sizes,          # IN     (n,), see `add_up`
        const int64_t[::1] starts2,       # IN     queries
        const index[::1] columns2,        # IN
        const real[::1] values2,          # IN
        const double[::1] sizes2,         # IN
        Py_ssize_t first_row,             # IN     rows first_row .. stop_row - 1 are looked at
        Py_ssize_t stop_row,              # IN
        int64_t[:, ::1] place,            # WORK   as for `mark_near`
        double[:, ::1] block,             # WORK
        int64_t[:, ::1] used,             # WORK
        int64_t[:, ::1] at,               # WORK
        double[:, ::1] x,                 # WORK
        double[::1] least,                # INOUT  (queries,), infinity, reduced
        int64_t[::1] nearest,             # INOUT  (queries,), -1
        Region region, int slot):
    """The nearest row to each query, the first one on a tie; 64 queries in a chunk."""
    cdef:
        int level = simd_level(), k, m
        Py_ssize_t first, stop, i, j, n_used, n_picked, u
        double sums[SPARSE_LANES]
        double distance, error
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, SPARSE_LANES, sizes2.shape[0], &part):
            first = part.start
            stop = part.stop
            m = <int> (stop - first)
            n_used = spread(&starts2[0], &columns2[0], &values2[0], first, stop, &place[slot, 0], &block[slot, 0],
                            &used[slot, 0])
            for i in range(first_row, stop_row):
                n_picked = pick(&columns[0] + starts[i], &values[0] + starts[i], starts[i + 1] - starts[i],
                                &place[slot, 0], &at[slot, 0], &x[slot, 0])
                sparse_sums_f64[level](kind, &block[slot, 0], &at[slot, 0], &x[slot, 0], n_picked, sums)
                for k in range(m):
                    j = first + k
                    u = starts[i + 1] - starts[i] + starts2[j + 1] - starts2[j]
                    distance = from_sums(kind, sizes[i] + sizes2[j], sums[k], u, &error)
                    if distance - error > least[j]:
                        continue
                    distance = merge(kind, &columns[0] + starts[i], &values[0] + starts[i], starts[i + 1] - starts[i],
                                     &columns2[0] + starts2[j], &values2[0] + starts2[j], starts2[j + 1] - starts2[j])
                    if distance < least[j] or nearest[j] < 0:
                        least[j] = distance
                        nearest[j] = i
            for u in range(n_used):
                place[slot, used[slot, u]] = -1


def add_distances(
        int kind,                         # IN     EUCLIDEAN: the root of the sum of squares
        const int64_t[::1] starts,        # IN     (n + 1,), rows, those of a cluster one after the other
        const index[::1] columns,         # IN     sorted within a row
        const real[::1] values,           # IN
        const double[::1] sizes,          # IN     (n,), see `add_up`
        const int64_t[::1] codes,         # IN     (n,), cluster of each row, ascending
        const int64_t[::1] ends,          # IN     (k,), where each cluster ends
        Py_ssize_t first_row,             # IN     distances to the rows first_row .. stop_row - 1 are added
        Py_ssize_t stop_row,              # IN
        int64_t[:, ::1] place,            # WORK   as for `mark_near`
        double[:, ::1] block,             # WORK
        int64_t[:, ::1] used,             # WORK
        int64_t[:, ::1] at,               # WORK
        double[:, ::1] x,                 # WORK
        double[::1] total,                # INOUT  (n,), 0, the sum for the cluster of first_row so far
        double[::1] within,               # OUT    (n,), sum of the distances to the own cluster, once it has ended
        double[::1] nearest,              # INOUT  (n,), infinity, least mean distance to another cluster that has ended
        Region region, int slot):
    """Add up the distances of each row to each cluster, as they are computed; 64 rows in a chunk."""
    cdef:
        int level = simd_level(), k, m
        Py_ssize_t first, stop, i, j, c, n_used, n_picked, u
        int64_t size
        double sums[SPARSE_LANES]
        double distance, error
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, SPARSE_LANES, sizes.shape[0], &part):
            first = part.start
            stop = part.stop
            m = <int> (stop - first)
            n_used = spread(&starts[0], &columns[0], &values[0], first, stop, &place[slot, 0], &block[slot, 0],
                            &used[slot, 0])
            for i in range(first_row, stop_row):
                n_picked = pick(&columns[0] + starts[i], &values[0] + starts[i], starts[i + 1] - starts[i],
                                &place[slot, 0], &at[slot, 0], &x[slot, 0])
                sparse_sums_f64[level](kind, &block[slot, 0], &at[slot, 0], &x[slot, 0], n_picked, sums)
                for k in range(m):
                    j = first + k
                    u = starts[i + 1] - starts[i] + starts[j + 1] - starts[j]
                    distance = from_sums(kind, sizes[i] + sizes[j], sums[k], u, &error)
                    if not error <= UNSURE * distance:  # or what is not a number
                        distance = merge(kind, &columns[0] + starts[i], &values[0] + starts[i],
                                         starts[i + 1] - starts[i], &columns[0] + starts[j], &values[0] + starts[j],
                                         starts[j + 1] - starts[j])
                    total[j] += distance if kind == SPARSE_MANHATTAN else sqrt(distance)
                c = codes[i]
                if i + 1 == ends[c]:
                    size = ends[c] - (ends[c - 1] if c > 0 else 0)
                    for j in range(first, stop):
                        if codes[j] == c:
                            within[j] = total[j]
                        elif not total[j] / size >= nearest[j]:  # what is not a number is kept, to be refused
                            nearest[j] = total[j] / size
                        total[j] = 0.0
            for u in range(n_used):
                place[slot, used[slot, u]] = -1
