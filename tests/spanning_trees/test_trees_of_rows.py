"""Spanning trees of rows, by every way, against all pairs in the order of weight and rows."""

import numpy as np
import pytest
from reference import spanning_trees as reference

from coterie.distances import as_metric, cdist
from coterie.neighbors._vectors import as_vectors
from coterie.spanning_trees import minimum_spanning_tree
from coterie.spanning_trees._kd_tree import lightest_edges

VECTOR_METRICS = ("euclidean", "sqeuclidean", "manhattan", "chebyshev")


def random_rows(kind, n, d, rng):
    X = rng.normal(size=(n, d))
    if kind == "grid":
        X = rng.randint(rng.choice([2, 4, 20]), size=(n, d)).astype(float)
    elif kind == "duplicates":
        X[rng.uniform(size=n) < 0.5] = X[0]
    elif kind == "rounded":
        X = X.round(1)
    elif kind == "offset":
        X += 1e6
    return X.astype(np.float32) if rng.uniform() < 0.3 else X


def assert_equal(tree, expected):
    np.testing.assert_array_equal(tree.edges, expected[0])
    np.testing.assert_array_equal(tree.weights, expected[1])


@pytest.mark.parametrize("kind", ["normal", "grid", "duplicates", "rounded", "offset"])
@pytest.mark.parametrize("seed", range(8))
def test_the_tree_of_rows_is_that_of_all_pairs_in_order(kind, seed):
    rng = np.random.RandomState(seed)
    for metric in VECTOR_METRICS:
        n, d = rng.choice([2, 3, 9, 33, 70, 150]), rng.choice([1, 2, 3, 4, 7, 12])
        X = random_rows(kind, n, d, rng)
        D = cdist(X, X, metric)
        assert_equal(minimum_spanning_tree(X, metric, n_jobs=2), reference.tree(D))
        min_samples = rng.randint(1, min(n, 40) + 1)
        core = reference.core_distances(D, min_samples)
        tree = minimum_spanning_tree(X, metric, min_samples=min_samples, n_jobs=rng.randint(1, 4))
        assert_equal(tree, reference.tree(D, core))
        core = rng.randint(3, size=n).astype(float)
        assert_equal(minimum_spanning_tree(X, metric, core_distances=core), reference.tree(D, core))


@pytest.mark.parametrize(
    ("metric", "params"),
    [("cosine", {}), ("correlation", {}), ("haversine", {}), ("minkowski", {"p": 3}), ("minkowski", {"p": 0.5})],
    ids=["cosine", "correlation", "haversine", "minkowski p=3", "minkowski p=0.5"],
)
@pytest.mark.parametrize("seed", range(3))
def test_metrics_that_are_turned_into_vectors(metric, params, seed):
    """Their last digits may differ from those of `cdist`."""
    rng = np.random.RandomState(seed)
    X = rng.uniform(-1, 1, size=(rng.randint(2, 90), 2 if metric == "haversine" else 4))
    D = cdist(X, X, metric, **params)
    for min_samples in (None, 1, min(7, len(X))):
        core = None if min_samples is None else reference.core_distances(D, min_samples)
        tree = minimum_spanning_tree(X, metric, min_samples=min_samples, metric_params=params)
        edges, weights = reference.tree(D, core)
        np.testing.assert_allclose(tree.weights, weights, rtol=1e-9, atol=1e-12)
        if min_samples is None:
            np.testing.assert_array_equal(np.unique(tree.edges, axis=0), np.unique(edges, axis=0))
        given = minimum_spanning_tree(X, metric, core_distances=core, metric_params=params)
        np.testing.assert_allclose(given.weights, weights, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("n_jobs", [2, 5])
@pytest.mark.parametrize("min_samples", [None, 8, 40])
def test_the_number_of_threads_does_not_matter(min_samples, n_jobs):
    X = np.random.RandomState(0).normal(size=(30_000, 3)).round(2)
    one = minimum_spanning_tree(X, min_samples=min_samples, n_jobs=1)
    assert_equal(minimum_spanning_tree(X, min_samples=min_samples, n_jobs=n_jobs), one)


def test_the_order_of_the_rows_does_not_matter():
    rng = np.random.RandomState(0)
    X = rng.normal(size=(3_000, 2))
    order = rng.permutation(len(X))
    tree, other = minimum_spanning_tree(X), minimum_spanning_tree(X[order])
    np.testing.assert_array_equal(other.weights, tree.weights)
    np.testing.assert_array_equal(np.sort(order[other.edges], axis=1), tree.edges)


def test_many_equal_rows_are_joined_to_the_lowest():
    X = np.zeros((20_000, 2))
    edges, weights = minimum_spanning_tree(X, min_samples=5)
    np.testing.assert_array_equal(edges, [(0, i) for i in range(1, len(X))])
    assert not weights.any()


@pytest.mark.parametrize("exponent", [-600, 600])
def test_weights_scale_with_the_rows(exponent):
    X = np.random.RandomState(0).normal(size=(500, 3))
    for min_samples in (None, 6):
        tree = minimum_spanning_tree(X, min_samples=min_samples)
        scaled = minimum_spanning_tree(np.ldexp(X, exponent), min_samples=min_samples)
        assert_equal(scaled, (tree.edges, np.ldexp(tree.weights, exponent)))


def test_one_row_has_no_edge():
    for params in ({}, {"min_samples": 1}, {"core_distances": [3.0]}):
        edges, weights = minimum_spanning_tree([[1.0, 2.0]], **params)
        assert edges.shape == (0, 2) and weights.shape == (0,)


@pytest.mark.parametrize(
    ("X", "params", "message"),
    [
        ([[0.0], [np.nan]], {}, "contains NaN"),
        ([[0.0], [np.inf]], {}, "contains infinity"),
        ([[0.0], [1.0]], {"min_samples": 3}, "'min_samples' must be at most the number of rows, 2. Got 3"),
        ([[0.0], [1.0]], {"min_samples": 0}, "'min_samples' parameter of minimum_spanning_tree must be an int"),
        ([[0.0], [1.0]], {"min_samples": 1, "core_distances": [0, 0]}, "not both"),
        ([[0.0], [1.0]], {"core_distances": [0, 0, 1]}, r"must have shape \(2,\)"),
        ([[0.0], [1.0]], {"core_distances": [0, -1]}, "must be at least 0. Got -1.0 for row 1"),
        ([[0.0, 0.0], [1.0, 0.0]], {"metric": "cosine"}, "zero vectors"),
        ([[-1e308], [1e308]], {}, "too large for a spanning tree"),
    ],
)
def test_what_has_no_tree_is_refused(X, params, message):
    with pytest.raises(ValueError, match=message):
        minimum_spanning_tree(X, **params)


def test_rows_with_few_values_are_joined_to_the_lowest():
    X = np.random.RandomState(0).randint(2, size=(30_000, 1)).astype(float)
    edges, weights = minimum_spanning_tree(X, min_samples=3)
    first = [int((X == value).argmax()) for value in (0, 1)]
    assert weights[-1] == 1 and not weights[:-1].any()
    np.testing.assert_array_equal(edges[-1], np.sort(first))
    np.testing.assert_array_equal(edges[:-1, 0], np.sort(np.take(first, np.delete(X[:, 0].astype(int), first))))


@pytest.mark.parametrize("kind", ["normal", "grid", "duplicates", "rounded", "offset"])
@pytest.mark.parametrize("seed", range(4))
def test_the_lightest_edges_between_groups_are_those_of_all_pairs(kind, seed):
    rng = np.random.RandomState(seed)
    for name in VECTOR_METRICS:
        n, d, k = rng.choice([2, 9, 70, 400]), rng.choice([1, 2, 4, 12]), rng.choice([2, 3, 20])
        X = random_rows(kind, n, d, rng)
        groups = np.append(rng.permutation(min(k, n)), rng.randint(min(k, n), size=n - min(k, n)))
        core = rng.choice([0.0, 0.1, 1.0, 5.0], n)
        weights = np.maximum(cdist(X, X, name), np.maximum(core[:, None], core))
        weights[groups[:, None] == groups] = np.inf
        expected = [weights[groups == group].min() for group in range(groups.max() + 1)]
        vectors = as_vectors(X, as_metric(name))
        for n_threads in (1, 3):
            np.testing.assert_array_equal(lightest_edges(vectors, groups, core, n_threads), expected)
