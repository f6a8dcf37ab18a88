# SPDX-License-Identifier: BSD-3-Clause
"""Density-based validity of clusters: all-points core distances, spanning trees, separation.

Points are sorted by cluster, so that those of a cluster are one run. Whether distances are squared or not does not
matter but for the exponent of densities: all else compares them.
"""
from libc.math cimport INFINITY, pow
from libc.stdint cimport int64_t

from ...distances._kernels.pairwise cimport Points, distances_from, distances_of_rows
from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.work cimport Region, part_t, work_take
from .sums cimport total

cdef extern from "validity.h" nogil:
    enum: VALIDITY_COLUMNS
    ctypedef struct validity_tree_t:
        double *outside
        double *least
        int64_t *to
    double (*validity_powers_f64[])(const double *, Py_ssize_t, Py_ssize_t, double *, double *) noexcept
    int64_t (*validity_grow_f64[])(const validity_tree_t *, const double *, int64_t, int64_t, int64_t, double) noexcept

cdef enum:
    TILE = 16                  # columns begin at a multiple of it
    TOGETHER = 4               # rows whose distances are computed at a time
    COLUMNS = VALIDITY_COLUMNS  # to so many columns: 16 kB


cdef inline int together(Py_ssize_t row, Py_ssize_t stop) noexcept nogil:
    """How many rows, from `row` on, are computed at a time."""
    return <int> min(<Py_ssize_t> TOGETHER, stop - row) if row % TOGETHER == 0 else 1


# ---------------------------------------------------------------------------------------- core distances


def core_distances(
        Points points,                    # IN     n points, sorted by cluster
        const int64_t[::1] codes,         # IN     (n,) cluster of each point, ascending
        const int64_t[::1] ends,          # IN     (k,) where the points of each cluster end
        Py_ssize_t halves,                # IN     half of it is the exponent of densities, at least 1
        double[::1] core,                 # OUT    (n,), NaN where a distance is not finite
        Region region, int slot):
    """The power mean, of exponent -halves / 2, of the distances of each point to the others of its cluster.

    Distances of 0 are left out of the sum, but are counted. 0 where there are no others. Powers are those of the
    nearest distance over another one: nothing overflows, and what vanishes is too small for the sum.
    """
    cdef:
        Py_ssize_t row, start, first, begin, end, stop
        int64_t cluster
        int count, r
        double held[TOGETHER * COLUMNS]
        double least[TOGETHER]
        double sums[TOGETHER]
        double odd[TOGETHER]
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            row = part.start
            while row < part.stop:
                cluster = codes[row]
                begin = ends[cluster - 1] if cluster else 0
                end = ends[cluster]
                count = together(row, min(part.stop, end))
                for r in range(count):
                    least[r] = INFINITY
                    sums[r] = odd[r] = 0.0
                start = begin
                while start < end:
                    first = start // TILE * TILE
                    stop = min(end, first + COLUMNS)
                    distances_of_rows(&points.points, row, count, &points.points, first, stop, COLUMNS, held)
                    for r in range(count):
                        odd[r] += add_powers(held + r * COLUMNS, start - first, stop - first, halves, least + r,
                                             sums + r)
                    start = stop
                for r in range(count):
                    core[row + r] = odd[r]
                    if least[r] < INFINITY:
                        core[row + r] += least[r] * pow(sums[r] / (end - begin - 1), -2.0 / halves)
                row += count


cdef double add_powers(double *x, Py_ssize_t start, Py_ssize_t stop, Py_ssize_t halves, double *least,
                       double *sum) noexcept nogil:
    """Add (least / x) ** (halves / 2) of the distances start .. stop - 1, the least becoming that of all so far but 0;
    those before `start` and up to a multiple of 16 are overwritten. Returns 0, or NaN if one is not finite."""
    cdef:
        Py_ssize_t n = (stop + TILE - 1) // TILE * TILE, i
        double before = least[0], odd
        double power[COLUMNS]
    for i in range(start):
        x[i] = 0.0
    for i in range(stop, n):
        x[i] = 0.0
    odd = validity_powers_f64[simd_level()](x, n, halves, least, power)
    if least[0] < before:
        sum[0] *= pow(least[0] / before, 0.5 * halves)
    sum[0] += total(power, n)
    return odd


# ---------------------------------------------------------------------------------------- spanning trees


def grow_trees(
        Points points,                    # IN     n points, sorted by cluster
        const double[::1] core,           # IN     (n,), their core distances
        const int64_t[::1] clusters,      # IN     (m,) those whose trees grow
        const int64_t[::1] ends,          # IN     (k,) where the points of each cluster end
        Py_ssize_t pairs,                 # IN     distances that a tree may take, about
        int64_t[::1] last,                # INOUT  (k,), the point of each tree that was added last; the first one at
                                          #        first; -1 once the tree is finished
        double[::1] least,                # INOUT  (n,), weight of the edge to the tree; infinity at first, but -1 for
                                          #        the first of each tree
        int64_t[::1] to,                  # INOUT  (n,), where it ends; -1 at first, and for the first of each tree
        double[::1] outside,              # INOUT  (n,), core distances, infinity for the points of a tree
        double[:, ::1] row,               # WORK   (threads, 15 + points of the largest cluster)
        Region region, int slot):         # items: clusters
    """Grow trees by the least edge, of the lowest point on a tie, to the lowest one. O(m d) time for each edge."""
    cdef:
        Py_ssize_t k, start, first, stop, steps
        int64_t cluster, point
        double *distances
        validity_tree_t t = validity_tree_t(&outside[0], &least[0], &to[0])
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for k in range(part.start, part.stop):
                cluster = clusters[k]
                start = ends[cluster - 1] if cluster else 0
                stop = ends[cluster]
                first = start // TILE * TILE
                distances = &row[slot, 0]
                point = last[cluster]
                steps = max(1, pairs // (stop - start))
                while point >= 0 and steps:
                    distances_from(&points.points, point, &points.points, first, stop, distances)
                    outside[point] = INFINITY
                    point = validity_grow_f64[simd_level()](&t, distances + (start - first), start, stop, point,
                                                            core[point])
                    steps -= 1
                last[cluster] = point


def add_point(
        const double[::1] distances,      # IN     (n,), from the point that was added last
        int64_t point,                    # IN     that point
        double core,                      # IN     its core distance
        double[::1] outside,              # INOUT  (n,), as in `grow_trees`
        double[::1] least,                # INOUT  (n,)
        int64_t[::1] to):                 # INOUT  (n,)
    """Add one point to a tree, where a function has measured. O(n) time. Returns the point, or -1 as there is none."""
    cdef validity_tree_t t = validity_tree_t(&outside[0], &least[0], &to[0])
    with nogil:
        outside[point] = INFINITY
        point = validity_grow_f64[simd_level()](&t, &distances[0], 0, distances.shape[0], point, core)
    return point


# ---------------------------------------------------------------------------------------- separation


def separate(
        Points points,                    # IN     n points, sorted by cluster
        const double[::1] core,           # IN     (n,), their core distances
        const int64_t[::1] codes,         # IN     (n,) cluster of each point, ascending
        const int64_t[::1] ends,          # IN     (k,) where the points of each cluster end
        double[:, ::1] least,             # INOUT  (threads, k), the least weight of an edge to another cluster;
                                          #        infinity at first
        double[::1] odd,                  # INOUT  (threads,), NaN where a distance is not finite; 0 at first
        Region region, int slot):
    """Look at each pair of points of different clusters once. O(n d) time a row."""
    cdef:
        Py_ssize_t n = codes.shape[0], row, start, first, stop, end, at
        int64_t cluster, other
        int count, r
        double m, weight, x
        double held[TOGETHER * COLUMNS]
        const double *from_row
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            row = part.start
            while row < part.stop:
                cluster = codes[row]
                count = together(row, min(part.stop, ends[cluster]))
                start = ends[cluster]
                while start < n:
                    first = start // TILE * TILE
                    stop = min(n, first + COLUMNS)
                    distances_of_rows(&points.points, row, count, &points.points, first, stop, COLUMNS, held)
                    for r in range(count):
                        from_row = held + r * COLUMNS - first
                        at = start
                        while at < stop:
                            other = codes[at]
                            end = min(stop, ends[other])
                            m = INFINITY
                            weight = 0.0
                            while at < end:
                                x = from_row[at]
                                weight += x - x
                                m = min(m, max(x, core[at]))
                                at += 1
                            odd[slot] = odd[slot] + weight
                            m = max(m, core[row + r])
                            least[slot, cluster] = min(least[slot, cluster], m)
                            least[slot, other] = min(least[slot, other], m)
                    start = stop
                row += count
