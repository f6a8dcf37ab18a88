# SPDX-License-Identifier: BSD-3-Clause
"""A k-d tree over points (kd_tree.h)."""
from libc.stdint cimport int64_t, uint64_t

from ..._runtime._kernels.simd cimport simd_level

cdef extern from "kd_tree.h" nogil:
    enum: KD_LANES
    enum: KD_SINGLES
    enum: KD_DEPTH
    enum: KD_EUCLIDEAN
    enum: KD_MANHATTAN
    enum: KD_CHEBYSHEV
    enum: KD_MINKOWSKI
    ctypedef struct kd_node_t:
        int64_t start
        int64_t stop
        int64_t right
        int64_t lowest
    ctypedef struct kd_tree_t:
        const double *points
        const double *boxes
        const kd_node_t *nodes
        const int64_t *order
        Py_ssize_t n
        Py_ssize_t d
        int kind
        double p
        const float *tiles
        const int64_t *tile_of
        const double *center
        double scale
    Py_ssize_t kd_width(const kd_node_t *leaf) noexcept
    double kd_feature(const kd_tree_t *tree, Py_ssize_t position, Py_ssize_t j) noexcept
    double kd_box_gap(const kd_tree_t *tree, const double *a, const double *b) noexcept
    double kd_box_reach(const kd_tree_t *tree, const double *a, const double *b) noexcept
    double kd_point_gap(const kd_tree_t *tree, const double *x, const double *box) noexcept
    void (*kd_distances_f64[])(const kd_tree_t *, const double *, Py_ssize_t, Py_ssize_t, double *) noexcept
    uint64_t (*kd_within_f64[])(const kd_tree_t *, const double *, Py_ssize_t, Py_ssize_t, double) noexcept
    uint64_t (*kd_beside_f64[])(const kd_tree_t *, const double *, Py_ssize_t, Py_ssize_t, double) noexcept


cdef class Tree:
    cdef:
        kd_tree_t tree
        readonly double[:, :, ::1] points
        readonly double[:, :, ::1] boxes
        readonly int64_t[:, ::1] nodes
        readonly int64_t[::1] order
        object kept


cdef inline const double *box_of(const kd_tree_t *tree, Py_ssize_t node) noexcept nogil:
    return tree.boxes + 2 * tree.d * node


cdef inline void leaf_distances(const kd_tree_t *tree, const double *x, Py_ssize_t block, Py_ssize_t n_blocks,
                                double *out) noexcept nogil:
    """Reduced distances of x (d,) to the points of some blocks; out (8 n_blocks,), infinity behind the last point."""
    kd_distances_f64[simd_level()](tree, x, block, n_blocks, out)


cdef inline uint64_t leaf_within(const kd_tree_t *tree, const double *x, Py_ssize_t block, Py_ssize_t n_blocks,
                                 double bound) noexcept nogil:
    """Which points of up to 8 blocks are within a reduced distance, which is finite, of x (d,): one bit per point."""
    return kd_within_f64[simd_level()](tree, x, block, n_blocks, bound)


cdef inline uint64_t leaf_beside(const kd_tree_t *tree, const double *box, Py_ssize_t block, Py_ssize_t n_blocks,
                                 double bound) noexcept nogil:
    """Which points of up to 8 blocks may be within a reduced distance, which is finite, of a point in a box: a bit a
    point, also behind the last one."""
    return kd_beside_f64[simd_level()](tree, box, block, n_blocks, bound)
