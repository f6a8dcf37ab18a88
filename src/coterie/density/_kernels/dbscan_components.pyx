# SPDX-License-Identifier: BSD-3-Clause
"""The clusters of DBSCAN: join the core points that are within the radius of each other, cell by cell of a k-d tree.

First within each cell, then between cells. `joined` says for each cell whether all its core points are in one set
already; if so, any of them represents all. Cells in the same set are not compared again.
"""
from libc.stdint cimport int64_t, uint8_t, uint64_t

from ..._runtime._kernels.atomic_union_find cimport atomic_find, atomic_unite
from ..._runtime._kernels.bits cimport take_bit
from ..._runtime._kernels.work cimport Region, part_t, work_take
from ...neighbors._kernels.kd_tree cimport KD_DEPTH, box_of, kd_box_gap, kd_node_t, kd_tree_t
from ...neighbors._kernels.leaf_search cimport LEAF_POINTS, TRIED, near_leaf, near_of, point_at, search_t
from .dbscan_cells cimport Cells, beside, core_of, first_core, is_core, next_cell, touches, walk_from, walk_t


cdef struct joining_t:
    const search_t *search
    const int64_t *cells        # see `Cells`
    const int64_t *cell_of
    const uint8_t *core         # one bit per point
    int64_t *parent             # (n,), sets of core points
    uint8_t *joined             # (n_cells,)
    double *x                   # work space of this slot


cdef inline joining_t joining(Cells cells, const uint8_t[::1] core, int64_t[::1] parent, uint8_t[::1] joined,
                              double[::1] x) noexcept:
    return joining_t(&cells.search.search, &cells.cells[0], &cells.cell_of[0], &core[0], &parent[0], &joined[0], &x[0])


cdef inline bint all_joined(const joining_t *g, const kd_node_t *leaf) noexcept nogil:
    """Whether all core points of a leaf are in one set."""
    cdef:
        uint64_t mask = core_of(g.core, leaf)
        int64_t root
    if mask == 0:
        return True
    root = atomic_find(g.parent, leaf.start + take_bit(&mask))
    while mask:
        if atomic_find(g.parent, leaf.start + take_bit(&mask)) != root:
            return False
    return True


# ------------------------------------------------------------------------------------------- within cells


cdef inline void join_tight_cell(const joining_t *g, const kd_node_t *cell) noexcept nogil:
    """Join the core points of a cell whose points are all within the radius of each other."""
    cdef Py_ssize_t first = first_core(g.core, cell), i
    if first >= 0:
        for i in range(first, cell.stop):
            if is_core(g.core, i):
                g.parent[i] = first      # nobody else touches these yet


cdef inline void join_leaf(const joining_t *g, const kd_node_t *leaf, int *tries) noexcept nogil:
    """Join the core points of a leaf that are within the radius of each other."""
    cdef:
        uint64_t mask = core_of(g.core, leaf), near
        uint64_t masks[LEAF_POINTS]
        int i
    near_leaf(g.search, leaf, mask, leaf, mask, g.x, tries, masks)
    while mask:
        i = take_bit(&mask)
        near = mask & masks[i]
        while near:
            atomic_unite(g.parent, leaf.start + i, leaf.start + take_bit(&near))


def join_within_cells(
        Cells cells,                      # IN
        const uint8_t[::1] core,          # IN     (n_blocks,), one bit per point
        double[:, ::1] work,              # WORK   (slots, features of the tree and of the rows)
        int64_t[::1] parent,              # INOUT  (n,), by position: each core point in a set of its own at first
        uint8_t[::1] joined,              # OUT    (n_cells,)
        Region region, int slot):         # items: cells
    """Join the core points of each cell that are within the radius of each other."""
    cdef:
        joining_t g = joining(cells, core, parent, joined, work[slot])
        const kd_node_t *cell
        Py_ssize_t k
        int tries = TRIED
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for k in range(part.start, part.stop):
                cell = g.search.tree.nodes + g.cells[k]
                if cells.tight[k]:
                    join_tight_cell(&g, cell)
                    g.joined[k] = True
                else:
                    join_leaf(&g, cell, &tries)
                    g.joined[k] = all_joined(&g, cell)


# ------------------------------------------------------------------------------------------- between cells


cdef bint touch(const joining_t *g, int64_t top_a, int64_t top_b) noexcept nogil:
    """Whether a core point of one node is within the radius of a core point of another node."""
    cdef:
        const search_t *s = g.search
        const kd_tree_t *t = s.tree
        int64_t one[KD_DEPTH * 2]
        int64_t other[KD_DEPTH * 2]
        int64_t a, b
        const kd_node_t *v
        const kd_node_t *w
        uint64_t mask
        int height = 1, i
    one[0] = top_a
    other[0] = top_b
    while height:
        height -= 1
        a = one[height]
        b = other[height]
        v = t.nodes + a
        w = t.nodes + b
        if kd_box_gap(t, box_of(t, a), box_of(t, b)) > s.bound:
            continue
        if v.right == 0 and w.right == 0:
            mask = core_of(g.core, v) & beside(s, v, b)
            while mask:
                i = take_bit(&mask)
                point_at(t, v.start + i, g.x)
                if near_of(s, v.start + i, g.x, w, core_of(g.core, w)):
                    return True
        elif w.right == 0 or (v.right and v.stop - v.start >= w.stop - w.start):  # the larger one is opened
            one[height] = v.right
            one[height + 1] = a + 1
            other[height] = other[height + 1] = b
            height += 2
        else:
            one[height] = one[height + 1] = a
            other[height] = w.right
            other[height + 1] = b + 1
            height += 2
    return False


cdef void join_cells(const joining_t *g, int64_t a, Py_ssize_t first_a, int64_t b, Py_ssize_t first_b) noexcept nogil:
    """Join two joined cells, given by their nodes and first core points, if they touch."""
    if atomic_find(g.parent, first_a) != atomic_find(g.parent, first_b) and touch(g, a, b):
        atomic_unite(g.parent, first_a, first_b)


cdef void join_leaf_to_cell(const joining_t *g, const kd_node_t *leaf, int64_t cell, Py_ssize_t first) noexcept nogil:
    """Join the core points of a leaf to a joined cell, which is given by its node and first core point."""
    cdef:
        uint64_t mask = core_of(g.core, leaf) & beside(g.search, leaf, cell)
        int i
    while mask:
        i = take_bit(&mask)
        if atomic_find(g.parent, leaf.start + i) != atomic_find(g.parent, first):
            point_at(g.search.tree, leaf.start + i, g.x)
            if touches(g.search, g.core, leaf.start + i, g.x, cell):
                atomic_unite(g.parent, leaf.start + i, first)


cdef void join_leaves(const joining_t *g, const kd_node_t *a, int64_t other) noexcept nogil:
    """Join the core points of a leaf to those of another leaf."""
    cdef:
        const kd_node_t *b = g.search.tree.nodes + other
        uint64_t mask = core_of(g.core, a) & beside(g.search, a, other), near
        uint64_t masks[LEAF_POINTS]
        int tries = TRIED, i
    near_leaf(g.search, a, mask, b, core_of(g.core, b), g.x, &tries, masks)
    while mask:
        i = take_bit(&mask)
        near = masks[i]
        while near:
            atomic_unite(g.parent, a.start + i, b.start + take_bit(&near))


cdef inline void join_to_later(const joining_t *g, Py_ssize_t k) noexcept nogil:
    """Join the core points of a cell to those of the cells that end behind it."""
    cdef:
        const kd_node_t *nodes = g.search.tree.nodes
        const int64_t *cell_of = g.cell_of
        uint8_t *joined = g.joined
        int64_t a = g.cells[k], b
        Py_ssize_t first_a = first_core(g.core, nodes + a), first_b
        walk_t walk
    if first_a < 0:
        return
    joined[k] = joined[k] or all_joined(g, nodes + a)
    walk_from(&walk, g.search, a)
    while (b := next_cell(&walk, cell_of, nodes[a].stop)) >= 0:
        first_b = first_core(g.core, nodes + b)
        if first_b < 0:
            continue
        if joined[k] and joined[cell_of[b]]:
            join_cells(g, a, first_a, b, first_b)
        elif joined[k]:                  # what is not joined is a leaf
            join_leaf_to_cell(g, nodes + b, a, first_a)
        elif joined[cell_of[b]]:
            join_leaf_to_cell(g, nodes + a, b, first_b)
        else:
            join_leaves(g, nodes + a, b)
    joined[k] = joined[k] or all_joined(g, nodes + a)


def join_between_cells(
        Cells cells,                      # IN
        const uint8_t[::1] core,          # IN     (n_blocks,), one bit per point
        double[:, ::1] work,              # WORK   (slots, features of the tree and of the rows)
        int64_t[::1] parent,              # INOUT  (n,), as `join_within_cells` left it; then the sets are the clusters
        uint8_t[::1] joined,              # INOUT  (n_cells,)
        Region region, int slot):         # items: cells
    """Join the core points of different cells that are within the radius of each other, unless they are joined."""
    cdef:
        joining_t g = joining(cells, core, parent, joined, work[slot])
        Py_ssize_t k
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for k in range(part.start, part.stop):
                join_to_later(&g, k)
