# SPDX-License-Identifier: BSD-3-Clause
"""The nearest rows of every row, where rows have many features.

Rows lie in tiles of 64, transposed, in float32. Products of tiles tell for every pair of rows a distance that it surely
has at least; few pairs are below what one of both rows still looks for, and those are compared as rows.
"""
from libc.math cimport INFINITY, sqrt
from libc.stdint cimport int64_t, uint64_t

from ..._runtime._kernels.bits cimport take_bit
from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef extern from "row_pairs.h" nogil:
    float (*row_pair_f32[])(const float *, const float *, Py_ssize_t, float) noexcept
    double (*row_pair_f64[])(const double *, const double *, Py_ssize_t, double) noexcept
    void (*tile_below_f32[])(const float *, Py_ssize_t, const float *, Py_ssize_t, const float *, const float *,
                             uint64_t *) noexcept
cdef extern from "neighbor_list.h" nogil:
    void list_offer(double *distances, int64_t *rows, Py_ssize_t k, double distance, int64_t row) noexcept
    void list_sort(int by_row, double *distances, int64_t *rows, Py_ssize_t k) noexcept

cdef enum:
    TILE = 64            # rows of a tile: one bit each

TILE_ROWS = TILE


def fill_tiles(
        const real[:, ::1] X,             # IN     (n, d)
        const int64_t[::1] rows,          # IN     (m,), which rows, in which order
        const double[::1] center,         # IN     (d,), taken off the rows
        double scale,                     # IN     what they are then multiplied with
        double shrink,                    # IN     a bit less than 1, for the norms
        float[:, :, ::1] tiles,           # OUT    (ceil(m / 64), d + 1, 64), with squared norms; zeros behind the rows
        Region region, int slot):         # items: tiles
    """Lay rows out in tiles. O(m d) time."""
    cdef:
        Py_ssize_t d = X.shape[1], t, i, j
        double norm, x
        const real *row
        float *tile
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for t in range(part.start, part.stop):
                tile = &tiles[t, 0, 0]
                for i in range(TILE):
                    norm = 0.0
                    if t * TILE + i < rows.shape[0]:
                        row = &X[rows[t * TILE + i], 0]
                        for j in range(d):
                            tile[j * TILE + i] = <float> ((row[j] - center[j]) * scale)
                            x = tile[j * TILE + i]
                            norm += x * x
                    else:
                        for j in range(d):
                            tile[j * TILE + i] = 0.0
                    tile[d * TILE + i] = <float> (norm * shrink)


cdef struct filter_t:
    const float *single      # the rows; or NULL
    const double *rows       # the same in float64
    Py_ssize_t n
    Py_ssize_t d
    const float *tiles
    double scale
    double drift
    double doubt


cdef class Filter:
    """Rows in tiles, and how far products of tiles may be trusted.

    Parameters
    ----------
    X : (n, d)
        IN. The rows.
    tiles : (ceil(n / 64), d + 1, 64)
        IN. The same, as by `fill_tiles`: distances from products are never more than the true ones, times `scale`.
    scale, drift : float
        What the rows were multiplied with, and how much all else may have lengthened a distance.
    doubt : float
        Relative error of squared distances of rows that are summed fast.
    """
    cdef:
        filter_t filter
        object kept

    def hold(self, const real[:, ::1] X, const float[:, :, ::1] tiles, double scale, double drift, double doubt):
        """Fill the bundle."""
        self.kept = (X, tiles)
        self.filter = filter_t(NULL, NULL, X.shape[0], X.shape[1], &tiles[0, 0, 0], scale, drift, doubt)
        if real is float:
            self.filter.single = &X[0, 0]
        else:
            self.filter.rows = &X[0, 0]


cdef inline float limit_of(const filter_t *f, double squared) noexcept nogil:
    """What products of tiles must not exceed for rows at a squared distance, which was summed fast."""
    cdef double reach
    if squared == INFINITY:
        return INFINITY
    reach = sqrt(squared) * f.scale + f.drift
    return <float> (reach * reach * (1.0 + 3.0 * f.doubt) + 1e-30)


cdef inline double fast_distance(const filter_t *f, int64_t i, int64_t j, double enough) noexcept nogil:
    """Squared distance of two rows, or more than `enough`, where it is more than that."""
    if f.single:
        return row_pair_f32[simd_level()](f.single + i * f.d, f.single + j * f.d, f.d, <float> enough)
    return row_pair_f64[simd_level()](f.rows + i * f.d, f.rows + j * f.d, f.d, enough)


def note_nearest(
        Filter given,                     # IN
        Py_ssize_t side,                  # IN     tiles of a block
        const int64_t[:, ::1] pairs,      # IN     (m, 2), pairs of blocks; no block is in two of them
        float[:, :, ::1] limits,          # WORK   (slots, 2, 64 side)
        double[:, ::1] near,              # INOUT  (n, k), squared distances, the largest first; infinity at first
        int64_t[:, ::1] found,            # INOUT  (n, k), which rows
        Region region, int slot):         # items: pairs of blocks
    """Offer the rows of each block to the rows of the other one. O(pairs of rows d) time, in float32."""
    cdef:
        const filter_t *f = &given.filter
        Py_ssize_t n = f.n, n_tiles = (f.n + TILE - 1) // TILE, a, b, i
        float *of_a = &limits[slot, 0, 0]
        float *of_b = &limits[slot, 1, 0]
        int64_t p, q
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            p = pairs[part.start, 0] * side
            q = pairs[part.start, 1] * side
            if p == q:
                of_b = of_a
            else:
                of_b = &limits[slot, 1, 0]
            for i in range(side * TILE):
                if p * TILE + i < n:
                    of_a[i] = limit_of(f, near[p * TILE + i, 0])
                if q * TILE + i < n:
                    of_b[i] = limit_of(f, near[q * TILE + i, 0])
            for b in range(q, min(n_tiles, q + side)):
                for a in range(p, min(n_tiles, p + side) if p != q else b + 1):
                    note_tiles(f, a, b, of_a + (a - p) * TILE, of_b + (b - q) * TILE, near.shape[1], &near[0, 0],
                               &found[0, 0])


cdef void note_tiles(const filter_t *f, Py_ssize_t a, Py_ssize_t b, float *of_a, float *of_b, Py_ssize_t k,
                     double *near, int64_t *found) noexcept nogil:
    """The same of two tiles."""
    cdef:
        uint64_t below[4]
        uint64_t mask, valid = ~(<uint64_t> 0)
        Py_ssize_t size = (f.d + 1) * TILE, r, u
        int64_t i, j
        double squared
    if f.n - b * TILE < TILE:
        valid = ((<uint64_t> 1) << (f.n - b * TILE)) - 1
    for r in range(0, min(TILE, f.n - a * TILE), 4):
        tile_below_f32[simd_level()](f.tiles + a * size, r, f.tiles + b * size, f.d, of_a, of_b, below)
        for u in range(min(4, f.n - a * TILE - r)):
            mask = below[u] & valid
            if a == b:
                mask &= (~(<uint64_t> 1)) << (r + u)
            i = a * TILE + r + u
            while mask:
                j = b * TILE + take_bit(&mask)
                squared = fast_distance(f, i, j, max(near[i * k], near[j * k]))
                if squared <= near[i * k]:
                    list_offer(near + i * k, found + i * k, k, squared, j)
                    of_a[r + u] = limit_of(f, near[i * k])
                if squared <= near[j * k]:
                    list_offer(near + j * k, found + j * k, k, squared, i)
                    of_b[j - b * TILE] = limit_of(f, near[j * k])


def measure(
        const real[:, ::1] X,             # IN     (n, d)
        double[:, ::1] near,              # INOUT  (n, k), in any order -> reduced distances, ascending
        int64_t[:, ::1] found,            # INOUT  (n, k), which rows; on ties the lowest first
        Region region, int slot):         # items: rows
    """Measure the distances to the rows that were found by the definition. O(n k d) time."""
    cdef:
        Py_ssize_t k = near.shape[1], i, m
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                for m in range(0, k, 4):
                    measure_four(&X[0, 0], X.shape[1], i, &found[i, m], min(4, k - m), &near[i, m])
                list_sort(False, &near[i, 0], &found[i, 0], k)


cdef inline void measure_four(const real *X, Py_ssize_t d, int64_t i, const int64_t *others, Py_ssize_t count,
                              double *out) noexcept nogil:
    """Reduced distances by the definition, feature by feature in float64, each product rounded: up to four side by
    side, so that no sum waits for another."""
    cdef:
        const real *x = X + i * d
        const real *y[4]
        double total[4]
        double t
        Py_ssize_t j, u
    for u in range(4):
        y[u] = X + others[min(u, count - 1)] * d
        total[u] = 0.0
    for j in range(d):
        for u in range(4):
            t = <double> x[j] - <double> y[u][j]
            total[u] += t * t
    for u in range(count):
        out[u] = total[u]


# ------------------------------------------------------------------------------------------- searches


cdef struct search_t:
    const filter_t *filter
    const int64_t *rows      # (n,), as they lie in the tiles
    const int64_t *component  # (n,)
    const double *core       # (n,)
    bint root                # weights are roots of reduced distances
    const int64_t *queries   # (count,), of a tile
    Py_ssize_t count
    double *useful           # (count,), weights above this are of no use
    double *best             # (count,), the least weight found
    int64_t *to              # (count,), to which row


cdef inline double reduced_of(bint root, double weight) noexcept nogil:
    """A reduced distance that is no less than all of those with this weight or less."""
    return weight * weight * (1.0 + 1e-15) + 1e-307 if root else weight


cdef inline double definition(const real *x, const real *y, Py_ssize_t d) noexcept nogil:
    cdef:
        double total = 0.0, t
        Py_ssize_t j
    for j in range(d):
        t = <double> x[j] - <double> y[j]
        total += t * t
    return total


cdef inline double distance(const filter_t *f, int64_t i, int64_t j) noexcept nogil:
    if f.single:
        return definition(f.single + i * f.d, f.single + j * f.d, f.d)
    return definition(f.rows + i * f.d, f.rows + j * f.d, f.d)


cdef inline uint64_t bits_below(Py_ssize_t i) noexcept nogil:
    return 0 if i <= 0 else ~(<uint64_t> 0) if i >= TILE else ((<uint64_t> 1) << i) - 1


cdef void search_tile(search_t *s, const float *tile, Py_ssize_t b, float *of_queries,
                      const float *of_rows) noexcept nogil:
    """Search among the rows of tile b for those in a tile of queries."""
    cdef:
        const filter_t *f = s.filter
        Py_ssize_t size = (f.d + 1) * TILE, r, u
        uint64_t below[4]
        uint64_t mask, valid = bits_below(f.n - b * TILE)
        int64_t i, j
        double weight, enough, reduced
    for r in range(0, s.count, 4):
        tile_below_f32[simd_level()](tile, r, f.tiles + b * size, f.d, of_queries, of_rows, below)
        for u in range(r, min(r + 4, s.count)):
            i = s.queries[u]
            mask = below[u - r] & valid
            while mask:
                j = s.rows[b * TILE + take_bit(&mask)]
                if s.component[j] == s.component[i]:
                    continue
                weight = max(s.core[i], s.core[j])
                enough = reduced_of(s.root, s.useful[u])
                if weight > s.useful[u] or fast_distance(f, i, j, enough * (1.0 + 2.0 * f.doubt)) > enough * (
                        1.0 + 2.0 * f.doubt):
                    continue
                reduced = distance(f, i, j)
                weight = max(weight, sqrt(reduced) if s.root else reduced)
                if weight > s.useful[u]:
                    continue
                if weight < s.best[u] or j < s.to[u]:
                    s.best[u] = weight
                    s.to[u] = j
                    s.useful[u] = weight
                    of_queries[u] = limit_of(f, reduced_of(s.root, weight))


cdef inline double most_useful(const search_t *s) noexcept nogil:
    cdef:
        Py_ssize_t i
        double most = 0.0
    for i in range(s.count):
        most = max(most, s.useful[i])
    return most


def search(
        Filter given,                     # IN     all rows, with their tiles in the order `rows`
        const int64_t[::1] rows,          # IN     (n,)
        const double[::1] beyond,         # IN     (n,), ascending: no edge that is searched for weighs less, of each of
                                          #        the rows in this order
        const int64_t[::1] component,     # IN     (n,), of each row
        const double[::1] core,           # IN     (n,), core distances
        bint root,                        # IN     weights are roots of reduced distances
        const float[:, :, ::1] tiles,     # IN     (ceil(m / 64), d + 1, 64), of the queries
        const int64_t[::1] queries,       # IN     (m,), rows
        Py_ssize_t first,                 # IN     tile of the rows to begin with
        Py_ssize_t last,                  # IN     and to end before
        double[::1] useful,               # INOUT  (m,), weights above this are of no use
        double[::1] best,                 # INOUT  (m,), the least weight known; infinity: none
        int64_t[::1] to,                  # INOUT  (m,), to which row; more than any: to none
        Region region, int slot):         # items: tiles of queries
    """Search for the row of another component that is nearest to each query, the lowest on a tie."""
    cdef:
        float of_queries[TILE]
        float of_rows[TILE]
        Py_ssize_t b, i, t
        search_t s
        part_t part
    s.filter, s.rows, s.component, s.core, s.root = &given.filter, &rows[0], &component[0], &core[0], root
    with nogil:
        for i in range(TILE):
            of_rows[i] = -INFINITY
        while work_take(&region.work, slot, &part):
            t = part.start
            s.count = min(TILE, queries.shape[0] - t * TILE)
            s.queries, s.useful, s.best, s.to = &queries[t * TILE], &useful[t * TILE], &best[t * TILE], &to[t * TILE]
            for i in range(TILE):
                of_queries[i] = limit_of(s.filter, reduced_of(root, s.useful[i])) if i < s.count else -INFINITY
            for b in range(first, last):
                if beyond[b * TILE] > most_useful(&s):
                    break
                search_tile(&s, &tiles[t, 0, 0], b, of_queries, of_rows)
