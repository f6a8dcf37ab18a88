# SPDX-License-Identifier: BSD-3-Clause
"""The order of a tree's leaves in which neighbors are nearest, all in all.

Let M[u, w] be the least sum of distances between neighbors in an order of a node's points that begins with u and ends
with w, which are below different children. With l and r the children of the node,

    M[u, w] = min over m, k of  M[u, m] + d(m, k) + M[k, w],

where m is below the child of l that u is not below, k below the child of r that w is not below. This is two (min, +)
products of matrices, each of a whole block. Points are numbered from left to right, so that a node's points are
neighbors; the block of a node, above the diagonal, holds distances until they are replaced by M.

Bar-Joseph, Gifford and Jaakkola 2001, https://doi.org/10.1093/bioinformatics/17.suppl_1.S22; in O(n^3) time after
Bar-Joseph et al. 2003, https://doi.org/10.1093/bioinformatics/btg030.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t

from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.work cimport Region, part_t, work_take
from ...distances._kernels.condensed cimport condensed_row

cdef extern from "leaf_order.h" nogil:
    enum: MIN_PLUS_PACK
    void (*min_plus_f64[])(const double *, Py_ssize_t, Py_ssize_t, Py_ssize_t, const double *, Py_ssize_t, Py_ssize_t,
                           double *, Py_ssize_t, double *) noexcept

PACK = MIN_PLUS_PACK


cdef struct node_t:  # the points of a node and of its grandchildren, from left to right
    Py_ssize_t left    # l: left .. right - 1, its right child begins at left_cut
    Py_ssize_t left_cut
    Py_ssize_t right   # r: right .. end - 1, its right child begins at right_cut
    Py_ssize_t right_cut
    Py_ssize_t end


cdef inline node_t node_at(const int64_t[:, ::1] children, const int64_t[::1] first, const int64_t[::1] size,
                           Py_ssize_t row) noexcept nogil:
    cdef:
        Py_ssize_t n = children.shape[0] + 1
        int64_t left = children[row, 0], right = children[row, 1]
        node_t v
    v.left = first[left]
    v.right = first[right]
    v.end = v.right + size[right]
    v.left_cut = v.right if left < n else first[children[left - n, 1]]
    v.right_cut = v.end if right < n else first[children[right - n, 1]]
    return v


def gather(
        const double[::1] y,              # IN     (n (n - 1) / 2,), condensed
        const int32_t[::1] leaves,        # IN     (n,), the points from left to right
        double[:, ::1] M,                 # OUT    (n, n), on and above the diagonal
        Region region, int slot):
    """Distances between points numbered from left to right. O(n^2) time."""
    cdef:
        Py_ssize_t n = leaves.shape[0], i, j, a, b
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                M[i, i] = 0.0
                for j in range(i + 1, n):
                    a = min(leaves[i], leaves[j])
                    b = max(leaves[i], leaves[j])
                    M[i, j] = y[condensed_row(n, a) + b]


def order_nodes(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const int64_t[::1] first,         # IN     (2 n - 1,), place of the leftmost point below each node
        const int64_t[::1] size,          # IN     (2 n - 1,), points below each node
        Py_ssize_t start,                 # IN     the first of the nodes, one a chunk
        double[:, ::1] M,                 # INOUT  (n, n)
        double[::1] half,                 # WORK   (largest product of the sizes of siblings,)
        double[:, ::1] pack,              # WORK   (slots, PACK)
        Region region, int slot):
    """Small nodes one after another, by one thread."""
    cdef:
        node_t v
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            v = node_at(children, first, size, start + part.index)
            join_left(v, v.left, v.right, M, half, &pack[slot, 0])
            join_right(v, v.left, v.right, M, half, &pack[slot, 0])


def order_left(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const int64_t[::1] first,         # IN     (2 n - 1,), place of the leftmost point below each node
        const int64_t[::1] size,          # IN     (2 n - 1,), points below each node
        Py_ssize_t row,                   # IN     which node
        const double[:, ::1] M,           # IN     (n, n)
        double[::1] half,                 # OUT    (points of l times points of r,)
        double[:, ::1] pack,              # WORK   (slots, PACK)
        Region region, int slot):
    """The first product of one node, for the points u of l: half[u, k] = min over m of M[u, m] + d(m, k)."""
    cdef:
        node_t v = node_at(children, first, size, row)
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            join_left(v, v.left + part.start, v.left + part.stop, M, half, &pack[slot, 0])


def order_right(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const int64_t[::1] first,         # IN     (2 n - 1,), place of the leftmost point below each node
        const int64_t[::1] size,          # IN     (2 n - 1,), points below each node
        Py_ssize_t row,                   # IN     which node
        double[:, ::1] M,                 # INOUT  (n, n)
        const double[::1] half,           # IN     (points of l times points of r,)
        double[:, ::1] pack,              # WORK   (slots, PACK)
        Region region, int slot):
    """The second product of one node, for the points u of l: M[u, w] = M[w, u] = min over k of half[u, k] + M[k, w]."""
    cdef:
        node_t v = node_at(children, first, size, row)
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            join_right(v, v.left + part.start, v.left + part.stop, M, half, &pack[slot, 0])


cdef inline void join_left(node_t v, Py_ssize_t start, Py_ssize_t stop, const double[:, ::1] M, double[::1] half,
                           double *pack) noexcept nogil:
    """The rows start .. stop - 1 of the first product."""
    cdef:
        Py_ssize_t n = M.shape[0], width = v.end - v.right, cut, k
    if v.left_cut == v.right:  # l is a point
        for k in range(width):
            half[k] = M[v.left, v.right + k]
        return
    if start < v.left_cut:
        cut = min(stop, v.left_cut)
        min_plus_f64[simd_level()](
            &M[start, v.left_cut], n, cut - start, v.right - v.left_cut, &M[v.left_cut, v.right], n, width,
            &half[(start - v.left) * width], width, pack)
    if stop > v.left_cut:
        cut = max(start, v.left_cut)
        min_plus_f64[simd_level()](
            &M[cut, v.left], n, stop - cut, v.left_cut - v.left, &M[v.left, v.right], n, width,
            &half[(cut - v.left) * width], width, pack)


cdef inline void join_right(node_t v, Py_ssize_t start, Py_ssize_t stop, double[:, ::1] M, const double[::1] half,
                            double *pack) noexcept nogil:
    """The rows start .. stop - 1 of the second product, and their mirror image."""
    cdef:
        Py_ssize_t n = M.shape[0], width = v.end - v.right, i, k, block
        const double *a = &half[(start - v.left) * width]
    if v.right_cut == v.end:  # r is a point
        for i in range(start, stop):
            M[i, v.right] = half[i - v.left]
    else:
        min_plus_f64[simd_level()](
            a + v.right_cut - v.right, width, stop - start, v.end - v.right_cut, &M[v.right_cut, v.right], n,
            v.right_cut - v.right, &M[start, v.right], n, pack)
        min_plus_f64[simd_level()](
            a, width, stop - start, v.right_cut - v.right, &M[v.right, v.right_cut], n,
            v.end - v.right_cut, &M[start, v.right_cut], n, pack)
    for block in range(start, stop, 8):
        for k in range(v.right, v.end):
            for i in range(block, min(block + 8, stop)):
                M[k, i] = M[i, k]


def trace(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const int64_t[::1] first,         # IN     (2 n - 1,), place of the leftmost point below each node
        const int64_t[::1] size,          # IN     (2 n - 1,), points below each node
        const int32_t[::1] leaves,        # IN     (n,), the points from left to right
        const double[::1] y,              # IN     (n (n - 1) / 2,), condensed
        const double[:, ::1] M,           # IN     (n, n)
        int64_t[:, ::1] ends,             # WORK   (2 n - 1, 2), leftmost and rightmost point of each node
        double[:, ::1] Z,                 # INOUT  (n - 1, 4), children of which are exchanged
        Region region, int slot):
    """Put the children of each node in order, from the root down, one node a chunk, by one thread. O(n^2) time."""
    cdef:
        Py_ssize_t n = children.shape[0] + 1, row, u, w, m, k, a, b, best_m, best_k
        Py_ssize_t m_start, m_stop, k_start, k_stop
        int64_t left, right
        double total, least
        node_t v
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            row = n - 2 - part.index
            v = node_at(children, first, size, row)
            left = children[row, 0]
            right = children[row, 1]
            if part.index == 0:
                ends[2 * n - 2, 0] = v.left
                ends[2 * n - 2, 1] = v.right
                for u in range(v.left, v.right):
                    for w in range(v.right, v.end):
                        if M[u, w] < M[ends[2 * n - 2, 0], ends[2 * n - 2, 1]]:
                            ends[2 * n - 2, 0] = u
                            ends[2 * n - 2, 1] = w
            u = min(ends[n + row, 0], ends[n + row, 1])
            w = max(ends[n + row, 0], ends[n + row, 1])
            m_start, m_stop = v.left, v.right
            if u < v.left_cut < v.right:
                m_start = v.left_cut
            elif u >= v.left_cut:
                m_stop = v.left_cut
            k_start, k_stop = v.right, v.end
            if w < v.right_cut < v.end:
                k_start = v.right_cut
            elif w >= v.right_cut:
                k_stop = v.right_cut
            best_m = m_start
            best_k = k_start
            least = INFINITY
            for m in range(m_start, m_stop):
                for k in range(k_start, k_stop):
                    a = min(leaves[m], leaves[k])
                    b = max(leaves[m], leaves[k])
                    total = M[u, m] + y[condensed_row(n, a) + b] + M[k, w]
                    if total < least:
                        least = total
                        best_m = m
                        best_k = k
            if ends[n + row, 0] < ends[n + row, 1]:
                ends[left, 0], ends[left, 1], ends[right, 0], ends[right, 1] = u, best_m, best_k, w
            else:
                ends[right, 0], ends[right, 1], ends[left, 0], ends[left, 1] = w, best_k, best_m, u
                Z[row, 0], Z[row, 1] = Z[row, 1], Z[row, 0]
