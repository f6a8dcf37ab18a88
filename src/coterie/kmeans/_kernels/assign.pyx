# SPDX-License-Identifier: BSD-3-Clause
"""k-means, step 1: give every point to its nearest center.

Fast arithmetic on shifted and scaled numbers finds the nearest and the second nearest center of a tile of points at a
time (nearest_body.h). Where the two are closer than a proven bound on its rounding error, true float64 distances
decide, lowest index first. So the labels are those of exact distances, whatever precision the fast arithmetic has.
"""
from libc.math cimport sqrt
from libc.stdint cimport int32_t, int64_t, uint64_t

from .centers cimport Centers, nearest_exactly
from .distance cimport squared_distance
from .nearest cimport nearest_tile, pack_tile, tile_distances
from .tile cimport TILE
from ..._runtime._kernels.types cimport real, work_real
from ..._runtime._kernels.work cimport Region, part_t, work_take

# Margins are kept in float32; this factor makes every rounding on the way a rounding down.
cdef float ROUND_DOWN = <float> (1.0 - 2.0 ** -22)

TILE_ROWS = TILE


cdef struct batch_t:           # rows to be looked at together
    Py_ssize_t rows[2 * TILE]  # a full batch may leave as many rows in doubt, beside fewer than TILE from before
    int n


cdef struct tally_t:  # the first numbers of a row of `counts`
    int64_t changed   # labels that changed
    int64_t seen      # points looked at
    int64_t doubtful  # of these in float64
    int64_t exact     # of these by true distances


def assign_labels(
        const real[:, ::1] X,             # IN     (n, d)
        Centers centers,                  # IN     packed
        const float[::1] loss,            # IN     (k,), what a margin lost since its point was last looked at, scaled
        int32_t[::1] labels,              # INOUT  (n,), -1 where it is not known yet
        float[::1] margins,               # INOUT  (n,), scaled; a point with margin > loss keeps its label
        double[:, ::1] tiles,             # WORK   (slots, d * TILE)
        int64_t[:, ::1] counts,           # INOUT  (slots, 8), adds a tally_t
        Region region, int slot):
    """Label the rows with their nearest center. O(n k d) time at most.

    The margin of a point bounds from below how much nearer its own center is than every other one. It shrinks by at
    most what the centers moved; while it is positive, the label stands and the point is passed over (Hamerly 2010,
    doi:10.1137/1.9781611972801.12, with his two bounds kept as one difference).

    The other points are looked at in float32, TILE at a time; those that this leaves in doubt, again TILE at a time,
    in float64; those that are still in doubt, one by one through their true distances.
    """
    cdef:
        Py_ssize_t row
        batch_t first, second
        double *tile = &tiles[slot, 0]
        bint single = centers.single
        part_t part
        tally_t tally = tally_t(0, 0, 0, 0)
        tally_t *total = <tally_t *> &counts[slot, 0]
    with nogil:
        while work_take(&region.work, slot, &part):
            first.n = second.n = 0
            for row in range(part.start, part.stop):
                if labels[row] >= 0 and margin_lasts(&margins[row], loss[labels[row]]):
                    continue
                tally.seen += 1
                if single:
                    append(&first, row)
                    if first.n == TILE:
                        label_batch(X, centers, &first, &second, labels, margins, <float *> tile, &tally)
                else:
                    append(&second, row)
                if second.n >= TILE:
                    label_batch(X, centers, &second, NULL, labels, margins, tile, &tally)
            if first.n:
                label_batch(X, centers, &first, &second, labels, margins, <float *> tile, &tally)
            while second.n:
                label_batch(X, centers, &second, NULL, labels, margins, tile, &tally)
    total.changed += tally.changed
    total.seen += tally.seen
    total.doubtful += tally.doubtful
    total.exact += tally.exact


cdef inline void append(batch_t *batch, Py_ssize_t row) noexcept nogil:
    batch.rows[batch.n] = row
    batch.n += 1


cdef inline bint margin_lasts(float *margin, float loss) noexcept nogil:
    """Take the loss off a margin, if that leaves something."""
    cdef float left = margin[0] - loss
    if not left > 0:
        return False
    margin[0] = left * ROUND_DOWN
    return True


cdef void label_batch(
        const real[:, ::1] X, Centers centers, batch_t *batch, batch_t *doubtful, int32_t[::1] labels,
        float[::1] margins, work_real *tile, tally_t *tally) noexcept nogil:
    """Label the last rows of a batch, TILE at most; points in doubt go to `doubtful`, or (NULL) are decided here."""
    cdef:
        int n_rows = min(batch.n, TILE)
        const Py_ssize_t *rows = batch.rows + batch.n - n_rows
        Py_ssize_t d = X.shape[1], k = centers.exact.shape[0], row
        int64_t index[TILE]
        work_real margin[TILE]
        uint64_t close
        int i
    pack_tile(&X[0, 0], rows, n_rows, d, &centers.shift[0], centers.scale, tile)
    if work_real is float:
        close = nearest_tile(tile, d, &centers.packed32[0, 0], &centers.norms32[0], k, centers.slack32, centers.floor,
                             index, margin)
    else:
        close = nearest_tile(tile, d, &centers.packed[0, 0], &centers.norms[0], k, centers.slack, centers.floor,
                             index, margin)
    if doubtful == NULL:
        tally.doubtful += n_rows
    for i in range(n_rows):
        row = rows[i]
        if (close >> i) & 1:
            if doubtful != NULL:
                append(doubtful, row)
                continue
            index[i] = nearest_exactly(&X[row, 0], centers, NULL, k)
            margin[i] = 0
            tally.exact += 1
        tally.changed += index[i] != labels[row]
        labels[row] = <int32_t> index[i]
        margins[row] = <float> margin[i] * ROUND_DOWN
    batch.n -= n_rows


def squared_distances_to_own(
        const real[:, ::1] X,             # IN     (n, d)
        const double[:, ::1] centers,     # IN     (k, d)
        const int32_t[::1] labels,        # IN     (n,)
        double[::1] out,                  # OUT    (n,), squared distance of each point to its own center
        Region region, int slot):
    """True float64 distances of the points to their own centers. O(n d) time."""
    cdef:
        Py_ssize_t d = X.shape[1], row
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                out[row] = squared_distance(&X[row, 0], &centers[labels[row], 0], d)


def inertia_by_strip(
        const real[:, ::1] X,             # IN     (n, d)
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const double[:, ::1] centers,     # IN     (k, d)
        const int32_t[::1] labels,        # IN     (n,)
        double[::1] out,                  # OUT    (strips,), weighted sum of squared distances
        Region region, int slot):
    """Inertia of each strip of rows, from true float64 distances. O(n d) time."""
    cdef:
        Py_ssize_t d = X.shape[1], row
        bint weighted = weight.shape[0] > 0
        part_t part
        double total, distance
    with nogil:
        while work_take(&region.work, slot, &part):
            total = 0.0
            for row in range(part.start, part.stop):
                distance = squared_distance(&X[row, 0], &centers[labels[row], 0], d)
                total += weight[row] * distance if weighted else distance
            out[part.index] = total


def distances_to_all(
        const real[:, ::1] X,             # IN     (n, d)
        const double[::1] shift,          # IN     (d,)
        double scale,                     # IN     power of two
        const double[:, ::1] scaled,      # IN     (k, d), (centers - shift) * scale
        double[:, ::1] tiles,             # WORK   (slots, (d + k) * TILE)
        real[:, ::1] out,                 # OUT    (n, k), Euclidean distance
        Region region, int slot):
    """Distances of the points to all centers, from float64 differences; chunks are whole tiles. O(n k d) time."""
    cdef:
        Py_ssize_t d = X.shape[1], k = scaled.shape[0], start, i, j
        Py_ssize_t rows[TILE]
        int n_rows
        double *tile = &tiles[slot, 0]
        double *square = tile + d * TILE
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            start = part.start
            while start < part.stop:
                n_rows = <int> min(TILE, part.stop - start)
                for i in range(n_rows):
                    rows[i] = start + i
                pack_tile(&X[0, 0], rows, n_rows, d, &shift[0], scale, tile)
                tile_distances(tile, d, &scaled[0, 0], k, square)
                for i in range(n_rows):
                    for j in range(k):
                        out[start + i, j] = <real> (sqrt(square[j * TILE + i]) / scale)
                start += TILE
