"""Priority queue: merging the nearest two clusters again and again."""

import itertools

import numpy as np
import pytest
from reference import linkage as reference

from coterie._runtime.parallel import over
from coterie.hierarchy._kernels import queue
from coterie.hierarchy._kernels.lance_williams import METHODS


def distances(rng, n):
    return rng.uniform(0.5, 1, size=n * (n - 1) // 2)


class Queue:
    """A triangle of n clusters in the last of n + n_free slots, ready to be merged."""

    def __init__(self, method, y, n_free, size=None, rows=4, n_threads=2):
        self.y, self.n = y, len(reference.square(y))
        self.n_free, self.total = n_free, self.n + n_free
        self.size = np.zeros(self.total)
        self.size[n_free:] = 1 if size is None else size
        self.name = np.arange(self.total) - n_free
        work = np.full((queue.NUMBERS, self.total), np.nan), np.full((queue.INDICES, self.total), -(10**9))
        young = np.full((n_free, self.total), np.nan)
        self.slots = queue.MergeQueue(METHODS[method], y, young, self.size, self.name, *work)
        over(self.n - 1, rows, n_threads, queue.find_nearest, self.slots)
        queue.build_queue(self.slots)
        self.pairs, self.heights = np.full((self.n - 1, 2), -1), np.full(self.n - 1, np.nan)

    def merge(self):
        over(self.n_free, 1, 1, queue.merge_nearest, self.slots, self.pairs, self.heights)
        assert self.slots.n_merged == self.n_free
        return np.asarray(self.slots.order)[self.total - self.slots.n_alive :]

    def fold(self, alive, to, begin=0, end=None, rows=3):
        end = len(alive) - 1 if end is None else end
        over(end - begin, rows, 2, queue.fold, self.slots, alive, begin, to)


@pytest.mark.parametrize("n_free", [1, 5])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_first_merge_is_of_the_nearest_two_the_lowest_on_a_tie(n_free, ties, seed):
    rng = np.random.RandomState(seed)
    for n in rng.randint(n_free + 1, 90, size=5):
        y = rng.randint(0, 5, size=n * (n - 1) // 2).astype(float) if ties else distances(rng, n)
        merged = Queue("single", y, n_free, rows=rng.randint(1, 9), n_threads=rng.randint(1, 4))
        merged.merge()
        i, j = np.triu_indices(n, 1)
        assert merged.heights[0] == y.min() and merged.pairs[0].tolist() == [i[y.argmin()], j[y.argmin()]]


@pytest.mark.parametrize("method", METHODS)
def test_merges_come_in_the_order_of_the_recurrence_inversions_included(method):
    rng = np.random.RandomState(2)
    inversions = 0
    for n in [2, 3, *rng.randint(4, 45, size=12)]:
        y = distances(rng, n)
        merged = Queue(method, y, n - 1)
        alive, expected = merged.merge(), reference.by_recurrence(y, method)
        assert len(alive) == 1 and merged.size[alive] == n
        Z = reference.label(merged.pairs, np.arange(n - 1))
        np.testing.assert_array_equal(Z[:, [0, 1, 3]], expected[:, [0, 1, 3]])
        np.testing.assert_allclose(merged.heights, expected[:, 2], rtol=1e-11)
        inversions += (np.diff(merged.heights) < 0).sum()
    assert (inversions > 0) == (method in ("centroid", "median"))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(2))
def test_the_distances_that_are_left_when_the_slots_are_used_up(method, seed):
    rng = np.random.RandomState(seed)
    for n in [3, *rng.randint(4, 40, size=5)]:
        y, size = distances(rng, n), rng.randint(1, 5, size=n).astype(float)
        merged = Queue(method, y, rng.randint(1, n - 1), size)
        alive = merged.merge()
        m = n - merged.n_free
        assert len(alive) == m and (np.diff(alive) > 0).all()
        np.testing.assert_array_equal(merged.size[alive].sum(), size.sum())
        to = np.full(m * (m - 1) // 2, np.nan)
        merged.fold(alive, to)
        # The recurrence, told the same merges, and asked for the same pairs of clusters.
        distance, sizes = reference.start(y, method, size)
        number, left = list(range(n)), list(range(n))
        for merge, (a, b) in enumerate(merged.pairs[: merged.n_free]):
            a, b = sorted((number[a], number[b]))
            left = [c for c in left if c not in (a, b)]
            reference.add_distances(distance, sizes, method, a, b, n + merge, left)
            left.append(n + merge)
            number = [n + merge if c in (a, b) else c for c in number]
        numbers = [number[name] for name in merged.name[alive]]
        assert sorted(numbers) == left and [sizes[c] for c in numbers] == merged.size[alive].tolist()
        expected = np.array([distance[min(pair), max(pair)] for pair in itertools.combinations(numbers, 2)])
        np.testing.assert_allclose(to, np.sqrt(expected) if method in reference.SQUARED else expected, rtol=1e-11)


@pytest.mark.parametrize("seed", range(4))
def test_folding_over_the_old_triangle_from_behind(seed):
    rng = np.random.RandomState(seed)
    for n in [3, 4, *rng.randint(5, 60, size=5)]:
        y = distances(rng, n)
        merged = Queue("average", y.copy(), rng.randint(1, n - 1))
        alive = merged.merge()
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
            merged = Queue(method, y, n - 1)
            merged.merge()
            Z = reference.label(merged.pairs, np.arange(n - 1))
            np.testing.assert_allclose(reference.replay(Z, y, method), [merged.heights] * 2, rtol=1e-11, atol=1e-14)
