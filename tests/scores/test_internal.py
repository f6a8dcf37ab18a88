"""Scores of one clustering: by definition, and beside scikit-learn."""

import numpy as np
import pytest
from reference import scores as reference
from scores.tools import AS_SKLEARN, rows, some_labels

from coterie import scores
from coterie._runtime.thresholds import thresholds


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
