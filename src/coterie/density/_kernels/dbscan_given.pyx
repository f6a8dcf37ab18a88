# SPDX-License-Identifier: BSD-3-Clause
"""DBSCAN of given distances: a matrix, or a sparse graph.

Distances need not be symmetric: the neighbors of a point are what its row says. Clusters grow one after the other, from
core point to core point; a border point belongs to the first cluster that reaches it, which is the lowest.
"""
from libc.stdint cimport int32_t, int64_t, uint8_t

from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take

ctypedef fused index:
    int32_t
    int64_t


cdef struct growth_t:
    const uint8_t *is_core
    int64_t *labels
    int64_t *stack
    int64_t height              # core points on the stack
    int64_t start               # no cluster starts before it any more
    int64_t n_clusters


cdef class Growth:
    """The clusters so far, and the core points from which the last one is to grow on.

    Parameters
    ----------
    is_core : (n,)
        IN.
    labels : (n,)
        INOUT. -1 at first.
    stack : (n,)
        WORK.

    Attributes
    ----------
    n_clusters : int
        So far.
    complete : bool
        Nothing is left to grow from.
    """
    cdef:
        growth_t growth
        object kept

    def __cinit__(self, const uint8_t[::1] is_core, int64_t[::1] labels, int64_t[::1] stack):
        self.kept = (is_core, labels, stack)
        self.growth = growth_t(&is_core[0], &labels[0], &stack[0], 0, 0, 0)

    @property
    def n_clusters(self):
        return self.growth.n_clusters

    @property
    def complete(self):
        return self.growth.height == 0


cdef inline int64_t next_core(growth_t *g) noexcept nogil:
    """The core point to grow from; a new cluster starts where the last one is complete."""
    if g.height == 0:
        while g.labels[g.start] >= 0 or not g.is_core[g.start]:
            g.start += 1
        g.labels[g.start] = g.n_clusters
        g.n_clusters += 1
        g.stack[0] = g.start
        g.height = 1
    g.height -= 1
    return g.stack[g.height]


cdef inline void reach(growth_t *g, int64_t i, int64_t j) noexcept nogil:
    """Point j, which has no label yet, joins the cluster of point i; a core point is to be grown from."""
    g.labels[j] = g.labels[i]
    if g.is_core[j]:
        g.stack[g.height] = j
        g.height += 1


# ------------------------------------------------------------------------------------------- a matrix


def count_in_matrix(
        const real[:, ::1] D,             # IN     (n, n), distances of each row, as they are
        double radius,                    # IN
        const double[::1] weights,        # IN     (n,), or (0,): 1 each
        double[::1] count,                # OUT    (n,), weight of the neighbors
        Region region, int slot):         # items: rows
    """Add up the weights of the neighbors of each row, in their order. O(n^2) time."""
    cdef:
        Py_ssize_t n = D.shape[0], i, j
        int64_t number
        double total
        const real *x
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                x = &D[i, 0]
                if weights.shape[0]:
                    total = 0.0
                    for j in range(n):
                        if x[j] <= radius:
                            total += weights[j]
                    count[i] = total
                else:
                    number = 0
                    for j in range(n):
                        number += x[j] <= radius
                    count[i] = <double> number


cdef class Unlabeled:
    """The points without a label, in order.

    Parameters
    ----------
    points : (n,)
        INOUT. All points, in order.
    """
    cdef:
        int64_t[::1] points
        Py_ssize_t n

    def __cinit__(self, int64_t[::1] points):
        self.points = points
        self.n = points.shape[0]


def grow_in_matrix(
        const real[:, ::1] D,             # IN     (n, n), distances of each row, as they are
        double radius,                    # IN
        Growth clusters,                  # INOUT
        Unlabeled rest,                   # INOUT
        Region region, int slot):         # items: as many as there are core points; one thread
    """Grow the clusters by one core point per item. O(n) time each: only points without a label are looked at."""
    cdef:
        growth_t *g = &clusters.growth
        int64_t *points = &rest.points[0]
        Py_ssize_t k, kept
        int64_t i, j
        const real *x
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for _ in range(part.start, part.stop):
                i = next_core(g)
                x = &D[i, 0]
                kept = 0
                for k in range(rest.n):
                    j = points[k]
                    if g.labels[j] < 0:
                        if x[j] <= radius:
                            reach(g, i, j)
                        else:
                            points[kept] = j
                            kept += 1
                rest.n = kept


# ------------------------------------------------------------------------------------------- a sparse graph


def count_in_graph(
        const int64_t[::1] starts,        # IN     (n + 1,)
        const index[::1] columns,         # IN     (m,), no column twice in a row
        const real[::1] distances,        # IN     (m,)
        double radius,                    # IN
        const double[::1] weights,        # IN     (n,), or (0,): 1 each
        double[::1] count,                # OUT    (n,), weight of the neighbors
        Region region, int slot):         # items: rows
    """Add up the weights of the neighbors of each row; it is its own neighbor if it has no distance to itself."""
    cdef:
        Py_ssize_t i
        int64_t k
        double total
        bint itself
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                total = 0.0
                itself = True
                for k in range(starts[i], starts[i + 1]):
                    if distances[k] <= radius:
                        total += weights[columns[k]] if weights.shape[0] else 1.0
                    if columns[k] == i:
                        itself = False
                if itself:
                    total += weights[i] if weights.shape[0] else 1.0
                count[i] = total


def grow_in_graph(
        const int64_t[::1] starts,        # IN     (n + 1,)
        const index[::1] columns,         # IN     (m,)
        const real[::1] distances,        # IN     (m,)
        double radius,                    # IN
        Growth clusters,                  # INOUT
        Region region, int slot):         # items: as many as there are core points; one thread
    """Grow the clusters by one core point per item. O(m) time in all."""
    cdef:
        growth_t *g = &clusters.growth
        int64_t i, k
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for _ in range(part.start, part.stop):
                i = next_core(g)
                for k in range(starts[i], starts[i + 1]):
                    if g.labels[columns[k]] < 0 and distances[k] <= radius:
                        reach(g, i, columns[k])
