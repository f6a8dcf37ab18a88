# SPDX-License-Identifier: BSD-3-Clause
"""Where the lines of a dendrogram go."""
from libc.stdint cimport int64_t


def choose_shown(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2), from left to right
        int64_t limit,                    # IN     clusters below node `limit` are drawn as leaves
        int64_t deepest,                  # IN     so are those that are deeper, except the first cluster of all
        int64_t[::1] level,               # OUT    (2 n - 1,), depth below the root; -1 where not shown
        int64_t[::1] inside,              # OUT    (2 n - 1,), the leaf that the node is hidden in, or -1
        int64_t[::1] width):              # OUT    (2 n - 1,), leaves drawn below each node; 0 where not shown
    """O(n) time."""
    cdef:
        Py_ssize_t n = children.shape[0] + 1, v, side
        int64_t child
    with nogil:
        level[2 * n - 2] = 0
        inside[2 * n - 2] = -1
        for v in range(2 * n - 2, -1, -1):
            width[v] = level[v] >= 0 and (v < n or v < limit or (v > n and level[v] > deepest))
            if v < n:
                continue
            for side in range(2):
                child = children[v - n, side]
                level[child] = level[v] + 1 if level[v] >= 0 and not width[v] else -1
                inside[child] = v if width[v] else inside[v]
        for v in range(n, 2 * n - 1):
            if level[v] >= 0 and not width[v]:
                width[v] = width[children[v - n, 0]] + width[children[v - n, 1]]


def place_links(
        const int64_t[:, ::1] children,   # IN     (n - 1, 2), from left to right
        const double[:] heights,          # IN     (n - 1,)
        const int64_t[::1] width,         # IN     (2 n - 1,), leaves drawn below each node
        int64_t[::1] first,               # WORK   (2 n - 1,), leaves to the left of each node
        int64_t[::1] done,                # WORK   (2 n - 1,), links before the first below each node
        double[:, ::1] position,          # OUT    (2, 2 n - 1), x and y of the nodes that are shown
        int64_t[::1] leaves,              # OUT    (m,), the nodes drawn as leaves, from left to right
        int64_t[::1] links,               # OUT    (m - 1,), the others: left subtree, right subtree, node
        int64_t[::1] between,             # OUT    (m - 1,), which link is drawn over the gap beside each leaf
        int64_t[::1] link_of,             # OUT    (m,), which link each leaf hangs from; untouched where there is none
        double[:, :, ::1] corners):       # OUT    (2, m - 1, 4), x and y of each link
    """Leaves are 10 apart, the first at 5; a link is in the middle of what it joins. O(n) time."""
    cdef:
        Py_ssize_t n = children.shape[0] + 1, v, side, link
        int64_t left, right
        const double *x = &position[0, 0]
        const double *y = &position[1, 0]
    with nogil:
        first[2 * n - 2] = 0
        done[2 * n - 2] = 0
        for v in range(2 * n - 2, n - 1, -1):
            if width[v] > 1:
                left = children[v - n, 0]
                right = children[v - n, 1]
                first[left] = first[v]
                first[right] = first[v] + width[left]
                done[left] = done[v]
                done[right] = done[v] + width[left] - 1
        for v in range(2 * n - 1):
            if width[v] == 1:
                leaves[first[v]] = v
                position[0, v] = 10.0 * first[v] + 5.0
                position[1, v] = 0.0
            elif width[v] > 1:
                left = children[v - n, 0]
                right = children[v - n, 1]
                link = done[v] + width[v] - 2
                links[link] = v
                between[first[right] - 1] = link
                position[0, v] = (x[left] + x[right]) / 2.0
                position[1, v] = heights[v - n]
                for side in range(2):
                    if width[children[v - n, side]] == 1:
                        link_of[first[children[v - n, side]]] = link
                corners[0, link, 0] = x[left]
                corners[0, link, 1] = x[left]
                corners[0, link, 2] = x[right]
                corners[0, link, 3] = x[right]
                corners[1, link, 0] = y[left]
                corners[1, link, 1] = y[v]
                corners[1, link, 2] = y[v]
                corners[1, link, 3] = y[right]


def color_links(
        const double[::1] heights,        # IN     (m,), of the links from left to right
        double threshold,                 # IN
        int64_t[::1] color):              # OUT    (m,), counted from 0; -1 at or above the threshold
    """Links below the threshold have the color of their neighbors, until one above it comes between. O(m) time."""
    cdef:
        Py_ssize_t i
        int64_t current = 0
        bint below = False
    with nogil:
        for i in range(heights.shape[0]):
            if heights[i] >= threshold or threshold <= 0.0:
                current += below
                below = False
                color[i] = -1
            else:
                below = True
                color[i] = current
