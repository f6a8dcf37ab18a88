"""Rounds: merging all pairs of mutual nearest neighbors at once."""

import itertools

import numpy as np
import pytest
from reference import linkage as reference

from coterie._runtime.parallel import over
from coterie.hierarchy._kernels import rounds
from coterie.hierarchy._kernels.lance_williams import METHODS
from coterie.spanning_trees._kernels import scans

REDUCIBLE = ("single", "complete", "average", "weighted", "ward")


def distances(rng, n):
    return rng.uniform(0.8, 1, size=n * (n - 1) // 2)


def row_starts(n):
    return [i * n - i * (i + 1) // 2 for i in range(n)]


def expected_neighbors(y):
    D = reference.square(y)
    return D.min(axis=0), D.argmin(axis=0)


class Round:
    """A round that merges the pairs (a, b)."""

    def __init__(self, method, y, size, pairs, n_threads=2):
        self.method, self.y, self.size = method, y, size
        self.n, self.n_threads = len(size), n_threads
        self.a, self.b = np.array(sorted(pairs)).T
        self.keep = np.delete(np.arange(self.n), self.b).astype(np.int32)
        self.m = len(self.keep)
        partner = np.full(self.n, -1, np.int32)
        partner[self.a] = self.b
        place = np.searchsorted(self.keep, self.a).astype(np.int32)
        pair = np.array([reference.square(y)[self.a, self.b], size[self.a], size[self.b]])
        self.task = rounds.Round(METHODS[method], y, size, self.keep, partner[self.keep], place, pair)
        self.least, self.nearest = np.full((n_threads, self.m), np.inf), np.zeros((n_threads, self.m), np.int64)
        self.work = np.full((n_threads, 2 * self.n + 3 * len(self.a)), np.nan)

    def write(self, begin, end, to, rows=2):
        found = to, self.least, self.nearest
        over(end - begin, rows, self.n_threads, rounds.merge_pairs, self.task, begin, self.work, *found)

    def neighbors(self):
        scans.join_slots(self.least, self.nearest)
        return self.least[0], self.nearest[0]


def random_rounds(rng, method, n_rounds=5):
    """Random problems: any pairs may be merged at once, nearest or not."""
    for n in [3, 4, *rng.randint(5, 50, size=n_rounds)]:
        order, n_pairs = rng.permutation(n), rng.randint(1, (n + 1) // 2)
        pairs = {(min(p), max(p)) for p in order[: 2 * n_pairs].reshape(-1, 2).tolist()}
        yield Round(method, distances(rng, n), rng.randint(1, 9, size=n).astype(float), pairs, rng.randint(1, 4))


def merged(method, y, size, pairs):
    """Condensed distances after merging pairs, one after the other; a union takes the place of the first."""
    distance, sizes = reference.start(y, method, size)
    number, left = list(range(len(size))), list(range(len(size)))
    for a, b in pairs:
        new = len(sizes)
        left = [c for c in left if c not in (a, b)]
        reference.add_distances(distance, sizes, method, a, b, new, left)
        left.append(new)
        number[a], number[b] = new, None
    number = [c for c in number if c is not None]
    found = np.array([distance[min(pair), max(pair)] for pair in itertools.combinations(number, 2)])
    return np.sqrt(found) if method in reference.SQUARED else found


@pytest.mark.parametrize("method", REDUCIBLE)
@pytest.mark.parametrize("seed", range(3))
def test_distances_after_the_merges_are_those_of_the_recurrence(method, seed):
    rng = np.random.RandomState(seed)
    for task in random_rounds(rng, method):
        before, to = task.y.copy(), np.full(task.m * (task.m - 1) // 2, np.nan)
        task.y.flags.writeable = False
        task.write(0, task.m - 1, to, rng.randint(1, 5))
        expected = merged(task.method, before, task.size, zip(task.a, task.b, strict=True))
        np.testing.assert_allclose(to, expected, rtol=1e-11)
        np.testing.assert_array_equal(task.neighbors(), expected_neighbors(to))


@pytest.mark.parametrize("method", REDUCIBLE)
@pytest.mark.parametrize("seed", range(3))
def test_rows_may_be_written_over_those_before_them(method, seed):
    rng = np.random.RandomState(seed)
    for task in random_rounds(rng, method):
        expected = np.full(task.m * (task.m - 1) // 2, np.nan)
        task.write(0, task.m - 1, expected)
        over = task.y[: len(expected)]
        read, written, begin = row_starts(task.n), [*row_starts(task.m), len(over)], 0
        while begin < task.m - 1:  # as many as write only what was read by then; one may lie within its own
            end = begin + 1
            while end < task.m - 1 and written[end + 1] <= read[task.keep[begin]]:
                end += 1
            task.write(begin, end, over)
            begin = end
        np.testing.assert_array_equal(over, expected)


def test_a_pair_that_is_all_there_is_leaves_nothing():
    task = Round("ward", np.array([2.0]), np.ones(2), [(0, 1)])
    task.write(0, 0, np.empty(0))
    assert task.m == 1 and np.isinf(task.least).all()
