# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning tree of a distance matrix: every point is joined to its nearest neighbour, each group becomes a
point, and so on (Boruvka 1926), so that the matrix is read twice and what remains of it is a ninth or less.

Neighbours are ordered by (distance, lower index), which is an order of the edges: no cycles come about on ties.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t

from ..._runtime._kernels.union_find cimport find, unite
from ..._runtime._kernels.work cimport Region, part_t, work_take_sized


def join_neighbors(
        const double[::1] least,          # IN     (n,), distance to the nearest neighbour
        const int64_t[::1] nearest,       # IN     (n,), which that is
        int64_t[::1] parent,              # WORK   (n,)
        int32_t[::1] group,               # OUT    (n,), groups of the next round, numbered by their lowest member
        int64_t[:, ::1] edges,            # OUT    (n - 1, 2)
        double[::1] heights):             # OUT    (n - 1,)
    """Join each to its nearest neighbour. Returns the number of edges."""
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
        double[:, ::1] half,              # OUT    (m, m)
        Py_ssize_t rows,                  # IN     groups of a chunk
        Region region, int thread):
    """half[g, h]: smallest D(i, j) with i in g, j in h and i < j; what is in half[h, g] has i > j. O(n^2) time."""
    cdef:
        Py_ssize_t n = group.shape[0], g, i, j, k
        const double *row
        double *out
        part_t part
    with nogil:
        while work_take_sized(&region.work, thread, rows, half.shape[0], &part):
            for g in range(part.start, part.stop):
                half[g, :] = INFINITY
                out = &half[g, 0]
                for k in range(first[g], first[g + 1]):
                    i = members[k]
                    row = &distances[0] + (i * n - i * (i + 1) // 2 - i - 1)
                    for j in range(i + 1, n):
                        out[group[j]] = min(out[group[j]], row[j])


def join_halves(
        const double[:, ::1] half,        # IN     (m, m)
        double[::1] to,                   # OUT    (m (m - 1) / 2,)
        Py_ssize_t rows,                  # IN     rows of a chunk: 8, so that columns are read a cache line at a time
        Region region, int thread):
    """Distances between the groups, from both halves. O(m^2) time."""
    cdef:
        Py_ssize_t m = half.shape[0], i, j
        part_t part
    with nogil:
        while work_take_sized(&region.work, thread, rows, m - 1, &part):
            for j in range(part.start + 1, m):
                for i in range(part.start, min(part.stop, j)):
                    to[i * m - i * (i + 1) // 2 - i - 1 + j] = min(half[i, j], half[j, i])


def end_points(
        const double[::1] distances,      # IN     (n (n - 1) / 2,)
        const int64_t[::1] members,       # IN     (n,), ordered by group
        const int64_t[::1] first,         # IN     (m + 1,), where the members of each group begin
        const double[::1] heights,        # IN     (e,), smallest distance between two groups
        int64_t[:, ::1] edges):           # INOUT  (e, 2), two groups -> the two members that have this distance
    """Which points an edge between groups joins. O(n^2) time at most, in all: each pair is looked at once."""
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
                    if distances[i * n - i * (i + 1) // 2 - i - 1 + j] == heights[e]:
                        edges[e, 0] = members[a]
                        edges[e, 1] = members[b]
