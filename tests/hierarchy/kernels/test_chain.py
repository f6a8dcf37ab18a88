"""Nearest-neighbor chain through a full matrix."""

import itertools

import numpy as np
import pytest
from reference import linkage as reference

from coterie.hierarchy._kernels import chain
from coterie.hierarchy._kernels.lance_williams import METHODS

REDUCIBLE = ("single", "complete", "average", "weighted", "ward")


def merge_chain(method, y, size=None, name=None, padding=8):
    n = len(reference.square(y))
    size = np.ones(n) if size is None else size.copy()
    pairs, heights = np.full((n - 1, 2), -1, np.int64), np.full(n - 1, np.nan)
    chain.merge_chain(
        METHODS[method],
        y,
        np.full((n, n + padding), np.nan),
        size,
        np.arange(n) if name is None else name,
        np.full(n, np.nan),
        np.full(n, -1, np.int64),
        pairs,
        heights,
    )
    return pairs, heights


def distances(rng, n):
    return rng.uniform(0.5, 1, size=n * (n - 1) // 2)


@pytest.mark.parametrize("method", REDUCIBLE)
@pytest.mark.parametrize("seed", range(4))
def test_merges_are_those_of_the_recurrence(method, seed):
    rng = np.random.RandomState(seed)
    for n in [1, 2, 3, *rng.randint(4, 45, size=3)]:
        y, padding = distances(rng, n), rng.randint(0, 9)
        Z, expected = reference.label(*merge_chain(method, y, padding=padding)), reference.by_recurrence(y, method)
        np.testing.assert_array_equal(Z[:, [0, 1, 3]], expected[:, [0, 1, 3]])
        np.testing.assert_allclose(Z[:, 2], expected[:, 2], rtol=1e-11)


@pytest.mark.parametrize("method", ["average", "ward"])
@pytest.mark.parametrize("seed", range(2))
def test_clusters_have_sizes_to_begin_with(method, seed):
    rng = np.random.RandomState(seed)
    for n in rng.randint(2, 30, size=4):
        y, size = distances(rng, n), rng.randint(1, 9, size=n).astype(float)
        Z, expected = reference.label(*merge_chain(method, y, size)), reference.by_recurrence(y, method, size)
        np.testing.assert_array_equal(Z[:, :2], expected[:, :2])
        np.testing.assert_allclose(Z[:, 2], expected[:, 2], rtol=1e-11)


def test_merges_are_told_by_names():
    rng = np.random.RandomState(2)
    y, name = distances(rng, 20), rng.permutation(90)[:20]
    pairs, heights = merge_chain("average", y)
    named, same = merge_chain("average", y, name=name)
    np.testing.assert_array_equal(named, name[pairs])
    np.testing.assert_array_equal(same, heights)


def test_ties_prefer_the_one_before_in_the_chain_then_the_lowest():
    # Four points on a line, a step apart. 0 -> 1, whose nearest are 0 and 2: 0 came before. The union stays in place 1;
    # the chain begins anew at the lowest place: 1 -> 2 -> 3 -> 2.
    pairs, heights = merge_chain("complete", np.array([1.0, 2, 3, 1, 2, 1]))
    np.testing.assert_array_equal(pairs, [[0, 1], [2, 3], [1, 3]])
    np.testing.assert_array_equal(heights, [1, 1, 3])


@pytest.mark.parametrize("method", REDUCIBLE)
@pytest.mark.parametrize("seed", range(4))
def test_merges_are_of_nearest_clusters_on_ties(method, seed):
    rng = np.random.RandomState(seed)
    for case in range(7):
        n = rng.randint(2, 25)
        y = np.full(n * (n - 1) // 2, 0.1) if case == 0 else rng.randint(1, 4, size=n * (n - 1) // 2) * 0.1
        Z = reference.label(*merge_chain(method, y))
        np.testing.assert_allclose(reference.replay(Z, y, method), [Z[:, 2]] * 2, rtol=1e-12)


def test_the_distances_are_not_written_to():
    y = distances(np.random.RandomState(5), 30)
    before = y.copy()
    y.flags.writeable = False
    for method in REDUCIBLE:
        merge_chain(method, y)
    np.testing.assert_array_equal(y, before)


@pytest.mark.parametrize("method", REDUCIBLE)
def test_any_order_of_the_distances_of_four(method):
    for order in itertools.permutations(range(1, 7)):
        y = np.array(order, float)
        Z = reference.label(*merge_chain(method, y))
        np.testing.assert_allclose(reference.replay(Z, y, method), [Z[:, 2]] * 2, rtol=1e-12)
