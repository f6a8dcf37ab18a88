"""Metrics as distances between vectors, beside the distances themselves."""

import numpy as np
import pytest

from coterie.distances import as_metric, cdist
from coterie.distances._metrics import NAMES
from coterie.neighbors import _vectors
from coterie.neighbors._kernels import kd_tree

WITH_VECTORS = ("euclidean", "sqeuclidean", "manhattan", "chebyshev", "cosine", "correlation", "haversine")
METRICS = [as_metric(name) for name in WITH_VECTORS] + [as_metric("minkowski", p=p) for p in (0.5, 1, 1.5, 2, 3)]
each_metric = pytest.mark.parametrize("metric", METRICS, ids=lambda metric: f"{metric.name} {metric.p:g}")


def data(metric, n, seed=0):
    rng = np.random.RandomState(seed)
    if metric.name == "haversine":
        return np.column_stack([rng.uniform(-1.5, 1.5, n), rng.uniform(-3.1, 3.1, n)])
    return rng.normal(size=(n, 4)) + 0.5


def reduced(vectors, p):
    difference = np.abs(vectors.X[:, None] - vectors.X)
    return {
        kd_tree.EUCLIDEAN: lambda: (difference**2).sum(axis=2),
        kd_tree.MANHATTAN: lambda: difference.sum(axis=2),
        kd_tree.CHEBYSHEV: lambda: difference.max(axis=2),
        kd_tree.MINKOWSKI: lambda: (difference**p).sum(axis=2),
    }[vectors.kind]()


@each_metric
def test_reduced_distances_stand_for_those_of_the_metric(metric):
    X = data(metric, 60)
    vectors = _vectors.as_vectors(X, metric)
    expected = cdist(X, X, metric)
    found = reduced(vectors, metric.p)
    np.testing.assert_allclose(vectors.restore(found), expected, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose([vectors.reduce(radius) for radius in expected[0]], found[0], rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {*WITH_VECTORS, "minkowski"}))
def test_other_metrics_have_no_vectors(name):
    assert _vectors.as_vectors(np.ones((3, 2)), as_metric(name)) is None


def test_a_function_has_no_vectors():
    assert _vectors.as_vectors(np.ones((3, 2)), as_metric(lambda x, y: 0.0)) is None


def test_rows_are_used_as_they_are_where_the_metric_is_one_of_vectors():
    X = np.ones((3, 2), np.float32)
    assert _vectors.as_vectors(X, as_metric("manhattan")).X is X


@pytest.mark.parametrize("scale", [1e-300, 1e-160, 1e160, 1e300])
@pytest.mark.parametrize("name", ["cosine", "correlation"])
def test_directions_of_very_short_and_very_long_rows(name, scale):
    X = data(as_metric(name), 20)
    expected = _vectors.as_vectors(X, as_metric(name)).X
    np.testing.assert_allclose(_vectors.as_vectors(X * scale, as_metric(name)).X, expected, rtol=1e-12)


def test_a_radius_of_half_the_globe_or_more_holds_all():
    vectors = _vectors.as_vectors(data(as_metric("haversine"), 5), as_metric("haversine"))
    assert vectors.reduce(np.pi) == vectors.reduce(4.0) == np.inf


@each_metric
def test_nothing_is_within_a_negative_radius(metric):
    assert _vectors.as_vectors(data(metric, 3), metric).reduce(-0.1) < 0
