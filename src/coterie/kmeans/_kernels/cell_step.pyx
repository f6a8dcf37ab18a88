# SPDX-License-Identifier: BSD-3-Clause
"""k-means, both steps at once on rows sorted into cells (cells.pyx), for few features.

A cell whose bounding box has one candidate for the nearest center goes to it as a whole: its sum is known, its points
are not read. In the other cells the points choose among the candidates (Pelleg and Moore 1999,
doi:10.1145/312129.312248, on a flat list of cells instead of a tree).
"""
from libc.stdint cimport int32_t, int64_t, uint64_t

from .cells cimport GROUP, MAX_FEATURES, Cells, join_boxes
from .centers cimport Centers, centers_t, nearest_exactly
from .nearest cimport box_candidates, nearest_tile, pack_tile, sum_tile
from .tile cimport TILE
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef enum:
    MIXED = -1   # the label of a cell whose points differ, or are not known to agree


cdef class Candidates:
    """All centers as candidates, and space in which each thread keeps those that a box leaves.

    Attributes
    ----------
    columns : (d, stride)
        The centers transposed, padded with infinity to a multiple of 8.
    names : (k,)
        0 .. k - 1.
    numbers : (slots, (2 d + 1) stride + (d + 1) TILE + 2 k (d + 1))
        Work space of each thread, and the next likewise.
    some_names : (slots, 2 stride)
    """
    cdef:
        const double[:, ::1] columns
        const int32_t[::1] names
        double[:, ::1] numbers
        readonly int32_t[:, ::1] some_names

    def __cinit__(self, const double[:, ::1] columns, const int32_t[::1] names, double[:, ::1] numbers,
                  int32_t[:, ::1] some_names):
        self.columns = columns
        self.names = names
        self.numbers = numbers
        self.some_names = some_names


cdef struct space_t:  # of one thread: candidates of a group of cells, and of these those of a cell
    double *near              # (d, stride)
    int32_t *near_names       # (stride,)
    double *nearer            # (d, stride)
    int32_t *nearer_names     # (stride,)
    double *most              # (stride,)
    double *rest              # for label_cell


cdef space_t space_of(Candidates candidates, int slot) noexcept nogil:
    cdef:
        Py_ssize_t d = candidates.columns.shape[0], stride = candidates.columns.shape[1]
        double *numbers = &candidates.numbers[slot, 0]
        int32_t *names = &candidates.some_names[slot, 0]
    return space_t(numbers, names, numbers + d * stride, names + stride, numbers + 2 * d * stride,
                   numbers + (2 * d + 1) * stride)


def label_and_sum_cells(
        const real[:, ::1] X,             # IN     (n, d), rows cell by cell
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        Cells cells,                      # IN     sums relative to the shift of the centers
        Centers centers,                  # IN     packed
        Candidates candidates,            # IN     the same centers; WORK
        int32_t[::1] labels,              # INOUT  (n,), -1 where it is not known yet
        int32_t[::1] cell_labels,         # INOUT  (n_cells,), MIXED before the first call
        double[:, :, ::1] sums,           # OUT    (strips, k, d), relative to shift
        double[:, ::1] weights,           # OUT    (strips, k)
        int64_t[:, ::1] counts,           # INOUT  (slots, >= 2), adds: labels that changed, pairs of point and
                                          #        center looked at
        Region region, int slot):
    """Label the points of strips of cells with their nearest centers, and sum the points of each label.

    O(n_cells k d) time at best, O(n k d) at worst.
    """
    cdef:
        Py_ssize_t k = centers.c.k, d = X.shape[1], stride = candidates.columns.shape[1]
        Py_ssize_t group, stop, cell, n_near, m, n_rows
        double low[MAX_FEATURES]
        double high[MAX_FEATURES]
        space_t space = space_of(candidates, slot)
        part_t part
        int64_t changed = 0, pairs = 0
    with nogil:
        while work_take(&region.work, slot, &part):
            sums[part.index, :, :] = 0.0
            weights[part.index, :] = 0.0
            group = part.start
            while group < part.stop:
                stop = min(group + GROUP, part.stop)
                join_boxes(cells.boxes, group, stop, low, high)
                n_near = box_candidates(low, high, d, &candidates.columns[0, 0], stride, &candidates.names[0], k,
                                        space.most, space.near, space.near_names)
                for cell in range(group, stop):
                    m = box_candidates(&cells.boxes[cell, 0, 0], &cells.boxes[cell, 1, 0], d, space.near, stride,
                                       space.near_names, n_near, space.most, space.nearer, space.nearer_names)
                    n_rows = cells.starts[cell + 1] - cells.starts[cell]
                    if m > 1:
                        cell_labels[cell] = MIXED
                        pairs += m * n_rows
                        changed += label_cell(X, weight, cells.starts[cell], <int> n_rows, centers, space.nearer_names,
                                              m, labels, sums[part.index], weights[part.index], space.rest)
                    else:
                        add_cell(cells, cell, space.nearer_names[0], sums[part.index], weights[part.index])
                        if cell_labels[cell] != space.nearer_names[0]:
                            cell_labels[cell] = space.nearer_names[0]
                            changed += relabel(&labels[cells.starts[cell]], n_rows, cell_labels[cell])
                group = stop
    counts[slot, 0] += changed
    counts[slot, 1] += pairs


cdef inline void add_cell(Cells cells, Py_ssize_t cell, int32_t label, double[:, ::1] sums,
                          double[::1] weights) noexcept nogil:
    """Add the sum and the weight of a cell to those of a label."""
    cdef Py_ssize_t j, d = sums.shape[1]
    for j in range(d):
        sums[label, j] += cells.sums[cell, j]
    weights[label] += cells.sums[cell, d]


cdef inline int64_t relabel(int32_t *labels, Py_ssize_t n, int32_t label) noexcept nogil:
    """Write the label of n points. Returns how many labels changed."""
    cdef:
        Py_ssize_t i
        int64_t changed = 0
    for i in range(n):
        changed += labels[i] != label
        labels[i] = label
    return changed


cdef inline int64_t label_cell(
        const real[:, ::1] X, const double[::1] weight, Py_ssize_t start, int n_rows, Centers centers,
        const int32_t *candidates, Py_ssize_t m, int32_t[::1] labels, double[:, ::1] sums, double[::1] weights,
        double *work) noexcept nogil:
    """Label the points of one cell with the nearest of m candidates. Returns how many labels changed."""
    cdef:
        Py_ssize_t d = X.shape[1], j
        int64_t index[TILE]
        int32_t label
        int64_t changed = 0
        double *tile = work                     # (d, TILE)
        double *some_weight = tile + d * TILE   # (TILE,)
        double *some_norms = some_weight + TILE
        double *some_packed = some_norms + m    # (m, d)
        double *some_sums = some_packed + m * d  # (m, d + 1)
        const centers_t *c = &centers.c
        uint64_t close
        int i
    for i in range(m):
        some_norms[i] = c.norms[candidates[i]]
        for j in range(d):
            some_packed[i * d + j] = c.packed[candidates[i] * d + j]
    pack_tile(&X[start, 0], d, NULL, n_rows, d, c.shift, c.scale, tile)
    close = nearest_tile(tile, d, some_packed, some_norms, m, c.slack, c.floor, index, NULL)
    if close:
        for i in range(n_rows):
            if (close >> i) & 1:
                index[i] = nearest_exactly(&X[start + i, 0], c, candidates, m)
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
            sums[candidates[i], j] += some_sums[i * (d + 1) + j] / c.scale
        weights[candidates[i]] += some_sums[i * (d + 1) + d]
    return changed
