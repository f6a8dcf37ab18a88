# SPDX-License-Identifier: BSD-3-Clause
"""Cells of a k-d tree, walks over the nodes within a radius, and core points as one bit per point.

Bit i % 8 of byte i // 8 says whether the point at position i is a core point: one byte per block of the tree.
"""
from libc.stdint cimport int64_t, uint8_t, uint64_t

from ..._runtime._kernels.bits cimport lowest_bit
from ...neighbors._kernels.kd_tree cimport KD_DEPTH, KD_LANES, box_of, kd_box_gap, kd_node_t, kd_tree_t, leaf_beside
from ...neighbors._kernels.leaf_search cimport Search, blocks_of, search_t


cdef class Cells:
    cdef:
        readonly Search search
        readonly const int64_t[::1] leaves
        readonly const int64_t[::1] cells
        readonly const int64_t[::1] cell_of
        readonly const uint8_t[::1] tight


# ------------------------------------------------------------------------------------------- walks


cdef struct walk_t:
    const kd_tree_t *tree
    const double *box           # of the node whose neighborhood is visited
    double bound                # reduced radius
    int64_t stack[KD_DEPTH]     # nodes to visit
    int height


cdef inline void walk_from(walk_t *w, const search_t *s, int64_t node) noexcept nogil:
    """Start a walk over the nodes within the radius of a node, at the root."""
    w.tree = s.tree
    w.box = box_of(s.tree, node)
    w.bound = s.bound
    w.stack[0] = 0
    w.height = 1


cdef inline int64_t next_node(walk_t *w) noexcept nogil:
    """The next node within the radius; -1 at the end. Its children are visited only after `open_node`."""
    if w.height == 0:
        return -1
    w.height -= 1
    return w.stack[w.height]


cdef inline void open_node(walk_t *w, int64_t node) noexcept nogil:
    """Visit the children of a node next, the nearer one first."""
    cdef:
        const kd_tree_t *t = w.tree
        int64_t left = node + 1, right = t.nodes[node].right
        double to_left = kd_box_gap(t, w.box, box_of(t, left)), to_right = kd_box_gap(t, w.box, box_of(t, right))
    if to_left > to_right:
        left, right = right, left
        to_left, to_right = to_right, to_left
    if to_right <= w.bound:
        w.stack[w.height] = right
        w.height += 1
    if to_left <= w.bound:
        w.stack[w.height] = left
        w.height += 1


cdef inline int64_t next_cell(walk_t *w, const int64_t *cell_of, Py_ssize_t after) noexcept nogil:
    """The next node that is a cell and ends behind a position; -1 at the end."""
    cdef int64_t node = next_node(w)
    while node >= 0:
        if w.tree.nodes[node].stop > after:
            if cell_of[node] >= 0:
                return node
            open_node(w, node)
        node = next_node(w)
    return -1


# ------------------------------------------------------------------------------------------- core points


cdef inline bint is_core(const uint8_t *core, Py_ssize_t position) noexcept nogil:
    return core[position // KD_LANES] >> (position % KD_LANES) & 1


cdef inline uint64_t core_of(const uint8_t *core, const kd_node_t *leaf) noexcept nogil:
    """The core points of a leaf, as a mask."""
    cdef:
        uint64_t mask = 0
        Py_ssize_t b
    for b in range(blocks_of(leaf)):
        mask |= (<uint64_t> core[leaf.start // KD_LANES + b]) << (b * KD_LANES)
    return mask


cdef inline Py_ssize_t first_core(const uint8_t *core, const kd_node_t *v) noexcept nogil:
    """Position of the first core point of a node; -1 if there is none."""
    cdef Py_ssize_t b
    for b in range(v.start // KD_LANES, v.start // KD_LANES + blocks_of(v)):
        if core[b]:
            return b * KD_LANES + lowest_bit(core[b])
    return -1


cdef inline uint64_t beside(const search_t *s, const kd_node_t *leaf, int64_t node) noexcept nogil:
    """Which points of a leaf may be within the radius of a point of a node: a mask, with bits behind the last point."""
    return leaf_beside(s.tree, box_of(s.tree, node), leaf.start // KD_LANES, blocks_of(leaf), s.bound)


cdef bint touches(const search_t *s, const uint8_t *core, Py_ssize_t position, double *x, int64_t top) noexcept nogil
