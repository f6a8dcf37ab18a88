"""Minimum spanning trees of matrices and of points."""

import numpy as np
import pytest
from reference import linkage as reference

from coterie._runtime.thresholds import thresholds
from coterie.distances import as_metric, pdist
from coterie.spanning_trees._matrix import spanning_tree_of_matrix
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
