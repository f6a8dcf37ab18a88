# SPDX-License-Identifier: BSD-3-Clause
"""Top-down clustering by splinter groups: every split of the tree of divisive analysis (DIANA).

How a cluster is split depends on nothing but its own dissimilarities, so that clusters are split in any order here, and
the order of their diameters is found afterwards: the diameter of a cluster is the largest dissimilarity that its split
separates, or the larger diameter of its two parts. So each pair is looked at for it once.

A cluster lives in a block, a square part of a matrix in which its objects have rows and columns, in ascending order.
Others may have some, too: a pass over a row goes along the whole block. The larger part of a split stays in the
block, until it has no more than half of its rows; then it is copied, as the smaller part is at once. Blocks halve
their width from one to the next that is alive, so all together need a third of the memory of the matrix.

Kaufman and Rousseeuw 1990, doi:10.1002/9780470316801.ch6; Macnaughton-Smith et al. 1964, doi:10.1038/2021034a0.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t
from libc.string cimport memset

from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef extern from "divisive.h" nogil:
    enum: STRIP "GAIN_STRIP"
    void (*take_row_f64[])(const double *, const double *, double *, double *, Py_ssize_t, double, double,
                           double *) noexcept
    double (*sum_row_f64[])(const double *, const double *, Py_ssize_t) noexcept

cdef enum:
    ARRIVE, TAKE_SUMS, BEGIN, MOVE    # phases of the work on a cluster
    DONE = 0, AGAIN, COPY, SUM        # what `divide` returns
    DEPTH = 64                        # of the stack: each cluster on it is at most half as large as the one below
    LARGE = 1 << 20                   # numbers to copy or to add up that are worth a call of its own

STRIP_OBJECTS = STRIP
IS_DONE, GO_ON, COPY_ROWS, SUM_ROWS = DONE, AGAIN, COPY, SUM

# Averages that differ by no more than this part of their size are taken to be equal: rounding can't tell them apart.
cdef double TIE = 1e-12


cdef struct cluster_t:
    int64_t start       # of its block in `blocks`; -1: its block is `matrix`
    int64_t width       # rows and columns of the block
    int64_t vector      # where its part of ids, sums, kept, near and far begins
    int64_t size        # objects
    int64_t parent      # it is child number `side` of this split; -1 for the whole
    int64_t side
    int64_t stale       # sums that have lost digits


cdef struct division_t:
    const double *matrix
    Py_ssize_t n
    double *blocks
    int32_t *place
    int32_t *ids
    double *sums
    double *kept
    double *near
    double *far
    double *top
    int64_t *children
    double *cross
    cluster_t pending[DEPTH]  # a stack of clusters that are to be split
    Py_ssize_t height   # of the stack
    int phase           # of the work on the cluster on top
    Py_ssize_t moved    # objects in its splinter group
    Py_ssize_t n_splits
    Py_ssize_t n_pairs  # that the splits separated
    Py_ssize_t n_rows   # to copy or to sum, listed in `place`
    cluster_t source    # where to copy from


cdef class Division:
    """All that is known of the splits of n objects, whose dissimilarities are a matrix."""
    cdef:
        division_t state
        const double[:, ::1] matrix
        double[::1] blocks
        int32_t[::1] place
        int32_t[::1] ids
        double[:, ::1] vectors
        double[::1] top
        int64_t[:, ::1] children
        double[::1] cross

    def __cinit__(
            self,
            const double[:, ::1] matrix,     # IN     (n, n), symmetric, not negative, the diagonal zero
            double[::1] blocks,              # WORK   (at least n * n / 3 + 1,)
            int32_t[::1] place,              # WORK   (n,)
            int32_t[::1] ids,                # WORK   (m,), m at least 2 n + 512: the objects in blocks
            double[:, ::1] vectors,          # WORK   (4, m), of the objects in blocks: sums of dissimilarities within
                                             #        the cluster (-inf: not in it), the same when they were last added
                                             #        up, sums of dissimilarities to the splinter group, the largest
                                             #        of these
            double[::1] top,                 # WORK   (n / 256 rounded up,)
            int64_t[:, ::1] children,        # OUT    (n - 1, 2), the rest and the splinter: objects, or n + number of a
                                             #        later split
            double[::1] cross):              # OUT    (n - 1,), the largest dissimilarity between the two
        cdef:
            division_t *w = &self.state
            Py_ssize_t i, n = matrix.shape[0]
        self.matrix, self.blocks, self.place, self.ids, self.vectors = matrix, blocks, place, ids, vectors
        self.top, self.children, self.cross = top, children, cross
        w.matrix, w.n, w.blocks, w.place, w.ids = &matrix[0, 0], n, &blocks[0], &place[0], &ids[0]
        w.sums, w.kept, w.near, w.far = &vectors[0, 0], &vectors[1, 0], &vectors[2, 0], &vectors[3, 0]
        w.top, w.children, w.cross = &top[0], &children[0, 0], &cross[0]
        for i in range(n, padded(n)):
            w.sums[i] = -INFINITY
            w.kept[i] = w.near[i] = w.far[i] = 0.0
        w.pending[0] = cluster_t(start=-1, width=n, vector=0, size=n, parent=-1, side=0, stale=0)
        w.height, w.phase = 1, ARRIVE

    @property
    def n_pairs(self):
        """Pairs of objects that the splits have separated so far."""
        return self.state.n_pairs

    @property
    def n_rows(self):
        """Rows to copy or to sum where `divide` asked for it."""
        return self.state.n_rows


cdef inline Py_ssize_t padded(Py_ssize_t n) noexcept nogil:
    return (n + 7) // 8 * 8


cdef inline const double *row_of(division_t *w, const cluster_t *c, Py_ssize_t i) noexcept nogil:
    return (w.matrix if c.start < 0 else w.blocks + c.start) + i * c.width


# -------------------------------------------------------------------------------------------------- blocks and sums


cdef void open_block(division_t *w, const cluster_t *source, cluster_t *c, Py_ssize_t size) noexcept nogil:
    """Give cluster c a block of its own behind that of the cluster `source`, to be filled from rows `place` of that."""
    cdef:
        Py_ssize_t i, vector = source.vector + padded(source.width)
        int64_t start = source.start + source.width * source.width if source.start >= 0 else 0
    w.source = source[0]
    w.n_rows = size
    c.start, c.vector, c.width, c.size, c.stale = start, vector, size, size, 0
    for i in range(size, padded(size)):
        w.sums[vector + i] = -INFINITY
    memset(w.near + vector, 0, padded(size) * sizeof(double))
    memset(w.far + vector, 0, padded(size) * sizeof(double))


cdef void copy_row(division_t *w, const cluster_t *c, Py_ssize_t i) noexcept nogil:
    """Fill row i of the block that was opened for cluster c, and sum it up."""
    cdef:
        Py_ssize_t j, size = c.width, to = c.vector + i
        const double *row = row_of(w, &w.source, w.place[i])
        double *copy = w.blocks + c.start + i * size
    for j in range(size):
        copy[j] = row[w.place[j]]
    w.ids[to] = w.ids[w.source.vector + w.place[i]]
    w.sums[to] = w.kept[to] = sum_row_f64[simd_level()](copy, NULL, size)


cdef inline void sum_again(division_t *w, const cluster_t *c, Py_ssize_t i) noexcept nogil:
    """Add up row i of the block of cluster c; the sum is left in `kept`, as other threads read `sums`."""
    w.kept[c.vector + i] = sum_row_f64[simd_level()](row_of(w, c, i), w.sums + c.vector, c.width)


cdef int arrive(division_t *w, cluster_t *c) noexcept nogil:
    """See to it that the cluster on top of the stack fills more than half of its block, and that its sums are good."""
    cdef:
        Py_ssize_t i, count = 0
        double *sums = w.sums + c.vector
        double *kept = w.kept + c.vector
    w.phase = BEGIN
    if 2 * c.size <= c.width:
        for i in range(c.width):
            if sums[i] > -INFINITY:
                w.place[count] = <int32_t> i
                count += 1
        open_block(w, c, c, count)
        return COPY
    if c.stale:
        for i in range(c.width):
            if -INFINITY < sums[i] < 0.25 * kept[i]:
                w.place[count] = <int32_t> i
                count += 1
        c.stale = 0
        w.n_rows = count
        w.phase = TAKE_SUMS
        return SUM
    return AGAIN


# -------------------------------------------------------------------------------------------------- one split


cdef void take(division_t *w, const cluster_t *c, Py_ssize_t i) noexcept nogil:
    """Move object i to the splinter group."""
    cdef:
        Py_ssize_t moved = w.moved + 1, rest = c.size - moved
        double per_rest = 1.0 / (rest - 1) if rest > 1 else 0.0
    w.place[moved - 1] = <int32_t> i
    w.sums[c.vector + i] = -INFINITY
    w.moved = moved
    take_row_f64[simd_level()](row_of(w, c, i), w.sums + c.vector, w.near + c.vector, w.far + c.vector, c.width,
                               per_rest, 1.0 / moved, w.top)


cdef Py_ssize_t farthest_on_average(division_t *w, const cluster_t *c) noexcept nogil:
    """The object whose dissimilarities have the largest sum: the first of those that rounding can't tell apart."""
    cdef:
        Py_ssize_t i, farthest = 0
        double most = -INFINITY
        const double *sums = w.sums + c.vector
    for i in range(c.width):
        if sums[i] > most:
            most = sums[i]
            farthest = i
    for i in range(farthest):
        if sums[i] >= most * (1.0 - TIE):
            return i
    return farthest


cdef Py_ssize_t first_gain(division_t *w, const cluster_t *c, double per_rest, double per_splinter,
                           double least) noexcept nogil:
    """The first object that gains at least so much by moving; -1 if there is none. The gain is that of take_row."""
    cdef:
        Py_ssize_t strip, i
        const double *sums = w.sums + c.vector
        const double *near = w.near + c.vector
    for strip in range((c.width + STRIP - 1) // STRIP):
        if w.top[strip] >= least:
            for i in range(strip * STRIP, min(c.width, (strip + 1) * STRIP)):
                if (sums[i] - near[i]) * per_rest - near[i] * per_splinter >= least:
                    return i
    return -1


cdef Py_ssize_t next_to_move(division_t *w, const cluster_t *c) noexcept nogil:
    """The object that is nearer to the splinter group than to the rest, on average, by most; -1 if there is none."""
    cdef:
        Py_ssize_t i, moved = w.moved, rest = c.size - moved, at
        double per_rest, per_splinter = 1.0 / moved, most = 0.0, size
    if rest == 1:
        return -1
    per_rest = 1.0 / (rest - 1)
    for i in range((c.width + STRIP - 1) // STRIP):
        most = max(most, w.top[i])
    if not most > 0.0:
        return -1
    i = first_gain(w, c, per_rest, per_splinter, most)
    if i < 0:
        return -1
    at = c.vector + i
    size = (w.sums[at] - w.near[at]) * per_rest + w.near[at] * per_splinter
    if not most > TIE * size:
        return -1
    return first_gain(w, c, per_rest, per_splinter, most - TIE * size)


cdef inline Py_ssize_t add_node(division_t *w, Py_ssize_t parent, Py_ssize_t side, double cross,
                                Py_ssize_t pairs) noexcept nogil:
    cdef Py_ssize_t node = w.n_splits
    if parent >= 0:
        w.children[2 * parent + side] = w.n + node
    w.cross[node] = cross
    w.n_splits = node + 1
    w.n_pairs += pairs
    return node


cdef void finish_few(
        division_t *w, const cluster_t *c, Py_ssize_t parent, Py_ssize_t side, Py_ssize_t count) noexcept nogil:
    """Put the one or two objects `place` of the block of cluster c under their parent."""
    cdef:
        const int32_t *ids = w.ids + c.vector
        Py_ssize_t node
    if count == 1:
        w.children[2 * parent + side] = ids[w.place[0]]
    else:
        node = add_node(w, parent, side, row_of(w, c, w.place[0])[w.place[1]], 1)
        w.children[2 * node] = ids[w.place[0]]
        w.children[2 * node + 1] = ids[w.place[1]]


cdef int finish_split(division_t *w, cluster_t *c) noexcept nogil:
    """Write down the split. The larger part keeps the block, the smaller one comes on top of the stack."""
    cdef:
        Py_ssize_t i, k, node, width = c.width, moved = w.moved, rest = c.size - moved
        Py_ssize_t small = min(moved, rest)
        double *sums = w.sums + c.vector
        double *kept = w.kept + c.vector
        double *near = w.near + c.vector
        double *far = w.far + c.vector
        double cross = 0.0
        cluster_t *d
    for i in range(width):
        if sums[i] > -INFINITY:
            cross = max(cross, far[i])
    node = add_node(w, c.parent, c.side, cross, moved * rest)
    c.parent, c.side, c.size, c.stale = node, moved > rest, moved + rest - small, 0

    # The smaller part is marked by -1 in `far`, so that its places are listed in ascending order.
    if moved <= rest:
        for k in range(moved):
            far[w.place[k]] = -1.0
        for i in range(width):
            sums[i] -= near[i]
            c.stale += -INFINITY < sums[i] < 0.25 * kept[i]
    else:
        for i in range(width):
            if sums[i] > -INFINITY:
                far[i] = -1.0
                sums[i] = -INFINITY
        for k in range(moved):
            i = w.place[k]
            sums[i] = kept[i] = near[i]
    if c.size <= 2:
        k = 0
        for i in range(width):
            if sums[i] > -INFINITY:
                w.place[k] = <int32_t> i
                k += 1
        finish_few(w, c, node, c.side, k)
        w.height -= 1
    k = 0
    for i in range(width):
        if far[i] < 0.0:
            w.place[k] = <int32_t> i
            k += 1
    memset(near, 0, padded(width) * sizeof(double))
    memset(far, 0, padded(width) * sizeof(double))
    w.phase = ARRIVE
    w.moved = 0
    if small <= 2:
        finish_few(w, c, node, 1 - c.side, small)
        return AGAIN
    d = c + 1
    d.parent, d.side = node, 1 - c.side
    open_block(w, c, d, small)
    w.height += 1
    return COPY


# -------------------------------------------------------------------------------------------------- all splits


def start(
        Division division,               # INOUT  new; its n rows are the items of the region
        Region region, int slot):
    """Add up the rows. O(n^2) time."""
    cdef:
        division_t *w = &division.state
        Py_ssize_t i
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                w.ids[i] = <int32_t> i
                w.sums[i] = w.kept[i] = sum_row_f64[simd_level()](w.matrix + i * w.n, NULL, w.n)
                w.near[i] = w.far[i] = 0.0


def divide(
        Division division,               # INOUT
        Py_ssize_t budget):              # IN     about how many numbers to read before returning
    """Split clusters until all objects are alone, the budget is used, or something large is to be done by others.

    Returns IS_DONE, or what is to be done before the next call: nothing (GO_ON), `copy_rows` (COPY_ROWS) or `sum_rows`
    (SUM_ROWS). A split that moves a of m objects takes O(a m) time. `start` must have been run before the first call.
    """
    cdef:
        division_t *w = &division.state
        cluster_t *c
        Py_ssize_t spent = 0
        int todo = AGAIN
    with nogil:
        while todo == AGAIN and w.height > 0 and spent < budget:
            c = &w.pending[w.height - 1]
            spent += c.width
            todo = step(w, c)
            if todo != AGAIN:
                c = &w.pending[w.height - 1]  # it may be another one now
                if w.n_rows * c.width < LARGE:
                    spent += w.n_rows * c.width
                    do_rows(w, c, todo)
                    todo = AGAIN
    return todo if w.height > 0 else DONE


cdef int step(division_t *w, cluster_t *c) noexcept nogil:
    """Go one step on with the cluster on top of the stack. Returns what is to be done before the next step."""
    cdef Py_ssize_t i
    if w.phase == ARRIVE:
        return arrive(w, c)
    if w.phase == MOVE:
        i = next_to_move(w, c)
        if i < 0:
            return finish_split(w, c)
        take(w, c, i)
    elif w.phase == BEGIN:
        take(w, c, farthest_on_average(w, c))
        w.phase = MOVE
    else:
        for i in range(w.n_rows):
            w.sums[c.vector + w.place[i]] = w.kept[c.vector + w.place[i]]
        w.phase = BEGIN
    return AGAIN


cdef void do_rows(division_t *w, const cluster_t *c, int todo) noexcept nogil:
    """Copy or sum the rows that are to be copied or summed."""
    cdef Py_ssize_t i
    for i in range(w.n_rows):
        if todo == COPY:
            copy_row(w, c, i)
        else:
            sum_again(w, c, w.place[i])


def copy_rows(
        Division division,               # INOUT  its n_rows are the items of the region
        Region region, int slot):
    """Fill the new block of the cluster on top of the stack."""
    cdef:
        division_t *w = &division.state
        const cluster_t *c = &w.pending[w.height - 1]
        Py_ssize_t i
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                copy_row(w, c, i)


def sum_rows(
        Division division,               # INOUT  its n_rows are the items of the region
        Region region, int slot):
    """Add up the sums anew that have lost digits, of the cluster on top of the stack."""
    cdef:
        division_t *w = &division.state
        const cluster_t *c = &w.pending[w.height - 1]
        Py_ssize_t i
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                sum_again(w, c, w.place[i])


def describe(
        const int64_t[:, ::1] children,  # IN     (n - 1, 2), see `divide`: children after their parents
        double[::1] diameter,            # INOUT  (n - 1,), in: the largest dissimilarity between the two parts
        int64_t[::1] size,               # OUT    (n - 1,), objects in each cluster
        int64_t[::1] first):             # OUT    (n - 1,), the lowest of them
    """Diameter, size and first object of every cluster that was split. O(n) time."""
    cdef:
        Py_ssize_t n = children.shape[0] + 1, node, side, child
    with nogil:
        for node in range(n - 2, -1, -1):
            size[node] = 0
            first[node] = n
            for side in range(2):
                child = children[node, side] - n
                if child < 0:
                    size[node] += 1
                    first[node] = min(first[node], child + n)
                else:
                    size[node] += size[child]
                    first[node] = min(first[node], first[child])
                    diameter[node] = max(diameter[node], diameter[child])
