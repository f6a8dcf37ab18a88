# SPDX-License-Identifier: BSD-3-Clause
"""k-prototypes: give every row to its nearest prototype, and move the prototypes to the means and modes of their rows.

The rows lie column by column: numbers in float64, and categories as codes of as few bytes as they need. So one
instruction compares a column of many rows with a prototype, and each row is still added up column by column, as a loop
over one row would do: distances are the same bits on every machine.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t

from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef enum:
    BLOCK = 256    # rows that are compared at a time: their sums stay near the core
    MOST = 255     # columns whose differences the smallest code can count
    MISSING = 0    # code of a missing category
ROWS = BLOCK

ctypedef fused code_t:
    uint8_t
    uint16_t
    uint32_t


cdef struct rows_t:  # of one block
    Py_ssize_t n       # rows of the table: what lies between two columns
    Py_ssize_t size    # rows of the block, at most BLOCK
    Py_ssize_t p       # columns of numbers
    Py_ssize_t c       # columns of categories


cdef inline void add_squares(const double *x, const double *center, rows_t rows, double *total) noexcept nogil:
    """Squared distances of the numbers; a missing one adds nothing."""
    cdef:
        Py_ssize_t i, j
        double m, square
    for i in range(rows.size):
        total[i] = 0.0
    for j in range(rows.p):
        m = center[j]
        for i in range(rows.size):
            square = (x[i] - m) * (x[i] - m)
            total[i] += square if square == square else 0.0
        x += rows.n


cdef inline void count_differences(
        const code_t *x, const code_t *mode, rows_t rows, code_t *few, uint32_t *differ) noexcept nogil:
    """How many categories differ from the modes; a missing one does not."""
    cdef:
        Py_ssize_t i, j = 0, stop
        code_t m
    for i in range(rows.size):
        differ[i] = 0
    while j < rows.c:
        stop = min(j + MOST, rows.c)
        for i in range(rows.size):
            few[i] = 0
        while j < stop:
            m = mode[j]
            for i in range(rows.size):
                few[i] += (x[i] != m) & (x[i] != MISSING)
            x += rows.n
            j += 1
        for i in range(rows.size):
            differ[i] += few[i]


def assign_labels(
        const double[:, ::1] numbers,     # IN     (p, n), NaN where missing
        const code_t[:, ::1] codes,       # IN     (c, n), 0 where missing
        const double[:, ::1] centers,     # IN     (k, p)
        const code_t[:, ::1] modes,       # IN     (k, c), above 0
        double gamma,                     # IN     what a different category adds
        int32_t[::1] labels,              # OUT    (n,), the lowest where prototypes are equally near
        double[::1] distances,            # OUT    (n,), to that prototype
        Region region, int slot):
    """Label the rows with their nearest prototype. O(n k (p + c)) time."""
    cdef:
        Py_ssize_t k, i, start
        rows_t rows
        double total[BLOCK]
        uint32_t differ[BLOCK]
        code_t few[BLOCK]
        double distance
        double *nearest
        int32_t *label
        part_t part
    rows.n = labels.shape[0]
    rows.p = centers.shape[1]
    rows.c = modes.shape[1]
    with nogil:
        while work_take(&region.work, slot, &part):
            start = part.start
            while start < part.stop:
                rows.size = min(<Py_ssize_t> BLOCK, part.stop - start)
                nearest = &distances[start]
                label = &labels[start]
                for i in range(rows.size):
                    nearest[i] = INFINITY
                    label[i] = 0
                    total[i] = 0.0
                    differ[i] = 0
                for k in range(centers.shape[0]):
                    if rows.p:
                        add_squares(&numbers[0, start], &centers[k, 0], rows, total)
                    if rows.c:
                        count_differences(&codes[0, start], &modes[k, 0], rows, few, differ)
                    for i in range(rows.size):
                        distance = total[i] + gamma * differ[i]
                        label[i] = <int32_t> k if distance < nearest[i] else label[i]
                        nearest[i] = distance if distance < nearest[i] else nearest[i]
                start += BLOCK


def move_centers(
        const double[:, ::1] numbers,     # IN     (p, n), NaN where missing
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const int32_t[::1] labels,        # IN     (n,)
        const double[::1] shift,          # IN     (p,), taken off every row so that large offsets cost no digits
        double[:, ::1] sums,              # WORK   (slots, 2 k)
        double[:, ::1] centers,           # INOUT  (k, p)
        Region region, int slot):
    """Centers become the means of their rows; where no number is known, they stay. A chunk is a column. O(n p) time."""
    cdef:
        Py_ssize_t k = centers.shape[0], j, row
        double *total = &sums[slot, 0]
        double *mass = total + k
        double x, w = 1.0
        bint weighted = weight.shape[0] > 0
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for j in range(part.start, part.stop):
                for row in range(2 * k):
                    total[row] = 0.0
                for row in range(labels.shape[0]):
                    x = numbers[j, row] - shift[j]
                    if x == x:
                        if weighted:
                            w = weight[row]
                        total[labels[row]] += w * x
                        mass[labels[row]] += w
                for row in range(k):
                    if mass[row] > 0.0:
                        centers[row, j] = shift[j] + total[row] / mass[row]


def move_modes(
        const code_t[:, ::1] codes,       # IN     (c, n), 0 where missing
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const int32_t[::1] labels,        # IN     (n,)
        const Py_ssize_t[::1] n_codes,    # IN     (c,), what the codes of a column are below
        double[:, ::1] tables,            # WORK   (slots, at least the largest of n_codes)
        code_t[:, ::1] modes,             # INOUT  (k, c)
        Region region, int slot):
    """Modes become the categories of the largest weight, the lowest code on a tie; where none is known, they stay.

    A chunk is a column. Of many categories, as many clusters are counted in a pass as there is space for. O(n c) time.
    """
    cdef:
        Py_ssize_t k = modes.shape[0], j, row, first, span, own, i
        double *table = &tables[slot, 0]
        double *counts
        double w = 1.0, most
        bint weighted = weight.shape[0] > 0
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for j in range(part.start, part.stop):
                span = min(k, tables.shape[1] // n_codes[j])
                first = 0
                while first < k:
                    for i in range(span * n_codes[j]):
                        table[i] = 0.0
                    for row in range(labels.shape[0]):
                        own = labels[row] - first
                        if 0 <= own < span:
                            if weighted:
                                w = weight[row]
                            table[own * n_codes[j] + codes[j, row]] += w
                    for own in range(min(span, k - first)):
                        counts = table + own * n_codes[j]
                        most = 0.0
                        for i in range(MISSING + 1, n_codes[j]):
                            if counts[i] > most:
                                most = counts[i]
                                modes[first + own, j] = <code_t> i
                    first += span
