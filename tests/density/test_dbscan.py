"""DBSCAN: scikit-learn's labels on every way, new rows, weights, sparse data, and what goes wrong."""

import functools
import itertools
import tracemalloc
import types
import warnings

import numpy as np
import pytest
from reference import dbscan as reference

from coterie import DBSCAN, ClusteringWarning, NotFittedError, dbscan
from coterie._runtime.thresholds import thresholds
from coterie.distances import _sparse_points, cdist, pdist, squareform

pytestmark = pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")

rng = np.random.RandomState(0)
X = np.concatenate([rng.normal(scale=0.3, size=(30, 2)) + centre for centre in ((0, 0), (4, 0), (0, 4))])


@pytest.fixture(params=["as it is", "small tiles", "no room", "hardly room"])
def pairs_path(request, monkeypatch):
    """Every way through pairs, whatever the number of rows: in one tile or many, pairs kept or looked at again."""
    if request.param != "as it is":
        monkeypatch.setattr(thresholds, "pair_tile", 16)
        monkeypatch.setattr(thresholds, "called_pair_tile", 13)
        monkeypatch.setattr(_sparse_points, "_SPARSE_TILE", 64)
        request.getfixturevalue("interrupted")
        monkeypatch.setattr(thresholds, "stored_pairs_per_point", 4 if request.param == "small tiles" else 0)
        monkeypatch.setattr(thresholds, "stored_pairs", {"no room": 0, "hardly room": 9}.get(request.param, 1000))
    return request.param


def some_weights(case, n, rng):
    """None, or as many as rows: with zeros, with negative ones, or fractions that add up exactly."""
    weights = [None, rng.randint(0, 4, n), rng.randint(-1, 4, n), rng.randint(0, 9, n) / 4][case % 4]
    return weights if weights is None or weights.any() else None


def grid(rng, n, d, step=1.0):
    """Many pairs of rows are equal, and many exactly a round number apart."""
    return rng.randint(0, 6, size=(n, d)) * step


# ------------------------------------------------------------------------------------------- as scikit-learn


def assert_as_scikit_learn(data, weights=None, eps=0.5, algorithm="auto", metric="euclidean", **params):
    theirs = pytest.importorskip("sklearn.cluster").DBSCAN(eps=eps, algorithm=algorithm, metric=metric, **params)
    ours = DBSCAN(eps, algorithm=algorithm, metric=metric, **params).fit(data, sample_weight=weights)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.fit(data, sample_weight=weights)
    for name in ("labels_", "core_sample_indices_", "components_"):
        mine, other = getattr(ours, name), getattr(theirs, name)
        if hasattr(other, "toarray"):
            assert type(mine) is type(other)
            mine, other = mine.toarray(), other.toarray()
        np.testing.assert_array_equal(mine, other)
        assert mine.dtype == other.dtype or (name == "components_" and other.dtype.kind == "i")
    assert ours.n_features_in_ == theirs.n_features_in_
    return ours


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "chebyshev", "minkowski"])
def test_labels_are_scikit_learns(metric):
    rng = np.random.RandomState(1)
    for case in range(120):
        n, d = rng.randint(1, 90), rng.randint(1, [4, 12, 30][case % 3])
        data = grid(rng, n, d, [1, 0.1, 0.3][case % 3]) + [0, 1e6, -0.1][case % 3]
        eps = [1, 0.1, 0.3, 2, 0.5, 1e-9, 1e9][case % 7]
        data = data.astype([np.float64, np.float32][case % 5 == 4])
        assert_as_scikit_learn(
            data,
            some_weights(case, n, rng),
            eps,
            "kd_tree",
            metric,
            p=3 if metric == "minkowski" else None,
            min_samples=rng.randint(1, 9),
        )


@pytest.mark.parametrize("metric", ["canberra", "braycurtis", "hamming", "jaccard", "dice", "haversine", "callable"])
def test_labels_are_scikit_learns_with_metrics_of_a_ball_tree(metric, pairs_path):
    rng = np.random.RandomState(2)
    for case in range(16):
        n = rng.randint(1, 70)
        data = {
            "jaccard": rng.randint(0, 2, size=(n, 6)),
            "dice": rng.randint(0, 2, size=(n, 6)) | [0, 0, 0, 0, 0, 1],
            "haversine": rng.uniform(-1.5, 1.5, size=(n, 2)),
            "braycurtis": 1 + grid(rng, n, 3),
        }.get(metric, grid(rng, n, 3)).astype(float)
        kind = (lambda x, y: np.abs(x - y).max()) if metric == "callable" else metric
        assert_as_scikit_learn(
            data,
            some_weights(case, n, rng),
            {"callable": 1, "braycurtis": 0.15}.get(metric, 0.4),
            "ball_tree",
            kind,
            min_samples=rng.randint(1, 9),
        )


@pytest.mark.parametrize("metric", ["cosine", "correlation", "sqeuclidean"])
def test_labels_are_scikit_learns_with_metrics_that_it_has_no_tree_for(metric):
    rng = np.random.RandomState(3)
    for case in range(30):
        data = rng.normal(size=(rng.randint(2, 80), 3))
        assert_as_scikit_learn(
            data, some_weights(case, len(data), rng), 0.1, metric=metric, min_samples=rng.randint(1, 9)
        )


def test_labels_of_given_distances_are_scikit_learns():
    rng = np.random.RandomState(4)
    for case in range(120):
        n = rng.randint(1, 60)
        D = grid(rng, n, n, [1, 0.1][case % 2]).astype([np.float64, np.float32, int][case % 3])  # not symmetric
        if case % 4 < 2:
            D = np.maximum(D, D.T)
            np.fill_diagonal(D, 0)
        eps = [1, 0.1, np.float64(0.3), np.float32(0.3)][case % 4]  # numpy rounds only the second for float32
        assert_as_scikit_learn(D, some_weights(case, n, rng), eps, metric="precomputed", min_samples=rng.randint(1, 9))


def scattered(rng, D, share, order="rows"):
    """A sparse matrix of some of the numbers of D, zeros included."""
    sparse = pytest.importorskip("scipy.sparse")
    rows, columns = np.nonzero(rng.uniform(size=D.shape) < share)
    graph = sparse.csr_array((D[rows, columns], (rows, columns)), shape=D.shape)
    if order == "unsorted":
        for start, stop in itertools.pairwise(graph.indptr):
            shuffled = start + rng.permutation(stop - start)
            graph.indices[start:stop], graph.data[start:stop] = graph.indices[shuffled], graph.data[shuffled]
        graph.has_sorted_indices = False
    return graph


@pytest.mark.parametrize("order", ["rows", "unsorted", "csc", "coo", "lil", "int64", "matrix"])
def test_labels_of_a_sparse_graph_are_scikit_learns(order):
    rng = np.random.RandomState(5)
    for case in range(40):
        n = rng.randint(1, 50)
        D = grid(rng, n, n, 0.1) + (order == "lil")  # which has no zeros to keep
        graph = scattered(rng, D, rng.uniform(), order)
        if order == "int64":
            graph.indptr, graph.indices = graph.indptr.astype(np.int64), graph.indices.astype(np.int64)
        elif order == "matrix":
            graph = pytest.importorskip("scipy.sparse").csr_matrix(graph)
        elif order not in ("rows", "unsorted"):
            graph = graph.asformat(order)
        ours = [
            f(graph, some_weights(case, n, rng), [0.1, 0.3, 1.2][case % 3], metric="precomputed", min_samples=m)
            for f, m in ((assert_as_scikit_learn, rng.randint(1, 6)),)
        ]
        assert len(ours[0].labels_) == n


# ------------------------------------------------------------------------------------------- every way, the definition


def sparse_of(data):
    return pytest.importorskip("scipy.sparse").csr_array(data)


WAYS = {
    "vectors": lambda data, eps: (data, eps, "euclidean"),
    "vectors of float32": lambda data, eps: (data.astype(np.float32), eps, "euclidean"),
    "callable": lambda data, eps: (data, eps * eps, lambda x, y: float(((x - y) ** 2).sum())),
    "sparse rows": lambda data, eps: (sparse_of(data), eps, "euclidean"),
    "sparse rows of float32": lambda data, eps: (sparse_of(data.astype(np.float32)), eps, "l2"),
    "matrix": lambda data, eps: (reference.square(data), eps * eps, "precomputed"),
    "graph": lambda data, eps: (
        scattered(np.random.RandomState(0), reference.square(data), 2),
        eps * eps,
        "precomputed",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_gives_what_is_defined(way, pairs_path):
    rng = np.random.RandomState(6)
    for case in range(24):
        n, d = rng.randint(1, 80), rng.randint(1, 5)
        data, eps, min_samples = grid(rng, n, d), [1.0, 2.0, 1.5][case % 3], int(rng.randint(1, 12))
        weights = some_weights(case, n, rng)
        near = reference.near(data, eps)
        labels, is_core = reference.dbscan(near, min_samples, weights)
        reference.assert_is_dbscan(near, min_samples, weights, labels, is_core)
        given, radius, metric = WAYS[way](data, eps)
        core, found = dbscan(given, radius, min_samples=min_samples, metric=metric, sample_weight=weights)
        np.testing.assert_array_equal(found, labels)
        np.testing.assert_array_equal(core, np.flatnonzero(is_core))


def test_a_matrix_is_read_row_by_row():
    far_and_near = [[0, 1, 9], [9, 0, 9], [9, 1, 0]]  # 1 is near 0 and 2, and nothing is near 1
    core, labels = dbscan(far_and_near, 1, min_samples=2, metric="precomputed")
    assert core.tolist() == [0, 2] and labels.tolist() == [0, 0, 1]


def test_a_border_point_joins_the_lowest_cluster():
    line = np.array([2, 3, 3.5, 4, -4, -3.5, -3, -2, 0])[:, None]
    core, labels = dbscan(line, 2, min_samples=4)
    assert core.tolist() == list(range(8)) and labels.tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 0]
    core, labels = dbscan(line[::-1], 2, min_samples=4)
    assert core.tolist() == list(range(1, 9)) and labels.tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("kind", ["vectors", "callable", "sparse rows", "matrix", "graph"])
def test_one_row_and_equal_rows(kind):
    for n, min_samples in itertools.product((1, 2, 7), (1, 2, 8)):
        given, radius, metric = WAYS[kind](np.zeros((n, 2)), 0.5)
        core, labels = dbscan(given, radius, min_samples=min_samples, metric=metric)
        assert labels.tolist() == [0 if n >= min_samples else -1] * n
        assert core.tolist() == list(range(n if n >= min_samples else 0))


def test_how_the_array_lies_in_memory_does_not_matter():
    expected = DBSCAN(0.4).fit(X).labels_
    read_only = X.copy()
    read_only.flags.writeable = False
    for other in (np.asfortranarray(X), X.astype(">f8"), read_only, np.repeat(X, 2, axis=1)[:, ::2], X.tolist()):
        np.testing.assert_array_equal(DBSCAN(0.4).fit(other).labels_, expected)
    D = squareform(pdist(X))
    for other in (np.asfortranarray(D), D.astype(">f8"), D.tolist()):
        np.testing.assert_array_equal(DBSCAN(0.4, metric="precomputed").fit(other).labels_, expected)


@pytest.mark.parametrize("algorithm", ["auto", "ball_tree", "kd_tree", "brute"])
def test_algorithm_and_leaf_size_change_nothing(algorithm):
    for leaf_size in (1, 1000):
        labels = dbscan(X, 0.4, algorithm=algorithm, leaf_size=leaf_size)[1]
        np.testing.assert_array_equal(labels, dbscan(X, 0.4)[1])


# ------------------------------------------------------------------------------------------- one look at each pair


def test_a_function_is_called_once_for_each_pair():
    calls = set()

    def distance(x, y):
        pair = (int(x[0]), int(y[0]))
        assert pair not in calls and pair[0] < pair[1]
        calls.add(pair)
        return abs(x[1] - y[1])

    data = np.column_stack([np.arange(150), np.arange(150) % 40])
    assert len(set(dbscan(data, 0.5, metric=distance, min_samples=3)[1])) == 40
    assert len(calls) == 150 * 149 // 2


def test_pairs_that_do_not_fit_are_looked_at_again_and_no_more_than_twice(monkeypatch):
    monkeypatch.setattr(thresholds, "stored_pairs", 10)
    calls = []

    def distance(x, y):
        calls.append(1)
        return abs(x[0] - y[0])

    data = np.random.RandomState(0).uniform(size=(300, 1))
    for n in (40, 60):
        calls.clear()
        labels = dbscan(data, 0.1, metric=distance, min_samples=n)[1]
        np.testing.assert_array_equal(labels, dbscan(data, 0.1, min_samples=n)[1])
        assert 300 * 299 // 2 < len(calls) <= 300 * 299


@pytest.mark.parametrize("min_samples", [5, 500])
@pytest.mark.parametrize("kind", ["canberra", "sparse"])
def test_memory_does_not_grow_with_the_neighbours(kind, min_samples):
    n = 5000
    data = np.random.RandomState(0).uniform(1, 2, size=(n, 2))
    data = sparse_of(data) if kind == "sparse" else data
    tracemalloc.start()
    try:
        labels = (
            DBSCAN(0.3, min_samples=min_samples, metric="manhattan" if kind == "sparse" else kind, n_jobs=1)
            .fit(data)
            .labels_
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert np.count_nonzero(labels == 0) > 0.9 * n
    assert peak < 12_000_000 + 250 * n  # a block of distances; millions of pairs would take hundreds of MB


# ------------------------------------------------------------------------------------------- weights


def test_weights_are_as_repeated_rows():
    rng = np.random.RandomState(7)
    for _ in range(40):
        data, times = grid(rng, 40, 2), rng.randint(0, 4, 40)
        is_core, repeated = np.zeros(40, bool), np.zeros(times.sum(), bool)
        is_core[dbscan(data, 1, sample_weight=times, min_samples=6)[0]] = True
        repeated[dbscan(np.repeat(data, times, axis=0), 1, min_samples=6)[0]] = True
        np.testing.assert_array_equal(np.repeat(is_core, times), repeated)


def test_a_negative_weight_keeps_neighbours_from_being_core_points():
    data = [[0.0], [1.0], [2.0], [3.0]]
    assert dbscan(data, 1, min_samples=2)[0].tolist() == [0, 1, 2, 3]
    assert dbscan(data, 1, min_samples=2, sample_weight=[1, 1, 1, -1])[0].tolist() == [0, 1]
    assert dbscan(data, 1, min_samples=2, sample_weight=[-5, -5, 3, 9])[0].tolist() == [2, 3]


def test_a_number_is_the_weight_of_each_row():
    labels = dbscan(X, 0.3, sample_weight=2.5, min_samples=10)[1]
    np.testing.assert_array_equal(labels, dbscan(X, 0.3, min_samples=4)[1])


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0], r"^sample_weight\.shape == \(1,\), expected \(90,\)!$"),
        (np.ones((90, 1)), "^Sample weights must be 1D array or scalar, got 2D array"),
        (np.zeros(90), "^Sample weights must contain at least one non-zero number"),
        (np.r_[np.ones(89), np.nan], r"^Input sample_weight contains NaN\. First at row 89\.$"),
        (np.r_[np.inf, np.ones(89)], "^Input sample_weight contains infinity"),
    ],
)
def test_bad_weights_are_refused(weights, message):
    with pytest.raises(ValueError, match=message):
        dbscan(X, sample_weight=weights)


# ------------------------------------------------------------------------------------------- sparse data


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "manhattan", "cosine", "minkowski"])
def test_sparse_rows_are_as_dense_ones(metric, pairs_path):
    rng = np.random.RandomState(8)
    for case in range(20):
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


def plain(graph):
    """Nothing but what makes compressed rows."""
    return types.SimpleNamespace(data=graph.data, indices=graph.indices, indptr=graph.indptr, shape=graph.shape)


class Rows:
    """A container that is not scipy's."""

    def __init__(self, arrays, shape):
        (self.data, self.indices, self.indptr), self.shape = arrays, shape


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


def test_a_row_is_its_own_neighbour_unless_its_distance_to_itself_says_otherwise():
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


# ------------------------------------------------------------------------------------------- new rows


def test_new_rows_join_the_nearest_core_point():
    model = DBSCAN(1, min_samples=2).fit([[0.0], [1.0], [5.0], [6.0], [20.0]])
    assert model.predict([[-1.0], [-1.1], [2.0], [4.5], [7.0], [20.0]]).tolist() == [0, -1, 0, 1, 1, -1]
    assert model.predict([[3.0]]).dtype == np.intp
    middle = DBSCAN(2, min_samples=2).fit([[6.0], [5.0], [2.0], [1.0]])
    assert middle.predict([[3.5], [3.6], [3.4]]).tolist() == [0, 0, 1]  # on a tie the first row


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "cosine", "canberra", "haversine", "minkowski"])
def test_core_points_keep_their_label_and_noise_stays_noise(metric):
    rng = np.random.RandomState(9)
    for _ in range(20):
        data = 0.1 + grid(rng, 80, 2, 0.1)
        model = DBSCAN(0.05 if metric == "cosine" else 0.1, min_samples=rng.randint(2, 7), metric=metric).fit(data)
        labels = model.predict(data)
        core = model.core_sample_indices_
        np.testing.assert_array_equal(labels[core], model.labels_[core])
        np.testing.assert_array_equal(labels < 0, model.labels_ < 0)


def test_new_rows_are_within_eps_as_in_the_fit():
    """Where rounding the root would let a row in whose sum of squares is too large."""
    eps, rng = 0.7, np.random.RandomState(10)
    model = DBSCAN(eps, min_samples=1).fit(np.zeros((1, 3)))
    new = rng.normal(size=(20000, 3))
    new *= eps / np.sqrt((new * new).sum(axis=1, keepdims=True))
    squares = (new[:, 0] * new[:, 0] + new[:, 1] * new[:, 1]) + new[:, 2] * new[:, 2]
    assert ((squares > eps * eps) & (np.sqrt(squares) <= eps)).any()
    np.testing.assert_array_equal(model.predict(new) == 0, squares <= eps * eps)


def test_predict_with_given_distances():
    rng = np.random.RandomState(11)
    D, new = squareform(pdist(X)), cdist(rng.uniform(-1, 5, size=(50, 2)), X)
    model, expected = DBSCAN(0.5, metric="precomputed").fit(D), DBSCAN(0.5).fit(X)
    core = expected.core_sample_indices_
    nearest = new[:, core].argmin(axis=1)
    labels = np.where(new[:, core].min(axis=1) <= 0.5, expected.labels_[core[nearest]], -1)
    np.testing.assert_array_equal(model.predict(new), labels)
    np.testing.assert_array_equal(model.predict(scattered(rng, new, 2)), labels)
    some = scattered(rng, new, 0.2)
    np.testing.assert_array_equal(model.predict(some), model.predict(np.where(some.toarray() > 0, new, 99)))
    with pytest.raises(ValueError, match=r"^Negative values in data passed"):
        model.predict(-new)


def test_predict_without_core_points_and_before_fit():
    with pytest.raises(NotFittedError):
        DBSCAN().predict(X)
    assert (DBSCAN(1e-9).fit(X).predict(X) == -1).all()
    with pytest.raises(ValueError, match=r"^X has 1 features, but DBSCAN is expecting 2 features as input"):
        DBSCAN().fit(X).predict(X[:, :1])
    with pytest.raises(ValueError, match=r"^X has 3 features"):
        DBSCAN().fit(X).predict(sparse_of(np.eye(3)))


def test_predict_goes_by_the_parameters_of_the_fit():
    model = DBSCAN(0.5).fit(X)
    expected = model.predict(X)
    np.testing.assert_array_equal(model.set_params(eps=1e-9, metric="cosine").predict(X), expected)


def test_column_names_are_seen_and_checked():
    pd = pytest.importorskip("pandas")
    model = DBSCAN().fit(pd.DataFrame(X, columns=["a", "b"]))
    assert model.feature_names_in_.tolist() == ["a", "b"]
    with pytest.raises(ValueError, match=r"^The feature names should match"):
        model.predict(pd.DataFrame(X, columns=["a", "c"]))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(sparse_of(X))


# ------------------------------------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    ("params", "message"),
    [
        *(
            (
                {"eps": eps},
                rf"The 'eps' parameter of DBSCAN must be a float in the range \(0\.0, inf\)\. Got {text} instead",
            )
            for eps, text in ((0, "0"), (-1, "-1"), (np.nan, "nan"), (np.inf, "inf"), ("a", "'a'"), (None, "None"))
        ),
        *(
            (
                {"min_samples": n},
                rf"The 'min_samples' parameter of DBSCAN must be an int in the range \[1, inf\)\. Got {n} ",
            )
            for n in (0, -3, 1.0, None)
        ),
        *(
            ({"p": p}, r"The 'p' parameter of DBSCAN must be a float in the range \[0\.0, inf\) or None\.")
            for p in (-1, np.inf, np.nan, "2")
        ),
        (
            {"leaf_size": 0},
            r"The 'leaf_size' parameter of DBSCAN must be an int in the range \[1, inf\)\. Got 0 instead",
        ),
        ({"algorithm": "tree"}, "The 'algorithm' parameter of DBSCAN must be a str among {.*'brute'.*}. Got 'tree'"),
        (
            {"metric": "far"},
            "The 'metric' parameter of DBSCAN must be a str among {.*'precomputed'} or a callable. Got",
        ),
        ({"metric_params": 3}, "The 'metric_params' parameter of DBSCAN must be an instance of 'dict' or None. Got 3"),
        ({"n_jobs": 0.5}, "The 'n_jobs' parameter of DBSCAN must be an int other than 0 or None. Got 0.5 instead"),
        ({"metric": "minkowski", "p": 0}, "p must be greater than 0, got 0"),
    ],
)
def test_bad_parameters_are_refused(params, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        DBSCAN(**params).fit(X)


def test_p_counts_for_minkowski_only():
    near = {
        name: DBSCAN(1, min_samples=1, metric=metric, **params).fit([[0, 0], [0.75, 0.75]]).labels_.tolist()
        for name, metric, params in (
            ("1", "minkowski", {"p": 1}),
            ("2", "minkowski", {}),
            ("3", "minkowski", {"p": 3}),
            ("inside", "minkowski", {"metric_params": {"p": 3}}),
            ("other", "euclidean", {"p": 3}),
        )
    }
    assert near == {"1": [0, 1], "2": [0, 1], "3": [0, 0], "inside": [0, 0], "other": [0, 1]}


def test_p_given_twice_is_said():
    with pytest.warns(SyntaxWarning, match=r"^Parameter p is found in metric_params. The corresponding parameter"):
        _, labels = dbscan([[0, 0], [0.75, 0.75]], 1, min_samples=1, metric_params={"p": 3})
    assert labels.tolist() == [0, 0]


def test_metric_params_go_to_a_callable():
    def distance(x, y, scale):
        return scale * abs(x[0] - y[0])

    labels = dbscan([[0.0], [1.0]], 1.5, min_samples=2, metric=distance, metric_params={"scale": 2})[1]
    assert labels.tolist() == [-1, -1]
    with pytest.raises(TypeError, match=r"no argument 'w'.* weighted by scaling"):
        dbscan(X, metric_params={"w": [1, 2]})


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.ones((2, 3)), "^Precomputed matrix must be square. Input is a 2x3 matrix.$"),
        ([[0, 1], [-1, 0]], "^Negative values in data passed to X. The least is at row 1, column 0.$"),
        ([[0, np.inf], [1, 0]], "^Input X contains infinity .* First at row 0, column 1"),
        (Rows((np.ones(1), np.zeros(1, int), np.array([0, 1, 1])), (2, 3)), "^Precomputed matrix must be square."),
        (
            Rows((-np.ones(1), np.zeros(1, int), np.array([0, 1, 1])), (2, 2)),
            "^Negative values in data passed to precomputed distance matrix",
        ),
    ],
)
def test_bad_distances_are_refused(matrix, message):
    with pytest.raises(ValueError, match=message):
        dbscan(matrix, metric="precomputed")


def test_distances_that_are_not_numbers_are_refused():
    with pytest.raises(ValueError, match=r"^Some distances to row 0 are not numbers: the metric 'braycurtis' is"):
        dbscan(np.zeros((3, 2)), metric="braycurtis")
    with pytest.raises(ValueError, match=r"^Some distances to row 70 are not numbers"):
        dbscan(np.arange(80.0)[:, None], metric=lambda x, y: np.nan if x[0] == 70 else 1.0)


# ------------------------------------------------------------------------------------------- warnings


def messages(data, *arguments, **params):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        DBSCAN(*arguments, **params).fit(data)
    assert all(issubclass(each.category, ClusteringWarning) and each.filename == __file__ for each in caught)
    return [str(each.message) for each in caught]


def test_a_good_result_needs_no_warning():
    assert not messages(X, 0.5)


def test_without_core_points_it_says_what_to_try():
    (message,) = messages(X, 1e-3)
    assert message == (
        "There is no cluster: no row has min_samples=5 rows within eps=0.001, itself included. Try a larger eps or "
        "fewer min_samples, or scale the features if their units differ. coterie.selection.suggest_eps proposes an "
        "eps."
    )


def test_one_cluster_of_all_rows_is_said():
    (message,) = messages(X, 99)
    assert message.startswith("All 90 rows are in one cluster. Try a smaller eps than 99 or more min_samples than 5")
    assert not messages(X[:1], 99, min_samples=1)


def test_much_noise_is_said():
    (message,) = messages(X, 0.1, min_samples=3)
    noise = np.count_nonzero(DBSCAN(0.1, min_samples=3).fit(X).labels_ < 0)
    assert 45 < noise < 90 and message.startswith(f"{noise} of 90 rows are noise. Try a larger eps than 0.1 or fewer ")


@pytest.mark.parametrize("params", [{"metric": "precomputed"}, {"metric": "cosine", "eps": 1e-9}])
def test_scaling_is_advised_only_where_it_can_help(params):
    (message,) = messages(9 - 9 * np.eye(9), **params)
    assert "scale the features" not in message
    assert ("suggest_eps" in message) == (params["metric"] == "cosine")


def test_float32_numbers_too_large_for_eps_are_said():
    rng = np.random.RandomState(12)
    data = (1e7 + np.concatenate([X, X])).astype(np.float32)
    *_, message = messages(data, 0.5)
    assert message == (
        "The data are float32 numbers up to 1e+07, where the next one is 1 away, and eps=0.5 is not large against "
        "that. Labels are those of the numbers as given, computed in float64. If they were rounded to float32, "
        "subtract an offset before, or pass float64."
    )
    np.testing.assert_array_equal(DBSCAN(0.5).fit(data).labels_, DBSCAN(0.5).fit(data.astype(float)).labels_)
    assert not messages(X.astype(np.float32), 0.5)
    assert not [each for each in messages(data.astype(float), 0.5) if "float32" in each]
    assert not [
        each
        for each in messages(abs(rng.normal(size=(20, 3))).astype(np.float32) * 1e9, 1e-4, metric="cosine")
        if "float32" in each
    ]


def test_warnings_as_errors_leave_the_estimator_as_it_was():
    model = functools.partial(DBSCAN, 0.5)().fit(X)
    before = vars(model).copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ClusteringWarning):
            model.set_params(eps=1e-9).fit(X)
    assert vars(model).keys() == before.keys() and model.labels_ is before["labels_"]
