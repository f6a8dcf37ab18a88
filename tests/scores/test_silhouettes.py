"""Silhouettes: by definition, and beside scikit-learn."""

import math
import tracemalloc

import numpy as np
import pytest
from reference import distances as reference_distances
from reference import scores as reference
from scores.tools import AS_SKLEARN, EXACT, Sparse, rows, some_labels

import coterie
from coterie import Cancelled, distances, scores
from coterie._runtime.thresholds import thresholds
from coterie.distances._metrics import NAMES


@pytest.mark.parametrize("metric", [*sorted(set(NAMES) - {"gower"}), "minkowski 3"])
@pytest.mark.parametrize("n, k", [(40, 3), (23, 11), (17, 16), (3, 2)])
def test_silhouettes_are_as_defined(metric, n, k):
    metric, p = metric.split()[0], 3.0 if " " in metric else 2.0
    options = {"p": p} if metric == "minkowski" else {}
    X, labels = rows(metric, n, seed=k), some_labels(n, k, seed=n)
    D = reference_distances.cdist(X, X, metric, **options)
    expected = reference.silhouette(labels, lambda i, j: D[i, j])
    np.testing.assert_allclose(scores.silhouette_samples(X, labels, metric=metric, **options), expected, **EXACT)


@pytest.mark.parametrize("n, k, d", [(2000, 3, 2), (1500, 400, 9), (1025, 1023, 1), (513, 2, 300)])
def test_silhouettes_of_many_blocks_are_as_defined(n, k, d):
    rng = np.random.default_rng(n)
    X, labels = rng.normal(size=(n, d)), some_labels(n, k, seed=0)
    D = distances.cdist(X, X)
    some = np.append(rng.integers(0, n, 40), [0, n - 1])
    found = scores.silhouette_samples(X, labels)
    sums = np.stack([D[some][:, labels == c].sum(axis=1) for c in range(k)], axis=1)
    sizes = np.bincount(labels)
    own = labels[some]
    a = sums[np.arange(len(some)), own] / np.maximum(sizes[own] - 1, 1)
    means = sums / sizes
    means[np.arange(len(some)), own] = np.inf
    b = means.min(axis=1)
    np.testing.assert_allclose(found[some], np.where(sizes[own] == 1, 0, (b - a) / np.maximum(a, b)), **EXACT)


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "cosine", "manhattan", "precomputed", math.dist])
@pytest.mark.usefixtures("interrupted")
def test_silhouettes_are_the_same_bits_for_any_number_of_threads(metric):
    X, labels = rows("euclidean", 700 if callable(metric) else 3000, seed=1), None
    X = X[:60] if callable(metric) else X
    labels = some_labels(len(X), 9, seed=2)
    data = distances.cdist(X, X) if metric == "precomputed" else X
    one = scores.silhouette_samples(data, labels, metric=metric, n_jobs=1)
    for n_jobs in (2, 3, 7):
        assert scores.silhouette_samples(data, labels, metric=metric, n_jobs=n_jobs).tobytes() == one.tobytes()


@pytest.mark.parametrize(
    "metric, d", [("manhattan", 3), ("manhattan", 1), ("euclidean", 1), ("chebyshev", 1), ("minkowski", 1)]
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_distances_are_added_up_by_rank_as_they_are_one_by_one(monkeypatch, metric, d, dtype):
    rng = np.random.default_rng(d)
    X, labels = rng.normal(size=(3000, d)).round(1).astype(dtype), some_labels(3000, 5, seed=0)
    X[labels == 0] += 100
    X[::500] *= 1e6
    ranked = scores.silhouette_samples(X, labels, metric=metric)
    monkeypatch.setattr(thresholds, "score_block", 1 << 10)
    assert ranked.tobytes() == scores.silhouette_samples(X, labels, metric=metric).tobytes()
    monkeypatch.setattr(thresholds, "rank_rows", 3000)
    single = scores.silhouette_samples(X, labels, metric=metric)
    assert ranked.tobytes() != single.tobytes()  # it was another way
    np.testing.assert_allclose(ranked, single, **EXACT)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_given_distances_are_as_good_as_rows(dtype):
    X = np.random.default_rng(0).integers(0, 50, (900, 1)).astype(dtype)  # whole distances: exact in any type
    labels = some_labels(900, 30, seed=0)
    D = np.abs(X - X.T)
    np.testing.assert_allclose(
        scores.silhouette_samples(D, labels, metric="precomputed"),
        scores.silhouette_samples(X, labels, metric="manhattan"),
        **EXACT,
    )


def test_nearly_equal_directions_keep_their_digits():
    rng = np.random.default_rng(0)
    turn = rng.normal(size=60) * 1e-6 + np.repeat([0, 1e-5], 30)
    X = np.column_stack([np.cos(turn), np.sin(turn)])
    expected = scores.silhouette_samples(turn[:, None], np.repeat([0, 1], 30), metric="sqeuclidean")
    np.testing.assert_allclose(
        scores.silhouette_samples(X, np.repeat([0, 1], 30), metric="cosine"), expected, atol=1e-8
    )


def test_equal_rows_have_a_silhouette_of_zero_or_one():
    X = np.repeat([[0.1, 0.2], [0.3, 0.7]], 5, axis=0)
    for metric in ("euclidean", "sqeuclidean", "manhattan"):
        np.testing.assert_array_equal(scores.silhouette_samples(X, [0] * 5 + [1] * 5, metric=metric), 1)
        np.testing.assert_array_equal(scores.silhouette_samples(X[:5], [0, 0, 1, 1, 1], metric=metric), 0)


@pytest.mark.parametrize("metric", ["cosine", "correlation"])
def test_rows_in_the_same_direction_are_at_no_distance(metric):
    rng = np.random.default_rng(0)
    X = np.outer(rng.uniform(1, 1000, 60), [0.1, 0.7, 0.3])
    if metric == "correlation":  # whole numbers, whose means are none
        X = np.outer(rng.integers(1, 50, 60), [0, 1, 3]) + rng.integers(-(10**6), 10**6, (60, 1))
    np.testing.assert_array_equal(scores.silhouette_samples(X, np.arange(60) % 3, metric=metric), 0)


def test_a_row_alone_in_its_cluster_has_zero():
    found = scores.silhouette_samples([[0.0], [1.0], [5.0]], [0, 0, 1])
    np.testing.assert_allclose(found, [0.8, 0.75, 0.0])


@pytest.mark.parametrize("metric", ["euclidean", "precomputed"])
def test_a_sample_is_scored_as_if_there_were_no_others(metric):
    X, labels = rows("euclidean", 80, seed=7), some_labels(80, 3, seed=7)
    drawn = np.random.RandomState(3).permutation(80)[:30]
    data = distances.cdist(X, X) if metric == "precomputed" else X
    found = scores.silhouette_score(data, labels, metric=metric, sample_size=30, random_state=3)
    np.testing.assert_allclose(found, scores.silhouette_score(X[drawn], labels[drawn]), **EXACT)
    assert found != scores.silhouette_score(X, labels)


def test_silhouettes_take_memory_for_the_data_alone():
    n = 20_000
    X, labels = np.random.default_rng(0).normal(size=(n, 3)), some_labels(n, 10, seed=0)
    for metric in ("cosine", "sqeuclidean"):
        tracemalloc.start()
        scores.silhouette_score(X, labels, metric=metric)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 30 * X.nbytes
    X, labels = X[:6000], labels[:6000]
    tracemalloc.start()
    scores.silhouette_score(X, labels)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * X.nbytes  # where a matrix of distances takes 2,000 times as much


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "precomputed", math.dist])
def test_silhouettes_tell_how_far_they_are_and_can_be_stopped(monkeypatch, metric):
    monkeypatch.setattr(thresholds, "score_block", 1 << 8)
    monkeypatch.setattr(thresholds, "silhouette_chunk", 1.0)
    monkeypatch.setattr(thresholds, "chunk", 1.0)
    X, labels = rows("euclidean", 60 if callable(metric) else 400, seed=8), None
    labels, data, heard = some_labels(len(X), 3, seed=8), X, []
    if metric == "precomputed":
        data = distances.cdist(X, X)
    with coterie.progress(lambda *args: heard.append(args)):
        scores.silhouette_samples(data, labels, metric=metric)
    told = [(done, total) for stage, done, total in heard if stage == "silhouette"]
    assert told == sorted(told) and len(told) > 2 and told[-1] == (len(X), len(X))
    with pytest.raises(Cancelled), coterie.progress(lambda stage, done, total: done < 200):
        scores.silhouette_samples(rows("euclidean", 400, seed=8), some_labels(400, 3, seed=8), metric="euclidean")


@pytest.mark.parametrize(
    "X, options, error, words",
    [
        (np.eye(3), {"metric": "far"}, ValueError, "The 'metric' parameter of silhouette_samples must be a str among"),
        (
            np.eye(3),
            {"metric": "precomputed"},
            ValueError,
            "contains non-zero elements on the diagonal. Use np.fill_diagonal(X, 0).",
        ),
        (
            np.zeros((3, 2)),
            {"metric": "precomputed"},
            ValueError,
            "Precomputed metric requires shape (n_queries, n_indexed). Got (3, 2) for 3 indexed.",
        ),
        (np.eye(3) - 1, {"metric": "precomputed"}, ValueError, "Negative values"),
        (np.eye(3) * 0, {"metric": "precomputed", "p": 3}, TypeError, "takes no argument 'p'"),
        (np.eye(3), {"p": 3}, TypeError, "takes no argument 'p'"),
        (
            np.eye(3),
            {"n_jobs": 0},
            ValueError,
            "The 'n_jobs' parameter of silhouette_samples must be an int other than 0",
        ),
        (np.eye(3) * [1, 1, 0], {"metric": "cosine"}, ValueError, "zero vectors"),
        (np.eye(3) * [1, 0, 0], {"metric": "braycurtis"}, ValueError, "Distances between rows are NaN or infinite"),
        (np.diag([1e300, 1.0, 1.0]), {}, ValueError, "X holds numbers of very different size, 1 and 1e+300"),
        (np.eye(3), {"metric": lambda x, y: math.nan}, ValueError, "Distances between rows are NaN or infinite"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow")
def test_silhouettes_of_no_sense_are_refused(X, options, error, words):
    with pytest.raises(error) as caught:
        scores.silhouette_samples(X, [0, 1, 1], **options)
    assert words in str(caught.value)


def test_a_sample_must_have_labels_for_a_score():
    X, labels = np.arange(100.0)[:, None], [0] * 99 + [1]
    with pytest.raises(ValueError, match="Number of labels is 1"):
        scores.silhouette_score(X, labels, sample_size=5, random_state=0)
    with pytest.raises(ValueError, match="'sample_size' parameter of silhouette_score must be an int in the range"):
        scores.silhouette_score(X, labels, sample_size=0)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("metric", ["cosine", "sqeuclidean", "euclidean", "manhattan"])
def test_sparse_rows_have_the_silhouettes_of_dense_ones(monkeypatch, metric, dtype):
    rng = np.random.default_rng(0)
    X = (rng.exponential(size=(300, 40)) * (rng.random((300, 40)) < 0.1)).astype(dtype)
    X[:, 0] += metric == "cosine"  # no row of zeros; else there are some
    assert (X == 0).all(axis=1).any() == (metric != "cosine")
    X[200:210] = X[0]
    labels = some_labels(300, 12, seed=0)
    expected = scores.silhouette_samples(X, labels, metric=metric)
    for block, tile in ((1 << 18, 1 << 12), (1 << 8, 64)):
        monkeypatch.setattr(thresholds, "score_block", block)
        monkeypatch.setattr(thresholds, "sparse_tile", tile)
        found = scores.silhouette_samples(Sparse(X), labels, metric=metric)
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-13)
        for n_jobs in (1, 3):
            np.testing.assert_array_equal(
                scores.silhouette_samples(Sparse(X), labels, metric=metric, n_jobs=n_jobs), found
            )
    options = dict(metric=metric, sample_size=100, random_state=0)
    np.testing.assert_allclose(
        scores.silhouette_score(Sparse(X), labels, **options), scores.silhouette_score(X, labels, **options), rtol=1e-12
    )


def test_sparse_distances_are_0_where_none_is_stored():
    rng = np.random.default_rng(0)
    labels = some_labels(200, 7, seed=0)
    D = np.triu(rng.exponential(size=(200, 200)) * (rng.random((200, 200)) < 0.2), 1)
    D += D.T
    for options in ({}, {"sample_size": 90, "random_state": 0}):
        assert scores.silhouette_score(Sparse(D), labels, metric="precomputed", **options) == pytest.approx(
            scores.silhouette_score(D, labels, metric="precomputed", **options), rel=1e-12
        )
    with pytest.raises(ValueError, match="Precomputed metric requires shape"):
        scores.silhouette_samples(Sparse(D[:, :150]), labels, metric="precomputed")
    with pytest.raises(ValueError, match="non-negative"):
        scores.silhouette_samples(Sparse(-D), labels, metric="precomputed")


def test_sparse_rows_of_scipy_and_beside_sklearn():
    sparse, sklearn = pytest.importorskip("scipy.sparse"), pytest.importorskip("sklearn.metrics")
    X, labels = sparse.random(200, 500, 0.05, "csr", random_state=0), some_labels(200, 5, seed=0)
    for metric in ("cosine", "euclidean"):
        for matrix in (X, X.tocsc(), X.tocoo()):
            np.testing.assert_allclose(
                scores.silhouette_samples(matrix, labels, metric=metric),
                sklearn.silhouette_samples(X, labels, metric=metric),
                **AS_SKLEARN,
            )
    for score in (scores.calinski_harabasz_score, scores.davies_bouldin_score):
        with pytest.raises(TypeError, match="Sparse data was passed for X"):
            score(X, labels)


@pytest.mark.parametrize(
    "metric, error, words",
    [
        ("chebyshev", TypeError, "'manhattan' and 'sqeuclidean', got 'chebyshev'. Use '.toarray()'"),
        ("precomputed", ValueError, "contains non-zero elements on the diagonal"),
        ("cosine", ValueError, "zero vectors. Leave such rows out or choose another metric. First in X at row 2."),
    ],
)
def test_sparse_rows_that_have_no_silhouette_are_refused(metric, error, words):
    with pytest.raises(error) as caught:
        scores.silhouette_samples(Sparse(np.diag([1.0, 2.0, 0.0])), [0, 1, 1], metric=metric)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "metric",
    [
        "euclidean",
        "l2",
        "sqeuclidean",
        "manhattan",
        "cityblock",
        "cosine",
        "correlation",
        "chebyshev",
        "canberra",
        "braycurtis",
        "hamming",
        "minkowski",
        "haversine",
        "precomputed",
    ],
)
@pytest.mark.parametrize("seed", range(6))
def test_silhouettes_are_those_of_sklearn(metric, seed):
    sklearn = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 80))
    X, labels = rows(metric, n, seed), some_labels(n, int(rng.integers(2, n)), seed) - 1
    if metric == "precomputed":
        X = distances.cdist(X, X, "euclidean")
    np.testing.assert_allclose(
        scores.silhouette_samples(X, labels, metric=metric),
        sklearn.silhouette_samples(X, labels, metric=metric),
        **AS_SKLEARN,
    )
    options = dict(metric=metric, sample_size=max(3, n // 2), random_state=seed)
    try:
        expected = sklearn.silhouette_score(X, labels, **options)
    except ValueError as error:
        with pytest.raises(ValueError) as caught:
            scores.silhouette_score(X, labels, **options)
        assert str(caught.value) == str(error)
    else:
        np.testing.assert_allclose(scores.silhouette_score(X, labels, **options), expected, **AS_SKLEARN)
