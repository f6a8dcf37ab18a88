# SPDX-License-Identifier: BSD-3-Clause
"""DBSCAN where who is near whom is looked up pair by pair: in blocks of distances, in a matrix, in a graph.

Blocks are handed on as marks: bit k of marks[r, w] says that column 64 w + k of the block is near row r.
"""
from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t

from ..._runtime._kernels.bits cimport lowest_bit
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.union_find cimport find, unite
from ..._runtime._kernels.work cimport Region, part_t, work_store, work_take, work_take_sized

ctypedef fused index:
    int32_t
    int64_t


# ------------------------------------------------------------------------------------------- pairs, block by block


cdef inline bint some_near(const double *x, Py_ssize_t n, double bound) noexcept nogil:
    """Is any of these near, or not a number? Mostly none is, and this the compiler can do for several at once."""
    cdef:
        Py_ssize_t k
        int64_t far = 0
    for k in range(n):
        far += x[k] > bound
    return far < n


def mark_near(
        const double[:, ::1] block,       # IN     (R, C), distances
        double bound,                     # IN     near is what is not farther
        Py_ssize_t diagonal,              # IN     column of row 0 itself; -R or less: there is none
        Py_ssize_t rows,                  # IN     of a chunk
        uint64_t[:, ::1] marks,           # OUT    (R, ceil(C / 64))
        int64_t[::1] not_numbers,         # INOUT  (R,), set to 1 where a distance is NaN
        Region region, int slot):
    """Mark the near pairs; with a diagonal only it, which is not looked up, and what is on its right."""
    cdef:
        Py_ssize_t n_columns = block.shape[1], r, w, k, start, stop
        const double *x
        uint64_t bits
        int wrong
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, block.shape[0], &part):
            for r in range(part.start, part.stop):
                wrong = 0
                for w in range(marks.shape[1]):
                    bits = 0
                    start = 64 * w
                    stop = min(n_columns, start + 64)
                    if diagonal + r >= start:  # what is left of it stays out
                        start = diagonal + r + 1
                        if diagonal + r < stop:
                            bits = (<uint64_t> 1) << (diagonal + r - 64 * w)
                    x = &block[r, 0] + 64 * w
                    if some_near(x + start - 64 * w, stop - start, bound):
                        for k in range(start - 64 * w, stop - 64 * w):
                            bits |= (<uint64_t> (x[k] <= bound)) << k
                            wrong |= x[k] != x[k]
                    marks[r, w] = bits
                if wrong:
                    not_numbers[r] = 1


def count_marked(
        uint64_t[:, ::1] marks,           # INOUT  (R, W), those dealt with are taken out
        Py_ssize_t row,                   # IN     the point of row 0
        Py_ssize_t column,                # IN     that of column 0
        const double[::1] weights,        # IN     (n,), not negative; or empty: 1 each
        double least,                     # IN     weight of the neighbours of a core point
        double[::1] count,                # INOUT  (n,), weight of the neighbours so far
        int64_t[::1] parent,              # INOUT  (n,), sets of core points
        int64_t[:, ::1] pairs,            # OUT    (room, 2), neighbours that are not core points both, as yet
        Py_ssize_t first,                 # IN     rows of the block dealt with before this region
        int64_t[::1] state,               # INOUT  (2,): pairs stored; rows of the block dealt with
        Region region, int thread):
    """Count neighbours, and unite core points that are; by one thread, row by row.

    With room for 0 pairs, or with `least` infinity, nothing is stored or nothing united. Where there is no room for a
    pair the region is stopped. Weights are added in the order of the rows, where blocks come in that order.
    """
    cdef:
        Py_ssize_t r, w, i, j, room = pairs.shape[0]
        uint64_t bits
        int64_t a, b, stored = state[0]
        const double *weight = &weights[0] if weights.shape[0] else NULL
        bint full = False
        part_t part
    with nogil:
        while not full and work_take(&region.work, thread, &part):
            r = first + part.index
            i = row + r
            for w in range(marks.shape[1]):
                bits = marks[r, w]
                while bits:
                    j = column + 64 * w + lowest_bit(bits)
                    if room and stored == room:
                        full = True
                        break
                    bits &= bits - 1
                    count[i] += weight[j] if weight else 1.0
                    if i == j:
                        continue
                    count[j] += weight[i] if weight else 1.0
                    if count[i] >= least and count[j] >= least:
                        a = find(&parent[0], i)
                        b = find(&parent[0], j)
                        if a != b:
                            unite(&parent[0], a, b)
                    elif room:
                        pairs[stored, 0] = i
                        pairs[stored, 1] = j
                        stored += 1
                marks[r, w] = bits
                if full:
                    work_store(&region.work.stop, 1)
                    break
            if not full:
                state[1] = r + 1
    state[0] = stored


def unite_stored(
        const double[::1] count,          # IN     (n,), weight of the neighbours so far
        double least,                     # IN     that of a core point
        int64_t[::1] parent,              # INOUT  (n,), sets of core points
        int64_t[:, ::1] pairs,            # INOUT  (room, 2)
        int64_t[::1] state):              # INOUT  pairs stored
    """Unite the stored pairs of core points and keep the others."""
    cdef:
        Py_ssize_t k
        int64_t i, j, a, b, kept = 0
    with nogil:
        for k in range(state[0]):
            i = pairs[k, 0]
            j = pairs[k, 1]
            if count[i] >= least and count[j] >= least:
                a = find(&parent[0], i)
                b = find(&parent[0], j)
                if a != b:
                    unite(&parent[0], a, b)
            else:
                pairs[kept, 0] = i
                pairs[kept, 1] = j
                kept += 1
    state[0] = kept


def unite_marked(
        const uint64_t[:, ::1] marks,     # IN     (R, W)
        const int64_t[::1] rows,          # IN     (R,), the points of the rows
        const int64_t[::1] columns,       # IN     (C,), those of the columns
        int64_t[::1] parent,              # INOUT  (n,), sets of core points
        Region region, int thread):
    """Unite the neighbours of a block of core points; by one thread, row by row."""
    cdef:
        Py_ssize_t w
        uint64_t bits
        int64_t a, b
        part_t part
    with nogil:
        while work_take(&region.work, thread, &part):
            a = find(&parent[0], rows[part.index])
            for w in range(marks.shape[1]):
                bits = marks[part.index, w]
                while bits:
                    b = find(&parent[0], columns[64 * w + lowest_bit(bits)])
                    bits &= bits - 1
                    if a != b:
                        unite(&parent[0], a, b)
                        a = min(a, b)


def is_one_set(
        const int64_t[::1] rows,          # IN     (R,), points
        const int64_t[::1] columns,       # IN     (C,), points
        int64_t[::1] parent):             # INOUT  (n,), sets of core points
    """Are all these points in one set already?"""
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
        int64_t[::1] labels):             # OUT    (n,), -1 where there is no core point
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


cdef inline void join_border(int64_t *labels, int64_t border, int64_t core) noexcept nogil:
    if labels[border] < 0 or labels[core] < labels[border]:
        labels[border] = labels[core]


def join_stored(
        const int64_t[:, ::1] pairs,      # IN     (m, 2)
        const uint8_t[::1] is_core,       # IN     (n,)
        int64_t[::1] labels):             # INOUT  (n,), those of the core points
    """Give border points the lowest label among those of neighbouring core points."""
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


def join_marked(
        const uint64_t[:, ::1] marks,     # IN     (R, W)
        const int64_t[::1] rows,          # IN     (R,), the points of the rows: core points
        const int64_t[::1] columns,       # IN     (C,), those of the columns: others
        int64_t[::1] labels,              # INOUT  (n,), those of the core points
        Region region, int thread):
    """The same with a block of core points and others; by one thread, row by row."""
    cdef:
        Py_ssize_t w
        uint64_t bits
        part_t part
    with nogil:
        while work_take(&region.work, thread, &part):
            for w in range(marks.shape[1]):
                bits = marks[part.index, w]
                while bits:
                    join_border(&labels[0], columns[64 * w + lowest_bit(bits)], rows[part.index])
                    bits &= bits - 1


# ------------------------------------------------------------------------------------------- a matrix of distances


def count_in_matrix(
        const real[:, ::1] D,             # IN     (n, n), distances of each row, as they are
        double bound,                     # IN     near is what is not farther
        const double[::1] weights,        # IN     (n,), or empty: 1 each
        Py_ssize_t rows,                  # IN     of a chunk
        double[::1] count,                # OUT    (n,), weight of the neighbours
        Region region, int slot):
    """Weight of the neighbours of each row, added in their order. O(n²) time."""
    cdef:
        Py_ssize_t n = D.shape[0], i, j
        int64_t number
        double total
        const real *x
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, n, &part):
            for i in range(part.start, part.stop):
                x = &D[i, 0]
                if weights.shape[0]:
                    total = 0.0
                    for j in range(n):
                        if x[j] <= bound:
                            total += weights[j]
                    count[i] = total
                else:
                    number = 0
                    for j in range(n):
                        number += x[j] <= bound
                    count[i] = <double> number


def walk_matrix(
        const real[:, ::1] D,             # IN     (n, n), distances of each row, as they are
        double bound,                     # IN     near is what is not farther
        const uint8_t[::1] is_core,       # IN     (n,)
        int64_t[::1] rest,                # INOUT  (n,), rest[:state[0]]: the points without a label, in order
        int64_t[::1] stack,               # WORK   (n,), stack[:state[1]]: core points to go on from
        int64_t[::1] state,               # INOUT  (4,): see above; the next point to begin with; clusters so far
        int64_t[::1] labels,              # INOUT  (n,), -1
        Region region, int thread):
    """From each core point in turn: it and all that can be reached from it, and has no label yet, are a cluster.

    A core point in each chunk of the region, by one thread. O(n) time each: only points without a label are looked at.
    """
    cdef:
        Py_ssize_t k
        int64_t i, j, left = state[0], depth = state[1], start = state[2], n_clusters = state[3], kept
        const real *x
        part_t part
    with nogil:
        while work_take(&region.work, thread, &part):
            if depth == 0:
                while labels[start] >= 0 or not is_core[start]:
                    start += 1
                labels[start] = n_clusters
                n_clusters += 1
                stack[0] = start
                depth = 1
            depth -= 1
            i = stack[depth]
            x = &D[i, 0]
            kept = 0
            for k in range(left):
                j = rest[k]
                if labels[j] < 0:
                    if x[j] <= bound:
                        labels[j] = labels[i]
                        if is_core[j]:
                            stack[depth] = j
                            depth += 1
                    else:
                        rest[kept] = j
                        kept += 1
            left = kept
    state[0] = left
    state[1] = depth
    state[2] = start
    state[3] = n_clusters


# ------------------------------------------------------------------------------------------- a sparse graph


def count_in_graph(
        const int64_t[::1] starts,        # IN     (n + 1,)
        const index[::1] columns,         # IN     (m,), no column twice in a row
        const real[::1] distances,        # IN     (m,)
        double bound,                     # IN     near is what is not farther
        const double[::1] weights,        # IN     (n,), or empty: 1 each
        Py_ssize_t rows,                  # IN     of a chunk
        double[::1] count,                # OUT    (n,), weight of the neighbours
        Region region, int slot):
    """Weight of the neighbours of each row, and its own unless its distance to itself says otherwise."""
    cdef:
        Py_ssize_t n = starts.shape[0] - 1, i
        int64_t k
        double total
        bint itself
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, n, &part):
            for i in range(part.start, part.stop):
                total = 0.0
                itself = True
                for k in range(starts[i], starts[i + 1]):
                    if distances[k] <= bound:
                        total += weights[columns[k]] if weights.shape[0] else 1.0
                    if columns[k] == i:
                        itself = False
                if itself:
                    total += weights[i] if weights.shape[0] else 1.0
                count[i] = total


def walk_graph(
        const int64_t[::1] starts,        # IN     (n + 1,)
        const index[::1] columns,         # IN     (m,)
        const real[::1] distances,        # IN     (m,)
        double bound,                     # IN     near is what is not farther
        const uint8_t[::1] is_core,       # IN     (n,)
        int64_t[::1] stack,               # WORK   (n,), stack[:state[1]]: core points to go on from
        int64_t[::1] state,               # INOUT  (4,): as in `walk_matrix`, state[0] is not used
        int64_t[::1] labels,              # INOUT  (n,), -1
        Region region, int thread):
    """As `walk_matrix`. O(m) time."""
    cdef:
        int64_t i, j, k, depth = state[1], start = state[2], n_clusters = state[3]
        part_t part
    with nogil:
        while work_take(&region.work, thread, &part):
            if depth == 0:
                while labels[start] >= 0 or not is_core[start]:
                    start += 1
                labels[start] = n_clusters
                n_clusters += 1
                stack[0] = start
                depth = 1
            depth -= 1
            i = stack[depth]
            for k in range(starts[i], starts[i + 1]):
                j = columns[k]
                if labels[j] < 0 and distances[k] <= bound:
                    labels[j] = labels[i]
                    if is_core[j]:
                        stack[depth] = j
                        depth += 1
    state[1] = depth
    state[2] = start
    state[3] = n_clusters
