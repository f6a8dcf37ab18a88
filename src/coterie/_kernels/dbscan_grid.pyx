# SPDX-License-Identifier: BSD-3-Clause
"""DBSCAN of points with up to three coordinates: a sorted grid.

The cells of the grid are so small that any two points of a cell are within the radius. Points are sorted by cell, cells
line by line along the last coordinate. Within the radius of a cell lie the cells at most 2 away: in each of the lines
near it one run of cells, and so one run of points, which is scanned with vectors. As one goes along a line, these runs
move along theirs.
"""
from libc.math cimport INFINITY, NAN
from libc.stdint cimport int64_t, uint8_t, uint64_t

from .bits cimport lowest_bit
from .components cimport components_find, components_join
from .simd cimport simd_level
from .types cimport real
from .work cimport Region, part_t, work_take

cdef extern from "dbscan_grid.h" nogil:
    ctypedef struct grid_points_t:
        const double *x[3]
        int d
        double bound
    Py_ssize_t (*grid_count_f64[])(const grid_points_t *, const double *, const Py_ssize_t *, int, Py_ssize_t) noexcept
    uint64_t (*grid_mask_f64[])(const grid_points_t *, const double *, Py_ssize_t, Py_ssize_t) noexcept
    Py_ssize_t (*grid_first_f64[])(const grid_points_t *, const double *, Py_ssize_t, Py_ssize_t) noexcept

cdef enum:
    REACH_CELLS = 2      # cells of the grid that a radius may span
    LINES = 25           # lines within reach of a line
    FEW = 64             # points of a run that are looked at one by one
    DIGIT_VALUES = 2048

REACH = REACH_CELLS
DIGITS = DIGIT_VALUES
OVERREAD = 8             # numbers behind the coordinates that a vector may read


# ------------------------------------------------------------------------------------------- sorting


def encode(
        const real[:, ::1] X,             # IN     (n, d), d from 1 to 3
        const double[::1] low,            # IN     (d,), corner of the grid
        const double[::1] per_side,       # IN     (d,), cells per unit of length
        const int64_t[::1] cells,         # IN     (d,), cells along each feature
        Py_ssize_t rows,                  # IN     rows of a chunk
        int64_t[::1] key,                 # OUT    (n,), number of the cell
        int64_t[::1] order,               # OUT    (n,), 0, 1, 2, ...
        Region region, int slot):
    """Find the cell of each row. REACH cells stay free at either end of each line, so that none continues another."""
    cdef:
        Py_ssize_t i, j
        int64_t code
        part_t part
    with nogil:
        while work_take(&region.work, slot, rows, X.shape[0], &part):
            for i in range(part.start, part.stop):
                code = 0
                for j in range(X.shape[1]):
                    code = code * cells[j] + REACH_CELLS + <int64_t> ((<double> X[i, j] - low[j]) * per_side[j])
                key[i] = code
                order[i] = i


def count_digits(
        const int64_t[::1] key,           # IN     (n,)
        int shift,                        # IN     where the digit is
        Py_ssize_t rows,                  # IN     keys of a strip
        int64_t[:, ::1] counts,           # OUT    (strips, DIGITS)
        Region region, int slot):
    """How often each value of a digit of log2(DIGITS) bits occurs in each strip."""
    cdef:
        Py_ssize_t i
        part_t part
    with nogil:
        while work_take(&region.work, slot, rows, key.shape[0], &part):
            counts[part.index, :] = 0
            for i in range(part.start, part.stop):
                counts[part.index, (key[i] >> shift) & (DIGIT_VALUES - 1)] += 1


def sort_digit(
        const int64_t[::1] key,           # IN     (n,)
        const int64_t[::1] order,         # IN     (n,)
        int shift,                        # IN     where the digit is
        Py_ssize_t rows,                  # IN     keys of a strip
        int64_t[:, ::1] place,            # INOUT  (strips, DIGITS), where the strip's next key with each digit goes
        int64_t[::1] key_out,             # OUT    (n,)
        int64_t[::1] order_out,           # OUT    (n,)
        Region region, int slot):
    """One pass of a radix sort, stable."""
    cdef:
        Py_ssize_t i
        int64_t digit, to
        part_t part
    with nogil:
        while work_take(&region.work, slot, rows, key.shape[0], &part):
            for i in range(part.start, part.stop):
                digit = (key[i] >> shift) & (DIGIT_VALUES - 1)
                to = place[part.index, digit]
                place[part.index, digit] = to + 1
                key_out[to] = key[i]
                order_out[to] = order[i]


def gather(
        const real[:, ::1] X,             # IN     (n, d)
        const int64_t[::1] order,         # IN     (n,)
        Py_ssize_t rows,                  # IN     rows of a chunk
        double[:, ::1] points,            # OUT    (d, n + OVERREAD), the coordinates of row order[i] at [:, i]
        Region region, int slot):
    """Lay the rows out, sorted."""
    cdef:
        Py_ssize_t i, j
        part_t part
    with nogil:
        while work_take(&region.work, slot, rows, points.shape[1], &part):
            for i in range(part.start, part.stop):
                for j in range(X.shape[1]):
                    points[j, i] = X[order[i], j] if i < X.shape[0] else INFINITY


# ------------------------------------------------------------------------------------------- cells near a cell


cdef class Grid:
    """Sorted cells, and where their points are.

    Attributes
    ----------
    points : (d, n + OVERREAD)
        Coordinates, cell by cell. The first one of points that are hidden is NaN.
    key, start : (n_cells,), (n_cells + 1,)
        Number of each cell, ascending, and where its points begin.
    line_key, line_start : (n_lines,), (n_lines + 1,)
        Number of each line, ascending, and its first cell.
    near : (n_near,)
        How much the numbers of the lines within reach are greater; 0 comes first, then the positive ones.
    """
    cdef:
        double[:, ::1] points
        const int64_t[::1] key
        const int64_t[::1] start
        const int64_t[::1] line_key
        const int64_t[::1] line_start
        const int64_t[::1] near
        int64_t line_cells
        int later
        grid_points_t data

    def __cinit__(self, double[:, ::1] points, const int64_t[::1] key, const int64_t[::1] start,
                  const int64_t[::1] line_key, const int64_t[::1] line_start, const int64_t[::1] near,
                  int64_t line_cells, double bound):
        cdef Py_ssize_t j
        self.points = points
        self.key = key
        self.start = start
        self.line_key = line_key
        self.line_start = line_start
        self.near = near
        self.line_cells = line_cells
        self.later = 0
        for j in range(near.shape[0]):
            self.later += near[j] >= 0
        self.data.d = points.shape[0]
        self.data.bound = bound
        for j in range(points.shape[0]):
            self.data.x[j] = &points[j, 0]


cdef struct walk_t:
    const int64_t *key
    const int64_t *start
    const int64_t *line_key
    const int64_t *line_start
    const int64_t *near
    int64_t line_cells
    Py_ssize_t n_cells, n_lines, cell, line
    int n_near
    Py_ssize_t cursor[LINES]          # in the lines: the first that is not before the one within reach
    bint there[LINES]
    Py_ssize_t low[LINES]             # cells within reach: low .. high - 1
    Py_ssize_t high[LINES]


cdef inline Py_ssize_t first_from(const int64_t *a, Py_ssize_t low, Py_ssize_t high, int64_t value) noexcept nogil:
    """First i in low .. high with a[i] >= value."""
    cdef Py_ssize_t middle
    while low < high:
        middle = (low + high) // 2
        if a[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


cdef inline void enter_line(walk_t *w, bint jump) noexcept nogil:
    """Find the lines near w.line, and in them the cells near w.cell."""
    cdef:
        int k
        int64_t wanted
        Py_ssize_t i
    for k in range(w.n_near):
        wanted = w.line_key[w.line] + w.near[k]
        i = w.cursor[k]
        if jump:
            i = first_from(w.line_key, 0, w.n_lines, wanted)
        while i < w.n_lines and w.line_key[i] < wanted:
            i += 1
        w.cursor[k] = i
        w.there[k] = i < w.n_lines and w.line_key[i] == wanted
        if w.there[k]:
            w.low[k] = w.high[k] = first_from(w.key, w.line_start[i], w.line_start[i + 1],
                                              w.key[w.cell] + w.near[k] * w.line_cells - REACH_CELLS)


cdef inline void look_around(walk_t *w) noexcept nogil:
    """Move the runs of cells to what is near w.cell."""
    cdef:
        int k
        int64_t here
        Py_ssize_t i, end
    for k in range(w.n_near):
        if w.there[k]:
            here = w.key[w.cell] + w.near[k] * w.line_cells
            end = w.line_start[w.cursor[k] + 1]
            i = w.low[k]
            while i < end and w.key[i] < here - REACH_CELLS:
                i += 1
            w.low[k] = i
            i = max(i, w.high[k])
            while i < end and w.key[i] <= here + REACH_CELLS:
                i += 1
            w.high[k] = i


cdef void walk_from(walk_t *w, Grid grid, Py_ssize_t point, int n_near) noexcept nogil:
    """Begin at the cell of a point."""
    w.key = &grid.key[0]
    w.start = &grid.start[0]
    w.line_key = &grid.line_key[0]
    w.line_start = &grid.line_start[0]
    w.near = &grid.near[0]
    w.line_cells = grid.line_cells
    w.n_cells = grid.key.shape[0]
    w.n_lines = grid.line_key.shape[0]
    w.n_near = n_near
    w.cell = first_from(w.start, 0, w.n_cells, point + 1) - 1
    w.line = first_from(w.line_start, 0, w.n_lines, w.cell + 1) - 1
    enter_line(w, True)
    look_around(w)


cdef inline void walk_on(walk_t *w) noexcept nogil:
    """Go to the next cell, which there must be."""
    w.cell += 1
    if w.cell == w.line_start[w.line + 1]:
        w.line += 1
        enter_line(w, False)
    look_around(w)


cdef inline int runs_of(const walk_t *w, Py_ssize_t *runs) noexcept nogil:
    """The runs of points near w.cell: start and stop of each. How many."""
    cdef int k, n = 0
    for k in range(w.n_near):
        if w.there[k] and w.low[k] < w.high[k]:
            runs[2 * n] = w.start[w.low[k]]
            runs[2 * n + 1] = w.start[w.high[k]]
            n += 1
    return n


# ------------------------------------------------------------------------------------------- DBSCAN


cdef inline void point_at(const grid_points_t *g, Py_ssize_t i, double *x) noexcept nogil:
    cdef int j
    for j in range(g.d):
        x[j] = g.x[j][i]


cdef bint is_heavy(const grid_points_t *g, const double *x, const Py_ssize_t *runs, int n_runs, const double *weight,
                   double enough) noexcept nogil:
    """Whether the weights of the points near x add up to enough. The sum is carried in two numbers: its rounding is far
    below what the weights themselves were rounded by, so their order does not matter."""
    cdef:
        int r
        Py_ssize_t i
        uint64_t mask
        double total = 0.0, rest = 0.0, w, s, t
    for r in range(n_runs):
        i = runs[2 * r]
        while i < runs[2 * r + 1]:
            mask = grid_mask_f64[simd_level()](g, x, i, min(i + 64, runs[2 * r + 1]))
            while mask:
                w = weight[i + lowest_bit(mask)]
                s = total + w
                t = s - total
                rest += (total - (s - t)) + (w - t)
                total = s
                mask &= mask - 1
            i += 64
    return total + rest >= enough


def find_core(
        Grid grid,                        # IN
        const double[::1] weight,         # IN     (n,), of the points; or (0,) for ones
        const uint8_t[::1] dense,         # IN     (n_cells,), 1 where all points are core; or (0,): where they are enough
        Py_ssize_t enough,                # IN     min_samples
        Py_ssize_t rows,                  # IN     points of a chunk
        uint8_t[::1] core,                # OUT    (n,)
        int64_t[::1] parent,              # OUT    (n,), the first point of the cell of each
        Region region, int slot):
    """Which points have enough others within the radius. O(n (points of the cells around)) time at most."""
    cdef:
        grid_points_t *g = &grid.data
        Py_ssize_t n = core.shape[0], i, stop
        Py_ssize_t runs[2 * LINES]
        int n_runs
        const double *w = &weight[0] if weight.shape[0] else NULL
        bint given = dense.shape[0] > 0, all_core
        double x[3]
        walk_t walk
        part_t part
    with nogil:
        while work_take(&region.work, slot, rows, n, &part):
            walk_from(&walk, grid, part.start, grid.near.shape[0])
            i = part.start
            while True:
                stop = min(part.stop, walk.start[walk.cell + 1])
                if given:
                    all_core = dense[walk.cell] != 0
                else:
                    all_core = walk.start[walk.cell + 1] - walk.start[walk.cell] >= enough
                if all_core:
                    while i < stop:
                        core[i] = 1
                        parent[i] = walk.start[walk.cell]
                        i += 1
                else:
                    n_runs = runs_of(&walk, runs)
                    while i < stop:
                        point_at(g, i, x)
                        if w == NULL:
                            core[i] = grid_count_f64[simd_level()](g, x, runs, n_runs, enough) >= enough
                        else:
                            core[i] = is_heavy(g, x, runs, n_runs, w, enough)
                        parent[i] = walk.start[walk.cell]
                        i += 1
                if i >= part.stop:
                    break
                walk_on(&walk)


def hide(
        const uint8_t[::1] core,          # IN     (n,)
        Py_ssize_t rows,                  # IN     points of a chunk
        double[:, ::1] points,            # INOUT  (d, n + OVERREAD), those of a Grid
        Region region, int slot):
    """Hide the points that are not core: they are near nothing any more."""
    cdef:
        Py_ssize_t i
        part_t part
    with nogil:
        while work_take(&region.work, slot, rows, core.shape[0], &part):
            for i in range(part.start, part.stop):
                if not core[i]:
                    points[0, i] = NAN


cdef inline double gap_to(const grid_points_t *g, const double *x, const double *box) noexcept nogil:
    """Squared distance of a point to a box (2, d); NaN for a hidden one."""
    cdef:
        double total = 0.0, gap
        int j
    for j in range(g.d):
        gap = box[j] - x[j]
        if x[j] - box[g.d + j] > gap:
            gap = x[j] - box[g.d + j]
        if not gap <= 0.0:
            total += gap * gap
    return total


cdef void box_of_run(const grid_points_t *g, Py_ssize_t start, Py_ssize_t stop, double *box) noexcept nogil:
    """Lowest and highest coordinates of the core points of a run."""
    cdef:
        Py_ssize_t i
        int j
    for j in range(g.d):
        box[j] = INFINITY
        box[g.d + j] = -INFINITY
    for i in range(start, stop):
        if g.x[0][i] == g.x[0][i]:
            for j in range(g.d):
                box[j] = min(box[j], g.x[j][i])
                box[g.d + j] = max(box[g.d + j], g.x[j][i])


cdef bint touch(const grid_points_t *g, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t low,
                Py_ssize_t high) noexcept nogil:
    """Whether a core point of start .. stop - 1 is near one of low .. high - 1."""
    cdef:
        double x[3]
        double box[6]
        bint boxed = (stop - start) * (high - low) > 1024
        Py_ssize_t i
    if boxed:
        box_of_run(g, low, high, box)
    for i in range(start, stop):
        point_at(g, i, x)
        if x[0] != x[0] or (boxed and not gap_to(g, x, box) <= g.bound):
            continue
        if grid_first_f64[simd_level()](g, x, low, high) >= 0:
            return True
    return False


def join_cells(
        Grid grid,                        # IN     whose points that are not core are hidden
        bint nearest,                     # IN     look at the next cell only, else at all others
        Py_ssize_t rows,                  # IN     points of a chunk
        int64_t[::1] parent,              # INOUT  (n,)
        Region region, int slot):
    """Join the cells that have core points within the radius of each other; in the end, all that are connected.

    Few points in a run: each point finds who is near. Many: cell by cell, unless they are joined already.
    """
    cdef:
        grid_points_t *g = &grid.data
        Py_ssize_t n = parent.shape[0], i, q, first, start, stop, low, high, cell, cell_stop
        int k
        uint64_t mask
        double x[3]
        int64_t *up = &parent[0]
        walk_t walk
        part_t part
    with nogil:
        while work_take(&region.work, slot, rows, n, &part):
            walk_from(&walk, grid, part.start, 1 if nearest else grid.later)  # the others see this cell
            start = part.start
            while True:
                first = walk.start[walk.cell]
                stop = min(part.stop, walk.start[walk.cell + 1])
                for k in range(walk.n_near):
                    if not walk.there[k]:
                        continue
                    cell = walk.low[k]
                    cell_stop = walk.high[k]
                    if k == 0:
                        cell = walk.cell + 1
                        if nearest:
                            cell_stop = min(cell_stop, cell + 1)
                    if cell >= cell_stop:
                        continue
                    low = walk.start[cell]
                    high = walk.start[cell_stop]
                    if high - low <= FEW and stop - start <= FEW:
                        for i in range(start, stop):
                            point_at(g, i, x)
                            if x[0] != x[0]:
                                continue
                            mask = grid_mask_f64[simd_level()](g, x, low, high)
                            while mask:
                                q = low + lowest_bit(mask)
                                mask &= mask - 1
                                components_join(up, first, q)
                    else:
                        while cell < cell_stop:
                            low = walk.start[cell]
                            if components_find(up, first) != components_find(up, low) and touch(
                                    g, start, stop, low, walk.start[cell + 1]):
                                components_join(up, first, low)
                            cell += 1
                if stop == part.stop:
                    break
                start = stop
                walk_on(&walk)


def label_borders(
        Grid grid,                        # IN     whose points that are not core are hidden
        const real[:, ::1] X,             # IN     (n, d), the data
        const int64_t[::1] order,         # IN     (n,), the row of each point
        const uint8_t[::1] core,          # IN     (n,)
        int64_t[::1] parent,              # INOUT  (n,), as join_cells left it
        const int64_t[::1] number,        # IN     (n,), number of the cluster that each point stands for
        Py_ssize_t rows,                  # IN     points of a chunk
        int64_t[::1] labels,              # INOUT  (n,), of the rows
        Region region, int slot):
    """Give each point that is not core the lowest number of a core point near it; -1 if there is none."""
    cdef:
        grid_points_t *g = &grid.data
        Py_ssize_t n = core.shape[0], i, r, p, stop
        Py_ssize_t runs[2 * LINES]
        int n_runs, j
        uint64_t mask
        int64_t label, best
        double x[3]
        walk_t walk
        part_t part
    with nogil:
        while work_take(&region.work, slot, rows, n, &part):
            walk_from(&walk, grid, part.start, grid.near.shape[0])
            i = part.start
            while True:
                stop = min(part.stop, walk.start[walk.cell + 1])
                n_runs = -1
                while i < stop:
                    if not core[i]:
                        if n_runs < 0:
                            n_runs = runs_of(&walk, runs)
                        for j in range(g.d):
                            x[j] = X[order[i], j]
                        best = -1
                        for r in range(n_runs):
                            p = runs[2 * r]
                            while p < runs[2 * r + 1]:
                                mask = grid_mask_f64[simd_level()](g, x, p, min(p + 64, runs[2 * r + 1]))
                                while mask:
                                    label = number[components_find(&parent[0], p + lowest_bit(mask))]
                                    if best < 0 or label < best:
                                        best = label
                                    mask &= mask - 1
                                p += 64
                        labels[order[i]] = best
                    i += 1
                if i >= part.stop:
                    break
                walk_on(&walk)
