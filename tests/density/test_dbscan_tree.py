"""DBSCAN with a k-d tree beside the definition, by every way through it."""

import functools
import math
import operator

import numpy as np
import pytest
from reference import dbscan as reference

from coterie._runtime import progress
from coterie._runtime.thresholds import thresholds
from coterie.density import _dbscan_tree
from coterie.distances import as_metric
from coterie.distances._metrics import safe_exponent
from coterie.neighbors import _vectors

CASES = 15  # of a seed; tens of thousands were tried


@pytest.fixture(params=["tree", "projection", "narrow projection", "pairs"])
def way(request, monkeypatch):
    """A tree of the vectors; or of a projection, to as many directions as there are or to fewer, whatever the number of
    features. Neighbors are counted from each leaf, or for each pair of leaves once."""
    monkeypatch.setattr(thresholds, "projected_features", 10**9 if request.param == "tree" else 1)
    monkeypatch.setattr(thresholds, "each_pair_once", -1.0 if request.param == "pairs" else 2.0)
    if request.param == "narrow projection":
        monkeypatch.setattr(thresholds, "projected_directions", 2)
    monkeypatch.setattr(thresholds, "chunk", 0.0)
    return request.param


def find(X, eps, min_samples, weights=None, metric="euclidean", n_threads=2, **kwargs):
    X, metric = np.ascontiguousarray(X), as_metric(metric, **kwargs)
    vectors = _vectors.as_vectors(X, metric, safe_exponent(metric, X, radius=eps))
    return _dbscan_tree.find_clusters(vectors, eps, min_samples, weights, n_threads)


def check(X, eps, min_samples, weights=None, metric="euclidean", n_threads=2, **kwargs):
    labels, is_core = find(X, eps, min_samples, weights, metric, n_threads, **kwargs)
    expected = reference.dbscan(reference.near(X, eps, metric, **kwargs), min_samples, weights)
    np.testing.assert_array_equal(labels, expected[0])
    np.testing.assert_array_equal(is_core, expected[1])


def draw(rng):
    """Rows and a radius, often the distance of many rows."""
    n, d = rng.randint(1, 120), rng.choice([1, 2, 3, 4, 7, 12, 20, 40])
    kind = rng.randint(5)
    if kind == 0:
        return rng.normal(size=(n, d)), rng.choice([0.05, 0.3, 1.0, 3.0]) * math.sqrt(d)
    if kind == 1:
        return rng.randint(rng.randint(2, 9), size=(n, d)) * 1.0, math.sqrt(rng.choice([0.25, 1, 2, 3, 4, 5]))
    if kind == 2:
        return rng.randint(20, size=(n, d)) / 10, rng.choice([0.1, 0.2, 0.3, 0.5, 0.7])
    if kind == 3:
        return 1e6 + rng.normal(size=(n, d)), rng.choice([0.05, 0.3, 1.0, 3.0]) * math.sqrt(d)
    return rng.normal(size=(n, d)).astype(np.float32), rng.choice([0.05, 0.3, 1.0, 3.0]) * math.sqrt(d)


@pytest.mark.parametrize("seed", range(10))
def test_labels_are_those_of_the_definition(way, seed):
    rng = np.random.RandomState(seed)
    for _ in range(CASES):
        X, eps = draw(rng)
        weights = rng.choice([None, 0, -1])
        if weights is not None:
            weights = rng.randint(weights, 4, size=len(X)).astype(float)
        check(X, eps, int(rng.choice([1, 2, 3, 5, 10, len(X) + 1])), weights)


@pytest.mark.parametrize("metric", ["manhattan", "chebyshev", "minkowski"])
@pytest.mark.parametrize("seed", range(5))
def test_other_kinds_of_distance(metric, seed):
    rng = np.random.RandomState(seed)
    for _ in range(CASES):
        n, d = rng.randint(1, 120), rng.randint(1, 8)
        X = rng.randint(12, size=(n, d)) / 4  # sums and powers of these are exact
        check(
            X,
            rng.choice([0.25, 0.5, 1.0, 2.0]),
            int(rng.randint(1, 6)),
            metric=metric,
            **({"p": 3} if metric == "minkowski" else {}),
        )


def test_weights_are_added_up_exactly(way):
    # Ten times the float 0.1 is more than 1, but adding one after the other gives less.
    X = np.zeros((10, 3))
    assert functools.reduce(operator.add, [0.1] * 10) < 1  # `sum` is exact from Python 3.12 on
    assert find(X, 1.0, 1, np.full(10, 0.1))[1].all()
    assert not find(X, 1.0, 1, np.r_[np.full(9, 0.1), 0.0999999999999997])[1].any()


def test_weights_that_are_not_whole_do_as_often_as_rows(way):
    rng = np.random.RandomState(2)
    X = rng.randint(30, size=(80, 2)) / 10
    for min_samples in (1, 2, 4):
        check(X, 0.3, min_samples, rng.randint(-2, 12, size=80) / 4)


@pytest.mark.parametrize("n_threads", [1, 2, 3, 7])
def test_threads_change_nothing(way, n_threads):
    rng = np.random.RandomState(3)
    X = np.vstack([rng.normal(size=(1500, 4)) * 0.3 + c for c in range(5)] + [rng.uniform(-2, 8, size=(500, 4))])
    one, many = find(X, 0.25, 6, n_threads=1), find(X, 0.25, 6, n_threads=n_threads)
    assert 3 < one[0].max() and 0 < one[1].mean() < 1
    for a, b in zip(one, many, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("exponent", [-1000, -500, 500, 900])
def test_very_small_and_very_large_radii(way, exponent):
    rng = np.random.RandomState(4)
    X = rng.randint(6, size=(60, 2)).astype(float)
    expected = find(X, 1.0, 4)
    scaled = find(np.ldexp(X, exponent), math.ldexp(1.0, exponent), 4)
    for a, b in zip(expected, scaled, strict=True):
        np.testing.assert_array_equal(a, b)


def test_numbers_whose_squares_overflow_are_far(way):
    X = np.array([[1e300, 0.0], [1e300, 0.5], [-1e300, 0.0], [1.0, 2.0], [1.5, 2.0]])
    np.testing.assert_array_equal(find(X, 1.0, 2)[0], [0, 0, -1, 1, 1])


def test_a_radius_that_is_tiny_beside_the_numbers(way):
    X = np.array([[1e9, 0.0], [1e9, 0.0], [1e9 + 1, 0.0], [0.0, 1e-300]])
    np.testing.assert_array_equal(find(X, 1e-300, 1)[0], [0, 0, 1, 2])


def test_a_radius_whose_power_overflows():
    X = np.array([[0.0], [1e150], [3e150], [1e200]])
    labels, _ = find(X, 1e150, 2, metric="minkowski", p=3)
    assert labels.tolist() == [0, 0, -1, -1]


def test_float32_rows_whose_squares_overflow_or_vanish(way):
    X = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [6.0, 0.0]])
    for scale in (1e30, 1e-30):
        labels, _ = find((X * scale).astype(np.float32), 1.5 * scale, 2)
        np.testing.assert_array_equal(labels, [0, 0, 1, 1])


def test_an_endless_radius_holds_all():
    labels, is_core = find(np.array([[0.0], [1e300]]), math.inf, 2)
    assert labels.tolist() == [0, 0] and is_core.all()
    labels, is_core = find(np.array([[0.0], [1e300]]), math.inf, 3)
    assert labels.tolist() == [-1, -1] and not is_core.any()


@pytest.mark.parametrize("n", [1, 2, 31, 33, 300, 5000])
def test_equal_rows(way, n):
    X = np.full((n, 3), 7.25)
    for min_samples in (1, n, n + 1):
        labels, is_core = find(X, 0.1, min_samples)
        assert (labels == (0 if min_samples <= n else -1)).all() and (is_core == (min_samples <= n)).all()


def test_a_radius_that_covers_much_of_many_rows():
    rng = np.random.RandomState(5)
    X = rng.uniform(size=(20000, 2))
    labels, is_core = find(X, 0.2, 5)
    assert (labels == 0).all() and is_core.all()
    # More than a cell holds: cells are not core as a whole, and yet joined whole.
    check(X[:600], 0.2, 40)


def test_clusters_are_numbered_by_their_lowest_core_row_and_borders_take_the_lowest(way):
    # The border row 0 is within reach of both clusters; the one with row 1 comes first although it lies behind.
    X = np.array([[0.0], [1.0], [-1.0], [1.5], [-1.5], [2.0], [-2.0]])
    labels, is_core = find(X, 1.0, 4)
    np.testing.assert_array_equal(is_core, [False, True, True, False, False, False, False])
    np.testing.assert_array_equal(labels, [0, 0, 1, 0, 1, 0, 1])


def test_the_rows_of_the_caller_stay_as_they_are(way):
    X = np.random.RandomState(6).normal(size=(200, 5))
    kept = X.copy()
    X.setflags(write=False)
    find(X, 1.0, 3)
    np.testing.assert_array_equal(X, kept)


def test_it_tells_how_far_it_is_and_can_be_stopped(way):
    X = np.random.RandomState(7).normal(size=(3000, 5))
    told = {}
    with progress.progress(lambda stage, done, total: told.setdefault(stage, []).append((done, total))):
        find(X, 0.5, 3)
    assert list(told) == ["tree", "core points", "joining", "border points"]
    assert {each[-1] for each in told.values()} == {(3000, 3000)}
    with pytest.raises(progress.Cancelled), progress.progress(lambda stage, done, total: stage != "joining"):
        find(X, 0.5, 3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("eps", [2.0, 3.2, 3.8])
def test_rows_without_structure_and_with_many_features(dtype, eps):
    rng = np.random.RandomState(8)
    rows = rng.uniform(size=(300, 90)).astype(dtype)
    check(rows, eps, 4)
    check(1e4 + rows, eps, 4)
