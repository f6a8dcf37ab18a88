# SPDX-License-Identifier: BSD-3-Clause
"""Merging the nearest two clusters again and again, with a priority queue of nearest neighbours: any method.

The distances are an upper triangle whose rows are found through an offset array: slot s holds its distances to all
slots t > s, and a new cluster takes the next free slot *below* all others, with a row of its own. So the younger
cluster holds the distance and rows never change: their columns only die. The smallest number of a row can therefore
only grow, whatever the method (inversions included), and what the queue knows of a row is a lower bound until the row
gets to its head (Muellner 2011, arXiv:1109.2378, the generic algorithm; there every update may change every row).

The slots of the young are few, K; when they are used up, `fold` copies what is alive into a smaller triangle.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t
from libc.string cimport memmove

from ..._runtime._kernels.heap cimport push, sift_down
from .lance_williams cimport gather_column, row_minimum, union_row
from ..._runtime._kernels.work cimport Region, part_t, work_store, work_take, work_take_sized


def build_heap(
        int64_t[::1] heap,                # INOUT  (size,), slots in any order -> the nearest pair first
        const double[::1] least):         # IN     (S,), what is known of each slot's row
    """Make a heap. O(size) time."""
    cdef Py_ssize_t i
    with nogil:
        for i in range(heap.shape[0] // 2 - 1, -1, -1):
            sift_down(&heap[0], heap.shape[0], i, &least[0])


def row_minima(
        const double[::1] distances,      # IN     (n (n - 1) / 2,)
        const int64_t[::1] offset,        # IN     (S,), see address_rows
        const double[::1] dead,           # IN     (S,), zeros from K on
        Py_ssize_t K,
        double[::1] least,                # OUT    (S,), smallest number of each row from K on but the last
        int64_t[::1] nearest,             # OUT    (S,), its column; -1 where all are infinitely far, or NaN
        Py_ssize_t rows,                  # IN     rows of a chunk
        Region region, int thread):
    """Smallest number of each row of a triangle. O(n^2) time, one reading."""
    cdef:
        Py_ssize_t S = dead.shape[0], s, where
        part_t part
    with nogil:
        while work_take_sized(&region.work, thread, rows, S - 1 - K, &part):
            for s in range(K + part.start, K + part.stop):
                least[s] = row_minimum(&distances[0] + offset[s] + s + 1, &dead[s + 1], S - 1 - s, &where)
                nearest[s] = s + 1 + where if where >= 0 else -1


def address_rows(
        Py_ssize_t n,                     # IN     rows of the triangle: slots S - n .. S - 1
        int64_t[::1] offset):             # OUT    (S,), for these slots
    """Offset of each row: D(s, t) with s < t is found at distances + offset[s] + t, in whichever array that is."""
    cdef Py_ssize_t S = offset.shape[0], i
    with nogil:
        for i in range(n):
            offset[S - n + i] = i * n - i * (i + 1) // 2 - i - 1 - (S - n)


def merge_nearest(
        int method,                       # IN     one of lance_williams.h
        const double[::1] distances,      # IN     the triangle of slots K .. S - 1
        double[:, ::1] young,             # INOUT  (K, S), room for the rows of slots 0 .. K - 1
        int64_t[::1] room,                # INOUT  (K,), room[:state[3]] are the rows of young that are free
        int64_t[::1] offset,              # INOUT  (S,), see address_rows
        int64_t[::1] order,               # INOUT  (S,), order[S - alive:] are the slots alive, ascending
        double[::1] least,                # INOUT  (S,), lower bound of each row
        int64_t[::1] nearest,             # INOUT  (S,), the column that had it; -1 for none
        double[::1] dead,                 # INOUT  (S,), 0 or infinity
        double[::1] size,                 # INOUT  (S,), points of each cluster
        int64_t[::1] name,                # INOUT  (S,), some point of each cluster
        int64_t[::1] heap,                # INOUT  (S,), heap[:state[0]]
        double[:, ::1] column,            # WORK   (2, S), zeros
        int64_t[::1] state,               # INOUT  (5,): heap, clusters alive, merges so far, rooms free, slots free
        int64_t[:, ::1] pairs,            # OUT    (n - 1, 2), names of what was merged
        double[::1] heights,              # OUT    (n - 1,)
        Region region, int thread):
    """Merge two clusters in each chunk of the region, which has no more chunks than there are free slots.

    O(S) time a merge, and O(S) for each row whose neighbor died before it got to the head of the queue. The queue runs
    empty, and the region is stopped, where a cluster is infinitely far from all others, or NaN.
    """
    cdef:
        Py_ssize_t K = young.shape[0], S = young.shape[1], a = 0, b = 0, c, first, above_a, above_b, where = -1
        const double *D = &distances[0]
        double *row_c
        const double *row_a
        const double *row_b
        double h
        part_t part
    with nogil:
        while work_take(&region.work, thread, &part):
            while True:
                if state[0] == 0:
                    work_store(&region.work.stop, 1)
                    break
                a = heap[0]
                if dead[a] == 0.0:
                    b = nearest[a]
                    if b >= 0 and dead[b] == 0.0:
                        break
                    least[a] = row_minimum(D + offset[a] + a + 1, &dead[0] + a + 1, S - a - 1, &where)
                    nearest[a] = a + 1 + where if where >= 0 else -1
                if dead[a] != 0.0 or where < 0:  # nothing is left of this row
                    state[0] -= 1
                    heap[0] = heap[state[0]]
                sift_down(&heap[0], state[0], 0, &least[0])
            if state[0] == 0:
                break
            h = least[a]
            pairs[state[2], 0] = name[a]
            pairs[state[2], 1] = name[b]
            heights[state[2]] = h
            state[2] += 1

            dead[a] = INFINITY
            dead[b] = INFINITY
            first = S - state[1]
            above_a = position(order, first, S, a)
            above_b = position(order, above_a, S, b)
            memmove(&order[0] + above_a + 1, &order[0] + above_a, (above_b - above_a) * sizeof(int64_t))  # over b ...
            memmove(&order[0] + first + 2, &order[0] + first, (above_a - first) * sizeof(int64_t))  # ... and over a
            first += 2
            # What lies above a or b is in the columns of other rows, each in a cache line of its own.
            gather_column(D, &offset[0], &order[0] + first, above_b + 1 - first, b, &column[1, 0])
            gather_column(D, &offset[0], &order[0] + first, above_a + 2 - first, a, &column[0, 0])
            state[3] -= 1
            state[4] -= 1
            c = state[4]
            row_c = &young[room[state[3]], 0]
            offset[c] = row_c - D
            row_a = D + offset[a]
            row_b = D + offset[b]
            union_row(method, &column[0, c], &column[1, c], h, size[a], size[b], &size[c], a - c, row_c + c)
            union_row(method, row_a + a + 1, &column[1, a + 1], h, size[a], size[b], &size[0] + a + 1, b - a - 1,
                      row_c + a + 1)
            union_row(method, row_a + b + 1, row_b + b + 1, h, size[a], size[b], &size[0] + b + 1, S - b - 1,
                      row_c + b + 1)
            row_c[a] = 0.0  # never used, but never NaN
            row_c[b] = 0.0
            # The rooms of rows that are gone are used again: what was never touched need not be had.
            if a < K:
                room[state[3]] = (row_a - &young[0, 0]) // S
                state[3] += 1
            if b < K:
                room[state[3]] = (row_b - &young[0, 0]) // S
                state[3] += 1

            size[c] = size[a] + size[b]
            name[c] = name[b]
            dead[c] = 0.0
            order[first - 1] = c
            state[1] -= 1
            least[c] = row_minimum(row_c + c + 1, &dead[0] + c + 1, S - c - 1, &where)
            nearest[c] = -1
            if where >= 0:
                nearest[c] = c + 1 + where
                push(&heap[0], state[0], c, &least[0])
                state[0] += 1


cdef inline Py_ssize_t position(const int64_t[::1] order, Py_ssize_t low, Py_ssize_t high, int64_t slot) noexcept nogil:
    """Where in order[low:high], ascending, `slot` is."""
    cdef Py_ssize_t middle
    while low < high:
        middle = (low + high) // 2
        if order[middle] < slot:
            low = middle + 1
        else:
            high = middle
    return low


def fold(
        const double[::1] distances,      # IN     the triangle of slots K .. S - 1
        const int64_t[::1] offset,        # IN     (S,), see address_rows
        const int64_t[::1] alive,         # IN     (m,), slots, ascending
        Py_ssize_t begin, Py_ssize_t end,  # IN     rows of `to` to be written
        double[::1] to,                   # OUT    (m (m - 1) / 2,), the triangle of these slots
        Py_ssize_t rows,                  # IN     rows of a chunk
        Region region, int thread):
    """Copy the rows and columns that are alive into a triangle of their own. O(m^2) time.

    `to` may end where `distances` ends if what the rows begin .. end - 1 write lies behind row alive[end - 1] (a single
    row may lie within its own).
    """
    cdef:
        Py_ssize_t m = alive.shape[0], i, j
        const double *row
        double *out
        part_t part
    with nogil:
        while work_take_sized(&region.work, thread, rows, end - begin, &part):
            for i in range(begin + part.start, begin + part.stop):
                row = &distances[0] + offset[alive[i]]
                out = &to[0] + (i * m - i * (i + 1) // 2 - i - 1)
                for j in range(m - 1, i, -1):
                    out[j] = row[alive[j]]
