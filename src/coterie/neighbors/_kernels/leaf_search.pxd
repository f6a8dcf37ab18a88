# SPDX-License-Identifier: BSD-3-Clause
"""Who is within a radius, leaf by leaf of a k-d tree."""
from libc.stdint cimport int64_t, uint64_t

from .kd_tree cimport KD_LANES, Tree, kd_feature, kd_node_t, kd_tree_t

cdef enum:
    LEAF_POINTS = 64     # of a leaf, at most: one bit each
    TRIED = 4            # points that show whether a projection rules out others, at first


cdef struct search_t:
    const kd_tree_t *tree
    double bound             # reduced radius in the tree: none nearer than the radius has more
    Py_ssize_t d             # features of the rows, if the tree holds a projection of them; else 0
    const float *single      # the rows; or NULL
    const double *rows       # the same in float64
    double least             # what is summed fast is surely within the radius up to this ...
    double most              # ... and surely not above this
    double exact             # squared radius
    const float *tiles       # the rows, centered, scaled and rounded: (d + 1, width) for each leaf
    const int64_t *tile_of   # where the tile of each node that is a leaf begins
    const double *center
    double scale
    float tile_least         # as above, for differences of what is in the tiles
    float tile_most
    float product_least      # as above, for products of what is in the tiles
    float product_most


cdef class Search:
    cdef:
        search_t search
        readonly Tree tree
        object kept


cdef uint64_t near_of(const search_t *s, Py_ssize_t position, double *x, const kd_node_t *b,
                      uint64_t wanted) noexcept nogil
cdef void near_leaf(const search_t *s, const kd_node_t *a, uint64_t active, const kd_node_t *b, uint64_t wanted,
                    double *x, int *tries, uint64_t *masks) noexcept nogil
cdef void near_tile(const search_t *s, const kd_node_t *a, uint64_t active, const kd_node_t *b, uint64_t wanted,
                    uint64_t *masks) noexcept nogil


cdef inline void point_at(const kd_tree_t *t, Py_ssize_t position, double *x) noexcept nogil:
    cdef Py_ssize_t j
    for j in range(t.d):
        x[j] = kd_feature(t, position, j)


cdef inline Py_ssize_t blocks_of(const kd_node_t *v) noexcept nogil:
    return (v.stop - v.start + KD_LANES - 1) // KD_LANES


cdef inline uint64_t all_of(const kd_node_t *v) noexcept nogil:
    cdef Py_ssize_t size = v.stop - v.start
    return ~(<uint64_t> 0) if size == LEAF_POINTS else ((<uint64_t> 1) << size) - 1
