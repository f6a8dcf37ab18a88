# SPDX-License-Identifier: BSD-3-Clause
"""Whole numbers as labels: which of them there are."""
from libc.stdint cimport int64_t, uint64_t


def number_labels(
        const int64_t[::1] labels,        # IN     (n,), at least one
        int64_t[::1] values,              # OUT    (room,), those that there are, in ascending order, in front
        int64_t[::1] codes):              # OUT    (n,), which of the values each label is
    """Number labels by counting, which is faster than sorting. O(n + room) time.

    Returns how many values there are; 0 if two labels differ by `room` or more.
    """
    cdef:
        int64_t low = labels[0], high = labels[0]
        Py_ssize_t n = labels.shape[0], i, size, found = 0
    with nogil:
        for i in range(n):
            low = min(low, labels[i])
            high = max(high, labels[i])
        if <uint64_t> high - <uint64_t> low >= <uint64_t> values.shape[0]:
            with gil:
                return 0
        size = high - low + 1
        for i in range(size):
            values[i] = -1
        for i in range(n):
            values[labels[i] - low] = 0
        for i in range(size):
            if values[i] == 0:
                values[i] = found
                found += 1
        for i in range(n):
            codes[i] = values[labels[i] - low]
        found = 0
        for i in range(size):
            if values[i] >= 0:
                values[found] = low + i
                found += 1
    return found
