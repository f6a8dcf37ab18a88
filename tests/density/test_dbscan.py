"""DBSCAN: scikit-learn's labels, and those of the definition, on every way; weights."""

import itertools
import warnings

import numpy as np
import pytest
from reference import dbscan as reference
from reference.dbscan_cases import WAYS, X, grid, scattered, some_weights

from coterie import DBSCAN, dbscan
from coterie.distances import pdist, squareform

pytestmark = pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")


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
@pytest.mark.parametrize("seed", range(8))
def test_labels_are_scikit_learns(metric, seed):
    rng = np.random.RandomState(seed)
    for case in range(15 * seed, 15 * seed + 15):
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
@pytest.mark.parametrize("seed", range(2))
def test_labels_are_scikit_learns_with_metrics_of_a_ball_tree(metric, pairs_path, seed):
    rng = np.random.RandomState(seed)
    for case in range(8):
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
@pytest.mark.parametrize("seed", range(3))
def test_labels_are_scikit_learns_with_metrics_that_it_has_no_tree_for(metric, seed):
    rng = np.random.RandomState(seed)
    for case in range(10):
        data = rng.normal(size=(rng.randint(2, 80), 3))
        assert_as_scikit_learn(
            data, some_weights(case, len(data), rng), 0.1, metric=metric, min_samples=rng.randint(1, 9)
        )


@pytest.mark.parametrize("seed", range(8))
def test_labels_of_given_distances_are_scikit_learns(seed):
    rng = np.random.RandomState(seed)
    for case in range(15 * seed, 15 * seed + 15):
        n = rng.randint(1, 60)
        D = grid(rng, n, n, [1, 0.1][case % 2]).astype([np.float64, np.float32, int][case % 3])  # not symmetric
        if case % 4 < 2:
            D = np.maximum(D, D.T)
            np.fill_diagonal(D, 0)
        eps = [1, 0.1, np.float64(0.3), np.float32(0.3)][case % 4]  # numpy rounds only the second for float32
        assert_as_scikit_learn(D, some_weights(case, n, rng), eps, metric="precomputed", min_samples=rng.randint(1, 9))


@pytest.mark.parametrize("order", ["rows", "unsorted", "csc", "coo", "lil", "int64", "matrix"])
@pytest.mark.parametrize("seed", range(4))
def test_labels_of_a_sparse_graph_are_scikit_learns(order, seed):
    rng = np.random.RandomState(seed)
    for case in range(10):
        n = rng.randint(1, 50)
        D = grid(rng, n, n, 0.1) + (order == "lil")  # which has no zeros to keep
        graph = scattered(rng, D, rng.uniform(), order)
        if order == "int64":
            graph.indptr, graph.indices = graph.indptr.astype(np.int64), graph.indices.astype(np.int64)
        elif order == "matrix":
            graph = pytest.importorskip("scipy.sparse").csr_matrix(graph)
        elif order not in ("rows", "unsorted"):
            graph = graph.asformat(order)
        ours = assert_as_scikit_learn(
            graph,
            some_weights(case, n, rng),
            [0.1, 0.3, 1.2][case % 3],
            metric="precomputed",
            min_samples=rng.randint(1, 6),
        )
        assert len(ours.labels_) == n


# ------------------------------------------------------------------------------------------- every way, the definition


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(2))
def test_every_way_gives_what_is_defined(way, pairs_path, seed):
    rng = np.random.RandomState(seed)
    for case in range(12):
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


# ------------------------------------------------------------------------------------------- weights


@pytest.mark.parametrize("seed", range(4))
def test_weights_are_as_repeated_rows(seed):
    rng = np.random.RandomState(seed)
    for _ in range(10):
        data, times = grid(rng, 40, 2), rng.randint(0, 4, 40)
        is_core, repeated = np.zeros(40, bool), np.zeros(times.sum(), bool)
        is_core[dbscan(data, 1, sample_weight=times, min_samples=6)[0]] = True
        repeated[dbscan(np.repeat(data, times, axis=0), 1, min_samples=6)[0]] = True
        np.testing.assert_array_equal(np.repeat(is_core, times), repeated)


def test_a_negative_weight_keeps_neighbors_from_being_core_points():
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
