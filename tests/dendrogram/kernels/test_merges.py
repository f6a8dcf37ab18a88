"""The one writer of linkage matrices."""

import numpy as np
import pytest
from reference import linkage as reference

from coterie._dendrogram._kernels import merges


def label_merges(pairs, heights, ordered=True):
    n = len(pairs) + 1
    Z = np.full((n - 1, 4), np.nan)
    tree = merges.label_merges(pairs, heights, np.full(2 * n - 1, -1), ordered, Z)
    return Z if tree else None


def random_tree(rng, n):
    """Edges of a tree of n points in any order, named by any of the points that each side has."""
    children = rng.permutation(n)
    pairs = np.array([(children[rng.randint(i)], children[i]) for i in range(1, n)], np.int64).reshape(-1, 2)
    swap = rng.rand(n - 1) < 0.5
    pairs[swap] = pairs[swap, ::-1]
    return rng.permutation(pairs), np.sort(rng.rand(n - 1))


@pytest.mark.parametrize("seed", range(4))
def test_rows_are_those_of_the_definition(seed):
    rng = np.random.RandomState(seed)
    for n in [1, 2, 3, *rng.randint(4, 80, size=10)]:
        pairs, heights = random_tree(rng, n)
        Z = label_merges(pairs, heights)
        reference.assert_valid(Z)
        np.testing.assert_array_equal(Z, reference.label(pairs, heights))


def test_heights_are_written_as_they_come():
    Z = label_merges(np.array([[0, 1], [2, 1]]), np.array([3.0, 2.0]))
    assert Z.tolist() == [[0, 1, 3, 2], [2, 3, 2, 3]]


def test_the_order_in_a_pair_is_kept_if_asked_for():
    pairs, heights = np.array([[3, 1], [3, 0], [2, 0]]), np.arange(3.0)
    assert label_merges(pairs, heights, ordered=False)[:, :2].tolist() == [[3, 1], [4, 0], [2, 5]]
    assert label_merges(pairs, heights, ordered=True)[:, :2].tolist() == [[1, 3], [0, 4], [2, 5]]


@pytest.mark.parametrize("pairs", [[[0, 0], [0, 1]], [[0, 1], [1, 0]], [[0, 1], [1, 2], [2, 0]]])
def test_what_is_no_tree_is_told_apart(pairs):
    assert label_merges(np.array(pairs), np.arange(len(pairs), dtype=float)) is None


@pytest.mark.parametrize("first", [np.zeros(199_999, np.int64), np.arange(199_999)], ids=["far ends", "near ends"])
def test_long_chains_are_merged(first):
    n = 200_000
    Z = label_merges(np.column_stack([first, np.arange(1, n)]), np.arange(n - 1.0))
    np.testing.assert_array_equal(Z[1:, 0], np.arange(2, n))
    np.testing.assert_array_equal(Z[1:, 1], np.arange(n, 2 * n - 2))
    np.testing.assert_array_equal(Z[:, 3], np.arange(2, n + 1))
