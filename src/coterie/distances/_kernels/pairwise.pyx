# SPDX-License-Identifier: BSD-3-Clause
"""Distances between all pairs of points.

Points are first laid out in tiles of 16, transposed, as float64 (`Points`). A chunk of the work is a block of rows of
the result times a block of columns, whose tiles stay in the cache while all rows of the block pass by.
"""
from libc.math cimport cos, fabs, frexp, isfinite, ldexp

from .condensed cimport condensed_row
from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef extern from "pairwise.h" nogil:
    enum: PAIR_TILE
    enum: PAIR_ROWS
    enum: PAIR_SQEUCLIDEAN
    enum: PAIR_EUCLIDEAN
    enum: PAIR_MANHATTAN
    enum: PAIR_CHEBYSHEV
    enum: PAIR_COSINE
    enum: PAIR_CORRELATION
    enum: PAIR_MINKOWSKI
    enum: PAIR_CANBERRA
    enum: PAIR_BRAYCURTIS
    enum: PAIR_HAMMING
    enum: PAIR_JACCARD
    enum: PAIR_DICE
    enum: PAIR_HAVERSINE
    enum: PAIR_GOWER
    enum: PAIR_NAN_EUCLIDEAN
    enum: PAIR_STEPS
    int pair_kind(int kind, bint missing) noexcept
    int pair_extra(int kind) noexcept
    void (*pair_strip_f64[])(int, const double *, int, const double *, Py_ssize_t, Py_ssize_t, Py_ssize_t, double,
                             const double *, double *const *) noexcept
    void (*pair_norms_f64[])(double *, Py_ssize_t) noexcept

TILE = PAIR_TILE

KINDS = {
    "sqeuclidean": PAIR_SQEUCLIDEAN, "euclidean": PAIR_EUCLIDEAN, "manhattan": PAIR_MANHATTAN,
    "chebyshev": PAIR_CHEBYSHEV, "cosine": PAIR_COSINE, "correlation": PAIR_CORRELATION,
    "minkowski": PAIR_MINKOWSKI, "canberra": PAIR_CANBERRA, "braycurtis": PAIR_BRAYCURTIS, "hamming": PAIR_HAMMING,
    "jaccard": PAIR_JACCARD, "dice": PAIR_DICE, "haversine": PAIR_HAVERSINE, "gower": PAIR_GOWER,
    "nan_euclidean": PAIR_NAN_EUCLIDEAN,
}


def numbers_per_point(Py_ssize_t d, int kind):
    """Length of the middle dimension of the tiles of points with d features, at least 1."""
    return max(1, d + pair_extra(kind))


cdef class Points:
    """n points with d features in tiles (ceil(n / 16), numbers_per_point, 16), for the distances of one kind.

    missing : whether some numbers may be NaN, for the kinds that pass over them
    columns : (2 + 2 d,), for Gower's kind: how many features are numbers, which come first; the sum of the weights;
        what differences are multiplied by; and the weights
    """

    def __cinit__(self, double[:, :, ::1] tiles, Py_ssize_t n, Py_ssize_t d, int kind, double p,
                  bint missing=False, const double[::1] columns=None):
        self.tiles = tiles
        self.columns = columns
        self.centered = kind == PAIR_CORRELATION
        if kind == PAIR_CORRELATION:
            kind = PAIR_COSINE
        if kind == PAIR_GOWER and (columns is None or columns.shape[0] != PAIR_STEPS + 2 * d):
            raise ValueError("Gower's distance needs steps and weights of all columns")
        self.points = points_t(&tiles[0, 0, 0], n, d, tiles.shape[1], kind, p, missing, NULL)
        if columns is not None:
            self.points.columns = &columns[0]

    @property
    def n(self):
        """Number of points."""
        return self.points.n

    @property
    def d(self):
        """Number of features."""
        return self.points.d


def pack(
        const real[:, ::1] X,             # IN     (n, d)
        Points points,                    # OUT    its tiles
        Region region, int slot):
    """Lay the rows of X out in tiles. O(n d) time."""
    cdef:
        Py_ssize_t n = points.points.n, d = points.points.d, i, j, row, t
        int kind = points.points.kind
        double *tile
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for t in range(part.start, part.stop):
                tile = <double *> points.points.tiles + t * points.points.width * PAIR_TILE
                for i in range(PAIR_TILE):
                    row = t * PAIR_TILE + i
                    for j in range(d):
                        tile[j * PAIR_TILE + i] = X[row, j] if row < n else 0.0
                    if kind == PAIR_COSINE:
                        scale_point(tile + i, d, points.centered)
                    elif kind == PAIR_JACCARD:  # only what is zero and what is not counts
                        for j in range(d):
                            tile[j * PAIR_TILE + i] = tile[j * PAIR_TILE + i] != 0.0
                    elif kind == PAIR_HAVERSINE:
                        tile[2 * PAIR_TILE + i] = cos(tile[i])
                if kind == PAIR_COSINE:
                    pair_norms_f64[simd_level()](tile, d)


cdef void scale_point(double *x, Py_ssize_t d, bint center) noexcept nogil:
    """Bring a point near length 1 by a power of two, so that no product overflows and no digit is lost."""
    cdef:
        Py_ssize_t j
        double total = 0.0, low, high, largest = 0.0
        int exponent = 0
    if center and d > 0:
        low = high = x[0]
        for j in range(d):
            total += x[j * PAIR_TILE]
            low = min(low, x[j * PAIR_TILE])
            high = max(high, x[j * PAIR_TILE])
        total = low if low == high else total / d  # the mean of equal numbers may be off by a rounding
        for j in range(d):
            x[j * PAIR_TILE] -= total
    for j in range(d):
        largest = max(largest, fabs(x[j * PAIR_TILE]))
    if largest == 0.0 or not isfinite(largest):
        return
    frexp(largest, &exponent)
    for j in range(d):
        x[j * PAIR_TILE] = ldexp(x[j * PAIR_TILE], -exponent)


def condensed(
        Points points,                    # IN
        Py_ssize_t rows,                  # IN     rows of a block, a multiple of PAIR_ROWS
        Py_ssize_t columns,               # IN     columns of a block, a multiple of 16
        double[::1] out,                  # OUT    (n (n - 1) / 2,)
        Region region, int slot):
    """Distances of the pairs i < j, row by row of the upper triangle."""
    cdef:
        Py_ssize_t blocks = (points.points.n + columns - 1) // columns
        double nowhere = 0.0
        double *to = &nowhere             # where there are no pairs
        part_t part
    if out.shape[0] > 0:
        to = &out[0]
    with nogil:
        while work_take(&region.work, slot, &part):
            block(&points.points, part.index // blocks * rows, rows, &points.points, part.index % blocks * columns,
                  columns, True, 0, to)


def rectangle(
        Points one,                       # IN     n points
        Points many,                      # IN     m points
        Py_ssize_t rows,                  # IN     rows of a block, a multiple of PAIR_ROWS
        Py_ssize_t columns,               # IN     columns of a block, a multiple of 16
        double[:, ::1] out,               # OUT    (n, m)
        Region region, int slot):
    """Distances of each of n points to each of m."""
    cdef:
        Py_ssize_t blocks = (many.points.n + columns - 1) // columns
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            block(&one.points, part.index // blocks * rows, rows, &many.points, part.index % blocks * columns, columns,
                  False, many.points.n, &out[0, 0])


cdef inline const double *point_at(const points_t *points, Py_ssize_t i) noexcept nogil:
    return points.tiles + i // PAIR_TILE * points.width * PAIR_TILE + i % PAIR_TILE


cdef void block(const points_t *one, Py_ssize_t row0, Py_ssize_t n_rows, const points_t *many, Py_ssize_t column0,
                Py_ssize_t n_columns, bint upper, Py_ssize_t stride, double *out) noexcept nogil:
    """Rows row0 ... against columns column0 ..., the latter a multiple of a tile; rows of `out` are `stride` apart, but
    with `upper` it is condensed, and only columns beyond the row are computed."""
    cdef:
        Py_ssize_t row_stop = min(one.n, row0 + n_rows), column_stop = min(many.n, column0 + n_columns)
        Py_ssize_t row, start, full, r, i
        int rows
        const double *x
        double *to[PAIR_ROWS]             # where column 0 of each row would be
        double *at[PAIR_ROWS]
        double edge[PAIR_ROWS * PAIR_TILE]
        int kind = pair_kind(one.kind, one.missing or many.missing)
    row = row0
    while row < row_stop:
        rows = min(PAIR_ROWS, row_stop - row)
        x = point_at(one, row)
        for r in range(rows):
            to[r] = out + (condensed_row(many.n, row + r) if upper else (row + r) * stride)
        start = column0
        if upper and start <= row:  # the tile with the diagonal
            start = row // PAIR_TILE * PAIR_TILE
            if start < column_stop:
                edge_tile(kind, x, rows, many, start, edge)
                for r in range(rows):
                    for i in range(max(start, row + r + 1), min(start + PAIR_TILE, column_stop)):
                        to[r][i] = edge[r * PAIR_TILE + i - start]
            start += PAIR_TILE
        full = (column_stop - start) // PAIR_TILE
        if full > 0:
            for r in range(rows):
                at[r] = to[r] + start
            pair_strip_f64[simd_level()](kind, x, rows, point_at(many, start), full, many.d, many.width, many.p,
                                         many.columns, at)
            start += full * PAIR_TILE
        if start < column_stop:
            edge_tile(kind, x, rows, many, start, edge)
            for r in range(rows):
                for i in range(start, column_stop):
                    to[r][i] = edge[r * PAIR_TILE + i - start]
        row += rows


cdef void edge_tile(int kind, const double *x, int rows, const points_t *many, Py_ssize_t start,
                    double *edge) noexcept nogil:
    cdef:
        double *at[PAIR_ROWS]
        int r
    for r in range(PAIR_ROWS):
        at[r] = edge + r * PAIR_TILE
    pair_strip_f64[simd_level()](kind, x, rows, point_at(many, start), 1, many.d, many.width, many.p, many.columns, at)


cdef void distances_from(const points_t *one, Py_ssize_t row, const points_t *many, Py_ssize_t start, Py_ssize_t stop,
                         double *out) noexcept nogil:
    """Distances of point `row` to the points start .. stop - 1 of `many`; `start` is a multiple of 16."""
    distances_of_rows(one, row, 1, many, start, stop, 0, out)


cdef void distances_of_rows(const points_t *one, Py_ssize_t row, Py_ssize_t n_rows, const points_t *many,
                            Py_ssize_t start, Py_ssize_t stop, Py_ssize_t stride, double *out) noexcept nogil:
    """The same of points row, row + 1, ..., whose distances are written `stride` apart; `row` is a multiple of 4 unless
    it is the only one."""
    block(one, row, n_rows, many, start, stop - start, False, stride, out - row * stride - start)
