# SPDX-License-Identifier: BSD-3-Clause
"""The order in which OPTICS visits rows (Ankerst, Breunig, Kriegel and Sander 1999).

The next row is the one that is reached from a visited row by the least weight, the largest of their distance and the
core distance of the visited one. Each visited row has a list of unvisited ones, in the order of weights and rows, and
waits in a heap for its first one. Where a list is used up, its row waits for the last of it: rows beyond come later.
They are searched for when that is the next in the heap, which is rare.
"""
from libc.math cimport INFINITY, pow, sqrt
from libc.stdint cimport INT64_MAX, int64_t, uint8_t

from ..._runtime._kernels.work cimport Region, part_t, work_store, work_take
from ...neighbors._kernels.kd_query cimport batch_t, find_nearest, list_finish, search_batch, set_batch
from ...neighbors._kernels.kd_tree cimport KD_DEPTH, KD_LANES, Tree, kd_node_t, kd_tree_t

cdef enum:
    AS_REDUCED = 0
    AS_ROOT = 1
    AS_POWER = 2
    STEPS = 64                   # of a chunk, which ends with a search: these may take long

SAME = AS_REDUCED
ROOT = AS_ROOT
POWER = AS_POWER


cdef inline double as_weight(const kd_tree_t *tree, int unreduced, double reduced) noexcept nogil:
    if unreduced == AS_ROOT:
        return sqrt(reduced)
    return pow(reduced, 1.0 / tree.p) if unreduced == AS_POWER else reduced


# ------------------------------------------------------------------------------------------- lists


cdef class Lists:
    """For each row the first of the rows that may be reached from it.

    Attributes
    ----------
    starts, sizes : (n,)
        Where the list of each row begins, and its length.
    at : (n,)
        The first of a list that may not be visited yet.
    is_whole : (n,)
        Whether no unvisited row that is not on the list is within reach.
    near, weights : (m,)
        Of all lists: rows, and their weights, in the order of weights and rows.
    core : (n,)
        Core distances; infinite where no row may be reached from a row.
    """

    def __cinit__(self, const int64_t[::1] starts, int64_t[::1] sizes, int64_t[::1] at, uint8_t[::1] is_whole,
                  int64_t[::1] near, double[::1] weights, double[::1] core, Py_ssize_t room, double limit):
        self.starts = starts
        self.sizes = sizes
        self.at = at
        self.is_whole = is_whole
        self.near = near
        self.weights = weights
        self.core = core
        self.lists = lists_t(room, &starts[0], &sizes[0], &at[0], &is_whole[0], NULL, NULL, &core[0], limit)
        if near.shape[0]:
            self.lists.near = &near[0]
            self.lists.weights = &weights[0]


cdef void fill_list(lists_t *lists, int64_t row, const double *near, const int64_t *rows, Py_ssize_t n,
                    bint is_all) noexcept nogil:
    """Some rows and their distances, from near to far, become the list of a row. is_all: there are no others."""
    cdef:
        int64_t *to = lists.near + lists.starts[row]
        double *weights = lists.weights + lists.starts[row]
        Py_ssize_t i, p, size = 0, n_near = 0
        double weight, core = lists.core[row]
    while n_near < n and near[n_near] <= lists.limit and near[n_near] < INFINITY:
        n_near += 1
    for i in range(n_near):
        weight = max(near[i], core)
        # In the order of weights and rows, of which all within the core distance weigh the same.
        p = size
        if size < lists.room:
            size += 1
        elif weight > weights[p - 1] or rows[i] > to[p - 1]:
            continue
        else:
            p -= 1
        while p > 0 and weights[p - 1] == weight and to[p - 1] > rows[i]:
            weights[p] = weights[p - 1]
            to[p] = to[p - 1]
            p -= 1
        weights[p] = weight
        to[p] = rows[i]
    lists.sizes[row] = size
    lists.at[row] = 0
    lists.is_whole[row] = size == n_near and (is_all or n_near < n)


def fill_lists(
        Tree tree,                        # IN
        const int64_t[::1] leaves,        # IN     leaves of the tree
        Py_ssize_t parts,                 # IN     of a leaf, that are searched for one by one
        int unreduced,                    # IN     SAME, ROOT or POWER
        Py_ssize_t columns,               # IN     nearest that are looked for, at least min_samples and those of a list
        Py_ssize_t min_samples,           # IN     0: core distances are known
        Lists lists,                      # OUT    core distances INOUT
        double[:, ::1] near,              # WORK   (threads, QUERIES columns)
        int64_t[:, ::1] rows,             # WORK   (threads, QUERIES columns)
        float[:, ::1] singles,            # WORK   (threads, QUERIES d)
        Region region, int slot):
    """Find the core distance of each row, and the first rows that may be reached from it."""
    cdef:
        lists_t *f = &lists.lists
        double[::1] core = lists.core
        Py_ssize_t n = tree.tree.n, i, j, m
        double *found
        int64_t row
        batch_t b
        part_t part
    b.others = True
    b.k = columns
    b.near = &near[slot, 0]
    b.rows = &rows[slot, 0]
    b.singles = &singles[slot, 0]
    with nogil:
        while work_take(&region.work, slot, &part):
            for m in range(part.start, part.stop):
                set_batch(&b, &tree.tree, leaves[m // parts], m % parts, parts, &tree.tree)
                if b.n == 0:
                    continue
                find_nearest(&b)
                for i in range(b.n):
                    found = b.near + i * columns
                    for j in range(columns):
                        found[j] = as_weight(&tree.tree, unreduced, found[j])
                    row = b.number[i]
                    if min_samples:
                        core[row] = found[min_samples - 2]
                    if core[row] > f.limit:
                        core[row] = INFINITY
                        f.sizes[row] = 0
                        f.is_whole[row] = True
                    elif columns < n - 1 and found[0] < core[row] and found[columns - 1] <= core[row]:
                        f.sizes[row] = 0  # a row that comes first may be among those that are as far as the last one
                        f.is_whole[row] = False
                    else:
                        fill_list(f, row, found, b.rows + i * columns, columns, columns == n - 1)


# ------------------------------------------------------------------------------------------- rows that are left


cdef class Remaining:
    """A k-d tree of the rows that are not visited yet.

    Attributes
    ----------
    tree : Tree
        Of all rows.
    points, boxes :
        Copies of those of the tree. Visited points are moved to infinity, and boxes are those of the others.
    position : (n,)
        Of each row.
    near, rows : (k,)
        Work space for those that are found.
    query, box : (8 d,), (2 d,)
        Work space for the row that they are searched for.
    """
    cdef:
        readonly Tree tree
        readonly double[:, :, ::1] points
        readonly double[:, :, ::1] boxes
        readonly const int64_t[::1] position
        readonly double[::1] near
        readonly int64_t[::1] rows
        readonly double[::1] query
        readonly double[::1] box
        kd_tree_t left
        int unreduced
        double bound
        Py_ssize_t n_removed
        readonly Py_ssize_t n_searches

    def __cinit__(self, Tree tree, double[:, :, ::1] points, double[:, :, ::1] boxes, const int64_t[::1] position,
                  double[::1] near, int64_t[::1] rows, double[::1] query, double[::1] box, int unreduced,
                  double bound):
        self.tree = tree
        self.points = points
        self.boxes = boxes
        self.position = position
        self.near = near
        self.rows = rows
        self.query = query
        self.box = box
        self.left = tree.tree
        self.left.points = &points[0, 0, 0]
        self.left.boxes = &boxes[0, 0, 0]
        self.left.tiles = NULL
        self.unreduced = unreduced
        self.bound = bound
        self.n_removed = 0
        self.n_searches = 0


cdef inline bint shrink(Remaining r, int64_t node) noexcept nogil:
    """Make the box of a node that of the points that are left in it. Whether it changed."""
    cdef:
        const kd_node_t *v = r.left.nodes + node
        Py_ssize_t d = r.left.d, i, j
        double *box = &r.boxes[node, 0, 0]
        const double *one
        const double *other
        double low, high, x
        bint changed = False
    for j in range(d):
        if v.right:
            one = &r.boxes[node + 1, 0, 0]
            other = &r.boxes[v.right, 0, 0]
            low = min(one[j], other[j])
            high = max(one[d + j], other[d + j])
        else:
            low = INFINITY
            high = -INFINITY
            for i in range(v.start, v.stop):
                x = r.points[i // KD_LANES, j, i % KD_LANES]
                if x < INFINITY:
                    low = min(low, x)
                    high = max(high, x)
        changed = changed or low != box[j] or high != box[d + j]
        box[j] = low
        box[d + j] = high
    return changed


cdef void remove(Remaining r, int64_t row) noexcept nogil:
    """Take a row out."""
    cdef:
        int64_t position = r.position[row], node = 0
        int64_t path[KD_DEPTH]
        Py_ssize_t d = r.left.d, j
        const kd_node_t *nodes = r.left.nodes
        int height = 0
    while nodes[node].right:
        path[height] = node
        height += 1
        node = nodes[node].right if position >= nodes[nodes[node].right].start else node + 1
    for j in range(d):
        r.points[position // KD_LANES, j, position % KD_LANES] = INFINITY
    while shrink(r, node) and height:
        height -= 1
        node = path[height]


cdef Py_ssize_t find_left(Remaining r, int64_t row, Py_ssize_t k) noexcept nogil:
    """The k nearest to a row that are left, and their distances, from near to far. Returns their number."""
    cdef:
        int64_t position = r.position[row]
        const double *point = r.tree.tree.points + position // KD_LANES * r.left.d * KD_LANES + position % KD_LANES
        Py_ssize_t d = r.left.d, i, j
        batch_t b
    for j in range(d):
        for i in range(KD_LANES):
            r.query[j * KD_LANES + i] = point[j * KD_LANES]
        r.box[j] = r.box[d + j] = point[j * KD_LANES]
    b.tree = &r.left
    b.points = &r.query[0]
    b.number = &row
    b.box = &r.box[0]
    b.n = 1
    b.others = False
    b.k = k
    b.near = &r.near[0]
    b.rows = &r.rows[0]
    b.singles = NULL
    for i in range(KD_LANES):
        b.limit[i] = -1.0
    b.limit[0] = b.farthest = r.bound
    for i in range(k):
        b.near[i] = r.bound
        b.rows[i] = INT64_MAX
    search_batch(&b)
    list_finish(b.near, b.rows, k)
    for i in range(k):
        if b.rows[i] == INT64_MAX or b.near[i] == INFINITY:
            return i
        b.near[i] = as_weight(&r.left, r.unreduced, b.near[i])
    return k


cdef void search(Visits visits, Lists lists, Remaining r, int64_t row, Py_ssize_t min_samples) noexcept nogil:
    """Make a list for a row of those that are not visited: most often all near ones are, and the next is far away and
    soon visited, too, so it has one only."""
    cdef:
        Py_ssize_t left = visits.order.shape[0] - visits.n_visited, k = 1, found
        double core = lists.core[row]
    while r.n_removed < visits.n_visited:
        remove(r, visits.order[r.n_removed])
        r.n_removed = r.n_removed + 1
    r.n_searches = r.n_searches + 1
    found = find_left(r, row, k)
    if found == k < left and r.near[0] < core:
        # Fewer than min_samples are nearer than the core distance: so these are the first.
        k = min(left, lists.lists.room + min_samples)
        found = find_left(r, row, k)
    fill_list(&lists.lists, row, &r.near[0], &r.rows[0], found, found < k or k == left)


# ------------------------------------------------------------------------------------------- visits


cdef struct waiting_t:
    double weight                 # of the row that is reached next
    int64_t row                   # that row
    int64_t place                 # of the visited row, in the order


cdef class Visits:
    """Which rows are visited, in which order, and how they were reached.

    Attributes
    ----------
    order : (n,)
        The rows that were visited, in order; the rest has no values yet.
    reach, predecessor : (n,)
        Of each row: the weight by which it was reached, and from which row; infinity and -1 if from none.
    is_visited : (n,)
    heap : (n, 3)
        Work space.
    n_visited : int
    """
    cdef:
        readonly int64_t[::1] order
        readonly double[::1] reach
        readonly int64_t[::1] predecessor
        readonly uint8_t[::1] is_visited
        readonly int64_t[:, ::1] heap
        readonly Py_ssize_t n_visited
        Py_ssize_t n_waiting
        Py_ssize_t lowest             # all rows below it are visited
        waiting_t *waiting

    def __cinit__(self, int64_t[::1] order, double[::1] reach, int64_t[::1] predecessor, uint8_t[::1] is_visited,
                  int64_t[:, ::1] heap):
        self.order = order
        self.reach = reach
        self.predecessor = predecessor
        self.is_visited = is_visited
        self.heap = heap
        self.waiting = <waiting_t *> &heap[0, 0]
        self.n_visited = self.n_waiting = self.lowest = 0


cdef inline bint is_before(const waiting_t *a, const waiting_t *b) noexcept nogil:
    """By weight, then by the row that is reached, then by the row that was visited first."""
    if a.weight != b.weight:
        return a.weight < b.weight
    return a.row < b.row or (a.row == b.row and a.place < b.place)


cdef inline void replace_first(Visits v, waiting_t entry) noexcept nogil:
    cdef:
        waiting_t *heap = v.waiting
        Py_ssize_t i = 0, child = 1
    while child < v.n_waiting:
        if child + 1 < v.n_waiting and is_before(heap + child + 1, heap + child):
            child += 1
        if not is_before(heap + child, &entry):
            break
        heap[i] = heap[child]
        i = child
        child = 2 * i + 1
    heap[i] = entry


cdef inline void add(Visits v, waiting_t entry) noexcept nogil:
    cdef:
        waiting_t *heap = v.waiting
        Py_ssize_t i = v.n_waiting
    while i > 0 and is_before(&entry, heap + (i - 1) // 2):
        heap[i] = heap[(i - 1) // 2]
        i = (i - 1) // 2
    heap[i] = entry
    v.n_waiting = v.n_waiting + 1


cdef inline void drop_first(Visits v) noexcept nogil:
    v.n_waiting = v.n_waiting - 1
    if v.n_waiting:
        replace_first(v, v.waiting[v.n_waiting])


cdef inline bint next_of(Visits v, Lists lists, int64_t row, int64_t place, waiting_t *entry) noexcept nogil:
    """What a visited row waits for. False if it reaches no more rows."""
    cdef:
        lists_t *f = &lists.lists
        const int64_t *near = f.near + f.starts[row]
        const double *weights = f.weights + f.starts[row]
        Py_ssize_t i = f.at[row], size = f.sizes[row]
    while i < size and v.is_visited[near[i]]:
        i += 1
    f.at[row] = i
    entry.place = place
    if i < size:
        entry.weight = weights[i]
        entry.row = near[i]
        return True
    entry.weight = weights[size - 1] if size else f.core[row]
    entry.row = near[size - 1] if size else -1
    return not f.is_whole[row]


cdef inline void visit(Visits v, Lists lists, int64_t row, double weight, int64_t predecessor) noexcept nogil:
    cdef waiting_t entry
    v.order[v.n_visited] = row
    v.reach[row] = weight
    v.predecessor[row] = predecessor
    if lists.lists.core[row] < INFINITY and next_of(v, lists, row, v.n_visited, &entry):
        add(v, entry)
    v.n_visited = v.n_visited + 1


cdef inline bint step(Visits v, Lists lists, Remaining r, Py_ssize_t min_samples) noexcept nogil:
    """Visit the next row, or make the first list of the heap longer. Whether that took a search."""
    cdef:
        waiting_t first
        int64_t row, found = -1
        double weight
        bint searched = False
    if not v.n_waiting:
        while v.is_visited[v.lowest]:
            v.lowest = v.lowest + 1
        v.is_visited[v.lowest] = True
        visit(v, lists, v.lowest, INFINITY, -1)
        return False
    first = v.waiting[0]
    row = v.order[first.place]
    if lists.lists.at[row] == lists.lists.sizes[row]:
        search(v, lists, r, row, min_samples)
        searched = True
    elif not v.is_visited[first.row]:
        found = first.row
        v.is_visited[found] = True
    weight = first.weight
    if next_of(v, lists, row, first.place, &first):
        replace_first(v, first)
    else:
        drop_first(v)
    if found >= 0:
        visit(v, lists, found, weight, row)
    return searched


def visit_rows(
        Visits visits,                    # INOUT
        Lists lists,                      # INOUT
        Remaining remaining,              # INOUT  None if all lists are whole
        Py_ssize_t min_samples,           # IN
        Region region, int slot):         # items: some steps each; one thread
    """Visit rows until all are visited or the region ends."""
    cdef:
        Py_ssize_t n = visits.order.shape[0], _
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for _ in range(STEPS):
                if visits.n_visited == n:
                    work_store(&region.work.stop, 1)
                    break
                if step(visits, lists, remaining, min_samples):
                    break
