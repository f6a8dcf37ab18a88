# SPDX-License-Identifier: BSD-3-Clause
"""Ward, centroid and median linkage of points, without a distance matrix: clusters are their centres and sizes.

The centres lie in blocks of BLOCK, transposed, so that a scan over them needs no sums across lanes; those that are gone
lie at infinity.
"""
from libc.math cimport INFINITY, sqrt
from libc.stdint cimport int64_t

from ..._runtime._kernels.heap cimport push, sift_down
from .lance_williams cimport BLOCK as _BLOCK, nearest_in_blocks, next_length
from ..._runtime._kernels.simd cimport simd_level
from ..._runtime._kernels.work cimport Region, part_t, work_store, work_take, work_take_sized

BLOCK = _BLOCK


cdef inline void place(double[:, :, ::1] blocks, float[:, :, ::1] coarse, Py_ssize_t i, Py_ssize_t j,
                       double x) noexcept nogil:
    """Set feature j of point i."""
    blocks[i // _BLOCK, j, i % _BLOCK] = x
    coarse[i // _BLOCK, j, i % _BLOCK] = <float> x


def nearest_clusters(
        const double[:, :, ::1] blocks,   # IN     (blocks, d, BLOCK), centres, all below 1
        const float[:, :, ::1] coarse,    # IN     the same, rounded
        const double[:, ::1] centers,     # IN     (n, d), the same
        const double[::1] size,           # IN     (blocks * BLOCK,), points of each; empty: distances between centres
        const double[::1] smallest,       # IN     (blocks,), no more than any size in the block; or empty
        const int64_t[::1] queries,       # IN     (q,), which clusters to look from
        bint later,                       # IN     look at later clusters only
        double[::1] least,                # INOUT  (n,), squared distance, or half of Ward's
        int64_t[::1] nearest,             # INOUT  (n,), where: -1 for none
        Py_ssize_t rows,                  # IN     queries of a chunk
        Region region, int thread):
    """Nearest cluster of each of the queries; the lowest index on a tie. O(q n d) time."""
    cdef:
        int level = simd_level()
        Py_ssize_t n_blocks = blocks.shape[0], d = centers.shape[1], step = max(1, 4096 // (d * _BLOCK)), block, i, q
        const double *sizes = &size[0] if size.shape[0] else NULL
        const double *least_sizes = &smallest[0] if size.shape[0] else NULL
        part_t part
    with nogil:
        while work_take_sized(&region.work, thread, rows, queries.shape[0], &part):
            for i in range(part.start, part.stop):
                least[queries[i]] = INFINITY
                nearest[queries[i]] = -1
            block = 0
            while block < n_blocks:  # a few blocks stay in the cache for all queries
                for i in range(part.start, part.stop):
                    q = queries[i]
                    if later and (block + step) * _BLOCK <= q:
                        continue
                    nearest_in_blocks(level, &blocks[0, 0, 0], &coarse[0, 0, 0], d,
                                      block, min(block + step, n_blocks), &centers[q, 0],
                                      0 if later else q, q, size[q] if sizes else 1.0, sizes, least_sizes,
                                      &least[q], &nearest[q])
                block += step


def merge_chain_of_centers(
        double[:, :, ::1] blocks,         # INOUT  (blocks, d, BLOCK), centres, all below 1
        float[:, :, ::1] coarse,          # INOUT  the same, rounded
        double[:, ::1] centers,           # INOUT  (n, d), the same
        double[::1] size,                 # INOUT  (blocks * BLOCK,), points of each
        const double[::1] smallest,       # IN     (blocks,), no more than any size in the block
        const int64_t[::1] name,          # IN     (n,), some point of each
        double[::1] dead,                 # INOUT  (n,), zeros
        int64_t[::1] chain,               # WORK   (n,)
        double[::1] link,                 # WORK   (n,), from each of the chain to the next
        int64_t[::1] state,               # INOUT  (2,), zeros: length of the chain, merges so far
        int64_t[:, ::1] pairs,            # OUT    (n - 1, 2), names of what was merged
        double[::1] heights,              # OUT    (n - 1,)
        Region region, int thread):
    """Ward's method along a chain of nearest neighbours; a merge in each chunk of the region. O(n d) time a merge.

    The one before in the chain is preferred on a tie, else the lowest. The region is stopped where a cluster is
    infinitely far from all others, or NaN.
    """
    cdef:
        int level = simd_level()
        Py_ssize_t n_blocks = blocks.shape[0], d = centers.shape[1], j
        int64_t length, x, y, lowest = 0
        double share
        part_t part
    with nogil:
        while work_take(&region.work, thread, &part):
            length = state[0]
            if length == 0:
                while dead[lowest] > 0.0:
                    lowest += 1
                chain[0] = lowest
                length = 1
            while True:
                x = chain[length - 1]
                link[length - 1] = INFINITY
                chain[length] = -1
                if length > 1:
                    link[length - 1] = link[length - 2]
                    chain[length] = chain[length - 2]
                nearest_in_blocks(level, &blocks[0, 0, 0], &coarse[0, 0, 0], d,
                                  0, n_blocks, &centers[x, 0], x, x, size[x], &size[0],
                                  &smallest[0], &link[length - 1], &chain[length])
                if chain[length] < 0 or (length > 1 and chain[length] == chain[length - 2]):
                    break
                length = next_length(&chain[0], length)
            if chain[length] < 0:
                work_store(&region.work.stop, 1)
                break
            x = min(chain[length - 1], chain[length - 2])
            y = max(chain[length - 1], chain[length - 2])
            pairs[state[1], 0] = name[x]
            pairs[state[1], 1] = name[y]
            heights[state[1]] = sqrt(2.0 * link[length - 2])
            state[1] += 1
            state[0] = length - 2
            share = size[y] / (size[x] + size[y])
            for j in range(d):
                centers[x, j] += share * (centers[y, j] - centers[x, j])
                place(blocks, coarse, x, j, centers[x, j])
                place(blocks, coarse, y, j, INFINITY)
            size[x] += size[y]
            dead[y] = 1.0


def merge_nearest_centers(
        bint weighted,                    # IN     a union lies at the mean of its points, not halfway
        double[:, :, ::1] blocks,         # INOUT  (blocks, d, BLOCK), centres of slots, all below 1
        float[:, :, ::1] coarse,          # INOUT  the same, rounded
        double[:, ::1] centers,           # INOUT  (S, d), the same
        double[::1] least,                # INOUT  (S,), squared distance to the nearest later slot: a lower bound
        int64_t[::1] nearest,             # INOUT  (S,), which that was
        double[::1] size,                 # INOUT  (S,), points of each cluster, 0 for a slot that is gone
        int64_t[::1] name,                # INOUT  (S,), some point of each cluster
        int64_t[::1] heap,                # INOUT  (S,), heap[:state[0]]
        int64_t[::1] state,               # INOUT  (3,): length of the heap, merges so far, free slots
        int64_t[:, ::1] pairs,            # OUT    (n - 1, 2), names of what was merged
        double[::1] squares,              # OUT    (n - 1,), squared heights
        Region region, int thread):
    """Merge two clusters in each chunk of the region; a new one takes the next free slot below all others.

    The queue is that of linkage_heap, but distances are computed when they are needed. O(S d) time a merge.
    The queue runs empty, and the region is stopped, where clusters are infinitely far from all others, or NaN.
    """
    cdef:
        int level = simd_level()
        Py_ssize_t n_blocks = blocks.shape[0], d = centers.shape[1], a = 0, b = 0, c, j
        double share, x
        part_t part
    with nogil:
        while work_take(&region.work, thread, &part):
            while state[0] > 0:
                a = heap[0]
                b = nearest[a]
                if size[a] > 0.0 and b >= 0 and size[b] > 0.0:
                    break
                if size[a] > 0.0:
                    least[a] = INFINITY
                    nearest[a] = -1
                    nearest_in_blocks(level, &blocks[0, 0, 0], &coarse[0, 0, 0], d,
                                      a // _BLOCK, n_blocks, &centers[a, 0], 0, a, 1.0, NULL, NULL,
                                      &least[a], &nearest[a])
                if size[a] == 0.0 or nearest[a] < 0:
                    state[0] -= 1
                    heap[0] = heap[state[0]]
                sift_down(&heap[0], state[0], 0, &least[0])
            if state[0] == 0:
                work_store(&region.work.stop, 1)
                break
            pairs[state[1], 0] = name[a]
            pairs[state[1], 1] = name[b]
            squares[state[1]] = least[a]
            state[1] += 1
            state[2] -= 1
            c = state[2]
            share = size[b] / (size[a] + size[b]) if weighted else 0.5
            for j in range(d):
                x = centers[a, j] + share * (centers[b, j] - centers[a, j])
                centers[c, j] = x
                place(blocks, coarse, c, j, x)
                place(blocks, coarse, a, j, INFINITY)
                place(blocks, coarse, b, j, INFINITY)
            size[c] = size[a] + size[b]
            name[c] = name[b]
            size[a] = 0.0
            size[b] = 0.0
            least[c] = INFINITY
            nearest[c] = -1
            nearest_in_blocks(level, &blocks[0, 0, 0], &coarse[0, 0, 0], d,
                              c // _BLOCK, n_blocks, &centers[c, 0], 0, c, 1.0, NULL, NULL, &least[c],
                              &nearest[c])
            if nearest[c] >= 0:
                push(&heap[0], state[0], c, &least[0])
                state[0] += 1
