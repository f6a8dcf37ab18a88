# SPDX-License-Identifier: BSD-3-Clause
"""k-means with bounds on the number of rows of a cluster: the assignment of least cost, by successive shortest paths.

Each cluster has a price, and a row is where its cost, weight * squared distance, plus the price is least. If clusters
that are as small as allowed have prices of at most 0, those as large as allowed of at least 0, and all others none,
then no other assignment within the bounds costs less: prices are the multipliers of the bounds in the linear program.

Rows first choose by the prices of the iteration before. Then a cluster with too many rows passes one on, along the
shortest path to where one is missing. The nodes are the clusters and one more, the reserve, which takes rows off a
cluster that has more than its least number, and gives them to one that has less than its greatest one. The length of
the way from a cluster to another is what the cheapest of its rows would cost more there. It is the first of a short
list of cheap rows, which is made when the cluster is first on a path, and again once it is used up.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int32_t
from libc.string cimport memmove

from ..._runtime._kernels.simd cimport COTERIE_PREFETCH
from ..._runtime._kernels.work cimport Region, part_t, work_take

cdef enum:  # rows of `nodes`
    SIZE = 0   # rows that a cluster has
    FLOW       # rows that it may have: no fewer than `low`, no more than `high`
    EXCESS     # SIZE - FLOW, and of the reserve all FLOW - n
    FIRST      # first row of the cluster, -1: none; the others are linked
    USED_UP    # whether a list of the cluster is to be made
    PARENT     # where the shortest path comes from
    DONE       # whether the shortest path is known
    COLUMNS

NODE_ROWS = COLUMNS


cdef struct flow_t:  # see Flow
    Py_ssize_t n, k, low, high, room
    const double *squares
    const double *weight  # NULL: ones
    int32_t *labels
    double *prices
    double *lengths
    Py_ssize_t *after
    Py_ssize_t *before
    Py_ssize_t *nodes[COLUMNS]
    double *least
    double *limit
    Py_ssize_t *listed
    double *costs
    Py_ssize_t *rows
    double *limits
    Py_ssize_t source, listable


cdef class Flow:
    """An assignment that is brought within bounds.

    Attributes
    ----------
    squares : (n, k)
        Squared distances to the centers.
    weight : (n,), or (0,) for ones
    labels : (n,)
        Where each row is.
    numbers : (3, k + 1)
        Prices of the clusters and of the reserve, which has none at first; lengths of the shortest paths; and limits of
        the lists that are being made.
    low, high : int
        Rows of a cluster, at least and at most.
    links : (2, n)
        The rows after and before each row in its cluster.
    nodes : (NODE_ROWS, k + 1)
    pairs : (2, k, k)
        What a row of one cluster costs more in the other one: the cheapest row, and a limit below which all are listed.
    listed : (k, k)
        Rows on the list of a pair.
    costs, rows : (k, k, room)
        The lists, the cheapest row last. Some rows may have left the cluster, but not the last one.
    """
    cdef:
        flow_t flow
        const double[:, ::1] squares
        const double[::1] weight
        int32_t[::1] labels
        double[:, ::1] numbers
        Py_ssize_t[:, ::1] links, nodes
        double[:, :, ::1] pairs
        Py_ssize_t[:, ::1] listed
        double[:, :, ::1] costs
        Py_ssize_t[:, :, ::1] rows

    def __cinit__(self, const double[:, ::1] squares, const double[::1] weight, int32_t[::1] labels,
                  double[:, ::1] numbers, Py_ssize_t low, Py_ssize_t high, Py_ssize_t[:, ::1] links,
                  Py_ssize_t[:, ::1] nodes, double[:, :, ::1] pairs, Py_ssize_t[:, ::1] listed,
                  double[:, :, ::1] costs, Py_ssize_t[:, :, ::1] rows):
        cdef:
            flow_t *f = &self.flow
            int column
        self.squares, self.weight, self.labels, self.numbers = squares, weight, labels, numbers
        self.links, self.nodes, self.pairs = links, nodes, pairs
        self.listed, self.costs, self.rows = listed, costs, rows
        f.n, f.k, f.low, f.high, f.room = squares.shape[0], squares.shape[1], low, high, costs.shape[2]
        f.squares, f.labels = &squares[0, 0], &labels[0]
        f.weight = &weight[0] if weight.shape[0] else NULL
        f.prices, f.lengths, f.limits = &numbers[0, 0], &numbers[1, 0], &numbers[2, 0]
        f.after, f.before = &links[0, 0], &links[1, 0]
        for column in range(COLUMNS):
            f.nodes[column] = &nodes[column, 0]
        f.least, f.limit, f.listed = &pairs[0, 0, 0], &pairs[1, 0, 0], &listed[0, 0]
        f.costs, f.rows = &costs[0, 0, 0], &rows[0, 0, 0]


# ------------------------------------------------------------------------------------------- rows choose


def choose_clusters(
        Flow flow,                        # INOUT
        Region region, int slot):         # items: rows
    """Label each row with the cluster where its cost and the price are least: on a tie the nearest one, then the first.

    O(n k) time."""
    cdef:
        flow_t *f = &flow.flow
        Py_ssize_t row
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for row in range(part.start, part.stop):
                f.labels[row] = choice(f, f.squares + row * f.k, f.weight[row] if f.weight != NULL else 1.0)


cdef inline int32_t choice(const flow_t *f, const double *square, double weight) noexcept nogil:
    cdef:
        int32_t i, chosen = 0
        double total, least = weight * square[0] + f.prices[0]
    for i in range(1, <int32_t> f.k):
        total = weight * square[i] + f.prices[i]
        if total < least or (total == least and square[i] < square[chosen]):
            least = total
            chosen = i
    return chosen


# ------------------------------------------------------------------------------------------- rows move on


def count_excess(
        Flow flow):                       # INOUT  rows are where they chose to be by the prices
    """Begin with the rows as they have chosen. Returns how many are to be passed on. O(n + k²) time."""
    cdef:
        flow_t *f = &flow.flow
        Py_ssize_t i, k = f.k, total = -f.n, excess = 0
    with nogil:
        for i in range(k + 1):
            f.nodes[SIZE][i] = 0
            f.nodes[FIRST][i] = -1
            f.nodes[USED_UP][i] = True
        for i in range(f.n - 1, -1, -1):
            join(f, i, f.labels[i])
        for i in range(k):
            f.nodes[FLOW][i] = max(f.low, min(f.high, f.nodes[SIZE][i]))
            if f.prices[i] > 0.0:
                f.nodes[FLOW][i] = f.high
            elif f.prices[i] < 0.0:
                f.nodes[FLOW][i] = f.low
            f.nodes[EXCESS][i] = f.nodes[SIZE][i] - f.nodes[FLOW][i]
            excess += max(0, f.nodes[EXCESS][i])
            total += f.nodes[FLOW][i]
        f.nodes[EXCESS][k] = total
        for i in range(k * k):
            f.listed[i] = 0
            f.limit[i] = -INFINITY  # nothing is listed, and nothing to be
            f.least[i] = INFINITY
        excess += max(0, total)
        f.source = 0
        f.listable = max(min(f.room, 4), min(f.room, 2 * excess // k))
    return excess


def pass_on(
        Flow flow,                        # INOUT
        Region region, int slot):         # items: rows in excess, one each; one thread
    """Pass rows in excess on, one by one.

    A path takes at most O(k²) time, and each of its moves O(k) beside the lists: a pass over the rows of a cluster for
    as many moves as a list has rows."""
    cdef part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            pass_one_on(&flow.flow)


def settle(
        Flow flow):                       # INOUT  no row is in excess
    """Make prices those for which the reserve has none. O(k) time."""
    cdef:
        flow_t *f = &flow.flow
        Py_ssize_t i, rows
        double price
    for i in range(f.k):
        price = f.prices[i] - f.prices[f.k]
        rows = f.nodes[FLOW][i]
        if f.low < f.high:  # the sign is known: rounding must not change it
            price = max(price, 0.0) if rows == f.high else min(price, 0.0) if rows == f.low else 0.0
        f.prices[i] = price
    f.prices[f.k] = 0.0


cdef void pass_one_on(flow_t *f) noexcept nogil:
    """Find the shortest path for a row in excess, raise prices by what is left to its end, and move rows along it."""
    cdef:
        Py_ssize_t node, before, target
    while f.nodes[EXCESS][f.source] <= 0:
        f.source += 1
    target = find_path(f)
    for node in range(f.k + 1):
        if f.nodes[DONE][node]:
            f.prices[node] += f.lengths[target] - f.lengths[node]
    f.nodes[EXCESS][f.source] -= 1
    f.nodes[EXCESS][target] += 1
    # From the end: a cluster has passed on its own row before it gets another one.
    node = target
    while node != f.source:
        before = f.nodes[PARENT][node]
        if before == f.k:
            f.nodes[FLOW][node] -= 1
        elif node == f.k:
            f.nodes[FLOW][before] += 1
        else:
            move(f, before, node)
        node = before


cdef Py_ssize_t find_path(flow_t *f) noexcept nogil:
    """The nearest node from the source that lacks a row, by Dijkstra's algorithm; there is one if bounds allow any."""
    cdef:
        Py_ssize_t k = f.k, node = f.source, i
        double length, base
        double *lengths = f.lengths
        const double *prices = f.prices
        const double *least
    for i in range(k + 1):
        lengths[i] = INFINITY
        f.nodes[DONE][i] = False
    lengths[node] = 0.0
    while f.nodes[EXCESS][node] >= 0:
        f.nodes[DONE][node] = True
        base = lengths[node]
        if node == k:
            for i in range(k):
                length = base + max(0.0, prices[i] - prices[k])
                if f.nodes[FLOW][i] > f.low and length < lengths[i]:
                    lengths[i] = length
                    f.nodes[PARENT][i] = k
        else:
            if f.nodes[USED_UP][node]:
                make_lists(f, node)
            least = f.least + node * k
            for i in range(k):
                length = base + max(0.0, least[i] + (prices[i] - prices[node]))
                if length < lengths[i]:
                    lengths[i] = length
                    f.nodes[PARENT][i] = node
            length = base + max(0.0, prices[k] - prices[node])
            if f.nodes[FLOW][node] < f.high and length < lengths[k]:
                lengths[k] = length
                f.nodes[PARENT][k] = node
        node = -1
        for i in range(k + 1):
            if not f.nodes[DONE][i] and (node < 0 or lengths[i] < lengths[node]):
                node = i
    return node


cdef void move(flow_t *f, Py_ssize_t source, Py_ssize_t target) noexcept nogil:
    """Move the cheapest row from a cluster to another."""
    cdef:
        Py_ssize_t pair = source * f.k + target, i, n
        Py_ssize_t row = f.rows[pair * f.room + f.listed[pair] - 1]
    leave(f, row, source)
    join(f, row, target)
    for i in range(f.k):
        pair = source * f.k + i
        n = f.listed[pair]
        if n and f.rows[pair * f.room + n - 1] == row:
            while n and f.labels[f.rows[pair * f.room + n - 1]] != source:
                n -= 1
            f.listed[pair] = n
            f.least[pair] = f.costs[pair * f.room + n - 1] if n else INFINITY
            if n == 0 and f.limit[pair] < INFINITY:
                f.nodes[USED_UP][source] = True
    consider(f, row, target, f.limit + target * f.k)


cdef inline void join(flow_t *f, Py_ssize_t row, Py_ssize_t cluster) noexcept nogil:
    cdef Py_ssize_t first = f.nodes[FIRST][cluster]
    f.labels[row] = <int32_t> cluster
    f.nodes[SIZE][cluster] += 1
    f.before[row] = -1
    f.after[row] = first
    if first >= 0:
        f.before[first] = row
    f.nodes[FIRST][cluster] = row


cdef inline void leave(flow_t *f, Py_ssize_t row, Py_ssize_t cluster) noexcept nogil:
    cdef Py_ssize_t before = f.before[row], after = f.after[row]
    f.nodes[SIZE][cluster] -= 1
    if after >= 0:
        f.before[after] = before
    if before >= 0:
        f.after[before] = after
    else:
        f.nodes[FIRST][cluster] = after


# ------------------------------------------------------------------------------------------- lists


cdef void make_lists(flow_t *f, Py_ssize_t cluster) noexcept nogil:
    """List the cheapest rows of a cluster for all others for which none is listed. O(rows k) time at most."""
    cdef:
        Py_ssize_t row = f.nodes[FIRST][cluster], after, i, pair = cluster * f.k
        double *limits = f.limits
    for i in range(f.k):
        limits[i] = -INFINITY  # has a list
        if i != cluster and f.listed[pair + i] == 0 and f.limit[pair + i] < INFINITY:
            limits[i] = f.limit[pair + i] = INFINITY
    while row >= 0:
        after = f.after[row]
        if after >= 0:  # what it costs arrives while this row is looked at
            for i in range(0, f.k, 8):
                COTERIE_PREFETCH(f.squares + after * f.k + i)
        consider(f, row, cluster, limits)
        row = after
    f.nodes[USED_UP][cluster] = False


cdef inline void consider(flow_t *f, Py_ssize_t row, Py_ssize_t cluster, double *limits) noexcept nogil:
    """List a row of a cluster for those others where it costs less than a limit."""
    cdef:
        Py_ssize_t i, pair = cluster * f.k
        const double *square = f.squares + row * f.k
        double weight = f.weight[row] if f.weight != NULL else 1.0
        double cost, own = weight * square[cluster]
    for i in range(f.k):
        cost = weight * square[i] - own
        if cost < limits[i]:
            insert(f, pair + i, row, cost)
            limits[i] = f.limit[pair + i]


cdef void insert(flow_t *f, Py_ssize_t pair, Py_ssize_t row, double cost) noexcept nogil:
    """Put a row on a list. The most expensive one gives way if the list is full, and becomes the limit."""
    cdef:
        Py_ssize_t n = f.listed[pair], i = n
        double *costs = f.costs + pair * f.room
        Py_ssize_t *rows = f.rows + pair * f.room
    while i > 0 and costs[i - 1] <= cost:
        i -= 1
    if n < f.listable:
        memmove(costs + i + 1, costs + i, (n - i) * sizeof(double))
        memmove(rows + i + 1, rows + i, (n - i) * sizeof(Py_ssize_t))
        f.listed[pair] = n + 1
    elif i == 0:
        f.limit[pair] = cost
        return
    else:
        f.limit[pair] = costs[0]
        i -= 1
        memmove(costs, costs + 1, i * sizeof(double))
        memmove(rows, rows + 1, i * sizeof(Py_ssize_t))
    costs[i] = cost
    rows[i] = row
    f.least[pair] = costs[f.listed[pair] - 1]
