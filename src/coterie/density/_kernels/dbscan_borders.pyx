# SPDX-License-Identifier: BSD-3-Clause
"""The border rule of DBSCAN: a point that is no core point joins the lowest cluster with a core point in its radius.

Leaf by leaf of a k-d tree; a point with no core point in its radius is noise.
"""
from libc.stdint cimport int64_t, uint8_t, uint64_t

from ..._runtime._kernels.atomic_union_find cimport atomic_find
from ..._runtime._kernels.bits cimport take_bit
from ..._runtime._kernels.work cimport Region, part_t, work_take
from ...neighbors._kernels.kd_tree cimport kd_node_t
from ...neighbors._kernels.leaf_search cimport LEAF_POINTS, TRIED, all_of, near_leaf, point_at, search_t
from .dbscan_cells cimport Cells, beside, core_of, first_core, next_cell, touches, walk_from, walk_t


cdef struct borders_t:
    const search_t *search
    const uint8_t *core         # one bit per point
    const uint8_t *joined       # of each cell: all its core points are in one cluster
    int64_t *parent             # (n,), clusters as sets of core points
    const int64_t *number       # (n,), number of the cluster, at its root
    double *x                   # work space of this slot
    int tries                   # see `near_leaf`
    int64_t best[LEAF_POINTS]   # lowest number so far for each point of the leaf; n: none


cdef inline int64_t number_of(const borders_t *w, Py_ssize_t position) noexcept nogil:
    """Number of the cluster of a core point."""
    return w.number[atomic_find(w.parent, position)]


cdef inline uint64_t with_higher(const borders_t *w, uint64_t points, int64_t number) noexcept nogil:
    """Which of these points of the leaf have no number that is as low as this one."""
    cdef:
        uint64_t mask = 0
        int i
    while points:
        i = take_bit(&points)
        if w.best[i] > number:
            mask |= (<uint64_t> 1) << i
    return mask


cdef inline void visit_joined_leaf(borders_t *w, const kd_node_t *a, uint64_t points, const kd_node_t *b,
                                   int64_t number) noexcept nogil:
    """Give a number to those of the points of leaf a that have a core point of leaf b in their radius."""
    cdef:
        uint64_t masks[LEAF_POINTS]
        int i
    near_leaf(w.search, a, points, b, core_of(w.core, b), w.x, &w.tries, masks)
    while points:
        i = take_bit(&points)
        if masks[i]:
            w.best[i] = number


cdef inline void visit_joined_node(borders_t *w, const kd_node_t *a, uint64_t points, int64_t node,
                                   int64_t number) noexcept nogil:
    """The same with a node that is no leaf."""
    cdef int i
    while points:
        i = take_bit(&points)
        point_at(w.search.tree, a.start + i, w.x)
        if touches(w.search, w.core, a.start + i, w.x, node):
            w.best[i] = number


cdef inline void visit_leaf(borders_t *w, const kd_node_t *a, uint64_t points, const kd_node_t *b) noexcept nogil:
    """The same with a leaf whose core points are in several clusters."""
    cdef:
        uint64_t masks[LEAF_POINTS]
        uint64_t near
        int i
    near_leaf(w.search, a, points, b, core_of(w.core, b), w.x, &w.tries, masks)
    while points:
        i = take_bit(&points)
        near = masks[i]
        while near:
            w.best[i] = min(w.best[i], number_of(w, b.start + take_bit(&near)))


cdef inline void find_lowest(borders_t *w, const int64_t *cell_of, int64_t leaf, uint64_t points) noexcept nogil:
    """Find the lowest number of a core point in the radius of each of these points of a leaf."""
    cdef:
        const kd_node_t *nodes = w.search.tree.nodes
        const kd_node_t *a = nodes + leaf
        const kd_node_t *b
        int64_t node, number
        Py_ssize_t first, i
        uint64_t some
        walk_t walk
    for i in range(a.stop - a.start):
        w.best[i] = w.search.tree.n
    walk_from(&walk, w.search, leaf)
    while (node := next_cell(&walk, cell_of, 0)) >= 0:
        b = nodes + node
        first = first_core(w.core, b)
        if first < 0:
            continue
        some = points & beside(w.search, a, node)
        if not w.joined[cell_of[node]]:
            visit_leaf(w, a, some, b)
            continue
        number = number_of(w, first)
        some = with_higher(w, some, number)
        if b.right == 0:
            visit_joined_leaf(w, a, some, b, number)
        else:
            visit_joined_node(w, a, some, node, number)


def label_borders(
        Cells cells,                      # IN
        const uint8_t[::1] core,          # IN     (n_blocks,), one bit per point
        const uint8_t[::1] joined,        # IN     (n_cells,), see `dbscan_components`
        int64_t[::1] parent,              # INOUT  (n,), clusters as sets of core points
        const int64_t[::1] number,        # IN     (n,), number of the cluster, at its root
        double[:, ::1] work,              # WORK   (slots, features of the tree and of the rows)
        int64_t[::1] labels,              # INOUT  (n,), of the rows: -1 where it is not a core point
        Region region, int slot):         # items: leaves
    """Label the border points."""
    cdef:
        const kd_node_t *a
        const int64_t *order
        const int64_t *cell_of = &cells.cell_of[0]
        Py_ssize_t k
        uint64_t points
        int i
        borders_t w
        part_t part
    w.search = &cells.search.search
    w.core, w.joined, w.parent, w.number, w.x = &core[0], &joined[0], &parent[0], &number[0], &work[slot, 0]
    w.tries = TRIED
    order = w.search.tree.order
    with nogil:
        while work_take(&region.work, slot, &part):
            for k in range(part.start, part.stop):
                a = w.search.tree.nodes + cells.leaves[k]
                points = all_of(a) & ~core_of(w.core, a)
                if points == 0:
                    continue
                find_lowest(&w, cell_of, cells.leaves[k], points)
                while points:
                    i = take_bit(&points)
                    if w.best[i] < w.search.tree.n:
                        labels[order[a.start + i]] = w.best[i]
