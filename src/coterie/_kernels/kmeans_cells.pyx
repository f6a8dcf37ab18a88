# SPDX-License-Identifier: BSD-3-Clause
"""k-means, both steps at once on rows sorted into cells (cells.pyx), for few features.

A cell whose bounding box has one candidate for the nearest centre goes to it as a whole: its sum is known, its points
are not read. In the other cells the points choose among the candidates (Pelleg and Moore 1999,
doi:10.1145/312129.312248, on a flat list of cells instead of a tree).
"""
from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

from .kmeans_assign cimport nearest_exactly
from .nearest cimport TILE, box_candidates, nearest_tile, pack_tile
from .types cimport real, work_real
from .work cimport Region, work_take

cdef enum:
    GROUP = 16   # cells that share a first choice of candidates
    MIXED = -1   # the label of a cell whose points differ, or are not known to agree


def label_and_sum_cells(
        const real[:, ::1] X,             # IN     (n, d)
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const double[:, ::1] centers,     # IN     (k, d)
        const double[:, ::1] columns,     # IN     (d, stride), centers transposed, padded with infinity
        const int32_t[::1] names,         # IN     (k,), 0 .. k - 1
        const double[::1] shift,          # IN     (d,)
        double scale,                     # IN     power of two that brings the data to about 1
        const work_real[:, ::1] packed,   # IN     (k, d), from pack_centers
        const work_real[::1] norms,       # IN     (k,)
        double slack,                     # IN     from rounding_slack
        double floor,                     # IN     2 max |c|^2
        const uint32_t[::1] order,        # IN     (n,), row numbers, cell by cell
        const Py_ssize_t[::1] starts,     # IN     (n_cells + 1,)
        const double[:, :, ::1] boxes,    # IN     (n_cells, 2, d)
        const double[:, ::1] cell_sums,   # IN     (n_cells, d + 1)
        Py_ssize_t cells,                 # IN     cells of a strip
        int32_t[::1] labels,              # INOUT  (n,)
        int32_t[::1] cell_labels,         # INOUT  (n_cells,), MIXED before the first call
        double[:, :, ::1] sums,           # OUT    (strips, k, d), relative to shift
        double[:, ::1] weights,           # OUT    (strips, k)
        double[:, :, ::1] some_columns,   # WORK   (slots, 2 d + 1, stride)
        int32_t[:, :, ::1] some_names,    # WORK   (slots, 2, stride)
        work_real[:, ::1] reals,          # WORK   (slots, d * TILE + k * (d + 1))
        int64_t[:, ::1] counts,           # INOUT  (slots, >= 4), adds: labels that changed, points looked at,
                                          #        points decided exactly, candidates of all cells
        Region region, int slot):
    """Label the points of strips of cells with their nearest centres, and sum the points of each label.

    O(n + n_cells k d) time at best, O(n k d) at worst.
    """
    cdef:
        Py_ssize_t n_cells = boxes.shape[0], k = centers.shape[0], d = centers.shape[1], stride = columns.shape[1]
        Py_ssize_t group, cell, stop, i, j, n_near, n_candidates
        double low[16]
        double high[16]
        double *least = &some_columns[slot, 2 * d, 0]
        double *near = &some_columns[slot, 0, 0]
        double *nearer = &some_columns[slot, d, 0]
        int32_t *near_names = &some_names[slot, 0, 0]
        int32_t *candidates = &some_names[slot, 1, 0]
        int32_t label
        int64_t strip
        int64_t tally[4]
    for i in range(4):
        tally[i] = 0
    with nogil:
        while True:
            strip = work_take(&region.work, slot == 0)
            if strip < 0:
                break
            sums[strip, :, :] = 0.0
            weights[strip, :] = 0.0
            stop = min(n_cells, (strip + 1) * cells)
            group = strip * cells
            while group < stop:
                for j in range(d):
                    low[j] = boxes[group, 0, j]
                    high[j] = boxes[group, 1, j]
                for cell in range(group + 1, min(group + GROUP, stop)):
                    for j in range(d):
                        low[j] = min(low[j], boxes[cell, 0, j])
                        high[j] = max(high[j], boxes[cell, 1, j])
                n_near = box_candidates(low, high, d, &columns[0, 0], stride, &names[0], k, least, near, near_names)
                for cell in range(group, min(group + GROUP, stop)):
                    n_candidates = box_candidates(&boxes[cell, 0, 0], &boxes[cell, 1, 0], d, near, stride, near_names,
                                                  n_near, least, nearer, candidates)
                    tally[3] += n_candidates
                    if n_candidates > 1:
                        cell_labels[cell] = MIXED
                        label_cell(X, weight, centers, shift, scale, packed, norms, slack, floor,
                                   &order[starts[cell]], <int> (starts[cell + 1] - starts[cell]),
                                   candidates, n_candidates, labels, sums[strip], weights[strip],
                                   &reals[slot, 0], tally)
                        continue
                    label = candidates[0]
                    for j in range(d):
                        sums[strip, label, j] += cell_sums[cell, j]
                    weights[strip, label] += cell_sums[cell, d]
                    if cell_labels[cell] != label:
                        cell_labels[cell] = label
                        for i in range(starts[cell], starts[cell + 1]):
                            tally[0] += labels[order[i]] != label
                            labels[order[i]] = label
                group += GROUP
    for i in range(4):
        counts[slot, i] += tally[i]


cdef void label_cell(
        const real[:, ::1] X, const double[::1] weight, const double[:, ::1] centers, const double[::1] shift,
        double scale, const work_real[:, ::1] packed, const work_real[::1] norms, double slack, double floor,
        const uint32_t *order, int n_rows, const int32_t *candidates, Py_ssize_t n_candidates, int32_t[::1] labels,
        double[:, ::1] sums, double[::1] weights, work_real *reals, int64_t *tally) noexcept nogil:
    """Label the points of one cell with the nearest of the candidates; arguments as above."""
    cdef:
        Py_ssize_t d = X.shape[1], row, j
        Py_ssize_t rows[TILE]
        int32_t index[TILE]
        int32_t label
        work_real margin[TILE]
        work_real *tile = reals
        work_real *some_norms = reals + d * TILE
        work_real *some_packed = some_norms + n_candidates
        uint64_t close
        double w = 1.0
        const real *x
        double *own
        int i
    for i in range(n_rows):
        rows[i] = order[i]
    for i in range(n_candidates):
        some_norms[i] = norms[candidates[i]]
        for j in range(d):
            some_packed[i * d + j] = packed[candidates[i], j]
    pack_tile(&X[0, 0], rows, n_rows, d, &shift[0], scale, tile)
    close = nearest_tile(tile, d, some_packed, some_norms, n_candidates, slack, floor, index, margin)
    tally[1] += n_rows
    for i in range(n_rows):
        row = rows[i]
        x = &X[row, 0]
        if (close >> i) & 1:
            label = nearest_exactly(x, centers, candidates, n_candidates)
            tally[2] += 1
        else:
            label = candidates[index[i]]
        tally[0] += label != labels[row]
        labels[row] = label
        own = &sums[label, 0]
        if weight.shape[0]:
            w = weight[row]
            for j in range(d):
                own[j] += w * (x[j] - shift[j])
        else:
            for j in range(d):
                own[j] += x[j] - shift[j]
        weights[label] += w
