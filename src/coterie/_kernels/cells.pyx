# SPDX-License-Identifier: BSD-3-Clause
"""Sort rows into cells: groups of at most CELL rows that lie near each other, each with its bounding box.

Large segments are cut by a grid over their bounding box, small ones at the median of their widest feature. Nothing
that is computed with cells depends on how good they are, only how fast it is.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

from .types cimport real
from .work cimport Region, work_take

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define coterie_prefetch(p) __builtin_prefetch(p)
    #else
    #define coterie_prefetch(p) ((void)0)
    #endif
    """
    void coterie_prefetch(const void *p) noexcept nogil

cdef enum:
    CELL = 64            # rows of a cell at most: a tile of nearest_body.h
    FEW = 1024           # a segment of no more rows is cut at medians
    MAX_BITS = 14        # a grid has at most 2^14 boxes
    MAX_FEATURES = 8
    AHEAD = 16           # rows in random order are asked for so many rows ahead
    MAX_DEPTH = 8        # grids within grids (heavy tails); then medians, whose number of levels is bounded

CELL_ROWS = CELL
FEATURES_AT_MOST = MAX_FEATURES
GRID_BOXES = 1 << MAX_BITS

cdef struct segment_t:
    Py_ssize_t start
    Py_ssize_t stop
    int depth


cdef void bounding_box(const real *X, Py_ssize_t d, const uint32_t *order, Py_ssize_t start, Py_ssize_t stop,
                       double *low, double *high) noexcept nogil:
    cdef:
        Py_ssize_t i, j
        const real *x
    for j in range(d):
        low[j] = INFINITY
        high[j] = -INFINITY
    for i in range(start, stop):
        if i + AHEAD < stop:
            coterie_prefetch(X + <Py_ssize_t> order[i + AHEAD] * d)
        x = X + <Py_ssize_t> order[i] * d
        for j in range(d):
            if x[j] < low[j]:
                low[j] = x[j]
            if x[j] > high[j]:
                high[j] = x[j]


cdef Py_ssize_t grid(const real *X, Py_ssize_t d, uint32_t *order, Py_ssize_t start, Py_ssize_t stop,
                     uint32_t *spare, uint16_t *code, Py_ssize_t *ends) noexcept nogil:
    """Sort order[start:stop] by box of a grid. Returns the number of boxes (1: all rows are equal), ends[b] = where
    the rows of box b end. Boxes follow each other like the rows of a ploughed field, so that neighbours stay near."""
    cdef:
        double low[MAX_FEATURES]
        double high[MAX_FEATURES]
        double side[MAX_FEATURES]
        double per_side[MAX_FEATURES]
        int bits[MAX_FEATURES]
        Py_ssize_t i, j, widest, n_boxes, b, q, parity, place
        int total = 0
        const real *x
    bounding_box(X, d, order, start, stop, low, high)
    for j in range(d):
        side[j] = high[j] - low[j]
        bits[j] = 0
    while total < MAX_BITS and (stop - start) >> total > 2 * CELL:
        widest = 0
        for j in range(1, d):
            if side[j] > side[widest]:
                widest = j
        if not side[widest] > 0:
            break
        side[widest] *= 0.5
        bits[widest] += 1
        total += 1
    n_boxes = (<Py_ssize_t> 1) << total
    for j in range(d):
        per_side[j] = (1 << bits[j]) / (high[j] - low[j]) if bits[j] else 0.0
        if not per_side[j] < INFINITY:  # a side so short that its inverse overflows, or so long that it does
            per_side[j] = 0.0
    for b in range(n_boxes):
        ends[b] = 0
    for i in range(start, stop):
        x = X + <Py_ssize_t> order[i] * d
        b = 0
        for j in range(d):
            if bits[j]:
                q = <Py_ssize_t> ((x[j] - low[j]) * per_side[j])
                q = min(q, (1 << bits[j]) - 1)
                parity = b & 1
                b = (b << bits[j]) | (((1 << bits[j]) - 1 - q) if parity else q)
        code[i] = <uint16_t> b
        ends[b] += 1
    place = start
    for b in range(n_boxes):
        q = ends[b]
        ends[b] = place
        place += q
    for i in range(start, stop):
        b = code[i]
        spare[ends[b]] = order[i]
        ends[b] += 1
    for i in range(start, stop):
        order[i] = spare[i]
    return n_boxes


cdef void cut_at_median(const real *X, Py_ssize_t d, uint32_t *order, Py_ssize_t start, Py_ssize_t stop,
                        Py_ssize_t middle) noexcept nogil:
    """Reorder so that order[start:middle] is not above order[middle:stop] in the widest feature (quickselect)."""
    cdef:
        double low[MAX_FEATURES]
        double high[MAX_FEATURES]
        Py_ssize_t j, widest = 0, left = start, right = stop - 1, i, k
        real pivot
        uint32_t swap
        const real *column
    bounding_box(X, d, order, start, stop, low, high)
    for j in range(1, d):
        if high[j] - low[j] > high[widest] - low[widest]:
            widest = j
    if not high[widest] > low[widest]:
        return
    column = X + widest
    while left < right:
        pivot = column[<Py_ssize_t> order[(left + right) // 2] * d]
        i = left
        k = right
        while i <= k:
            while column[<Py_ssize_t> order[i] * d] < pivot:
                i += 1
            while column[<Py_ssize_t> order[k] * d] > pivot:
                k -= 1
            if i <= k:
                swap = order[i]
                order[i] = order[k]
                order[k] = swap
                i += 1
                k -= 1
        if middle <= k:
            right = k
        elif middle >= i:
            left = i
        else:
            return


def grid_rows(
        const real[:, ::1] X,            # IN     (n, d)
        uint32_t[::1] order,             # OUT    (n,), row numbers, box by box
        uint32_t[::1] spare,             # WORK   (n,)
        uint16_t[::1] code,              # WORK   (n,)
        Py_ssize_t[::1] ends):           # OUT    (GRID_BOXES,), where the rows of a box end
    """The first cut of all rows. O(n d) time. Returns the number of boxes."""
    cdef Py_ssize_t i, n_boxes
    with nogil:
        for i in range(X.shape[0]):
            order[i] = <uint32_t> i
        n_boxes = grid(&X[0, 0], X.shape[1], &order[0], 0, X.shape[0], &spare[0], &code[0], &ends[0])
    return n_boxes


def cut_boxes(
        const real[:, ::1] X,            # IN     (n, d)
        const Py_ssize_t[::1] ends,      # IN     (n_boxes,)
        Py_ssize_t boxes,                # IN     boxes of a chunk
        uint32_t[::1] order,             # INOUT  (n,)
        uint32_t[::1] spare,             # WORK   (n,)
        uint16_t[::1] code,              # WORK   (n,)
        Py_ssize_t[:, ::1] inner,        # WORK   (slots, GRID_BOXES)
        uint8_t[::1] starts_cell,        # OUT    (n,), 1 where a cell starts, 0 before the call
        Region region, int slot):
    """Cut each box into cells. O(n d log n) time at most."""
    cdef:
        int64_t chunk
        Py_ssize_t b
    with nogil:
        while True:
            chunk = work_take(&region.work, slot == 0)
            if chunk < 0:
                break
            for b in range(chunk * boxes, min(ends.shape[0], (chunk + 1) * boxes)):
                cut_segment(&X[0, 0], X.shape[1], &order[0], ends[b - 1] if b > 0 else 0, ends[b], &spare[0],
                            &code[0], &inner[slot, 0], &starts_cell[0])


cdef void cut_segment(const real *X, Py_ssize_t d, uint32_t *order, Py_ssize_t start, Py_ssize_t stop,
                      uint32_t *spare, uint16_t *code, Py_ssize_t *ends, uint8_t *starts_cell) noexcept nogil:
    """Cut one segment into cells. The stack holds at most one segment a level of halving beside the grids, which are
    cut to the end where they are made."""
    cdef:
        segment_t stack[64]
        int height = 1, depth
        Py_ssize_t middle, b, n_boxes, largest
    stack[0].start = start
    stack[0].stop = stop
    stack[0].depth = 0
    while height:
        height -= 1
        start = stack[height].start
        stop = stack[height].stop
        depth = stack[height].depth
        if start == stop:
            continue
        if stop - start <= CELL:
            starts_cell[start] = 1
            continue
        if stop - start > FEW and depth < MAX_DEPTH:
            # One grid puts nearly all rows of a heavy-tailed feature into one box: grids within it, then, take over.
            n_boxes = grid(X, d, order, start, stop, spare, code, ends)
            largest = 0
            for b in range(n_boxes):
                if ends[b] - (ends[b - 1] if b else start) > ends[largest] - (ends[largest - 1] if largest else start):
                    largest = b
            stack[height].start = ends[largest - 1] if largest else start
            stack[height].stop = ends[largest]
            stack[height].depth = depth + 1
            stack[height + 1].start = start
            stack[height + 1].stop = stack[height].start
            stack[height + 1].depth = MAX_DEPTH
            stack[height + 2].start = stack[height].stop
            stack[height + 2].stop = stop
            stack[height + 2].depth = MAX_DEPTH
            height += 3
            continue
        # Cut where the left part fills whole cells, so that few cells are left half empty.
        middle = start + ((stop - start) // 2 + CELL - 1) // CELL * CELL
        cut_at_median(X, d, order, start, stop, middle)
        stack[height].start = middle
        stack[height].stop = stop
        stack[height].depth = MAX_DEPTH
        stack[height + 1].start = start
        stack[height + 1].stop = middle
        stack[height + 1].depth = MAX_DEPTH
        height += 2


def describe_cells(
        const real[:, ::1] X,            # IN     (n, d)
        const double[::1] weight,        # IN     (n,), or (0,) for ones
        const double[::1] shift,         # IN     (d,), taken off the sums
        const uint32_t[::1] order,       # IN     (n,)
        const Py_ssize_t[::1] starts,    # IN     (n_cells + 1,)
        Py_ssize_t cells,                # IN     cells of a chunk
        double[:, :, ::1] boxes,         # OUT    (n_cells, 2, d), lowest and highest of each feature
        double[:, ::1] sums,             # OUT    (n_cells, d + 1), weighted sum of x - shift, and of 1
        Region region, int slot):
    """Bounding box, sum and weight of each cell. O(n d) time."""
    cdef:
        Py_ssize_t d = X.shape[1], c, i, j
        bint weighted = weight.shape[0] > 0
        double w = 1.0
        const real *x
        int64_t chunk
    with nogil:
        while True:
            chunk = work_take(&region.work, slot == 0)
            if chunk < 0:
                break
            for c in range(chunk * cells, min(boxes.shape[0], (chunk + 1) * cells)):
                bounding_box(&X[0, 0], d, &order[0], starts[c], starts[c + 1], &boxes[c, 0, 0], &boxes[c, 1, 0])
                for j in range(d + 1):
                    sums[c, j] = 0.0
                for i in range(starts[c], starts[c + 1]):
                    x = &X[order[i], 0]
                    if weighted:
                        w = weight[order[i]]
                    for j in range(d):
                        sums[c, j] += w * (x[j] - shift[j])
                    sums[c, d] += w
