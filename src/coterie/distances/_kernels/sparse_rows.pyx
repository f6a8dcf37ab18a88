# SPDX-License-Identifier: BSD-3-Clause
"""Distances between sparse rows that are never made dense as a whole: 64 at a time are, in the columns that they use.

The distances of a row to those 64 follow from its own numbers alone: the squared distance is |x|² + |y|² - 2 x·y, and
the sum of |x - y| is |x| + |y| plus what the columns of one of them change. These are rounded. Where that leaves a
doubt, the two rows are merged, and the terms are added feature by feature as for dense rows.
"""
from libc.math cimport fabs, sqrt
from libc.stdint cimport int32_t, int64_t, uint64_t

from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

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

# A term of a sum is rounded by less than this, relative to the sum of the sizes; TINY covers the smallest numbers.
cdef double ERROR = 2e-15
cdef double TINY = 1e-300
# Relative error that a term of a sum of distances may have.
cdef double UNSURE = 1e-10


def check_columns(
        const int64_t[::1] starts,        # IN     (n + 1,), none less than the one before
        const index[::1] columns,         # IN     (starts[n],)
        int64_t[:, ::1] seen,             # WORK   (threads, number of columns), -1
        int64_t[::1] verdicts,            # OUT    (chunks,)
        Region region, int slot):
    """Judge each chunk of rows. 3: its columns are sorted; 2: not sorted; 1: some stand twice; 0: some do not exist."""
    cdef:
        Py_ssize_t i, j
        int64_t k, verdict
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
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


def order_columns(
        const int64_t[::1] starts,        # IN     (n + 1,)
        const index[::1] columns,         # IN     (starts[n],)
        int64_t[::1] order,               # OUT    (starts[n],), places, those of a row by column
        Region region, int slot):
    """Order the columns of each row, and those that are the same by place. Shellsort: mostly sorted rows are fast."""
    cdef:
        Py_ssize_t i, n, gap, a, b
        int64_t place
        int64_t *row
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                n = starts[i + 1] - starts[i]
                if n == 0:
                    continue
                row = &order[starts[i]]
                for a in range(n):
                    row[a] = starts[i] + a
                gap = 1
                while gap < n // 3:
                    gap = 3 * gap + 1
                while gap > 0:
                    for a in range(gap, n):
                        place = row[a]
                        b = a
                        while b >= gap and (columns[row[b - gap]] > columns[place] or (
                                columns[row[b - gap]] == columns[place] and row[b - gap] > place)):
                            row[b] = row[b - gap]
                            b -= gap
                        row[b] = place
                    gap //= 3


def add_up(
        int kind,                         # IN
        const int64_t[::1] starts,        # IN     (n + 1,)
        const real[::1] values,           # IN     (m,)
        double[::1] sizes,                # OUT    (n,), sum of squares or of absolute values
        Region region, int slot):
    """How large each row is, added up in the order of its columns."""
    cdef:
        Py_ssize_t i
        int64_t k
        double total
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                total = 0.0
                for k in range(starts[i], starts[i + 1]):
                    total += fabs(values[k]) if kind == SPARSE_MANHATTAN else <double> values[k] * values[k]
                sizes[i] = total


cdef struct rows_t:
    const int64_t *starts             # (n + 1,)
    const void *columns               # int32 or int64, sorted within a row
    const void *values                # float32 or float64
    const double *sizes               # (n,), see `add_up`
    bint long_columns
    bint long_values


cdef class Rows:
    """Sparse rows, as the kernels see them."""

    cdef:
        rows_t rows
        object kept

    def view(self, const int64_t[::1] starts, const index[::1] columns, const real[::1] values,
             const double[::1] sizes):
        """Look at these arrays, of which columns and values hold at least one number."""
        self.kept = starts, columns, values, sizes
        self.rows = rows_t(&starts[0], &columns[0], &values[0], &sizes[0], index is int64_t, real is double)


cdef struct block_t:                      # of one thread: up to 64 queries, dense in the columns that they use
    int kind
    const rows_t *rows
    const rows_t *queries
    Py_ssize_t first                      # the queries first .. stop - 1 are in the lanes
    Py_ssize_t stop
    Py_ssize_t n_used                     # columns that they use
    int64_t *used                         # which they are
    int64_t *place                        # of each feature: the number of its column in the block, or -1
    double *dense                         # (n_used, LANES)
    int64_t *at                           # the columns of a row that are in the block
    double *x                             # its numbers there
    Py_ssize_t row                        # which row it is
    int64_t length                        # how many numbers it has
    double size                           # see `add_up`
    double sums[SPARSE_LANES]             # of a row with each query, see `compare`


cdef class Block:
    """Rows, queries, and the work space to compare them, 64 queries at a time in each thread."""

    cdef:
        block_t block
        Rows rows, queries
        int64_t[:, ::1] place
        double[:, ::1] dense
        int64_t[:, ::1] used
        int64_t[:, ::1] at
        double[:, ::1] x

    def __cinit__(
            self,
            int kind,                         # IN     EUCLIDEAN or MANHATTAN
            Rows rows,                        # IN
            Rows queries,                     # IN     may be the same
            int64_t[:, ::1] place,            # WORK   (threads, features), -1
            double[:, ::1] dense,             # WORK   (threads, features used by 64 queries * LANES)
            int64_t[:, ::1] used,             # WORK   (threads, features used by 64 queries)
            int64_t[:, ::1] at,               # WORK   (threads, longest row + 1)
            double[:, ::1] x):                # WORK   (threads, longest row + 1)
        self.rows, self.queries = rows, queries
        self.place, self.dense, self.used, self.at, self.x = place, dense, used, at, x
        self.block.kind, self.block.rows, self.block.queries = kind, &rows.rows, &queries.rows

    cdef block_t of_thread(self, int slot):
        """The block with the work space of one thread."""
        cdef block_t block = self.block
        block.place, block.dense, block.used = &self.place[slot, 0], &self.dense[slot, 0], &self.used[slot, 0]
        block.at, block.x = &self.at[slot, 0], &self.x[slot, 0]
        return block


cdef void spread_as(block_t *b, const index *columns, const real *values) noexcept nogil:
    cdef:
        Py_ssize_t i, j
        int64_t k
        index c
    for i in range(b.first, b.stop):
        for k in range(b.queries.starts[i], b.queries.starts[i + 1]):
            c = columns[k]
            if b.place[c] < 0:
                b.place[c] = b.n_used
                b.used[b.n_used] = c
                for j in range(SPARSE_LANES):
                    b.dense[b.n_used * SPARSE_LANES + j] = 0.0
                b.n_used += 1
            b.dense[b.place[c] * SPARSE_LANES + i - b.first] = values[k]


cdef void spread(block_t *b, Py_ssize_t first, Py_ssize_t stop) noexcept nogil:
    """Make the queries first .. stop - 1 dense in the columns that they use, a query in each lane."""
    cdef const rows_t *q = b.queries
    b.first, b.stop, b.n_used = first, stop, 0
    if q.long_columns and q.long_values:
        spread_as(b, <const int64_t *> q.columns, <const double *> q.values)
    elif q.long_columns:
        spread_as(b, <const int64_t *> q.columns, <const float *> q.values)
    elif q.long_values:
        spread_as(b, <const int32_t *> q.columns, <const double *> q.values)
    else:
        spread_as(b, <const int32_t *> q.columns, <const float *> q.values)


cdef void clear(block_t *b) noexcept nogil:
    """Forget the queries."""
    cdef Py_ssize_t u
    for u in range(b.n_used):
        b.place[b.used[u]] = -1


cdef inline Py_ssize_t pick(block_t *b, const index *columns, const real *values, int64_t n) noexcept nogil:
    """Take the numbers of a row in columns of the block. Returns how many."""
    cdef:
        int64_t k, m = 0
    for k in range(n):
        b.at[m] = b.place[columns[k]]
        b.x[m] = values[k]
        m += b.at[m] >= 0
    return m


cdef void compare(block_t *b, Py_ssize_t row, int level) noexcept nogil:
    """Take a row and sum up what it and each query have in common (sparse_rows_body.h)."""
    cdef:
        const rows_t *r = b.rows
        int64_t start = r.starts[row], n = r.starts[row + 1] - start
        Py_ssize_t picked
    b.row, b.length, b.size = row, n, r.sizes[row]
    if r.long_columns and r.long_values:
        picked = pick(b, <const int64_t *> r.columns + start, <const double *> r.values + start, n)
    elif r.long_columns:
        picked = pick(b, <const int64_t *> r.columns + start, <const float *> r.values + start, n)
    elif r.long_values:
        picked = pick(b, <const int32_t *> r.columns + start, <const double *> r.values + start, n)
    else:
        picked = pick(b, <const int32_t *> r.columns + start, <const float *> r.values + start, n)
    sparse_sums_f64[level](b.kind, b.dense, b.at, b.x, picked, b.sums)


cdef inline double estimate(const block_t *b, Py_ssize_t query, double *error) noexcept nogil:
    """The reduced distance of the row and a query, and by how much it may be off at most."""
    cdef:
        const int64_t *start = b.queries.starts + query
        double sizes = b.size + b.queries.sizes[query], sum = b.sums[query - b.first]
    error[0] = (b.length + start[1] - start[0] + 8) * (ERROR * sizes + TINY)
    return sizes + (sum if b.kind == SPARSE_MANHATTAN else -2.0 * sum)


cdef double merge_as(int kind, const index *x_columns, const real *x, int64_t nx, const index *y_columns, const real *y,
                     int64_t ny) noexcept nogil:
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


cdef double merge(const block_t *b, Py_ssize_t query) noexcept nogil:
    """The reduced distance of the row and a query, term by term in the order of the columns. Types are equal."""
    cdef:
        const rows_t *r = b.rows
        const rows_t *q = b.queries
        int64_t i = r.starts[b.row], j = q.starts[query], nx = b.length, ny = q.starts[query + 1] - j
    if r.long_columns and r.long_values:
        return merge_as(b.kind, <const int64_t *> r.columns + i, <const double *> r.values + i, nx,
                        <const int64_t *> q.columns + j, <const double *> q.values + j, ny)
    if r.long_columns:
        return merge_as(b.kind, <const int64_t *> r.columns + i, <const float *> r.values + i, nx,
                        <const int64_t *> q.columns + j, <const float *> q.values + j, ny)
    if r.long_values:
        return merge_as(b.kind, <const int32_t *> r.columns + i, <const double *> r.values + i, nx,
                        <const int32_t *> q.columns + j, <const double *> q.values + j, ny)
    return merge_as(b.kind, <const int32_t *> r.columns + i, <const float *> r.values + i, nx,
                    <const int32_t *> q.columns + j, <const float *> q.values + j, ny)


def mark_within(
        Block block,                      # IN
        double bound,                     # IN     reduced distance
        Py_ssize_t row,                   # IN     the row of row 0 of the marks
        Py_ssize_t column,                # IN     the query of column 0
        bint diagonal,                    # IN     rows are the queries: mark each with itself and later ones only
        uint64_t[:, ::1] marks,           # OUT    (R, ceil(C / 64)), one bit per pair
        Region region, int slot):
    """Mark the pairs within the bound, for C queries in chunks of 64."""
    cdef:
        block_t b = block.of_thread(slot)
        int level = simd_level()
        Py_ssize_t i, j, r
        uint64_t bits
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            spread(&b, column + part.start, column + part.stop)
            for r in range(marks.shape[0]):
                i = row + r
                bits = 0
                if not diagonal or i < b.stop:
                    compare(&b, i, level)
                    if diagonal and i >= b.first:
                        bits = (<uint64_t> 1) << (i - b.first)
                    for j in range(max(b.first, i + 1) if diagonal else b.first, b.stop):
                        bits |= <uint64_t> is_within(&b, j, bound) << (j - b.first)
                marks[r, part.index] = bits
            clear(&b)


cdef inline bint is_within(const block_t *b, Py_ssize_t query, double bound) noexcept nogil:
    cdef double error, distance = estimate(b, query, &error)
    if distance - error > bound:
        return False
    return distance + error <= bound or merge(b, query) <= bound  # merge in doubt, or where a sum is not a number


def find_nearest(
        Block block,                      # IN
        Py_ssize_t first_row,             # IN     rows first_row .. stop_row - 1 are compared
        Py_ssize_t stop_row,              # IN
        double[::1] least,                # INOUT  (queries,), infinity, reduced distance
        int64_t[::1] nearest,             # INOUT  (queries,), -1
        Region region, int slot):
    """Find the nearest row to each query, the first one on a tie, for queries in chunks of 64."""
    cdef:
        block_t b = block.of_thread(slot)
        int level = simd_level()
        Py_ssize_t i, j
        double distance, error
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            spread(&b, part.start, part.stop)
            for i in range(first_row, stop_row):
                compare(&b, i, level)
                for j in range(b.first, b.stop):
                    if estimate(&b, j, &error) - error > least[j]:
                        continue
                    distance = merge(&b, j)
                    if distance < least[j] or nearest[j] < 0:
                        least[j] = distance
                        nearest[j] = i
            clear(&b)


def add_distances(
        Block block,                      # IN     rows are the queries, those of a cluster one after the other
        const int64_t[::1] codes,         # IN     (n,), cluster of each row, ascending
        const int64_t[::1] ends,          # IN     (k,), where each cluster ends
        Py_ssize_t first_row,             # IN     distances to the rows first_row .. stop_row - 1 are added
        Py_ssize_t stop_row,              # IN
        double[::1] total,                # INOUT  (n,), 0, the sum for the cluster of first_row so far
        double[::1] within,               # OUT    (n,), sum of the distances to the own cluster, once it has ended
        double[::1] nearest,              # INOUT  (n,), infinity, least mean distance to another cluster that has ended
        Region region, int slot):
    """Add up the distances of each row to each cluster, as they are computed, for queries in chunks of 64.

    With EUCLIDEAN a distance is the root of the sum of squares.
    """
    cdef:
        block_t b = block.of_thread(slot)
        int level = simd_level()
        Py_ssize_t i, j, c
        int64_t size
        double distance, error
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            spread(&b, part.start, part.stop)
            for i in range(first_row, stop_row):
                compare(&b, i, level)
                for j in range(b.first, b.stop):
                    distance = estimate(&b, j, &error)
                    if not error <= UNSURE * distance:  # or what is not a number
                        distance = merge(&b, j)
                    total[j] += distance if b.kind == SPARSE_MANHATTAN else sqrt(distance)
                c = codes[i]
                if i + 1 == ends[c]:
                    size = ends[c] - (ends[c - 1] if c > 0 else 0)
                    for j in range(b.first, b.stop):
                        if codes[j] == c:
                            within[j] = total[j]
                        elif not total[j] / size >= nearest[j]:  # what is not a number is kept, to be refused
                            nearest[j] = total[j] / size
                        total[j] = 0.0
            clear(&b)
