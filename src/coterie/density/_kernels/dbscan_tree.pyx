# SPDX-License-Identifier: BSD-3-Clause
"""DBSCAN of points with any number of coordinates: a tree of boxes.

A cell is a node whose points are all within the radius of each other, as large as there is, or a leaf. Counting goes
leaf by leaf, joining cell by cell, one a chunk; both walk down the tree to what is within the radius of a box, the near
side first. Who is near whom in two leaves is a matter of `leaf_search`: masks, a bit a point.
"""
from libc.stdint cimport int64_t, uint8_t, uint64_t

from ..._runtime._kernels.atomic_union_find cimport atomic_find, atomic_unite
from ..._runtime._kernels.bits cimport count_bits, lowest_bit
from ...neighbors._kernels.kd_tree cimport (
    KD_DEPTH,
    KD_LANES,
    box_of,
    kd_box_gap,
    kd_box_reach,
    kd_node_t,
    kd_point_gap,
    kd_tree_t,
    leaf_beside,
)
from ...neighbors._kernels.leaf_search cimport (
    LEAF_POINTS,
    TRIED,
    Search,
    all_of,
    blocks_of,
    near_leaf,
    near_of,
    near_tile,
    point_at,
    search_t,
)
from ..._runtime._kernels.work cimport Region, part_t, work_fetch_add, work_load, work_take, work_take_sized


def list_parts(
        Search given,                     # IN
        int64_t[::1] leaves,              # OUT    (room,), the leaves, by position
        int64_t[::1] cells,               # OUT    (room,), the cells, by position
        int64_t[::1] cell_of,             # OUT    (room,), cell of each node: -1 above the cells
        uint8_t[::1] tight,               # OUT    (room,), 1 for cells whose points are all within the radius
        int64_t[::1] n_parts):            # OUT    (2,), leaves and cells
    """List the leaves and the cells. O(nodes d) time."""
    cdef:
        const search_t *s = &given.search
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
        n_parts[0] = n_leaves
        n_parts[1] = n_cells


cdef struct walk_t:
    int64_t stack[KD_DEPTH]
    double gap[KD_DEPTH]
    int height


cdef inline void walk_from(walk_t *w) noexcept nogil:
    w.stack[0] = 0
    w.gap[0] = 0.0
    w.height = 1


cdef inline void descend(walk_t *w, const kd_tree_t *t, const double *box, int64_t node, double bound) noexcept nogil:
    """Push the children of a node that are within the radius of a box, the nearer one last."""
    cdef:
        int64_t left = node + 1, right = t.nodes[node].right
        double to_left = kd_box_gap(t, box, box_of(t, left)), to_right = kd_box_gap(t, box, box_of(t, right))
    if to_left > to_right:
        left, right = right, left
        to_left, to_right = to_right, to_left
    if to_right <= bound:
        w.stack[w.height] = right
        w.gap[w.height] = to_right
        w.height += 1
    if to_left <= bound:
        w.stack[w.height] = left
        w.gap[w.height] = to_left
        w.height += 1


cdef inline uint64_t mask_of(const uint8_t *bits, const kd_node_t *v) noexcept nogil:
    """The bits of the points of a leaf, from a byte a block."""
    cdef:
        uint64_t mask = 0
        Py_ssize_t b
    for b in range(blocks_of(v)):
        mask |= (<uint64_t> bits[v.start // KD_LANES + b]) << (b * KD_LANES)
    return mask


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


def find_core(
        Search given,                     # IN
        const double[::1] weight,         # IN     (n,), by position; or (0,) for ones
        bint may_stop,                    # IN     no weight is negative
        const uint8_t[::1] dense,         # IN     (n_cells,), 1 where all points are core
        const int64_t[::1] leaves,        # IN     (n_leaves,)
        const int64_t[::1] cell_of,       # IN     (room,)
        Py_ssize_t enough,                # IN     min_samples
        double[:, ::1] work,              # WORK   (threads, features of the tree and of the rows)
        uint8_t[::1] core,                # OUT    (n_blocks,), a bit a point
        Region region, int slot):
    """Which points have enough others within the radius. O(n^2 d) time at worst."""
    cdef:
        const search_t *s = &given.search
        const kd_tree_t *t = s.tree
        const kd_node_t *a
        const kd_node_t *b
        const double *box
        double *x = &work[slot, 0]
        int64_t node
        Py_ssize_t i, p, k, size
        uint64_t open, active, near
        uint64_t masks[LEAF_POINTS]
        int tries = TRIED
        int64_t count[LEAF_POINTS]
        sum_t heavy[LEAF_POINTS]
        bint weighted = weight.shape[0] > 0
        walk_t walk
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for k in range(part.start, part.stop):
                a = t.nodes + leaves[k]
                box = box_of(t, leaves[k])
                size = a.stop - a.start
                open = 0 if dense[cell_of[leaves[k]]] else all_of(a)   # those that may be found to be core
                for i in range(size):
                    count[i] = 0
                    heavy[i] = sum_t(0.0, 0.0)
                walk_from(&walk)
                while walk.height and open:
                    walk.height -= 1
                    node = walk.stack[walk.height]
                    b = t.nodes + node
                    if s.d == 0 and kd_box_reach(t, box, box_of(t, node)) <= s.bound:
                        for i in range(size):
                            count[i] += b.stop - b.start
                            if weighted:
                                for p in range(b.start, b.stop):
                                    add(&heavy[i], weight[p])
                    elif b.right:
                        descend(&walk, t, box, node, s.bound)
                        continue
                    else:
                        active = open & leaf_beside(t, box_of(t, node), a.start // KD_LANES, blocks_of(a), s.bound)
                        near_leaf(s, a, active, b, all_of(b), x, &tries, masks)
                        while active:
                            i = lowest_bit(active)
                            active &= active - 1
                            near = masks[i]
                            count[i] += count_bits(near)
                            if weighted:
                                while near:
                                    add(&heavy[i], weight[b.start + lowest_bit(near)])
                                    near &= near - 1
                    if may_stop:
                        active = open
                        while active:
                            i = lowest_bit(active)
                            active &= active - 1
                            if (heavy[i].total + heavy[i].rest if weighted else count[i]) >= enough:
                                open &= ~((<uint64_t> 1) << i)
                near = all_of(a)
                if not dense[cell_of[leaves[k]]]:
                    for i in range(size):
                        if not (heavy[i].total + heavy[i].rest if weighted else count[i]) >= enough:
                            near &= ~((<uint64_t> 1) << i)
                for i in range(blocks_of(a)):
                    core[a.start // KD_LANES + i] = (near >> (i * KD_LANES)) & 255


def count_pairs(
        Search given,                     # IN     that holds rows
        const int64_t[::1] leaves,        # IN     (n_leaves,)
        Py_ssize_t enough,                # IN     min_samples
        int64_t[::1] count,               # INOUT  (n,), 0 at first: neighbours of each; no more than enough
        Region region, int slot):
    """Count neighbours leaf by leaf with the later leaves, one a chunk: each pair once. O(n^2 d) time.

    A point that has enough is not counted for any more, whoever counted: in the end each has enough, or all its own.
    """
    cdef:
        const search_t *s = &given.search
        const kd_tree_t *t = s.tree
        const kd_node_t *a
        const kd_node_t *b
        int64_t *total = &count[0]
        Py_ssize_t k, other, i, j
        uint64_t wanted, mask, needy
        uint64_t masks[LEAF_POINTS]
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            k = part.start
            a = t.nodes + leaves[k]
            for other in range(k, leaves.shape[0]):
                b = t.nodes + leaves[other]
                if kd_box_gap(t, box_of(t, leaves[k]), box_of(t, leaves[other])) > s.bound:
                    continue
                needy = needy_of(total, a, enough)
                wanted = needy_of(total, b, enough)
                if not needy and not wanted:
                    continue
                near_tile(s, a, all_of(a) if wanted else needy, b, all_of(b) if needy else wanted, masks)
                for i in range(a.stop - a.start):
                    if not (wanted or needy >> i & 1):
                        continue
                    mask = masks[i]
                    if needy >> i & 1:
                        work_fetch_add(total + a.start + i, count_bits(mask))
                    mask &= wanted
                    while mask and other > k:
                        j = lowest_bit(mask)
                        mask &= mask - 1
                        if work_fetch_add(total + b.start + j, 1) + 1 >= enough:
                            wanted &= ~((<uint64_t> 1) << j)


cdef inline uint64_t needy_of(int64_t *count, const kd_node_t *v, int64_t enough) noexcept nogil:
    """Which points of a leaf have not enough neighbours yet."""
    cdef:
        uint64_t mask = 0
        Py_ssize_t i
    for i in range(v.stop - v.start):
        if work_load(count + v.start + i) < enough:
            mask |= (<uint64_t> 1) << i
    return mask


def pack_core(
        const int64_t[::1] count,         # IN     (n,)
        Py_ssize_t enough,                # IN     min_samples
        uint8_t[::1] core):               # OUT    (n_blocks,), a bit a point
    """Which points have enough neighbours."""
    cdef Py_ssize_t i
    core[:] = 0
    for i in range(count.shape[0]):
        core[i // KD_LANES] |= (count[i] >= enough) << (i % KD_LANES)


cdef inline Py_ssize_t first_core(const uint8_t *core, const kd_node_t *v) noexcept nogil:
    """Position of the first core point of a node; -1 if there is none."""
    cdef Py_ssize_t b
    for b in range(v.start // KD_LANES, v.start // KD_LANES + blocks_of(v)):
        if core[b]:
            return b * KD_LANES + lowest_bit(core[b])
    return -1


cdef bint touches(const search_t *s, const uint8_t *core, Py_ssize_t position, double *x,
                  int64_t top) noexcept nogil:
    """Whether a core point of a node is within the radius of x."""
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
            if near_of(s, position, x, v, mask_of(core, v)):
                return True
        else:
            stack[height] = v.right
            stack[height + 1] = node + 1
            height += 2
    return False


cdef bint touch(const search_t *s, const uint8_t *core, int64_t top_a, int64_t top_b, double *x) noexcept nogil:
    """Whether a core point of a node is within the radius of one of another node."""
    cdef:
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
            mask = mask_of(core, v) & leaf_beside(t, box_of(t, b), v.start // KD_LANES, blocks_of(v), s.bound)
            while mask:
                i = lowest_bit(mask)
                mask &= mask - 1
                point_at(t, v.start + i, x)
                if near_of(s, v.start + i, x, w, mask_of(core, w)):
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


cdef inline bint is_joined(const uint8_t *core, int64_t *parent, const kd_node_t *v) noexcept nogil:
    """Whether all core points of a leaf are joined."""
    cdef:
        uint64_t mask = mask_of(core, v)
        int64_t root
    if mask == 0:
        return True
    root = atomic_find(parent, v.start + lowest_bit(mask))
    mask &= mask - 1
    while mask:
        if atomic_find(parent, v.start + lowest_bit(mask)) != root:
            return False
        mask &= mask - 1
    return True


def join_within(
        Search given,                     # IN
        const uint8_t[::1] core,          # IN     (n_blocks,), a bit a point
        const int64_t[::1] cells,         # IN     (n_cells,)
        const uint8_t[::1] tight,         # IN     (n_cells,)
        double[:, ::1] work,              # WORK   (threads, features of the tree and of the rows)
        int64_t[::1] parent,              # INOUT  (n,), by position
        uint8_t[::1] joined,              # OUT    (n_cells,), 1 where all core points of the cell are joined
        Region region, int slot):
    """Join the core points of each cell that are within the radius of each other."""
    cdef:
        const search_t *s = &given.search
        const kd_tree_t *t = s.tree
        const kd_node_t *v
        const uint8_t *bits = &core[0]
        Py_ssize_t k, i, first
        uint64_t mask, near
        uint64_t masks[LEAF_POINTS]
        int tries = TRIED
        double *x = &work[slot, 0]
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for k in range(part.start, part.stop):
                v = t.nodes + cells[k]
                joined[k] = 1
                if tight[k]:
                    first = first_core(bits, v)
                    for i in range(max(0, first), v.stop if first >= 0 else 0):
                        if core[i // KD_LANES] >> (i % KD_LANES) & 1:
                            parent[i] = first  # nobody else touches these yet
                    continue
                mask = mask_of(bits, v)
                near_leaf(s, v, mask, v, mask, x, &tries, masks)
                while mask:
                    i = lowest_bit(mask)
                    mask &= mask - 1
                    near = mask & masks[i]
                    while near:
                        atomic_unite(&parent[0], v.start + i, v.start + lowest_bit(near))
                        near &= near - 1
                joined[k] = is_joined(bits, &parent[0], v)


cdef void join_leaf(const search_t *s, const uint8_t *core, const kd_node_t *a, int64_t other, bint other_joined,
                    double *x, int64_t *parent) noexcept nogil:
    """Join the core points of a leaf to those of another cell; one that is not joined is a leaf as well."""
    cdef:
        const kd_tree_t *t = s.tree
        const kd_node_t *b = t.nodes + other
        uint64_t mask = mask_of(core, a) & leaf_beside(t, box_of(t, other), a.start // KD_LANES, blocks_of(a), s.bound)
        uint64_t near
        uint64_t masks[LEAF_POINTS]
        int tries = TRIED
        Py_ssize_t first = first_core(core, b), i
    if not other_joined:
        near_leaf(s, a, mask, b, mask_of(core, b), x, &tries, masks)
    while mask:
        i = lowest_bit(mask)
        mask &= mask - 1
        if not other_joined:
            near = masks[i]
            while near:
                atomic_unite(parent, a.start + i, b.start + lowest_bit(near))
                near &= near - 1
        elif atomic_find(parent, a.start + i) != atomic_find(parent, first):
            point_at(t, a.start + i, x)
            if touches(s, core, a.start + i, x, other):
                atomic_unite(parent, a.start + i, first)


def join_cells(
        Search given,                     # IN
        const uint8_t[::1] core,          # IN     (n_blocks,), a bit a point
        const int64_t[::1] cells,         # IN     (n_cells,)
        const int64_t[::1] cell_of,       # IN     (room,)
        double[:, ::1] work,              # WORK   (threads, features of the tree and of the rows)
        int64_t[::1] parent,              # INOUT  (n,), as join_within left it; then all that are connected are joined
        uint8_t[::1] joined,              # INOUT  (n_cells,)
        Region region, int slot):
    """Join the core points of different cells that are within the radius of each other, unless they are joined."""
    cdef:
        const search_t *s = &given.search
        const kd_tree_t *t = s.tree
        const kd_node_t *a
        const kd_node_t *b
        const uint8_t *bits = &core[0]
        const double *box
        int64_t *up = &parent[0]
        int64_t node, cell
        Py_ssize_t k, first, other
        double *x = &work[slot, 0]
        walk_t walk
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for k in range(part.start, part.stop):
                a = t.nodes + cells[k]
                box = box_of(t, cells[k])
                first = first_core(bits, a)
                if first < 0:
                    continue
                if not joined[k]:
                    joined[k] = is_joined(bits, up, a)
                walk_from(&walk)
                while walk.height:
                    walk.height -= 1
                    node = walk.stack[walk.height]
                    b = t.nodes + node
                    if b.stop <= a.stop:  # the later one of two cells does the work
                        continue
                    cell = cell_of[node]
                    if cell < 0:
                        descend(&walk, t, box, node, s.bound)
                        continue
                    other = first_core(bits, b)
                    if other < 0:
                        continue
                    if joined[k] and joined[cell]:
                        if atomic_find(up, first) != atomic_find(up, other) and touch(
                                s, bits, cells[k], node, x):
                            atomic_unite(up, first, other)
                    elif joined[k]:
                        join_leaf(s, bits, b, cells[k], True, x, up)
                    else:
                        join_leaf(s, bits, a, node, joined[cell], x, up)
                if not joined[k]:
                    joined[k] = is_joined(bits, up, a)


def label_borders(
        Search given,                     # IN
        const uint8_t[::1] core,          # IN     (n_blocks,), a bit a point
        const int64_t[::1] leaves,        # IN     (n_leaves,)
        int64_t[::1] parent,              # INOUT  (n,), as join_cells left it
        const uint8_t[::1] joined,        # IN     (n_cells,)
        const int64_t[::1] cell_of,       # IN     (room,)
        const int64_t[::1] number,        # IN     (n,), number of the cluster that each point stands for
        double[:, ::1] work,              # WORK   (threads, features of the tree and of the rows)
        int64_t[::1] labels,              # INOUT  (n,), of the rows
        Region region, int slot):
    """Give each point that is not core the lowest number of a core point within the radius; -1 if there is none."""
    cdef:
        const search_t *s = &given.search
        const kd_tree_t *t = s.tree
        const kd_node_t *a
        const kd_node_t *b
        const uint8_t *bits = &core[0]
        const double *box
        int64_t *up = &parent[0]
        int64_t node, cell, label
        int64_t best[LEAF_POINTS]
        Py_ssize_t k, i, other
        uint64_t mask, near, lower
        uint64_t masks[LEAF_POINTS]
        int tries = TRIED
        double *x = &work[slot, 0]
        walk_t walk
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for k in range(part.start, part.stop):
                a = t.nodes + leaves[k]
                box = box_of(t, leaves[k])
                if mask_of(bits, a) == all_of(a):
                    continue
                for i in range(a.stop - a.start):
                    best[i] = t.n
                walk_from(&walk)
                while walk.height:
                    walk.height -= 1
                    node = walk.stack[walk.height]
                    b = t.nodes + node
                    cell = cell_of[node]
                    if cell < 0:
                        descend(&walk, t, box, node, s.bound)
                        continue
                    other = first_core(bits, b)
                    if other < 0:
                        continue
                    mask = all_of(a) & ~mask_of(bits, a)
                    mask &= leaf_beside(t, box_of(t, node), a.start // KD_LANES, blocks_of(a), s.bound)
                    label = number[atomic_find(up, other)]
                    if joined[cell]:  # those that have a lower one already need not look
                        lower = mask
                        while lower:
                            i = lowest_bit(lower)
                            lower &= lower - 1
                            if best[i] <= label:
                                mask &= ~((<uint64_t> 1) << i)
                    if b.right == 0:
                        near_leaf(s, a, mask, b, mask_of(bits, b), x, &tries, masks)
                    while mask:
                        i = lowest_bit(mask)
                        mask &= mask - 1
                        if b.right:
                            point_at(t, a.start + i, x)
                            if touches(s, bits, a.start + i, x, node):
                                best[i] = label
                        elif joined[cell]:
                            if masks[i]:
                                best[i] = label
                        else:
                            near = masks[i]
                            while near:
                                best[i] = min(best[i], number[atomic_find(up, b.start + lowest_bit(near))])
                                near &= near - 1
                mask = all_of(a) & ~mask_of(bits, a)
                while mask:
                    i = lowest_bit(mask)
                    mask &= mask - 1
                    labels[t.order[a.start + i]] = best[i] if best[i] < t.n else -1


def unpack(
        const uint8_t[::1] core,          # IN     (n_blocks,), a bit a point
        Py_ssize_t rows,                  # IN     points of a chunk
        uint8_t[::1] flags,               # OUT    (n,), a byte a point
        int64_t[::1] parent,              # OUT    (n,), 0, 1, 2, ...
        Region region, int slot):
    """Core points as bytes, and each point in a set of its own."""
    cdef:
        Py_ssize_t i
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, flags.shape[0], &part):
            for i in range(part.start, part.stop):
                flags[i] = core[i // KD_LANES] >> (i % KD_LANES) & 1
                parent[i] = i
