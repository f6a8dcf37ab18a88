# SPDX-License-Identifier: BSD-3-Clause
"""Edges between components of points in a k-d tree: lists of the nearest, and searches beyond them (foreign.h)."""
from libc.math cimport INFINITY, nextafter
from libc.stdint cimport int64_t

from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.work cimport Region, part_t, work_take
from ...neighbors._kernels.kd_query cimport batch_t, find_nearest, set_batch
from ...neighbors._kernels.kd_tree cimport KD_DEPTH, Tree, box_of, kd_node_t, kd_tree_t
from .boruvka cimport EXACT, Forest, bound_load, forest_t

cdef extern from "foreign.h" nogil:
    enum: FOREIGN_SAME
    enum: FOREIGN_ROOT
    enum: FOREIGN_POWER
    enum: FOREIGN_QUERIES
    ctypedef struct foreign_t:
        const kd_tree_t *tree
        int unreduced
        const int64_t *component
        const int64_t *whole
        double *bound
        const double *core
        const double *least_core
        const double *points
        const double *box
        Py_ssize_t first
        Py_ssize_t n
        int64_t common
        double weight[FOREIGN_QUERIES]
        double limit[FOREIGN_QUERIES]
        double best[FOREIGN_QUERIES]
        int64_t found[FOREIGN_QUERIES]
        int64_t row[FOREIGN_QUERIES]
    double foreign_weight(const foreign_t *f, double reduced) noexcept
    void foreign_limit(foreign_t *f, Py_ssize_t i, double weight) noexcept
    void foreign_share(foreign_t *f) noexcept
    void (*foreign_search_f64[])(foreign_t *) noexcept

SAME = FOREIGN_SAME
ROOT = FOREIGN_ROOT
POWER = FOREIGN_POWER


def fill_lists(
        Tree tree,                        # IN
        const int64_t[:, ::1] nodes,      # IN     its nodes, but with the lowest position in place of the lowest row
        const int64_t[::1] leaves,        # IN     leaves of the tree
        Py_ssize_t parts,                 # IN     of a leaf, that are searched for one by one
        int unreduced,                    # IN     SAME, ROOT or POWER
        Py_ssize_t columns,               # IN     nearest that are looked for, at least those of a list
        Py_ssize_t min_samples,           # IN     at most columns + 1; 0: no core distances
        Forest forest,                    # INOUT  component is still the position; lists of distances OUT
        double[::1] core,                 # OUT    (n,), by position; or empty
        double[:, ::1] near,              # WORK   (threads, QUERIES columns)
        int64_t[:, ::1] rows,             # WORK   (threads, QUERIES columns)
        float[:, ::1] singles,            # WORK   (threads, QUERIES d)
        Region region, int slot):
    """Find the nearest of each point, itself left out, and its core distance."""
    cdef:
        forest_t *f = &forest.forest
        Py_ssize_t k = f.k, i, j, m
        kd_tree_t positions = tree.tree
        int64_t position
        foreign_t measure
        batch_t b
        part_t part
    positions.order = f.component  # the lists hold positions, not rows
    positions.nodes = <const kd_node_t *> &nodes[0, 0]
    measure.tree = &tree.tree
    measure.unreduced = unreduced
    b.others = True
    b.k = columns
    b.near = &near[slot, 0]
    b.rows = &rows[slot, 0]
    b.singles = &singles[slot, 0]
    with nogil:
        while work_take(&region.work, slot, &part):
            for m in range(part.start, part.stop):
                set_batch(&b, &positions, leaves[m // parts], m % parts, parts, &positions)
                if b.n == 0:
                    continue
                find_nearest(&b)
                for i in range(b.n):
                    position = b.number[i]
                    for j in range(k):
                        f.weights[position * k + j] = foreign_weight(&measure, b.near[i * columns + j])
                        f.near[position * k + j] = b.rows[i * columns + j]
                    f.beyond[position] = f.weights[position * k + k - 1]
                    if min_samples:
                        core[position] = 0.0 if min_samples == 1 else foreign_weight(
                            &measure, b.near[i * columns + min_samples - 2])


def list_nodes(
        Tree tree,                        # IN
        int64_t[::1] out):                # OUT    (enough,)
    """The nodes of a tree; children come after their parent. Returns their number."""
    cdef:
        const kd_node_t *nodes = tree.tree.nodes
        int64_t stack[KD_DEPTH]
        int64_t node
        int height = 1
        Py_ssize_t n = 0
    stack[0] = 0
    while height:
        height -= 1
        node = stack[height]
        out[n] = node
        n += 1
        if nodes[node].right:
            stack[height] = nodes[node].right
            stack[height + 1] = node + 1
            height += 2
    return n


def least_core(
        Tree tree,                        # IN
        const int64_t[::1] nodes,         # IN     see `list_nodes`
        const double[::1] core,           # IN     (n,), by position
        double[::1] least):               # OUT    (n_nodes,), the least core distance in each node
    """The least core distance of the points of each node."""
    cdef:
        const kd_node_t *v
        Py_ssize_t m, i
        int64_t node
    with nogil:
        for m in range(nodes.shape[0] - 1, -1, -1):
            node = nodes[m]
            v = tree.tree.nodes + node
            if v.right:
                least[node] = min(least[node + 1], least[v.right])
            else:
                least[node] = core[v.start]
                for i in range(v.start + 1, v.stop):
                    least[node] = min(least[node], core[i])


def mark_nodes(
        Tree tree,                        # IN
        const int64_t[::1] nodes,         # IN     see `list_nodes`
        Forest forest,                    # IN
        int64_t[::1] whole):              # OUT    (n_nodes,), the component of all points of a node, or -1
    """Find the nodes whose points are all of one component."""
    cdef:
        const int64_t *component = forest.forest.component
        const kd_node_t *v
        Py_ssize_t m, i
        int64_t node, own
    with nogil:
        for m in range(nodes.shape[0] - 1, -1, -1):
            node = nodes[m]
            v = tree.tree.nodes + node
            if v.right:
                whole[node] = whole[node + 1] if whole[node + 1] == whole[v.right] else -1
            else:
                own = component[v.start]
                for i in range(v.start + 1, v.stop):
                    if component[i] != own:
                        own = -1
                        break
                whole[node] = own


cdef inline bint set_search(foreign_t *f, const forest_t *forest, const kd_tree_t *tree, int64_t leaf) noexcept nogil:
    """Prepare the search for those points of a leaf whose lists may miss the least edge of their component. Whether
    there are such points."""
    cdef:
        const kd_node_t *v = tree.nodes + leaf
        Py_ssize_t i
        int64_t position, own
        bint some = False
        int at
    f.first = v.start
    f.n = v.stop - v.start
    for i in range(FOREIGN_QUERIES):
        f.limit[i] = -1.0
    for i in range(f.n):
        position = v.start + i
        own = forest.component[position]
        if forest.at[position] & EXACT or forest.beyond[position] > bound_load(forest.bound + own):
            continue
        if not some:
            f.common = own
            some = True
        elif own != f.common:
            f.common = -1
        f.found[i] = -1
        at = forest.at[position]
        if at < forest.k:
            f.best[i] = forest.weights[position * forest.k + at]
            f.found[i] = forest.near[position * forest.k + at]
            f.row[i] = forest.order[f.found[i]]
        foreign_limit(f, i, bound_load(forest.bound + own))
    if some:
        f.points = tree.points + v.start * tree.d
        f.box = box_of(tree, leaf)
        foreign_share(f)
    return some


cdef inline void keep_found(const foreign_t *f, const forest_t *forest) noexcept nogil:
    """What was found becomes the last of the list of each point."""
    cdef:
        Py_ssize_t i, last = forest.k - 1
        int64_t position
    for i in range(f.n):
        if f.limit[i] < 0.0:
            continue
        position = f.first + i
        if f.found[i] >= 0:
            forest.near[position * forest.k + last] = f.found[i]
            forest.weights[position * forest.k + last] = f.best[i]
            forest.at[position] = last
        if f.found[i] >= 0 and f.best[i] <= f.weight[i]:
            forest.at[position] |= EXACT
            forest.beyond[position] = f.best[i]
        else:
            forest.beyond[position] = nextafter(f.weight[i], INFINITY)


def search(
        Tree tree,                        # IN
        const int64_t[::1] leaves,        # IN     leaves of the tree
        const int64_t[::1] whole,         # IN     see `mark_nodes`
        int unreduced,                    # IN     SAME, ROOT or POWER
        const double[::1] core,           # IN     (n,), by position; or empty
        const double[::1] least,          # IN     see `least_core`; or empty
        Forest forest,                    # INOUT
        Region region, int slot):
    """Search the tree for the least edges of those components that the lists of their points do not tell."""
    cdef:
        const forest_t *g = &forest.forest
        Py_ssize_t m
        int level = simd_level()
        foreign_t f
        part_t part
    f.tree = &tree.tree
    f.unreduced = unreduced
    f.component = g.component
    f.whole = &whole[0]
    f.bound = g.bound
    f.core = &core[0] if core.shape[0] else NULL
    f.least_core = &least[0] if core.shape[0] else NULL
    with nogil:
        while work_take(&region.work, slot, &part):
            for m in range(part.start, part.stop):
                if set_search(&f, g, &tree.tree, leaves[m]):
                    foreign_search_f64[level](&f)
                    keep_found(&f, g)
