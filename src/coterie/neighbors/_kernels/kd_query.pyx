# SPDX-License-Identifier: BSD-3-Clause
"""Neighbors in a tree: the k nearest, those within a radius, and their number.

The queries are in a tree, too, and those of a leaf go through the other tree together: from box to box the nearer child
first, until what is left is farther away than the k-th nearest of each of them.
"""
from libc.math cimport INFINITY, sqrt
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcpy

from .kd_tree cimport KD_DEPTH, KD_LANES, Tree, box_of, kd_node_t, kd_tree_t, leaf_distances, leaf_within
from ..._runtime._kernels.bits cimport count_bits
from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.work cimport Region, part_t, work_take

QUERIES = BATCH


def leaves(
        Tree tree,                        # IN
        int64_t[::1] out):                # OUT    (enough,), nodes
    """The leaves of a tree, in the order of their positions. Returns their number."""
    cdef:
        const kd_node_t *nodes = tree.tree.nodes
        int64_t stack[KD_DEPTH]
        int64_t node
        int height = 1
        Py_ssize_t n = 0
    stack[0] = 0
    with nogil:
        while height:
            height -= 1
            node = stack[height]
            if nodes[node].right:
                stack[height] = nodes[node].right
                stack[height + 1] = node + 1
                height += 2
            else:
                out[n] = node
                n += 1
    return n


cdef void set_batch(batch_t *b, const kd_tree_t *one, int64_t leaf, Py_ssize_t part, Py_ssize_t parts,
                    const kd_tree_t *many) noexcept nogil:
    """One of some parts of the queries of a leaf of `one`; it may be empty."""
    cdef:
        const kd_node_t *v = one.nodes + leaf
        Py_ssize_t n_blocks = (v.stop - v.start + KD_LANES - 1) // KD_LANES
        Py_ssize_t first = v.start + n_blocks * part // parts * KD_LANES
    b.tree = many
    b.points = one.points + first * one.d
    b.number = one.order + first
    b.box = box_of(one, leaf)
    b.n = max(<Py_ssize_t> 0, min(v.stop, v.start + n_blocks * (part + 1) // parts * KD_LANES) - first)


# ------------------------------------------------------------------------------------------- the k nearest


cdef void search_batch(batch_t *b) noexcept nogil:
    """Find neighbors as near as the lists of a batch and its limits ask for; the lists are not in order."""
    batch_search_f64[simd_level()](b)


cdef void find_nearest(batch_t *b) noexcept nogil:
    """The k nearest of each query of a batch, from near to far: `near` and `rows`, which need no values before."""
    cdef Py_ssize_t i
    for i in range(BATCH):
        b.limit[i] = INFINITY if i < b.n else -1.0
    b.farthest = INFINITY
    batch_prepare(b)
    list_clear(b.near, b.rows, b.n * b.k)
    search_batch(b)
    for i in range(b.n):
        list_finish(b.near + i * b.k, b.rows + i * b.k, b.k)


def nearest(
        Tree many,                        # IN     where the neighbors are
        Tree one,                         # IN     where the queries are
        const int64_t[::1] which,         # IN     leaves of `one`, each of at most QUERIES points
        Py_ssize_t parts,                 # IN     of a leaf, that are searched for one by one
        bint others,                      # IN     a query is the point of the same row, and not its own neighbor
        bint root,                        # IN     write roots of reduced distances
        double[:, ::1] near,              # WORK   (threads, QUERIES k)
        int64_t[:, ::1] rows,             # WORK   (threads, QUERIES k)
        float[:, ::1] singles,            # WORK   (threads, QUERIES d)
        double[:, ::1] distances,         # OUT    (queries, k), reduced
        int64_t[:, ::1] indices,          # OUT    (queries, k)
        Region region, int slot):
    """The k nearest of each query, from near to far; on ties the lowest rows."""
    cdef:
        Py_ssize_t k = distances.shape[1], i, j, m, row
        batch_t b
        part_t part
    b.others = others
    b.k = k
    b.near = &near[slot, 0]
    b.rows = &rows[slot, 0]
    b.singles = &singles[slot, 0]
    with nogil:
        while work_take(&region.work, slot, &part):
            for m in range(part.start, part.stop):
                set_batch(&b, &one.tree, which[m // parts], m % parts, parts, &many.tree)
                if b.n == 0:
                    continue
                find_nearest(&b)
                for i in range(b.n):
                    row = b.number[i]
                    if root:
                        for j in range(k):
                            b.near[i * k + j] = sqrt(b.near[i * k + j])
                    memcpy(&distances[row, 0], b.near + i * k, k * sizeof(double))
                    memcpy(&indices[row, 0], b.rows + i * k, k * sizeof(int64_t))


# ------------------------------------------------------------------------------------------- within a radius


cdef struct found_t:                      # what is within the radius, and where to write it
    double bound                          # the reduced radius
    int64_t *counts                       # of each row: how many so far
    const int64_t *starts                 # of each row: where its neighbors begin, or NULL: count only
    int64_t *indices
    double *distances


cdef void gather(const batch_t *b, const double *x, Py_ssize_t query, const kd_node_t *node, bint whole,
                 const found_t *found) noexcept nogil:
    """Those points of a leaf, or all points of a node, that are within the radius of a query join what was found."""
    cdef:
        int64_t row = b.number[query], self = row if b.others else -1
        int64_t at = found.starts[row] + found.counts[row]
        Py_ssize_t position = node.start, i
        double sums[KD_LANES]
    while position < node.stop:
        leaf_distances(b.tree, x, position // KD_LANES, 1, sums)
        for i in range(min(<Py_ssize_t> KD_LANES, node.stop - position)):
            if (whole or sums[i] <= found.bound) and b.tree.order[position + i] != self:
                found.indices[at] = b.tree.order[position + i]
                found.distances[at] = sums[i]
                at += 1
        position += KD_LANES
    found.counts[row] = at - found.starts[row]


cdef inline bint holds_itself(const batch_t *b, Py_ssize_t query, const kd_node_t *node) noexcept nogil:
    """Whether a query that is a point of the same tree, and no neighbor of itself, is in a node."""
    cdef Py_ssize_t position = b.number - b.tree.order + query
    return b.others and node.start <= position < node.stop


cdef void collect(const batch_t *b, const double *x, const found_t *found) noexcept nogil:
    """All neighbors of the queries of a batch, which are at x (n, d), too. A box that is within the radius as a whole
    is not looked into."""
    cdef:
        const kd_node_t *nodes = b.tree.nodes
        const kd_node_t *node
        int64_t stack[KD_DEPTH]
        uint64_t masks[KD_DEPTH]
        uint64_t mask, open
        double gap[KD_LANES]
        double reach[KD_LANES]
        Py_ssize_t d = b.tree.d, i, n_blocks
        int height = 1, level = simd_level()
    stack[0] = 0
    masks[0] = ~(<uint64_t> 0) >> (BATCH - b.n)
    while height:
        height -= 1
        node = nodes + stack[height]
        mask = masks[height]
        open = 0
        n_blocks = (node.stop - node.start + KD_LANES - 1) // KD_LANES
        for i in range(b.n):
            if i % KD_LANES == 0:
                if not (mask >> i) & 255:
                    continue
                batch_gaps_f64[level](b.tree, b.points + i * d, b.tree.boxes + 2 * d * stack[height], gap, reach)
            if not (mask >> i) & 1 or gap[i % KD_LANES] > found.bound:
                continue
            if reach[i % KD_LANES] <= found.bound:
                if found.starts:
                    gather(b, x + i * d, i, node, True, found)
                else:
                    found.counts[b.number[i]] += node.stop - node.start - holds_itself(b, i, node)
            elif node.right:
                open |= (<uint64_t> 1) << i
            elif found.starts:
                gather(b, x + i * d, i, node, False, found)
            else:
                found.counts[b.number[i]] += count_bits(leaf_within(
                    b.tree, x + i * d, node.start // KD_LANES, n_blocks, found.bound)) - holds_itself(b, i, node)
        if open:
            stack[height + 1] = stack[height] + 1
            stack[height] = node.right
            masks[height] = masks[height + 1] = open
            height += 2


def within(
        Tree many,                        # IN     where the neighbors are
        Tree one,                         # IN     where the queries are
        const int64_t[::1] which,         # IN     leaves of `one`, each of at most QUERIES points
        Py_ssize_t parts,                 # IN     of a leaf, that are searched for one by one
        bint others,                      # IN     `one` is `many`, and a point is not its own neighbor
        double bound,                     # IN     reduced radius
        double[:, ::1] work,              # WORK   (threads, QUERIES d)
        const int64_t[::1] starts,        # IN     (queries,), where the neighbors of each begin; empty: count only
        int64_t[::1] counts,              # OUT    (queries,)
        int64_t[::1] indices,             # OUT    (all neighbors,), or empty
        double[::1] distances,            # OUT    reduced
        Region region, int slot):
    """The neighbors of each query within a radius, in no order; or their number only."""
    cdef:
        Py_ssize_t d = many.tree.d, i, j, m
        double *x = &work[slot, 0]
        found_t found
        batch_t b
        part_t part
    found.bound = bound
    found.counts = &counts[0]
    found.starts = &starts[0] if starts.shape[0] else NULL
    found.indices = &indices[0] if indices.shape[0] else NULL
    found.distances = &distances[0] if indices.shape[0] else NULL
    b.others = others
    b.singles = NULL
    with nogil:
        while work_take(&region.work, slot, &part):
            for m in range(part.start, part.stop):
                set_batch(&b, &one.tree, which[m // parts], m % parts, parts, &many.tree)
                if b.n == 0:
                    continue
                for i in range(b.n):
                    counts[b.number[i]] = 0
                    for j in range(d):
                        x[i * d + j] = b.points[(i // KD_LANES * d + j) * KD_LANES + i % KD_LANES]
                collect(&b, x, &found)
