"""Spanning trees of rows with many features: equal to those of all pairs, edge by edge and bit by bit."""

import numpy as np
import pytest
from reference import spanning_trees as reference

from coterie._runtime.thresholds import thresholds
from coterie.distances import as_metric
from coterie.distances._metrics import safe_exponent
from coterie.neighbors import _vectors
from coterie.spanning_trees._minimum_spanning_tree import tree_of_rows

KINDS = {
    "normal": lambda X, rng: X,
    "grid": lambda X, rng: np.round(X),
    "copies": lambda X, rng: X[rng.randint(1 + len(X) // 5, size=len(X))],
    "offset": lambda X, rng: X + 1e6,
    "large": lambda X, rng: X * 2.0**600,
    "small": lambda X, rng: X * 2.0**-600,
    "one far": lambda X, rng: X * np.where(np.arange(len(X)) == 0, 1e8, 1.0)[:, None],
    "clusters": lambda X, rng: 1e-3 * X + rng.normal(size=(5, X.shape[1]))[rng.randint(5, size=len(X))],
    "equal": lambda X, rng: np.ones_like(X),
}


@pytest.fixture(autouse=True)
def _no_tree(monkeypatch):
    monkeypatch.setattr(thresholds, "tree_features", 0)


def all_distances(X, metric):
    """By the definition: of vectors, feature by feature in float64."""
    vectors = _vectors.as_vectors(X, metric, safe_exponent(metric, X))
    V, reduced = vectors.X.astype(np.float64), np.zeros((len(X), len(X)))
    for column in V.T:
        difference = column[:, None] - column
        reduced += difference * difference
    return vectors.restore(reduced)


def assert_least(X, metric, n_threads, min_samples=None, core=None):
    D = all_distances(X, metric)
    known = core if min_samples is None else reference.core_distances(D, min_samples)
    tree, found = tree_of_rows(X, metric, n_threads, min_samples=min_samples, core=core)
    edges, weights = reference.tree(D, known)
    np.testing.assert_array_equal(tree.weights, weights)
    np.testing.assert_array_equal(tree.edges, edges)
    if known is not None:
        np.testing.assert_array_equal(found, known)


@pytest.mark.parametrize("listed_rows", [1, 3, 20, 100])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_the_tree_is_that_of_all_pairs_in_order(kind, listed_rows, seed, monkeypatch):
    monkeypatch.setattr(thresholds, "listed_rows", listed_rows)
    rng = np.random.RandomState(seed)
    n, d = rng.randint(1, 150), rng.choice([1, 2, 10, 33, 100, 400])
    X = KINDS[kind](rng.normal(size=(n, d)), rng)
    if kind not in ("large", "small"):
        X = X.astype(rng.choice([np.float32, np.float64]))
    names = ["euclidean"] if kind in ("large", "small") else ["euclidean", "sqeuclidean"]
    metric = as_metric(rng.choice(names if (X == 0).all(axis=1).any() else [*names, "cosine"]))
    assert_least(X, metric, rng.randint(1, 4))
    assert_least(X, metric, rng.randint(1, 4), min_samples=rng.randint(1, n + 1))
    median = np.median(all_distances(X, metric))
    assert_least(X, metric, rng.randint(1, 4), core=rng.choice([0.0, 0.5, 1.0, 3.0], size=n) * median)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("spread", [0.01, 1.0])
def test_rows_of_other_components_are_searched_for(spread, dtype, monkeypatch):
    """Groups larger than the lists, in random order; the lists do not tell how to leave them."""
    monkeypatch.setattr(thresholds, "listed_rows", 2)
    rng = np.random.RandomState(0)
    X = rng.normal(size=(4, 30))[rng.randint(4, size=300)] + spread * rng.normal(size=(300, 30))
    assert_least(X.astype(dtype), as_metric("euclidean"), 2)
    assert_least(X.astype(dtype), as_metric("euclidean"), 2, min_samples=5)


def test_lists_may_be_longer_than_a_forest_keeps():
    X = np.random.RandomState(0).normal(size=(200, 25))
    assert_least(X, as_metric("euclidean"), 2, min_samples=150)


@pytest.mark.parametrize("min_samples", [None, 5])
def test_the_bits_do_not_depend_on_threads(min_samples):
    rng = np.random.RandomState(0)
    X = np.round(rng.normal(size=(900, 24)) + 3 * rng.normal(size=(6, 24))[rng.randint(6, size=900)], 1)
    (one, core), *others = [
        tree_of_rows(X, as_metric("euclidean"), n_threads, min_samples=min_samples) for n_threads in (1, 2, 5)
    ]
    for tree, found in others:
        np.testing.assert_array_equal(tree.edges, one.edges)
        np.testing.assert_array_equal(tree.weights, one.weights)
        assert min_samples is None or found.tolist() == core.tolist()


@pytest.mark.parametrize("top", [1e-30, 1e30])
def test_float32_numbers_whose_squares_are_none(top):
    X = (top * np.random.RandomState(0).normal(size=(100, 40))).astype(np.float32)
    assert_least(X, as_metric("euclidean"), 2, min_samples=4)


def test_float32_differences_whose_squares_vanish():
    X = np.ones((80, 30), np.float32)
    X[:, 0] = 1e-30 * np.random.RandomState(0).randint(50, size=80)
    assert_least(X, as_metric("euclidean"), 2, min_samples=4)
