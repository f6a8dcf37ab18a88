# SPDX-License-Identifier: BSD-3-Clause
"""Merging in rounds: all pairs of clusters that are each other's nearest neighbour at once.

Right for the reducible methods (single, complete, average, weighted, ward), where a merge brings no cluster nearer to
another than its parts were, so that such pairs are merged in any order (Bruynooghe 1977; Murtagh 1983,
https://doi.org/10.1093/comjnl/26.4.354). A round reads a triangle of distances once, row by row, and writes the smaller
one of the next round, in parallel. A pair (a, b) with a < b takes the place of a: then nothing is needed from the rows
above a, so that the smaller triangle can be written over the larger one.
"""
from libc.stdint cimport int32_t, int64_t
from libc.string cimport memcpy

from .lance_williams cimport gather_triangle_column, magnitude, mutual_minimum, union_columns, union_row
from ..._runtime._kernels.work cimport Region, part_t, work_take_sized


cdef inline Py_ssize_t row_start(Py_ssize_t i, Py_ssize_t n) noexcept nogil:
    """D(i, j) with i < j is distances[row_start(i, n) + j]."""
    return i * n - i * (i + 1) // 2 - i - 1


cdef inline void note_nearest(
        const double *row, Py_ssize_t i, Py_ssize_t n, double *least, int64_t *nearest) noexcept nogil:
    """Let row i of a triangle (row[j] with j > i) lower what is known of the nearest neighbours."""
    cdef:
        Py_ssize_t where
        double smallest = mutual_minimum(row + i + 1, n - 1 - i, i, &where, least + i + 1, nearest + i + 1)
    if smallest < least[i]:  # those above came first: they have the lower index
        least[i] = smallest
        nearest[i] = i + 1 + where


def largest_magnitude(
        const double[::1] values,         # IN     (n,)
        double[::1] largest,              # INOUT  (threads,), zeros
        Py_ssize_t rows,                  # IN     numbers of a chunk
        Region region, int thread):
    """Largest absolute value that each thread saw; infinity if it saw NaN. O(n) time."""
    cdef part_t part
    with nogil:
        while work_take_sized(&region.work, thread, rows, values.shape[0], &part):
            largest[thread] = max(largest[thread], magnitude(&values[part.start], part.stop - part.start))


def nearest_neighbors(
        const double[::1] distances,      # IN     (n (n - 1) / 2,)
        double[:, ::1] least,             # INOUT  (threads, n), infinity; smallest distance that each thread saw
        int64_t[:, ::1] nearest,          # INOUT  (threads, n), to whom
        Py_ssize_t rows,                  # IN     rows of a chunk
        Region region, int thread):
    """Nearest neighbour of each point, one reading of the triangle. O(n^2) time."""
    cdef:
        Py_ssize_t n = least.shape[1], i
        part_t part
    with nogil:
        while work_take_sized(&region.work, thread, rows, n - 1, &part):
            for i in range(part.start, part.stop):
                note_nearest(&distances[0] + row_start(i, n), i, n, &least[thread, 0], &nearest[thread, 0])


def join_threads(
        double[:, ::1] least,             # INOUT  (threads, n), the smallest is left in least[0]
        int64_t[:, ::1] nearest):         # INOUT  (threads, n), its neighbour (the lowest on a tie) in nearest[0]
    """Bring together what the threads saw of the nearest neighbours."""
    cdef Py_ssize_t thread, i
    with nogil:
        for thread in range(1, least.shape[0]):
            for i in range(least.shape[1]):
                if least[thread, i] < least[0, i] or (
                        least[thread, i] == least[0, i] and nearest[thread, i] < nearest[0, i]):
                    least[0, i] = least[thread, i]
                    nearest[0, i] = nearest[thread, i]


def merge_pairs(
        int method,                       # IN     one of lance_williams.h
        const double[::1] distances,      # IN     (n (n - 1) / 2,)
        const double[::1] size,           # IN     (n,), points of each cluster
        const int32_t[::1] keep,          # IN     (m,), the clusters whose places stay: all but the second of each pair
        const int32_t[::1] partner,       # IN     (m,), the second of the pair, -1 for those in none
        const int32_t[::1] place,         # IN     (p,), which of `keep` are firsts of pairs
        const double[:, ::1] pair,        # IN     (3, p), of each pair: height, size of a, size of b
        Py_ssize_t begin, Py_ssize_t end,  # IN     rows of `to` to be written
        double[:, ::1] work,              # WORK   (threads, 2 n + 3 p)
        double[::1] to,                   # OUT    (m (m - 1) / 2,), distances after the merges
        double[:, ::1] least,             # INOUT  (threads, m), infinity; smallest distance that each thread saw
        int64_t[:, ::1] nearest,          # INOUT  (threads, m), to whom
        Py_ssize_t rows,                  # IN     rows of a chunk
        Region region, int thread):
    """Distances between the clusters after the merges, and their nearest neighbours. O(n^2) time.

    Row i reads the rows from keep[i] on, and writes when it has read: `to` may begin where `distances` begins if what
    the rows begin .. end - 1 write lies before row keep[begin] (a single row may lie within its own).
    """
    cdef:
        Py_ssize_t n = size.shape[0], m = keep.shape[0], p = place.shape[0], i, j, k, a, b, first
        const double *D = &distances[0]
        const double *sizes = &size[0]
        const double *row
        double *old = &work[thread, 0]
        double *column = old + n
        double *to_a = column + n
        double *to_b = to_a + p
        double *united = to_b + p
        double *out
        double n_x
        part_t part
    with nogil:
        while work_take_sized(&region.work, thread, rows, end - begin, &part):
            for i in range(begin + part.start, begin + part.stop):
                # From this row's cluster to the old ones to the right of it,
                a = keep[i]
                b = partner[i]
                row = D + row_start(a, n)
                n_x = size[a]
                if b >= 0:
                    n_x += size[b]
                    gather_triangle_column(D, n, a + 1, b, b, column)
                    union_row(method, row + a + 1, column + a + 1, row[b], size[a], size[b], sizes + a + 1, b - 1 - a,
                              old + a + 1)
                    union_row(method, row + b + 1, D + row_start(b, n) + b + 1, row[b], size[a], size[b],
                              sizes + b + 1, n - 1 - b, old + b + 1)
                    row = old
                elif &to[0] + row_start(i, m) + m > row + a + 1:  # it would write over what it still reads
                    memcpy(old + a + 1, row + a + 1, (n - 1 - a) * sizeof(double))
                    row = old
                # then to the new ones.
                out = &to[0] + row_start(i, m)
                for j in range(i + 1, m):
                    out[j] = row[keep[j]]
                first = after(place, i)
                for k in range(first, p):
                    to_a[k] = row[keep[place[k]]]
                    to_b[k] = row[partner[place[k]]]
                union_columns(method, to_a + first, to_b + first, &pair[0, 0] + first, &pair[1, 0] + first,
                              &pair[2, 0] + first, n_x, p - first, united + first)
                for k in range(first, p):
                    out[place[k]] = united[k]
                note_nearest(out, i, m, &least[thread, 0], &nearest[thread, 0])


cdef inline Py_ssize_t after(const int32_t[::1] ascending, Py_ssize_t value) noexcept nogil:
    """How many are not greater than `value`."""
    cdef Py_ssize_t low = 0, high = ascending.shape[0], middle
    while low < high:
        middle = (low + high) // 2
        if ascending[middle] <= value:
            low = middle + 1
        else:
            high = middle
    return low
