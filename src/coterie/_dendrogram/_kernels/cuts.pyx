# SPDX-License-Identifier: BSD-3-Clause
"""Flat clusters from the tree of a linkage matrix: numbered as scipy does, then as scikit-learn does.

Node v < n is point v, node n + i is the cluster of row i, whose children have lower numbers.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t

from ..._runtime._kernels.work cimport Region, part_t, work_take


def count_below(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const double[::1] key,            # IN     (n - 1,)
        Py_ssize_t most,                  # IN     clusters
        int32_t[::1] reached):            # WORK   (n - 1,)
    """The first row whose key, as a threshold, leaves at most that many clusters, by bisection; n - 1 if there is none.

    O(n log n) time. Means something where keys rise from row to row; scipy's answer in any case.
    """
    cdef Py_ssize_t n = children.shape[0] + 1, low = -1, high = n - 1, middle
    with nogil:
        while high - low > 1:
            middle = (low + high) >> 1
            if clusters_at(children, key, key[middle], reached) > most:
                low = middle
            else:
                high = middle
    return high


cdef Py_ssize_t clusters_at(const int64_t[:, ::1] children, const double[::1] key, double threshold,
                            int32_t[::1] reached) noexcept nogil:
    """How many clusters remain where the topmost nodes with key <= threshold become one each."""
    cdef:
        Py_ssize_t n = children.shape[0] + 1, i, side, count = 0
        bint split
    reached[n - 2] = True
    for i in range(n - 2, -1, -1):
        split = reached[i] != 0 and not key[i] <= threshold
        count += reached[i] - split
        for side in range(2):
            if children[i, side] < n:
                count += split
            else:
                reached[children[i, side] - n] = split
    return count


def label_below(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const double[::1] key,            # IN     (n - 1,)
        double threshold,                 # IN
        int64_t[::1] stack,               # WORK   (2 n,)
        int32_t[::1] label):              # OUT    (2 n - 1,), of each node, from 1; 0 above the clusters
    """The topmost nodes with key <= threshold become one cluster each, points above these are alone.

    Clusters are numbered as scipy does: those below the left child, below the right one, then the children that are
    points. O(n) time.
    """
    cdef:
        Py_ssize_t n = children.shape[0] + 1, side, top = 0
        int64_t node
        int32_t count = 0
    with nogil:
        label[:] = 0
        stack[0] = n - 2
        while top >= 0:
            node = stack[top]
            top -= 1
            if node < 0:  # the clusters below are numbered, now the points
                for side in range(2):
                    if children[-node - 1, side] < n:
                        count += 1
                        label[children[-node - 1, side]] = count
            elif key[node] <= threshold:
                count += 1
                label[n + node] = count
            else:
                top += 1
                stack[top] = -node - 1
                for side in range(1, -1, -1):
                    if children[node, side] >= n:
                        top += 1
                        stack[top] = children[node, side] - n
        spread(children, label)


cdef inline void spread(const int64_t[:, ::1] children, int32_t[::1] label) noexcept nogil:
    cdef Py_ssize_t n = children.shape[0] + 1, i
    for i in range(n - 2, -1, -1):
        if label[n + i]:
            label[children[i, 0]] = label[n + i]
            label[children[i, 1]] = label[n + i]


def label_merged(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const int64_t[::1] rank,          # IN     (n - 1,), which merge each row is; after those below it
        const int64_t[::1] n_merges,      # IN     (m,), how many merges are done in each column
        int64_t[:, ::1] top,              # WORK   (slots, 2 n - 1)
        int64_t[:, ::1] number,           # WORK   (slots, 2 n - 1)
        int64_t[:, ::1] labels,           # OUT    (m, n), clusters numbered by their first point
        Region region, int slot):
    """The clusters that the first merges make. O(n m) time."""
    cdef:
        Py_ssize_t column
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for column in range(part.start, part.stop):
                label_column(children, rank, n_merges[column], &top[slot, 0], &number[slot, 0], &labels[column, 0])


cdef inline void label_column(const int64_t[:, ::1] children, const int64_t[::1] rank, int64_t n_merges, int64_t *top,
                              int64_t *number, int64_t *labels) noexcept nogil:
    """Label the points by the topmost merged node above each, in the order of their first points."""
    cdef:
        Py_ssize_t n = children.shape[0] + 1, i, side
        int64_t count = 0, root
        bint merged
    top[2 * n - 2] = 2 * n - 2
    for i in range(n - 2, -1, -1):
        root = top[n + i]
        merged = root != n + i or rank[i] < n_merges
        for side in range(2):
            top[children[i, side]] = root if merged else children[i, side]
    for i in range(2 * n - 1):
        number[i] = -1
    for i in range(n):
        root = top[i]
        if number[root] < 0:
            number[root] = count
            count += 1
        labels[i] = number[root]


def find_leaders(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const int64_t[::1] order,         # IN     (n - 1,), rows: left subtree, right subtree, node
        int32_t[::1] label,               # INOUT  (2 n - 1,), that of each point; then that of the points below, or -1
        int32_t[::1] leaders,             # OUT    (k,), the nodes with exactly the points of one label
        int32_t[::1] labels):             # OUT    (k,), their labels
    """O(n) time. Returns the node at which more than k leaders are found, or -1."""
    cdef:
        Py_ssize_t n = children.shape[0] + 1, i, side, found = 0, wrong = -1
        int64_t node = 2 * n - 2
    with nogil:
        for i in range(n - 1):
            node = n + order[i]
            if label[children[node - n, 0]] == label[children[node - n, 1]]:
                label[node] = label[children[node - n, 0]]
                continue
            label[node] = -1
            for side in range(2):
                if label[children[node - n, side]] != -1:
                    if found == leaders.shape[0]:
                        wrong = node
                        break
                    leaders[found] = <int32_t> children[node - n, side]
                    labels[found] = label[children[node - n, side]]
                    found += 1
            if wrong >= 0:
                break
        if wrong < 0 and label[node] != -1:
            if found == leaders.shape[0]:
                wrong = node
            else:
                leaders[found] = <int32_t> node
                labels[found] = label[node]
    return wrong


# ------------------------------------------------------------------------------------------- scikit-learn's numbers
#
# A cut is a list of nodes, the heads: each point is below exactly one of them.


cdef void sift_down(int64_t[::1] heap, Py_ssize_t at) noexcept nogil:
    """Move heap[at] towards the root until its parent is larger."""
    cdef int64_t node = heap[at]
    while at > 0 and heap[(at - 1) // 2] < node:
        heap[at] = heap[(at - 1) // 2]
        at = (at - 1) // 2
    heap[at] = node


def undo_last_merges(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        int64_t[::1] heads):              # OUT    (k,), k at least 1 and at most n
    """Undo the last k - 1 merges. O(k log k) time.

    The heads are left in a heap, the latest merge first. Their places in it are the numbers that scikit-learn gives the
    clusters, so it moves its elements exactly as Python's heapq does: a replaced root goes down to a leaf along the
    larger children, and from there up to its place.
    """
    cdef:
        Py_ssize_t n = children.shape[0] + 1, k, at, down
        int64_t node
    with nogil:
        heads[0] = 2 * n - 2
        for k in range(1, heads.shape[0]):
            node = heads[0]
            heads[k] = children[node - n, 0]
            sift_down(heads, k)
            at = 0
            while 2 * at + 1 <= k:
                down = 2 * at + 1
                if down + 1 <= k and heads[down + 1] > heads[down]:
                    down += 1
                heads[at] = heads[down]
                at = down
            heads[at] = children[node - n, 1]
            sift_down(heads, at)


def split_by_size(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const double[::1] sizes,          # IN     (n - 1,), points below each merge
        double min_size,                  # IN     at most n
        int64_t[::1] heads):              # OUT    (n,), as many as the function returns
    """Undo, from the top, every merge of two clusters that both have at least `min_size` points. O(n) time."""
    cdef:
        Py_ssize_t count = 0, waiting = 1, n = children.shape[0] + 1, side, i
        int64_t node
        double least
    with nogil:
        # Nodes to look at wait at the end of `heads`, which has room for as many clusters as there can be.
        heads[n - 1] = 2 * n - 2
        while waiting:
            node = heads[n - waiting]
            waiting -= 1
            least = 0.0
            if node >= n:
                least = INFINITY
                for side in range(2):
                    i = children[node - n, side]
                    least = min(least, 1.0 if i < n else sizes[i - n])
            if least >= min_size:
                heads[n - waiting - 1] = children[node - n, 1]
                heads[n - waiting - 2] = children[node - n, 0]
                waiting += 2
            else:
                heads[count] = node
                count += 1
    return count


def label_members(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const int64_t[::1] heads,         # IN     (k,)
        int64_t[::1] nodes,               # WORK   (2 n - 1,)
        Py_ssize_t[::1] labels):          # OUT    (n,), index of the head above each point
    """Label the points. O(n) time."""
    cdef Py_ssize_t i, n = labels.shape[0]
    with nogil:
        for i in range(2 * n - 1):
            nodes[i] = -1
        for i in range(heads.shape[0]):
            nodes[heads[i]] = i
        for i in range(2 * n - 2, n - 1, -1):
            if nodes[i] >= 0:
                nodes[children[i - n, 0]] = nodes[children[i - n, 1]] = nodes[i]
        for i in range(n):
            labels[i] = nodes[i]


def weigh_members(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const int64_t[::1] heads,         # IN     (k,)
        double[::1] nodes):               # OUT    (2 n - 1,), the first n are those of the points
    """Weights of the points in their clusters where both parts of a merge weigh the same. O(n) time."""
    cdef Py_ssize_t i, n = children.shape[0] + 1
    with nogil:
        for i in range(2 * n - 1):
            nodes[i] = -1.0
        for i in range(heads.shape[0]):
            nodes[heads[i]] = 1.0
        for i in range(2 * n - 2, n - 1, -1):
            if nodes[i] >= 0.0:
                nodes[children[i - n, 0]] = nodes[children[i - n, 1]] = 0.5 * nodes[i]
