# SPDX-License-Identifier: BSD-3-Clause
"""Cells of a k-d tree: nodes whose points are all within the radius of each other, as large as possible, or leaves."""
from libc.stdint cimport int64_t, uint8_t

from ...neighbors._kernels.kd_tree cimport (
    KD_DEPTH,
    box_of,
    kd_box_reach,
    kd_node_t,
    kd_point_gap,
    kd_tree_t,
)
from ...neighbors._kernels.leaf_search cimport Search, near_of, search_t


cdef class Cells:
    """The leaves and the cells of a k-d tree, both by position.

    Parameters
    ----------
    search : Search
        The tree and the radius.
    leaves : (n_leaves,)
        Nodes.
    cells : (n_cells,)
        Nodes.
    cell_of : (room,)
        Cell of each node; -1 above the cells.
    tight : (n_cells,)
        1 where all points of the cell are within the radius of each other.
    """

    def __cinit__(self, Search search, const int64_t[::1] leaves, const int64_t[::1] cells,
                  const int64_t[::1] cell_of, const uint8_t[::1] tight):
        self.search = search
        self.leaves = leaves
        self.cells = cells
        self.cell_of = cell_of
        self.tight = tight


def list_cells(
        Search search,                    # IN
        int64_t[::1] leaves,              # OUT    (room,), nodes; see `Cells` for this and what follows
        int64_t[::1] cells,               # OUT    (room,), nodes
        int64_t[::1] cell_of,             # OUT    (room,)
        uint8_t[::1] tight):              # OUT    (room,)
    """List the leaves and the cells. Returns how many there are of each. O(nodes d) time."""
    cdef:
        const search_t *s = &search.search
        const kd_tree_t *t = s.tree
        int64_t stack[KD_DEPTH]
        int64_t inside[KD_DEPTH]
        int64_t node, cell
        Py_ssize_t n_leaves = 0, n_cells = 0
        int height = 1
        bint whole
    with nogil:
        stack[0] = 0
        inside[0] = -1
        while height:
            height -= 1
            node = stack[height]
            cell = inside[height]
            if cell < 0:
                whole = s.d == 0 and kd_box_reach(t, box_of(t, node), box_of(t, node)) <= s.bound
                if whole or t.nodes[node].right == 0:
                    cell = n_cells
                    cells[cell] = node
                    tight[cell] = whole
                    n_cells += 1
            cell_of[node] = cell
            if t.nodes[node].right == 0:
                leaves[n_leaves] = node
                n_leaves += 1
            else:
                stack[height] = t.nodes[node].right
                stack[height + 1] = node + 1
                inside[height] = inside[height + 1] = cell
                height += 2
    return n_leaves, n_cells


cdef bint touches(const search_t *s, const uint8_t *core, Py_ssize_t position, double *x, int64_t top) noexcept nogil:
    """Whether a core point of a node is within the radius of the point at a position, which is x in the tree."""
    cdef:
        const kd_tree_t *t = s.tree
        int64_t stack[KD_DEPTH]
        int64_t node
        const kd_node_t *v
        int height = 1
    stack[0] = top
    while height:
        height -= 1
        node = stack[height]
        v = t.nodes + node
        if kd_point_gap(t, x, box_of(t, node)) > s.bound:
            continue
        if v.right == 0:
            if near_of(s, position, x, v, core_of(core, v)):
                return True
        else:
            stack[height] = v.right
            stack[height + 1] = node + 1
            height += 2
    return False
