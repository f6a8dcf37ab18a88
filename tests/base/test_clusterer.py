"""What is asked of a fitted clusterer goes together, whichever algorithm it is."""

import numpy as np
import pytest

from coterie import (
    DBSCAN,
    HDBSCAN,
    OPTICS,
    AgglomerativeClustering,
    BisectingKMeans,
    DivisiveClustering,
    KMeans,
    KMedians,
    KMedoids,
    KModes,
    KPrototypes,
    MiniBatchKMeans,
    SizeConstrainedKMeans,
    SphericalKMeans,
)
from coterie._base.clusterer import Clusterer, InductiveClusterer

rng = np.random.default_rng(0)
X = np.concatenate([rng.normal(0, 1, (40, 3)), rng.normal(8, 1, (40, 3)), rng.uniform(-9, 20, (5, 3))])
NEW = rng.uniform(-5, 15, (50, 3))

FITTED = {
    "kmeans": KMeans(3, random_state=0).fit(X),
    "bisecting k-means": BisectingKMeans(3, random_state=0).fit(X),
    "k-medians": KMedians(3, random_state=0).fit(X),
    "k-means by small batches": MiniBatchKMeans(3, random_state=0).fit(X),
    "spherical k-means": SphericalKMeans(3, random_state=0).fit(X),
    "size-constrained k-means": SizeConstrainedKMeans(3, 20, 40, random_state=0).fit(X),
    "kmedoids": KMedoids(3, random_state=0).fit(X),
    "manhattan medoids": KMedoids(3, metric="manhattan", random_state=0).fit(X),
    "kmodes": KModes(3).fit(X.round()),
    "kprototypes": KPrototypes(3, random_state=0).fit(X),
    "ward": AgglomerativeClustering(3).fit(X),
    "manhattan tree": AgglomerativeClustering(3, linkage="average", metric="manhattan").fit(X),
    "dbscan": DBSCAN(2.0, min_samples=4).fit(X),
    "hdbscan": HDBSCAN(10, 4).fit(X),
    "hdbscan, one cluster": HDBSCAN(10, 4, allow_single_cluster=True).fit(X[:40]),
    "optics": OPTICS(min_samples=10, xi=0.2).fit(X),
    "optics, below a height": OPTICS(min_samples=4, cluster_method="dbscan", eps=2.0).fit(X),
}
each_model = pytest.mark.parametrize("model", FITTED.values(), ids=FITTED.keys())


def below(cls):
    return {cls, *(each for direct in cls.__subclasses__() for each in below(direct))}


def test_clusterers_with_predict_are_inductive():
    ours = {cls for cls in below(Clusterer) if cls.__module__.split(".")[0] == "coterie"}
    public = {cls for cls in ours if "__init__" in vars(cls)}
    assert {cls for cls in public if hasattr(cls, "predict")} == {type(model) for model in FITTED.values()}
    assert not isinstance(DivisiveClustering(), InductiveClusterer)


@each_model
def test_new_rows_are_assigned_as_predict_labels_them(model):
    np.testing.assert_array_equal(model._assign(model._read_more(NEW)), model.predict(NEW))


@each_model
def test_centers_are_of_each_cluster_and_scores_tell_noise(model):
    centers, scores = model._centers(), model._noise_scores(NEW)
    if centers is not None:
        assert centers.shape == (model.labels_.max() + 1, 3) and centers.dtype == np.float64
    if scores is None:
        assert model.predict(NEW).min() >= 0
    else:
        np.testing.assert_array_equal(scores > 1, model.predict(NEW) == -1)


def test_the_distance_to_centers_is_the_root_of_the_mean_inertia():
    model = FITTED["kmeans"]
    squares = ((X - model.cluster_centers_[model.labels_]) ** 2).sum(axis=1)
    assert model._distance_to_centers() == pytest.approx(np.sqrt(squares.mean()))


def test_centers_of_a_tree_are_the_means_of_its_clusters():
    model = FITTED["ward"]
    np.testing.assert_allclose(model._centers(), [X[model.labels_ == label].mean(axis=0) for label in range(3)])
    assert FITTED["manhattan tree"]._centers() is None
