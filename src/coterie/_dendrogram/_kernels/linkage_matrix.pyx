# SPDX-License-Identifier: BSD-3-Clause
"""Reading a linkage matrix: is it a tree?

Node v < n is point v, node n + i is the cluster of row i. Children come before their parents, so that one pass over the
rows upwards, or downwards, is a walk through the tree.
"""
from libc.math cimport floor
from libc.stdint cimport int64_t, uint8_t

cpdef enum:  # what may be wrong, as flags
    NEGATIVE_INDEX = 1
    NEGATIVE_DISTANCE = 2
    NEGATIVE_COUNT = 4
    EXCESSIVE_COUNT = 8
    TOO_EARLY = 16
    TWICE = 32
    NOT_WHOLE = 64


def read_children(
        const double[:, ::1] Z,           # IN     (n - 1, 4)
        uint8_t[::1] used,                # WORK   (2 n - 1,), zeros
        int64_t[:, ::1] children):        # OUT    (n - 1, 2), complete where nothing is wrong with the indices
    """Return what is wrong with Z, as flags; 0 means that each node but the last has one parent. O(n) time."""
    cdef:
        Py_ssize_t n = Z.shape[0] + 1, i, side
        double index
        int64_t child
        int wrong = 0
    with nogil:
        for i in range(n - 1):
            for side in range(2):
                index = Z[i, side]
                if index < 0.0:
                    wrong |= NEGATIVE_INDEX
                elif index >= n + i:
                    wrong |= TOO_EARLY
                elif index != floor(index):  # NaN, too
                    wrong |= NOT_WHOLE
                else:
                    child = <int64_t> index
                    if used[child]:
                        wrong |= TWICE
                    used[child] = 1
                    children[i, side] = child
            if Z[i, 2] < 0.0:
                wrong |= NEGATIVE_DISTANCE
            if Z[i, 3] < 0.0:
                wrong |= NEGATIVE_COUNT
            if Z[i, 3] > n:
                wrong |= EXCESSIVE_COUNT
    return wrong
