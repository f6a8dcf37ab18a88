# SPDX-License-Identifier: BSD-3-Clause
"""k-means, step 1: give every point to its nearest centre.

Fast arithmetic on shifted and scaled numbers finds the nearest and the second nearest centre of 64 points at a time
(nearest_body.h). Where the two are closer than a proven bound on its rounding error, true float64 distances decide,
lowest index first. So the labels are those of exact distances, whatever precision the fast arithmetic has.
"""
from libc.math cimport sqrt
from libc.stdint cimport int32_t, int64_t, uint64_t

from .distance cimport squared_distance
from .nearest cimport FEATURES, TILE, nearest_tile, pack_tile, tile_distances
from .types cimport real, work_real
from .work cimport Region, work_take

# Margins are kept in float32; this factor makes every rounding on the way a rounding down.
cdef float ROUND_DOWN = <float> (1.0 - 2.0 ** -22)

TILE_ROWS = TILE


def pack_centers(
        const double[:, ::1] centers,   # IN     (k, d)
        const double[::1] shift,        # IN     (d,)
        double scale,                   # IN     power of two
        work_real[:, ::1] packed,       # OUT    (k, d), -2 c with c = (center - shift) * scale
        work_real[::1] norms):          # OUT    (k,), |c|^2
    """Prepare the centres for the fast arithmetic. Returns max |c|^2."""
    cdef:
        Py_ssize_t k, j
        double c, norm, largest = 0.0
    with nogil:
        for k in range(centers.shape[0]):
            norm = 0.0
            for j in range(centers.shape[1]):
                c = (centers[k, j] - shift[j]) * scale
                packed[k, j] = <work_real> (-2.0 * c)
                norm += c * c
            norms[k] = <work_real> norm
            largest = max(largest, norm)
    return largest


def rounding_slack(Py_ssize_t n_features, double unit):
    """Two scores of a point x that differ by more than slack * (2 max|c|^2 + |x|^2) are in their true order.

    A score h + sum_j c'_j x_j goes through at most 2 min(d, FEATURES) + d / FEATURES roundings (without fused
    multiply-add) of relative size `unit`, and its inputs through a few more; |h| + sum |c'_j x_j| <= 2 |c|^2 + |x|^2. Higham 2002, section 3.1.
    """
    cdef double roundings = 2.0 * min(n_features, FEATURES) + n_features // FEATURES + 12.0
    return 2.0 * roundings * unit * 1.05


def assign_labels(
        const real[:, ::1] X,             # IN     (n, d)
        const double[:, ::1] centers,     # IN     (k, d)
        const double[::1] shift,          # IN     (d,), near the middle of the centres
        double scale,                     # IN     power of two that brings the data to about 1
        const work_real[:, ::1] packed,   # IN     (k, d), from pack_centers
        const work_real[::1] norms,       # IN     (k,)
        double slack,                     # IN     from rounding_slack
        double floor,                     # IN     2 max |c|^2
        const float[::1] loss,            # IN     (k,), what a margin lost since its point was last looked at, scaled
        Py_ssize_t rows,                  # IN     rows of a chunk
        int32_t[::1] labels,              # INOUT  (n,)
        float[::1] margins,               # INOUT  (n,), scaled; a point with margin > loss keeps its label
        work_real[:, ::1] tiles,          # WORK   (slots, d * TILE)
        int64_t[:, ::1] counts,           # INOUT  (slots, >= 3), adds: labels that changed, points looked at,
                                          #        points decided exactly
        Region region, int slot):
    """Label chunks of rows with their nearest centre. O(n k d) time at most.

    The margin of a point bounds from below how much nearer its own centre is than every other one. It shrinks by at
    most what the centres moved; while it is positive, the label stands and the point is passed over (Hamerly 2010,
    doi:10.1137/1.9781611972801.12, with his two bounds kept as one difference).
    """
    cdef:
        Py_ssize_t n = X.shape[0], row, stop
        Py_ssize_t waiting[TILE]
        int n_waiting
        int64_t chunk, changed = 0, seen = 0, exact = 0
        float margin
    with nogil:
        while True:
            chunk = work_take(&region.work, slot == 0)
            if chunk < 0:
                break
            n_waiting = 0
            stop = min(n, (chunk + 1) * rows)
            for row in range(chunk * rows, stop):
                if labels[row] >= 0:
                    margin = margins[row] - loss[labels[row]]
                    if margin > 0:
                        margins[row] = margin * ROUND_DOWN
                        continue
                waiting[n_waiting] = row
                n_waiting += 1
                if n_waiting == TILE:
                    seen += TILE
                    label_tile(X, centers, shift, scale, packed, norms, slack, floor, waiting, TILE,
                               labels, margins, &tiles[slot, 0], &changed, &exact)
                    n_waiting = 0
            if n_waiting:
                seen += n_waiting
                label_tile(X, centers, shift, scale, packed, norms, slack, floor, waiting, n_waiting,
                           labels, margins, &tiles[slot, 0], &changed, &exact)
    counts[slot, 0] += changed
    counts[slot, 1] += seen
    counts[slot, 2] += exact


cdef void label_tile(
        const real[:, ::1] X, const double[:, ::1] centers, const double[::1] shift, double scale,
        const work_real[:, ::1] packed, const work_real[::1] norms, double slack, double floor,
        const Py_ssize_t *rows, int n_rows, int32_t[::1] labels, float[::1] margins, work_real *tile,
        int64_t *changed, int64_t *exact) noexcept nogil:
    """Label at most TILE rows; arguments as in assign_labels."""
    cdef:
        Py_ssize_t d = X.shape[1], row
        int64_t index[TILE]
        work_real margin[TILE]
        uint64_t close
        int i
    pack_tile(&X[0, 0], rows, n_rows, d, &shift[0], scale, tile)
    close = nearest_tile(tile, d, &packed[0, 0], &norms[0], packed.shape[0], slack, floor, index, margin)
    for i in range(n_rows):
        row = rows[i]
        if (close >> i) & 1:
            index[i] = nearest_exactly(&X[row, 0], centers, NULL, centers.shape[0])
            margin[i] = 0
            exact[0] += 1
        changed[0] += index[i] != labels[row]
        labels[row] = <int32_t> index[i]
        margins[row] = <float> margin[i] * ROUND_DOWN


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
        int64_t chunk
    with nogil:
        while True:
            chunk = work_take(&region.work, slot == 0)
            if chunk < 0:
                break
            for row in range(chunk * rows, min(n, (chunk + 1) * rows)):
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
        int64_t chunk
        double total, distance
    with nogil:
        while True:
            chunk = work_take(&region.work, slot == 0)
            if chunk < 0:
                break
            total = 0.0
            for row in range(chunk * rows, min(n, (chunk + 1) * rows)):
                distance = squared_distance(&X[row, 0], &centers[labels[row], 0], d)
                total += weight[row] * distance if weighted else distance
            out[chunk] = total


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
        int64_t chunk
    with nogil:
        while True:
            chunk = work_take(&region.work, slot == 0)
            if chunk < 0:
                break
            start = chunk * rows
            stop = min(n, start + rows)
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
