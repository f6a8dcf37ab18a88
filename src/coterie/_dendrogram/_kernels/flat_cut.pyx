# SPDX-License-Identifier: BSD-3-Clause
"""Cut a tree into clusters, numbered as scikit-learn numbers them, and find the cluster of new rows.

A tree of n objects has nodes 0 .. 2 n - 2: the objects, and the merges n .. 2 n - 2, whose children have lower
numbers. A cut is a list of nodes, the heads, such that each object is below exactly one of them.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

from ..._runtime._kernels.work cimport Region, part_t, work_take_sized

cdef enum:
    SMALLEST, LARGEST, MEAN

NEAREST_MEMBER, FARTHEST_MEMBER, MEAN_OF_MEMBERS = SMALLEST, LARGEST, MEAN


cdef void sift_down(int64_t[::1] heap, Py_ssize_t at) noexcept nogil:
    """Move heap[at] towards the root until its parent is larger."""
    cdef int64_t node = heap[at]
    while at > 0 and heap[(at - 1) // 2] < node:
        heap[at] = heap[(at - 1) // 2]
        at = (at - 1) // 2
    heap[at] = node


def heads_by_number(
        const Py_ssize_t[:, ::1] children,  # IN  (n - 1, 2)
        int64_t[::1] heads):             # OUT    (k,), k at least 1 and at most n
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


def heads_by_size(
        const Py_ssize_t[:, ::1] children,  # IN  (n - 1, 2)
        const double[::1] sizes,         # IN     (n - 1,), objects below each merge
        double min_size,                 # IN     at most n
        int64_t[::1] heads):             # OUT    (n,), as many as the function returns
    """Undo, from the top, every merge of two clusters that both have at least `min_size` objects. O(n) time."""
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


def label_below(
        const Py_ssize_t[:, ::1] children,  # IN  (n - 1, 2)
        const int64_t[::1] heads,        # IN     (k,)
        int64_t[::1] nodes,              # WORK   (2 n - 1,)
        Py_ssize_t[::1] labels):         # OUT    (n,), index of the head above each object
    """Label the objects. O(n) time."""
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


def weigh_below(
        const Py_ssize_t[:, ::1] children,  # IN  (n - 1, 2)
        const int64_t[::1] heads,        # IN     (k,)
        double[::1] nodes):              # OUT    (2 n - 1,), the first n are those of the objects
    """Weights of the objects in their clusters where both parts of a merge weigh the same. O(n) time."""
    cdef Py_ssize_t i, n = children.shape[0] + 1
    with nogil:
        for i in range(2 * n - 1):
            nodes[i] = -1.0
        for i in range(heads.shape[0]):
            nodes[heads[i]] = 1.0
        for i in range(2 * n - 2, n - 1, -1):
            if nodes[i] >= 0.0:
                nodes[children[i - n, 0]] = nodes[children[i - n, 1]] = 0.5 * nodes[i]


cdef double smallest(const double *x, Py_ssize_t n) noexcept nogil:
    cdef double a = INFINITY, b = INFINITY, c = INFINITY, d = INFINITY
    cdef Py_ssize_t i
    for i in range(0, n - 3, 4):
        a = min(a, x[i])
        b = min(b, x[i + 1])
        c = min(c, x[i + 2])
        d = min(d, x[i + 3])
    for i in range(n // 4 * 4, n):
        a = min(a, x[i])
    return min(min(a, b), min(c, d))


cdef double largest(const double *x, Py_ssize_t n) noexcept nogil:
    cdef double a = -INFINITY, b = -INFINITY, c = -INFINITY, d = -INFINITY
    cdef Py_ssize_t i
    for i in range(0, n - 3, 4):
        a = max(a, x[i])
        b = max(b, x[i + 1])
        c = max(c, x[i + 2])
        d = max(d, x[i + 3])
    for i in range(n // 4 * 4, n):
        a = max(a, x[i])
    return max(max(a, b), max(c, d))


cdef double weighted(const double *x, const double *w, Py_ssize_t n) noexcept nogil:
    cdef double a = 0.0, b = 0.0, c = 0.0, d = 0.0
    cdef Py_ssize_t i
    for i in range(0, n - 3, 4):
        a += w[i] * x[i]
        b += w[i + 1] * x[i + 1]
        c += w[i + 2] * x[i + 2]
        d += w[i + 3] * x[i + 3]
    for i in range(n // 4 * 4, n):
        a += w[i] * x[i]
    return (a + b) + (c + d)


def nearest_cluster(
        const double[:, ::1] distances,  # IN     (m, n), to the n objects, cluster by cluster
        const int64_t[::1] starts,       # IN     (k + 1,), where the clusters start, no one is empty
        const double[::1] weights,       # IN     (n,), of the objects
        int kind,                        # IN     of distance: NEAREST_MEMBER, FARTHEST_MEMBER or MEAN_OF_MEMBERS
        Py_ssize_t rows,                 # IN     rows of a chunk
        Py_ssize_t[::1] labels,          # OUT    (m,), of equally near clusters the first
        Region region, int slot):
    """The nearest cluster of each row. O(m n) time."""
    cdef:
        Py_ssize_t row, cluster, start, n
        double nearest, own
        const double *x
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, labels.shape[0], &part):
            for row in range(part.start, part.stop):
                nearest = INFINITY
                labels[row] = 0
                for cluster in range(starts.shape[0] - 1):
                    start = starts[cluster]
                    n = starts[cluster + 1] - start
                    x = &distances[row, start]
                    if kind == SMALLEST:
                        own = smallest(x, n)
                    elif kind == LARGEST:
                        own = largest(x, n)
                    else:
                        own = weighted(x, &weights[start], n)
                    if own < nearest:
                        nearest = own
                        labels[row] = cluster
