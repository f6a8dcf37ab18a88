# SPDX-License-Identifier: BSD-3-Clause
"""The core points of DBSCAN: count the neighbors of each point, leaf by leaf of a k-d tree.

The points of a leaf walk down the tree together. Which points of two leaves are within the radius of each other is
computed by `leaf_search`, as masks with one bit per point. The core points come out as one bit per point, too
(`dbscan_cells`).
"""
from libc.stdint cimport int64_t, uint8_t, uint64_t

from ..._runtime._kernels.bits cimport count_bits, take_bit
from ..._runtime._kernels.work cimport Region, part_t, work_fetch_add, work_load, work_take
from ...neighbors._kernels.kd_tree cimport KD_LANES, box_of, kd_box_gap, kd_box_reach, kd_node_t, kd_tree_t
from ...neighbors._kernels.leaf_search cimport (
    LEAF_POINTS,
    TRIED,
    all_of,
    blocks_of,
    near_leaf,
    near_tile,
    search_t,
)
from .dbscan_cells cimport Cells, beside, next_node, open_node, walk_from, walk_t

# ------------------------------------------------------------------------------------------- leaf by leaf


cdef struct sum_t:
    double total
    double rest


cdef inline void add(sum_t *s, double w) noexcept nogil:
    """Add without losing what is rounded off: the order of the weights does not matter."""
    cdef:
        double t = s.total + w
        double u = t - s.total
    s.rest += (s.total - (t - u)) + (w - u)
    s.total = t


cdef struct tally_t:
    const double *weight             # of the points, by position; NULL: each counts 1
    double enough                    # min_samples
    Py_ssize_t size                  # points of the leaf
    int64_t count[LEAF_POINTS]       # neighbors of each point so far
    sum_t heavy[LEAF_POINTS]         # their weight, if there are weights


cdef inline void start_tally(tally_t *y, const kd_node_t *leaf) noexcept nogil:
    cdef Py_ssize_t i
    y.size = leaf.stop - leaf.start
    for i in range(y.size):
        y.count[i] = 0
        y.heavy[i] = sum_t(0.0, 0.0)


cdef inline void count_node(tally_t *y, const kd_node_t *v) noexcept nogil:
    """Count all points of a node for all points of the leaf."""
    cdef Py_ssize_t i, p
    for i in range(y.size):
        y.count[i] += v.stop - v.start
        if y.weight:
            for p in range(v.start, v.stop):
                add(&y.heavy[i], y.weight[p])


cdef inline void count_masks(tally_t *y, uint64_t active, const kd_node_t *v, const uint64_t *masks) noexcept nogil:
    """Count the points of another leaf that are within the radius, for each active point of the leaf."""
    cdef:
        uint64_t near
        int i
    while active:
        i = take_bit(&active)
        near = masks[i]
        y.count[i] += count_bits(near)
        if y.weight:
            while near:
                add(&y.heavy[i], y.weight[v.start + take_bit(&near)])


cdef inline uint64_t have_enough(const tally_t *y, uint64_t points) noexcept nogil:
    """Which of these points of the leaf have enough neighbors."""
    cdef:
        uint64_t mask = 0
        int i
    while points:
        i = take_bit(&points)
        if (y.heavy[i].total + y.heavy[i].rest if y.weight else y.count[i]) >= y.enough:
            mask |= (<uint64_t> 1) << i
    return mask


cdef uint64_t core_of_leaf(const search_t *s, int64_t leaf, bint may_stop, tally_t *y, double *x,
                           int *tries) noexcept nogil:
    """The core points of a leaf, as a mask."""
    cdef:
        const kd_tree_t *t = s.tree
        const kd_node_t *a = t.nodes + leaf
        const kd_node_t *b
        int64_t node
        uint64_t open = all_of(a), active      # open: the points that are counted for
        uint64_t masks[LEAF_POINTS]
        walk_t walk
    start_tally(y, a)
    walk_from(&walk, s, leaf)
    while open and (node := next_node(&walk)) >= 0:
        b = t.nodes + node
        if s.d == 0 and kd_box_reach(t, walk.box, box_of(t, node)) <= s.bound:
            count_node(y, b)
        elif b.right:
            open_node(&walk, node)
            continue
        else:
            active = open & beside(s, a, node)
            near_leaf(s, a, active, b, all_of(b), x, tries, masks)
            count_masks(y, active, b, masks)
        if may_stop:
            open &= ~have_enough(y, open)
    return have_enough(y, all_of(a))


def find_dense(
        Cells cells,                      # IN
        const double[::1] weight,         # IN     (n,), by position, none negative; or (0,): each point counts 1
        Py_ssize_t enough,                # IN     min_samples
        uint8_t[::1] dense):              # OUT    (n_cells,), 1 where all points are core points
    """Tell the cells that surely hold enough, all within the radius: their points need not be counted for."""
    cdef:
        const kd_node_t *v
        Py_ssize_t k, i
        double heavy
    with nogil:
        for k in range(dense.shape[0]):
            v = cells.search.search.tree.nodes + cells.cells[k]
            if weight.shape[0]:
                heavy = 0.0
                for i in range(v.start, v.stop):
                    heavy += weight[i]
                heavy *= 1.0 - 1e-6      # rounding
            else:
                heavy = v.stop - v.start
            dense[k] = cells.tight[k] and heavy >= enough


def find_core(
        Cells cells,                      # IN
        const double[::1] weight,         # IN     (n,), by position; or (0,): each point counts 1
        bint may_stop,                    # IN     no weight is negative: more neighbors never make it less
        const uint8_t[::1] dense,         # IN     (n_cells,), 1 where all points are core points
        Py_ssize_t enough,                # IN     min_samples
        double[:, ::1] work,              # WORK   (slots, features of the tree and of the rows)
        uint8_t[::1] core,                # OUT    (n_blocks,), one bit per point
        Region region, int slot):         # items: leaves
    """Find the points that have enough neighbors. O(n^2 d) time at worst."""
    cdef:
        const search_t *s = &cells.search.search
        const kd_node_t *a
        const int64_t *leaves = &cells.leaves[0]
        const int64_t *cell_of = &cells.cell_of[0]
        Py_ssize_t k, b
        uint64_t mask
        int tries = TRIED
        tally_t tally
        part_t part
    tally.weight = &weight[0] if weight.shape[0] else NULL
    tally.enough = enough
    with nogil:
        while work_take(&region.work, slot, &part):
            for k in range(part.start, part.stop):
                a = s.tree.nodes + leaves[k]
                mask = all_of(a)
                if not dense[cell_of[leaves[k]]]:
                    mask = core_of_leaf(s, leaves[k], may_stop, &tally, &work[slot, 0], &tries)
                for b in range(blocks_of(a)):
                    core[a.start // KD_LANES + b] = (mask >> (b * KD_LANES)) & 255


# ------------------------------------------------------------------------------------------- each pair of leaves once


cdef inline uint64_t needy_of(int64_t *count, const kd_node_t *leaf, int64_t enough) noexcept nogil:
    """Which points of a leaf do not have enough neighbors yet."""
    cdef:
        uint64_t mask = 0
        Py_ssize_t i
    for i in range(leaf.stop - leaf.start):
        if work_load(count + leaf.start + i) < enough:
            mask |= (<uint64_t> 1) << i
    return mask


cdef void count_between(const search_t *s, const kd_node_t *a, const kd_node_t *b, int64_t enough,
                        int64_t *count) noexcept nogil:
    """Count the neighbors in each other of two leaves, which may be the same, for the points that need more."""
    cdef:
        uint64_t needy = needy_of(count, a, enough), wanted = needy_of(count, b, enough), mask
        uint64_t masks[LEAF_POINTS]
        Py_ssize_t i
        int j
    if not needy and not wanted:
        return
    near_tile(s, a, all_of(a) if wanted else needy, b, all_of(b) if needy else wanted, masks)
    for i in range(a.stop - a.start):
        if not (wanted or needy >> i & 1):
            continue
        if needy >> i & 1:
            work_fetch_add(count + a.start + i, count_bits(masks[i]))
        mask = masks[i] & wanted if a != b else 0
        while mask:
            j = take_bit(&mask)
            if work_fetch_add(count + b.start + j, 1) + 1 >= enough:
                wanted &= ~((<uint64_t> 1) << j)


def count_pairs(
        Cells cells,                      # IN     of a search that holds rows
        Py_ssize_t enough,                # IN     min_samples
        int64_t[::1] count,               # INOUT  (n,), 0 at first: neighbors of each point, until they are enough
        Region region, int slot):         # items: leaves
    """Count the neighbors in a leaf and those in the later leaves: each pair of leaves once. O(n^2 d) time.

    Nobody counts for a point that has enough, whoever counted: in the end each point has enough or all its neighbors.
    """
    cdef:
        const search_t *s = &cells.search.search
        const kd_tree_t *t = s.tree
        const int64_t *leaves = &cells.leaves[0]
        Py_ssize_t k, other
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for k in range(part.start, part.stop):
                for other in range(k, cells.leaves.shape[0]):
                    if kd_box_gap(t, box_of(t, leaves[k]), box_of(t, leaves[other])) <= s.bound:
                        count_between(s, t.nodes + leaves[k], t.nodes + leaves[other], enough, &count[0])


def pack_core(
        const int64_t[::1] count,         # IN     (n,)
        Py_ssize_t enough,                # IN     min_samples
        uint8_t[::1] core):               # OUT    (n_blocks,), one bit per point
    """Mark the points that have enough neighbors."""
    cdef Py_ssize_t i
    core[:] = 0
    for i in range(count.shape[0]):
        core[i // KD_LANES] |= (count[i] >= enough) << (i % KD_LANES)
