# SPDX-License-Identifier: BSD-3-Clause
"""Build a k-d tree over points: for queries of neighbors, and for whatever works on points that lie together.

A node is cut across its widest feature, in the middle of its box (sliding midpoint), so that boxes are fat and empty
space is left out. Cuts lie at multiples of 8 positions: each leaf is made of whole blocks of 8 points, which are in the
end transposed where they lie.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t
from libc.string cimport memcpy

from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef enum:
    LEAST_BLOCKS = 2     # of either side of a cut
    MOST_TAKEN = 16      # rows that are moved over a cut one by one

LANES = KD_LANES
MAX_DEPTH = KD_DEPTH
EUCLIDEAN = KD_EUCLIDEAN
MANHATTAN = KD_MANHATTAN
CHEBYSHEV = KD_CHEBYSHEV
MINKOWSKI = KD_MINKOWSKI


def room(Py_ssize_t n_blocks):
    """Nodes that a tree over so many blocks may have."""
    return max(1, 2 * (n_blocks // LEAST_BLOCKS) - 1)


cdef class Tree:
    """Points in blocks of 8, and a k-d tree over them.

    Attributes
    ----------
    points : (n_blocks, d, 8)
        Feature j of position i at [i // 8, j, i % 8]; infinity behind the last point.
    order : (n,)
        The row at each position.
    nodes : (room(n_blocks), 4)
        Start and stop of its positions, the right child (the left one is the next node; 0: a leaf), the lowest row in
        it. The root is node 0; some rows of the table are not used.
    boxes : (room(n_blocks), 2, d)
        Lowest and highest of each feature.
    """

    def __cinit__(self, double[:, :, ::1] points, int64_t[::1] order, int64_t[:, ::1] nodes, double[:, :, ::1] boxes,
                  int kind, double p):
        self.points = points
        self.order = order
        self.nodes = nodes
        self.boxes = boxes
        self.tree = kd_tree_t(&points[0, 0, 0], &boxes[0, 0, 0], <const kd_node_t *> &nodes[0, 0], &order[0],
                              order.shape[0], points.shape[1], kind, p, NULL, NULL, NULL, 0.0)

    def hold_singles(self, const float[::1] tiles, const int64_t[::1] tile_of, const double[::1] center, double scale):
        """Look at float32 copies of the points first; see `fill_singles`."""
        self.kept = (tiles, tile_of, center)
        self.tree.tiles = &tiles[0]
        self.tree.tile_of = &tile_of[0]
        self.tree.center = &center[0]
        self.tree.scale = scale

    @property
    def n(self):
        """Number of points."""
        return self.tree.n

    @property
    def d(self):
        """Number of features."""
        return self.tree.d

    @property
    def kind(self):
        """Which reduced distance."""
        return self.tree.kind

    @property
    def p(self):
        """The exponent of MINKOWSKI."""
        return self.tree.p


def copy_rows(
        const real[:, ::1] X,             # IN     (n, d)
        double[:, ::1] points,            # OUT    (8 n_blocks, d), infinity behind the last row
        int64_t[::1] order,               # OUT    (n,)
        Region region, int slot):
    """Copy the rows to where they are moved about."""
    cdef:
        Py_ssize_t i, j
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                if i < X.shape[0]:
                    order[i] = i
                for j in range(X.shape[1]):
                    points[i, j] = X[i, j] if i < X.shape[0] else INFINITY


cdef inline void describe(const double *x, const int64_t *order, Py_ssize_t n, Py_ssize_t d, double *box,
                          int64_t *lowest) noexcept nogil:
    """The box of n rows, and the lowest of their numbers."""
    cdef Py_ssize_t i, j
    for j in range(d):
        box[j] = box[d + j] = x[j]
    lowest[0] = order[0]
    for i in range(1, n):
        lowest[0] = min(lowest[0], order[i])
        for j in range(d):
            box[j] = min(box[j], x[i * d + j])
            box[d + j] = max(box[d + j], x[i * d + j])


cdef inline void swap_rows(double *x, int64_t *order, Py_ssize_t d, Py_ssize_t i, Py_ssize_t k) noexcept nogil:
    cdef:
        Py_ssize_t j
        double value
        int64_t number = order[i]
    order[i] = order[k]
    order[k] = number
    for j in range(d):
        value = x[i * d + j]
        x[i * d + j] = x[k * d + j]
        x[k * d + j] = value


cdef void select_rows(double *x, int64_t *order, Py_ssize_t d, Py_ssize_t feature, Py_ssize_t left, Py_ssize_t right,
                      Py_ssize_t k) noexcept nogil:
    """Reorder the rows left .. right so that none before k has a greater feature than any from k on (quickselect)."""
    cdef:
        Py_ssize_t i, j
        double a, b, c, pivot
    while left < right:
        a = x[left * d + feature]
        b = x[(left + right) // 2 * d + feature]
        c = x[right * d + feature]
        pivot = max(min(a, b), min(max(a, b), c))
        i = left
        j = right
        while i <= j:
            while x[i * d + feature] < pivot:
                i += 1
            while x[j * d + feature] > pivot:
                j -= 1
            if i <= j:
                swap_rows(x, order, d, i, j)
                i += 1
                j -= 1
        if k <= j:
            right = j
        elif k >= i:
            left = i
        else:
            return


cdef inline Py_ssize_t divide_rows(double *x, int64_t *order, Py_ssize_t n, Py_ssize_t d, Py_ssize_t feature,
                                   double middle) noexcept nogil:
    """Reorder n rows so that those whose feature is below the middle come first. How many these are."""
    cdef:
        Py_ssize_t i, k = 0
        bint below
    for i in range(n):  # without branches to mispredict
        below = x[i * d + feature] < middle
        swap_rows(x, order, d, i, k)
        k += below
    return k


cdef void take_extremes(double *x, int64_t *order, Py_ssize_t d, Py_ssize_t feature, Py_ssize_t left, Py_ssize_t right,
                        Py_ssize_t take, bint largest) noexcept nogil:
    """Of the rows left .. right bring the few with the least feature to the front, or those with the largest to the
    end."""
    cdef:
        double key[MOST_TAKEN]
        Py_ssize_t where[MOST_TAKEN]
        Py_ssize_t i, k, found = 0
        double sign = -1.0 if largest else 1.0, value, limit = INFINITY
    for i in range(left, right + 1):
        value = sign * x[i * d + feature]
        if found == take and not value < limit:
            continue
        k = found if found < take else take - 1
        found = k + 1
        while k > 0 and value < key[k - 1]:
            key[k] = key[k - 1]
            where[k] = where[k - 1]
            k -= 1
        key[k] = value
        where[k] = i
        limit = key[found - 1]
    for i in range(1, take):  # by position: then no swap moves what another one wants
        k = i
        while k > 0 and (where[k] < where[k - 1]) != largest:
            where[k], where[k - 1] = where[k - 1], where[k]
            k -= 1
    for i in range(take):
        swap_rows(x, order, d, where[i], right - i if largest else left + i)


cdef Py_ssize_t cut(double *x, int64_t *order, Py_ssize_t n, Py_ssize_t n_blocks, Py_ssize_t d, const double *box,
                    bint balance) noexcept nogil:
    """Reorder n rows along their widest feature into two sides. Returns the blocks of the lower one."""
    cdef:
        Py_ssize_t j, widest = 0, k, blocks = n_blocks // 2
        double middle
    for j in range(1, d):
        if box[d + j] - box[j] > box[d + widest] - box[widest]:
            widest = j
    if not box[d + widest] > box[widest]:  # all rows are equal
        return blocks
    if balance:
        select_rows(x, order, d, widest, 0, n - 1, blocks * KD_LANES)
        return blocks
    middle = 0.5 * box[widest] + 0.5 * box[d + widest]
    if d == 2:
        k = divide_rows(x, order, n, 2, widest, middle)
    elif d == 3:
        k = divide_rows(x, order, n, 3, widest, middle)
    else:
        k = divide_rows(x, order, n, d, widest, middle)
    blocks = max(<Py_ssize_t> LEAST_BLOCKS, min(n_blocks - LEAST_BLOCKS, (k + KD_LANES // 2) // KD_LANES))
    if blocks * KD_LANES < k:
        if k - blocks * KD_LANES <= MOST_TAKEN:
            take_extremes(x, order, d, widest, 0, k - 1, k - blocks * KD_LANES, True)
        else:
            select_rows(x, order, d, widest, 0, k - 1, blocks * KD_LANES)
    elif blocks * KD_LANES > k:
        if blocks * KD_LANES - k <= MOST_TAKEN:
            take_extremes(x, order, d, widest, k, n - 1, blocks * KD_LANES - k, False)
        else:
            select_rows(x, order, d, widest, k, n - 1, blocks * KD_LANES)
    return blocks


cdef bint split(double *points, int64_t *order, Py_ssize_t n, Py_ssize_t d, kd_node_t *nodes, double *boxes,
                Py_ssize_t node, Py_ssize_t leaf_blocks, bint balance) noexcept nogil:
    """Describe a node whose start and stop are set, and cut it if it is no leaf: start and stop of its children are
    set. Whether it was cut."""
    cdef:
        kd_node_t *v = nodes + node
        Py_ssize_t size = v.stop - v.start, n_blocks = (size + KD_LANES - 1) // KD_LANES, blocks, right
        double *x = points + v.start * d
    if d == 2:
        describe(x, order + v.start, size, 2, boxes + 4 * node, &v.lowest)
    elif d == 3:
        describe(x, order + v.start, size, 3, boxes + 6 * node, &v.lowest)
    else:
        describe(x, order + v.start, size, d, boxes + 2 * d * node, &v.lowest)
    v.right = 0
    if n_blocks <= leaf_blocks:
        return False
    blocks = cut(x, order + v.start, size, n_blocks, d, boxes + 2 * d * node, balance)
    right = node + 2 * (blocks // LEAST_BLOCKS)  # behind all that the left side may need
    v.right = right
    nodes[node + 1].start = v.start
    nodes[node + 1].stop = nodes[right].start = v.start + blocks * KD_LANES
    nodes[right].stop = v.stop
    return True


def split_nodes(
        const int64_t[::1] which,         # IN     (m,)
        bint balance,                     # IN     cut at the median
        Py_ssize_t leaf_blocks,           # IN     blocks of a leaf at most, at least 4
        double[:, ::1] points,            # INOUT  (8 n_blocks, d)
        int64_t[::1] order,               # INOUT  (n,)
        int64_t[:, ::1] nodes,            # INOUT  (n_nodes, 4), start and stop of `which` are set
        double[:, :, ::1] boxes,          # OUT    (n_nodes, 2, d)
        Region region, int slot):
    """Cut some nodes, one a chunk. O(n d) time."""
    cdef part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            split(&points[0, 0], &order[0], order.shape[0], points.shape[1], <kd_node_t *> &nodes[0, 0],
                  &boxes[0, 0, 0], which[part.start], leaf_blocks, balance)


def grow(
        const int64_t[::1] which,         # IN     (m,)
        Py_ssize_t budget,                # IN     levels after which cuts are at the median
        Py_ssize_t leaf_blocks,           # IN     blocks of a leaf at most, at least 4
        double[:, ::1] points,            # INOUT  (8 n_blocks, d)
        int64_t[::1] order,               # INOUT  (n,)
        int64_t[:, ::1] nodes,            # INOUT  (n_nodes, 4), start and stop of `which` are set
        double[:, :, ::1] boxes,          # OUT    (n_nodes, 2, d)
        Region region, int slot):
    """Cut some nodes, and their children, down to the leaves, one a chunk. O(n d log n) time."""
    cdef:
        kd_node_t *v = <kd_node_t *> &nodes[0, 0]
        int64_t stack[KD_DEPTH]
        int64_t depth[KD_DEPTH]
        Py_ssize_t node, level
        int height
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            stack[0] = which[part.start]
            depth[0] = 0
            height = 1
            while height:
                height -= 1
                node = stack[height]
                level = depth[height]
                if split(&points[0, 0], &order[0], order.shape[0], points.shape[1], v, &boxes[0, 0, 0], node,
                         leaf_blocks, level > budget):
                    stack[height] = v[node].right
                    stack[height + 1] = node + 1
                    depth[height] = depth[height + 1] = level + 1
                    height += 2


def transpose_blocks(
        double[:, ::1] points,            # INOUT  (8 n_blocks, d), then (n_blocks, d, 8)
        double[:, ::1] work,              # WORK   (threads, 8 d)
        Region region, int slot):
    """Transpose each block of 8 points."""
    cdef:
        Py_ssize_t d = points.shape[1], b, i, j
        double *x
        double *copy = &work[slot, 0]
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for b in range(part.start, part.stop):
                x = &points[b * KD_LANES, 0]
                memcpy(copy, x, KD_LANES * d * sizeof(double))
                for i in range(KD_LANES):
                    for j in range(d):
                        x[j * KD_LANES + i] = copy[i * d + j]


def place_singles(
        Tree tree,                        # IN
        const int64_t[::1] leaves,        # IN     the leaves of the tree
        int64_t[::1] tile_of):            # OUT    (n_nodes,), where the tile of each leaf begins; unset for others
    """Numbers that the tiles of all leaves take."""
    cdef:
        Py_ssize_t m
        int64_t size = 0
    for m in range(leaves.shape[0]):
        tile_of[leaves[m]] = size
        size += tree.tree.d * kd_width(tree.tree.nodes + leaves[m])
    return size


def fill_singles(
        Tree tree,                        # IN
        const int64_t[::1] leaves,        # IN     the leaves of the tree
        const int64_t[::1] tile_of,       # IN     see `place_singles`
        const double[::1] center,         # IN     (d,)
        double scale,                     # IN
        float[::1] tiles,                 # OUT    (size,), less the center and times the scale; zeros behind a leaf
        Region region, int slot):
    """Copy the points of each leaf to a tile, as float32."""
    cdef:
        const kd_tree_t *t = &tree.tree
        const kd_node_t *leaf
        Py_ssize_t m, i, j, width
        float *tile
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for m in range(part.start, part.stop):
                leaf = t.nodes + leaves[m]
                width = kd_width(leaf)
                tile = &tiles[tile_of[leaves[m]]]
                for j in range(t.d):
                    for i in range(width):
                        tile[j * width + i] = 0.0
                        if leaf.start + i < leaf.stop:
                            tile[j * width + i] = <float> ((kd_feature(t, leaf.start + i, j) - center[j]) * scale)
