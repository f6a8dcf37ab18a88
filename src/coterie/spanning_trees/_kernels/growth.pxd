# SPDX-License-Identifier: BSD-3-Clause
"""A tree that grows by its least edge, ordered by weight, lower and higher row (Prim 1957)."""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t

cdef struct growth_t:
    Py_ssize_t n
    const int64_t *names     # (n,), the rows, ascending; NULL: 0, 1, 2, ...
    const double *core       # (n,), their core distances, at least 0
    double *least            # (n,), the weight of their least edges to the tree
    int64_t *to              # (n,), the rows where these end
    double *inside           # (n,), infinity in the tree, else 0


cdef inline int64_t name_of(const growth_t *g, Py_ssize_t i) noexcept nogil:
    return g.names[i] if g.names else i


cdef inline Py_ssize_t next_row(growth_t *g, int64_t last, double core, const double *row) noexcept nogil:
    """The place of the row to be added next, after the row `last`, whose distances are these; -1 where none is at a
    finite distance. O(n) time."""
    cdef:
        Py_ssize_t i, best = -1
        double w, a = INFINITY
    for i in range(g.n):
        w = max(row[i], max(core, g.core[i]))
        # Of two edges of one weight that end at i the one from the lower row is before the other.
        if w < g.least[i] or (w == g.least[i] and last < g.to[i]):
            g.least[i] = w
            g.to[i] = last
        a = min(a, g.least[i] + g.inside[i])
    if a < INFINITY:
        for i in range(g.n):
            if g.least[i] + g.inside[i] == a and (
                    best < 0 or precedes(name_of(g, i), g.to[i], name_of(g, best), g.to[best])):
                best = i
    return best


cdef inline bint precedes(int64_t i, int64_t j, int64_t k, int64_t m) noexcept nogil:
    """Whether the edge i, j is before the edge k, m of the same weight."""
    return min(i, j) < min(k, m) or (min(i, j) == min(k, m) and max(i, j) < max(k, m))
