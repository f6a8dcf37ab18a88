# SPDX-License-Identifier: BSD-3-Clause
"""DBSCAN from all pairs of points, block by block.

Blocks come as marks: bit k of marks[r, w] says that column 64 w + k of the block is within the radius of row r.
"""
from libc.stdint cimport int64_t, uint8_t, uint64_t

from ..._runtime._kernels.bits cimport take_bit
from ..._runtime._kernels.union_find cimport find, unite
from ..._runtime._kernels.work cimport Region, part_t, work_store, work_take

# ------------------------------------------------------------------------------------------- marks


cdef inline bint any_within(const double *x, Py_ssize_t n, double bound) noexcept nogil:
    """Whether any of these is at most `bound`, or not a number. Mostly none is, and vectors find that out quickly."""
    cdef:
        Py_ssize_t k
        int64_t far = 0
    for k in range(n):
        far += x[k] > bound
    return far < n


def mark_within(
        const double[:, ::1] block,       # IN     (R, C), distances
        double radius,                    # IN     distances up to it are marked
        Py_ssize_t diagonal,              # IN     the column of row 0 itself; -R or less: there is none
        uint64_t[:, ::1] marks,           # OUT    (R, ceil(C / 64))
        int64_t[::1] not_numbers,         # INOUT  (R,), set to 1 where a distance is NaN
        Region region, int slot):         # items: rows
    """Mark the pairs within the radius. Of a diagonal only what is right of it is read; it is marked itself."""
    cdef:
        Py_ssize_t n_columns = block.shape[1], r, w, k, start, stop
        const double *x
        uint64_t bits
        int wrong
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for r in range(part.start, part.stop):
                wrong = 0
                for w in range(marks.shape[1]):
                    bits = 0
                    start = 64 * w
                    stop = min(n_columns, start + 64)
                    if diagonal + r >= start:  # what is left of the diagonal stays out
                        start = diagonal + r + 1
                        if diagonal + r < stop:
                            bits = (<uint64_t> 1) << (diagonal + r - 64 * w)
                    x = &block[r, 0] + 64 * w
                    if any_within(x + start - 64 * w, stop - start, radius):
                        for k in range(start - 64 * w, stop - 64 * w):
                            bits |= (<uint64_t> (x[k] <= radius)) << k
                            wrong |= x[k] != x[k]
                    marks[r, w] = bits
                if wrong:
                    not_numbers[r] = 1


cdef struct marked_t:
    const uint64_t *words
    Py_ssize_t n_words
    Py_ssize_t word             # the one that `bits` is what is left of
    uint64_t bits


cdef inline marked_t marked_in(const uint64_t[:, ::1] marks, Py_ssize_t row) noexcept nogil:
    """The marked columns of a row, for `next_marked`."""
    return marked_t(&marks[row, 0], marks.shape[1], 0, marks[row, 0])


cdef inline Py_ssize_t next_marked(marked_t *m) noexcept nogil:
    """The next marked column; -1 at the end."""
    while m.bits == 0:
        m.word += 1
        if m.word >= m.n_words:
            return -1
        m.bits = m.words[m.word]
    return 64 * m.word + take_bit(&m.bits)


# ------------------------------------------------------------------------------------------- core points not yet known


cdef inline void unite_points(int64_t *parent, int64_t i, int64_t j) noexcept nogil:
    cdef int64_t a = find(parent, i), b = find(parent, j)
    if a != b:
        unite(parent, a, b)


cdef class PairState:
    """What is known of n points while blocks of pairs come in.

    Parameters
    ----------
    weights : (n,), or (0,)
        IN. Not negative; none: each point counts 1.
    least : float
        IN. Weight of the neighbors of a core point; infinity: no points are united.
    count : (n,)
        INOUT. Weight of the neighbors so far.
    parent : (n,)
        INOUT. Sets of core points.
    pairs : (room, 2)
        OUT. Neighbors that are not both known to be core points yet; with room for none, nothing is stored.

    Attributes
    ----------
    n_pairs : int
        Pairs stored.
    row : int
        Rows of the present block that were dealt with.
    """
    cdef:
        const double[::1] weights
        double least
        double[::1] count
        int64_t[::1] parent
        int64_t[:, ::1] pairs
        readonly Py_ssize_t n_pairs
        public Py_ssize_t row

    def __cinit__(self, const double[::1] weights, double least, double[::1] count, int64_t[::1] parent,
                  int64_t[:, ::1] pairs):
        self.weights = weights
        self.least = least
        self.count = count
        self.parent = parent
        self.store_in(pairs, 0)

    def store_in(self, int64_t[:, ::1] pairs, Py_ssize_t n_pairs):
        """Use another array, which holds so many pairs already."""
        self.pairs = pairs
        self.n_pairs = n_pairs


cdef struct counting_t:
    const double *weight        # NULL: 1 each
    double least
    double *count
    int64_t *parent
    int64_t *pairs
    Py_ssize_t room
    Py_ssize_t stored


cdef inline bint count_row(counting_t *c, uint64_t *marks, Py_ssize_t n_words, int64_t i,
                           Py_ssize_t column) noexcept nogil:
    """Count, unite and store the marked neighbors of a point, and take the marks away. False where the room is full."""
    cdef:
        Py_ssize_t w
        int64_t j
    for w in range(n_words):
        while marks[w]:
            if c.room and c.stored == c.room:
                return False
            j = column + 64 * w + take_bit(&marks[w])
            c.count[i] += c.weight[j] if c.weight else 1.0
            if i == j:
                continue
            c.count[j] += c.weight[i] if c.weight else 1.0
            if c.count[i] >= c.least and c.count[j] >= c.least:
                unite_points(c.parent, i, j)
            elif c.room:
                c.pairs[2 * c.stored] = i
                c.pairs[2 * c.stored + 1] = j
                c.stored += 1
    return True


def count_marked(
        PairState state,                  # INOUT
        uint64_t[:, ::1] marks,           # INOUT  (R, W), those dealt with are taken away
        Py_ssize_t row,                   # IN     the point of row 0
        Py_ssize_t column,                # IN     the point of column 0
        Region region, int slot):         # items: rows from state.row on; one thread
    """Count neighbors, and unite those of them that are both core points.

    The region is stopped where there is no room for another pair. Weights are added in the order of the rows if blocks
    come in that order.
    """
    cdef:
        counting_t c
        Py_ssize_t r = state.row
        part_t part
    c.weight = &state.weights[0] if state.weights.shape[0] else NULL
    c.least, c.count, c.parent = state.least, &state.count[0], &state.parent[0]
    c.room, c.stored = state.pairs.shape[0], state.n_pairs
    c.pairs = &state.pairs[0, 0] if c.room else NULL
    with nogil:
        while work_take(&region.work, slot, &part):
            if not count_row(&c, &marks[r, 0], marks.shape[1], row + r, column):
                work_store(&region.work.stop, 1)
                break
            r += 1
    state.row, state.n_pairs = r, c.stored


def unite_stored(PairState state):
    """Unite the stored pairs of core points, and keep the others."""
    cdef:
        const double *count = &state.count[0]
        double least = state.least
        int64_t *parent = &state.parent[0]
        int64_t[:, ::1] pairs = state.pairs
        Py_ssize_t k, kept = 0
        int64_t i, j
    with nogil:
        for k in range(state.n_pairs):
            i = pairs[k, 0]
            j = pairs[k, 1]
            if count[i] >= least and count[j] >= least:
                unite_points(parent, i, j)
            else:
                pairs[kept, 0] = i
                pairs[kept, 1] = j
                kept += 1
    state.n_pairs = kept


# ------------------------------------------------------------------------------------------- core points known


def unite_marked(
        const uint64_t[:, ::1] marks,     # IN     (R, W)
        const int64_t[::1] rows,          # IN     (R,), the points of the rows
        const int64_t[::1] columns,       # IN     (C,), the points of the columns
        int64_t[::1] parent,              # INOUT  (n,), sets of core points
        Region region, int slot):         # items: rows; one thread
    """Unite the neighbors in a block of core points."""
    cdef:
        Py_ssize_t r, column
        int64_t a, b
        marked_t marked
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for r in range(part.start, part.stop):
                a = find(&parent[0], rows[r])
                marked = marked_in(marks, r)
                while (column := next_marked(&marked)) >= 0:
                    b = find(&parent[0], columns[column])
                    if a != b:
                        unite(&parent[0], a, b)
                        a = min(a, b)


def is_one_set(
        const int64_t[::1] rows,          # IN     (R,), points
        const int64_t[::1] columns,       # IN     (C,), points
        int64_t[::1] parent):             # INOUT  (n,), sets of core points
    """Whether all these points are in one set already."""
    cdef:
        Py_ssize_t k
        int64_t a = find(&parent[0], rows[0])
        bint same = True
    with nogil:
        for k in range(rows.shape[0]):
            same = same and find(&parent[0], rows[k]) == a
        for k in range(columns.shape[0]):
            same = same and find(&parent[0], columns[k]) == a
    return same


def number_sets(
        const uint8_t[::1] is_core,       # IN     (n,)
        int64_t[::1] parent,              # INOUT  (n,), sets of core points
        int64_t[::1] labels):             # OUT    (n,), -1 where it is not a core point
    """Number the clusters by their lowest core points. Returns how many there are."""
    cdef:
        Py_ssize_t i
        int64_t a, n_clusters = 0
    with nogil:
        for i in range(labels.shape[0]):
            labels[i] = -1
            if is_core[i]:
                a = find(&parent[0], i)
                if a == i:
                    labels[i] = n_clusters
                    n_clusters += 1
                else:
                    labels[i] = labels[a]
    return n_clusters


# ------------------------------------------------------------------------------------------- border points


cdef inline void join_border(int64_t *labels, int64_t border, int64_t core) noexcept nogil:
    """The border rule: the lowest label of a core point within the radius."""
    if labels[border] < 0 or labels[core] < labels[border]:
        labels[border] = labels[core]


def label_borders_stored(
        const int64_t[:, ::1] pairs,      # IN     (m, 2)
        const uint8_t[::1] is_core,       # IN     (n,)
        int64_t[::1] labels):             # INOUT  (n,), those of the core points
    """Label the border points in the stored pairs."""
    cdef:
        Py_ssize_t k
        int64_t i, j
    with nogil:
        for k in range(pairs.shape[0]):
            i = pairs[k, 0]
            j = pairs[k, 1]
            if is_core[i] and not is_core[j]:
                join_border(&labels[0], j, i)
            elif is_core[j] and not is_core[i]:
                join_border(&labels[0], i, j)


def label_borders_marked(
        const uint64_t[:, ::1] marks,     # IN     (R, W)
        const int64_t[::1] rows,          # IN     (R,), the points of the rows: core points
        const int64_t[::1] columns,       # IN     (C,), the points of the columns: others
        int64_t[::1] labels,              # INOUT  (n,), those of the core points
        Region region, int slot):         # items: rows; one thread
    """Label the border points in a block of core points and others."""
    cdef:
        Py_ssize_t r, column
        marked_t marked
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for r in range(part.start, part.stop):
                marked = marked_in(marks, r)
                while (column := next_marked(&marked)) >= 0:
                    join_border(&labels[0], columns[column], rows[r])
