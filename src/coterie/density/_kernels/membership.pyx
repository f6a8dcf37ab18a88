# SPDX-License-Identifier: BSD-3-Clause
"""Soft clusters of HDBSCAN: how likely rows are in each of the clusters that are selected from a condensed tree.

Two clusters part at the lambda at which the branches of the tree begin that hold one of them each. A row is with a
cluster until its own leaves the tree, if one of the two is above the other, or else until they part.
"""
from libc.math cimport INFINITY, exp
from libc.stdint cimport int64_t, uint8_t

from ..._runtime._kernels.work cimport Region, part_t, work_take


cdef class Hierarchy:
    """The clusters of a condensed tree, parents before children, and which selected ones are at or below each.

    Selected clusters have places in the order of the tree, from top to bottom and branch by branch. So those at or
    below a cluster are `count` in a row, and a selected cluster is the first of them itself.

    Parameters
    ----------
    parent : (n_clusters,)
        IN.
    birth, death : (n_clusters,)
        IN. Lambda at which each one begins, and the largest at which something leaves it.
    selected : (n_clusters,)
        IN.
    first, count : (n_clusters,)
        OUT. The places of the selected ones at or below each.
    top : (n_clusters,)
        OUT. The highest cluster at or above each with the same ones at or below it.
    """
    cdef:
        const int64_t[::1] parent
        const double[::1] birth
        const double[::1] death
        const uint8_t[::1] selected
        int64_t[::1] first
        int64_t[::1] count
        int64_t[::1] top

    def __cinit__(self, const int64_t[::1] parent, const double[::1] birth, const double[::1] death,
                  const uint8_t[::1] selected, int64_t[::1] first, int64_t[::1] count, int64_t[::1] top):
        cdef int64_t n = parent.shape[0], c, p
        self.parent, self.birth, self.death, self.selected = parent, birth, death, selected
        self.first, self.count, self.top = first, count, top
        for c in range(n):
            count[c] = selected[c]
        for c in range(n - 1, 0, -1):
            count[parent[c]] += count[c]
        first[0], top[0] = 0, selected[0]
        for c in range(1, n):  # top: the next free place below each
            p = parent[c]
            first[c] = top[p]
            top[p] += count[c]
            top[c] = first[c] + selected[c]
        top[0] = 0
        for c in range(1, n):
            top[c] = top[parent[c]] if count[c] == count[parent[c]] else c


cdef inline double share(double part, double whole) noexcept nogil:
    """A lambda over one that is as large as a rule; both may be infinite or 0."""
    return 1.0 if part >= whole else part / whole


cdef inline void fill(
        double *height, double *score, int64_t start, int64_t stop, double value, double death) noexcept nogil:
    """A row is with the clusters at these places until lambda `value`."""
    cdef:
        int64_t i
        double last = exp(exp(-1.0 / share(value, death))) if value > 0.0 else 1.0
    for i in range(start, stop):
        height[i] = value
        score[i] = last


cdef void climb(
        Hierarchy tree, int64_t c, double value, double *height, double *score) noexcept nogil:
    """Heights and scores of all places for a row that leaves cluster c at a lambda."""
    cdef:
        int64_t a = tree.top[c], start = tree.first[a], stop = start + tree.count[a], p, low, high
        double death = tree.death[c]
    fill(height, score, start, stop, value, death)
    while stop - start < tree.count[0]:
        p = tree.parent[a]
        low = tree.first[p]
        high = low + tree.count[p]
        fill(height, score, low, start, tree.birth[a], death)
        fill(height, score, stop, high, tree.birth[a], death)
        if tree.selected[p]:
            fill(height, score, low, low + 1, value, death)
        a, start, stop = tree.top[p], low, high


def memberships(
        const double[:, ::1] distances,   # IN     (b, n_exemplars), of rows to exemplars, cluster by cluster
        const int64_t[::1] starts,        # IN     (n_selected + 1,), where the exemplars of each cluster begin
        const int64_t[::1] chosen,        # IN     (n_selected,), the clusters; -1 for one that can have no rows
        const int64_t[::1] home,          # IN     (n_clusters,), number of the one that rows of each are in, or -1
        Hierarchy tree,                   # IN
        const int64_t[::1] cluster,       # IN     (b,), that each row leaves
        const double[::1] value,          # IN     (b,), lambda at which it does
        double[:, :, ::1] work,           # WORK   (n_slots, 2, n_selected)
        double[:, ::1] out,               # OUT    (b, n_selected), probabilities
        Region region, int slot):         # items: rows
    """How likely each row is in each selected cluster. O(b (n_exemplars + n_selected)) time.

    The cluster that a row is in says how likely it is in any. For noise it is the likeliest of those that it is with
    longest, the first one on a tie.
    """
    cdef:
        int64_t k = chosen.shape[0], i, j, m, best
        double nearest, least, total, most
        double *height = &work[slot, 0, 0]
        double *score = &work[slot, 1, 0]
        double *found
        const double *far
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for i in range(part.start, part.stop):
                found = &out[i, 0]
                far = &distances[i, 0]
                nearest = INFINITY
                for j in range(k):
                    least = INFINITY
                    for m in range(starts[j], starts[j + 1]):
                        least = far[m] if far[m] < least else least
                    found[j] = least
                    nearest = least if least < nearest else nearest
                climb(tree, cluster[i], value[i], height, score)
                total, best, most = 0.0, -1, -1.0
                for j in range(k):
                    if chosen[j] < 0:
                        found[j] = 0.0
                        continue
                    m = tree.first[chosen[j]]
                    found[j] = score[m] * (1.0 if found[j] == nearest else nearest / found[j])
                    total += found[j]
                    if height[m] > most or (height[m] == most and found[j] > found[best]):
                        best, most = j, height[m]
                if home[cluster[i]] >= 0:
                    best, most = home[cluster[i]], value[i]
                if best < 0:
                    continue
                total = share(most, tree.death[chosen[best]]) / total
                for j in range(k):
                    found[j] *= total
