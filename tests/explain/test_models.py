"""Models of scikit-learn, and what looks like them, are asked as those of coterie are."""

import math

import numpy as np
import pytest

from coterie import DBSCAN, KMeans, outlier_scores
from coterie.explain import drift

cluster = pytest.importorskip("sklearn.cluster")

rng = np.random.default_rng(0)
OLD, NEW = (np.concatenate([rng.normal(0, 1, (50, 2)), rng.normal(9, 1, (n, 2))]) for n in (50, 20))


class Nearest:
    """Somebody's model, with centers and nothing else that coterie asks for."""

    cluster_centers_ = np.array([[0.0, 0.0], [9.0, 9.0]])
    labels_ = np.repeat([0, 1], 50)

    def predict(self, X):
        return np.linalg.norm(X[:, None] - self.cluster_centers_, axis=2).argmin(axis=1)


class Sides:
    """Somebody's model that has labels alone."""

    labels_ = np.repeat([0, 1], 50)

    def predict(self, X):
        return (X[:, 0] > 4.5).astype(int)


@pytest.mark.parametrize(
    "model", [Nearest(), cluster.MeanShift(bandwidth=4).fit(OLD)], ids=["somebody's", "mean shift"]
)
def test_centers_without_an_inertia_tell_the_distances_of_new_rows_alone(model):
    found = drift(model, NEW)
    assert math.isnan(found.distance_then) and found.distance_now > 0
    same = KMeans(2, init=model.cluster_centers_, max_iter=1).fit(OLD)
    same.cluster_centers_ = model.cluster_centers_
    np.testing.assert_array_equal(outlier_scores(NEW, model, reference=OLD), outlier_scores(NEW, same, reference=OLD))


@pytest.mark.parametrize("model", [Sides(), cluster.Birch(n_clusters=2).fit(OLD)], ids=["own", "birch"])
def test_labels_alone_tell_shares(model):
    found = drift(model, NEW)
    assert sorted(found.shares_now) == pytest.approx([20 / 70, 50 / 70])
    assert math.isnan(found.distance_now)
    with pytest.raises(TypeError, match=r"needs a fitted KMeans or one of its relatives, .* OPTICS or Agglo"):
        outlier_scores(NEW, model)


def test_a_model_without_predict_can_not_drift():
    with pytest.raises(TypeError, match="drift needs a Profile, or a fitted estimator with labels_ and predict"):
        drift(cluster.DBSCAN(eps=2).fit(OLD), NEW)


def test_given_distances_to_scikit_learns_core_points():
    D = np.linalg.norm(OLD[:, None] - OLD, axis=2)
    theirs, ours = (each(eps=2, metric="precomputed").fit(D) for each in (cluster.DBSCAN, DBSCAN))
    np.testing.assert_array_equal(outlier_scores(D, theirs), outlier_scores(D, ours))


def test_columns_are_checked_as_scikit_learn_saw_them():
    pandas = pytest.importorskip("pandas")
    model = cluster.KMeans(2, n_init=1, random_state=0).fit(pandas.DataFrame(OLD, columns=["a", "b"]))
    outlier_scores(pandas.DataFrame(NEW, columns=["a", "b"]), model)
    with pytest.raises(ValueError, match="feature names should match"):
        outlier_scores(pandas.DataFrame(NEW, columns=["b", "a"]), model)
