# SPDX-License-Identifier: BSD-3-Clause
"""Rounds that join the components of a forest until it is a spanning tree (Boruvka 1926).

In each round every component is joined to another one by its least edge. Edges are in a total order, so the tree is
unique and no circle can arise. Points are numbered by position: those that lie together have positions together.
"""
from libc.math cimport INFINITY
from libc.stdint cimport int64_t, uint8_t

from ..._runtime._kernels.union_find cimport find, unite
from ..._runtime._kernels.work cimport Region, part_t, work_take

MOST = MOST_NEAR
IS_EXACT = EXACT


cdef class Forest:
    """Components of points, and what is known of the edges that leave them.

    Attributes
    ----------
    order : (n,)
        The row of each point.
    component : (n,)
        Of each point: a point that stands for its component.
    near, weights : (n, k)
        A list for each point: the lightest edges to some others, in order.
    at : (n,)
        The first of the list in another component, the candidate; k if there is none. Plus EXACT where no other edge of
        the point to another component comes before it.
    beyond : (n,)
        No edge of the point that is not on its list weighs less, unless it is inside the component.
    bound, edge : (n,)
        Of each component, at the point that stands for it: the least weight of the candidates, and the point whose
        candidate comes first.
    """

    def __cinit__(self, const int64_t[::1] order, int64_t[::1] component, int64_t[:, ::1] near,
                  double[:, ::1] weights, uint8_t[::1] at, double[::1] beyond, double[::1] bound, int64_t[::1] edge):
        self.order = order
        self.component = component
        self.near = near
        self.weights = weights
        self.at = at
        self.beyond = beyond
        self.bound = bound
        self.edge = edge
        self.forest = forest_t(near.shape[0], near.shape[1], &order[0], &component[0], &near[0, 0], &weights[0, 0],
                               &at[0], &beyond[0], &bound[0], &edge[0])


def weigh_lists(
        Forest forest,                    # INOUT  lists of distances become lists of weights, in order
        const double[::1] core,           # IN     (n,), core distances by position; empty: weights are distances
        Region region, int slot):
    """Turn distances into mutual reachability distances, and sort each list by weight and row."""
    cdef:
        forest_t *f = &forest.forest
        Py_ssize_t i, m, p, k = f.k
        bint mutual = core.shape[0] > 0
        double weight
        int64_t other, row
        double *weights
        int64_t *near
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                weights = f.weights + i * k
                near = f.near + i * k
                if mutual:
                    f.beyond[i] = max(f.beyond[i], core[i])
                for m in range(k):
                    weight = weights[m]
                    other = near[m]
                    if mutual:
                        weight = max(max(weight, core[i]), core[other])
                    row = f.order[other]
                    p = m
                    while p > 0 and (weights[p - 1] > weight or (
                            weights[p - 1] == weight and f.order[near[p - 1]] > row)):
                        weights[p] = weights[p - 1]
                        near[p] = near[p - 1]
                        p -= 1
                    weights[p] = weight
                    near[p] = other


def advance(
        Forest forest,                    # INOUT
        Region region, int slot):
    """Move each point to its next candidate, and note the least weight of each component."""
    cdef:
        forest_t *f = &forest.forest
        Py_ssize_t i, k = f.k
        int64_t own
        const int64_t *near
        int m
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                m = f.at[i] & ~EXACT
                if m == k:
                    continue
                own = f.component[i]
                near = f.near + i * k
                if f.component[near[m]] == own:
                    m += 1
                    while m < k and f.component[near[m]] == own:
                        m += 1
                    f.at[i] = m
                if m < k:
                    bound_lower(f.bound + own, f.weights[i * k + m])


def choose(
        Forest forest,                    # INOUT
        Region region, int slot):
    """Find the candidate of each component that comes first."""
    cdef:
        forest_t *f = &forest.forest
        Py_ssize_t i, k = f.k
        int64_t own, known
        int m
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                m = f.at[i] & ~EXACT
                if m == k:
                    continue
                own = f.component[i]
                if f.weights[i * k + m] != f.bound[own]:
                    continue
                while True:
                    known = atomic_load(f.edge + own)
                    if known >= 0 and not edge_before(
                            f.order[i], f.order[f.near[i * k + m]],
                            f.order[known], f.order[f.near[known * k + (f.at[known] & ~EXACT)]]):
                        break
                    if atomic_swap(f.edge + own, known, i):
                        break


def join(
        Forest forest,                    # INOUT
        int64_t[::1] roots,               # INOUT  (n_roots,), the points that stand for components
        Py_ssize_t n_roots,               # IN
        int64_t[::1] parent,              # INOUT  (n,), itself for each root
        int64_t[:, ::1] edges,            # OUT    (n_roots - 1,  2) at most, rows
        double[::1] weights):             # OUT    (n_roots - 1,) at most
    """Join each component to another one by its edge. Returns the number of edges."""
    cdef:
        forest_t *f = &forest.forest
        Py_ssize_t r, found = 0, left = 0
        int64_t i, other, a, b
        int m
    with nogil:
        for r in range(n_roots):
            i = f.edge[roots[r]]
            if i < 0:
                continue
            m = f.at[i] & ~EXACT
            other = f.near[i * f.k + m]
            a = find(&parent[0], roots[r])
            b = find(&parent[0], f.component[other])
            if a == b:
                continue
            unite(&parent[0], a, b)
            edges[found, 0] = f.order[i]
            edges[found, 1] = f.order[other]
            weights[found] = f.weights[i * f.k + m]
            found += 1
        for r in range(n_roots):
            i = roots[r]
            parent[i] = find(&parent[0], i)
            f.bound[i] = INFINITY
            f.edge[i] = -1
            if parent[i] == i:
                roots[left] = i
                left += 1
    return found


def relabel(
        Forest forest,                    # INOUT
        const int64_t[::1] parent,        # IN     (n,), the root of each former component
        Region region, int slot):
    """Give each point the component that its own one was joined to."""
    cdef:
        forest_t *f = &forest.forest
        Py_ssize_t i
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                f.component[i] = parent[f.component[i]]
