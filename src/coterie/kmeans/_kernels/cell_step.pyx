# SPDX-License-Identifier: BSD-3-Clause
"""k-means, both steps at once on rows sorted into cells (cells.pyx), for few features.

A cell whose bounding box has one candidate for the nearest centre goes to it as a whole: its sum is known, its points
are not read. In the other cells the points choose among the candidates (Pelleg and Moore 1999,
doi:10.1145/312129.312248, on a flat list of cells instead of a tree).
"""
from libc.stdint cimport int32_t, int64_t, uint64_t

from .assign cimport nearest_exactly
from .nearest cimport TILE, box_candidates, nearest_tile, pack_tile, sum_tile
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take_sized

cdef enum:
    GROUP = 16   # cells that share a first choice of candidates
    MIXED = -1   # the label of a cell whose points differ, or are not known to agree


def label_and_sum_cells(
        const real[:, ::1] X,             # IN     (n, d), rows cell by cell
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const Py_ssize_t[::1] starts,     # IN     (n_cells + 1,)
        const double[:, :, ::1] boxes,    # IN     (n_cells, 2, d)
        const double[:, ::1] cell_sums,   # IN     (n_cells, d + 1), of weight * (x - shift), and of weight
        const double[:, ::1] centers,     # IN     (k, d)
        const double[:, ::1] columns,     # IN     (d, stride), centers transposed, padded with infinity
        const int32_t[::1] names,         # IN     (k,), 0 .. k - 1
        const double[::1] shift,          # IN     (d,)
        double scale,                     # IN     power of two that brings the data to about 1
        const double[:, ::1] packed,      # IN     (k, d), from pack_centers
        const double[::1] norms,          # IN     (k,)
        double floor,                     # IN     2 max |c|^2
        double slack,                     # IN     from rounding_slack
        Py_ssize_t cells,                 # IN     cells of a strip
        int32_t[::1] labels,              # INOUT  (n,)
        int32_t[::1] cell_labels,         # INOUT  (n_cells,), MIXED before the first call
        double[:, :, ::1] sums,           # OUT    (strips, k, d), relative to shift
        double[:, ::1] weights,           # OUT    (strips, k)
        double[:, ::1] work,              # WORK   (slots, (2 d + 1) stride + (d + 1) TILE
                                          #        + 2 k (d + 1))
        int32_t[:, ::1] some_names,       # WORK   (slots, 2 stride)
        int64_t[:, ::1] counts,           # INOUT  (slots, >= 2), adds: labels that changed, pairs of point and
                                          #        centre looked at
        Region region, int slot):
    """Label the points of strips of cells with their nearest centres, and sum the points of each label.

    O(n_cells k d) time at best, O(n k d) at worst.
    """
    cdef:
        Py_ssize_t n_cells = boxes.shape[0], k = centers.shape[0], d = centers.shape[1], stride = columns.shape[1]
        Py_ssize_t group, cell, stop, i, j, n_near, n_candidates
        double low[16]
        double high[16]
        double *near = &work[slot, 0]
        double *nearer = near + d * stride
        double *most = nearer + d * stride
        double *rest = most + stride
        int32_t *near_names = &some_names[slot, 0]
        int32_t *candidates = near_names + stride
        int32_t label
        part_t part
        int64_t changed = 0, pairs = 0
    with nogil:
        while work_take_sized(&region.work, slot, cells, n_cells, &part):
            sums[part.index, :, :] = 0.0
            weights[part.index, :] = 0.0
            stop = part.stop
            group = part.start
            while group < stop:
                for j in range(d):
                    low[j] = boxes[group, 0, j]
                    high[j] = boxes[group, 1, j]
                for cell in range(group + 1, min(group + GROUP, stop)):
                    for j in range(d):
                        low[j] = min(low[j], boxes[cell, 0, j])
                        high[j] = max(high[j], boxes[cell, 1, j])
                n_near = box_candidates(low, high, d, &columns[0, 0], stride, &names[0], k, most, near, near_names)
                for cell in range(group, min(group + GROUP, stop)):
                    n_candidates = box_candidates(&boxes[cell, 0, 0], &boxes[cell, 1, 0], d, near, stride, near_names,
                                                  n_near, most, nearer, candidates)
                    if n_candidates > 1:
                        cell_labels[cell] = MIXED
                        pairs += n_candidates * (starts[cell + 1] - starts[cell])
                        changed += label_cell(X, weight, starts[cell], <int> (starts[cell + 1] - starts[cell]),
                                              centers, shift, scale, packed, norms, slack, floor,
                                              candidates, n_candidates, labels,
                                              sums[part.index], weights[part.index], rest)
                        continue
                    label = candidates[0]
                    for j in range(d):
                        sums[part.index, label, j] += cell_sums[cell, j]
                    weights[part.index, label] += cell_sums[cell, d]
                    if cell_labels[cell] != label:
                        cell_labels[cell] = label
                        for i in range(starts[cell], starts[cell + 1]):
                            changed += labels[i] != label
                            labels[i] = label
                group += GROUP
    counts[slot, 0] += changed
    counts[slot, 1] += pairs


cdef int64_t label_cell(
        const real[:, ::1] X, const double[::1] weight, Py_ssize_t start, int n_rows,
        const double[:, ::1] centers, const double[::1] shift, double scale,
        const double[:, ::1] packed, const double[::1] norms, double slack, double floor,
        const int32_t *candidates, Py_ssize_t m, int32_t[::1] labels,
        double[:, ::1] sums, double[::1] weights, double *work) noexcept nogil:
    """Label the points of one cell with the nearest of m candidates. Returns how many labels changed."""
    cdef:
        Py_ssize_t d = X.shape[1], j
        Py_ssize_t rows[TILE]
        int64_t index[TILE]
        int32_t label
        int64_t changed = 0
        double *tile = work                     # (d, TILE)
        double *some_weight = tile + d * TILE   # (TILE,)
        double *some_norms = some_weight + TILE
        double *some_packed = some_norms + m    # (m, d)
        double *some_sums = some_packed + m * d  # (m, d + 1)
        uint64_t close
        int i
    for i in range(n_rows):
        rows[i] = start + i
    for i in range(m):
        some_norms[i] = norms[candidates[i]]
        for j in range(d):
            some_packed[i * d + j] = packed[candidates[i], j]
    pack_tile(&X[0, 0], rows, n_rows, d, &shift[0], scale, tile)
    close = nearest_tile(tile, d, some_packed, some_norms, m, slack, floor, index, NULL)
    if close:
        for i in range(n_rows):
            if (close >> i) & 1:
                index[i] = nearest_exactly(&X[start + i, 0], centers, candidates, m)
    for i in range(n_rows):
        label = candidates[index[i]]
        changed += label != labels[start + i]
        labels[start + i] = label
        some_weight[i] = 1.0
    if weight.shape[0]:
        for i in range(n_rows):
            some_weight[i] = weight[start + i]
    for i in range(n_rows, TILE):
        some_weight[i] = 0.0
    sum_tile(tile, d, index, some_weight, m, some_sums)
    # The tile is scaled by a power of two, which costs no digits.
    for i in range(m):
        for j in range(d):
            sums[candidates[i], j] += some_sums[i * (d + 1) + j] / scale
        weights[candidates[i]] += some_sums[i * (d + 1) + d]
    return changed
