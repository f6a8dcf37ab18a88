"""Scores of unusual rows: recomputed by hand, row by row."""

import numpy as np
import pytest

from coterie import DBSCAN, AgglomerativeClustering, DivisiveClustering, KMeans, NotFittedError, outlier_scores


@pytest.fixture
def X():
    rng = np.random.default_rng(0)
    return np.concatenate([rng.normal(0, 1, (60, 3)), rng.normal(8, 3, (40, 3)), rng.uniform(-9, 20, (10, 3))])


def by_hand(X, centers, labels, others, other_labels):
    """Distance to the center over the median distance of the others with that label."""
    typical = {
        label: np.median([np.linalg.norm(row - centers[label]) for row in others[other_labels == label]])
        for label in set(labels.tolist())
    }
    return [
        np.linalg.norm(row - centers[label]) / typical[label] for row, label in zip(X, labels.tolist(), strict=True)
    ]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_kmeans_scores_are_distances_in_units_of_the_median_of_the_cluster(X, dtype):
    X = X.astype(dtype)
    model = KMeans(3, random_state=0).fit(X)
    scores = outlier_scores(X, model)
    np.testing.assert_allclose(scores, by_hand(X, model.cluster_centers_, model.labels_, X, model.labels_), rtol=1e-5)
    assert scores.dtype == np.float64
    assert all(np.median(scores[model.labels_ == label]) == pytest.approx(1) for label in range(3))


def test_new_rows_are_measured_by_the_reference(X):
    model = KMeans(3, random_state=0).fit(X)
    new = X[:5] + 1
    expected = by_hand(new, model.cluster_centers_, model.predict(new), X, model.labels_)
    np.testing.assert_allclose(outlier_scores(new, model, reference=X), expected, rtol=1e-12)
    np.testing.assert_array_equal(outlier_scores(X[7:8], model, reference=X), outlier_scores(X, model)[7:8])


def test_clusters_that_say_nothing_of_what_is_typical_take_the_median_of_all():
    X = np.array([[0.0], [2.0], [4.0], [8.0], [100.0]])
    model = KMeans(2, init=np.array([[3.0], [100.0]])).fit(X)
    # Distances 3.5, 1.5, 0.5, 4.5 to the center 3.5, and 0 to the center 100, so 1.5 is the median of all.
    assert outlier_scores([[0.0], [110.0]], model, reference=X).tolist() == [3.5 / 2.5, 10 / 1.5]
    assert outlier_scores(X, model)[-1] == 0
    same = KMeans(1).fit(np.ones((4, 2)))
    assert outlier_scores([[1.0, 1.0], [1.0, 2.0]], same, reference=np.ones((4, 2))).tolist() == [0, np.inf]


@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "manhattan", "cosine"])
def test_dbscan_scores_are_distances_to_core_points_in_units_of_eps(X, metric):
    model = DBSCAN(0.01 if metric == "cosine" else 1.5, min_samples=4, metric=metric).fit(X)
    distance = {
        "euclidean": lambda a, b: np.linalg.norm(a - b),
        "sqeuclidean": lambda a, b: ((a - b) ** 2).sum(),
        "manhattan": lambda a, b: abs(a - b).sum(),
        "cosine": lambda a, b: 1 - a @ b / np.linalg.norm(a) / np.linalg.norm(b),
    }[metric]
    rows = np.concatenate([X, X[:20] + 2])
    scores = outlier_scores(rows, model)
    expected = [min(distance(row, core) for core in model.components_) / model.eps for row in rows]
    np.testing.assert_allclose(scores, expected, rtol=1e-6, atol=1e-10)
    np.testing.assert_array_equal(scores > 1, model.predict(rows) == -1)
    np.testing.assert_array_equal(scores[: len(X)] > 1, model.labels_ == -1)
    assert not scores[model.core_sample_indices_].any() and 0 < (scores > 1).sum() < len(rows)


@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
def test_a_row_at_eps_is_no_noise_and_the_next_number_is():
    eps = 0.1 + 0.2
    model = DBSCAN(eps, min_samples=2).fit([[0.0, 0.0], [0.0, 0.0]])
    rows = np.array([[eps, 0.0], [np.nextafter(eps, 1), 0.0], [0.3 * 0.6, 0.3 * 0.8]])
    np.testing.assert_array_equal(outlier_scores(rows, model) > 1, model.predict(rows) == -1)


def test_dbscan_scores_from_given_distances(X):
    D = np.linalg.norm(X[:, None] - X[None], axis=2)
    given, plain = DBSCAN(1.5, min_samples=4, metric="precomputed").fit(D), DBSCAN(1.5, min_samples=4).fit(X)
    np.testing.assert_allclose(outlier_scores(D, given), outlier_scores(X, plain), atol=1e-12)
    eps = 0.7
    near = DBSCAN(eps, min_samples=1, metric="precomputed").fit([[0.0]])
    assert (outlier_scores([[np.nextafter(eps, 1)], [eps]], near) > 1).tolist() == [True, False]


@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
def test_without_core_points_every_row_is_infinitely_far():
    model = DBSCAN(0.1, min_samples=3).fit([[0.0], [1.0]])
    assert outlier_scores([[0.0], [5.0]], model).tolist() == [np.inf, np.inf]


@pytest.mark.parametrize("linkage", ["ward", "average"])
def test_tree_scores_are_distances_to_the_mean_of_the_cluster(X, linkage):
    model = AgglomerativeClustering(3, linkage=linkage).fit(X)
    centers = np.stack([X[model.labels_ == label].mean(axis=0) for label in range(3)])
    new = X[:6] + 0.5
    labels = model.predict(X)
    expected = by_hand(new, centers, model.predict(new), X, labels)
    np.testing.assert_allclose(outlier_scores(new, model), expected, rtol=1e-10)


def test_scikit_learns_models_are_scored_alike(X):
    cluster = pytest.importorskip("sklearn.cluster")
    ours = KMeans(3, init=X[:3]).fit(X)
    theirs = cluster.KMeans(3, init=X[:3], n_init=1).fit(X)
    np.testing.assert_allclose(outlier_scores(X, theirs), outlier_scores(X, ours), rtol=1e-9)
    for metric, p in (("euclidean", None), ("minkowski", 1)):
        theirs = cluster.DBSCAN(eps=1.5, metric=metric, p=p).fit(X)
        ours = DBSCAN(1.5, metric=metric, p=p).fit(X)
        np.testing.assert_array_equal(outlier_scores(X, theirs), outlier_scores(X, ours))


def test_what_can_not_be_scored_is_refused(X):
    with pytest.raises(NotFittedError):
        outlier_scores(X, KMeans(2))
    with pytest.raises(TypeError, match=r"needs a fitted KMeans or one of its relatives, .* OPTICS or Agglo"):
        outlier_scores(X, DivisiveClustering(2).fit(X))
    with pytest.raises(ValueError, match="means of the clusters of a tree"):
        outlier_scores(X, AgglomerativeClustering(2, linkage="average", metric="manhattan").fit(X))
    with pytest.raises(ValueError, match="reference is only for k-means"):
        outlier_scores(X, DBSCAN(1.5).fit(X), reference=X)
    with pytest.raises(ValueError, match="X has 2 features, but KMeans is expecting 3"):
        outlier_scores(X[:, :2], KMeans(2).fit(X))


def test_the_model_in_the_place_of_the_rows_is_told(X):
    model = KMeans(3, random_state=0).fit(X)
    with pytest.raises(TypeError, match=r"^outlier_scores takes the rows first and the model second: outlier_scores\("):
        outlier_scores(model, X)
