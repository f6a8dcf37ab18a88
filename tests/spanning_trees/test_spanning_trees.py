"""Minimum spanning trees of matrices and of points."""

import numpy as np
import pytest
from reference import linkage as reference
from reference import spanning_trees as ordered

from coterie._runtime.thresholds import thresholds
from coterie.distances import as_metric, pdist, squareform
from coterie.spanning_trees._matrix import spanning_tree_of_matrix
from coterie.spanning_trees._minimum_spanning_tree import tree_of_rows
from coterie.spanning_trees._points import spanning_tree_of_points


def assert_minimum(tree, y):
    assert np.sort(tree.weights).tolist() == reference.spanning_tree_weights(y)
    reached = {0}
    for _ in tree.edges:  # all points are connected
        reached.update(*(edge for edge in tree.edges.tolist() if reached & set(edge)))
    assert len(reached) == len(tree.edges) + 1


@pytest.mark.parametrize("prim_points", [0, 1000], ids=["Boruvka", "Prim"])
@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_the_tree_of_a_matrix_has_the_smallest_weights(prim_points, ties, seed, monkeypatch):
    monkeypatch.setattr(thresholds, "prim_points", prim_points)
    rng = np.random.RandomState(seed)
    for n in [2, 3, *rng.randint(4, 60, size=5)]:
        size = n * (n - 1) // 2
        y = rng.randint(1, 5, size=size).astype(float) if ties else rng.uniform(size=size)
        before = y.copy()
        assert_minimum(spanning_tree_of_matrix(y, n, rng.randint(1, 4)), y)
        np.testing.assert_array_equal(y, before)


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "cosine", lambda x, y: np.abs(x - y).max()])
@pytest.mark.parametrize("seed", range(3))
def test_the_tree_of_points_has_the_smallest_weights(metric, seed):
    rng = np.random.RandomState(seed)
    for n in [2, 3, *rng.randint(4, 40, size=3)]:
        X = rng.normal(size=(n, 3))
        assert_minimum(spanning_tree_of_points(X, as_metric(metric), 2), pdist(X, metric))


@pytest.mark.parametrize("prim_points", [0, 1000], ids=["Boruvka", "Prim"])
def test_a_point_without_a_neighbor_is_an_error(prim_points, monkeypatch):
    monkeypatch.setattr(thresholds, "prim_points", prim_points)
    with pytest.raises(ValueError, match="too large for single linkage"):
        spanning_tree_of_matrix(np.array([1.0, np.inf, np.inf]), 3, 1)


@pytest.mark.parametrize("metric", ["manhattan", "chebyshev", "canberra", "hamming", lambda x, y: np.abs(x - y).max()])
@pytest.mark.parametrize("seed", range(3))
def test_any_metric_leads_to_the_tree_of_all_pairs_in_order(metric, seed):
    rng = np.random.RandomState(seed)
    for n in [2, 3, *rng.randint(4, 60, size=2)]:
        X = rng.randint(4, size=(n, 30)).astype(float)  # ties
        D, min_samples = squareform(pdist(X, metric)), rng.randint(1, n + 1)
        for least, core in ((None, None), (min_samples, ordered.core_distances(D, min_samples))):
            tree, found = tree_of_rows(X, as_metric(metric), 2, min_samples=least)
            edges, weights = ordered.tree(D, core)
            np.testing.assert_array_equal(tree.edges, edges)
            np.testing.assert_array_equal(tree.weights, weights)
            assert core is None or found.tolist() == core.tolist()


@pytest.mark.parametrize("metric", ["braycurtis", lambda x, y: np.inf if x[0] + y[0] == 0 else 1.0])
def test_distances_that_are_not_finite_are_an_error(metric):
    with pytest.raises(ValueError, match="NaN or infinite between some rows"):
        tree_of_rows(np.array([[1.0], [0.0], [0.0], [2.0]]), as_metric(metric), 1)
