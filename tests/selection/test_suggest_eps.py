"""Choosing eps: the distances, and the knee in them, on data of which it is known what is to be found."""

import dataclasses

import numpy as np
import pytest

from coterie import DBSCAN, distances
from coterie._runtime.thresholds import thresholds
from coterie.selection import k_distances, suggest_eps

pytestmark = pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")

METRICS = [
    ("euclidean", {}),
    ("manhattan", {}),
    ("chebyshev", {}),
    ("minkowski", {"p": 3}),
    ("cosine", {}),
    ("correlation", {}),
    ("canberra", {}),
    ("hamming", {}),
]


def by_definition(X, k, metric="euclidean", **kwargs):
    """All distances, each row's sorted, the k-th of each sorted."""
    return np.sort(np.sort(distances.cdist(X, X, metric, **kwargs), axis=1)[:, k - 1])


# ------------------------------------------------------------------------------------------------- the distances


@pytest.mark.parametrize("metric, kwargs", METRICS)
@pytest.mark.parametrize("k", [1, 2, 7, 40])
def test_distances_are_those_of_the_definition(metric, kwargs, k):
    X = np.random.default_rng(0).normal(size=(40, 4))
    np.testing.assert_allclose(
        k_distances(X, k, metric=metric, **kwargs), by_definition(X, k, metric, **kwargs), rtol=1e-9, atol=1e-9
    )


def test_distances_on_the_globe_and_of_a_function():
    X = np.random.default_rng(0).uniform(-1, 1, size=(30, 2))
    np.testing.assert_allclose(k_distances(X, 3, metric="haversine"), by_definition(X, 3, "haversine"), rtol=1e-9)
    largest = k_distances(X, 3, metric=lambda x, y: np.abs(x - y).max())
    np.testing.assert_allclose(largest, by_definition(X, 3, "chebyshev"), rtol=1e-12)


def test_blocks_and_threads_do_not_change_the_distances(monkeypatch):
    X = np.random.default_rng(0).normal(size=(1000, 3))
    expected = k_distances(X, 6, n_jobs=1)
    assert k_distances(X, 6, n_jobs=3).tobytes() == expected.tobytes()
    monkeypatch.setattr(thresholds, "found_neighbors", 100)
    assert k_distances(X, 6).tobytes() == expected.tobytes()


@pytest.mark.parametrize("layout", ["float32", "fortran", "read-only", "list", "int"])
def test_kinds_of_arrays(layout):
    X = np.random.default_rng(0).integers(0, 50, size=(60, 3)).astype(float)
    given = {
        "float32": X.astype(np.float32),
        "fortran": np.asfortranarray(X),
        "list": X.tolist(),
        "int": X.astype(int),
        "read-only": X.copy(),
    }[layout]
    if layout == "read-only":
        given.flags.writeable = False
    np.testing.assert_allclose(k_distances(given, 4), by_definition(X, 4), rtol=1e-12)
    assert suggest_eps(given, 4).eps == suggest_eps(X, 4).eps


@pytest.mark.parametrize("min_samples", [1, 2, 5, 12])
def test_rows_within_eps_by_the_distances_are_the_core_points_of_dbscan(min_samples):
    X = np.random.default_rng(0).integers(0, 30, size=(300, 2)).astype(float)  # squares of distances are exact
    curve = k_distances(X, min_samples)
    for eps in (1.0, 2.0, 5.0, 13.0):
        core = DBSCAN(eps, min_samples=min_samples).fit(X).core_sample_indices_
        assert len(core) == np.searchsorted(curve, eps, side="right")


# ------------------------------------------------------------------------------------ what the suggestion is good for


def adjusted_rand(a, b):
    table = np.zeros((a.max() + 1, b.max() + 1))
    np.add.at(table, (a, b), 1)
    pairs, left, right, every = (
        (each * (each - 1) / 2).sum() for each in (table, table.sum(axis=1), table.sum(axis=0), np.array([len(a)]))
    )
    by_chance = left * right / every
    return 1.0 if left + right == 2 * by_chance else (pairs - by_chance) / ((left + right) / 2 - by_chance)


def blobs(rng, n, d, noise, spreads=(0.4, 0.4), k=5):
    """Gaussian clusters in a box of side 10, none near another; noise all over it. Labels from 1, 0 is noise."""
    gap = 6 * spreads[1]
    while True:
        centers = rng.uniform(0, 10, (k, d))
        apart = distances.cdist(centers, centers)[np.triu_indices(k, 1)]
        if apart.min() > gap:
            break
        gap *= 0.99
    labels = np.concatenate([rng.integers(1, k + 1, n - round(noise * n)), np.zeros(round(noise * n), int)])
    spread = np.append(0.0, rng.uniform(*spreads, k))
    X = np.concatenate([[np.zeros(d)], centers])[labels] + rng.normal(size=(n, d)) * spread[labels, np.newaxis]
    X[labels == 0] = rng.uniform(-2, 12, (np.count_nonzero(labels == 0), d))
    return X, labels


def moons(rng, n, noise):
    labels = rng.choice(3, n, p=[noise, (1 - noise) / 2, (1 - noise) / 2])
    angle = rng.uniform(0, np.pi, n) * np.where(labels == 1, 1, -1)
    X = np.column_stack([np.cos(angle), np.sin(angle)]) + np.array([[0, 0], [0, 0], [1, 0.5]])[labels]
    X += rng.normal(0, 0.06, (n, 2))
    X[labels == 0] = rng.uniform([-1.5, -1], [2.5, 1.5], (np.count_nonzero(labels == 0), 2))
    return X, labels


def rings(rng, n, noise):
    labels = rng.choice(4, n, p=[noise, *(1 - noise) * np.array([0.5, 1, 1.6]) / 3.1])
    angle = rng.uniform(0, 2 * np.pi, n)
    radius = np.array([0, 0.5, 1.0, 1.6])[labels] + rng.normal(0, 0.05, n)
    X = radius[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
    X[labels == 0] = rng.uniform(-2, 2, (np.count_nonzero(labels == 0), 2))
    return X, labels


# How well DBSCAN with the suggested eps tells apart what is not noise: the adjusted Rand index that is exceeded in at
# least the share given of 40 data sets.
SCENES = {
    "blobs": (lambda rng: blobs(rng, 1000, 2, 0.0), 0.8, 0.95),
    "blobs, 5% noise": (lambda rng: blobs(rng, 1000, 2, 0.05), 0.9, 0.93),
    "blobs, 20% noise": (lambda rng: blobs(rng, 1000, 2, 0.2), 0.9, 0.95),
    "blobs, 40% noise": (lambda rng: blobs(rng, 1000, 2, 0.4), 0.8, 0.95),
    "few blobs, 10% noise": (lambda rng: blobs(rng, 200, 2, 0.1), 0.9, 0.9),
    "blobs in 3 dimensions, 20% noise": (lambda rng: blobs(rng, 1000, 3, 0.2), 0.9, 0.95),
    "blobs in 10 dimensions, 30% noise": (lambda rng: blobs(rng, 500, 10, 0.3), 0.95, 0.95),
    "blobs in 10 dimensions": (lambda rng: blobs(rng, 500, 10, 0.0), 0.95, 1.0),
    "different densities, 10% noise": (lambda rng: blobs(rng, 1000, 2, 0.1, (0.15, 0.5)), 0.9, 0.95),
    "moons": (lambda rng: moons(rng, 1000, 0.0), 0.7, 0.85),
    "moons, 10% noise": (lambda rng: moons(rng, 1000, 0.1), 0.9, 0.9),
    "rings": (lambda rng: rings(rng, 1500, 0.0), 0.95, 0.95),
    "rings, 10% noise": (lambda rng: rings(rng, 3000, 0.1), 0.7, 0.9),
}


@pytest.mark.parametrize("scene", SCENES)
def test_dbscan_finds_what_is_there(scene):
    make, bound, rate = SCENES[scene]
    hits = clear = 0
    for seed in range(40):
        X, truth = make(np.random.default_rng(seed))
        suggestion = suggest_eps(X, 5)
        labels = DBSCAN(suggestion.eps, min_samples=5).fit_predict(X)
        inside = truth > 0
        hits += adjusted_rand(truth[inside], labels[inside] + 1) > bound
        clear += suggestion.clear
    assert hits >= rate * 40
    assert clear >= 39 or "noise" not in scene


@pytest.mark.parametrize("d", range(1, 11))
def test_uniform_data_has_no_clear_knee_and_is_one_cluster(d):
    clear = one_cluster = 0
    for seed in range(20):
        X = np.random.default_rng(seed).random((300, d))
        for min_samples in (2, 5, 10):
            suggestion = suggest_eps(X, min_samples)
            clear += suggestion.clear
            assert suggestion.reason.startswith("a clear knee" if suggestion.clear else "no clear knee")
        labels = DBSCAN(suggestion.eps, min_samples=min_samples).fit_predict(X)
        one_cluster += np.mean(labels == 0) > 0.97
    assert clear <= 1  # of 60
    assert one_cluster >= 18


def test_metrics_that_are_squares_are_looked_at_as_lengths():
    for name in ("blobs, 20% noise", "rings"):
        X = SCENES[name][0](np.random.default_rng(0))[0]
        length, square = suggest_eps(X), suggest_eps(X, metric="sqeuclidean")
        assert square.clear == length.clear
        assert square.eps == pytest.approx(length.eps**2, rel=0.0202)


@pytest.mark.parametrize(
    "metric, d", [("sqeuclidean", 2), ("cosine", 2), ("cosine", 6), ("correlation", 3), ("correlation", 8)]
)
def test_squares_of_even_distances_have_no_clear_knee(metric, d):
    clear = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X = rng.random((500, d)) if metric == "sqeuclidean" else rng.normal(size=(500, d))  # even on the sphere
        clear += suggest_eps(X, 5, metric=metric).clear
    assert clear <= 1


def test_bend_among_the_first_rows_is_no_knee():
    # Distances that rise at once and then level off; a few rows are very near each other.
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 0.01, (6, 20)), rng.normal(0, 1, (94, 20))])
    suggestion = suggest_eps(X, 4)
    assert not suggestion.clear
    assert np.mean(suggestion.distances <= suggestion.eps) > 0.9


def test_suggestion_on_duplicates():
    rng = np.random.default_rng(0)
    places = np.concatenate([rng.normal(0, 1, (100, 2)), rng.normal(20, 1, (100, 2))])
    X = np.concatenate([np.repeat(places, 8, axis=0), rng.uniform(-20, 40, (60, 2))])  # most distances are 0
    suggestion = suggest_eps(X, 5)
    assert (suggestion.distances == 0).mean() > 0.9
    assert suggestion.eps > 0
    with pytest.raises(ValueError, match=r"every row has 4 or more others at distance 0.*more min_samples than 5"):
        suggest_eps(np.repeat(places, 5, axis=0), 5)
    labels = DBSCAN(suggest_eps(X, 30).eps, min_samples=30).fit_predict(X)  # beyond the duplicates
    assert np.count_nonzero(np.bincount(labels[labels >= 0]) > 400) == 2


# --------------------------------------------------------------------------------------- what it does not depend on


@pytest.mark.parametrize("scene", ["blobs, 20% noise", "rings"])
def test_order_place_and_scale_of_the_data_do_not_matter(scene):
    rng = np.random.default_rng(0)
    X, _ = SCENES[scene][0](rng)
    suggestion = suggest_eps(X)
    assert suggest_eps(X[rng.permutation(len(X))]) == suggestion
    for scale in (1e-9, 0.5, 3.0, 1e12):
        scaled = suggest_eps(X * scale)
        assert scaled.clear == suggestion.clear
        assert scaled.eps / scale == pytest.approx(suggestion.eps, rel=0.0101)  # rounded up to three digits
    assert suggest_eps(X + 1000.0).eps == pytest.approx(suggestion.eps, rel=0.0101)


@pytest.mark.parametrize("seed", range(10))
def test_eps_has_three_digits_and_loses_no_row_at_the_knee(seed):
    rng = np.random.default_rng(seed)
    X = blobs(rng, 300, 2, 0.2)[0] * 10.0 ** rng.integers(-12, 12)
    suggestion = suggest_eps(X)
    assert float(f"{suggestion.eps:.2e}") == suggestion.eps and f"{suggestion.eps:g}" in suggestion.reason
    curve = suggestion.distances
    core = curve[curve <= suggestion.eps]
    assert core[-1] > 0.99 * suggestion.eps / 1.01
    share = float(suggestion.reason.partition("% of the rows")[0].split()[-1])
    assert share == pytest.approx(100 * len(core) / len(curve), rel=0.005)


def test_metric_is_that_of_the_distances():
    X = blobs(np.random.default_rng(0), 400, 3, 0.2)[0]
    for metric, kwargs in METRICS[:5]:
        suggestion = suggest_eps(X, 6, metric=metric, **kwargs)
        np.testing.assert_array_equal(suggestion.distances, k_distances(X, 6, metric=metric, **kwargs))


# ------------------------------------------------------------------------------------------------- small and wrong


@pytest.mark.parametrize(
    "X, min_samples, eps",
    [
        ([[0.0], [1.0]], 2, 1.0),
        ([[0.0], [1.0]], 1, 1.0),  # as for 2
        ([[0.0], [1.0], [3.0]], 3, 3.0),
        ([[0.0], [0.0], [2.5]], 2, 2.5),
        (np.arange(100.0)[:, np.newaxis], 2, 1.0),  # all equally far
    ],
)
def test_few_rows_and_equal_distances(X, min_samples, eps):
    suggestion = suggest_eps(X, min_samples)
    assert suggestion.eps == eps and not suggestion.clear
    assert DBSCAN(eps, min_samples=min_samples).fit(X).labels_.max() == 0


def test_suggestion_is_a_value():
    suggestion = suggest_eps(np.arange(20.0)[:, np.newaxis], 3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        suggestion.eps = 3.0
    assert "array" not in repr(suggestion) and "no clear knee" in repr(suggestion)


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda: k_distances(np.ones((3, 2)), 0), ValueError, r"'k' parameter of k_distances .* range \[1, 3\]. Got 0"),
        (lambda: k_distances(np.ones((3, 2)), 4), ValueError, "Got 4"),
        (lambda: k_distances(np.ones((3, 2)), 2.0), ValueError, "Got 2.0"),
        (lambda: k_distances(np.ones(3), 1), ValueError, "Expected 2D array"),
        (lambda: k_distances([[np.nan]], 1), ValueError, "contains NaN"),
        (lambda: k_distances(np.ones((3, 2)), 2, metric="near"), ValueError, "Unknown Distance Metric: near"),
        (lambda: k_distances(np.ones((3, 2)), 2, p=3), TypeError, "takes no argument 'p'"),
        (lambda: k_distances(np.ones((3, 2)), 2, n_jobs=0), ValueError, "n_jobs"),
        (lambda: suggest_eps(np.ones((3, 2)), 4), ValueError, "'min_samples' parameter of suggest_eps .* Got 4"),
        (lambda: suggest_eps(np.ones((1, 2)), 1), ValueError, "at least 2 rows"),
        (lambda: suggest_eps(np.ones((9, 2)), 3), ValueError, "every row has 2 or more others at distance 0"),
        (lambda: suggest_eps(np.diag([1e200, 1e199, 1e198])), ValueError, "'min_samples' parameter"),
        (lambda: suggest_eps(np.diag([1.7e308, 1.6e308, 1.5e308]), 2), ValueError, "too large for float64"),
        (lambda: suggest_eps(np.zeros((9, 2)), 3, metric="cosine"), ValueError, "zero vectors"),
    ],
)
def test_mistakes(call, error, message):
    with pytest.raises(error, match=message):
        call()
