# SPDX-License-Identifier: BSD-3-Clause
"""Statistics of heights: of the clusters below each cluster, and of each pair of points."""
from libc.math cimport sqrt
from libc.stdint cimport int64_t

from ..._runtime._kernels.work cimport Region, part_t, work_take
from ...distances._kernels.condensed cimport condensed_row


def running_maximum(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const double[:] own,              # IN     (n - 1,), a number of each cluster
        double[::1] most):                # OUT    (n - 1,), the largest of the cluster and all clusters below
    """O(n) time."""
    cdef:
        Py_ssize_t n = children.shape[0] + 1, i, side
        int64_t child
    with nogil:
        for i in range(n - 1):
            most[i] = own[i]
            for side in range(2):
                child = children[i, side] - n
                if child >= 0 and most[child] > most[i]:
                    most[i] = most[child]


# ------------------------------------------------------------------------------------------- below each cluster


def inconsistency(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const double[:] heights,          # IN     (n - 1,)
        int64_t[:, ::1] path,             # WORK   (slots, levels), levels >= 1
        int64_t[:, ::1] turn,             # WORK   (slots, levels)
        double[:, ::1] R,                 # OUT    (n - 1, 4), mean, deviation, count, coefficient
        Region region, int slot):
    """Statistics of the heights of each cluster and of those below it, `levels` levels in all.

    O(n m) time, where m clusters are within so many levels of one.
    """
    cdef:
        Py_ssize_t i, levels = path.shape[1]
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                describe(i, children, heights, levels, &path[slot, 0], &turn[slot, 0], &R[i, 0])


cdef inline void describe(Py_ssize_t row, const int64_t[:, ::1] children, const double[:] heights, Py_ssize_t levels,
                          int64_t *path, int64_t *turn, double *out) noexcept nogil:
    """Mean, deviation, count and coefficient of one cluster.

    The heights are added from left to right, the cluster's own last, and the mean is not subtracted before squaring:
    scipy does so, and whether a deviation is 0 or nearly 0 decides the coefficient.
    """
    cdef:
        Py_ssize_t n = children.shape[0] + 1, level = 0
        int64_t child
        double total = 0.0, squares = 0.0, count = 0.0, variance, h
    path[0] = row
    turn[0] = 2 if levels == 1 else 0  # how many children were visited; at the last level none is
    while level >= 0:
        if turn[level] < 2:
            child = children[path[level], turn[level]] - n
            turn[level] += 1
            if child >= 0:
                level += 1
                path[level] = child
                turn[level] = 2 if level + 1 == levels else 0
            continue
        h = heights[path[level]]
        total += h
        squares += h * h
        count += 1.0
        level -= 1
    variance = (squares - total * total / count) / (count - 1.0 if count > 1.0 else 1.0)
    out[0] = total / count
    out[1] = sqrt(variance) if variance > 0.0 else 0.0
    out[2] = count
    out[3] = (heights[row] - out[0]) / out[1] if variance > 0.0 else 0.0


# ------------------------------------------------------------------------------------------- of each pair of points


def pair_heights(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        const double[:] heights,          # IN     (n - 1,)
        const int64_t[::1] size,          # IN     (2 n - 1,), points below each node
        const int64_t[::1] first,         # IN     (2 n - 1,), place of the leftmost point below each node
        const int64_t[::1] parent,        # IN     (2 n - 1,), the row above each node
        double[:, ::1] row,               # WORK   (slots, n)
        double[::1] out,                  # OUT    (n (n - 1) / 2,), condensed
        Region region, int slot):
    """The height of the lowest cluster that holds both points of each pair, for the pairs of all but the last point.

    From left to right, the heights seen from one point are constant over each subtree beside its way to the root.
    O(n^2) time.
    """
    cdef:
        Py_ssize_t n = children.shape[0] + 1, i, j, at
        int64_t node, beside
        double h
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
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
                at = condensed_row(n, i)
                for j in range(i + 1, n):
                    out[at + j] = row[slot, first[j]]


def joint_moments(
        const double[::1] x,              # IN     (m,)
        const double[::1] y,              # IN     (m,)
        double x_mean, double y_mean,     # IN
        double[:, ::1] sums,              # OUT    (chunks, 3), of x y, x x and y y, each less its mean
        Region region, int slot):
    """O(m) time."""
    cdef:
        Py_ssize_t i
        double a, b, xy, xx, yy
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
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
