"""Sparse rows in `SphericalKMeans`: what dense rows give, without ever being dense."""

import tracemalloc
import warnings

import numpy as np
import pytest

import coterie
from coterie import SphericalKMeans

sparse = pytest.importorskip("scipy.sparse")


def some_rows(seed, dtype=np.float64):
    """Rows, weights or None, and centers to start from."""
    rng = np.random.RandomState(seed)
    n, d, k = rng.randint(30, 300), rng.randint(2, 200), rng.randint(1, 10)
    X = sparse.random(n, d, density=rng.choice([0.03, 0.1, 0.4]), random_state=rng, format="csr").astype(dtype)
    X.data -= dtype(0.2)
    return X, (rng.uniform(0.5, 2, n) if seed % 2 else None), rng.uniform(size=(k, d))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("seed", range(12))
def test_results_are_those_of_dense_rows(dtype, seed):
    X, weights, start = some_rows(seed, dtype)
    near = {"rtol": 1e-5, "atol": 1e-6} if dtype == np.float32 else {"rtol": 1e-9, "atol": 1e-12}
    dense = SphericalKMeans(len(start), init=start, tol=0).fit(X.toarray(), sample_weight=weights)
    model = SphericalKMeans(len(start), init=start, tol=0).fit(X, sample_weight=weights)
    np.testing.assert_array_equal(model.labels_, dense.labels_)
    np.testing.assert_allclose(model.cluster_centers_, dense.cluster_centers_, **near)
    assert model.inertia_ == pytest.approx(dense.inertia_, rel=1e-6)
    assert abs(model.n_iter_ - dense.n_iter_) <= 1  # rounding says whether centers that stay have moved at all
    assert model.cluster_centers_.dtype == dtype
    np.testing.assert_array_equal(model.predict(X), model.labels_)
    np.testing.assert_array_equal(model.predict(X.toarray()), model.labels_)
    np.testing.assert_allclose(model.transform(X), dense.transform(X.toarray()), **near)
    assert model.transform(X).dtype == dtype
    assert model.score(X, sample_weight=weights) == pytest.approx(-model.inertia_, rel=1e-5)


@pytest.mark.parametrize("init", ["k-means++", "k-means||", "random"])
def test_same_bits_for_any_threads_and_layout(init):
    X, weights, _ = some_rows(8)
    shuffled = X.tocoo()
    order = np.random.RandomState(0).permutation(X.nnz)
    shuffled = sparse.coo_array((shuffled.data[order], (shuffled.row[order], shuffled.col[order])), shape=X.shape)
    models = [
        SphericalKMeans(6, init=init, n_init=2, random_state=0, n_jobs=n_jobs).fit(rows, sample_weight=weights)
        for n_jobs, rows in ((1, X), (2, X), (2, X.tocsc()), (3, shuffled))
    ]
    for model in models[1:]:
        np.testing.assert_array_equal(model.labels_, models[0].labels_)
        np.testing.assert_array_equal(model.cluster_centers_, models[0].cluster_centers_)
        assert model.inertia_ == models[0].inertia_


def test_numbers_that_are_stored_as_zero_or_in_pieces():
    X, _, start = some_rows(3)
    pieces = X.tocoo()
    data = np.concatenate([pieces.data / 2, pieces.data / 2, np.zeros(5)])
    row = np.concatenate([pieces.row, pieces.row, [0, 1, 2, 3, 4]])
    col = np.concatenate([pieces.col, pieces.col, [1, 1, 1, 0, 0]])
    summed = sparse.csr_array((data, col, np.searchsorted(np.sort(row), np.arange(X.shape[0] + 1))), shape=X.shape)
    summed.data, summed.indices = data[np.argsort(row, kind="stable")], col[np.argsort(row, kind="stable")]
    models = [SphericalKMeans(len(start), init=start).fit(rows) for rows in (X, summed)]
    np.testing.assert_array_equal(models[0].labels_, models[1].labels_)
    np.testing.assert_allclose(models[0].cluster_centers_, models[1].cluster_centers_, atol=1e-14)


def test_rows_of_no_numbers():
    X, _, start = some_rows(5)
    X = sparse.vstack([X, sparse.csr_matrix((7, X.shape[1]))]).tocsr()
    dense, model = (SphericalKMeans(len(start), init=start).fit(rows) for rows in (X.toarray(), X))
    np.testing.assert_array_equal(model.labels_, dense.labels_)
    assert model.inertia_ == pytest.approx(dense.inertia_)
    for init in ("k-means++", "k-means||", "random"):
        SphericalKMeans(3, init=init, random_state=0).fit(X)
    with pytest.raises(ValueError, match="All rows of X are zeros"):
        SphericalKMeans(2).fit(sparse.csr_matrix((4, 3)))


def test_anything_with_the_arrays_of_compressed_rows():
    class Rows:
        def __init__(self, matrix):
            self.data, self.indices, self.indptr = matrix.data, matrix.indices.astype(np.int64), matrix.indptr
            self.shape = matrix.shape

    X, _, start = some_rows(6)
    expected = SphericalKMeans(len(start), init=start).fit(X)
    model = SphericalKMeans(len(start), init=start).fit(Rows(X))
    np.testing.assert_array_equal(model.cluster_centers_, expected.cluster_centers_)
    np.testing.assert_array_equal(model.predict(Rows(X)), expected.labels_)


def test_rows_are_never_dense():
    X = sparse.random(1000, 20000, density=0.001, random_state=0, format="csr")  # 160 MB if dense
    tracemalloc.start()
    model = SphericalKMeans(3, random_state=0, max_iter=3).fit(X)
    model.predict(X), model.transform(X), model.score(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6


def test_lengths_of_any_size_in_one_matrix():
    X, _, _ = some_rows(2)
    lengths = 2.0 ** np.random.RandomState(0).randint(-900, 900, size=X.shape[0])
    far = sparse.diags(lengths).tocsr() @ X
    one, two = (SphericalKMeans(4, random_state=0).fit(rows) for rows in (X, far))
    np.testing.assert_array_equal(one.labels_, two.labels_)
    np.testing.assert_allclose(one.cluster_centers_, two.cluster_centers_, atol=1e-14)


def test_centers_far_from_all_rows_and_fewer_rows_than_clusters():
    X, _, start = some_rows(4)
    start[0] *= 1e30
    dense, model = (SphericalKMeans(len(start), init=start).fit(rows) for rows in (X.toarray(), X))
    np.testing.assert_array_equal(model.labels_, dense.labels_)
    repeated = sparse.csr_matrix(np.repeat(np.eye(3), 5, axis=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ConvergenceWarning)
        for init in ("k-means++", "k-means||"):
            assert SphericalKMeans(5, init=init, random_state=0).fit(repeated).inertia_ == pytest.approx(0, abs=1e-15)


def test_a_callable_gets_a_sparse_matrix():
    X, _, start = some_rows(6)

    def init(rows, n_clusters, random_state):
        assert sparse.issparse(rows) and rows.shape == X.shape
        return start

    np.testing.assert_array_equal(
        SphericalKMeans(len(start), init=init, n_init=1).fit(X).labels_,
        SphericalKMeans(len(start), init=start).fit(X).labels_,
    )


def test_what_is_wrong_is_named():
    X, _, start = some_rows(6)
    model = SphericalKMeans(len(start), init=start).fit(X)
    with pytest.raises(ValueError, match="features"):
        model.predict(X[:, :-1])
    X.data[3] = np.nan
    with pytest.raises(ValueError, match="contains NaN"):
        SphericalKMeans(2).fit(X)
