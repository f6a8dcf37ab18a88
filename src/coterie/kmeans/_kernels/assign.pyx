# SPDX-License-Identifier: BSD-3-Clause
"""k-means, step 1: give every point to its nearest center.

Fast arithmetic on shifted and scaled numbers finds the nearest and the second nearest center of a tile of points at a
time (nearest_body.h). Where the two are closer than a proven bound on its rounding error, true float64 distances
decide, lowest index first. So the labels are those of exact distances, whatever precision the fast arithmetic has.
"""
from libc.math cimport sqrt
from libc.stdint cimport int32_t, int64_t
from libc.string cimport memmove

from .batch cimport LOOK, append, batch_t, collect, fetch, label_batch, label_tile, tally_t
from .centers cimport Centers, centers_t, nearest_exactly
from .distance cimport squared_distance
from .nearest cimport pack_tile, tile_distances
from .tile cimport TILE
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

TILE_ROWS = TILE


def assign_labels(
        const real[:, ::1] X,             # IN     (n, d)
        Centers centers,                  # IN     packed
        const float[::1] loss,            # IN     (k,), what a margin lost since its point was last looked at, scaled
        int32_t[::1] labels,              # INOUT  (n,), -1 where it is not known yet
        float[::1] margins,               # INOUT  (n,), scaled; a point with margin > loss keeps its label
        double[:, ::1] tiles,             # WORK   (slots, >= d * TILE)
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
        Py_ssize_t start, n, done
        batch_t second, third
        Py_ssize_t rows[LOOK + TILE]  # to be looked at
        part_t part
        tally_t tally = tally_t(0, 0, 0, 0)
        tally_t *total = <tally_t *> &counts[slot, 0]
    with nogil:
        while work_take(&region.work, slot, &part):
            n = second.n = third.n = 0
            start = part.start
            while start < part.stop:
                n = collect(start, min(start + LOOK, part.stop), &loss[0], &labels[0], &margins[0], rows, n)
                start += LOOK
                done = 0
                fetch(X, rows, min(n, TILE))
                while n - done >= TILE:
                    fetch(X, rows + done + TILE, min(n - done - TILE, TILE))  # arrives while this tile is looked at
                    look_at(X, &centers.c, rows + done, TILE, &second, &third, &labels[0], &margins[0],
                            &tiles[slot, 0], &tally)
                    done += TILE
                n -= done
                memmove(rows, rows + done, n * sizeof(Py_ssize_t))
            look_at(X, &centers.c, rows, <int> n, &second, &third, &labels[0], &margins[0], &tiles[slot, 0], &tally)
            while second.n:
                label_in_float64(X, &centers.c, &second, &third, &labels[0], &margins[0], &tiles[slot, 0], &tally)
    total.changed += tally.changed
    total.seen += tally.seen
    total.doubtful += tally.doubtful
    total.exact += tally.exact


cdef inline void look_at(
        const real[:, ::1] X, const centers_t *centers, const Py_ssize_t *rows, int n_rows, batch_t *doubtful,
        batch_t *still_doubtful, int32_t *labels, float *margins, double *tile, tally_t *tally) noexcept nogil:
    """Label some rows, TILE at most, in float32, or put them into doubt; then those in doubt, while they are TILE."""
    cdef int i
    tally.seen += n_rows
    if centers.single and n_rows:
        tally.changed += label_tile(&X[0, 0], X.shape[1], centers, rows, n_rows, doubtful, labels, margins,
                                    <float *> tile)
    else:
        for i in range(n_rows):
            append(doubtful, rows[i])
    while doubtful.n >= TILE:
        label_in_float64(X, centers, doubtful, still_doubtful, labels, margins, tile, tally)


cdef inline void label_in_float64(
        const real[:, ::1] X, const centers_t *centers, batch_t *batch, batch_t *doubtful, int32_t *labels,
        float *margins, double *tile, tally_t *tally) noexcept nogil:
    """Label the last rows of a batch, TILE at most, for good."""
    cdef:
        Py_ssize_t row, nearest
        int n_before = batch.n
    tally.changed += label_batch(&X[0, 0], X.shape[1], centers, batch, doubtful, labels, margins, tile)
    tally.doubtful += n_before - batch.n
    tally.exact += doubtful.n
    while doubtful.n:
        doubtful.n -= 1
        row = doubtful.rows[doubtful.n]
        nearest = nearest_exactly(&X[row, 0], centers, NULL, centers.k)
        tally.changed += nearest != labels[row]
        labels[row] = <int32_t> nearest
        margins[row] = 0


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
        double[:, ::1] tiles,             # WORK   (slots, >= (d + k) * TILE)
        real[:, ::1] out,                 # OUT    (n, k), Euclidean distance
        Region region, int slot):
    """Distances of the points to all centers, from float64 differences; chunks are whole tiles. O(n k d) time."""
    cdef:
        Py_ssize_t d = X.shape[1], k = scaled.shape[0], start, i, j
        int n_rows
        double unit = 1.0 / scale
        double *tile = &tiles[slot, 0]
        double *square = tile + d * TILE
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            start = part.start
            while start < part.stop:
                n_rows = <int> min(TILE, part.stop - start)
                pack_tile(&X[start, 0], d, NULL, n_rows, d, &shift[0], scale, tile)
                tile_distances(tile, d, &scaled[0, 0], k, square)
                for i in range(k * TILE):
                    square[i] = sqrt(square[i]) * unit
                for i in range(n_rows):
                    for j in range(k):
                        out[start + i, j] = <real> square[j * TILE + i]
                start += TILE


def squares_to_all(
        const real[:, ::1] X,             # IN     (n, d)
        const double[:, ::1] centers,     # IN     (k, d)
        const double[::1] shift,          # IN     (d,), zeros
        double[:, ::1] tiles,             # WORK   (slots, >= (d + k) * TILE)
        double[:, ::1] out,               # OUT    (n, k), squared distance
        Region region, int slot):
    """Squared distances of the points to all centers, as `distances_to_all`. O(n k d) time."""
    cdef:
        Py_ssize_t d = X.shape[1], k = centers.shape[0], start, i, j
        int n_rows
        double *tile = &tiles[slot, 0]
        double *square = tile + d * TILE
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            start = part.start
            while start < part.stop:
                n_rows = <int> min(TILE, part.stop - start)
                pack_tile(&X[start, 0], d, NULL, n_rows, d, &shift[0], 1.0, tile)
                tile_distances(tile, d, &centers[0, 0], k, square)
                for i in range(n_rows):
                    for j in range(k):
                        out[start + i, j] = square[j * TILE + i]
                start += TILE
