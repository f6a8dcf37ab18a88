# SPDX-License-Identifier: BSD-3-Clause
"""HDBSCAN from a linkage matrix to labels: the condensed tree, the clusters that are selected from it, and labels.

Node v < n is a row, node n + i is the cluster of row i of the linkage matrix. In the condensed tree cluster c is the
node n + c; cluster 0 is the root. Lambda is 1 / distance. Clusters are numbered level by level of the linkage matrix,
so that a cluster comes after its parent, and siblings are 2 j - 1 and 2 j. All of this takes linear time.
"""
from libc.math cimport INFINITY, isinf
from libc.stdint cimport int64_t, uint8_t

from ..._runtime._kernels.work cimport Region, part_t, work_take


cdef class Rows:
    """Rows of a condensed tree: child `child` leaves `parent` at `lambda_val`, with a size.

    Parameters
    ----------
    parent, child, lambda_val, size : (n_rows_at_most,)
        OUT.

    Attributes
    ----------
    count : int
        Rows so far.
    n_clusters : int
        Clusters so far, the root included.
    """
    cdef:
        int64_t[::1] parent
        int64_t[::1] child
        double[::1] lambda_val
        double[::1] size
        readonly int64_t count
        readonly int64_t n_clusters

    def __cinit__(self, int64_t[::1] parent, int64_t[::1] child, double[::1] lambda_val, double[::1] size):
        self.parent, self.child, self.lambda_val, self.size = parent, child, lambda_val, size
        self.count, self.n_clusters = 0, 1


cdef class Queue:
    """Nodes of the linkage matrix that belong to clusters, level by level.

    Parameters
    ----------
    root : int
        The first node.
    node : (n_nodes,)
        WORK. Behind the queue it holds the nodes of the part that leaves a cluster: no node is ever in both.
    cluster : (n_large_nodes,)
        WORK. The cluster of each node of the queue.
    """
    cdef:
        int64_t[::1] node
        int64_t[::1] cluster
        int64_t end

    def __cinit__(self, int64_t root, int64_t[::1] node, int64_t[::1] cluster):
        self.node, self.cluster = node, cluster
        self.node[0], self.cluster[0], self.end = root, 0, 1


cdef inline double as_lambda(double distance) noexcept nogil:
    return 1.0 / distance if distance > 0.0 else INFINITY


cdef inline void add(Rows rows, int64_t parent, int64_t child, double value, double size) noexcept nogil:
    rows.parent[rows.count] = parent
    rows.child[rows.count] = child
    rows.lambda_val[rows.count] = value
    rows.size[rows.count] = size
    rows.count = rows.count + 1


cdef inline void push(Queue queue, int64_t node, int64_t cluster) noexcept nogil:
    queue.node[queue.end] = node
    queue.cluster[queue.end] = cluster
    queue.end = queue.end + 1


cdef void leave(
        const double[:, ::1] Z, const double[::1] size, int64_t node, int64_t parent, double value,
        Queue queue, Rows rows) noexcept nogil:
    """All rows below a node leave a cluster, level by level."""
    cdef int64_t n = Z.shape[0] + 1, first = queue.end, end = queue.end + 1
    queue.node[first] = node
    while first < end:
        node = queue.node[first]
        first += 1
        if node < n:
            add(rows, parent, node, value, size[node])
        else:
            queue.node[end] = <int64_t> Z[node - n, 0]
            queue.node[end + 1] = <int64_t> Z[node - n, 1]
            end += 2


def sum_sizes(
        const double[:, ::1] Z,           # IN     (n - 1, 4)
        double[::1] size):                # INOUT  (2 n - 1,), given for the rows
    """Sizes of the nodes of a linkage matrix."""
    cdef Py_ssize_t n = Z.shape[0] + 1, i
    with nogil:
        for i in range(n - 1):
            size[n + i] = size[<int64_t> Z[i, 0]] + size[<int64_t> Z[i, 1]]


def condense(
        const double[:, ::1] Z,           # IN     (n - 1, 4)
        const double[::1] size,           # IN     (2 n - 1,), of the nodes
        const double[::1] core,           # IN     (n,), the distance at which the copies of a row of some weight meet
        double least,                     # IN     size of a cluster, at least
        Queue queue,                      # INOUT
        Rows rows,                        # OUT
        Region region, int slot):         # items: nodes of the queue, or more; one thread
    """Condense a linkage matrix: a cluster splits where both parts are large, and else goes on as the larger one."""
    cdef:
        int64_t n = Z.shape[0] + 1, i, node, cluster, left, right
        double distance, value
        bint left_is_large, right_is_large
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                if i >= queue.end:
                    break
                node, cluster = queue.node[i], queue.cluster[i]
                if node < n:
                    add(rows, n + cluster, node, as_lambda(core[node]), size[node])
                    continue
                left, right, distance = <int64_t> Z[node - n, 0], <int64_t> Z[node - n, 1], Z[node - n, 2]
                value = as_lambda(distance)
                # A row is a cluster of its own if its copies meet before it joins others.
                left_is_large = size[left] >= least and (left >= n or core[left] < distance)
                right_is_large = size[right] >= least and (right >= n or core[right] < distance)
                if left_is_large and right_is_large:
                    add(rows, n + cluster, n + rows.n_clusters, value, size[left])
                    push(queue, left, rows.n_clusters)
                    add(rows, n + cluster, n + rows.n_clusters + 1, value, size[right])
                    push(queue, right, rows.n_clusters + 1)
                    rows.n_clusters = rows.n_clusters + 2
                    continue
                if left_is_large:
                    push(queue, left, cluster)
                elif right_is_large:
                    push(queue, right, cluster)
                if not left_is_large:
                    leave(Z, size, left, n + cluster, value, queue, rows)
                if not right_is_large:
                    leave(Z, size, right, n + cluster, value, queue, rows)


cdef class Clusters:
    """What is known of the clusters of a condensed tree.

    Parameters
    ----------
    parent : (n_clusters,)
        OUT. That of the root is 0.
    birth : (n_clusters,)
        OUT. Lambda at which a cluster begins, 0 for the root.
    death : (n_clusters,)
        OUT. The largest lambda at which something leaves it.
    deepest : (n_clusters,)
        OUT. The largest lambda at which something leaves it or a cluster below it.
    stability : (n_clusters,)
        OUT. The sum over what leaves it of its size times its lifetime.
    size : (n_clusters,)
        OUT. Of the root, the size of its children.
    is_leaf : (n_clusters,)
        OUT. Whether it does not split.
    """
    cdef:
        int64_t[::1] parent
        double[::1] birth
        double[::1] death
        double[::1] deepest
        double[::1] stability
        double[::1] size
        uint8_t[::1] is_leaf

    def __cinit__(self, int64_t[::1] parent, double[::1] birth, double[::1] death, double[::1] deepest,
                  double[::1] stability, double[::1] size, uint8_t[::1] is_leaf):
        self.parent, self.birth, self.death, self.deepest = parent, birth, death, deepest
        self.stability, self.size, self.is_leaf = stability, size, is_leaf


def measure(
        const int64_t[::1] parent,        # IN     (n_rows,), rows of a condensed tree
        const int64_t[::1] child,         # IN     (n_rows,)
        const double[::1] value,          # IN     (n_rows,), lambda
        const double[::1] size,           # IN     (n_rows,)
        int64_t n,                        # IN     rows of the data
        Clusters clusters):               # OUT
    """Measure the clusters of a condensed tree. Sums are added in the order of its rows."""
    cdef:
        Py_ssize_t n_clusters = clusters.parent.shape[0], i
        int64_t c, new
    with nogil:
        for c in range(n_clusters):
            clusters.parent[c] = 0
            clusters.birth[c] = clusters.death[c] = clusters.stability[c] = clusters.size[c] = 0.0
            clusters.is_leaf[c] = True
        for i in range(parent.shape[0]):
            c = parent[i] - n
            clusters.stability[c] = clusters.stability[c] + (value[i] - clusters.birth[c]) * size[i]
            clusters.death[c] = max(clusters.death[c], value[i])
            if child[i] >= n:
                new = child[i] - n
                clusters.parent[new] = c
                clusters.birth[new] = value[i]
                clusters.size[new] = size[i]
                clusters.is_leaf[c] = False
                if c == 0:
                    clusters.size[0] = clusters.size[0] + size[i]
        for c in range(n_clusters):
            clusters.deepest[c] = clusters.death[c]
        for c in range(n_clusters - 1, 0, -1):
            new = clusters.parent[c]
            clusters.deepest[new] = max(clusters.deepest[new], clusters.deepest[c])


def undo_splits(
        Clusters clusters,                # INOUT  is_leaf
        double persistence,               # IN     lambda that the parts of a split last, at least
        int64_t[::1] becomes,             # OUT    (n_clusters,), the cluster that each one belongs to then
        double[::1] latest):              # OUT    (n_clusters,), lambda at which its rows leave that one at the latest
    """Undo splits into parts of which one is short-lived.

    If the other part does not split again, the rows of both leave the parent where they left the parts. Else the rows
    of the short-lived part leave it at the split.
    """
    cdef:
        Py_ssize_t n_clusters = becomes.shape[0], c
        int64_t p, longer, shorter
    with nogil:
        for c in range(n_clusters):
            becomes[c] = c
            latest[c] = INFINITY
        for c in range(n_clusters - 2, 0, -2):  # siblings are c and c + 1; those below them come before
            longer, shorter, p = c, c + 1, clusters.parent[c]
            if clusters.deepest[c] <= clusters.deepest[c + 1]:
                longer, shorter = c + 1, c
            if clusters.deepest[shorter] - clusters.birth[c] >= persistence:
                continue
            if clusters.is_leaf[longer]:
                clusters.is_leaf[p] = True
            else:
                latest[shorter] = clusters.birth[c]
            becomes[c] = becomes[c + 1] = p
        for c in range(1, n_clusters):
            if becomes[c] != c:
                latest[c] = min(latest[c], latest[becomes[c]])
                becomes[c] = becomes[becomes[c]]


def select(
        Clusters clusters,                # IN
        bint leaves,                      # IN     select all that do not split; else the most stable ones
        bint allow_root,                  # IN
        double largest,                   # IN     size of a cluster, at most
        double epsilon,                   # IN     distance below which nothing splits
        double epsilon_max,               # IN     distance above which nothing is a cluster
        double root_distance,             # IN     that of the root for `epsilon_max`
        double[::1] stability,            # WORK   (n_clusters,)
        int64_t[::1] up,                  # WORK   (n_clusters,)
        uint8_t[::1] chosen,              # OUT    (n_clusters,)
        int64_t[::1] nearest):            # OUT    (n_clusters,), the lowest chosen one above each or itself; or -1
    """Select clusters from a condensed tree.

    A parent that is as stable as its children together is selected before them.
    """
    cdef:
        Py_ssize_t n = chosen.shape[0], c
        int64_t p, first = 0 if allow_root else 1, n_chosen = 0
        double distance
    with nogil:
        if leaves:
            for c in range(n):
                chosen[c] = clusters.is_leaf[c] and c > 0
                n_chosen += chosen[c]
        else:
            for c in range(n):
                stability[c] = 0.0  # of the children
                chosen[c] = False
            for c in range(n - 1, first - 1, -1):
                distance = root_distance if c == 0 else 1.0 / clusters.birth[c]
                chosen[c] = not (
                    stability[c] > clusters.stability[c] or clusters.size[c] > largest or distance > epsilon_max)
                p = clusters.parent[c]
                if c > 0:
                    stability[p] = stability[p] + (clusters.stability[c] if chosen[c] else stability[c])
            for c in range(n):  # below a chosen one there is none
                p = clusters.parent[c]
                up[c] = c > 0 and (chosen[p] or up[p])
                if up[c]:
                    chosen[c] = False
                n_chosen += chosen[c]
        if epsilon > 0.0 and n > 1 and not (n_chosen == 1 and chosen[0]):
            up[0] = 0
            for c in range(1, n):  # up: the lowest one above that is born beyond epsilon
                p = clusters.parent[c]
                if p == 0:
                    up[c] = 0 if allow_root else c
                elif 1.0 / clusters.birth[p] > epsilon:
                    up[c] = p
                else:
                    up[c] = up[p]
            for c in range(n - 1, 0, -1):  # from below: what is chosen for another one is looked at before
                if chosen[c] == 1 and 1.0 / clusters.birth[c] < epsilon:
                    chosen[c] = False
                    chosen[up[c]] = chosen[up[c]] | 2
            for c in range(n):
                chosen[c] = chosen[c] != 0
        for c in range(n):
            nearest[c] = c if chosen[c] else nearest[clusters.parent[c]] if c > 0 else -1


def label(
        const int64_t[::1] cluster,       # IN     (m,), that each row leaves, from 0
        const double[::1] value,          # IN     (m,), lambda at which it leaves
        const int64_t[::1] nearest,       # IN     (n_clusters,), the lowest selected one above each, or -1
        const int64_t[::1] number,        # IN     (n_clusters,), labels of selected ones
        const double[::1] death,          # IN     (n_clusters,)
        double least,                     # IN     lambda from which rows of the root have its label; NaN where none has
        int64_t[::1] labels,              # OUT    (m,), -1 for noise
        double[::1] probabilities,        # OUT    (m,), 0 for noise
        Region region, int slot):         # items: rows
    """Label rows by the cluster that they leave, and when."""
    cdef:
        Py_ssize_t i
        int64_t c
        double last
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                c = nearest[cluster[i]]
                if c < 0 or (c == 0 and not value[i] >= least):
                    labels[i] = -1
                    probabilities[i] = 0.0
                    continue
                labels[i] = number[c]
                last = death[c]
                probabilities[i] = 1.0 if last == 0.0 or isinf(value[i]) else min(value[i], last) / last
