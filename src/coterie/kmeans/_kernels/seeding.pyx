# SPDX-License-Identifier: BSD-3-Clause
"""Greedy k-means++ seeding: what each trial centre would gain, and what the chosen one changes.

The rows stand in blocks of at most TILE. Where they are sorted into cells, a block whose bounding box is farther from
a new centre than its farthest-off point is from the old ones is passed over: late centres read few rows.

Draws must not depend on the order of the rows, and a row of weight w must count as w rows. So every row has a hash of
its values, rows of like hash make a bucket, and a draw goes first among the buckets, then among the rows of one.
"""
from libc.stdint cimport uint16_t, uint64_t
from libc.string cimport memcpy

from .nearest cimport TILE, pack_tile, tile_distances, tile_gain
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take_sized

cdef enum:
    GROUP = 16  # blocks that are looked at together first


def hash_rows(
        const real[:, ::1] X,             # IN     (n, d)
        bint coarsely,                    # IN     look at the values as rounded to float32
        Py_ssize_t rows,                  # IN     rows of a chunk
        uint64_t[::1] hashes,             # OUT    (n,), equal for equal rows
        Region region, int slot):
    """A number for each row that depends on its values alone. O(n d) time."""
    cdef:
        part_t part
        Py_ssize_t row, j
        double value
        uint64_t bits, h
    with nogil:
        while work_take_sized(&region.work, slot, rows, X.shape[0], &part):
            for row in range(part.start, part.stop):
                h = 0
                for j in range(X.shape[1]):
                    value = (<float> X[row, j] if coarsely else X[row, j]) + 0.0  # -0.0 becomes 0.0
                    memcpy(&bits, &value, 8)
                    # The finisher of MurmurHash3, once a value.
                    h = (h ^ bits) * <uint64_t> 0xff51afd7ed558ccd
                    h = (h ^ (h >> 33)) * <uint64_t> 0xc4ceb9fe1a85ec53
                    h ^= h >> 33
                hashes[row] = h


cdef int pack_block(const real[:, ::1] X, Py_ssize_t start, Py_ssize_t stop, const double[::1] shift, double scale,
                    real *tile) noexcept nogil:
    """Rows start .. stop - 1, transposed into `tile`. Returns how many."""
    cdef:
        Py_ssize_t rows[TILE]
        int i
    for i in range(TILE):
        rows[i] = i
    pack_tile(&X[start, 0], rows, <int> (stop - start), X.shape[1], &shift[0], scale, tile)
    return <int> (stop - start)


cdef double squared_distance_to_box(const double *low, const double *high, const real *c, const double *shift,
                                    double scale, Py_ssize_t d) noexcept nogil:
    """From a scaled point c to a box in the data's own units, scaled."""
    cdef:
        Py_ssize_t j
        double t, total = 0.0
    for j in range(d):
        t = max((low[j] - shift[j]) * scale - c[j], c[j] - (high[j] - shift[j]) * scale)
        if t > 0.0:
            total += t * t
    return total


cdef int within_reach(
        const double[:, :, ::1] boxes, const double[::1] farthest, Py_ssize_t start, Py_ssize_t stop,
        const real[:, ::1] centers, const Py_ssize_t *which, int n_which,
        const double[::1] shift, double scale, Py_ssize_t *found) noexcept nogil:
    """Which of some centres are nearer to the blocks start .. stop - 1 than their farthest-off point is to its own?

    All, where the blocks have no boxes. Returns how many; `found` may be `which`.
    """
    cdef:
        double low[8]
        double high[8]
        double reach
        Py_ssize_t d = centers.shape[1], block, i, j
        int n_found = 0
    if boxes.shape[0] == 0:
        for i in range(n_which):
            found[i] = which[i]
        return n_which
    for j in range(d):
        low[j] = boxes[start, 0, j]
        high[j] = boxes[start, 1, j]
    reach = farthest[start]
    for block in range(start + 1, stop):
        reach = max(reach, farthest[block])
        for j in range(d):
            low[j] = min(low[j], boxes[block, 0, j])
            high[j] = max(high[j], boxes[block, 1, j])
    for i in range(n_which):
        if squared_distance_to_box(low, high, &centers[which[i], 0], &shift[0], scale, d) < reach:
            found[n_found] = which[i]
            n_found += 1
    return n_found


def gains(
        const real[:, ::1] X,             # IN     (n, d), rows block by block
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const Py_ssize_t[::1] starts,     # IN     (n_blocks + 1,)
        const double[:, :, ::1] boxes,    # IN     (n_blocks, 2, d), or (0, 2, d) where there are none
        const double[::1] shift,          # IN     (d,)
        double scale,                     # IN     power of two
        const real[:, ::1] trials,        # IN     (m, d), centres, shifted and scaled
        const real[::1] closest,          # IN     (n,), squared scaled distance to the nearest centre, by row
        const double[::1] farthest,       # IN     (n_blocks,), largest of `closest` in the block
        Py_ssize_t blocks,                # IN     blocks of a strip
        real[:, ::1] work,                # WORK   (slots, (d + 2) * TILE)
        Py_ssize_t[:, ::1] lists,         # WORK   (slots, 3 m)
        double[:, ::1] out,               # OUT    (strips, m), by how much each trial lowers sum(weight * closest)
        Region region, int slot):
    """What each trial centre gains, strip by strip. O(n m d) time at most."""
    cdef:
        Py_ssize_t d = X.shape[1], m = trials.shape[0], group, block, last, a, i, start, n_rows
        Py_ssize_t *every = <Py_ssize_t *> &lists[slot, 0]
        Py_ssize_t *near = every + m
        Py_ssize_t *nearer = near + m
        int n_near, n_nearer
        real *tile = &work[slot, 0]
        real *some_closest = tile + d * TILE
        real *some_weight = some_closest + TILE
        part_t part
    for i in range(m):
        every[i] = i
    with nogil:
        while work_take_sized(&region.work, slot, blocks, starts.shape[0] - 1, &part):
            out[part.index, :] = 0.0
            last = part.stop
            group = part.start
            while group < last:
                n_near = within_reach(boxes, farthest, group, min(last, group + GROUP), trials, every, <int> m,
                                      shift, scale, near)
                for block in range(group, min(last, group + GROUP) if n_near else group):
                    n_nearer = within_reach(boxes, farthest, block, block + 1, trials, near, n_near,
                                            shift, scale, nearer)
                    if n_nearer == 0:
                        continue
                    start = starts[block]
                    n_rows = pack_block(X, start, starts[block + 1], shift, scale, tile)
                    for i in range(n_rows):
                        some_closest[i] = closest[start + i]
                        some_weight[i] = <real> weight[start + i] if weight.shape[0] else 1
                    for i in range(n_rows, TILE):
                        some_closest[i] = some_weight[i] = 0
                    for i in range(n_nearer):
                        a = nearer[i]
                        out[part.index, a] += tile_gain(tile, d, &trials[a, 0], some_closest, some_weight)
                group += GROUP


def add_center(
        const real[:, ::1] X,             # IN     (n, d), rows block by block
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const Py_ssize_t[::1] starts,     # IN     (n_blocks + 1,)
        const double[:, :, ::1] boxes,    # IN     (n_blocks, 2, d), or (0, 2, d)
        const double[::1] shift,          # IN     (d,)
        double scale,                     # IN     power of two
        const real[:, ::1] center,        # IN     (1, d), shifted and scaled
        const uint16_t[::1] bucket,       # IN     (n,), by row
        Py_ssize_t blocks,                # IN     blocks of a strip
        real[::1] closest,                # INOUT  (n,), infinity before the first centre
        double[::1] farthest,             # INOUT  (n_blocks,), likewise
        real[:, ::1] work,                # WORK   (slots, (d + 1) * TILE)
        double[:, ::1] change,            # OUT    (strips, n_buckets), change of each bucket's sum(weight * closest)
        Region region, int slot):
    """Let a centre join: lower `closest` where it is nearer. O(n d) time at most.

    The change of a bucket counts from 0 for rows that had no centre yet.
    """
    cdef:
        Py_ssize_t d = X.shape[1], group, block, last, i, n_rows, row, only = 0, found
        real *tile = &work[slot, 0]
        real *distance = tile + d * TILE
        part_t part
        double old, top, w = 1.0
    with nogil:
        while work_take_sized(&region.work, slot, blocks, starts.shape[0] - 1, &part):
            change[part.index, :] = 0.0
            last = part.stop
            group = part.start
            while group < last:
                if not within_reach(boxes, farthest, group, min(last, group + GROUP), center, &only, 1,
                                    shift, scale, &found):
                    group += GROUP
                    continue
                for block in range(group, min(last, group + GROUP)):
                    if not within_reach(boxes, farthest, block, block + 1, center, &only, 1, shift, scale, &found):
                        continue
                    n_rows = pack_block(X, starts[block], starts[block + 1], shift, scale, tile)
                    tile_distances(tile, d, &center[0, 0], 1, distance)
                    top = 0.0
                    for i in range(n_rows):
                        row = starts[block] + i
                        old = closest[row]
                        if distance[i] < old:
                            closest[row] = distance[i]
                            if weight.shape[0]:
                                w = weight[row]
                            change[part.index, bucket[row]] += w * (distance[i] - (old if old < 1e30 else 0.0))
                        top = max(top, <double> closest[row])
                    farthest[block] = top
                group += GROUP
