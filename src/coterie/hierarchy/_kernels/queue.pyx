# SPDX-License-Identifier: BSD-3-Clause
"""Priority queue: merging the nearest two clusters again and again, by any method.

The distances are an upper triangle whose rows are found through an offset array: slot s holds its distances to all
slots t > s, and a new cluster takes the highest free slot, which is *below* all others, with a row of its own. So the
younger cluster holds the distance and rows never change: their columns only die. The smallest number of a row can
therefore only grow, whatever the method (inversions included), and what the queue knows of a row is a lower bound until
the row gets to its head (Muellner 2011, arXiv:1109.2378, the generic algorithm; there every update may change every
row).

There are K free slots to begin with. When they are used up, `fold` copies what is alive into a smaller triangle.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t
from libc.string cimport memmove

from ..._runtime._kernels.heap cimport make_heap, push, sift_down
from ..._runtime._kernels.work cimport Region, part_t, work_store, work_take
from ...distances._kernels.condensed cimport condensed_row
from ...spanning_trees._kernels.scans cimport row_minimum
from .lance_williams cimport gather_column, union_row

cdef enum:
    LEAST, DEAD, COLUMN_A, COLUMN_B, N_NUMBERS  # rows of `numbers`
    OFFSET = 0, ORDER, NEAREST, HEAP, ROOM, N_INDICES  # rows of `indices`

NUMBERS, INDICES = N_NUMBERS, N_INDICES


cdef class MergeQueue:
    """Clusters in slots, their distances, and a queue of them by the distance to their nearest later neighbor.

    Attributes
    ----------
    order : (S,)
        order[S - n_alive:] are the slots of the clusters that are there, ascending.
    size : (S,)
        Points of each cluster.
    name : (S,)
        Some point of each cluster.
    """
    cdef:
        int method
        Py_ssize_t K, S                   # slots that were free to begin with, all slots
        const double[::1] distances       # (n (n - 1) / 2,), the triangle of the slots K .. S - 1
        double[:, ::1] young              # (K, S), room for the rows of the slots 0 .. K - 1
        readonly double[::1] size
        readonly int64_t[::1] name
        double[::1] least                 # (S,), lower bound of each row
        int64_t[::1] nearest              # (S,), the column that had it; -1 for none
        double[::1] dead                  # (S,), 0 for clusters that are there, infinity for others
        double[::1] column_a              # (S,), distances to the two that are merged
        double[::1] column_b
        int64_t[::1] offset               # (S,), D(s, t) with s < t is at &distances[0] + offset[s] + t
        readonly int64_t[::1] order
        int64_t[::1] heap                 # (S,), the queue is heap[:heap_size]
        int64_t[::1] room                 # (S,), the rows room[:n_rooms] of `young` are free
        Py_ssize_t heap_size
        Py_ssize_t n_rooms
        Py_ssize_t n_free                 # slots 0 .. n_free - 1 are free
        readonly Py_ssize_t n_alive       # clusters
        readonly Py_ssize_t n_merged

    def __cinit__(
            self,
            int method,                       # IN     one of lance_williams.h
            const double[::1] distances,      # IN     (n (n - 1) / 2,), between the slots K .. S - 1, S = n + K
            double[:, ::1] young,             # WORK   (K, S)
            double[::1] size,                 # INOUT  (S,), points of each cluster
            int64_t[::1] name,                # INOUT  (S,), some point of each cluster
            double[:, ::1] numbers,           # WORK   (NUMBERS, S)
            int64_t[:, ::1] indices):         # WORK   (INDICES, S)
        cdef Py_ssize_t K = young.shape[0], S = young.shape[1], s
        self.method, self.K, self.S = method, K, S
        self.distances, self.young, self.size, self.name = distances, young, size, name
        self.least, self.dead = numbers[LEAST], numbers[DEAD]
        self.column_a, self.column_b = numbers[COLUMN_A], numbers[COLUMN_B]
        self.offset, self.order, self.nearest = indices[OFFSET], indices[ORDER], indices[NEAREST]
        self.heap, self.room = indices[HEAP], indices[ROOM]
        self.n_alive, self.n_merged = S - K, 0
        self.n_rooms = self.n_free = K
        self.heap_size = 0
        for s in range(S):
            self.order[s] = s
            self.dead[s] = INFINITY if s < K else 0.0
            self.column_a[s] = self.column_b[s] = 0.0  # never NaN, where they are not used
            self.offset[s] = condensed_row(S - K, s - K) - K
        for s in range(K):
            self.room[s] = K - 1 - s


def find_nearest(
        MergeQueue queue,                 # INOUT  n clusters; all rows but the last, n - 1, are the items of the region
        Region region, int slot):
    """Find the smallest number of each row of the triangle. O(n^2) time, one reading."""
    cdef:
        Py_ssize_t s
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for s in range(queue.K + part.start, queue.K + part.stop):
                find_minimum(queue, s)


def build_queue(MergeQueue queue):
    """Queue all clusters but the last, by what `find_nearest` found. O(n) time."""
    cdef Py_ssize_t i
    queue.heap_size = queue.n_alive - 1
    for i in range(queue.heap_size):
        queue.heap[i] = queue.K + i
    make_heap(&queue.heap[0], queue.heap_size, &queue.least[0])


cdef inline bint find_minimum(MergeQueue queue, Py_ssize_t s) noexcept nogil:
    """Find the nearest later neighbor of slot s. False where there is none."""
    cdef Py_ssize_t where
    queue.least[s] = row_minimum(&queue.distances[0] + queue.offset[s] + s + 1, &queue.dead[0] + s + 1, queue.S - s - 1,
                                 &where)
    queue.nearest[s] = s + 1 + where if where >= 0 else -1
    return where >= 0


cdef Py_ssize_t nearest_slot(MergeQueue queue) noexcept nogil:
    """The slot whose nearest neighbor is nearest of all; it stays in the queue. -1 where the queue runs empty."""
    cdef Py_ssize_t a, b
    while queue.heap_size > 0:
        a = queue.heap[0]
        b = queue.nearest[a]
        if queue.dead[a] == 0.0 and b >= 0 and queue.dead[b] == 0.0:
            return a
        if queue.dead[a] != 0.0 or not find_minimum(queue, a):
            queue.heap_size = queue.heap_size - 1
            queue.heap[0] = queue.heap[queue.heap_size]
        sift_down(&queue.heap[0], queue.heap_size, 0, &queue.least[0])
    return -1


cdef Py_ssize_t remove_pair(MergeQueue queue, Py_ssize_t a, Py_ssize_t b) noexcept nogil:
    """Take the slots a < b out of the order, and read their columns. Returns where the order of the others begins."""
    cdef:
        int64_t *order = &queue.order[0]
        const double *D = &queue.distances[0]
        const int64_t *offset = &queue.offset[0]
        Py_ssize_t first = queue.S - queue.n_alive, above_a, above_b
    queue.dead[a] = INFINITY
    queue.dead[b] = INFINITY
    above_a = position(order, first, queue.S, a)
    above_b = position(order, above_a, queue.S, b)
    memmove(order + above_a + 1, order + above_a, (above_b - above_a) * sizeof(int64_t))  # over b ...
    memmove(order + first + 2, order + first, (above_a - first) * sizeof(int64_t))  # ... and over a
    first += 2
    # What lies above a or b is in the columns of other rows, each in a cache line of its own.
    gather_column(D, offset, order + first, above_b + 1 - first, b, &queue.column_b[0])
    gather_column(D, offset, order + first, above_a + 2 - first, a, &queue.column_a[0])
    return first


cdef inline Py_ssize_t position(const int64_t *order, Py_ssize_t low, Py_ssize_t high, int64_t slot) noexcept nogil:
    """Where in order[low:high], ascending, `slot` is."""
    cdef Py_ssize_t middle
    while low < high:
        middle = (low + high) // 2
        if order[middle] < slot:
            low = middle + 1
        else:
            high = middle
    return low


cdef void write_row(MergeQueue queue, Py_ssize_t a, Py_ssize_t b, Py_ssize_t c, double h) noexcept nogil:
    """Write the row of slot c, which takes the union of the slots a < b at distance h, into a room that is free."""
    cdef:
        int method = queue.method
        const double *D = &queue.distances[0]
        const double *column_a = &queue.column_a[0]
        const double *column_b = &queue.column_b[0]
        const double *row_a = D + queue.offset[a]
        const double *row_b = D + queue.offset[b]
        const double *size = &queue.size[0]
        double *row
    queue.n_rooms = queue.n_rooms - 1
    row = &queue.young[queue.room[queue.n_rooms], 0]
    queue.offset[c] = row - D
    union_row(method, column_a + c, column_b + c, h, size[a], size[b], size + c, a - c, row + c)
    union_row(method, row_a + a + 1, column_b + a + 1, h, size[a], size[b], size + a + 1, b - a - 1, row + a + 1)
    union_row(method, row_a + b + 1, row_b + b + 1, h, size[a], size[b], size + b + 1, queue.S - b - 1, row + b + 1)
    row[a] = 0.0  # never used, but never NaN
    row[b] = 0.0
    # The rooms of rows that are gone are used again, so that memory is touched only where it is needed.
    free_room(queue, a)
    free_room(queue, b)


cdef inline void free_room(MergeQueue queue, Py_ssize_t s) noexcept nogil:
    """Let the row of slot s, which is gone, be used again where it is one of `young`."""
    if s < queue.K:
        queue.room[queue.n_rooms] = (&queue.distances[0] + queue.offset[s] - &queue.young[0, 0]) // queue.S
        queue.n_rooms = queue.n_rooms + 1


def merge_nearest(
        MergeQueue queue,                 # INOUT
        int64_t[:, ::1] pairs,            # OUT    (n - 1, 2), names of what was merged
        double[::1] heights,              # OUT    (n - 1,)
        Region region, int slot):
    """Merge the nearest two clusters for each item of the region, which has no more items than there are free slots.

    O(S) time a merge, and O(S) for each row whose neighbor died before it got to the head of the queue. The queue runs
    empty, and the region is stopped, where a cluster is infinitely far from all others, or NaN.
    """
    cdef:
        Py_ssize_t a, b, c, first
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            a = nearest_slot(queue)
            if a < 0:
                work_store(&region.work.stop, 1)
                break
            b = queue.nearest[a]
            pairs[queue.n_merged, 0] = queue.name[a]
            pairs[queue.n_merged, 1] = queue.name[b]
            heights[queue.n_merged] = queue.least[a]
            queue.n_merged = queue.n_merged + 1

            first = remove_pair(queue, a, b)
            queue.n_free = queue.n_free - 1
            c = queue.n_free
            write_row(queue, a, b, c, queue.least[a])
            queue.size[c] = queue.size[a] + queue.size[b]
            queue.name[c] = queue.name[b]
            queue.dead[c] = 0.0
            queue.order[first - 1] = c
            queue.n_alive = queue.n_alive - 1
            if find_minimum(queue, c):
                push(&queue.heap[0], queue.heap_size, c, &queue.least[0])
                queue.heap_size = queue.heap_size + 1


def fold(
        MergeQueue queue,                 # IN     no slot is free any more
        const int64_t[::1] alive,         # IN     (m,), order[S - n_alive:]
        Py_ssize_t begin,                 # IN     first row of `to` to be written; the items of the region are rows
        double[::1] to,                   # OUT    (m (m - 1) / 2,), condensed distances of these slots
        Region region, int slot):
    """Copy the rows and columns that are alive into condensed distances of their own. O(m^2) time.

    `to` may end where `distances` ends if what the rows from `begin` to the last, `end - 1`, write lies behind row
    alive[end - 1] (a single row may lie within its own).
    """
    cdef:
        Py_ssize_t m = alive.shape[0], i, j
        const double *row
        double *out
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(begin + part.start, begin + part.stop):
                row = &queue.distances[0] + queue.offset[alive[i]]
                out = &to[0] + condensed_row(m, i)
                for j in range(m - 1, i, -1):
                    out[j] = row[alive[j]]
