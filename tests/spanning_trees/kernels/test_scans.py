"""Scans of condensed distances."""

import numpy as np
import pytest
from reference import linkage as reference

from coterie._runtime.parallel import over
from coterie.spanning_trees._kernels import scans


def nearest_neighbors(y, n, rows=2, n_threads=2):
    least, nearest = np.full((n_threads, n), np.inf), np.zeros((n_threads, n), np.int64)
    over(n - 1, rows, n_threads, scans.nearest_neighbors, y, least, nearest)
    scans.join_slots(least, nearest)
    return least[0], nearest[0]


@pytest.mark.parametrize("seed", range(4))
def test_nearest_neighbors_are_the_lowest_on_a_tie_whoever_looks_first(seed):
    rng = np.random.RandomState(seed)
    for case in range(20):
        n = rng.randint(2, 90)
        n_numbers = n * (n - 1) // 2
        y = rng.uniform(0.8, 1, size=n_numbers) if case % 2 else rng.randint(-1, 4, size=n_numbers).astype(float)
        D, found = reference.square(y), nearest_neighbors(y, n, rng.randint(1, 9), rng.randint(1, 5))
        np.testing.assert_array_equal(found, [D.min(axis=0), D.argmin(axis=0)])


def test_threads_that_saw_nothing_change_nothing():
    least, nearest = np.full((3, 2), np.inf), np.zeros((3, 2), np.int64)
    least[1], nearest[1] = (5, 7), (4, 3)
    scans.join_slots(least, nearest)
    assert least[0].tolist() == [5, 7] and nearest[0].tolist() == [4, 3]
