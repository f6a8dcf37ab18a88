# SPDX-License-Identifier: BSD-3-Clause
"""k-means, both steps at once on rows sorted into cells (cells.pyx), for few features, and for two centers.

A cell whose bounding box has one candidate for the nearest center goes to it as a whole: its sum is known, its points
are not read. In the other cells the points choose among the candidates (Pelleg and Moore 1999,
doi:10.1145/312129.312248, on a flat list of cells instead of a tree).
"""
from libc.math cimport fabs
from libc.stdint cimport int32_t, int64_t, uint64_t

from .cells cimport GROUP, MAX_FEATURES, Cells, join_boxes
from .centers cimport Centers, centers_t, nearest_exactly
from .distance cimport squared_distance
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
        Cells cells,
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
        int32_t own
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
                        own = space.nearer_names[0]
                        add_part(&cells.sums[cell, 0], &cells.boxes[cell, 0, 0], centers.c.shift, d,
                                 &sums[part.index, own, 0], &weights[part.index, own])
                        if cell_labels[cell] != own:
                            cell_labels[cell] = own
                            changed += relabel(&labels[cells.starts[cell]], n_rows, own)
                group = stop
    counts[slot, 0] += changed
    counts[slot, 1] += pairs


def halve_cells(
        const real[:, ::1] X,             # IN     (n, d), rows cell by cell
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        Cells cells,
        const double[::1] shift,          # IN     (d,)
        const double[:, ::1] centers,     # IN     (2, d)
        double spread,                    # IN     no squared distance of a row and a center is larger
        int32_t[::1] labels,              # INOUT  (n,), -1 before the first call
        int32_t[::1] cell_labels,         # INOUT  (n_cells,), MIXED before the first call
        double[:, :, ::1] parts,          # INOUT  (n_cells, 2, d + 1), sums of the rows of each label of mixed cells
        double[:, :, ::1] sums,           # OUT    (strips, 2, d), relative to shift
        double[:, ::1] weights,           # OUT    (strips, 2)
        int64_t[:, ::1] counts,           # INOUT  (slots, >= 1), adds: labels that changed
        Region region, int slot):
    """Label the points of strips of cells with the nearer of two centers, and sum the points of each label.

    A cell on one side of the plane in the middle between the centers goes there as a whole. O(n_cells d) time at best,
    O(n d) at worst.
    """
    cdef:
        Py_ssize_t d = X.shape[1], cell, start, stop, j
        const double *w
        const double *box
        plane_t plane = plane_between(&centers[0, 0], d, spread)
        int32_t own, before
        part_t part
        int64_t changed = 0
    with nogil:
        while work_take(&region.work, slot, &part):
            sums[part.index, :, :] = 0.0
            weights[part.index, :] = 0.0
            for cell in range(part.start, part.stop):
                start = cells.starts[cell]
                stop = cells.starts[cell + 1]
                box = &cells.boxes[cell, 0, 0]
                before = cell_labels[cell]
                own = side_of_box(box, &plane, d)
                cell_labels[cell] = own
                if own != MIXED:
                    if own != before:
                        changed += relabel(&labels[start], stop - start, own)
                    add_part(&cells.sums[cell, 0], box, &shift[0], d, &sums[part.index, own, 0],
                             &weights[part.index, own])
                    continue
                # The compiler makes code of its own for each number of features.
                w = &weight[start] if weight.shape[0] else NULL
                if d == 3:
                    changed += halve(&X[start, 0], w, 3, stop - start, &plane, before == MIXED, &labels[start], box,
                                     &parts[cell, 0, 0])
                elif d == 2:
                    changed += halve(&X[start, 0], w, 2, stop - start, &plane, before == MIXED, &labels[start], box,
                                     &parts[cell, 0, 0])
                else:
                    changed += halve(&X[start, 0], w, d, stop - start, &plane, before == MIXED, &labels[start], box,
                                     &parts[cell, 0, 0])
                for j in range(2):
                    add_part(&parts[cell, j, 0], box, &shift[0], d, &sums[part.index, j, 0], &weights[part.index, j])
    counts[slot, 0] += changed


cdef struct plane_t:  # in the middle between two centers
    const double *centers
    double[MAX_FEATURES] across   # from the first center to the second
    Py_ssize_t[MAX_FEATURES] low  # where in a box the numbers are that lie farthest on the side of the first center
    double offset
    double slack                  # on either side of the plane, where rounding might decide


cdef inline plane_t plane_between(const double *centers, Py_ssize_t d, double spread) noexcept nogil:
    cdef:
        Py_ssize_t j
        double middle
        plane_t plane
    plane.centers = centers
    plane.offset = plane.slack = 0.0
    for j in range(d):
        plane.across[j] = centers[d + j] - centers[j]
        plane.low[j] = d + j if plane.across[j] < 0.0 else j
        middle = 0.5 * centers[j] + 0.5 * centers[d + j]
        plane.offset += plane.across[j] * middle
        plane.slack += fabs(plane.across[j] * middle)
    # Twice what rounding adds to a place across the plane, and to half the difference of squared distances.
    plane.slack = 2.0 ** -48 * (d + 4) * (plane.slack + spread) + 2.0 ** -1000
    return plane


cdef inline int32_t side_of_box(const double *box, const plane_t *plane, Py_ssize_t d) noexcept nogil:
    """The label of all points in a box (2, d), or MIXED."""
    cdef:
        Py_ssize_t j
        double low = -plane.offset, high = -plane.offset
    for j in range(d):
        low += plane.across[j] * box[plane.low[j]]
        high += plane.across[j] * box[2 * j + d - plane.low[j]]
    if (low <= plane.slack) & (high >= -plane.slack):
        return MIXED
    return low > plane.slack


cdef inline int64_t halve(const real *x, const double *weight, Py_ssize_t d, Py_ssize_t n, const plane_t *plane,
                          bint is_summed, int32_t *labels, const double *lowest, double *parts) noexcept nogil:
    """Label n points with the nearer center, and sum those of either label. Returns how many labels changed.

    parts : (2, d + 1) OUT, weighted sums of x - lowest, and of the weights
    is_summed : parts are those of the labels before the call
    """
    cdef:
        double[2 * MAX_FEATURES + 2] sums
        double place, w = 1.0, of_second, value
        Py_ssize_t i, j
        int32_t own
        int64_t changed = 0
    for i in range(n):
        place = -plane.offset
        for j in range(d):
            place += plane.across[j] * x[i * d + j]
        own = place > 0.0
        if fabs(place) <= plane.slack:
            own = squared_distance(&x[i * d], plane.centers + d, d) < squared_distance(&x[i * d], plane.centers, d)
        changed += labels[i] != own
        labels[i] = own
    if is_summed and changed == 0:
        return 0
    for j in range(2 * d + 2):
        sums[j] = 0.0
    for i in range(n):
        if weight != NULL:
            w = weight[i]
        # Products with 0 or 1 instead of branches, which would be mispredicted.
        of_second = labels[i]
        for j in range(d):
            value = w * (x[i * d + j] - lowest[j])
            sums[j] += (1.0 - of_second) * value
            sums[d + 1 + j] += of_second * value
        sums[d] += (1.0 - of_second) * w
        sums[2 * d + 1] += of_second * w
    for j in range(2 * d + 2):
        parts[j] = sums[j]
    return changed


def measure_halves(
        const real[:, ::1] X,             # IN     (n, d), rows cell by cell
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        Cells cells,
        const double[:, ::1] centers,     # IN     (2, d)
        const int32_t[::1] labels,        # IN     (n,), 0 or 1
        const int32_t[::1] cell_labels,   # IN     (n_cells,), that of all rows, or MIXED
        Py_ssize_t[::1] seconds,          # OUT    (n_cells,), rows of label 1
        double[:, ::1] squares,           # OUT    (strips, 2), weighted sums of squared distances to the own center
        Region region, int slot):
    """Inertia of each half of strips of cells, and how many rows of each cell are of the second one.

    O(n_cells d) time at best, O(n d) at worst.
    """
    cdef:
        Py_ssize_t d = X.shape[1], cell, i, j, start, stop, n_second
        const double *sum
        double offset, square
        double[2] totals
        int32_t own
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            totals[0] = totals[1] = 0.0
            for cell in range(part.start, part.stop):
                start = cells.starts[cell]
                stop = cells.starts[cell + 1]
                own = cell_labels[cell]
                n_second = 0
                if own == MIXED:
                    for i in range(start, stop):
                        square = squared_distance(&X[i, 0], &centers[labels[i], 0], d)
                        if weight.shape[0]:
                            square *= weight[i]
                        totals[labels[i]] += square
                        n_second += labels[i]
                else:
                    n_second = own * (stop - start)
                    sum = &cells.sums[cell, 0]
                    if sum[d] > 0.0:
                        square = 0.0
                        for j in range(d):
                            offset = cells.boxes[cell, 0, j] - centers[own, j] + sum[j] / sum[d]
                            square += offset * offset
                        totals[own] += sum[d + 1] + sum[d] * square
                seconds[cell] = n_second
            squares[part.index, 0] = totals[0]
            squares[part.index, 1] = totals[1]


cdef inline void add_part(const double *part, const double *lowest, const double *shift, Py_ssize_t d, double *sum,
                          double *weight) noexcept nogil:
    """Add the sum and the weight of rows of a cell, relative to its lowest corner, to others, relative to shift."""
    cdef Py_ssize_t j
    for j in range(d):
        sum[j] += part[j] + part[d] * (lowest[j] - shift[j])
    weight[0] += part[d]


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
