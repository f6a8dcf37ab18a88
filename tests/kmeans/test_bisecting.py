"""`BisectingKMeans`: the splits of the textbook and of scikit-learn, their tree, and what can't be split."""

import tracemalloc
import warnings

import numpy as np
import pytest
from reference.bisecting import bisect

import coterie
from coterie import BisectingKMeans, Cancelled, ConvergenceWarning, KMeans
from coterie._runtime.thresholds import thresholds
from coterie.hierarchy import fcluster, is_monotonic, is_valid_linkage
from coterie.kmeans._starts import draw_rows

STRATEGIES = ["biggest_inertia", "largest_cluster"]


def some_rows(seed, offset=1e4):
    """Rows, weights and a number of clusters: of all kinds, without equal distances."""
    rng = np.random.RandomState(seed)
    n, d = rng.randint(20, 200), rng.randint(1, 6)
    X = rng.normal(size=(n, d)) * rng.choice([1, 1e-3, 1e3], size=d) + rng.choice([0, offset])
    X = X.astype(np.float32 if seed % 4 == 1 else np.float64)
    return X, (rng.uniform(0.1, 3, n) if seed % 2 else None), int(rng.randint(1, 9))


def fit(*args, X, weights=None, **params):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.FeatureScaleWarning)
        return BisectingKMeans(*args, **params).fit(X, sample_weight=weights)


@pytest.fixture(params=["rows", "cells", "cells, then rows"])
def split_path(request, monkeypatch):
    """Every way to split a cluster, whatever its size."""
    monkeypatch.setattr(thresholds, "split_rows", {"rows": 1 << 60, "cells": 1, "cells, then rows": 40}[request.param])
    monkeypatch.setattr(thresholds, "halved_rows", 64)
    monkeypatch.setattr(thresholds, "cell_features", 8)
    return request.param


def same_partition(a, b):
    return len(np.unique(np.stack([a, b]), axis=1).T) == len(np.unique(a)) == len(np.unique(b))


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("seed", range(30))
def test_splits_are_those_of_the_textbook(seed, strategy):
    X, weights, k = some_rows(seed)
    w = np.ones(len(X)) if weights is None else weights
    first, last = (lambda rows: rows[np.lexsort(X[rows].T)][0]), (lambda rows: rows[np.lexsort(X[rows].T)][-1])
    labels, centers, heights = bisect(
        X.astype(np.float64), w, k, lambda rows: X[[first(rows), last(rows)]].astype(np.float64), strategy
    )

    def init(X, n_clusters, random_state):
        order = np.lexsort(X.T)
        return X[order[[0, -1]]]

    model = fit(k, X=X, weights=weights, init=init, tol=0, bisecting_strategy=strategy)
    np.testing.assert_array_equal(model.labels_, labels)
    tolerance = 1e-5 if X.dtype == np.float32 else 1e-9
    np.testing.assert_allclose(model.cluster_centers_, centers, rtol=tolerance, atol=tolerance * np.abs(X).max())
    np.testing.assert_allclose(model.linkage_[:, 2], heights, rtol=1e-4 if X.dtype == np.float32 else 1e-7)


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("seed", range(25))
def test_clusters_are_those_of_scikit_learn_where_the_draws_are(seed, strategy, monkeypatch):
    theirs = pytest.importorskip("sklearn.cluster").BisectingKMeans
    X, weights, k = some_rows(seed, offset=0.0)
    k = max(k, 2)  # the center of one cluster is the mean without weights there
    X = X.astype(np.float64)  # scikit-learn's products of float32 decide near ties in another way
    params = {"random_state": seed, "n_init": 1 + seed % 3, "bisecting_strategy": strategy}
    other = theirs(k, **params).fit(X.copy(), sample_weight=weights)
    for split_rows in (1 << 60, 1):  # by rows and by cells
        monkeypatch.setattr(thresholds, "split_rows", split_rows)
        ours = fit(k, X=X, weights=weights, **params)
        np.testing.assert_array_equal(ours.labels_, other.labels_)
        np.testing.assert_allclose(ours.cluster_centers_, other.cluster_centers_, rtol=0, atol=1e-10 * np.abs(X).max())
    np.testing.assert_array_equal(ours.predict(X), other.predict(X))


@pytest.mark.parametrize("seed", range(20))
def test_labels_are_what_predict_gives_and_do_not_depend_on_threads(seed, split_path):
    X, weights, k = some_rows(seed)
    one, two = (fit(k, X=X, weights=weights, random_state=seed, n_jobs=n) for n in (1, 2))
    for name in ("labels_", "cluster_centers_", "linkage_", "_splits", "_split_centers"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    assert one.inertia_ == two.inertia_
    np.testing.assert_array_equal(one.predict(X), one.labels_)
    for i in range(0, len(X), 7):
        assert one.predict(X[i : i + 1]) == one.labels_[i]
    one._check_state()


@pytest.mark.parametrize("seed", range(10))
def test_a_cut_of_the_tree_is_an_earlier_state(seed, split_path):
    X, weights, _ = some_rows(seed)
    params = {"init": "k-means++", "random_state": seed}
    model = fit(9, X=X, weights=weights, **params)
    assert is_valid_linkage(model.linkage_) and is_monotonic(model.linkage_) and model.linkage_[-1, 3] == 9
    for j in range(1, 9):
        cut = fcluster(model.linkage_, j, "maxclust")[model.labels_]
        assert same_partition(cut, fit(j, X=X, weights=weights, **params).labels_)


def many_rows(seed):
    """Rows of few features, of all kinds, weights, and parameters."""
    rng = np.random.RandomState(seed)
    n, d = rng.randint(100, 3000), rng.randint(1, 4)
    X = rng.normal(size=(n, d)) + 8 * rng.normal(size=(9, d))[rng.randint(9, size=n)]
    kind = seed % 6
    if kind == 1:
        X = rng.randint(0, 99, size=(n, d)) * np.array([1.0, 1.37, 1.91])[:d] + 0.01 * rng.normal(size=(n, d))
    elif kind == 2:
        X = X[rng.randint(0, n // 4, size=n)]  # each row several times
    elif kind == 3:
        X = rng.standard_cauchy(size=(n, d)) ** 3
    elif kind == 4:
        X = X * rng.choice([1, 1e-3, 1e3], size=d) + 1e6
    elif kind == 5:
        X = X * 2.0 ** rng.choice([-600, 600])
    X = X.astype(np.float32 if kind < 4 and seed % 4 == 1 else np.float64)
    weights = rng.uniform(0.1, 3, n) * (rng.uniform(size=n) < 0.8) if seed % 3 == 0 else None
    params = {
        "n_clusters": int(rng.randint(2, 20)),
        "init": ["random", "k-means++"][seed // 2 % 2],
        "n_init": 1 + seed % 2,
        "bisecting_strategy": STRATEGIES[seed // 3 % 2],
        "tol": [1e-4, 0][seed // 5 % 2],
        "random_state": seed,
    }
    return X, weights, params


@pytest.mark.parametrize("seed", range(36))
def test_cells_do_not_change_the_clusters(seed, monkeypatch):
    X, weights, params = many_rows(seed)
    monkeypatch.setattr(thresholds, "split_rows", 1 << 60)
    rows = fit(X=X, weights=weights, **params)
    monkeypatch.setattr(thresholds, "split_rows", 1 + seed % 5 * 100)
    monkeypatch.setattr(thresholds, "chunk", 1e3)
    one, two = (fit(X=X, weights=weights, n_jobs=n, **params) for n in (1, 2))
    np.testing.assert_array_equal(one.labels_, rows.labels_)
    tolerance = 1e-6 if X.dtype == np.float32 else 1e-13
    size = np.abs(X).max()
    np.testing.assert_allclose(one.cluster_centers_, rows.cluster_centers_, rtol=0, atol=tolerance * size)
    np.testing.assert_allclose(one.linkage_, rows.linkage_, rtol=1e-6, atol=1e-9 * rows.linkage_[-1, 2])
    np.testing.assert_array_equal(one.predict(X), one.labels_)
    for name in ("labels_", "cluster_centers_", "linkage_", "_splits", "_split_centers", "inertia_"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_a_far_row_costs_the_others_no_digits():
    X = np.random.RandomState(0).normal(size=(3000, 3))
    X[7] = 1e15
    model = fit(12, X=X, tol=0, random_state=0)
    sizes = np.bincount(model.labels_)
    for label in np.flatnonzero(sizes < 2000):
        if label != model.labels_[7]:
            np.testing.assert_allclose(
                model.cluster_centers_[label], X[model.labels_ == label].mean(axis=0), rtol=0, atol=1e-13
            )
    assert sizes.max() < 2000


@pytest.mark.parametrize("size", [1e-170, 1e-50, 1e-20])
def test_a_cluster_that_is_small_beside_the_others_is_split_as_by_itself(size):
    rng = np.random.RandomState(0)
    X = np.concatenate([rng.uniform(size=(900, 1)) + 1, size * (rng.normal(size=(1000, 1)) + 9)])
    X[1000:1300] *= -1
    model = fit(3, X=X, init="k-means++", bisecting_strategy="largest_cluster", random_state=0)
    assert len(np.unique(model.labels_[X.ravel() < 0])) == 1
    assert same_partition(model.labels_, (X.ravel() > 0.5) + 2 * (X.ravel() < 0))


@pytest.mark.parametrize("n", [1, 2, 3, 10, 1000, 30_000])
def test_rows_are_drawn_as_numpy_draws_them(n):
    for seed in range(40):
        ours, theirs = np.random.RandomState(seed), np.random.RandomState(seed)
        size = min(n, 1 + seed % 9)
        wanted = theirs.choice(n, size=size, replace=False, p=np.full(n, 1 / n))
        np.testing.assert_array_equal(draw_rows(ours, n, size), wanted)
        assert ours.uniform() == theirs.uniform()


@pytest.mark.parametrize("n", [3, 10, 1000])
def test_rounding_decides_a_draw_at_the_border_of_two_rows_as_in_numpy(n):
    class Uniform:
        def random_sample(self, size):
            return border

    sums = np.full(n, 1 / n).cumsum()
    for row in range(1, n, max(1, n // 50)):
        for step in (-1, 0, 1):
            border = np.array([row / n + step * 2.0**-53])
            np.testing.assert_array_equal(
                draw_rows(Uniform(), n, 1), (sums / sums[-1]).searchsorted(border, side="right")
            )


def test_the_first_height_is_that_of_all_rows_about_their_mean():
    X, weights, _ = some_rows(3)
    Z = fit(4, X=X, weights=weights, random_state=0).linkage_
    mean = np.average(X, axis=0, weights=weights)
    assert Z[-1, 2] == pytest.approx(np.sqrt(weights @ ((X - mean) ** 2).sum(axis=1)))


def test_score_and_transform_are_by_all_centers():
    X, _, _ = some_rows(2)
    model = fit(6, X=X, random_state=0)
    far = np.sqrt(((X[:, None] - model.cluster_centers_) ** 2).sum(axis=2))
    np.testing.assert_allclose(model.transform(X), far, rtol=1e-9)
    assert model.score(X) == pytest.approx(-(far.min(axis=1) ** 2).sum())
    assert model.inertia_ == pytest.approx((far[np.arange(len(X)), model.labels_] ** 2).sum())


def test_what_cannot_be_split_leaves_clusters_empty(split_path):
    X = np.repeat([[0.0, 1.0], [5.0, 1.0]], 6, axis=0)
    with pytest.warns(ConvergenceWarning, match=r"distinct clusters \(2\) found smaller than n_clusters \(5\)"):
        model = BisectingKMeans(5, random_state=0).fit(X)
    assert len(np.unique(model.labels_)) == 2 and len(np.unique(model.labels_[:6])) == 1 and model.inertia_ == 0
    np.testing.assert_array_equal(model.predict(X), model.labels_)
    assert is_valid_linkage(model.linkage_)
    weights = np.zeros(12)
    weights[3] = 1
    with pytest.warns(ConvergenceWarning):
        assert (BisectingKMeans(3, random_state=0).fit(X, sample_weight=weights).labels_ == 0).all()


def test_as_many_clusters_as_rows_and_one(split_path):
    X = np.arange(10.0)[:, None]
    model = BisectingKMeans(10, random_state=0).fit(X)
    assert sorted(model.labels_) == list(range(10)) and model.inertia_ == 0
    one = BisectingKMeans(1).fit(X)
    assert one.linkage_.shape == (0, 4) and one.cluster_centers_.tolist() == [[4.5]] and not one.predict(X).any()
    one._check_state()
    with pytest.raises(ValueError, match="n_samples=10 should be >= n_clusters=11"):
        BisectingKMeans(11).fit(X)


def test_a_callable_gets_the_rows_of_the_cluster_in_the_units_of_the_data():
    X = np.array([[1.0], [2.0], [11.0], [12.0]]) * 2.0**600
    seen = []

    def init(X, n_clusters, random_state):
        seen.append(X.ravel() / 2.0**600)
        return X[[0, -1]]

    model = BisectingKMeans(3, init=init).fit(X)
    assert [rows.tolist() for rows in seen] == [[1, 2, 11, 12], [1, 2]]
    assert model.labels_.tolist() == [0, 1, 2, 2]


def test_a_tree_that_is_not_finished_is_no_result():
    X, _, _ = some_rows(0)
    model = BisectingKMeans(5, random_state=0).fit(X)
    before = model.__dict__.copy()

    def callback(stage, done, total):
        stages.append((stage, done, total))
        if done == 2:
            raise StopIteration

    stages = []
    with pytest.raises(Cancelled):
        model.fit(X, callback=callback)
    assert model.__dict__ == before and {(stage, total) for stage, _, total in stages} == {("bisecting k-means", 4)}


def test_it_is_worse_than_k_means_but_not_much():
    X = np.random.RandomState(0).normal(size=(2000, 4))
    assert KMeans(16, random_state=0).fit(X).inertia_ < BisectingKMeans(16, random_state=0).fit(X).inertia_ < 4500


class Rows:
    """A sparse matrix without scipy."""

    def __init__(self, parts, shape):
        (self.data, self.indices, self.indptr), self.shape = parts, shape


def as_sparse(X):
    rows, columns = X.nonzero()
    return Rows((X[rows, columns], columns, np.searchsorted(rows, np.arange(len(X) + 1))), X.shape)


def some_sparse_rows(seed):
    """Rows with many zeros, as an array, and weights."""
    rng = np.random.RandomState(seed)
    n, d = rng.randint(20, 150), rng.randint(2, 50)
    X = np.where(rng.uniform(size=(n, d)) < rng.choice([0.05, 0.3]), rng.normal(size=(n, d)), 0)
    X[:, 0] += rng.uniform(size=n) * (rng.uniform(size=n) < 0.9)
    return X * 2.0 ** (600 * (seed % 5 == 4)), rng.uniform(0.1, 3, n) if seed % 2 else None


@pytest.mark.parametrize(
    "init", ["random", "k-means++", lambda X, k, random_state: [[1.0] * X.shape[1], [-1e-9] * X.shape[1]]]
)
@pytest.mark.parametrize("seed", range(10))
def test_clusters_of_sparse_rows_are_those_of_dense_ones(seed, init):
    X, weights = some_sparse_rows(seed)
    stored = as_sparse(X)
    params = {"init": init, "random_state": seed, "bisecting_strategy": STRATEGIES[seed // 2 % 2]}
    dense, one, two = (
        fit(6, X=rows, weights=weights, n_jobs=n, **params) for rows, n in ((X, 1), (stored, 1), (stored, 2))
    )
    np.testing.assert_array_equal(one.labels_, dense.labels_)
    np.testing.assert_allclose(one.cluster_centers_, dense.cluster_centers_, rtol=0, atol=1e-12 * np.abs(X).max())
    np.testing.assert_allclose(one.linkage_, dense.linkage_, rtol=1e-9)
    np.testing.assert_array_equal(one.predict(as_sparse(X)), one.labels_)
    np.testing.assert_array_equal(dense.predict(as_sparse(X)), one.labels_)
    for name in ("labels_", "cluster_centers_", "linkage_", "_splits", "_split_centers", "inertia_"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_sparse_rows_are_not_made_dense_and_not_changed():
    rng = np.random.RandomState(0)
    columns = np.sort(rng.randint(20_000, size=(3000, 20)), axis=1).ravel()
    X = Rows((rng.uniform(size=60_000), columns, np.arange(3001) * 20), (3000, 20_000))
    before = [array.copy() for array in (X.indptr, X.indices, X.data)]
    tracemalloc.start()
    model = BisectingKMeans(4, random_state=0, n_jobs=1).fit(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3000 * 20_000 and np.array_equal(model.predict(X), model.labels_)  # an eighth of the rows as an array
    for array, old in zip((X.indptr, X.indices, X.data), before, strict=True):
        np.testing.assert_array_equal(array, old)
