# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning forest of a sparse graph."""
from libc.math cimport NAN
from libc.stdint cimport int32_t, int64_t

from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.union_find cimport find, unite

ctypedef fused index:
    int32_t
    int64_t


def weigh_pairs(
        const int64_t[::1] starts,        # IN     (n + 1,), where the numbers of each row begin and end
        const index[::1] columns,         # IN     (m,), ascending in each row
        const real[::1] values,           # IN     (m,), distances
        int64_t[::1] at,                  # INOUT  (n,), as starts; where each row is read next
        double[::1] weights):             # OUT    (m,), distance; NaN on the diagonal and where the pair is there twice
    """Find the pairs that are stored in both orders: the lesser distance counts, and takes the first place. O(n + m)
    time."""
    cdef:
        Py_ssize_t k
        int64_t i, j, twin
    with nogil:
        for i in range(at.shape[0]):
            for k in range(starts[i], starts[i + 1]):
                j = columns[k]
                weights[k] = values[k]
                if j >= i:
                    weights[k] = NAN if j == i else weights[k]
                    continue
                # Rows come in order: what is passed is not asked for again.
                while at[j] < starts[j + 1] and columns[at[j]] < i:
                    at[j] += 1
                twin = at[j]
                if twin < starts[j + 1] and columns[twin] == i:
                    weights[twin] = min(weights[twin], weights[k])
                    weights[k] = NAN


def join_components(
        const int64_t[:, ::1] edges,      # IN     (m, 2), sorted by weight
        int64_t[::1] parent,              # WORK   (n,), its own number each at first
        int64_t[::1] taken):              # OUT    (n - 1,), the edges of the forest, in order
    """Kruskal's algorithm (1956). O(m alpha(n)) time. Returns the number of edges of the forest."""
    cdef:
        Py_ssize_t found = 0, e
        int64_t a, b
    with nogil:
        for e in range(edges.shape[0]):
            if found == taken.shape[0]:
                break
            a = find(&parent[0], edges[e, 0])
            b = find(&parent[0], edges[e, 1])
            if a != b:
                unite(&parent[0], a, b)
                taken[found] = e
                found += 1
    return found
