"""k-means from end to end: the result is that of the textbook, whatever way it was computed."""

import functools
import tracemalloc
import warnings

import numpy as np
import pytest
from reference import kmeans as reference

from coterie import ConvergenceWarning, KMeans, kmeans_plusplus
from coterie.kmeans import _cells, _data

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@pytest.fixture(autouse=True)
def few_distinct_rows_may_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def fit(X, centers, weight=None, max_iter=100, tol=1e-4, **params):
    return KMeans(len(centers), init=centers, n_init=1, max_iter=max_iter, tol=tol, **params).fit(X, None, weight)


def assert_same(model, X, expected):
    labels, inertia, centers, n_iter = expected
    np.testing.assert_array_equal(model.labels_, labels)
    assert model.n_iter_ == n_iter
    size = np.abs(X - X.mean(axis=0)).max()
    np.testing.assert_allclose(model.inertia_, inertia, rtol=1e-9, atol=1e-25 * size**2)
    rtol = 1e-9 if X.dtype == np.float64 else 1e-6
    np.testing.assert_allclose(model.cluster_centers_, centers, rtol=rtol, atol=rtol * size)


def assert_consistent(model, X, weight=None):
    """What holds whatever the clusters are: labels, inertia and centers belong together."""
    rows = np.arange(len(X))
    assert reference.may_be_nearest(X, model.cluster_centers_)[rows, model.labels_].all()
    np.testing.assert_array_equal(model.predict(X), model.labels_)
    expected = reference.inertia(X, weight, model.cluster_centers_, model.labels_)
    np.testing.assert_allclose(model.inertia_, expected, rtol=1e-9)


def cases(n_cases, features, dtype=np.float64, seed=0):
    """Random data, starting centers that are rows of them, and weights or None."""
    rng = np.random.RandomState(seed)
    for case in range(n_cases):
        d = features[case % len(features)]
        n = rng.choice([1, 2, 3, 5, 16, 63, 64, 65, 100, 127, 128, 129, 300 if d < 100 else 70])
        X = rng.normal(size=(n, d))
        if case % 5 == 1:
            X += 1e6
        if case % 5 == 2:
            X[:, rng.randint(d)] = 0.1  # a constant column
        if case % 5 == 3:
            X = X[rng.randint(n, size=n)]  # rows repeated, others missing
        X = X.astype(dtype)
        weight = rng.randint(0, 4, size=n).astype(float) if case % 3 == 0 else None
        if weight is not None:
            weight[rng.randint(n)] = 1.0
        possible = np.unique(X if weight is None else X[weight > 0], axis=0)
        k = rng.randint(1, min(len(possible), 20) + 1)
        yield X, possible[rng.choice(len(possible), size=k, replace=False)], weight


FEW = [*range(1, 9)]
MANY = [*range(9, 21), 64, 130]


# ------------------------------------------------------------------------------------------- the iterations


@DTYPES
@pytest.mark.parametrize("d", FEW)
def test_fit_is_that_of_the_textbook_for_few_features(path, d, dtype):
    for X, centers, weight in cases(30, [d], dtype, seed=d):
        tol = 1e-4 * X.var(axis=0, dtype=np.float64).mean()
        model = fit(X, centers, weight)
        assert_same(model, X, reference.lloyd(X, centers, weight, 100, tol))
        assert_consistent(model, X, weight)


@DTYPES
@pytest.mark.parametrize("d", MANY)
def test_fit_is_that_of_the_textbook_for_many_features(d, dtype):
    for X, centers, weight in cases(10, [d], dtype, seed=d):
        tol = 1e-4 * X.var(axis=0, dtype=np.float64).mean()
        model = fit(X, centers, weight)
        assert_same(model, X, reference.lloyd(X, centers, weight, 100, tol))
        assert_consistent(model, X, weight)


@DTYPES
def test_fifteen_hundred_features(dtype):
    for X, centers, weight in cases(6, [1500], dtype):
        assert_same(fit(X, centers, weight), X, reference.lloyd(X, centers, weight, 100))


@pytest.mark.parametrize(("k", "d"), [(4, 1), (4, 2), (8, 3), (16, 1), (16, 4), (16, 8)])
@pytest.mark.parametrize("more", [-1, 0, 1, 64])
def test_sizes_where_sorting_the_rows_begins_to_pay(k, d, more):
    rng = np.random.RandomState(k * d)
    X = rng.normal(size=(64 * k + more, d))
    centers = X[rng.choice(len(X), size=k, replace=False)]
    assert_same(fit(X, centers, tol=0), X, reference.lloyd(X, centers))


@functools.cache
def scikit_learns_fits():
    cluster = pytest.importorskip("sklearn.cluster")
    rng = np.random.RandomState(1)
    problems = list(cases(120, [*FEW, *MANY], seed=2))
    problems += [
        (X, X[rng.choice(2000, size=20, replace=False)], None)
        for X in (rng.normal(size=(2000, 2)), rng.uniform(size=(2000, 3)), rng.normal(size=(2000, 8)) + 1e6)
    ]
    return [
        (
            X,
            centers,
            weight,
            cluster.KMeans(len(centers), init=centers, n_init=1, max_iter=100).fit(X, sample_weight=weight),
        )
        for X, centers, weight in problems
    ]


@pytest.mark.parametrize("group", range(6))
def test_fit_is_scikit_learns(path, group):
    for X, centers, weight, theirs in scikit_learns_fits()[group::6]:
        model = fit(X, centers, weight)
        assert_same(model, X, (theirs.labels_, theirs.inertia_, theirs.cluster_centers_, theirs.n_iter_))
        np.testing.assert_allclose(model.inertia_, theirs.inertia_, rtol=1e-9, atol=1e-20)


@functools.cache
def scikit_learns_iterations():
    cluster = pytest.importorskip("sklearn.cluster")
    X = np.random.RandomState(3).normal(size=(1500, 3))
    return X, [cluster.KMeans(16, init=X[:16], n_init=1, max_iter=n, tol=0).fit(X) for n in range(1, 12)]


@pytest.mark.parametrize("max_iter", range(1, 12))
def test_every_iteration_is_scikit_learns(path, max_iter):
    X, fits = scikit_learns_iterations()
    theirs = fits[max_iter - 1]
    assert_same(
        fit(X, X[:16], max_iter=max_iter, tol=0),
        X,
        (theirs.labels_, theirs.inertia_, theirs.cluster_centers_, theirs.n_iter_),
    )


def test_inertia_never_rises(path):
    X = np.random.RandomState(4).normal(size=(1000, 2))
    inertias = [fit(X, X[:20], max_iter=n, tol=0).inertia_ for n in range(1, 40)]
    assert (np.diff(inertias) <= 1e-12 * inertias[0]).all() and inertias[-1] < 0.9 * inertias[0]


@pytest.mark.parametrize("tol", [1e-1, 1e-2, 1e-3, 1e-6])
def test_tol_ends_the_iterations_as_in_the_textbook(path, tol):
    X = np.random.RandomState(5).normal(size=(1000, 2))
    expected = reference.lloyd(X, X[:20], tol=tol * X.var(axis=0).mean())
    assert_same(fit(X, X[:20], tol=tol), X, expected)


# ------------------------------------------------------------------------------------------- empty clusters


@pytest.mark.parametrize("seed", range(8))
def test_empty_clusters_get_the_farthest_rows(path, seed):
    rng = np.random.RandomState(seed)
    for case in range(5 * seed, 5 * seed + 5):
        n, d, k = rng.randint(100, 1000), 1 + case % 4, rng.randint(4, 40)
        X = rng.normal(size=(n, d))
        weight = rng.uniform(0.5, 2, size=n) if case % 2 else None
        centers = X[rng.choice(n, size=k, replace=False)]
        centers[rng.choice(k, size=1 + case % 3, replace=False)] += 100
        assert_same(fit(X, centers, weight), X, reference.lloyd(X, centers, weight, 100, 1e-4 * X.var(axis=0).mean()))


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
@pytest.mark.parametrize("seed", range(5))
def test_equally_far_rows_fill_empty_clusters_as_in_scikit_learn(path, seed):
    cluster = pytest.importorskip("sklearn.cluster")
    X = np.random.RandomState(seed).randint(-3, 4, size=(2000, 2)).astype(float)
    X[1000:] = -X[:1000]  # the mean is 0 without rounding
    centers = np.zeros((16, 2))
    centers[2:] = 500
    theirs = cluster.KMeans(16, init=centers, n_init=1, max_iter=1).fit(X)
    assert_same(fit(X, centers, max_iter=1), X, (theirs.labels_, theirs.inertia_, theirs.cluster_centers_, 1))


def test_clusters_that_no_row_is_left_for_go_to_the_heaviest_one():
    X = np.array([[0.0], [0], [0], [4], [4]])
    model = fit(X, np.array([[0.0], [4], [50], [60]]))
    np.testing.assert_array_equal(model.labels_, [0, 0, 0, 1, 1])
    np.testing.assert_array_equal(model.cluster_centers_, [[0], [4], [0], [0]])
    assert model.inertia_ == 0


def test_equal_centers_share_equal_rows(path):
    X = np.array([[1.0], [0], [0], [1], [0]])
    model = fit(X, np.array([[1.0], [0], [0], [0], [1]]))
    assert model.inertia_ == 0
    assert_consistent(model, X)


@pytest.mark.parametrize("start", range(0, 100, 20))
def test_fewer_distinct_rows_than_clusters(path, start):
    for seed in range(start, start + 20):
        rng = np.random.RandomState(seed)
        X = rng.choice(rng.normal(size=5), size=(100, 1 + seed % 4))
        model = KMeans(8 + len(np.unique(X, axis=0)), random_state=seed).fit(X) if seed % 4 == 0 else fit(X, X[:30])
        assert_consistent(model, X)


# ------------------------------------------------------------------------------------------- special data


@DTYPES
@pytest.mark.parametrize("d", FEW)
def test_integer_grids_full_of_ties(path, d, dtype):
    rng = np.random.RandomState(d)
    for case in range(8):
        X = rng.randint(0, 3 + case % 5, size=(rng.randint(30, 400), d)).astype(dtype)
        distinct = np.unique(X, axis=0)
        centers = distinct[rng.choice(len(distinct), size=rng.randint(1, min(len(distinct), 20) + 1), replace=False)]
        model = fit(X, centers)
        assert_consistent(model, X)
        # One iteration from grid points has no rounding before the labels are chosen.
        np.testing.assert_allclose(
            fit(X, centers, max_iter=1).cluster_centers_,
            reference.move(
                X.astype(np.float64), np.ones(len(X)), centers.astype(np.float64), reference.nearest(X, centers)
            )[0],
            rtol=1e-6,
            atol=1e-6,
        )


def test_ties_where_the_way_changes(path):
    X = np.repeat([0.0, 1, -1, 2, 3, 4, 5], [31, 1, 1, 5, 1, 5, 1])[:, None]
    assert_consistent(fit(X, np.array([[-1.0], [0], [3], [5]]), tol=0), X)


@pytest.mark.parametrize("power", [-490, -100, 100, 490])
def test_powers_of_two_change_no_bit(path, power):
    rng = np.random.RandomState(8)
    for d in (1, 3, 8, 20):
        X = rng.normal(size=(1200, d))
        one, other = (fit(X * factor, X[:20] * factor) for factor in (1.0, 2.0**power))
        np.testing.assert_array_equal(one.labels_, other.labels_)
        np.testing.assert_array_equal(one.cluster_centers_ * 2.0**power, other.cluster_centers_)
        np.testing.assert_array_equal(one.transform(X) * 2.0**power, other.transform(X * 2.0**power))
        assert one.n_iter_ == other.n_iter_ and one.inertia_ * 4.0**power == other.inertia_


@pytest.mark.parametrize("power", [-40, -20, 20, 40])
def test_powers_of_two_change_no_bit_in_float32(path, power):
    X = np.random.RandomState(9).normal(size=(1200, 3)).astype(np.float32)
    factor = np.float32(2.0**power)
    one, other = fit(X, X[:20]), fit(X * factor, X[:20] * factor)
    np.testing.assert_array_equal(one.labels_, other.labels_)
    np.testing.assert_array_equal(one.cluster_centers_ * factor, other.cluster_centers_)


@pytest.mark.parametrize("size", [1e150, 1e-150])
def test_very_large_and_very_small_values(path, size):
    rng = np.random.RandomState(10)
    for d in (1, 2, 8, 20):
        X = rng.normal(size=(600, d)) * size
        model = fit(X, X[:7])
        assert_consistent(model, X)
        assert_same(model, X, reference.lloyd(X, X[:7], None, 100, 1e-4 * X.var(axis=0).mean()))


@DTYPES
def test_a_common_offset_changes_nothing(path, dtype):
    rng = np.random.RandomState(11)
    digits = 1024.0 if dtype == np.float64 else 8.0  # so that adding the offset is exact
    offset = 1048576.0
    for d in (1, 2, 8, 20):
        X = np.round(rng.normal(size=(900, d)) * 1000 * digits) / digits
        near, far = fit(X.astype(dtype), X[:9].astype(dtype)), fit((X + offset).astype(dtype), (X[:9] + offset))
        np.testing.assert_array_equal(near.labels_, far.labels_)
        assert near.n_iter_ == far.n_iter_
        assert_consistent(far, (X + offset).astype(dtype))


def test_one_row():
    model = fit(np.array([[3.0, 4.0]]), np.array([[0.0, 0.0]]))
    assert model.labels_.tolist() == [0] and model.cluster_centers_.tolist() == [[3, 4]] and model.inertia_ == 0


@DTYPES
def test_one_cluster_is_the_mean(path, dtype):
    rng = np.random.RandomState(12)
    for d in (1, 8, 130):
        X = (rng.normal(size=(777, d)) + 1e3).astype(dtype)
        model = KMeans(1, random_state=0).fit(X)
        np.testing.assert_allclose(model.cluster_centers_[0], X.mean(axis=0, dtype=np.float64), rtol=1e-7)
        np.testing.assert_allclose(model.inertia_, len(X) * X.var(axis=0, dtype=np.float64).sum(), rtol=1e-6)
        assert not model.labels_.any()


@DTYPES
@pytest.mark.parametrize("offset", [0, 1e6])
def test_as_many_clusters_as_rows(path, dtype, offset):
    for d in (1, 5, 20):
        rng = np.random.RandomState(d)
        X = (rng.permutation(60)[:, None] + rng.uniform(size=(60, d)) / 2 + offset).astype(dtype)
        model = KMeans(60, random_state=0).fit(X)
        np.testing.assert_array_equal(np.sort(model.labels_), np.arange(60))
        rounding = np.finfo(dtype).eps * (offset + 60)
        np.testing.assert_allclose(model.cluster_centers_[model.labels_], X, rtol=0, atol=rounding)
        assert model.inertia_ <= 60 * d * rounding**2


@DTYPES
@pytest.mark.parametrize("value", [0.0, 0.1, 1e6 / 3])
def test_all_rows_equal(path, dtype, value):
    X = np.full((100, 3), value, dtype=dtype)
    with pytest.warns(ConvergenceWarning, match="distinct clusters"):
        model = KMeans(5, random_state=0).fit(X)
    assert model.inertia_ <= 300 * (1e-15 * value) ** 2
    np.testing.assert_allclose(model.cluster_centers_, X[:5], rtol=1e-7)
    assert_consistent(model, X)


def test_constant_columns_change_nothing(path):
    X = np.random.RandomState(13).normal(size=(500, 3))
    wide = np.column_stack([np.full(500, 7.0), X, np.zeros(500), np.full(500, 1e6)])
    one, other = fit(X, X[:9]), fit(wide, wide[:9], tol=1e-4 / 2)  # tol is relative to the mean variance
    np.testing.assert_array_equal(one.labels_, other.labels_)
    np.testing.assert_allclose(one.inertia_, other.inertia_, rtol=1e-9)


def test_far_rows_without_weight_do_no_harm():
    for far in (1e3, 1e10, 1e20, 1e21, 1e22, 1e23, 1e40):
        X = np.random.RandomState(14).uniform(-1, 1, size=(4000, 4))
        X[:3] = np.array([[0], [far], [-far]])
        weight = np.ones(4000)
        weight[1:3] = 0
        assert_consistent(fit(X, X[10:15], weight), X, weight)


@DTYPES
def test_new_data_far_from_the_centers(dtype):
    model = fit(np.array([[0.0], [1.0], [2.0]], dtype=dtype), np.array([[0.0], [1.0], [2.0]]))
    X = np.array([[1e30], [-1e30], [0.5], [1.5], [np.nextafter(dtype(0.5), dtype(1))], [0.49]], dtype=dtype)
    np.testing.assert_array_equal(model.predict(X), reference.nearest(X, model.cluster_centers_))
    np.testing.assert_allclose(
        model.transform(X), np.sqrt(reference.squared_distances(X, model.cluster_centers_)), rtol=1e-6
    )


@pytest.mark.filterwarnings("ignore::coterie.FeatureScaleWarning")
@pytest.mark.parametrize("far", [1e16, 4.6e18, 1e120])
def test_distances_to_a_near_center_are_exact_beside_a_far_one(far):
    X = np.array([[0.0, 3.0], [10.07, 0.0], [far, 0.0], [1.0, 1.0]])
    model = KMeans(2, init=np.array([[0.0, 1.0], [far, 0.0]]), n_init=1, max_iter=1).fit(X)
    near = model.cluster_centers_[0]
    np.testing.assert_allclose(model.transform(X)[[0, 1, 3], 0], np.hypot(*(X[[0, 1, 3]] - near).T), rtol=1e-15)


def test_weights_are_relative(path):
    rng = np.random.RandomState(15)
    X, weight = rng.normal(size=(500, 3)), rng.uniform(size=500)
    one = fit(X, X[:9], weight)
    for factor in (2.0**-300, 0.25, 2.0**300):
        other = fit(X, X[:9], weight * factor)
        np.testing.assert_array_equal(one.cluster_centers_, other.cluster_centers_)
        assert one.inertia_ * factor == other.inertia_


def test_rows_without_weight_get_labels_and_move_nothing(path):
    rng = np.random.RandomState(16)
    X = rng.normal(size=(800, 2))
    weight = (np.arange(800) % 2).astype(float)
    model = fit(X, X[1:21:2], weight, tol=0)
    half = fit(X[1::2].copy(), X[1:21:2], tol=0)
    np.testing.assert_allclose(model.cluster_centers_, half.cluster_centers_, rtol=1e-12)
    np.testing.assert_array_equal(model.labels_[1::2], half.labels_)
    assert_consistent(model, X, weight)


# ------------------------------------------------------------------------------------------- seeding


def data_sets():
    rng = np.random.RandomState(17)
    blobs = rng.normal(size=(400, 2)) + 6 * rng.randint(5, size=(400, 2))
    return {
        "blobs": (blobs, None),
        "square": (rng.uniform(size=(400, 2)), None),
        "heavy tails": (np.exp(1.5 * rng.normal(size=(400, 3))), None),
        "weights": (blobs, rng.exponential(size=400) * (rng.uniform(size=400) < 0.7)),
        "many features": (rng.normal(size=(300, 20)) + 3 * rng.randint(2, size=(300, 20)), None),
    }


@pytest.mark.parametrize("name", data_sets())
def test_seeding_is_as_good_as_scikit_learns(seeding_path, name):
    cluster = pytest.importorskip("sklearn.cluster")
    X, weight = data_sets()[name]
    ours, theirs = (
        [
            reference.inertia(X, weight, centers, reference.nearest(X, centers))
            for centers, _ in (function(X, 10, sample_weight=weight, random_state=seed) for seed in range(80))
        ]
        for function in (kmeans_plusplus, cluster.kmeans_plusplus)
    )
    error = np.sqrt((np.var(ours) + np.var(theirs)) / 80)
    assert abs(np.mean(ours) - np.mean(theirs)) < 4 * error


@pytest.mark.parametrize("n_local_trials", [1, None])
def test_seeding_is_as_good_as_the_textbooks(seeding_path, n_local_trials):
    X, weight = data_sets()["weights"]
    X, weight = X[:150], weight[:150]
    random = np.random.RandomState(18)
    ours, books = (
        [reference.inertia(X, weight, X[rows], reference.nearest(X, X[rows])) for rows in draws]
        for draws in (
            [
                kmeans_plusplus(X, 5, sample_weight=weight, random_state=seed, n_local_trials=n_local_trials)[1]
                for seed in range(100)
            ],
            [reference.greedy_kmeans_plusplus(X, 5, weight, random, n_local_trials) for _ in range(100)],
        )
    )
    error = np.sqrt((np.var(ours) + np.var(books)) / 100)
    assert abs(np.mean(ours) - np.mean(books)) < 4 * error


@DTYPES
@pytest.mark.parametrize("d", FEW)
def test_no_row_without_weight_is_chosen(seeding_path, d, dtype):
    rng = np.random.RandomState(d)
    for case in range(15):
        n = rng.randint(2, 400)
        X = (rng.normal(size=(n, d)) + (1e4 if case % 2 else 0)).astype(dtype)
        weight = rng.uniform(size=n) * (rng.uniform(size=n) < 0.3)
        weight[0] = 1e-9
        k = min(rng.randint(1, 60), len(np.unique(X[weight > 0], axis=0)))
        centers, rows = kmeans_plusplus(X, k, sample_weight=weight, random_state=case)
        assert (weight[rows] > 0).all()
        assert len(np.unique(centers, axis=0)) == k


def test_no_row_without_weight_is_chosen_even_if_nothing_is_left_to_gain(seeding_path):
    X = np.arange(40.0)[:, None] // 2
    weight = (np.arange(40) < 6).astype(float)
    for seed in range(30):
        assert (weight[kmeans_plusplus(X, 6, sample_weight=weight, random_state=seed)[1]] > 0).all()


@DTYPES
@pytest.mark.parametrize("d", FEW)
def test_seeding_chooses_every_distinct_row_if_it_may(seeding_path, d, dtype):
    rng = np.random.RandomState(d)
    for case in range(5):
        distinct = np.unique((rng.normal(size=(rng.randint(1, 80), d)) * 10).astype(dtype), axis=0)
        X = distinct[np.concatenate([np.arange(len(distinct)), rng.randint(len(distinct), size=case)])]
        centers, rows = kmeans_plusplus(X, len(distinct), random_state=case, n_local_trials=1 if case % 2 else None)
        np.testing.assert_array_equal(np.unique(centers, axis=0), distinct)
        np.testing.assert_array_equal(X[rows], centers)


def test_seeding_works_on_equal_rows(seeding_path):
    for value in (0.0, 0.1, 1e150):
        centers, rows = kmeans_plusplus(np.full((50, 2), value), 5, random_state=0)
        np.testing.assert_array_equal(centers, np.full((5, 2), value))
        assert rows.min() >= 0 and rows.max() < 50


@DTYPES
@pytest.mark.parametrize("d", FEW)
def test_draws_do_not_depend_on_the_order_of_the_rows(seeding_path, d, dtype):
    rng = np.random.RandomState(d)
    for case in range(3):
        X = rng.normal(size=(rng.randint(20, 1500), d)).astype(dtype)
        weight = rng.uniform(size=len(X)) if case % 2 else None
        order = rng.permutation(len(X))
        one, _ = kmeans_plusplus(X, 10, sample_weight=weight, random_state=case)
        other, _ = kmeans_plusplus(
            X[order], 10, sample_weight=None if weight is None else weight[order], random_state=case
        )
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("exponent", [-600, 600])
def test_draws_do_not_depend_on_the_order_of_the_rows_at_extreme_scales(exponent):
    rng = np.random.RandomState(0)
    for case in range(30):
        X = rng.normal(size=(500, 1 + case % 3)) * 2.0**exponent
        one, other = (kmeans_plusplus(rows, 2, random_state=case)[0] for rows in (X, X[rng.permutation(500)]))
        np.testing.assert_array_equal(one, other)


@DTYPES
@pytest.mark.parametrize("d", FEW)
def test_draws_take_weights_for_repetitions(seeding_path, d, dtype):
    rng = np.random.RandomState(d)
    for case in range(3):
        X = rng.normal(size=(rng.randint(20, 700), d)).astype(dtype)
        times = rng.randint(0, 4, size=len(X))
        one, _ = kmeans_plusplus(X, 10, sample_weight=times.astype(float), random_state=case)
        other, _ = kmeans_plusplus(np.repeat(X, times, axis=0), 10, random_state=case)
        np.testing.assert_array_equal(one, other)


# ------------------------------------------------------------------------------------------- memory


@pytest.mark.parametrize("init", ["k-means++", "k-means||", "random"])
def test_memory_beyond_the_data_is_a_few_numbers_a_row(init):
    X = np.random.RandomState(23).normal(size=(200_000, 32))
    tracemalloc.start()
    try:
        KMeans(8, init=init, n_init=1, max_iter=3, random_state=0).fit(X)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 80 * len(X)  # of which 32 are a byte a number, to seed; a copy of X would be 256


def test_memory_of_few_features_is_that_of_a_copy_and_a_few_numbers_a_row():
    X = np.random.RandomState(24).normal(size=(400_000, 2))
    data_is_sorted = _cells.pay_for_iterations(_data.prepare(X[:64000], None, 1), 50)
    tracemalloc.start()
    try:
        KMeans(50, max_iter=3, random_state=0).fit(X)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert data_is_sorted and peak < X.nbytes + 80 * len(X)


def test_memory_of_many_clusters_does_not_grow_with_rows_times_clusters():
    X = np.random.RandomState(25).normal(size=(20_000, 16)).astype(np.float32)
    tracemalloc.start()
    try:
        KMeans(1000, init=X[:1000], max_iter=2).fit(X)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8e6  # 20,000 x 1000 float32 numbers would be 80e6
