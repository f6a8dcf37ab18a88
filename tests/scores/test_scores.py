"""Scores of clusterings: by definition, and beside scikit-learn."""

import itertools
import math
import tracemalloc

import numpy as np
import pytest
from reference import distances as reference_distances
from reference import scores as reference

import coterie
from coterie import Cancelled, distances, scores
from coterie._runtime import memory
from coterie._runtime.thresholds import thresholds
from coterie.distances import _sparse_points
from coterie.scores import _contingency

EXACT = dict(rtol=1e-13, atol=1e-13)
AS_SKLEARN = dict(rtol=1e-10, atol=1e-10)
COMPARING = [
    "rand_score",
    "adjusted_rand_score",
    "adjusted_mutual_info_score",
    "normalized_mutual_info_score",
    "mutual_info_score",
    "fowlkes_mallows_score",
    "homogeneity_score",
    "completeness_score",
    "v_measure_score",
    "homogeneity_completeness_v_measure",
]
AVERAGES = ["arithmetic", "geometric", "min", "max"]


def rows(metric, n, seed, d=4):
    rng = np.random.default_rng(seed)
    if metric == "haversine":
        return np.column_stack([rng.uniform(-1.5, 1.5, n), rng.uniform(-3, 3, n)])
    if metric in ("jaccard", "dice", "hamming"):
        X = rng.integers(0, 2, (n, d + 3)).astype(float)
        X[:, 0] = 1  # no row of zeros
        return X
    return rng.normal(size=(n, d)) + rng.normal(size=(5, d))[rng.integers(0, 5, n)] * 3


def some_labels(n, k, seed):
    """Of k values, each of which occurs."""
    rng = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    rng.shuffle(labels)
    return labels


# ------------------------------------------------------------------------------------------- silhouette


@pytest.mark.parametrize("metric", [*distances.NAMES, "minkowski 3"])
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


def test_an_offset_costs_no_digits():
    X, labels = rows("euclidean", 300, seed=3).round(6), some_labels(300, 4, seed=3)
    X = (X * 2.0**20).round() / 2.0**20  # so that adding the offset is exact
    for metric in ("euclidean", "sqeuclidean", "manhattan"):
        np.testing.assert_allclose(
            scores.silhouette_samples(X + 2.0**20, labels, metric=metric),
            scores.silhouette_samples(X, labels, metric=metric),
            rtol=1e-12,
            atol=1e-12,
        )
    for score in (scores.calinski_harabasz_score, scores.davies_bouldin_score):
        np.testing.assert_allclose(score(X + 2.0**20, labels), score(X, labels), rtol=1e-13)


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


def test_float32_rows_are_computed_with_in_float64():
    X = rows("euclidean", 100, seed=5).astype(np.float32)
    labels = some_labels(100, 4, seed=5)
    for score in (scores.silhouette_score, scores.calinski_harabasz_score, scores.davies_bouldin_score):
        assert score(X, labels) == score(X.astype(np.float64), labels)


@pytest.mark.parametrize(
    "score", [scores.silhouette_samples, scores.calinski_harabasz_score, scores.davies_bouldin_score]
)
def test_labels_of_any_kind_will_do(score):
    X, numbers = rows("euclidean", 50, seed=6), some_labels(50, 2, seed=6)
    expected = score(X, numbers)
    words = np.array(["no", "yes"])[numbers]
    for labels in (
        numbers.tolist(),
        numbers * 1e6,
        numbers - 7,
        numbers.astype(bool),
        words,
        words.astype(object),
        words.tolist(),
        numbers[:, None],
    ):
        np.testing.assert_array_equal(score(X, labels), expected)


def test_labels_of_pandas_will_do():
    pandas = pytest.importorskip("pandas")
    X, numbers = rows("euclidean", 50, seed=6), some_labels(50, 2, seed=6)
    words = pandas.Series(np.array(["no", "yes"])[numbers], index=np.arange(50)[::-1])
    for labels in (words, words.astype("category"), words.astype("string"), pandas.Series(numbers, dtype="Int64")):
        assert scores.silhouette_score(pandas.DataFrame(X), labels) == scores.silhouette_score(X, numbers)
        assert scores.adjusted_rand_score(labels, numbers) == 1


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
    "score", ["silhouette_samples", "silhouette_score", "calinski_harabasz_score", "davies_bouldin_score"]
)
@pytest.mark.parametrize(
    "X, labels, error, words",
    [
        (np.eye(3), [0, 0, 0], ValueError, "Number of labels is 1. Valid values are 2 to n_samples - 1 (inclusive)"),
        (np.eye(3), [0, 1, 2], ValueError, "Number of labels is 3. Valid values are 2 to n_samples - 1 (inclusive)"),
        (np.eye(3), [-1, -1, -1], ValueError, "Number of labels is 1."),
        (np.eye(1), [0], ValueError, "Number of labels is 1."),
        (np.eye(2), [0, 1], ValueError, "Number of labels is 2."),
        (np.eye(3), [0, 1], ValueError, "Found input variables with inconsistent numbers of samples: [3, 2]"),
        (np.eye(3), [0, 1, np.nan], ValueError, "Input labels contains NaN. First at row 2."),
        (
            np.eye(3),
            [0, 1, None],
            ValueError,
            "Input labels contains NaN, or another missing value: None. First at row 2.",
        ),
        (
            np.eye(3),
            np.array([0, 1, "a"], object),
            TypeError,
            "labels must be uniformly strings or numbers. Got ['int', 'str']",
        ),
        (np.eye(3), np.eye(3), ValueError, "labels must be 1D: shape is (3, 3)"),
        (np.eye(3), None, ValueError, "The 'labels' parameter of {} must be an array-like. Got None instead."),
        (np.eye(3), "abc", ValueError, "The 'labels' parameter of {} must be an array-like. Got 'abc' instead."),
        ([[0.0], [np.nan], [1.0]], [0, 0, 1], ValueError, "Input X contains NaN.\n{} does not accept missing values"),
        ([0.0, 1.0, 2.0], [0, 0, 1], ValueError, "Expected 2D array, got 1D array instead"),
    ],
)
def test_what_has_no_score_is_refused(score, X, labels, error, words):
    with pytest.raises(error) as caught:
        getattr(scores, score)(X, labels)
    assert words.format(score) in str(caught.value)


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


class Sparse:
    """What scipy's compressed rows have."""

    format = "csr"

    def __init__(self, dense):
        self.shape = dense.shape
        place, self.indices = np.nonzero(dense)
        self.data = dense[place, self.indices]
        self.indptr = np.searchsorted(place, np.arange(len(dense) + 1))


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
    for block, tile in ((1 << 18, None), (1 << 8, 64)):
        monkeypatch.setattr(thresholds, "score_block", block)
        monkeypatch.setattr(_sparse_points, "_sparse_tile", lambda length, tile=tile: tile or 1 << 14)
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


# ------------------------------------------------------------------------------------------- centers


@pytest.mark.parametrize("seed", range(30))
def test_scores_by_centers_are_as_defined(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 40))
    X, labels = rows("euclidean", n, seed, d=int(rng.integers(1, 4))), some_labels(n, int(rng.integers(2, n)), seed)
    if seed % 3 == 0:
        X = X.round()
    if seed % 5 == 0:
        X = X.astype(np.float32)
    np.testing.assert_allclose(
        scores.calinski_harabasz_score(X, labels), reference.calinski_harabasz(X, labels), rtol=1e-12
    )
    np.testing.assert_allclose(scores.davies_bouldin_score(X, labels), reference.davies_bouldin(X, labels), rtol=1e-11)


@pytest.mark.parametrize("score", ["calinski_harabasz", "davies_bouldin"])
@pytest.mark.parametrize("offset, unit", [(1e6, 1.0), (1e12, 1.0), (0.0, 1e-12), (-1e6, 1e-6), (0.0, 1e12)])
def test_neither_offset_nor_unit_costs_digits(score, offset, unit):
    X, labels = rows("euclidean", 60, seed=9) * unit + offset, some_labels(60, 5, seed=9)
    np.testing.assert_allclose(
        getattr(scores, score + "_score")(X, labels), getattr(reference, score)(X, labels), rtol=1e-12
    )


def test_clusters_of_equal_rows():
    X = np.repeat([[0.1], [0.7], [0.3]], 7, axis=0)
    labels = np.repeat([0, 1, 2], 7)
    assert scores.calinski_harabasz_score(X, labels) == 1.0
    assert scores.davies_bouldin_score(X, labels) == 0.0
    assert scores.davies_bouldin_score(X[:7], [0, 0, 0, 1, 1, 2, 2]) == 0.0
    assert scores.davies_bouldin_score([[-1.0], [1.0], [-2.0], [2.0]], [0, 0, 1, 1]) == 0.0  # the same center


def test_blocks_make_no_difference(monkeypatch):
    X, labels = rows("euclidean", 400, seed=11), some_labels(400, 50, seed=11)
    expected = [score(X, labels) for score in (scores.calinski_harabasz_score, scores.davies_bouldin_score)]
    monkeypatch.setattr(thresholds, "score_block", 256)
    found = [score(X, labels) for score in (scores.calinski_harabasz_score, scores.davies_bouldin_score)]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


# ------------------------------------------------------------------------------------------- two labelings


def pairs_of_labelings():
    rng = np.random.default_rng(0)
    for _ in range(60):
        n = int(rng.integers(2, 25))
        a, b = (rng.integers(0, rng.integers(1, n + 1), n) for _ in range(2))
        yield a, np.where(rng.random(n) < 0.5, a, b) if rng.random() < 0.4 else b


def test_pairs_of_rows_are_counted_right():
    for a, b in pairs_of_labelings():
        expected = reference.pairs_of_rows(a, b)
        np.testing.assert_array_equal(scores.pair_confusion_matrix(a, b), expected)
        (neither, in_b), (in_a, both) = expected
        assert scores.rand_score(a, b) == (neither + both) / expected.sum()
        same = in_a == in_b == 0
        if not same:
            chance = (both + in_a) * (both + in_b) / expected.sum()
            expected_ari = (both - chance) / ((both + in_a + both + in_b) / 2 - chance)
            np.testing.assert_allclose(scores.adjusted_rand_score(a, b), expected_ari, **EXACT)
        else:
            assert scores.adjusted_rand_score(a, b) == 1.0
        expected_fm = both / math.sqrt((both + in_a) * (both + in_b)) if both else 0.0
        np.testing.assert_allclose(scores.fowlkes_mallows_score(a, b), expected_fm, **EXACT)


def test_v_measure_without_weight_on_what_is_not_0():
    assert scores.homogeneity_completeness_v_measure([0, 0], [0, 1], beta=0) == (1, 0, 0)


def test_information_is_as_defined():
    for a, b in pairs_of_labelings():
        information = reference.mutual_information(a, b)
        entropies = reference.entropy(a), reference.entropy(b)
        np.testing.assert_allclose(scores.mutual_info_score(a, b), information, **EXACT)
        homogeneity, completeness = (information / each if each else 1.0 for each in entropies)
        found = scores.homogeneity_completeness_v_measure(a, b, beta=0.5)
        np.testing.assert_allclose(found[:2], [homogeneity, completeness], **EXACT)
        mean = homogeneity + completeness and 1.5 * homogeneity * completeness / (0.5 * homogeneity + completeness)
        np.testing.assert_allclose(found[2], mean, **EXACT)
        assert scores.v_measure_score(a, b, beta=0.5) == found[2]
        assert (scores.homogeneity_score(a, b), scores.completeness_score(a, b)) == found[:2]
        if min(entropies) > 0:
            for method, mean in zip(
                AVERAGES,
                [sum(entropies) / 2, math.sqrt(math.prod(entropies)), min(entropies), max(entropies)],
                strict=True,
            ):
                np.testing.assert_allclose(
                    scores.normalized_mutual_info_score(a, b, average_method=method), information / mean, **EXACT
                )
                expected = reference.expected_mutual_information(
                    np.bincount(a)[np.unique(a)].tolist(), np.bincount(b)[np.unique(b)].tolist()
                )
                if mean - expected > 1e-9:
                    np.testing.assert_allclose(
                        scores.adjusted_mutual_info_score(a, b, average_method=method),
                        (information - expected) / (mean - expected),
                        rtol=1e-11,
                        atol=1e-11,
                    )


def test_the_expected_information_is_the_mean_over_all_permutations():
    for a, b in [([0, 0, 1, 1, 2, 2], [0, 1, 1, 1, 2, 2]), ([0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 1, 2])]:
        expected = reference.mean_information_of_all_permutations(a, b)
        np.testing.assert_allclose(
            _contingency.expected_mutual_information(np.bincount(a), np.bincount(b)), expected, rtol=1e-13
        )


@pytest.mark.parametrize(
    "a, b",
    [
        ([1, 299], [150, 150]),
        ([1] * 60, [1] * 60),
        ([299, 1], [299, 1]),
        ([100] * 3, [1] * 300),
        ([290, 10], [5, 295]),
        ([150, 150], [149, 151]),
        (list(range(1, 24)) + [24], [60] * 5),
        ([1000, 1000], [1990, 10]),
    ],
)
def test_the_expected_information_of_any_sizes_is_exact(a, b):
    found = _contingency.expected_mutual_information(np.array(a), np.array(b))
    np.testing.assert_allclose(found, reference.expected_mutual_information(a, b), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    "a, b, expected",
    [  # computed with 60 digits; scikit-learn is off by 3e-9 and 2e-9
        ([500_000, 500_000], [999_000, 1000], 5.00250334127707883e-07),
        ([100_000] * 4 + [600_000], [300_000, 700_000], 2.00001274892973768e-06),
    ],
)
def test_the_expected_information_of_many_rows(a, b, expected):
    found = _contingency.expected_mutual_information(np.array(a), np.array(b))
    np.testing.assert_allclose(found, expected, rtol=1e-11)


def test_blocks_of_sizes_make_no_difference(monkeypatch):
    rng = np.random.default_rng(1)
    a, b = (np.unique(rng.zipf(1.5, 5000) % k, return_counts=True)[1] for k in (97, 61))
    expected = _contingency.expected_mutual_information(a, b)
    monkeypatch.setattr(thresholds, "information_block", 64)
    np.testing.assert_allclose(_contingency.expected_mutual_information(a, b), expected, rtol=1e-13)
    np.testing.assert_allclose(_contingency.expected_mutual_information(b, a), expected, rtol=1e-13)


@pytest.mark.parametrize(
    "score, options",
    [
        *((name, {}) for name in COMPARING if name != "mutual_info_score"),
        *((name, {"average_method": average}) for name in COMPARING[2:4] for average in AVERAGES[1:]),
    ],
)
def test_equal_labelings_are_best_whatever_the_names(score, options):
    names = np.array(["z", "b", "m", "a", "q"])
    for seed in range(20):
        labels = some_labels(50, 5, seed)
        np.testing.assert_array_equal(getattr(scores, score)(labels, names[labels], **options), 1.0)
    for trivial in ([0, 0, 0], [0, 1, 2]):
        expected = 0.0 if score == "fowlkes_mallows_score" and trivial == [0, 1, 2] else 1.0  # there are no pairs
        np.testing.assert_array_equal(getattr(scores, score)(trivial, trivial, **options), expected)


@pytest.mark.parametrize("score", [name for name in COMPARING if "homog" not in name and "complete" not in name])
def test_which_labeling_comes_first_does_not_matter(score):
    for a, b in pairs_of_labelings():
        np.testing.assert_allclose(getattr(scores, score)(a, b), getattr(scores, score)(b, a), **EXACT)


@pytest.mark.parametrize("score", ["adjusted_rand_score", "adjusted_mutual_info_score"])
def test_scores_that_are_adjusted_are_about_zero_by_chance(score):
    rng = np.random.default_rng(0)
    found = [getattr(scores, score)(rng.integers(0, 30, 200), rng.integers(0, 30, 200)) for _ in range(40)]
    assert abs(np.mean(found)) < 0.01


def test_labelings_without_rows():
    assert [getattr(scores, name)([], []) for name in COMPARING] == [
        1.0,
        1.0,
        1.0,
        1.0,
        0.0,
        0.0,
        1.0,
        1.0,
        1.0,
        (1.0, 1.0, 1.0),
    ]
    assert scores.contingency_matrix([], []).shape == (0, 0)


def test_the_contingency_matrix_counts():
    a, b = ["b", "a", "b", "c"], [3, 3, -1, 3]
    np.testing.assert_array_equal(scores.contingency_matrix(a, b), [[0, 1], [1, 1], [0, 1]])
    np.testing.assert_array_equal(scores.contingency_matrix(a, b, eps=0.5), [[0.5, 1.5], [1.5, 1.5], [0.5, 1.5]])
    assert scores.contingency_matrix(a, b, dtype=np.float32).dtype == np.float32
    for matrix in ([[0, 1], [1, 1], [0, 1]], [[0, 0, 1], [0, 0, 0], [1, 0, 1], [0, 0, 1]]):  # with empty ones or not
        assert scores.mutual_info_score(None, None, contingency=matrix) == scores.mutual_info_score(a, b)
    with pytest.raises(ValueError, match="Cannot set 'eps' when sparse=True"):
        scores.contingency_matrix(a, b, eps=0.5, sparse=True)


def test_sparse_contingency_matrices():
    scipy_sparse = pytest.importorskip("scipy.sparse")
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 20, 300), rng.integers(0, 30, 300)
    found = scores.contingency_matrix(a, b, sparse=True)
    assert scipy_sparse.issparse(found) and found.format == "csr"
    np.testing.assert_array_equal(found.toarray(), scores.contingency_matrix(a, b))
    assert scores.mutual_info_score(None, None, contingency=found) == scores.mutual_info_score(a, b)


def test_many_labels_take_memory_for_the_rows_alone():
    n = 100_000
    rng = np.random.default_rng(0)
    a, b = rng.permutation(n), rng.integers(0, n, n)
    tracemalloc.start()
    found = [scores.adjusted_rand_score(a, b), scores.normalized_mutual_info_score(a, b)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150 * n and all(0 <= each <= 1 for each in found)


def test_a_contingency_matrix_that_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 1_000_000_000)
    with pytest.raises(MemoryError, match=r"A matrix of 20,000 by 20,000 labels would take 3\.2 GB.*sparse=True"):
        scores.contingency_matrix(np.arange(20_000), np.arange(20_000))


@pytest.mark.parametrize("score", [*COMPARING, "contingency_matrix", "pair_confusion_matrix"])
@pytest.mark.parametrize(
    "a, b, words",
    [
        ([0, 1], [0, 1, 1], "Found input variables with inconsistent numbers of samples: [2, 3]"),
        ([[0, 1]], [0, 1], "labels_true must be 1D: shape is (1, 2)"),
        ([0, 1], [[0], [1]], "labels_pred must be 1D: shape is (2, 1)"),
        ([0, 1], [0, np.nan], "Input labels_pred contains NaN"),
        (3, [0, 1], "The 'labels_true' parameter of {} must be an array-like. Got 3 instead."),
    ],
)
def test_labelings_that_cannot_be_compared_are_refused(score, a, b, words):
    with pytest.raises(ValueError) as caught:
        getattr(scores, score)(a, b)
    assert words.format(score) in str(caught.value)


def test_a_mean_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="'average_method' parameter of adjusted_mutual_info_score must be a str"):
        scores.adjusted_mutual_info_score([0, 1], [0, 1], average_method="mean")


def test_labels_that_look_like_measurements_are_warned_of():
    with pytest.warns(
        UserWarning,
        match="expects discrete values but received continuous values for label, and binary values for target",
    ):
        scores.adjusted_rand_score([0.1, 0.2, 0.3], [0, 1, 1])


# ------------------------------------------------------------------------------------------- beside scikit-learn


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


@pytest.mark.parametrize("seed", range(20))
def test_scores_by_centers_are_those_of_sklearn(seed):
    sklearn = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(seed)
    n = int(rng.integers(10, 200))
    X, labels = rows("euclidean", n, seed), some_labels(n, int(rng.integers(2, n // 2)), seed)
    np.testing.assert_allclose(
        scores.calinski_harabasz_score(X, labels), sklearn.calinski_harabasz_score(X, labels), **AS_SKLEARN
    )
    # Its distances are off by 1e-8 where they are small, as of a row alone in its cluster to the center.
    expected = sklearn.davies_bouldin_score(X, labels)
    np.testing.assert_allclose(
        scores.davies_bouldin_score(X, labels), expected, rtol=1e-10 if n > 40 * labels.max() else 1e-7
    )


@pytest.mark.parametrize("score", COMPARING)
def test_comparisons_are_those_of_sklearn(score):
    sklearn = pytest.importorskip("sklearn.metrics")
    averages = (
        [{"average_method": name} for name in AVERAGES[:2] + AVERAGES[3:]]
        if "info" in score and (score != "mutual_info_score")
        else [{}]
    )
    rng = np.random.default_rng(0)
    large = rng.integers(0, 40, 3000), rng.integers(0, 7, 3000)
    for a, b in itertools.chain(pairs_of_labelings(), [large, (large[0], large[0] // 2)]):
        for options in averages:
            np.testing.assert_allclose(
                getattr(scores, score)(a, b, **options), getattr(sklearn, score)(a, b, **options), **AS_SKLEARN
            )


def test_matrices_are_those_of_sklearn():
    sklearn = pytest.importorskip("sklearn.metrics.cluster")
    for a, b in pairs_of_labelings():
        for name in ("contingency_matrix", "pair_confusion_matrix"):
            ours, theirs = getattr(scores, name)(a, b), getattr(sklearn, name)(a, b)
            np.testing.assert_array_equal(ours, theirs)
            assert ours.dtype == theirs.dtype


@pytest.mark.parametrize(
    "matrix",
    [
        [[1, -1], [2, 3]],
        [[1.0, np.nan], [2, 3]],
        [[1, np.inf], [2, 3]],
        [[1e16, 1e16], [1, 2]],
        [["a", "b"]],
        [1, 2],
        [[1j, 2]],
        [[1, 2], [3]],
    ],
)
def test_a_wrong_contingency_matrix_is_refused(matrix):
    with pytest.raises(ValueError, match=r"contingency|Complex|Expected 2D"):
        scores.mutual_info_score(None, None, contingency=matrix)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("indices", [0, 10**9, 1]),
        ("indices", [0, -1, 1]),
        ("indptr", [0, 10**9, 3]),
        ("indptr", [0, 3, 2]),
        ("data", [1, -1, 2]),
        ("data", [1, np.nan, 2]),
    ],
)
def test_a_corrupt_sparse_contingency_matrix_is_refused(attribute, value):
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.csr_matrix(([1.0, 2.0, 3.0], [0, 1, 1], [0, 2, 3]), shape=(2, 2))
    whole = [[1.0, 2.0], [0.0, 3.0]]
    assert scores.mutual_info_score(None, None, contingency=matrix) == scores.mutual_info_score(
        None, None, contingency=whole
    )
    setattr(matrix, attribute, np.array(value, getattr(matrix, attribute).dtype))
    with pytest.raises(ValueError, match="contingency"):
        scores.mutual_info_score(None, None, contingency=matrix)


def test_a_weight_on_the_homogeneity_may_be_any_number():
    for beta in (np.uint64(2**64 - 1), 2**62, np.float32(1e38)):
        assert 0 <= scores.v_measure_score([0, 0, 1, 1], [0, 0, 1, 2], beta=beta) <= 1


def test_a_type_that_numpy_does_not_know_is_refused():
    deep = []
    for _ in range(10_000):
        deep = [deep]
    for dtype in (deep, "no type", object()):
        with pytest.raises(TypeError, match="dtype must be"):
            scores.contingency_matrix([0, 1], [1, 0], dtype=dtype)
