# SPDX-License-Identifier: BSD-3-Clause
"""k-means, step 2: move every center to the mean of its points."""
from libc.math cimport sqrt


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
