# SPDX-License-Identifier: BSD-3-Clause
"""A binary heap of slots, the least key first and the lowest slot on a tie."""
from libc.stdint cimport int64_t


cdef inline bint before(const double *key, int64_t a, int64_t b) noexcept nogil:
    return key[a] < key[b] or (key[a] == key[b] and a < b)


cdef inline void sift_down(int64_t *heap, Py_ssize_t size, Py_ssize_t i, const double *key) noexcept nogil:
    """Restore the order after the key of heap[i] has grown."""
    cdef:
        int64_t slot = heap[i]
        Py_ssize_t child = 2 * i + 1
    while child < size:
        if child + 1 < size and before(key, heap[child + 1], heap[child]):
            child += 1
        if not before(key, heap[child], slot):
            break
        heap[i] = heap[child]
        i = child
        child = 2 * i + 1
    heap[i] = slot


cdef inline void make_heap(int64_t *heap, Py_ssize_t size, const double *key) noexcept nogil:
    """Order slots that are in any order. O(size) time."""
    cdef Py_ssize_t i
    for i in range(size // 2 - 1, -1, -1):
        sift_down(heap, size, i, key)


cdef inline void push(int64_t *heap, Py_ssize_t size, int64_t slot, const double *key) noexcept nogil:
    """Add a slot to a heap of `size` slots."""
    cdef Py_ssize_t i = size
    while i > 0 and before(key, slot, heap[(i - 1) // 2]):
        heap[i] = heap[(i - 1) // 2]
        i = (i - 1) // 2
    heap[i] = slot
