"""k-means of sparse rows: the answers of dense rows, in memory for what is stored."""

import dataclasses
import tracemalloc
import warnings

import numpy as np
import pytest
from reference import kmeans as reference

from coterie import ConvergenceWarning, FeatureScaleWarning, KMeans, k_means, kmeans_plusplus
from coterie._runtime import memory
from coterie._runtime.thresholds import thresholds
from coterie.distances._sparse import from_dense
from coterie.explain import drift, outlier_scores, profile
from coterie.kmeans import _assignment, _data, _seeding, _sparse
from coterie.kmeans._sparse import SparseAssignment, SparseSums
from coterie.kmeans._sparse_rows import dense_rows, hash_sparse_rows, moments_of_rows
from coterie.scaling._moments import scaled_moments
from coterie.selection import sweep

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@pytest.fixture(autouse=True)
def without_warnings_of_few_clusters():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", FeatureScaleWarning)
        yield


@dataclasses.dataclass
class Matrix:
    """A sparse matrix without scipy."""

    data: np.ndarray
    indices: np.ndarray
    indptr: np.ndarray
    shape: tuple[int, int]


def as_matrix(X, index=np.int32, rng=None, zeros=0, twice=0):
    """Rows as a sparse matrix; with a generator in any order, with stored zeros, and numbers in two halves."""
    rows, columns = np.nonzero(X)
    values = X[rows, columns]
    if rng is not None:
        some = rng.randint(len(rows), size=twice) if len(rows) else np.empty(0, int)
        some = np.unique(some)
        values = values.copy()
        values[some] /= 2
        more = rng.randint(len(X), size=zeros), rng.randint(X.shape[1], size=zeros)
        rows, columns = np.concatenate([rows, rows[some], more[0]]), np.concatenate([columns, columns[some], more[1]])
        values = np.concatenate([values, values[some], np.zeros(zeros, X.dtype)])
        order = rng.permutation(len(rows))
        order = order[rows[order].argsort(kind="stable")]
        rows, columns, values = rows[order], columns[order], values[order]
    starts = np.searchsorted(rows, np.arange(len(X) + 1))
    return Matrix(values, columns.astype(index), starts.astype(index), X.shape)


def made(kind, n, d, dtype=np.float64, seed=0):
    rng = np.random.RandomState(seed)
    X = np.where(rng.rand(n, d) < rng.choice([0.03, 0.2, 0.7]), rng.rand(n, d), 0)
    if kind == "whole":
        X = np.ceil(3 * X)
    elif kind == "signs":
        X -= 0.5 * (X != 0)
    elif kind == "tails":
        X *= rng.standard_cauchy((n, d)) ** 3
    elif kind == "repeated":
        X = X[rng.randint(n // 4 + 1, size=n)]
    elif kind == "few rows":
        X[rng.rand(n) < 0.8] = 0
    return X.astype(dtype)


def both(X, k, weight=None, **options):
    """Fits of sparse rows and of the same rows as an array."""
    options = {"random_state": 0, **options}
    return KMeans(k, **options).fit(as_matrix(X), None, weight), KMeans(k, **options).fit(X, None, weight)


def assert_same(sparse, dense, X):
    assert sparse.labels_.tolist() == dense.labels_.tolist() and sparse.n_iter_ == dense.n_iter_
    assert sparse.cluster_centers_.dtype == X.dtype and sparse.labels_.dtype == np.int32
    size, eps = np.abs(X).max(), np.finfo(X.dtype).eps
    np.testing.assert_allclose(sparse.cluster_centers_, dense.cluster_centers_, rtol=4 * eps, atol=16 * eps * size)
    exact = X.astype(np.float64)
    np.testing.assert_allclose(sparse.inertia_, dense.inertia_, rtol=1e3 * eps, atol=eps * np.square(exact).sum())


KINDS = ["plain", "whole", "signs", "tails", "repeated", "few rows"]


# ------------------------------------------------------------------------------------------- fits


@DTYPES
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_fit_is_that_of_dense_rows_from_the_same_start(kind, seed, dtype):
    rng = np.random.RandomState(seed)
    n, d = rng.randint(2, 150), rng.randint(1, 90)
    X = made(kind, n, d, dtype, seed)
    # If a cluster lost its rows among equal ones, rounding would say which is farthest.
    weight = rng.randint(0 if kind == "plain" else 1, 4, size=n) + (np.arange(n) == 0) if seed % 2 else None
    distinct = np.unique(X, axis=0)
    k = rng.randint(1, min(len(distinct), 12) + 1)
    centers = distinct[rng.choice(len(distinct), k, replace=False)]
    centers = centers + 0.001 * rng.rand(k, d).astype(dtype)
    for max_iter in (1, 3, 100):
        assert_same(*both(X, k, weight, init=centers, n_init=1, max_iter=max_iter, tol=0), X)


@pytest.mark.parametrize("init", ["k-means++", "k-means||", "random"])
@pytest.mark.parametrize("kind", ["plain", "signs", "whole"])
@pytest.mark.parametrize("seed", range(3))
def test_starts_are_those_of_dense_rows(kind, init, seed):
    X = made(kind, 120, 40, np.float64, seed)
    weight = None if seed else np.random.RandomState(0).rand(120)
    assert_same(*both(X, 6, weight, init=init, n_init=1, random_state=seed), X)


@pytest.mark.parametrize("seed", range(3))
def test_fit_is_that_of_scikit_learn(seed):
    peer, sparse = pytest.importorskip("sklearn.cluster"), pytest.importorskip("scipy.sparse")
    X = sparse.csr_matrix(made("plain", 300, 80, np.float64, seed))
    centers = X[:7].toarray() + 0.001 * np.random.RandomState(seed).rand(7, 80)
    theirs = peer.KMeans(7, init=centers, n_init=1, tol=0).fit(X)
    ours = KMeans(7, init=centers, n_init=1, tol=0).fit(X)
    assert ours.labels_.tolist() == theirs.labels_.tolist() and ours.n_iter_ == theirs.n_iter_
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, atol=1e-12)
    assert ours.inertia_ == pytest.approx(theirs.inertia_)


@DTYPES
@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_order_repetition_and_stored_zeros_do_not_matter(index, dtype):
    rng = np.random.RandomState(0)
    X = made("whole", 80, 30, dtype)
    X[5] = 0
    odd = as_matrix(X, index, rng, zeros=200, twice=100)
    before = dataclasses.replace(odd, data=odd.data.copy(), indices=odd.indices.copy())
    first, other = KMeans(5, random_state=0).fit(as_matrix(X)), KMeans(5, random_state=0).fit(odd)
    assert first.labels_.tolist() == other.labels_.tolist()
    np.testing.assert_allclose(first.cluster_centers_, other.cluster_centers_, rtol=1e-6)
    assert (odd.data == before.data).all() and (odd.indices == before.indices).all()


@pytest.mark.parametrize("kind", ["coo_matrix", "csc_matrix", "csr_array", "lil_matrix"])
def test_matrices_of_scipy_in_any_format(kind):
    sparse = pytest.importorskip("scipy.sparse")
    X = made("plain", 60, 20)
    model = KMeans(4, random_state=0).fit(getattr(sparse, kind)(X))
    assert model.labels_.tolist() == KMeans(4, random_state=0).fit(X).labels_.tolist()
    assert model.predict(getattr(sparse, kind)(X)).tolist() == model.labels_.tolist()


@pytest.mark.parametrize("exponent", [-1000, -600, -300, 300, 600, 1000])
def test_size_of_the_numbers_does_not_matter(exponent):
    X = made("plain", 90, 40)
    centers = X[:6]
    plain = KMeans(6, init=centers, n_init=1).fit(as_matrix(X))
    scaled = KMeans(6, init=np.ldexp(centers, exponent), n_init=1).fit(as_matrix(np.ldexp(X, exponent)))
    assert scaled.labels_.tolist() == plain.labels_.tolist()
    np.testing.assert_allclose(np.ldexp(scaled.cluster_centers_, -exponent), plain.cluster_centers_, rtol=1e-12)
    far = np.ldexp(scaled.transform(as_matrix(np.ldexp(X, exponent))), -exponent)
    np.testing.assert_allclose(far, plain.transform(as_matrix(X)), rtol=1e-12)


def test_results_are_the_same_bits_for_any_number_of_threads(monkeypatch):
    monkeypatch.setattr(thresholds, "chunk", 1000.0)
    X = made("signs", 400, 60)
    models = [KMeans(9, random_state=1, n_jobs=n).fit(as_matrix(X)) for n in (1, 2, 5)]
    for model in models[1:]:
        assert (model.labels_ == models[0].labels_).all() and model.inertia_ == models[0].inertia_
        assert model.cluster_centers_.tobytes() == models[0].cluster_centers_.tobytes()
        assert model.transform(as_matrix(X)).tobytes() == models[0].transform(as_matrix(X)).tobytes()


def test_clusters_that_lose_all_rows_get_far_ones():
    X = made("plain", 60, 30, seed=3)
    centers = np.concatenate([X[:3], np.full((3, 30), 50.0)])
    assert_same(*both(X, 6, init=centers, n_init=1, max_iter=1), X)
    assert_same(*both(X, 6, init=centers, n_init=1), X)


def test_fewer_distinct_rows_than_clusters():
    X = np.repeat(np.eye(3, 50), 10, axis=0)
    with pytest.warns(ConvergenceWarning):
        model = KMeans(5, random_state=0).fit(as_matrix(X))
    assert model.inertia_ == 0 and len(np.unique(model.labels_)) == 3
    assert (model.transform(as_matrix(X)).min(axis=1) == 0).all()


def test_rows_of_zeros_alone():
    model = KMeans(2, random_state=0).fit(Matrix(np.empty(0), np.empty(0, np.int32), np.zeros(6, np.int32), (5, 4)))
    assert model.labels_.tolist() == [0] * 5 and model.inertia_ == 0 and not model.cluster_centers_.any()


def test_a_callable_gets_a_matrix_of_the_callers_kind():
    sparse = pytest.importorskip("scipy.sparse")
    X = sparse.csr_matrix(made("plain", 50, 20))
    model = KMeans(4, init=lambda rows, k, random_state: rows[:k].toarray(), n_init=1).fit(X)
    assert (model.labels_ == KMeans(4, init=X[:4].toarray(), n_init=1).fit(X).labels_).all()


def test_functions_take_sparse_rows():
    X = made("plain", 70, 30)
    centers, rows = kmeans_plusplus(as_matrix(X), 5, random_state=0)
    expected = kmeans_plusplus(X, 5, random_state=0)
    assert (centers == X[rows]).all() and (rows == expected[1]).all()
    _, labels, _ = k_means(as_matrix(X), 5, random_state=0)
    assert (labels == KMeans(5, random_state=0).fit(X).labels_).all()


# ------------------------------------------------------------------------------------------- fitted models


@DTYPES
@pytest.mark.parametrize("kind", KINDS)
def test_fitted_models_answer_for_sparse_rows_as_for_dense_ones(kind, dtype, tmp_path):
    X, other = made(kind, 100, 40, dtype), made(kind, 50, 40, dtype, 1)
    weight = np.random.RandomState(0).rand(50)
    for model in both(X, 6):
        assert model.predict(as_matrix(X)).tolist() == model.labels_.tolist()
        assert model.predict(as_matrix(other)).tolist() == model.predict(other).tolist()
        expected = model.transform(other)
        rtol, least = 16 * np.finfo(dtype).eps, 16 * np.finfo(dtype).eps * expected.max()
        np.testing.assert_allclose(model.transform(as_matrix(other)), expected, rtol, least)
        assert model.transform(as_matrix(other)).dtype == dtype
        assert model.score(as_matrix(other), None, weight) == pytest.approx(model.score(other, None, weight), rel=1e-12)


def test_distances_near_centers_are_those_of_differences():
    X = made("plain", 30, 25)
    near = X * (1 + 1e-9)
    model = KMeans(30, init=X, n_init=1).fit(as_matrix(X))
    np.testing.assert_allclose(model.transform(as_matrix(near)), model.transform(near), rtol=1e-9)
    assert model.score(as_matrix(near)) == pytest.approx(model.score(near), rel=1e-9)


def test_distances_to_centers_that_have_little_beside_the_row():
    """So little that its square vanishes in the sum of the squares of a center."""
    X = np.zeros((2, 40))
    X[:, :5] = [[1.0], [2.0]]
    centers = X + 1e-12 * (X == 0)
    model = KMeans(2, init=centers, n_init=1).fit(centers)
    assert model.score(as_matrix(X)) == pytest.approx(-2 * 35e-24, rel=1e-12) == model.score(X)


def test_rows_of_other_sizes_than_the_centers():
    X, model = made("plain", 40, 20), KMeans(4, random_state=0).fit(made("plain", 100, 20))
    X[3, 5], X[7, 2], X[8] = 1e300, 1e-300, 0.0
    assert model.predict(as_matrix(X)).tolist() == model.predict(X).tolist()
    np.testing.assert_allclose(model.transform(as_matrix(X)), model.transform(X), rtol=1e-12)


def test_drift_and_outliers_of_sparse_rows():
    X, other = made("plain", 200, 30), made("signs", 100, 30, seed=1)
    model = KMeans(4, random_state=0).fit(as_matrix(X))
    np.testing.assert_allclose(outlier_scores(as_matrix(X), model), outlier_scores(X, model), rtol=1e-9)
    found = outlier_scores(as_matrix(other), model, reference=as_matrix(X))
    np.testing.assert_allclose(found, outlier_scores(other, model, reference=X), rtol=1e-9)
    assert drift(model, as_matrix(other)).index == drift(model, other).index
    small = KMeans(2, random_state=0).fit(as_matrix(X * 1e-200))
    scores = outlier_scores(as_matrix(X * 1e-200), small)
    np.testing.assert_allclose(scores, outlier_scores(X * 1e-200, small), rtol=1e-9)


# ------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    "call",
    [
        lambda X: profile(X, np.zeros(20, int)),
        lambda X: sweep(KMeans(random_state=0), X, {"n_clusters": [2, 3]}),
        lambda X: KMeans(2).fit_batches([X, X]),
        lambda X: KMeans(2, init=X[:2], n_init=1).fit(X),
    ],
    ids=["profile", "sweep", "batches", "init"],
)
def test_what_takes_dense_rows_alone_says_so(call):
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match="Sparse data was passed"):
        call(sparse.csr_matrix(made("plain", 20, 20)))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite(value):
    X = made("plain", 20, 10)
    X[3, 4] = value
    with pytest.raises(ValueError, match="row 3, column 4"):
        KMeans(2).fit(as_matrix(X))


def test_numbers_whose_sum_is_not_finite():
    X = Matrix(np.array([1e308, 1e308, 1.0]), np.array([1, 1, 0]), np.array([0, 2, 3]), (2, 2))
    with pytest.raises(ValueError, match="row 0, column 1"):
        KMeans(2).fit(X)


def test_other_columns_than_those_of_the_fit():
    model = KMeans(2, random_state=0).fit(as_matrix(made("plain", 20, 10)))
    with pytest.raises(ValueError, match="X has 9 features, but KMeans is expecting 10"):
        model.predict(as_matrix(made("plain", 20, 9)))


def test_numbers_too_far_apart():
    X = made("plain", 20, 10)
    X[0, 0], X[1, 1] = 1e300, 1e-300
    with pytest.raises(ValueError, match="very different size"):
        KMeans(2).fit(as_matrix(X))


@pytest.mark.parametrize(
    ("n_columns", "error", "message"),
    [
        (2**31, ValueError, "KMeans takes sparse rows of at most 2147483647 columns"),
        (2**31 - 1, MemoryError, "2,147,483,647 columns would take"),
    ],
)
def test_too_many_columns(monkeypatch, n_columns, error, message):
    monkeypatch.setattr(memory, "available", lambda: 10**6)
    one = Matrix(np.ones(1), np.zeros(1, np.int64), np.array([0, 1]), (1, n_columns))
    with pytest.raises(error, match=message):
        KMeans(1).fit(one)


def test_centers_that_do_not_fit_into_memory_are_refused(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 1 << 30)
    X = Matrix(np.ones(1000), np.arange(1000) * 5000, np.arange(1001), (1000, 5_000_000))
    with pytest.raises(MemoryError, match="100 centers of 5,000,000 features"):
        KMeans(100, init="random", n_init=1).fit(X)


def test_memory_is_that_of_what_is_stored_and_of_the_centers():
    n, d, k = 3000, 20_000, 4
    rng = np.random.RandomState(0)
    X = Matrix(
        rng.rand(20 * n), np.sort(rng.rand(n, 20) * d // 1).astype(np.int32).ravel(), np.arange(n + 1) * 20, (n, d)
    )
    KMeans(k, random_state=0, max_iter=1).fit(X)
    tracemalloc.start()
    KMeans(k, random_state=0, max_iter=3, n_jobs=1).fit(X)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12 * (n * 20 * 12 + k * d * 8)  # as an array, the rows would take 480 MB


# ------------------------------------------------------------------------------------------- parts


def prepared(X, weight=None):
    return _data.prepare(from_dense(X).astype(np.dtype(np.int32), X.dtype), weight, 1)


@DTYPES
@pytest.mark.parametrize("k", [1, 2, 15, 16, 17, 63, 64, 65, 130])
def test_assignments_are_those_of_true_distances(k, dtype):
    """For any number of centers, after any moves, and rows longer than what is added up at once."""
    rng = np.random.RandomState(k)
    X = made("plain", 150, 400, dtype, seed=2)
    data = prepared(X)
    assignment = SparseAssignment(data.sparse, k, data.scale, 1)
    centers, labels = rng.rand(k, 400), np.full(150, -1, np.int32)
    sums, weights = rng.rand(k, 400) * 5, rng.randint(1, 20, size=k).astype(float)
    for _ in range(4):
        assignment(centers, labels)
        assert (labels == reference.nearest(X, centers)).all()
        before, sums = centers.copy(), sums + 0.1 * rng.rand(k, 400)
        moved = assignment.move(sums, weights, centers)
        np.testing.assert_allclose(centers, sums / weights[:, None])
        np.testing.assert_allclose(moved, np.square(centers - before).sum())
    assignment.nudge(0.0)
    assert assignment(centers, labels).changed == (labels != reference.nearest(X, before)).sum()


def test_the_lowest_index_is_taken_on_a_tie():
    X = np.zeros((3, 6))
    X[0, :2] = 1
    X[1, 2] = 3
    centers = np.zeros((5, 6))
    centers[1, 0] = centers[2, 1] = 2  # as far from row 0 as the center 0
    centers[3, 2] = centers[4, 2] = 3
    labels = _assignment.nearest(from_dense(X).astype(np.dtype(np.int32), X.dtype), centers, 1)
    assert labels.tolist() == [0, 3, 0]


@pytest.mark.parametrize("offset", [1e-7, 1e-9, 1e-12, 1e-15])
def test_centers_that_differ_by_little_are_told_apart(offset):
    X = made("plain", 200, 50)
    rng = np.random.RandomState(0)
    centers = np.repeat(X[:4], 3, axis=0) + offset * rng.randint(-3, 4, size=(12, 50))
    labels = _assignment.nearest(prepared(X).sparse, centers, 1)
    far = reference.squared_distances(X, centers)
    assert (far[np.arange(200), labels] <= far.min(axis=1) * (1 + 1e-14)).all()
    assert labels.tolist() == _assignment.nearest(X, centers, 1).tolist()


def test_far_centers_beside_near_ones():
    X = made("plain", 50, 30)
    centers = np.concatenate([np.full((1, 30), 1e30), X[:3], np.full((1, 30), -1e100)])
    assert _assignment.nearest(prepared(X).sparse, centers, 1).tolist() == reference.nearest(X, centers).tolist()


@pytest.mark.parametrize("pause", [_sparse._PAUSE, 1.0])
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_sums_follow_labels(weighted, pause, monkeypatch):
    monkeypatch.setattr(_sparse, "_PAUSE", pause)
    rng = np.random.RandomState(0)
    X = made("tails", 200, 30)
    weight = rng.randint(0, 3, size=200).astype(float) if weighted else None
    data, w = prepared(X, weight), np.ones(200) if weight is None else weight
    sums, labels = SparseSums(data, 8), rng.randint(8, size=200).astype(np.int32)
    for few in (False, True) * 4:
        sums.follow(labels)
        expected = np.stack([(w[:, None] * X)[labels == k].sum(axis=0) for k in range(8)])
        size = np.stack([np.abs(w[:, None] * X)[labels == k].sum() for k in range(8)])
        assert (np.abs(sums.sums - expected) <= 1e-13 * size[:, None]).all()
        assert sums.weights.tolist() == [w[labels == k].sum() for k in range(8)]
        moving = rng.rand(200) < (0.02 if few else 0.5)
        labels = np.where(moving, rng.randint(5, size=200), labels).astype(np.int32)


@DTYPES
def test_moments_are_those_of_all_numbers(dtype):
    X = made("signs", 100, 20, dtype)
    X[:, 3] = 7 + 1e-3 * X[:, 3]  # no zeros
    X[:, 4] = 0
    found, expected = moments_of_rows(prepared(X).sparse), scaled_moments(X, 1).moments
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-12)


@DTYPES
@pytest.mark.parametrize("coarsely", [False, True])
def test_hashes_are_those_of_dense_rows(coarsely, dtype):
    X = made("few rows", 200, 30, dtype) * np.array([1, 1e-60])[np.arange(30) % 2].astype(dtype)
    X[3, 4] = -0.0
    found = hash_sparse_rows(prepared(X).sparse, coarsely, 1)
    assert found.tolist() == _seeding.hash_rows(X, coarsely, 1).tolist()


@pytest.mark.parametrize("trials", [1, 3, 9, 17])
def test_what_trials_gain(trials):
    X = made("repeated", 120, 40)
    weight = np.random.RandomState(0).rand(120)
    seeder = _seeding.Seeder(prepared(X, weight), 5)
    closest = np.full(120, np.inf)
    rng = np.random.RandomState(trials)
    for _ in range(3):
        seeder.add(row := int(rng.randint(120)))
        closest = np.minimum(closest, reference.squared_distances(X, X[[row]])[:, 0])
        np.testing.assert_allclose(seeder.rows.closest, closest, rtol=1e-9, atol=1e-15)
        assert (seeder.rows.closest[(X == X[row]).all(axis=1)] == 0).all()
        tried = rng.randint(120, size=trials)
        gains = np.maximum(closest[:, None] - reference.squared_distances(X, X[tried]), 0)
        np.testing.assert_allclose(seeder.gains(tried), weight @ gains, rtol=1e-9, atol=1e-12)


def test_some_rows_as_an_array():
    X = made("plain", 30, 20)
    some = np.array([4, 4, 0, 29])
    assert (dense_rows(prepared(X).sparse, some) == X[some]).all() and (dense_rows(X, some) == X[some]).all()
