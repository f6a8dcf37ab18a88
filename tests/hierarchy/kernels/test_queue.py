"""Merging the nearest two with a priority queue."""

import itertools

import numpy as np
import pytest
from reference import linkage as reference

from coterie._runtime.parallel import run
from coterie.hierarchy._kernels import queue

METHODS = {
    name: i for i, name in enumerate(("single", "complete", "average", "weighted", "centroid", "median", "ward"))
}


def distances(rng, n):
    return rng.uniform(0.5, 1, size=n * (n - 1) // 2)


def offsets(n, n_slots):
    offset = np.full(n_slots, -(10**9))
    queue.address_rows(n, offset)
    return offset


class Queue:
    """A triangle of n clusters in the last of n + n_young slots, ready to be merged."""

    def __init__(self, y, n_young, size=None):
        self.y, self.n = y, len(reference.square(y))
        self.n_young, self.total = n_young, self.n + n_young
        self.young, self.room = np.full((n_young, self.total), np.nan), np.arange(n_young)
        self.offset, self.order = offsets(self.n, self.total), np.arange(self.total)
        self.least, self.nearest = np.full(self.total, np.nan), np.full(self.total, -1)
        self.dead, self.size = np.zeros(self.total), np.zeros(self.total)
        self.size[n_young:] = 1 if size is None else size
        self.name = np.arange(self.total) - n_young
        row_minima(y, self.offset, self.dead, n_young, self.least, self.nearest)
        self.dead[:n_young] = np.inf
        self.heap = np.zeros(self.total, np.int64)
        self.heap[: self.n - 1] = np.arange(n_young, self.total - 1)
        queue.build_heap(self.heap[: self.n - 1], self.least)
        self.state = np.array([self.n - 1, self.n, 0, n_young, n_young])
        self.pairs, self.heights = np.full((self.n - 1, 2), -1), np.full(self.n - 1, np.nan)

    def merge(self, method):
        column = np.zeros((2, self.total))
        run(
            lambda region, slot: queue.merge_nearest(
                METHODS[method],
                self.y,
                self.young,
                self.room,
                self.offset,
                self.order,
                self.least,
                self.nearest,
                self.dead,
                self.size,
                self.name,
                self.heap,
                column,
                self.state,
                self.pairs,
                self.heights,
                region,
                slot,
            ),
            self.n_young,
            1,
        )
        return self.order[self.total - self.state[1] :]

    def fold(self, alive, to, begin=0, end=None, rows=3):
        end = len(alive) - 1 if end is None else end
        run(
            lambda region, slot: queue.fold(self.y, self.offset, alive, begin, end, to, rows, region, slot),
            -(-(end - begin) // rows),
            2,
        )


def row_minima(y, offset, dead, n_young, least, nearest, rows=4, n_threads=2):
    n_rows = len(dead) - n_young - 1
    run(
        lambda region, slot: queue.row_minima(y, offset, dead, n_young, least, nearest, rows, region, slot),
        -(-n_rows // rows),
        n_threads,
    )


def test_a_heap_has_the_least_first_and_the_lowest_slot_on_a_tie():
    rng = np.random.RandomState(0)
    for size in [0, 1, 2, 3, *rng.randint(4, 200, size=30)]:
        least, slots = rng.randint(0, 9, size=300).astype(float), rng.permutation(300)[:size]
        heap = slots.copy()
        queue.build_heap(heap, least)
        assert sorted(heap) == sorted(slots)
        keys = [(least[slot], slot) for slot in heap]
        assert all(keys[(i - 1) // 2] < keys[i] for i in range(1, size))


@pytest.mark.parametrize("n_young", [0, 1, 6])
def test_rows_are_found_by_their_offsets(n_young):
    for n in (1, 2, 3, 9):
        offset = offsets(n, n + n_young)
        places = [offset[s] + t for s, t in itertools.combinations(range(n_young, n + n_young), 2)]
        assert places == list(range(n * (n - 1) // 2))


@pytest.mark.parametrize("n_young", [0, 5])
def test_row_minima_are_the_first_of_the_smallest(n_young):
    rng = np.random.RandomState(1)
    for case in range(40):
        n = rng.randint(2, 90)
        y = distances(rng, n) if case % 2 else rng.randint(0, 5, size=n * (n - 1) // 2).astype(float)
        D, total = reference.square(y), n + n_young
        least, nearest = np.full(total, np.nan), np.full(total, -1)
        row_minima(y, offsets(n, total), np.zeros(total), n_young, least, nearest, rng.randint(1, 9), rng.randint(1, 4))
        for i in range(n - 1):
            assert least[n_young + i] == D[i, i + 1 :].min()
            assert nearest[n_young + i] == n_young + i + 1 + D[i, i + 1 :].argmin()
        assert np.isnan(least[:n_young]).all() and np.isnan(least[-1])


@pytest.mark.parametrize("method", METHODS)
def test_merges_come_in_the_order_of_the_recurrence_inversions_included(method):
    rng = np.random.RandomState(2)
    inversions = 0
    for n in [2, 3, *rng.randint(4, 45, size=12)]:
        y = distances(rng, n)
        merged = Queue(y, n - 1)
        alive, expected = merged.merge(method), reference.by_recurrence(y, method)
        assert len(alive) == 1 and merged.state.tolist()[1:3] == [1, n - 1] and merged.size[alive] == n
        Z = reference.label(merged.pairs, np.arange(n - 1))
        np.testing.assert_array_equal(Z[:, [0, 1, 3]], expected[:, [0, 1, 3]])
        np.testing.assert_allclose(merged.heights, expected[:, 2], rtol=1e-11)
        inversions += (np.diff(merged.heights) < 0).sum()
    assert (inversions > 0) == (method in ("centroid", "median"))


@pytest.mark.parametrize("method", METHODS)
def test_the_distances_that_are_left_when_the_slots_are_used_up(method):
    rng = np.random.RandomState(3)
    for n in [3, *rng.randint(4, 40, size=10)]:
        y, size = distances(rng, n), rng.randint(1, 5, size=n).astype(float)
        merged = Queue(y, rng.randint(1, n - 1), size)
        alive = merged.merge(method)
        m = n - merged.n_young
        assert len(alive) == m and (merged.dead[alive] == 0).all() and (np.diff(alive) > 0).all()
        assert np.isinf(np.delete(merged.dead, alive)).all()
        np.testing.assert_array_equal(merged.size[alive].sum(), size.sum())
        to = np.full(m * (m - 1) // 2, np.nan)
        merged.fold(alive, to)
        # The recurrence, told the same merges, and asked for the same pairs of clusters.
        distance, sizes = reference.start(y, method, size)
        number, left = list(range(n)), list(range(n))
        for merge, (a, b) in enumerate(merged.pairs[: merged.n_young]):
            a, b = sorted((number[a], number[b]))
            left = [c for c in left if c not in (a, b)]
            reference.add_distances(distance, sizes, method, a, b, n + merge, left)
            left.append(n + merge)
            number = [n + merge if c in (a, b) else c for c in number]
        numbers = [number[name] for name in merged.name[alive]]
        assert sorted(numbers) == left and [sizes[c] for c in numbers] == merged.size[alive].tolist()
        expected = np.array([distance[min(pair), max(pair)] for pair in itertools.combinations(numbers, 2)])
        np.testing.assert_allclose(to, np.sqrt(expected) if method in reference.SQUARED else expected, rtol=1e-11)


def test_folding_over_the_old_triangle_from_behind():
    rng = np.random.RandomState(4)
    for n in [3, 4, *rng.randint(5, 60, size=20)]:
        y = distances(rng, n)
        merged = Queue(y.copy(), rng.randint(1, n - 1))
        alive = merged.merge("average")
        expected = np.empty(len(alive) * (len(alive) - 1) // 2)
        merged.fold(alive, expected)
        to = merged.y[len(y) - len(expected) :]
        for row in reversed(range(len(alive) - 1)):  # one at a time: each may lie within its own
            merged.fold(alive, to, row, row + 1)
        np.testing.assert_array_equal(to, expected)


def test_merges_of_equal_distances_are_of_the_nearest():
    rng = np.random.RandomState(5)
    for method in METHODS:
        for case in range(12):
            n = rng.randint(2, 25)
            y = np.full(n * (n - 1) // 2, 0.1) if case == 0 else rng.randint(1, 4, size=n * (n - 1) // 2) * 0.1
            merged = Queue(y, n - 1)
            merged.merge(method)
            Z = reference.label(merged.pairs, np.arange(n - 1))
            np.testing.assert_allclose(reference.replay(Z, y, method), [merged.heights] * 2, rtol=1e-11, atol=1e-14)
