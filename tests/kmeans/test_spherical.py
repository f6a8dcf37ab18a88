"""`SphericalKMeans`: the labels and the objective of the textbook, by directions alone."""

import itertools

import numpy as np
import pytest
from reference.spherical import spherical_k_means, unit

import coterie
from coterie import SphericalKMeans
from coterie._runtime.thresholds import thresholds


def some_rows(seed):
    rng = np.random.RandomState(seed)
    n, d, k = rng.randint(30, 300), rng.choice([2, 3, 5, 20, 60]), rng.randint(1, 8)
    directions = rng.normal(size=(k, d))
    X = directions[rng.randint(k, size=n)] + rng.normal(scale=rng.choice([0.1, 0.7]), size=(n, d))
    X *= rng.lognormal(sigma=2, size=(n, 1))
    return X, (rng.uniform(0.5, 2, n) if seed % 2 else None), int(k)


@pytest.mark.parametrize("seed", range(40))
def test_labels_and_objective_are_those_of_the_textbook(seed, monkeypatch):
    if seed % 4 == 0:
        monkeypatch.setattr(thresholds, "wide_pairs", 0)
    X, weights, k = some_rows(seed)
    start = X[np.random.RandomState(seed).choice(len(X), k, replace=False)]
    try:
        labels, centers, objective = spherical_k_means(X, start, weights)
    except AssertionError:
        pytest.skip("a cluster is empty on the way")
    model = SphericalKMeans(k, init=start, tol=0).fit(X, sample_weight=weights)
    np.testing.assert_array_equal(model.labels_, labels)
    np.testing.assert_allclose(model.cluster_centers_, centers, atol=1e-12)
    assert model.inertia_ == pytest.approx(objective[-1], rel=1e-9, abs=1e-12)
    assert all(b <= a * (1 + 1e-12) for a, b in itertools.pairwise(objective))
    np.testing.assert_allclose(np.square(model.cluster_centers_).sum(axis=1), 1, rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("init", ["k-means++", "k-means||", "random"])
def test_only_directions_count(init, dtype):
    X, _, _ = some_rows(6)
    X = X.astype(dtype)
    lengths = 2.0 ** np.random.RandomState(0).randint(-40, 40, size=(len(X), 1))
    one, two = (
        SphericalKMeans(5, init=init, random_state=0, n_jobs=n).fit(rows)
        for n, rows in ((1, X), (2, (X * lengths).astype(dtype)))
    )
    np.testing.assert_array_equal(one.labels_, two.labels_)
    np.testing.assert_array_equal(one.cluster_centers_, two.cluster_centers_)
    assert one.inertia_ == two.inertia_ and one.cluster_centers_.dtype == dtype
    np.testing.assert_array_equal(one.predict(X * dtype(1024)), one.labels_)


def test_lengths_of_any_size_in_one_matrix():
    X, _, k = some_rows(4)
    lengths = 2.0 ** np.random.RandomState(0).randint(-900, 900, size=(len(X), 1))
    plain, far = (SphericalKMeans(k, random_state=0).fit(rows) for rows in (X, X * lengths))
    np.testing.assert_array_equal(plain.labels_, far.labels_)
    np.testing.assert_allclose(plain.cluster_centers_, far.cluster_centers_, rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(far.predict(X * lengths[::-1]), far.labels_)


def test_transform_and_score_are_by_cosine():
    X, weights, k = some_rows(5)
    model = SphericalKMeans(k, random_state=0).fit(X)
    cosines = unit(X) @ model.cluster_centers_.T
    np.testing.assert_allclose(model.transform(X), 1 - cosines, atol=1e-14)
    assert model.score(X, sample_weight=weights) == pytest.approx(-(weights @ (1 - cosines.max(axis=1))))


@pytest.mark.parametrize("seed", range(8))
def test_rows_of_zeros_get_label_0_and_move_no_center(seed):
    X, weights, k = some_rows(seed)
    weights = np.ones(len(X)) if weights is None else weights
    zeros = np.random.RandomState(seed).choice(len(X), 5)
    with_zeros, more = np.insert(X, zeros, 0, axis=0), np.insert(weights, zeros, 3.0)
    is_zero = ~with_zeros.any(axis=1)
    params = {"init": X[:k], "tol": 0}
    without = SphericalKMeans(k, **params).fit(X, sample_weight=weights)
    model = SphericalKMeans(k, **params).fit(with_zeros, sample_weight=more)
    np.testing.assert_array_equal(model.labels_[~is_zero], without.labels_)
    assert not model.labels_[is_zero].any() and model.n_iter_ == without.n_iter_
    np.testing.assert_allclose(model.cluster_centers_, without.cluster_centers_, atol=1e-12)
    assert model.inertia_ == pytest.approx(without.inertia_ + 15)
    np.testing.assert_array_equal(model.predict(with_zeros), model.labels_)
    assert (model.transform(with_zeros)[is_zero] == 1).all()
    assert model.score(with_zeros, sample_weight=more) == pytest.approx(-model.inertia_)


def test_nothing_but_zeros_and_centers_of_zeros_are_refused():
    with pytest.raises(ValueError, match="All rows of X are zeros: they have no direction"):
        SphericalKMeans(2).fit(np.zeros((4, 2)))
    with pytest.raises(ValueError, match="All rows of X that have weight are zeros: they have no direction"):
        SphericalKMeans(1, init=[[1, 0]]).fit([[0, 0], [1, 0]], sample_weight=[1, 0])
    with pytest.raises(ValueError, match="Center 1 of 'init' is all zeros: it has no direction"):
        SphericalKMeans(2, init=[[1, 0], [0, 0]]).fit(np.eye(2))


def test_a_center_whose_rows_cancel_each_other_stays():
    X = np.array([[1.0, 0.0], [-1.0, 0.0]])
    model = SphericalKMeans(1, init=[[0.0, 2.0]]).fit(X)
    assert model.cluster_centers_.tolist() == [[0, 1]] and model.inertia_ == 2


def test_a_cluster_that_loses_its_rows_gets_a_far_one():
    X = np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [-1.0, 0.05]])
    model = SphericalKMeans(3, init=[[1, 0], [0, 1], [0.2, -1]], tol=0).fit(X)
    assert len(np.unique(model.labels_)) == 3
    np.testing.assert_array_equal(model.labels_, model.predict(X))


def test_profiles_drift_outliers_and_sweeps_go_by_direction():
    X, _, _ = some_rows(6)
    model = SphericalKMeans(4, random_state=0).fit(X)
    lengths = np.linspace(1, 9, len(X))[:, None]
    np.testing.assert_allclose(coterie.outlier_scores(X, model), coterie.outlier_scores(X * lengths, model), rtol=1e-6)
    np.testing.assert_array_equal(coterie.explain.drift(model, X * lengths).index, 0)
    found = coterie.selection.sweep(SphericalKMeans(random_state=0), X, {"n_clusters": [2, 4]})
    expected = coterie.scores.silhouette_score(X, model.labels_, metric="cosine")
    assert found[1]["silhouette"] == pytest.approx(expected)
