# SPDX-License-Identifier: BSD-3-Clause
"""Ward, centroid and median linkage of points, without a distance matrix: a cluster is its center and its size."""
from libc.math cimport INFINITY, sqrt
from libc.stdint cimport int64_t

from ..._runtime._kernels.heap cimport make_heap, push, sift_down
from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.work cimport Region, part_t, work_store, work_take
from .chain cimport next_length

cdef extern from "centers.h" nogil:
    enum:
        _BLOCK "CENTERS_BLOCK"
    ctypedef struct centers_t:
        const double *blocks
        const float *coarse
        const double *rows
        const double *sizes
        const double *smallest
        Py_ssize_t n_blocks
        Py_ssize_t d
    void nearest_in_blocks(int level, const centers_t *centers, Py_ssize_t first, Py_ssize_t last, Py_ssize_t q,
                           Py_ssize_t skip, double *best, int64_t *where) noexcept

BLOCK = _BLOCK


cdef class Centers:
    """Centers of clusters, all numbers below 1; those that are gone lie at infinity in the blocks.

    Attributes
    ----------
    rows : (n, d)
    blocks : (n_blocks, d, BLOCK), float64
        Feature j of center i at [i // BLOCK, j, i % BLOCK]; infinity behind the last center.
    coarse : (n_blocks, d, BLOCK), float32
        The same, rounded.
    size : (n,) or more
        Points of each cluster; of all places of the blocks where `smallest` is given.
    smallest : (n_blocks,) or None
        At most any size in a block, for Ward's distance; None for distances between centers.
    """
    cdef:
        centers_t centers
        readonly double[:, ::1] rows
        readonly double[:, :, ::1] blocks
        readonly float[:, :, ::1] coarse
        readonly double[::1] size
        const double[::1] smallest

    def __cinit__(self, double[:, ::1] rows, double[:, :, ::1] blocks, float[:, :, ::1] coarse, double[::1] size,
                  const double[::1] smallest=None):
        self.rows = rows
        self.blocks = blocks
        self.coarse = coarse
        self.size = size
        self.smallest = smallest
        self.centers = centers_t(&blocks[0, 0, 0], &coarse[0, 0, 0], &rows[0, 0], NULL, NULL, blocks.shape[0],
                                 rows.shape[1])
        if smallest is not None:
            self.centers.sizes = &size[0]
            self.centers.smallest = &smallest[0]


cdef inline void place(Centers c, Py_ssize_t i, Py_ssize_t j, double x) noexcept nogil:
    """Set feature j of center i in the blocks."""
    c.blocks[i // _BLOCK, j, i % _BLOCK] = x
    c.coarse[i // _BLOCK, j, i % _BLOCK] = <float> x


cdef inline void unite(Centers c, Py_ssize_t a, Py_ssize_t b, double share, Py_ssize_t to) noexcept nogil:
    """Put the center of the union of the clusters a and b, of which b has this share, at place `to`."""
    cdef:
        Py_ssize_t j
        double x
    for j in range(c.centers.d):
        x = c.rows[a, j] + share * (c.rows[b, j] - c.rows[a, j])
        place(c, a, j, INFINITY)
        place(c, b, j, INFINITY)
        c.rows[to, j] = x
        place(c, to, j, x)


# -------------------------------------------------------------------------------------------------- nearest centers


def nearest_clusters(
        Centers centers,                  # IN     n of them
        const int64_t[::1] queries,       # IN     clusters whose neighbor is wanted, the items of the region
        bint later,                       # IN     look at later clusters only
        double[::1] least,                # INOUT  (n,), squared distance, or half of the square of Ward's
        int64_t[::1] nearest,             # INOUT  (n,), the nearest cluster: -1 for none
        Region region, int slot):
    """Nearest cluster of each of the queries; the lowest on a tie. O(q n d) time."""
    cdef:
        const centers_t *c = &centers.centers
        int level = simd_level()
        Py_ssize_t step = max(1, 4096 // (c.d * _BLOCK)), block, i, q
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                least[queries[i]] = INFINITY
                nearest[queries[i]] = -1
            block = 0
            while block < c.n_blocks:  # a few blocks stay in the cache for all queries
                for i in range(part.start, part.stop):
                    q = queries[i]
                    if later and (block + step) * _BLOCK <= q:
                        continue
                    nearest_in_blocks(level, c, block, min(block + step, c.n_blocks), q, 0 if later else q,
                                      &least[q], &nearest[q])
                block += step


# -------------------------------------------------------------------------------------------------- Ward


def merge_pairs(
        Centers centers,                  # INOUT
        const int64_t[::1] a,             # IN     (p,), clusters that become the unions
        const int64_t[::1] b):            # IN     (p,), clusters that join them, and are gone
    """Merge pairs of clusters. O(p d) time."""
    cdef:
        Py_ssize_t i
        double *size = &centers.size[0]
    with nogil:
        for i in range(a.shape[0]):
            unite(centers, a[i], b[i], size[b[i]] / (size[a[i]] + size[b[i]]), a[i])
            size[a[i]] += size[b[i]]


cdef class Chain:
    """A chain of n clusters, each the nearest neighbor of the one before, and how far the merges are."""
    cdef:
        int64_t[::1] chain                # (n + 1,)
        double[::1] link                  # (n + 1,), squared distance of each in the chain to the next
        double[::1] dead                  # (n,), 0 for clusters that are there
        Py_ssize_t length
        Py_ssize_t lowest                 # no cluster below is there
        readonly Py_ssize_t n_merged

    def __cinit__(self, int64_t[::1] chain, double[::1] link, double[::1] dead):
        self.chain = chain
        self.link = link
        self.dead = dead
        dead[:] = 0.0


cdef bint grow_chain(Centers centers, Chain chain) noexcept nogil:
    """Grow the chain until its last two clusters are nearest to each other. False where a cluster has no neighbor."""
    cdef:
        int level = simd_level()
        int64_t *members = &chain.chain[0]
        double *link = &chain.link[0]
        Py_ssize_t length = chain.length
    if length == 0:
        while chain.dead[chain.lowest] > 0.0:
            chain.lowest = chain.lowest + 1
        members[0] = chain.lowest
        length = 1
    while True:
        link[length - 1] = INFINITY
        members[length] = -1
        if length > 1:  # on a tie the one before is preferred
            link[length - 1] = link[length - 2]
            members[length] = members[length - 2]
        nearest_in_blocks(level, &centers.centers, 0, centers.centers.n_blocks, members[length - 1],
                          members[length - 1], &link[length - 1], &members[length])
        if members[length] < 0:
            return False
        if length > 1 and members[length] == members[length - 2]:
            chain.length = length
            return True
        length = next_length(members, length)


def merge_chain(
        Centers centers,                  # INOUT  n of them, with sizes
        Chain chain,                      # INOUT
        const int64_t[::1] name,          # IN     (n,), some point of each cluster
        int64_t[:, ::1] pairs,            # OUT    (n - 1, 2), names of what was merged
        double[::1] heights,              # OUT    (n - 1,)
        Region region, int slot):
    """Ward's method along a chain of nearest neighbors, one merge for each item of the region. O(n d) time a merge.

    On a tie the one before in the chain is preferred, then the lowest. The region is stopped where a cluster is
    infinitely far from all others, or NaN.
    """
    cdef:
        Py_ssize_t a, b
        double *size = &centers.size[0]
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            if not grow_chain(centers, chain):
                work_store(&region.work.stop, 1)
                break
            chain.length = chain.length - 2
            a = min(chain.chain[chain.length], chain.chain[chain.length + 1])
            b = max(chain.chain[chain.length], chain.chain[chain.length + 1])
            pairs[chain.n_merged, 0] = name[a]
            pairs[chain.n_merged, 1] = name[b]
            heights[chain.n_merged] = sqrt(2.0 * chain.link[chain.length])
            chain.n_merged = chain.n_merged + 1
            unite(centers, a, b, size[b] / (size[a] + size[b]), a)
            size[a] += size[b]
            chain.dead[b] = 1.0


# -------------------------------------------------------------------------------------------------- centroid, median


cdef class CenterQueue:
    """Clusters in S slots, and a queue of them by the distance to their nearest later neighbor.

    It is the queue of queue.pyx, but distances are computed when they are needed.
    """
    cdef:
        Centers centers                   # of S slots; size 0 for a slot that is gone or free
        double[::1] least                 # (S,), squared distance to the nearest later slot: a lower bound
        int64_t[::1] nearest              # (S,), which slot that was; -1 for none
        int64_t[::1] name                 # (S,), some point of each cluster
        int64_t[::1] heap                 # (S,)
        Py_ssize_t heap_size
        Py_ssize_t n_free                 # slots 0 .. n_free - 1 are free
        readonly Py_ssize_t n_merged

    def __cinit__(self, Centers centers, double[::1] least, int64_t[::1] nearest, int64_t[::1] name,
                  int64_t[::1] heap, Py_ssize_t n_free):
        cdef Py_ssize_t i
        self.centers = centers
        self.least = least
        self.nearest = nearest
        self.name = name
        self.heap = heap
        self.n_free = n_free
        self.heap_size = heap.shape[0] - n_free - 1
        for i in range(self.heap_size):
            heap[i] = n_free + i
        make_heap(&heap[0], self.heap_size, &least[0])


cdef void find_nearest(CenterQueue queue, Py_ssize_t slot) noexcept nogil:
    """Compute the nearest later neighbor of a slot."""
    queue.least[slot] = INFINITY
    queue.nearest[slot] = -1
    nearest_in_blocks(simd_level(), &queue.centers.centers, slot // _BLOCK, queue.centers.centers.n_blocks, slot, 0,
                      &queue.least[slot], &queue.nearest[slot])


cdef Py_ssize_t nearest_slot(CenterQueue queue) noexcept nogil:
    """The slot whose nearest neighbor is nearest of all; it stays in the queue. -1 where the queue runs empty."""
    cdef:
        const double *size = &queue.centers.size[0]
        Py_ssize_t a, b
    while queue.heap_size > 0:
        a = queue.heap[0]
        b = queue.nearest[a]
        if size[a] > 0.0 and b >= 0 and size[b] > 0.0:
            return a
        if size[a] > 0.0:
            find_nearest(queue, a)
        if size[a] == 0.0 or queue.nearest[a] < 0:
            queue.heap_size = queue.heap_size - 1
            queue.heap[0] = queue.heap[queue.heap_size]
        sift_down(&queue.heap[0], queue.heap_size, 0, &queue.least[0])
    return -1


def merge_nearest(
        CenterQueue queue,                # INOUT
        bint weighted,                    # IN     a union lies at the mean of its points, not halfway between its parts
        int64_t[:, ::1] pairs,            # OUT    (n - 1, 2), names of what was merged
        double[::1] squares,              # OUT    (n - 1,), squared heights
        Region region, int slot):
    """Merge the nearest two clusters for each item of the region; a union takes the highest free slot.

    O(S d) time a merge. The queue runs empty, and the region is stopped, where clusters are infinitely far from all
    others, or NaN.
    """
    cdef:
        double *size = &queue.centers.size[0]
        Py_ssize_t a, b, c
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            a = nearest_slot(queue)
            if a < 0:
                work_store(&region.work.stop, 1)
                break
            b = queue.nearest[a]
            pairs[queue.n_merged, 0] = queue.name[a]
            pairs[queue.n_merged, 1] = queue.name[b]
            squares[queue.n_merged] = queue.least[a]
            queue.n_merged = queue.n_merged + 1
            queue.n_free = queue.n_free - 1
            c = queue.n_free
            unite(queue.centers, a, b, size[b] / (size[a] + size[b]) if weighted else 0.5, c)
            size[c] = size[a] + size[b]
            queue.name[c] = queue.name[b]
            size[a] = 0.0
            size[b] = 0.0
            find_nearest(queue, c)
            if queue.nearest[c] >= 0:
                push(&queue.heap[0], queue.heap_size, c, &queue.least[0])
                queue.heap_size = queue.heap_size + 1
