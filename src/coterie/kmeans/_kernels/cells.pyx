# SPDX-License-Identifier: BSD-3-Clause
"""Sort rows into cells: a few rows, as a rule at most a tile, that lie near each other, each with its bounding box.

First a grid over the bounding box of all rows; then every box of the grid is cut across its widest feature until what
is left is small. No result depends on how good the cells are, only the time does.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t
from libc.string cimport memcpy, memmove, memset

from .tile cimport TILE
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

CELL_ROWS = TILE
FEATURES_AT_MOST = MAX_FEATURES


cdef class Cells:
    """Rows sorted into cells.

    Attributes
    ----------
    starts : (n_cells + 1,)
        Where the rows of each cell start.
    boxes : (n_cells, 2, d)
        Lowest and highest of each feature.
    sums : (n_cells, d + 2)
        Of weight * (x - lowest of its cell), of the weights, and of weight * squared distance to the mean of the cell.
    """

    def __cinit__(self, const Py_ssize_t[::1] starts, const double[:, :, ::1] boxes, const double[:, ::1] sums):
        self.starts = starts
        self.boxes = boxes
        self.sums = sums


def count_boxes(
        const real[:, ::1] X,            # IN     (n, d)
        const double[::1] low,           # IN     (d,), corner of the grid
        const double[::1] per_side,      # IN     (d,), boxes per unit of length
        const int64_t[::1] bits,         # IN     (d,), the grid has 2^bits boxes along each feature
        uint16_t[::1] code,              # OUT    (n,), number of the box of each row
        uint32_t[:, ::1] counts,         # OUT    (strips, n_boxes), rows in each box
        Region region, int slot):
    """Find the box of each row. O(n d) time.

    The boxes are numbered back and forth, like the furrows of a field, so that successive ones are neighbors.
    """
    cdef:
        Py_ssize_t row, j, d = X.shape[1], box, q, last
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            counts[part.index, :] = 0
            for row in range(part.start, part.stop):
                box = 0
                for j in range(d):
                    last = ((<Py_ssize_t> 1) << bits[j]) - 1
                    q = max(0, min(last, <Py_ssize_t> ((X[row, j] - low[j]) * per_side[j])))
                    box = (box << bits[j]) | ((last - q) if box & 1 else q)
                code[row] = <uint16_t> box
                counts[part.index, box] += 1


def scatter_rows(
        const real[:, ::1] X,            # IN     (n, d)
        const uint16_t[::1] code,        # IN     (n,)
        int64_t[:, ::1] place,           # INOUT  (strips, n_boxes), where the next row of the strip in a box goes
        real[:, ::1] out,                # OUT    (n, d), the rows box by box
        uint32_t[::1] order,             # OUT    (n,), out[i] = X[order[i]]
        Region region, int slot):
    """Copy the rows box by box. O(n d) time."""
    cdef:
        Py_ssize_t row, j
        part_t part
        int64_t to
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                to = place[part.index, code[row]]
                place[part.index, code[row]] = to + 1
                order[to] = <uint32_t> row
                for j in range(X.shape[1]):
                    out[to, j] = X[row, j]


cdef void find_box(const real *x, Py_ssize_t n, Py_ssize_t d, double *low, double *high) noexcept nogil:
    cdef Py_ssize_t i, j
    for j in range(d):
        low[j] = INFINITY
        high[j] = -INFINITY
    for i in range(n):
        for j in range(d):
            low[j] = min(low[j], x[i * d + j])
            high[j] = max(high[j], x[i * d + j])


cdef inline void swap_rows(real *x, uint32_t *order, Py_ssize_t d, Py_ssize_t i, Py_ssize_t k) noexcept nogil:
    cdef:
        Py_ssize_t j
        real value
        uint32_t number = order[i]
    order[i] = order[k]
    order[k] = number
    for j in range(d):
        value = x[i * d + j]
        x[i * d + j] = x[k * d + j]
        x[k * d + j] = value


cdef Py_ssize_t cut_at_mean(real *x, uint32_t *order, Py_ssize_t n, Py_ssize_t d, Py_ssize_t feature,
                            double low) noexcept nogil:
    """Move the rows below the mean of a feature, whose lowest value is `low`, before the others, without branches to
    mispredict. Returns how many they are."""
    cdef:
        Py_ssize_t i, n_lower = 0
        double total = 0.0
        real pivot
        bint lower
    for i in range(n):
        total += x[i * d + feature] - low
    pivot = <real> (low + total / n)
    for i in range(n):
        lower = x[i * d + feature] < pivot
        swap_rows(x, order, d, i, n_lower)
        n_lower += lower
    return n_lower


cdef void cut_behind(real *x, uint32_t *order, Py_ssize_t n, Py_ssize_t d, Py_ssize_t feature,
                     Py_ssize_t n_lower) noexcept nogil:
    """Reorder the rows such that the first `n_lower` have the lowest values of a feature (Hoare's quickselect)."""
    cdef:
        Py_ssize_t left = 0, right = n - 1, i, k
        real pivot
    while left < right:
        pivot = x[(left + right) // 2 * d + feature]
        i = left
        k = right
        while i <= k:
            while x[i * d + feature] < pivot:
                i += 1
            while x[k * d + feature] > pivot:
                k -= 1
            if i <= k:
                swap_rows(x, order, d, i, k)
                i += 1
                k -= 1
        if n_lower <= k:
            right = k
        elif n_lower >= i:
            left = i
        else:
            break


cdef Py_ssize_t cut(real *x, uint32_t *order, Py_ssize_t n, Py_ssize_t d) noexcept nogil:
    """Reorder n > TILE rows along their widest feature: lower ones, then upper ones. Returns how many are lower.

    Many rows are cut at the mean. Few rows, and those where the mean is lopsided, are cut near the median; the lower
    rows then fill whole cells, so that few cells are left half empty.
    """
    cdef:
        double low[MAX_FEATURES]
        double high[MAX_FEATURES]
        Py_ssize_t j, widest = 0, n_lower
    find_box(x, n, d, low, high)
    for j in range(1, d):
        if high[j] - low[j] > high[widest] - low[widest]:
            widest = j
    if n > 2 * TILE and high[widest] > low[widest]:
        n_lower = cut_at_mean(x, order, n, d, widest, low[widest])
        if 8 * n_lower > n and 8 * (n - n_lower) > n:
            return n_lower
    n_lower = (n // 2 + TILE - 1) // TILE * TILE
    if high[widest] > low[widest]:  # else all rows are equal
        cut_behind(x, order, n, d, widest, n_lower)
    return n_lower


def cut_boxes(
        const int64_t[::1] ends,         # IN     (n_boxes,), where the rows of each box end
        real[:, ::1] X,                  # INOUT  (n, d), rows box by box
        uint32_t[::1] order,             # INOUT  (n,), moved along
        Py_ssize_t most,                 # IN     rows of a cell, at least TILE
        uint8_t[::1] starts_cell,        # OUT    (n,), 1 where a cell starts, 0 before the call
        Region region, int slot):
    """Cut each box into cells. O(n d log n) time."""
    cdef:
        part_t part
        Py_ssize_t box, d = X.shape[1], start, stop
        Py_ssize_t stack[256]  # where pending rows end: those of an entry are at most 7/8 of those of the one below
        int height
    with nogil:
        while work_take(&region.work, slot, &part):
            for box in range(part.start, part.stop):
                start = ends[box - 1] if box > 0 else 0
                stack[0] = ends[box]
                height = 1
                while height:
                    stop = stack[height - 1]
                    if stop - start > most:
                        stack[height] = start + cut(&X[start, 0], &order[start], stop - start, d)
                        height += 1
                        continue
                    if stop > start:
                        starts_cell[start] = 1
                    start = stop
                    height -= 1


def describe_cells(
        const real[:, ::1] X,            # IN     (n, d), rows cell by cell
        const double[::1] weight,        # IN     (n,), or (0,) for ones
        const Py_ssize_t[::1] starts,    # IN     (n_cells + 1,)
        const Py_ssize_t[::1] which,     # IN     (m,), the cells to describe
        double[:, :, ::1] boxes,         # OUT    (n_cells, 2, d), lowest and highest of each feature
        double[:, ::1] sums,             # OUT    (n_cells, d + 2), see `Cells`
        Region region, int slot):
    """Bounding box, sum, weight and squares of some cells. O(n d) time for n rows in them."""
    cdef:
        Py_ssize_t d = X.shape[1], at, c, n
        const real *x
        const double *w
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for at in range(part.start, part.stop):
                c = which[at]
                n = starts[c + 1] - starts[c]
                x = &X[starts[c], 0]
                w = &weight[starts[c]] if weight.shape[0] else NULL
                find_box(x, n, d, &boxes[c, 0, 0], &boxes[c, 1, 0])
                # The compiler makes code of its own for each number of features.
                if d == 3:
                    sum_cell(x, w, n, 3, &boxes[c, 0, 0], &sums[c, 0])
                elif d == 2:
                    sum_cell(x, w, n, 2, &boxes[c, 0, 0], &sums[c, 0])
                else:
                    sum_cell(x, w, n, d, &boxes[c, 0, 0], &sums[c, 0])


cdef inline void sum_cell(const real *x, const double *weight, Py_ssize_t n, Py_ssize_t d, const double *lowest,
                          double *sums) noexcept nogil:
    """What `Cells.sums` has of a cell: sums (d + 2,) OUT."""
    cdef:
        double[MAX_FEATURES] added
        double[MAX_FEATURES] mean  # relative to the lowest corner
        double w = 1.0, mass = 0.0, squares = 0.0, square, value
        Py_ssize_t i, j
    for j in range(d):
        added[j] = 0.0
    for i in range(n):
        if weight != NULL:
            w = weight[i]
        for j in range(d):
            added[j] += w * (x[i * d + j] - lowest[j])
        mass += w
    for j in range(d):
        mean[j] = added[j] / mass if mass > 0.0 else 0.0
    for i in range(n):
        square = 0.0
        for j in range(d):
            value = x[i * d + j] - lowest[j] - mean[j]
            square += value * value
        squares += weight[i] * square if weight != NULL else square
    for j in range(d):
        sums[j] = added[j]
    sums[d] = mass
    sums[d + 1] = squares


def split_rows(
        real[:, ::1] X,                  # INOUT  (n, d)
        uint32_t[::1] order,             # INOUT  (n,), moved along
        double[::1] weight,              # INOUT  (n,), or (0,), moved along
        const int32_t[::1] labels,       # IN     (n,), 0 or 1
        real[:, ::1] rows,               # WORK   as many as there are labels of 1
        uint32_t[::1] numbers,           # WORK   as many
        double[::1] weights):            # WORK   as many
    """Move the rows of label 1 behind the others; the order of both stays. Returns how many the others are. O(n d)."""
    cdef:
        Py_ssize_t n = X.shape[0], d = X.shape[1], i = 0, count, first = 0, second = 0
        bint weighted = weight.shape[0] > 0
    with nogil:
        while i < n:
            count = 1
            while i + count < n and labels[i + count] == labels[i]:
                count += 1
            if labels[i] == 0:
                memmove(&X[first, 0], &X[i, 0], count * d * sizeof(real))
                memmove(&order[first], &order[i], count * sizeof(uint32_t))
                if weighted:
                    memmove(&weight[first], &weight[i], count * sizeof(double))
                first += count
            else:
                memcpy(&rows[second, 0], &X[i, 0], count * d * sizeof(real))
                memcpy(&numbers[second], &order[i], count * sizeof(uint32_t))
                if weighted:
                    memcpy(&weights[second], &weight[i], count * sizeof(double))
                second += count
            i += count
        if second:
            memcpy(&X[first, 0], &rows[0, 0], second * d * sizeof(real))
            memcpy(&order[first], &numbers[0], second * sizeof(uint32_t))
            if weighted:
                memcpy(&weight[first], &weights[0], second * sizeof(double))
    return first


def pick_by_rank(
        const uint32_t[::1] numbers,     # IN     (n,), from 0 to `most`, in any order
        Py_ssize_t most,                 # IN
        Py_ssize_t[::1] ranks):          # INOUT  (m,), from 0 to n - 1; then the numbers there if they were sorted
    """Find numbers by their ranks, 11 bits at a time. O(n m log(most)) time."""
    cdef:
        Py_ssize_t first[2048]
        Py_ssize_t later[2048]
        Py_ssize_t i, rank, prefix
        int bits = 0, first_shift, at, shift
    with nogil:
        while most >> bits:
            bits += 1
        first_shift = max(0, bits - 11)
        count_digits(numbers, 0, bits, first_shift, first)
        for i in range(ranks.shape[0]):
            rank = ranks[i]
            prefix = bucket_of(first, &rank)
            at = first_shift
            while at:
                shift = max(0, at - 11)
                count_digits(numbers, prefix, at, shift, later)
                prefix = (prefix << (at - shift)) | bucket_of(later, &rank)
                at = shift
            ranks[i] = prefix


cdef void count_digits(const uint32_t[::1] numbers, Py_ssize_t prefix, int bits, int shift,
                       Py_ssize_t *counts) noexcept nogil:
    """Of the numbers with a prefix before their last bits: how many have each value in those but the last `shift`."""
    cdef Py_ssize_t i, mask = (1 << (bits - shift)) - 1
    memset(counts, 0, (mask + 1) * sizeof(Py_ssize_t))
    for i in range(numbers.shape[0]):
        if <Py_ssize_t> numbers[i] >> bits == prefix:
            counts[(numbers[i] >> shift) & mask] += 1


cdef Py_ssize_t bucket_of(const Py_ssize_t *counts, Py_ssize_t *rank) noexcept nogil:
    """The bucket that holds a rank, which becomes the rank in it."""
    cdef Py_ssize_t bucket = 0
    while rank[0] >= counts[bucket]:
        rank[0] -= counts[bucket]
        bucket += 1
    return bucket


def scatter_labels(
        const int32_t[::1] labels,       # IN     (n,), cell by cell
        const uint32_t[::1] order,       # IN     (n,)
        int32_t[::1] out,                # OUT    (n,), out[order[i]] = labels[i]
        Region region, int slot):
    """Put labels back into the order of the data."""
    cdef:
        Py_ssize_t i
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                out[order[i]] = labels[i]
