# SPDX-License-Identifier: BSD-3-Clause
"""Who is within a radius, leaf by leaf of a k-d tree.

Two leaves are compared by masks: one bit per point. Of rows with many features the tree holds a projection, in which no
two are farther apart than they are: rows that are within the radius in it are compared themselves.
"""
from libc.stdint cimport int64_t, uint64_t

from ..._runtime._kernels.bits cimport count_bits, lowest_bit
from .kd_tree cimport KD_DEPTH, KD_LANES, Tree, kd_node_t, leaf_within
from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef extern from "row_pairs.h" nogil:
    float (*row_pair_f32[])(const float *, const float *, Py_ssize_t, float) noexcept
    double (*row_pair_f64[])(const double *, const double *, Py_ssize_t, double) noexcept
    uint64_t (*row_tile_f32[])(const float *, const float *, Py_ssize_t, Py_ssize_t, float, float, uint64_t,
                               uint64_t *) noexcept
    void (*tile_pair_f32[])(const float *, Py_ssize_t, Py_ssize_t, const float *, Py_ssize_t, Py_ssize_t, float, float,
                            uint64_t *, uint64_t *) noexcept

cdef enum:
    TILE_COLUMNS = 16    # the width of a tile is a multiple of this
    FEW = 6              # rows that are looked at one by one
    ONE_IN = 25          # that are left make tiles pay


cdef class Search:
    """A tree, a radius, and the rows that the tree holds a projection of (`hold_rows`), if it does.

    Parameters
    ----------
    tree : Tree
    bound : float
        Reduced radius in the tree, finite.
    """
    def __cinit__(self, Tree tree, double bound):
        self.tree = tree
        self.search.tree = &tree.tree
        self.search.bound = bound
        self.search.d = 0

    @property
    def holds_rows(self):
        """Whether it looks at rows."""
        return self.search.d > 0

    def hold_rows(self, const real[:, ::1] X, double exact, double least, double most, const float[::1] tiles,
                  const int64_t[::1] tile_of, const double[::1] center, double scale, float tile_least,
                  float tile_most, float product_least, float product_most):
        """Look at rows instead of at what the tree holds.

        Parameters
        ----------
        X : (n, d)
        exact : float
            Squared radius.
        least, most : float
            Squared distances up to `least` are within the radius, whatever the order of their terms, and those above
            `most` are not.
        tiles, tile_of : (size_of_tiles,), (n_nodes,)
            See `fill_tiles`.
        center, scale : (d,), float
        tile_least, tile_most, product_least, product_most : float
            As above, for squared distances between what is in the tiles, from differences and from products.
        """
        cdef search_t *s = &self.search
        self.kept = (X, tiles, tile_of, center)
        s.d = X.shape[1]
        s.single = NULL
        s.rows = NULL
        if real is float:
            s.single = &X[0, 0]
        else:
            s.rows = &X[0, 0]
        s.exact = exact
        s.least = least
        s.most = most
        s.tiles = &tiles[0]
        s.tile_of = &tile_of[0]
        s.center = &center[0]
        s.scale = scale
        s.tile_least = tile_least
        s.tile_most = tile_most
        s.product_least = product_least
        s.product_most = product_most


def place_tiles(
        Tree tree,                        # IN
        Py_ssize_t d,                     # IN     features of the rows
        int64_t[::1] tile_of):            # OUT    (n_nodes,), where the tile of each leaf begins; unset for others
    """Numbers that the tiles of all leaves take."""
    cdef:
        int64_t stack[KD_DEPTH]
        int64_t node, size = 0
        int height = 1
    stack[0] = 0
    while height:
        height -= 1
        node = stack[height]
        if tree.tree.nodes[node].right == 0:
            tile_of[node] = size
            size += (d + 1) * width_of(tree.tree.nodes + node)
        else:
            stack[height] = tree.tree.nodes[node].right
            stack[height + 1] = node + 1
            height += 2
    return size


cdef inline Py_ssize_t width_of(const kd_node_t *leaf) noexcept nogil:
    return (leaf.stop - leaf.start + TILE_COLUMNS - 1) // TILE_COLUMNS * TILE_COLUMNS


def fill_tiles(
        Tree tree,                        # IN
        const real[:, ::1] X,             # IN     (n, d)
        const double[::1] center,         # IN     (d,), taken off the rows
        double scale,                     # IN     what they are then multiplied with
        const int64_t[::1] leaves,        # IN     (n_leaves,)
        const int64_t[::1] tile_of,       # IN     (n_nodes,)
        float[::1] tiles,                 # OUT    the rows of each leaf, transposed, their squared norms; zeros behind
        Region region, int slot):
    """Lay the rows out in tiles, one a leaf."""
    cdef:
        const kd_node_t *v
        Py_ssize_t i, j, width
        double norm
        float *tile
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            v = tree.tree.nodes + leaves[part.start]
            width = width_of(v)
            tile = &tiles[tile_of[leaves[part.start]]]
            for i in range(width):
                norm = 0.0
                for j in range(X.shape[1]):
                    tile[j * width + i] = 0.0
                    if v.start + i < v.stop:
                        tile[j * width + i] = <float> ((X[tree.tree.order[v.start + i], j] - center[j]) * scale)
                    norm += <double> tile[j * width + i] * tile[j * width + i]
                tile[X.shape[1] * width + i] = <float> norm


cdef inline bint is_within(const real *x, const real *y, Py_ssize_t d, double bound) noexcept nogil:
    """The definition: feature by feature, in float64, each product rounded."""
    cdef:
        Py_ssize_t j
        double total = 0.0, t
    for j in range(d):
        t = <double> x[j] - <double> y[j]
        total += t * t
    return total <= bound


cdef inline bint is_near(const search_t *s, int64_t row, int64_t other) noexcept nogil:
    """Whether two rows are within the radius."""
    cdef double squared
    if s.single:
        squared = row_pair_f32[simd_level()](s.single + row * s.d, s.single + other * s.d, s.d, <float> s.most)
        return squared <= s.least or (not squared > s.most and is_within(
            s.single + row * s.d, s.single + other * s.d, s.d, s.exact))
    squared = row_pair_f64[simd_level()](s.rows + row * s.d, s.rows + other * s.d, s.d, s.most)
    return squared <= s.least or (not squared > s.most and is_within(
        s.rows + row * s.d, s.rows + other * s.d, s.d, s.exact))


cdef uint64_t sift(const search_t *s, Py_ssize_t position, const kd_node_t *b, uint64_t mask,
                   float *work) noexcept nogil:
    """Which points of a leaf, of those in the mask, are within the radius of another point as rows."""
    cdef:
        int64_t row = s.tree.order[position]
        uint64_t surely = 0
        Py_ssize_t j
        int i
    if count_bits(mask) > FEW:
        if s.single:
            for j in range(s.d):
                work[j] = <float> ((s.single[row * s.d + j] - s.center[j]) * s.scale)
        else:
            for j in range(s.d):
                work[j] = <float> ((s.rows[row * s.d + j] - s.center[j]) * s.scale)
        surely = row_tile_f32[simd_level()](work, s.tiles + s.tile_of[b - s.tree.nodes], width_of(b), s.d, s.tile_least,
                                            s.tile_most, mask, &mask)
    while mask:
        i = lowest_bit(mask)
        mask &= mask - 1
        if is_near(s, row, s.tree.order[b.start + i]):
            surely |= (<uint64_t> 1) << i
    return surely


cdef uint64_t near_of(const search_t *s, Py_ssize_t position, double *x, const kd_node_t *b,
                      uint64_t wanted) noexcept nogil:
    """Which of the wanted points of a leaf are within the radius of the point at a position, which is x in the tree.
    Behind x there is room for a row."""
    cdef uint64_t mask = wanted & leaf_within(s.tree, x, b.start // KD_LANES, blocks_of(b), s.bound)
    return sift(s, position, b, mask, <float *> (x + s.tree.d)) if mask and s.d else mask


cdef void near_leaf(const search_t *s, const kd_node_t *a, uint64_t active, const kd_node_t *b, uint64_t wanted,
                    double *x, int *tries, uint64_t *masks) noexcept nogil:
    """Which of the wanted points of leaf b are within the radius of each of the active points of leaf a: masks (64,).

    Where the tree holds a projection, the first few points show whether it rules out most. If not, all are compared by
    products of tiles. tries INOUT: how many they are; one after a leaf where it did not.
    """
    cdef:
        uint64_t mask = active, rest = active
        Py_ssize_t i, left = 0
        int tried = 0
    while rest:
        i = lowest_bit(rest)
        rest &= rest - 1
        point_at(s.tree, a.start + i, x)
        masks[i] = wanted & leaf_within(s.tree, x, b.start // KD_LANES, blocks_of(b), s.bound) if wanted else 0
        if s.d and tried < tries[0]:
            tried += 1
            left += count_bits(masks[i])
            if tried == tries[0] and count_bits(active) >= TRIED:
                if ONE_IN * left > tried * (b.stop - b.start):
                    tries[0] = 1
                    near_tile(s, a, active, b, wanted, masks)
                    return
                tries[0] = TRIED
    if s.d:
        while mask:
            i = lowest_bit(mask)
            mask &= mask - 1
            if masks[i]:
                masks[i] = sift(s, a.start + i, b, masks[i], <float *> (x + s.tree.d))


cdef void near_tile(const search_t *s, const kd_node_t *a, uint64_t active, const kd_node_t *b, uint64_t wanted,
                    uint64_t *masks) noexcept nogil:
    """The same by products of tiles."""
    cdef:
        uint64_t surely[4]
        uint64_t doubtful[4]
        uint64_t mask
        Py_ssize_t i, r
        int64_t row
    for r in range(0, a.stop - a.start, 4):
        if not active >> r & 15:
            continue
        tile_pair_f32[simd_level()](s.tiles + s.tile_of[a - s.tree.nodes], width_of(a), r,
                                    s.tiles + s.tile_of[b - s.tree.nodes], width_of(b), s.d, s.product_least,
                                    s.product_most, surely, doubtful)
        for i in range(4):
            if active >> (r + i) & 1:
                row = s.tree.order[a.start + r + i]
                masks[r + i] = surely[i] & wanted
                mask = doubtful[i] & wanted
                while mask:
                    if is_near(s, row, s.tree.order[b.start + lowest_bit(mask)]):
                        masks[r + i] |= mask & (~mask + 1)
                    mask &= mask - 1


def share_of_tiles(
        Search given,                     # IN     that holds rows
        const int64_t[::1] leaves,        # IN     (n_leaves,)
        Py_ssize_t step,                  # IN     between leaves to look from
        double[::1] work):                # WORK   (features of the tree,)
    """Share of the pairs of leaves that the projection leaves so many points of that tiles pay: from the first point of
    some leaves."""
    cdef:
        const search_t *s = &given.search
        const kd_node_t *a
        const kd_node_t *b
        Py_ssize_t k, other, n = leaves.shape[0], seen = 0, left = 0
        double *x = &work[0]
    for k in range(0, n, step):
        a = s.tree.nodes + leaves[k]
        point_at(s.tree, a.start, x)
        for other in range(n):
            b = s.tree.nodes + leaves[other]
            seen += 1
            left += ONE_IN * count_bits(leaf_within(s.tree, x, b.start // KD_LANES, blocks_of(b), s.bound)) > (
                b.stop - b.start)
    return left / <double> seen
