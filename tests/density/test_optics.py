"""OPTICS: the order, what is reached from where, clusters in the plot, new rows."""

import types

import numpy as np
import pytest

import coterie
from coterie import OPTICS, ClusteringWarning, cluster_optics_dbscan, cluster_optics_xi, compute_optics_graph
from coterie._runtime.thresholds import thresholds
from coterie.distances import cdist
from tests.reference import optics as reference

pytestmark = pytest.mark.filterwarnings(
    "ignore::coterie.ClusteringWarning",
    "ignore::coterie.FeatureScaleWarning",
    "ignore:divide by zero:RuntimeWarning:sklearn",
)


def rows_of(kind, n, d, rng):
    X = rng.normal(size=(n, d))
    return {
        "normal": lambda: X,
        "grid": lambda: rng.integers(0, 4, (n, d)).astype(float),
        "groups": lambda: np.where(rng.random((n, 1)) < 0.5, 0.1 * X, 0.1 * X + 20),
        "copies": lambda: np.repeat(X[: (n + 3) // 4], 4, axis=0)[:n],
        "equal": lambda: np.ones((n, d)),
        "float32": lambda: X.astype(np.float32),
        "offset": lambda: X + 1e6,
    }[kind]()


def check(found, expected):
    ordering, core, reach, predecessor = found
    np.testing.assert_array_equal(ordering, expected[0])
    np.testing.assert_array_equal(predecessor, expected[3])
    np.testing.assert_allclose(core, expected[1], rtol=1e-9, atol=0)
    np.testing.assert_allclose(reach, expected[2], rtol=1e-9, atol=0)


@pytest.mark.parametrize("kind", ["normal", "grid", "groups", "copies", "equal", "float32", "offset"])
@pytest.mark.parametrize("way", ["tree", "all distances"])
@pytest.mark.parametrize("seed", range(6))
def test_rows_are_visited_in_the_order_of_their_definition(kind, way, seed, monkeypatch):
    if way == "all distances":
        monkeypatch.setattr(thresholds, "tree_features", 0)
    rng = np.random.default_rng([seed, len(kind)])
    n, d = int(rng.integers(2, 90)), int(rng.integers(1, 5))
    X = rows_of(kind, n, d, rng)
    min_samples = int(rng.integers(2, min(n, 40) + 1))
    metric = rng.choice(["euclidean", "manhattan", "chebyshev"])
    D = cdist(X, X, metric)
    far = np.sort(D, axis=None)
    at = int(rng.integers(len(far) // 2, len(far)))
    max_eps = np.inf if seed % 2 else 0.5 * (far[at - 1] + far[at])  # not a distance, whose last digit may differ
    weights = None if seed % 3 else rng.integers(0, 4, n) + 0.25
    if weights is not None and weights.sum() < min_samples:
        weights = None
    found = compute_optics_graph(
        X, min_samples=min_samples, max_eps=max_eps, metric=metric, sample_weight=weights, n_jobs=1 + seed % 3
    )
    check(found, reference.order(D, min_samples, max_eps, weights))


@pytest.mark.parametrize("metric", ["cosine", "correlation", "minkowski", "sqeuclidean", "canberra", "haversine"])
@pytest.mark.parametrize("max_eps", [np.inf, 0.37])
def test_metrics(metric, max_eps):
    X = np.random.default_rng(len(metric)).uniform(0.1, 1.5, (70, 2 if metric == "haversine" else 4))
    D = cdist(X, X, metric, **({"p": 1.5} if metric == "minkowski" else {}))
    found = compute_optics_graph(X, min_samples=4, max_eps=max_eps, metric=metric, p=1.5)
    check(found, reference.order(D, 4, max_eps))


def test_a_function_measures():
    X = np.random.default_rng(5).normal(size=(50, 3))
    found = compute_optics_graph(X, min_samples=3, metric=lambda x, y: float(np.abs(x - y).sum()))
    check(found, reference.order(cdist(X, X, "manhattan"), 3))


@pytest.mark.parametrize("features", [21, 60])
def test_many_features(features):
    X = np.random.default_rng(features).normal(size=(80, features))
    check(compute_optics_graph(X, min_samples=4), reference.order(cdist(X, X), 4))


@pytest.mark.parametrize("seed", range(4))
def test_far_groups_whose_rows_wait_long(seed):
    """Groups are used up one by one, so that most lists are searched for again."""
    rng = np.random.default_rng(seed)
    X = np.concatenate([rng.normal(10.0 * 2**i, 0.1 + i, (40, 2)) for i in range(6)])
    for min_samples in (2, 30, 60):
        check(compute_optics_graph(X, min_samples=min_samples), reference.order(cdist(X, X), min_samples))


@pytest.mark.parametrize("n_jobs", [2, 3, 5])
def test_the_same_bits_for_any_number_of_threads(n_jobs):
    X = np.random.default_rng(0).normal(size=(5000, 3))
    for one, other in zip(compute_optics_graph(X, n_jobs=1), compute_optics_graph(X, n_jobs=n_jobs), strict=True):
        np.testing.assert_array_equal(one, other)


# ------------------------------------------------------------------------------------------- given distances


@pytest.mark.parametrize("max_eps", [np.inf, 0.6])
def test_given_distances_need_not_be_symmetric(max_eps):
    D = np.random.default_rng(1).uniform(size=(40, 40))
    np.fill_diagonal(D, 0)
    found = compute_optics_graph(D, min_samples=3, max_eps=max_eps, metric="precomputed")
    check(found, reference.order(D, 3, max_eps))


def as_graph(D, stored):
    return types.SimpleNamespace(
        data=D[stored],
        indices=stored.nonzero()[1],
        indptr=np.concatenate([[0], stored.sum(axis=1).cumsum()]),
        shape=D.shape,
    )


@pytest.mark.parametrize("diagonal", [True, False], ids=["with diagonal", "without"])
@pytest.mark.parametrize("weights", [None, np.arange(60) % 3], ids=["", "weighted"])
def test_distances_that_are_not_stored_do_not_reach(diagonal, weights):
    X = np.random.default_rng(2).normal(size=(60, 2))
    D = cdist(X, X)
    stored = D.argsort(axis=1).argsort(axis=1) < 15
    stored &= diagonal | ~np.eye(60, dtype=bool)
    found = compute_optics_graph(as_graph(D, stored), min_samples=4, metric="precomputed", sample_weight=weights)
    known = np.where(stored | np.eye(60, dtype=bool), D, np.inf)
    expected = reference.order(known, 4, 1e300, weights)  # so that infinity is too far
    check(found, expected)


def test_a_row_with_too_few_distances_is_named():
    D = cdist(np.arange(6.0)[:, None], np.arange(6.0)[:, None])
    with pytest.raises(ValueError, match="5 neighbors are required, but some samples have only 2 neighbors"):
        OPTICS(metric="precomputed").fit(as_graph(D, D <= 1))


def test_sparse_rows_are_made_dense():
    X = np.random.default_rng(3).normal(size=(40, 3)) * (np.random.default_rng(4).random((40, 3)) < 0.7)
    S = as_graph(X, X != 0)
    S.shape = X.shape
    dense, sparse = OPTICS().fit(X), OPTICS().fit(S)
    np.testing.assert_array_equal(dense.ordering_, sparse.ordering_)
    np.testing.assert_array_equal(dense.predict(X), sparse.predict(S))


# ------------------------------------------------------------------------------------------- clusters in the plot


def xi_of(heights, **options):
    n = len(heights)
    arrays = {"reachability": heights, "ordering": np.arange(n), "predecessor": np.arange(n) - 1}
    return cluster_optics_xi(**{**arrays, "min_samples": 2, "xi": 0.3, **options})


def test_valleys_within_a_valley():
    labels, clusters = xi_of([np.inf, 1, 1, 1, 5, 1, 1, 1, 20, 1, 1, 1])
    np.testing.assert_array_equal(clusters, [[0, 3], [4, 7], [0, 7], [8, 11], [0, 11]])
    np.testing.assert_array_equal(labels, [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])


def test_small_valleys_are_no_clusters():
    labels, clusters = xi_of([np.inf, 1, 1, 1, 5, 1, 20, 1, 1, 1], min_cluster_size=4)
    assert [list(each) for each in clusters] == [[0, 3], [0, 5], [6, 9], [0, 9]]
    assert labels.tolist() == [0, 0, 0, 0, -1, -1, 1, 1, 1, 1]


def test_rows_that_were_not_reached_from_within_are_taken_off():
    predecessor = np.array([-1, 0, 1, 2, 0, 4, 4, 6])
    heights = [np.inf, 2, 1, 1, 1.2, 1, 3, 9]
    arrays = {
        "reachability": heights,
        "ordering": np.arange(8),
        "predecessor": predecessor,
        "min_samples": 2,
        "xi": 0.1,
    }
    _, kept = cluster_optics_xi(**arrays, predecessor_correction=False)
    _, corrected = cluster_optics_xi(**arrays)
    assert len(corrected) <= len(kept)
    for start, end in corrected:
        assert heights[start] > heights[end] or start <= predecessor[end] < end


def test_a_plot_without_steep_places_has_no_cluster():
    for heights in (np.ones(20), np.full(20, np.inf), np.zeros(20)):
        labels, clusters = xi_of(heights, xi=0.5)
        assert clusters.shape == (0, 2) and (labels == -1).all()
    labels, clusters = xi_of([np.inf, *np.ones(19)], xi=0.5)
    assert clusters.tolist() == [[0, 19]] and not labels.any()  # the plot rises behind its end


def test_more_clusters_than_rows_have_room():
    """Many areas that go down are open at once, and each of many that go up ends a cluster with all of them."""
    half = np.repeat(np.arange(40, 0, -1.0), 2)
    heights = np.concatenate([[np.inf], half, half[::-1]])
    _, clusters = xi_of(heights, xi=0.01, predecessor_correction=False, min_samples=2)
    assert (clusters[:, 0] <= clusters[:, 1]).all() and clusters.max() < len(heights)


@pytest.mark.parametrize("seed", range(40))
def test_clusters_are_those_of_scikit_learn(seed):
    sklearn_cluster = pytest.importorskip("sklearn.cluster")
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(5, 150)), int(rng.integers(1, 5))
    X = (
        rng.normal(size=(n, 2)) * rng.choice([0.1, 1], size=(n, 1))
        + rng.uniform(-5, 5, (k, 2))[rng.integers(k, size=n)]
    )
    ordering, core, reach, predecessor = compute_optics_graph(X, min_samples=3, max_eps=rng.choice([np.inf, 1.0]))
    reach = [reach, np.round(reach, 1), rng.integers(0, 4, n).astype(float)][seed % 3]
    arrays = {"reachability": reach, "ordering": ordering}
    options = {
        "min_samples": int(rng.integers(2, 6)),
        "min_cluster_size": [None, 2, 0.1, 5][rng.integers(4)],
        "xi": float(rng.choice([0.0, 0.01, 0.05, 0.3, 0.9])),
        "predecessor_correction": bool(seed % 2),
    }
    labels, clusters = cluster_optics_xi(**arrays, predecessor=predecessor, **options)
    expected = sklearn_cluster.cluster_optics_xi(**arrays, predecessor=predecessor, **options)
    np.testing.assert_array_equal(labels, expected[0])
    np.testing.assert_array_equal(clusters, np.reshape(expected[1], (-1, 2)))
    for eps in (0.1, 1.0):
        np.testing.assert_array_equal(
            cluster_optics_dbscan(**arrays, core_distances=core, eps=eps),
            sklearn_cluster.cluster_optics_dbscan(**arrays, core_distances=core, eps=eps),
        )


@pytest.mark.parametrize("max_eps", [np.inf, 0.5])
@pytest.mark.parametrize("metric", ["minkowski", "manhattan", "chebyshev"])
def test_all_attributes_are_those_of_scikit_learn(metric, max_eps):
    sklearn_cluster = pytest.importorskip("sklearn.cluster")
    X = np.random.default_rng(7).normal(size=(300, 3))
    ours = OPTICS(max_eps=max_eps, metric=metric, xi=0.1).fit(X)
    theirs = sklearn_cluster.OPTICS(max_eps=max_eps, metric=metric, xi=0.1).fit(X)
    for name in ("ordering_", "predecessor_", "labels_", "cluster_hierarchy_"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), name)
    for name in ("reachability_", "core_distances_"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-6)


def test_core_points_are_clustered_as_by_dbscan():
    X = np.random.default_rng(8).normal(size=(400, 2))
    model = OPTICS(cluster_method="dbscan", eps=0.2).fit(X)
    expected = coterie.DBSCAN(0.2).fit(X)
    is_core = model.core_distances_ <= 0.2
    np.testing.assert_array_equal(is_core.nonzero()[0], expected.core_sample_indices_)
    pairs = set(zip(model.labels_[is_core], expected.labels_[is_core], strict=True))
    assert len(pairs) == len({one for one, _ in pairs}) == len({other for _, other in pairs})


# ------------------------------------------------------------------------------------------- new rows


def test_new_rows_join_the_cluster_from_which_they_are_reached():
    rng = np.random.default_rng(9)
    X = np.concatenate([rng.normal(0, 0.2, (50, 2)), rng.normal(10, 1.0, (50, 2))])
    for model in (OPTICS(xi=0.3, min_samples=8), OPTICS(cluster_method="dbscan", eps=1.5)):
        model.fit(X)
        own = model.labels_[[0, 50]]
        assert own[0] != own[1] and (own >= 0).all()
        np.testing.assert_array_equal(model.predict([[0.0, 0.1], [10.0, 10.1], [2.5, 2.5]]), [*own, -1])
        is_inside = model.labels_ >= 0
        assert (model.predict(X)[is_inside] == model.labels_[is_inside]).mean() > 0.95
    given = OPTICS(cluster_method="dbscan", eps=1.5, metric="precomputed").fit(cdist(X, X))
    np.testing.assert_array_equal(given.predict(cdist(X + 0.01, X)), model.predict(X + 0.01))


def test_nothing_is_reached():
    with pytest.warns(ClusteringWarning, match="All reachability values are inf. Set a larger max_eps"):
        model = OPTICS(max_eps=1e-9).fit(np.random.default_rng(0).normal(size=(20, 2)))
    assert (model.labels_ == -1).all() and np.isinf(model.reachability_).all()
    np.testing.assert_array_equal(model.ordering_, np.arange(20))
    np.testing.assert_array_equal(model.predict(np.zeros((2, 2))), [-1, -1])


# ------------------------------------------------------------------------------------------- what is not allowed

X = np.random.default_rng(0).normal(size=(20, 2))


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda: OPTICS(min_samples=21).fit(X), r"min_samples must be no greater than the number of samples \(20\)"),
        (lambda: OPTICS(min_cluster_size=21).fit(X), "min_cluster_size must be no greater than the number"),
        (lambda: OPTICS(min_samples=1).fit(X), "'min_samples' parameter of OPTICS must be an int"),
        (lambda: OPTICS(min_samples=1.5).fit(X), "'min_samples' parameter of OPTICS must be an int"),
        (lambda: OPTICS(xi=1.1).fit(X), "'xi' parameter of OPTICS must be a float"),
        (lambda: OPTICS(max_eps=1, eps=2, cluster_method="dbscan").fit(X), "Specify an epsilon smaller than 1. Got 2"),
        (lambda: OPTICS().fit([[1.0, 2.0]]), "min_samples must be no greater than the number of samples"),
        (lambda: OPTICS(min_samples=0.5).fit([[1.0, 2.0]]), "min_samples=2 requires as many rows"),
        (lambda: OPTICS(metric="precomputed").fit(X), "Precomputed metric requires shape"),
        (lambda: OPTICS(metric="precomputed").fit(-np.ones((9, 9))), "Negative values in data"),
        (lambda: OPTICS().fit([[np.nan, 1.0]] * 9), "NaN"),
        (lambda: compute_optics_graph(X, sample_weight=0.1), "must add up to min_samples=5. Got 2"),
        (lambda: xi_of([1.0, -1.0]), "'reachability' must be at least 0. Got -1.0 for row 1"),
        (lambda: xi_of([1.0, np.nan]), "'reachability'"),
        (lambda: xi_of([1.0, 2.0], ordering=[0, 0]), "'ordering' must hold each row once"),
        (lambda: xi_of([1.0, 2.0], ordering=[0.0, 1.0]), "'ordering' must hold integers. Got float64"),
        (lambda: xi_of([1.0, 2.0], predecessor=[0, 2]), "'predecessor' must hold 2 numbers from -1 to 1"),
        (lambda: xi_of([1.0, 2.0], min_samples=3), "min_samples must be no greater"),
        (
            lambda: cluster_optics_dbscan(reachability=[1.0], core_distances=[1.0, 2.0], ordering=[0], eps=1),
            r"'core_distances' must have shape \(1,\)",
        ),
        (
            lambda: cluster_optics_dbscan(reachability=[1.0], core_distances=[1.0], ordering=[0], eps=-1),
            "'eps' parameter of cluster_optics_dbscan must be a float",
        ),
    ],
)
def test_what_is_not_allowed_is_said(work, message):
    with pytest.raises(ValueError, match=message):
        work()


def test_shares_of_the_rows():
    one, other = OPTICS(min_samples=0.2, min_cluster_size=0.3).fit(X), OPTICS(min_samples=4, min_cluster_size=6).fit(X)
    np.testing.assert_array_equal(one.labels_, other.labels_)
    np.testing.assert_array_equal(one.reachability_, other.reachability_)
