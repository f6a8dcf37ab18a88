# SPDX-License-Identifier: BSD-3-Clause
"""What a tree says of each pair of points."""
from libc.stdint cimport int64_t

from ..._runtime._kernels.work cimport Region, part_t, work_take_sized


def find_parents(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        int64_t[::1] parent):             # OUT    (2 n - 1,), the row above each node; -1 above the last
    """O(n) time."""
    cdef Py_ssize_t n = children.shape[0] + 1, i
    with nogil:
        parent[2 * n - 2] = -1
        for i in range(n - 1):
            parent[children[i, 0]] = i
            parent[children[i, 1]] = i


def pair_heights(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const double[:] heights,          # IN     (n - 1,)
        const int64_t[::1] size,          # IN     (2 n - 1,), points below each node
        const int64_t[::1] first,         # IN     (2 n - 1,), place of the leftmost point below each node
        const int64_t[::1] parent,        # IN     (2 n - 1,), the row above each node
        Py_ssize_t rows,                  # IN     points of a chunk
        double[:, ::1] row,               # WORK   (slots, n)
        double[::1] out,                  # OUT    (n (n - 1) / 2,), condensed
        Region region, int slot):
    """The height of the lowest cluster that holds both points of each pair.

    From left to right, the heights seen from one point are constant over each subtree beside its way to the root.
    O(n^2) time.
    """
    cdef:
        Py_ssize_t n = children.shape[0] + 1, i, j, at
        int64_t node, beside
        double h
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, rows, n - 1, &part):
            for i in range(part.start, part.stop):
                node = i
                while parent[node] >= 0:
                    h = heights[parent[node]]
                    beside = children[parent[node], 0]
                    if beside == node:
                        beside = children[parent[node], 1]
                    for j in range(first[beside], first[beside] + size[beside]):
                        row[slot, j] = h
                    node = n + parent[node]
                at = n * i - i * (i + 1) // 2 - i - 1
                for j in range(i + 1, n):
                    out[at + j] = row[slot, first[j]]


def joint_moments(
        const double[::1] x,              # IN     (m,)
        const double[::1] y,              # IN     (m,)
        double x_mean, double y_mean,     # IN
        Py_ssize_t length,                # IN     numbers of a chunk
        double[:, ::1] sums,              # OUT    (chunks, 3), of x y, x x, y y, all centred
        Region region, int slot):
    """O(m) time."""
    cdef:
        Py_ssize_t i
        double a, b, xy, xx, yy
        part_t part
    with nogil:
        while work_take_sized(&region.work, slot, length, x.shape[0], &part):
            xy = 0.0
            xx = 0.0
            yy = 0.0
            for i in range(part.start, part.stop):
                a = x[i] - x_mean
                b = y[i] - y_mean
                xy += a * b
                xx += a * a
                yy += b * b
            sums[part.index, 0] = xy
            sums[part.index, 1] = xx
            sums[part.index, 2] = yy
