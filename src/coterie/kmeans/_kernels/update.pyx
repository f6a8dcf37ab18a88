# SPDX-License-Identifier: BSD-3-Clause
"""k-means, step 2: move every center to the mean of its points, or of those of a batch and of all batches before."""
from libc.math cimport sqrt
from libc.stdint cimport int32_t
from libc.string cimport memset

from .distance cimport squared_distance
from ..._runtime._kernels.types cimport real
from ..._runtime._kernels.work cimport Region, part_t, work_take


def add_strips(
        double[:, :, ::1] sums,           # INOUT  (strips, k, d), the total is left in sums[0]
        double[:, ::1] weights):          # INOUT  (strips, k), the total is left in weights[0]
    """Add the strips in order."""
    cdef Py_ssize_t strip, k, j
    with nogil:
        for strip in range(1, sums.shape[0]):
            for k in range(sums.shape[1]):
                weights[0, k] += weights[strip, k]
                for j in range(sums.shape[2]):
                    sums[0, k, j] += sums[strip, k, j]


def move_centers(
        const double[:, ::1] sums,        # IN     (k, d), relative to shift
        const double[::1] weights,        # IN     (k,)
        const double[::1] shift,          # IN     (d,)
        double scale,                     # IN     of the fast arithmetic
        double[:, ::1] centers,           # INOUT  (k, d)
        double[::1] moved,                # WORK   (k,)
        float[::1] loss):                 # OUT    (k,), scaled: how much a margin of this label shrinks, at most
    """Centers become means; one without weight goes where the heaviest one is, as in scikit-learn.

    Returns the sum of squared movements.
    """
    cdef:
        Py_ssize_t k, j, own, heaviest = 0, farthest = 0
        double c, delta, square, total = 0.0, most = 0.0, second = 0.0
    with nogil:
        for k in range(1, centers.shape[0]):
            if weights[k] > weights[heaviest]:
                heaviest = k
        for k in range(centers.shape[0]):
            own = k if weights[k] > 0.0 else heaviest
            square = 0.0
            for j in range(centers.shape[1]):
                c = shift[j] + sums[own, j] / weights[own]
                delta = c - centers[k, j]
                square += delta * delta
                centers[k, j] = c
            total += square
            moved[k] = sqrt(square) * scale
            if moved[k] > most:
                second = most
                most = moved[k]
                farthest = k
            elif moved[k] > second:
                second = moved[k]
        # The point's own center may have gone away, and any other one come nearer. The factor rounds up.
        for k in range(centers.shape[0]):
            loss[k] = <float> ((moved[k] + (second if k == farthest else most)) * (1.0 + 2.0 ** -20))
    return total


def sort_by_label(
        const int32_t[::1] labels,        # IN     (n,)
        Py_ssize_t[::1] ends,             # OUT    (k,), where the rows of each cluster end in the sorted list
        Py_ssize_t[::1] rows):            # OUT    (n,), sorted by cluster, and those of a cluster in order
    """A counting sort. O(n + k) time."""
    cdef Py_ssize_t i, count, at = 0
    with nogil:
        ends[:] = 0
        for i in range(labels.shape[0]):
            ends[labels[i]] += 1
        for i in range(ends.shape[0]):
            count, ends[i] = ends[i], at
            at += count
        for i in range(labels.shape[0]):
            rows[ends[labels[i]]] = i
            ends[labels[i]] += 1


def follow_batch(
        const real[:, ::1] X,             # IN     (n, d), a batch
        const double[::1] weight,         # IN     (n,), or (0,) for ones
        const Py_ssize_t[::1] ends,       # IN     (k,), as from `sort_by_label`
        const Py_ssize_t[::1] rows,       # IN     (n,), the same
        double[:, ::1] centers,           # INOUT  (k, d)
        double[::1] counts,               # INOUT  (k,), what the rows of each center weighed so far
        double[::1] inertias,             # OUT    (k,), weighted sums of squared distances to the centers before
        double[:, ::1] space,             # WORK   (slots, >= d)
        Region region, int slot):
    """Centers become means of the rows they had and those of the batch; one without weight in it stays. O(n d) time."""
    cdef:
        Py_ssize_t d = X.shape[1], k, i, j
        bint weighted = weight.shape[0] > 0
        double *sum = &space[slot, 0]
        double *center
        const real *x
        double w, mass, total
        part_t part
    with nogil:
        while work_take(&region.work, slot, &part):
            for k in range(part.start, part.stop):
                center = &centers[k, 0]
                memset(sum, 0, d * sizeof(double))
                mass = total = 0.0
                for i in range(ends[k - 1] if k else 0, ends[k]):
                    w = weight[rows[i]] if weighted else 1.0
                    x = &X[rows[i], 0]
                    mass += w
                    total += w * squared_distance(x, center, d)
                    for j in range(d):
                        sum[j] += w * (x[j] - center[j])
                inertias[k] = total
                if mass > 0.0:
                    counts[k] += mass
                    for j in range(d):
                        center[j] += sum[j] / counts[k]
