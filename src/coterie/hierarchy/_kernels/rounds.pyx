# SPDX-License-Identifier: BSD-3-Clause
"""Rounds of mutual nearest neighbors: all pairs of clusters that are nearest to each other are merged at once.

Right for the reducible methods (single, complete, average, weighted, ward), where a merge brings no cluster nearer to
another than its parts were, so that such pairs are merged in any order (Bruynooghe 1977; Murtagh 1983,
https://doi.org/10.1093/comjnl/26.4.354). A round reads the condensed distances once, row by row, and writes the smaller
ones of the next round, in parallel. A pair (a, b) with a < b takes the place of a: then nothing is needed from the rows
above a, so that the smaller matrix can be written over the larger one.
"""
from libc.stdint cimport int32_t, int64_t
from libc.string cimport memcpy

from ..._runtime._kernels.work cimport Region, part_t, work_take
from ...distances._kernels.condensed cimport condensed_row
from ...spanning_trees._kernels.scans cimport note_nearest
from .lance_williams cimport gather_condensed_column, union_columns, union_row


cdef class Round:
    """The clusters before a round, and which of them are merged: n clusters, p pairs, m = n - p clusters after it."""
    cdef:
        int method
        const double[::1] distances
        const double[::1] size
        const int32_t[::1] keep
        const int32_t[::1] partner
        const int32_t[::1] place
        const double[:, ::1] pair

    def __cinit__(
            self,
            int method,                   # IN     one of lance_williams.h
            const double[::1] distances,  # IN     (n (n - 1) / 2,)
            const double[::1] size,       # IN     (n,), points of each cluster
            const int32_t[::1] keep,      # IN     (m,), the clusters whose places stay: all but the second of each pair
            const int32_t[::1] partner,   # IN     (m,), the second of the pair, -1 for those in none
            const int32_t[::1] place,     # IN     (p,), which of `keep` are firsts of pairs, ascending
            const double[:, ::1] pair):   # IN     (3, p), of each pair: height, size of the first, size of the second
        self.method, self.distances, self.size = method, distances, size
        self.keep, self.partner, self.place, self.pair = keep, partner, place, pair


def merge_pairs(
        Round task,                       # IN
        Py_ssize_t begin,                 # IN     first row of `to` to be written; the items of the region are rows
        double[:, ::1] work,              # WORK   (slots, 2 n + 3 p)
        double[::1] to,                   # OUT    (m (m - 1) / 2,), distances after the merges
        double[:, ::1] least,             # INOUT  (slots, m), infinity -> smallest distance that each thread saw
        int64_t[:, ::1] nearest,          # INOUT  (slots, m), to which cluster
        Region region, int slot):
    """Distances between the clusters after the merges, and their nearest neighbors. O(n^2) time.

    Row i reads the rows from keep[i] on, and writes when it has read: `to` may begin where `distances` begins if what
    the region writes lies before row keep[begin] (a single row may lie within its own).
    """
    cdef:
        Py_ssize_t m = task.keep.shape[0], i
        double *out
        const double *row
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(begin + part.start, begin + part.stop):
                out = &to[0] + condensed_row(m, i)
                row = distances_before(task, i, out + m, &work[slot, 0])
                distances_after(task, i, row, out, &work[slot, 0] + 2 * task.size.shape[0])
                note_nearest(out, i, m, &least[slot, 0], &nearest[slot, 0])


cdef const double *distances_before(Round task, Py_ssize_t i, const double *end, double *work) noexcept nogil:
    """Distances from cluster i after the round to the clusters before it: row[x] for each x behind keep[i].

    They are copied to `work` (2 n,) where they must be computed, or would be written over before they are read: what is
    written ends at `end`.
    """
    cdef:
        Py_ssize_t n = task.size.shape[0], a = task.keep[i], b = task.partner[i]
        const double *D = &task.distances[0]
        const double *row = D + condensed_row(n, a)
        const double *size = &task.size[0]
        double *column = work + n
    if b >= 0:
        gather_condensed_column(D, n, a + 1, b, b, column)
        union_row(task.method, row + a + 1, column + a + 1, row[b], size[a], size[b], size + a + 1, b - 1 - a,
                  work + a + 1)
        union_row(task.method, row + b + 1, D + condensed_row(n, b) + b + 1, row[b], size[a], size[b], size + b + 1,
                  n - 1 - b, work + b + 1)
        return work
    if end > row + a + 1:
        memcpy(work + a + 1, row + a + 1, (n - 1 - a) * sizeof(double))
        return work
    return row


cdef void distances_after(Round task, Py_ssize_t i, const double *row, double *out, double *work) noexcept nogil:
    """Distances from cluster i after the round to those behind it, from its distances `row` to the clusters before."""
    cdef:
        const int32_t *keep = &task.keep[0]
        const int32_t *partner = &task.partner[0]
        const int32_t *place
        Py_ssize_t m = task.keep.shape[0], p = task.place.shape[0], first = after(task.place, i), j, k
        double *to_a = work
        double *to_b = to_a + p
        double *united = to_b + p
        double size = task.size[keep[i]]
    for j in range(i + 1, m):
        out[j] = row[keep[j]]
    if first == p:
        return
    place = &task.place[0]
    if partner[i] >= 0:
        size += task.size[partner[i]]
    for k in range(first, p):
        to_a[k] = row[keep[place[k]]]
        to_b[k] = row[partner[place[k]]]
    union_columns(task.method, to_a + first, to_b + first, &task.pair[0, first], &task.pair[1, first],
                  &task.pair[2, first], size, p - first, united + first)
    for k in range(first, p):
        out[place[k]] = united[k]


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
