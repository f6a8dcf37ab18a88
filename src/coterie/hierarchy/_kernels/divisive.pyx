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
from ..._runtime._kernels.work cimport Region, part_t, work_take_sized

cdef extern from "divisive.h" nogil:
    enum: STRIP
    void (*take_row_f64[])(const double *, const double *, double *, double *, Py_ssize_t, double, double,
                           double *) noexcept
    double (*sum_row_f64[])(const double *, const double *, Py_ssize_t) noexcept

cdef enum:
    # What is known of a cluster, a row of `pending`. Its block has `width` rows and columns: those of `matrix` where
    # `start` is -1, else at `start` of `blocks`; its part of ids, sums, kept, near and far begins at `vector`. It is
    # child number `side` of split `parent`.
    START, WIDTH, VECTOR, SIZE, PARENT, SIDE, STALE, FIELDS

    # What is known of the work, the elements of `state`.
    HEIGHT = 0           # of the stack of pending clusters
    PHASE = 1            # of the work on the one on top
    MOVED = 2            # objects in its splinter group
    NODES = 3            # splits so far
    PAIRS = 4            # pairs that they separated
    COUNT = 5            # rows to copy or to sum, listed in `place`
    SOURCE = 6           # where to copy from: start, width, vector

    ARRIVE = 0           # phases
    TAKE_SUMS = 1
    BEGIN = 2
    MOVE = 3

    DONE = 0             # what `divide` returns
    AGAIN = 1
    COPY = 2
    SUM = 3

    LARGE = 1 << 20      # numbers to copy or to add up that are worth a call of its own

PENDING_FIELDS = FIELDS
STATE_FIELDS = SOURCE + 3
PAIRS_FIELD, COUNT_FIELD = PAIRS, COUNT
STRIP_OBJECTS = STRIP
IS_DONE, GO_ON, COPY_ROWS, SUM_ROWS = DONE, AGAIN, COPY, SUM

# Averages that differ by no more than this part of their size are taken to be equal: rounding can't tell them apart.
cdef double TIE = 1e-12


cdef struct Space:  # what `divide` works on; see there
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
    int64_t *state


cdef inline Py_ssize_t padded(Py_ssize_t n) noexcept nogil:
    return (n + 7) // 8 * 8


cdef inline const double *row_of(Space *w, const int64_t *c, Py_ssize_t i) noexcept nogil:
    return (w.matrix if c[START] < 0 else w.blocks + c[START]) + i * c[WIDTH]


# -------------------------------------------------------------------------------------------------- blocks and sums


cdef void open_block(Space *w, const int64_t *source, int64_t *c, Py_ssize_t size) noexcept nogil:
    """Give cluster c a block of its own behind that of the cluster `source`, to be filled from rows `place` of that."""
    cdef Py_ssize_t i, vector = source[VECTOR] + padded(source[WIDTH])
    w.state[SOURCE], w.state[SOURCE + 1], w.state[SOURCE + 2] = source[START], source[WIDTH], source[VECTOR]
    w.state[COUNT] = size
    c[START] = source[START] + source[WIDTH] * source[WIDTH] if source[START] >= 0 else 0
    c[VECTOR] = vector
    c[WIDTH] = c[SIZE] = size
    c[STALE] = 0
    for i in range(size, padded(size)):
        w.sums[vector + i] = -INFINITY
    memset(w.near + vector, 0, padded(size) * sizeof(double))
    memset(w.far + vector, 0, padded(size) * sizeof(double))


cdef void copy_row(Space *w, const int64_t *c, Py_ssize_t i) noexcept nogil:
    """Fill row i of the block that was opened for cluster c, and sum it up."""
    cdef:
        Py_ssize_t j, size = c[WIDTH], to = c[VECTOR] + i
        const double *row = row_of(w, &w.state[SOURCE], w.place[i])
        double *copy = w.blocks + c[START] + i * size
    for j in range(size):
        copy[j] = row[w.place[j]]
    w.ids[to] = w.ids[w.state[SOURCE + VECTOR] + w.place[i]]
    w.sums[to] = w.kept[to] = sum_row_f64[simd_level()](copy, NULL, size)


cdef inline void sum_again(Space *w, const int64_t *c, Py_ssize_t i) noexcept nogil:
    """Add up row i of the block of cluster c; the sum is left in `kept`, as other threads read `sums`."""
    w.kept[c[VECTOR] + i] = sum_row_f64[simd_level()](row_of(w, c, i), w.sums + c[VECTOR], c[WIDTH])


cdef int arrive(Space *w, int64_t *c) noexcept nogil:
    """See to it that the cluster on top of the stack fills more than half of its block, and that its sums are good."""
    cdef:
        Py_ssize_t i, count = 0
        double *sums = w.sums + c[VECTOR]
        double *kept = w.kept + c[VECTOR]
        int64_t source[3]
    w.state[PHASE] = BEGIN
    if 2 * c[SIZE] <= c[WIDTH]:
        for i in range(c[WIDTH]):
            if sums[i] > -INFINITY:
                w.place[count] = <int32_t> i
                count += 1
        source[START], source[WIDTH], source[VECTOR] = c[START], c[WIDTH], c[VECTOR]
        open_block(w, source, c, count)
        return COPY
    if c[STALE]:
        for i in range(c[WIDTH]):
            if -INFINITY < sums[i] < 0.25 * kept[i]:
                w.place[count] = <int32_t> i
                count += 1
        c[STALE] = 0
        w.state[COUNT] = count
        w.state[PHASE] = TAKE_SUMS
        return SUM
    return AGAIN


# -------------------------------------------------------------------------------------------------- one split


cdef void take(Space *w, const int64_t *c, Py_ssize_t i) noexcept nogil:
    """Move object i to the splinter group."""
    cdef:
        Py_ssize_t moved = w.state[MOVED] + 1, rest = c[SIZE] - moved
        double per_rest = 1.0 / (rest - 1) if rest > 1 else 0.0
    w.place[moved - 1] = <int32_t> i
    w.sums[c[VECTOR] + i] = -INFINITY
    w.state[MOVED] = moved
    take_row_f64[simd_level()](row_of(w, c, i), w.sums + c[VECTOR], w.near + c[VECTOR], w.far + c[VECTOR], c[WIDTH],
                               per_rest, 1.0 / moved, w.top)


cdef Py_ssize_t farthest_on_average(Space *w, const int64_t *c) noexcept nogil:
    """The object whose dissimilarities have the largest sum: the first of those that rounding can't tell apart."""
    cdef:
        Py_ssize_t i, farthest = 0
        double most = -INFINITY
        const double *sums = w.sums + c[VECTOR]
    for i in range(c[WIDTH]):
        if sums[i] > most:
            most = sums[i]
            farthest = i
    for i in range(farthest):
        if sums[i] >= most * (1.0 - TIE):
            return i
    return farthest


cdef Py_ssize_t first_gain(Space *w, const int64_t *c, double per_rest, double per_splinter,
                           double least) noexcept nogil:
    """The first object that gains at least so much by moving; -1 if there is none. The gain is that of take_row."""
    cdef:
        Py_ssize_t strip, i
        const double *sums = w.sums + c[VECTOR]
        const double *near = w.near + c[VECTOR]
    for strip in range((c[WIDTH] + STRIP - 1) // STRIP):
        if w.top[strip] >= least:
            for i in range(strip * STRIP, min(c[WIDTH], (strip + 1) * STRIP)):
                if (sums[i] - near[i]) * per_rest - near[i] * per_splinter >= least:
                    return i
    return -1


cdef Py_ssize_t next_to_move(Space *w, const int64_t *c) noexcept nogil:
    """The object that is nearer to the splinter group than to the rest, on average, by most; -1 if there is none."""
    cdef:
        Py_ssize_t i, moved = w.state[MOVED], rest = c[SIZE] - moved, at
        double per_rest, per_splinter = 1.0 / moved, most = 0.0, size
    if rest == 1:
        return -1
    per_rest = 1.0 / (rest - 1)
    for i in range((c[WIDTH] + STRIP - 1) // STRIP):
        most = max(most, w.top[i])
    if not most > 0.0:
        return -1
    i = first_gain(w, c, per_rest, per_splinter, most)
    if i < 0:
        return -1
    at = c[VECTOR] + i
    size = (w.sums[at] - w.near[at]) * per_rest + w.near[at] * per_splinter
    if not most > TIE * size:
        return -1
    return first_gain(w, c, per_rest, per_splinter, most - TIE * size)


cdef inline Py_ssize_t add_node(Space *w, Py_ssize_t parent, Py_ssize_t side, double cross,
                                Py_ssize_t pairs) noexcept nogil:
    cdef Py_ssize_t node = w.state[NODES]
    if parent >= 0:
        w.children[2 * parent + side] = w.n + node
    w.cross[node] = cross
    w.state[NODES] = node + 1
    w.state[PAIRS] += pairs
    return node


cdef void finish_few(Space *w, const int64_t *c, Py_ssize_t parent, Py_ssize_t side, Py_ssize_t count) noexcept nogil:
    """Put the one or two objects `place` of the block of cluster c under their parent."""
    cdef:
        const int32_t *ids = w.ids + c[VECTOR]
        Py_ssize_t node
    if count == 1:
        w.children[2 * parent + side] = ids[w.place[0]]
    else:
        node = add_node(w, parent, side, row_of(w, c, w.place[0])[w.place[1]], 1)
        w.children[2 * node] = ids[w.place[0]]
        w.children[2 * node + 1] = ids[w.place[1]]


cdef int finish_split(Space *w, int64_t *c) noexcept nogil:
    """Write down the split. The larger part keeps the block, the smaller one comes on top of the stack."""
    cdef:
        Py_ssize_t i, k, node, width = c[WIDTH], moved = w.state[MOVED], rest = c[SIZE] - moved
        Py_ssize_t small = min(moved, rest)
        double *sums = w.sums + c[VECTOR]
        double *kept = w.kept + c[VECTOR]
        double *near = w.near + c[VECTOR]
        double *far = w.far + c[VECTOR]
        double cross = 0.0
        int64_t *d
    for i in range(width):
        if sums[i] > -INFINITY:
            cross = max(cross, far[i])
    node = add_node(w, c[PARENT], c[SIDE], cross, moved * rest)
    c[PARENT], c[SIDE], c[SIZE], c[STALE] = node, moved > rest, moved + rest - small, 0

    # The smaller part is marked by -1 in `far`, so that its places are listed in ascending order.
    if moved <= rest:
        for k in range(moved):
            far[w.place[k]] = -1.0
        for i in range(width):
            sums[i] -= near[i]
            c[STALE] += -INFINITY < sums[i] < 0.25 * kept[i]
    else:
        for i in range(width):
            if sums[i] > -INFINITY:
                far[i] = -1.0
                sums[i] = -INFINITY
        for k in range(moved):
            i = w.place[k]
            sums[i] = kept[i] = near[i]
    if c[SIZE] <= 2:
        k = 0
        for i in range(width):
            if sums[i] > -INFINITY:
                w.place[k] = <int32_t> i
                k += 1
        finish_few(w, c, node, c[SIDE], k)
        w.state[HEIGHT] -= 1
    k = 0
    for i in range(width):
        if far[i] < 0.0:
            w.place[k] = <int32_t> i
            k += 1
    memset(near, 0, padded(width) * sizeof(double))
    memset(far, 0, padded(width) * sizeof(double))
    w.state[PHASE] = ARRIVE
    w.state[MOVED] = 0
    if small <= 2:
        finish_few(w, c, node, 1 - c[SIDE], small)
        return AGAIN
    d = c + FIELDS
    d[PARENT], d[SIDE] = node, 1 - c[SIDE]
    open_block(w, c, d, small)
    w.state[HEIGHT] += 1
    return COPY


# -------------------------------------------------------------------------------------------------- all splits


cdef Space space(const double[:, ::1] matrix, double[::1] blocks, int32_t[::1] place, int32_t[::1] ids,
                 double[:, ::1] vectors, int64_t[::1] state) noexcept:
    cdef Space w
    w.matrix, w.n, w.blocks, w.place, w.ids = &matrix[0, 0], matrix.shape[0], &blocks[0], &place[0], &ids[0]
    w.sums, w.kept, w.near, w.far = &vectors[0, 0], &vectors[1, 0], &vectors[2, 0], &vectors[3, 0]
    w.state = &state[0]
    w.top, w.cross, w.children = NULL, NULL, NULL
    return w


def divide(
        const double[:, ::1] matrix,     # IN     (n, n), symmetric, not negative, the diagonal zero
        double[::1] blocks,              # WORK   (at least n * n / 3 + 1,)
        int64_t[:, ::1] pending,         # INOUT  (64, PENDING_FIELDS), a stack of clusters
        int32_t[::1] place,              # WORK   (n,)
        int32_t[::1] ids,                # INOUT  (m,), m at least 2 n + 512: the objects in blocks
        double[:, ::1] vectors,          # INOUT  (4, m), of the objects in blocks: sums of dissimilarities within the
                                         #        cluster (-inf: not in it), the same when they were last added up, sums
                                         #        of dissimilarities to the splinter group, the largest of these
        int64_t[::1] state,              # INOUT  (STATE_FIELDS,)
        double[::1] top,                 # WORK   (n / 256 rounded up,)
        int64_t[:, ::1] children,        # OUT    (n - 1, 2), the rest and the splinter: objects, or n + number of a
                                         #        later split
        double[::1] cross,               # OUT    (n - 1,), the largest dissimilarity between the two
        Py_ssize_t budget):              # IN     about how many numbers to look at before returning
    """Split clusters until all objects are alone, the budget is used, or something large is to be done by others.

    Returns IS_DONE, or what is to be done before the next call: nothing (GO_ON), `copy_rows` (COPY_ROWS) or `sum_rows`
    (SUM_ROWS). A split that moves a of m objects takes O(a m) time. `start` makes everything ready for the first call.
    """
    cdef:
        Space w = space(matrix, blocks, place, ids, vectors, state)
        int64_t *c
        Py_ssize_t i, spent = 0
        int todo = AGAIN
    w.top, w.children, w.cross = &top[0], &children[0, 0], &cross[0]
    with nogil:
        while todo == AGAIN and state[HEIGHT] > 0 and spent < budget:
            c = &pending[state[HEIGHT] - 1, 0]
            spent += c[WIDTH]
            if state[PHASE] == MOVE:
                i = next_to_move(&w, c)
                if i >= 0:
                    take(&w, c, i)
                else:
                    todo = finish_split(&w, c)
                    if todo == COPY:
                        c = &pending[state[HEIGHT] - 1, 0]
            elif state[PHASE] == BEGIN:
                take(&w, c, farthest_on_average(&w, c))
                state[PHASE] = MOVE
            elif state[PHASE] == TAKE_SUMS:
                for i in range(state[COUNT]):
                    w.sums[c[VECTOR] + place[i]] = w.kept[c[VECTOR] + place[i]]
                state[PHASE] = BEGIN
            else:
                todo = arrive(&w, c)
            if todo != AGAIN and state[COUNT] * c[WIDTH] < LARGE:
                spent += state[COUNT] * c[WIDTH]
                for i in range(state[COUNT]):
                    if todo == COPY:
                        copy_row(&w, c, i)
                    else:
                        sum_again(&w, c, place[i])
                todo = AGAIN
    return todo if state[HEIGHT] > 0 else DONE


def start(
        const double[:, ::1] matrix,     # IN     (n, n)
        Py_ssize_t rows,                 # IN     rows of a chunk
        int64_t[:, ::1] pending,         # OUT    the other arguments are those of `divide`
        int32_t[::1] ids, double[:, ::1] vectors, int64_t[::1] state,
        Region region, int slot):
    """Make everything ready for `divide`: one cluster, and the sums of its dissimilarities. O(n^2) time."""
    cdef:
        Py_ssize_t i, n = matrix.shape[0]
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, n, &part):
            for i in range(part.start, part.stop):
                ids[i] = <int32_t> i
                vectors[0, i] = vectors[1, i] = sum_row_f64[simd_level()](&matrix[i, 0], NULL, n)
                vectors[2, i] = vectors[3, i] = 0.0
            if part.index == 0:
                for i in range(n, padded(n)):
                    vectors[0, i] = -INFINITY
                    vectors[1, i] = vectors[2, i] = vectors[3, i] = 0.0
                pending[0, :] = 0
                pending[0, START] = pending[0, PARENT] = -1
                pending[0, WIDTH] = pending[0, SIZE] = n
                state[:] = 0
                state[HEIGHT] = 1


def copy_rows(
        const double[:, ::1] matrix, double[::1] blocks, int64_t[:, ::1] pending, int32_t[::1] place, int32_t[::1] ids,
        double[:, ::1] vectors, int64_t[::1] state,
        Py_ssize_t rows,                 # IN     rows of a chunk; the other arguments are those of `divide`
        Region region, int slot):
    """Fill the new block of the cluster on top of the stack."""
    cdef:
        Space w = space(matrix, blocks, place, ids, vectors, state)
        const int64_t *c = &pending[state[HEIGHT] - 1, 0]
        Py_ssize_t i
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, state[COUNT], &part):
            for i in range(part.start, part.stop):
                copy_row(&w, c, i)


def sum_rows(
        const double[:, ::1] matrix, double[::1] blocks, int64_t[:, ::1] pending, int32_t[::1] place, int32_t[::1] ids,
        double[:, ::1] vectors, int64_t[::1] state,
        Py_ssize_t rows,                 # IN     rows of a chunk; the other arguments are those of `divide`
        Region region, int slot):
    """Add up the sums anew that have lost digits, of the cluster on top of the stack."""
    cdef:
        Space w = space(matrix, blocks, place, ids, vectors, state)
        const int64_t *c = &pending[state[HEIGHT] - 1, 0]
        Py_ssize_t i
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, state[COUNT], &part):
            for i in range(part.start, part.stop):
                sum_again(&w, c, place[i])


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
