# SPDX-License-Identifier: BSD-3-Clause
"""Flat clusters from the tree of a linkage matrix."""
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


def breadth_first(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2)
        int64_t[::1] order):              # OUT    (n - 1,), rows level by level from the root, right before left
    """O(n) time."""
    cdef Py_ssize_t n = children.shape[0] + 1, i, side, end = 1
    with nogil:
        order[0] = n - 2
        for i in range(n - 1):
            for side in range(1, -1, -1):
                if children[order[i], side] >= n:
                    order[end] = children[order[i], side] - n
                    end += 1


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
        Py_ssize_t n = children.shape[0] + 1, i, side, column
        int64_t count, root
        bint merged
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            column = part.index
            top[slot, 2 * n - 2] = 2 * n - 2
            for i in range(n - 2, -1, -1):
                root = top[slot, n + i]
                merged = root != n + i or rank[i] < n_merges[column]
                for side in range(2):
                    top[slot, children[i, side]] = root if merged else children[i, side]
            number[slot, :] = -1
            count = 0
            for i in range(n):
                root = top[slot, i]
                if number[slot, root] < 0:
                    number[slot, root] = count
                    count += 1
                labels[column, i] = number[slot, root]
