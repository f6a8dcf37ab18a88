# SPDX-License-Identifier: BSD-3-Clause
"""Greedy k-means++ seeding: what each trial centre would gain, and what the chosen one changes.

The rows stand in blocks of at most TILE. Where they are sorted into cells, a block whose bounding box is farther from
a new centre than its farthest-off point is from the old ones is passed over: late centres read few rows.

Draws must not depend on the order of the rows, and a row of weight w must count as w rows. So every row has a hash of
its values, rows of like hash make a bucket, and a draw goes first among the buckets, then among the rows of one.
"""
from libc.stdint cimport int64_t, uint16_t, uint64_t
from libc.string cimport memcpy

from .nearest cimport TILE, pack_tile, tile_distances, tile_gain
from .types cimport real
from .work cimport Region, work_take


def hash_rows(
        const real[:, ::1] X,             # IN     (n, d)
        bint coarsely,                    # IN     look at the values as rounded to float32
        Py_ssize_t rows,                  # IN     rows of a chunk
        uint64_t[::1] hashes,             # OUT    (n,), equal for equal rows
        Region region, int slot):
    """A number for each row that depends on its values alone. O(n d) time."""
    cdef:
        int64_t chunk
        Py_ssize_t row, j
        double value
        uint64_t bits, h
    with nogil:
        while True:
            chunk = work_take(&region.work, slot == 0)
            if chunk < 0:
                break
            for row in range(chunk * rows, min(X.shape[0], (chunk + 1) * rows)):
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


cdef double squared_distance_to_box(const double[:, ::1] box, const real *c, const double *shift, double scale,
                                    Py_ssize_t d) noexcept nogil:
    """From a scaled point c to a box in the data's own units, scaled."""
    cdef:
        Py_ssize_t j
        double t, total = 0.0
    for j in range(d):
        t = max((box[0, j] - shift[j]) * scale - c[j], c[j] - (box[1, j] - shift[j]) * scale)
        if t > 0.0:
            total += t * t
    return total


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
        double[:, ::1] out,               # OUT    (strips, m), by how much each trial lowers sum(weight * closest)
        Region region, int slot):
    """What each trial centre gains, strip by strip. O(n m d) time at most."""
    cdef:
        Py_ssize_t d = X.shape[1], block, a, i, start, n_rows
        bint packed
        real *tile = &work[slot, 0]
        real *some_closest = tile + d * TILE
        real *some_weight = some_closest + TILE
        int64_t strip
    with nogil:
        while True:
            strip = work_take(&region.work, slot == 0)
            if strip < 0:
                break
            out[strip, :] = 0.0
            for block in range(strip * blocks, min(starts.shape[0] - 1, (strip + 1) * blocks)):
                start = starts[block]
                packed = False
                for a in range(trials.shape[0]):
                    if boxes.shape[0] and squared_distance_to_box(
                            boxes[block], &trials[a, 0], &shift[0], scale, d) >= farthest[block]:
                        continue
                    if not packed:
                        n_rows = pack_block(X, start, starts[block + 1], shift, scale, tile)
                        for i in range(n_rows):
                            some_closest[i] = closest[start + i]
                            some_weight[i] = <real> weight[start + i] if weight.shape[0] else 1
                        for i in range(n_rows, TILE):
                            some_closest[i] = some_weight[i] = 0
                        packed = True
                    out[strip, a] += tile_gain(tile, d, &trials[a, 0], some_closest, some_weight)


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
        Py_ssize_t d = X.shape[1], block, i, n_rows, row
        real *tile = &work[slot, 0]
        real *distance = tile + d * TILE
        int64_t strip
        double old, top, w = 1.0
    with nogil:
        while True:
            strip = work_take(&region.work, slot == 0)
            if strip < 0:
                break
            change[strip, :] = 0.0
            for block in range(strip * blocks, min(starts.shape[0] - 1, (strip + 1) * blocks)):
                if boxes.shape[0] and squared_distance_to_box(
                        boxes[block], &center[0, 0], &shift[0], scale, d) >= farthest[block]:
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
                        change[strip, bucket[row]] += w * (distance[i] - (old if old < 1e30 else 0.0))
                    top = max(top, <double> closest[row])
                farthest[block] = top
