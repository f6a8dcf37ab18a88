"""DBSCAN of sparse data: rows and graphs, scipy's and others, good and bad."""

import types

import numpy as np
import pytest
from reference.dbscan_cases import Rows, X, plain, scattered, some_weights, sparse_of

from coterie import DBSCAN, dbscan
from coterie.distances import pdist, squareform

pytestmark = pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "manhattan", "cosine", "minkowski"])
@pytest.mark.parametrize("seed", range(2))
def test_sparse_rows_are_as_dense_ones(metric, pairs_path, seed):
    rng = np.random.RandomState(seed)
    for case in range(10 * seed, 10 * seed + 10):
        n, d = rng.randint(1, 150), rng.randint(1, 12)
        data = rng.randint(-2, 3, size=(n, d)) * rng.randint(0, 2, size=(n, d)) * [1, 0.1, 1e-160, 1e200][case % 4]
        data = data.astype([np.float64, np.float32][case % 8 == 1])
        data = data + (0.3 if metric == "cosine" else 0)  # without rows of zeros
        eps = {"cosine": 0.11}.get(metric, [1, 0.3, 1e-160, 1e200][case % 4])
        params = {"metric": metric, "min_samples": int(rng.randint(1, 9)), "p": 1 if metric == "minkowski" else None}
        weights = some_weights(case, n, rng)
        if case % 4 > 1 and metric != "euclidean":
            continue
        ours, dense = (DBSCAN(eps, **params).fit(each, sample_weight=weights) for each in (sparse_of(data), data))
        np.testing.assert_array_equal(ours.labels_, dense.labels_)
        np.testing.assert_array_equal(ours.core_sample_indices_, dense.core_sample_indices_)
        if len(ours.core_sample_indices_):
            np.testing.assert_array_equal(ours.components_.toarray(), dense.components_)
            new = data[rng.permutation(n)[:40]]
            np.testing.assert_array_equal(ours.predict(sparse_of(new)), dense.predict(new))
            np.testing.assert_array_equal(ours.predict(new), dense.predict(sparse_of(new)))


def test_a_radius_that_is_tiny_beside_the_numbers():
    data = np.array([[1e9, 0], [1e9, 0], [1e9 + 1, 0], [0, 1e-300]])
    model = DBSCAN(1e-300, min_samples=1).fit(sparse_of(data))
    assert model.labels_.tolist() == [0, 0, 1, 2]
    assert model.predict(data).tolist() == model.predict(sparse_of(data)).tolist() == [0, 0, 1, 2]
    assert DBSCAN(1e-300, min_samples=1).fit(sparse_of(data[3:])).predict(data).tolist() == [-1, -1, -1, 0]


def test_rows_that_only_look_like_scipys():
    rows = sparse_of(np.round(X))
    model = DBSCAN(1).fit(Rows((rows.data, rows.indices, rows.indptr), rows.shape))
    np.testing.assert_array_equal(model.labels_, DBSCAN(1).fit(np.round(X)).labels_)
    assert type(model.components_) is Rows and model.components_.shape == (len(model.core_sample_indices_), 2)
    np.testing.assert_array_equal(model.predict(plain(rows)), DBSCAN(1).fit(np.round(X)).predict(np.round(X)))


def test_values_of_the_same_place_are_added_up():
    rows = Rows((np.array([1.0, 2.0, 3.0, 5.0]), np.array([0, 0, 1, 1]), np.array([0, 3, 4])), (2, 2))
    assert dbscan(rows, 3.7, min_samples=2)[1].tolist() == [0, 0]  # (3, 3) and (0, 5)
    assert dbscan(rows, 3.6, min_samples=2)[1].tolist() == [-1, -1]
    graph = Rows((np.array([0.3, 0.3]), np.array([1, 1]), np.array([0, 2, 2])), (2, 2))
    assert dbscan(graph, 0.5, min_samples=2, metric="precomputed")[1].tolist() == [-1, -1]
    assert dbscan(graph, 0.6, min_samples=2, metric="precomputed")[1].tolist() == [0, 0]


def test_a_row_is_its_own_neighbor_unless_its_distance_to_itself_says_otherwise():
    nothing = Rows((np.empty(0), np.empty(0, np.int32), np.zeros(4, np.int32)), (3, 3))
    assert dbscan(nothing, 0.5, min_samples=1, metric="precomputed")[1].tolist() == [0, 1, 2]
    assert dbscan(nothing, 0.5, min_samples=2, metric="precomputed")[1].tolist() == [-1, -1, -1]
    far = Rows((np.array([9.0]), np.array([1]), np.array([0, 0, 1, 1])), (3, 3))
    assert dbscan(far, 0.5, min_samples=1, metric="precomputed")[1].tolist() == [0, -1, 1]


@pytest.mark.parametrize("metric", ["euclidean", "precomputed"])
def test_sparse_input_is_not_modified(metric):
    graph = scattered(np.random.RandomState(0), squareform(pdist(X)), 0.3, "unsorted")
    graph.setdiag(2.0)
    before = [each.copy() for each in (graph.data, graph.indices, graph.indptr)]
    DBSCAN(2, metric=metric).fit(graph).predict(graph)
    for one, other in zip(before, (graph.data, graph.indices, graph.indptr), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"indptr": [0, 1]}, ValueError, "indptr must have 3 numbers from 0, none less"),
        ({"indptr": [0, 3, 2]}, ValueError, "none less than the one before"),
        ({"indptr": [1, 1, 2]}, ValueError, "numbers from 0"),
        ({"indptr": [0, 1, 3]}, ValueError, "has 2 indices and 2 numbers where indptr ends with 3"),
        ({"indices": [0, 3]}, ValueError, "column indices must be from 0 to 2"),
        ({"indices": [-1, 0]}, ValueError, "column indices must be from 0 to 2"),
        (
            {"data": np.array([1.0, np.nan])},
            ValueError,
            r"^Input X contains NaN\.\nDBSCAN does not .* row 1, column 2\.$",
        ),
        ({"data": np.array([-np.inf, 1])}, ValueError, r"^Input X contains infinity .* First at row 0, column 0\.$"),
        ({"data": np.array([1j, 1])}, ValueError, "^Complex data not supported"),
        ({"data": np.array(["a", "b"])}, ValueError, "^Input X holds text"),
        ({"shape": (2,)}, ValueError, "^Expected 2D array"),
        ({"shape": (0, 3)}, ValueError, r"^Found array with 0 sample\(s\) \(shape=\(0, 3\)\) while a minimum of 1 is "),
        ({"shape": (2, 0)}, ValueError, r"^Found array with 0 feature\(s\)"),
        ({"format": "csc"}, TypeError, "row by row"),
    ],
)
def test_bad_sparse_data_is_refused(change, error, message):
    good = {"data": np.ones(2), "indices": [0, 2], "indptr": [0, 1, 2], "shape": (2, 3)}
    DBSCAN(min_samples=9).fit(types.SimpleNamespace(**good))
    with pytest.raises(error, match=message):
        DBSCAN().fit(types.SimpleNamespace(**{**good, **change}))


@pytest.mark.parametrize("metric", ["chebyshev", "correlation", "hamming", "haversine"])
def test_metrics_that_sparse_data_do_not_have(metric):
    with pytest.raises(ValueError, match=f"^Metric '{metric}' not valid for sparse input"):
        dbscan(sparse_of(np.eye(4)), metric=metric)


def test_functions_are_not_called_with_sparse_rows():
    with pytest.raises(ValueError, match=r"^Metric 'mine' not valid for sparse input.* Use '.toarray\(\)'"):

        def mine(x, y):
            return 0.0

        dbscan(sparse_of(np.eye(4)), metric=mine)


def test_rows_of_zeros_have_no_direction():
    for data in (
        np.diag([1.0, 0, 1]),
        sparse_of(np.diag([1.0, 0, 1])),
        Rows((np.array([1.0, 0, 1]), np.arange(3), np.arange(4)), (3, 3)),
    ):
        with pytest.raises(ValueError, match=r"^Cosine affinity cannot be used when X contains zero vectors.* row 1\."):
            dbscan(data, metric="cosine")
