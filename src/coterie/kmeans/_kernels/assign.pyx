# SPDX-License-Identifier: BSD-3-Clause
"""k-means, step 1: give every point to its nearest centre.

Fast arithmetic on shifted and scaled numbers finds the nearest and the second nearest centre of 64 points at a time
(nearest_body.h). Where the two are closer than a proven bound on its rounding error, true float64 distances decide,
lowest index first. So the labels are those of exact distances, whatever precision the fast arithmetic has.
"""
from libc.math cimport INFINITY, sqrt
from libc.stdint cimport int32_t, int64_t, uint64_t

from .distance cimport squared_distance
from .nearest cimport FEATURES, TILE, nearest_tile, pack_tile, tile_distances
from ..._runtime._kernels.types cimport real, work_real
from ..._runtime._kernels.work cimport Region, part_t, work_take_sized

# Margins are kept in float32; this factor makes every rounding on the way a rounding down.
cdef float ROUND_DOWN = <float> (1.0 - 2.0 ** -22)

TILE_ROWS = TILE


def pack_centers(
        const double[:, ::1] centers,     # IN     (k, d)
        const double[::1] shift,          # IN     (d,)
        double scale,                     # IN     power of two
        double[:, ::1] packed,            # OUT    (k, d), -2 c with c = (center - shift) * scale
        double[::1] norms,                # OUT    (k,), |c|^2
        float[:, ::1] packed32,           # OUT    (k, d), rounded; or (0, d)
        float[::1] norms32):              # OUT    (k,), rounded; or (0,)
    """Prepare the centres for the fast arithmetic. Returns 2 max |c|^2."""
    cdef:
        Py_ssize_t k, j
        bint also32 = packed32.shape[0] > 0
        double c, norm, largest = 0.0
    with nogil:
        for k in range(centers.shape[0]):
            norm = 0.0
            for j in range(centers.shape[1]):
                c = (centers[k, j] - shift[j]) * scale
                packed[k, j] = -2.0 * c
                norm += c * c
                if also32:
                    packed32[k, j] = <float> packed[k, j]
            norms[k] = norm
            if also32:
                norms32[k] = <float> norm
            largest = max(largest, norm)
    return 2.0 * largest


def rounding_slack(Py_ssize_t n_features, double unit):
    """Two scores of a point x that differ by more than slack * (2 max|c|^2 + |x|^2) are in their true order.

    A score h + sum_j c'_j x_j goes through at most 2 min(d, FEATURES) + d / FEATURES roundings (without fused
    multiply-add) of relative size `unit`, and its inputs through a few more; |h| + sum |c'_j x_j| <= 2 |c|^2 + |x|^2.
    Higham 2002, section 3.1.
    """
    cdef double roundings = 2.0 * min(n_features, FEATURES) + n_features // FEATURES + 12.0
    return 2.0 * roundings * unit * 1.05


cdef struct batch_t:
    Py_ssize_t rows[2 * TILE]  # a full batch may leave as many rows in doubt, beside fewer than TILE from before
    int n


def assign_labels(
        const real[:, ::1] X,             # IN     (n, d)
        const double[:, ::1] centers,     # IN     (k, d)
        const double[::1] shift,          # IN     (d,), near the middle of the centres
        double scale,                     # IN     power of two that brings the data to about 1
        const double[:, ::1] packed,      # IN     (k, d), from pack_centers, as the next three
        const double[::1] norms,          # IN     (k,)
        const float[:, ::1] packed32,     # IN     (k, d)
        const float[::1] norms32,         # IN     (k,)
        double floor,                     # IN     2 max |c|^2
        double slack,                     # IN     from rounding_slack, for float64
        double slack32,                   # IN     for float32; infinite: go straight to float64
        const float[::1] loss,            # IN     (k,), what a margin lost since its point was last looked at, scaled
        Py_ssize_t rows,                  # IN     rows of a chunk
        int32_t[::1] labels,              # INOUT  (n,)
        float[::1] margins,               # INOUT  (n,), scaled; a point with margin > loss keeps its label
        double[:, ::1] tiles,             # WORK   (slots, d * TILE)
        int64_t[:, ::1] counts,           # INOUT  (slots, >= 4), adds: labels that changed, points looked at,
                                          #        of these in float64, of these exactly
        Region region, int slot):
    """Label chunks of rows with their nearest centre. O(n k d) time at most.

    The margin of a point bounds from below how much nearer its own centre is than every other one. It shrinks by at
    most what the centres moved; while it is positive, the label stands and the point is passed over (Hamerly 2010,
    doi:10.1137/1.9781611972801.12, with his two bounds kept as one difference).

    The other points are looked at in float32, TILE at a time; those that this leaves in doubt, again TILE at a time,
    in float64; those that are still in doubt, one by one through their true distances.
    """
    cdef:
        Py_ssize_t n = X.shape[0], row
        batch_t first, second
        bint use32 = slack32 < INFINITY
        part_t part
        int64_t tally[4]
        float margin
    for row in range(4):
        tally[row] = 0
    with nogil:
        while work_take_sized(&region.work, slot, rows, n, &part):
            first.n = second.n = 0
            for row in range(part.start, part.stop):
                if labels[row] >= 0:
                    margin = margins[row] - loss[labels[row]]
                    if margin > 0:
                        margins[row] = margin * ROUND_DOWN
                        continue
                tally[1] += 1
                if use32:
                    first.rows[first.n] = row
                    first.n += 1
                    if first.n == TILE:
                        label_batch(X, centers, shift, scale, packed32, norms32, slack32, floor, &first, &second,
                                    labels, margins, <float *> &tiles[slot, 0], tally)
                else:
                    second.rows[second.n] = row
                    second.n += 1
                if second.n >= TILE:
                    label_batch(X, centers, shift, scale, packed, norms, slack, floor, &second, NULL,
                                labels, margins, &tiles[slot, 0], tally)
            if first.n:
                label_batch(X, centers, shift, scale, packed32, norms32, slack32, floor, &first, &second,
                            labels, margins, <float *> &tiles[slot, 0], tally)
            while second.n:
                label_batch(X, centers, shift, scale, packed, norms, slack, floor, &second, NULL,
                            labels, margins, &tiles[slot, 0], tally)
    for row in range(4):
        counts[slot, row] += tally[row]


cdef void label_batch(
        const real[:, ::1] X, const double[:, ::1] centers, const double[::1] shift, double scale,
        const work_real[:, ::1] packed, const work_real[::1] norms, double slack, double floor,
        batch_t *batch, batch_t *doubtful, int32_t[::1] labels, float[::1] margins, work_real *tile,
        int64_t *tally) noexcept nogil:
    """Label the last rows of a batch, TILE at most; points in doubt go to `doubtful`, or (NULL) are decided here."""
    cdef:
        int n_rows = min(batch.n, TILE)
        const Py_ssize_t *rows = batch.rows + batch.n - n_rows
        Py_ssize_t d = X.shape[1], row
        int64_t index[TILE]
        work_real margin[TILE]
        uint64_t close
        int i
    pack_tile(&X[0, 0], rows, n_rows, d, &shift[0], scale, tile)
    close = nearest_tile(tile, d, &packed[0, 0], &norms[0], packed.shape[0], slack, floor, index, margin)
    if doubtful == NULL:
        tally[2] += n_rows
    for i in range(n_rows):
        row = rows[i]
        if (close >> i) & 1:
            if doubtful != NULL:
                doubtful.rows[doubtful.n] = row
                doubtful.n += 1
                continue
            index[i] = nearest_exactly(&X[row, 0], centers, NULL, centers.shape[0])
            margin[i] = 0
            tally[3] += 1
        tally[0] += index[i] != labels[row]
        labels[row] = <int32_t> index[i]
        margins[row] = <float> margin[i] * ROUND_DOWN
    batch.n -= n_rows


def squared_distances_to_own(
        const real[:, ::1] X,             # IN     (n, d)
        const double[:, ::1] centers,     # IN     (k, d)
        const int32_t[::1] labels,        # IN     (n,)
        Py_ssize_t rows,                  # IN     rows of a chunk
        double[::1] out,                  # OUT    (n,), squared distance of each point to its own centre
        Region region, int slot):
    """True float64 distances of the points to their own centres. O(n d) time."""
    cdef:
        Py_ssize_t n = X.shape[0], d = X.shape[1], row
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, n, &part):
            for row in range(part.start, part.stop):
                out[row] = squared_distance(&X[row, 0], &centers[labels[row], 0], d)


def inertia_by_chunk(
        const real[:, ::1] X,             # IN     (n, d)
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const double[:, ::1] centers,     # IN     (k, d)
        const int32_t[::1] labels,        # IN     (n,)
        Py_ssize_t rows,                  # IN     rows of a chunk
        double[::1] out,                  # OUT    (n_chunks,), weighted sum of squared distances
        Region region, int slot):
    """Inertia of each chunk of rows, from true float64 distances. O(n d) time."""
    cdef:
        Py_ssize_t n = X.shape[0], d = X.shape[1], row
        bint weighted = weight.shape[0] > 0
        part_t part
        double total, distance
    with nogil:
        while work_take_sized(&region.work, slot, rows, n, &part):
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
        Py_ssize_t rows,                  # IN     rows of a chunk, a multiple of TILE
        double[:, ::1] tiles,             # WORK   (slots, (d + k) * TILE)
        real[:, ::1] out,                 # OUT    (n, k), Euclidean distance
        Region region, int slot):
    """Distances of the points to all centres, from float64 differences. O(n k d) time."""
    cdef:
        Py_ssize_t n = X.shape[0], d = X.shape[1], k = scaled.shape[0], start, stop, i, j
        Py_ssize_t numbers[TILE]
        int n_rows
        double *tile = &tiles[slot, 0]
        double *square = tile + d * TILE
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, n, &part):
            start = part.start
            stop = part.stop
            while start < stop:
                n_rows = <int> min(TILE, stop - start)
                for i in range(n_rows):
                    numbers[i] = start + i
                pack_tile(&X[0, 0], numbers, n_rows, d, &shift[0], scale, tile)
                tile_distances(tile, d, &scaled[0, 0], k, square)
                for i in range(n_rows):
                    for j in range(k):
                        out[start + i, j] = <real> (sqrt(square[j * TILE + i]) / scale)
                start += TILE
