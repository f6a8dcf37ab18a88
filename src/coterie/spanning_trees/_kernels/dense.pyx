# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning tree of a matrix of distances.

Few points: the tree grows by one point after another (Prim 1957), through the full matrix, which stays in the cache.

Many points: every point is joined to its nearest neighbor, each group becomes a point, and so on (Boruvka 1926), so
that the condensed distances are read twice, and what remains of them is a ninth or less. Neighbors are ordered by
(distance, lower index), which is an order of the edges: ties cause no cycles.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t

from ..._runtime._kernels.union_find cimport find, unite
from ..._runtime._kernels.work cimport Region, part_t, work_take
from ...distances._kernels.condensed cimport condensed_row
from .scans cimport row_minimum


# -------------------------------------------------------------------------------------------------- Prim


def grow_tree(
        const double[::1] distances,      # IN     (n (n - 1) / 2,)
        double[:, ::1] D,                 # WORK   (n, n or more)
        double[::1] to,                   # WORK   (n,)
        double[::1] dead,                 # WORK   (n,)
        int64_t[:, ::1] edges,            # OUT    (n - 1, 2), each point and the one that was added before it
        double[::1] heights):             # OUT    (n - 1,), its distance to the tree
    """Grow a tree from point 0 by the nearest point, the lowest on a tie, until all are in it. O(n^2) time.

    Once sorted by height, the edge from a point to the one added before it merges the same clusters as the edge to the
    point of the tree that it is nearest to. Returns False where all other points are infinitely far from the tree, or
    NaN.
    """
    cdef Py_ssize_t n = D.shape[0], k, i, where = 0
    with nogil:
        make_square(distances, D)
        for i in range(n):
            to[i] = INFINITY
            dead[i] = 0.0
        dead[0] = INFINITY
        for k in range(n - 1):
            edges[k, 0] = where
            for i in range(n):
                to[i] = D[where, i] if D[where, i] < to[i] else to[i]
            heights[k] = row_minimum(&to[0], &dead[0], n, &where)
            if where < 0:
                break
            dead[where] = INFINITY
            edges[k, 1] = where
    return where >= 0


# -------------------------------------------------------------------------------------------------- Boruvka


def join_neighbors(
        const double[::1] least,          # IN     (n,), distance to the nearest neighbor
        const int64_t[::1] nearest,       # IN     (n,), the nearest neighbor
        int64_t[::1] parent,              # WORK   (n,)
        int32_t[::1] group,               # OUT    (n,), groups of the next round, numbered by their lowest member
        int64_t[:, ::1] edges,            # OUT    (n - 1, 2)
        double[::1] heights):             # OUT    (n - 1,)
    """Join each point to its nearest neighbor. O(n alpha(n)) time. Returns the number of edges."""
    cdef:
        Py_ssize_t n = least.shape[0], found = 0, i
        int64_t a, b
        int32_t groups = 0
    with nogil:
        for i in range(n):
            parent[i] = i
        for i in range(n):
            a = find(&parent[0], i)
            b = find(&parent[0], nearest[i])
            if a != b:
                unite(&parent[0], a, b)
                edges[found, 0] = i
                edges[found, 1] = nearest[i]
                heights[found] = least[i]
                found += 1
        for i in range(n):  # the root of a group is its lowest member
            a = find(&parent[0], i)
            if a == i:
                group[i] = groups
                groups += 1
            else:
                group[i] = group[a]
    return found


def shrink_rows(
        const double[::1] distances,      # IN     (n (n - 1) / 2,)
        const int32_t[::1] group,         # IN     (n,)
        const int64_t[::1] members,       # IN     (n,), ordered by group
        const int64_t[::1] first,         # IN     (m + 1,), where the members of each group begin
        double[:, ::1] half,              # OUT    (m, m), its m rows are the items of the region
        Region region, int slot):
    """half[g, h]: smallest D(i, j) with i in g, j in h and i < j; half[h, g] has the pairs with i > j. O(n^2) time."""
    cdef:
        Py_ssize_t n = group.shape[0], g, i, j, k
        const double *row
        double *out
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for g in range(part.start, part.stop):
                half[g, :] = INFINITY
                out = &half[g, 0]
                for k in range(first[g], first[g + 1]):
                    i = members[k]
                    row = &distances[0] + condensed_row(n, i)
                    for j in range(i + 1, n):
                        out[group[j]] = min(out[group[j]], row[j])


def join_halves(
        const double[:, ::1] half,        # IN     (m, m)
        double[::1] to,                   # OUT    (m (m - 1) / 2,), its m - 1 rows are the items of the region
        Region region, int slot):
    """Distances between the groups, from both halves. O(m^2) time. Chunks of 8 rows read columns by cache lines."""
    cdef:
        Py_ssize_t m = half.shape[0], i, j
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for j in range(part.start + 1, m):
                for i in range(part.start, min(part.stop, j)):
                    to[condensed_row(m, i) + j] = min(half[i, j], half[j, i])


def find_end_points(
        const double[::1] distances,      # IN     (n (n - 1) / 2,)
        const int64_t[::1] members,       # IN     (n,), ordered by group
        const int64_t[::1] first,         # IN     (m + 1,), where the members of each group begin
        const double[::1] heights,        # IN     (e,), smallest distance between two groups
        int64_t[:, ::1] edges):           # INOUT  (e, 2), two groups -> the two members that have this distance
    """Find the points that each edge between groups joins. O(n^2) time at most, in all: each pair is read once."""
    cdef:
        Py_ssize_t n = members.shape[0], e, a, b
        int64_t i, j, g, h
    with nogil:
        for e in range(edges.shape[0]):
            g = edges[e, 0]
            h = edges[e, 1]
            for a in range(first[g], first[g + 1]):
                for b in range(first[h], first[h + 1]):
                    i = min(members[a], members[b])
                    j = max(members[a], members[b])
                    if distances[condensed_row(n, i) + j] == heights[e]:
                        edges[e, 0] = members[a]
                        edges[e, 1] = members[b]
