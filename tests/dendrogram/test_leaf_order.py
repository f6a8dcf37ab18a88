"""The order of leaves."""

import numpy as np
import pytest
from reference import tree as reference

import coterie
from coterie import hierarchy
from coterie.distances import pdist, squareform

# Points 0 and 1 merge at 1, 2 and 3 at 2, these two at 4, point 4 joins at 8.
Z = np.array([[0.0, 1.0, 1.0, 2.0], [2.0, 3.0, 2.0, 2.0], [5.0, 6.0, 4.0, 4.0], [4.0, 7.0, 8.0, 5.0]])
Y = reference.condensed(reference.cophenet(Z))


def problem(n, seed=0):
    X = np.random.RandomState(seed).normal(size=(n, 3))
    return hierarchy.linkage(X, "ward"), X, pdist(X)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("n", [3, 5, 8])
def test_neighbors_are_as_near_as_the_tree_allows(n, seed):
    tree, X, y = problem(n, seed)
    D = squareform(y)
    ordered = hierarchy.optimal_leaf_ordering(tree, y)
    best = min(reference.path_length(reference.points(other)[-1], D) for other in reference.turned(tree))
    np.testing.assert_allclose(reference.path_length(hierarchy.leaves_list(ordered), D), best, rtol=1e-12)
    np.testing.assert_array_equal(hierarchy.optimal_leaf_ordering(tree, X), ordered)
    np.testing.assert_array_equal(hierarchy.cophenet(ordered), hierarchy.cophenet(tree))


def test_the_order_has_the_same_bits_for_any_number_of_threads():
    tree, _, y = problem(600)
    found = []
    for n_threads in (1, 2, 3):
        with coterie.num_threads(n_threads):
            found.append(hierarchy.optimal_leaf_ordering(tree, y))
    assert (found[0] != tree).any()
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])


def test_wrong_distances_for_an_order():
    for y, message in (
        (Y[:6], "^y must be of the 5 points of Z. Got 4 points.$"),
        (Y * np.nan, "finite"),
        (Y[:9], "binomial"),
        (np.zeros((2, 2, 2)), "1 or 2 dimensional"),
        (np.arange(8.0).reshape(4, 2), "Got 4 points"),
    ):
        with pytest.raises(ValueError, match=message):
            hierarchy.optimal_leaf_ordering(Z, y)
    with pytest.warns(hierarchy.ClusterWarning, match="looks suspiciously like an uncondensed"):
        hierarchy.optimal_leaf_ordering(Z, reference.cophenet(Z))


def test_ordering_can_be_watched_and_stopped():
    tree, _, y = problem(600)
    seen = []
    with coterie.progress(lambda *step: seen.append(step)):
        hierarchy.optimal_leaf_ordering(tree, y)
    assert {(stage, total) for stage, _, total in seen} == {("leaf ordering", 599)}
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    with pytest.raises(coterie.Cancelled), coterie.progress(lambda *step: False):
        hierarchy.optimal_leaf_ordering(tree, y)


def test_deep_trees_are_ordered():
    n = 1500
    X = np.random.RandomState(0).permutation(n)[:, None].astype(float)
    tree = reference.chain(n)
    assert sorted(hierarchy.leaves_list(hierarchy.optimal_leaf_ordering(tree, X))) == list(range(n))
