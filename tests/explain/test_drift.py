"""Drift: shares, distances and chance recomputed."""

import re

import numpy as np
import pytest

import coterie
from coterie import DBSCAN, HDBSCAN, AgglomerativeClustering, KMeans, NotFittedError
from coterie.cli.demo import read_iris
from coterie.explain import drift, profile

NAMES, IRIS, SPECIES = read_iris()


@pytest.fixture
def blobs():
    rng = np.random.default_rng(7)
    return [np.concatenate([rng.normal(0, 1, (200, 2)), rng.normal(9, 1, (200, 2))]) for _ in range(2)]


def index_by_hand(then, now):
    then, now = (np.array(each) for each in (then, now))
    p, q = ((each + 0.5) / (each.sum() + 0.5 * len(each)) for each in (then, now))
    return ((q - p) * np.log(q / p)).sum()


def test_drift_of_kmeans(blobs):
    old, new = blobs
    new = new[:260] * 1.5
    model = KMeans(2, random_state=0).fit(old)
    found = drift(model, new)
    labels = model.predict(new)
    np.testing.assert_array_equal(found.labels, labels)
    assert found.shares_then.tolist() == [0.5, 0.5]
    assert found.shares_now.tolist() == (np.bincount(labels) / 260).tolist()
    assert found.index == pytest.approx(index_by_hand([200, 200], np.bincount(labels)))
    far = np.linalg.norm(new - model.cluster_centers_[labels], axis=1)
    assert found.distance_now == pytest.approx(np.sqrt(np.mean(far**2)))
    assert found.distance_then == pytest.approx(np.sqrt(model.inertia_ / 400))
    np.testing.assert_allclose(found.distances_now, [np.sqrt(np.mean(far[labels == i] ** 2)) for i in (0, 1)])
    assert np.isnan(found.distances_then).all() and (found.noise_then, found.noise_now) == (0, 0)
    assert found.reading == "large" and found.sentences[0].startswith(
        f"260 new rows against 400: shares changed a lot (stability index {found.index:.3g}, up to "
    )
    assert "times as far from their centers as then" in found.sentences[1]
    same = drift(model, old)
    assert (same.index, same.reading) == (0, "chance") and same.distance_now == pytest.approx(same.distance_then)
    assert same.sentences[1].startswith("rows are about as far from their centers as then")


def test_drift_of_dbscan_is_noise(blobs):
    old, new = blobs
    model = DBSCAN(1.0, min_samples=5).fit(old)
    new = np.concatenate([new, np.full((100, 2), 50.0)])
    found = drift(model, new)
    labels = model.predict(new)
    assert found.noise_then == np.mean(model.labels_ == -1) and found.noise_now == np.mean(labels == -1) > 0.19
    assert found.shares_now.tolist() == (np.bincount(labels[labels >= 0]) / 500).tolist()
    assert np.isnan([found.distance_then, found.distance_now]).all() and len(found.sentences) == 1
    assert "noise rose from " in found.sentences[0] and "\nnoise " in found.table()
    counts = [np.append(np.bincount(each[each >= 0]), (each < 0).sum()) for each in (model.labels_, labels)]
    assert found.index == pytest.approx(index_by_hand(*counts))
    with pytest.warns(coterie.ClusteringWarning, match="There is no cluster"):
        nowhere = drift(DBSCAN(1e-9, min_samples=5).fit(old), new)
    assert np.isnan([nowhere.distance_then, nowhere.distance_now]).all() and "distance" not in nowhere.table()


def test_drift_of_hdbscan_is_noise(blobs):
    old, new = blobs
    model = HDBSCAN(20).fit(np.concatenate([old, [[np.nan, 0.0]]]))
    new = np.concatenate([new, np.full((100, 2), 50.0)])
    found = drift(model, new)
    labels = model.predict(new)
    assert found.noise_then == np.mean(model.labels_ < 0) and found.noise_now == np.mean(labels < 0) > 0.19
    assert found.shares_now.tolist() == (np.bincount(labels[labels >= 0]) / 500).tolist()
    assert np.isnan([found.distance_then, found.distance_now]).all() and "noise rose from " in found.sentences[0]


@pytest.mark.parametrize(("linkage", "metric"), [("ward", "euclidean"), ("average", "manhattan")])
def test_drift_of_a_tree_compares_predict_with_predict(blobs, linkage, metric):
    old, new = blobs
    model = AgglomerativeClustering(3, linkage=linkage, metric=metric).fit(old)
    found, labels = drift(model, new[:300]), model.predict(old)
    assert found.shares_then.tolist() == (np.bincount(labels) / 400).tolist()
    assert drift(model, old).index == 0
    if metric == "manhattan":
        assert np.isnan(found.distances_then).all()
        return
    centers = np.stack([old[model.labels_ == i].mean(axis=0) for i in range(3)])
    for i in range(3):
        far = np.linalg.norm(old[labels == i] - centers[i], axis=1)
        assert found.distances_then[i] == pytest.approx(np.sqrt(np.mean(far**2)))


def test_drift_of_a_profile_assigns_to_the_nearest_mean_in_standard_deviations():
    rng = np.random.default_rng(8)
    X = np.column_stack([rng.normal(0, 1, 300), rng.normal(0, 1000, 300), np.full(300, 3.0)])
    X[200:, :2] += [4, 4000]
    labels = np.repeat([4, 7, -1], [200, 90, 10])
    known = profile(X, labels, noun="customers")
    new = X[::2] + [0.5, 0, 0]
    new[3, 1] = np.nan
    found = drift(known, new)
    scaled = (np.where(np.isnan(new), X.mean(axis=0), new) - X.mean(axis=0))[:, :2] / X.std(axis=0)[:2]
    far = np.linalg.norm(scaled[:, None] - known.differences[None, :, :2], axis=2)
    assert found.labels.tolist() == np.array([4, 7])[far.argmin(axis=1)].tolist()
    assert found.distance_now == pytest.approx(np.sqrt(np.mean(far.min(axis=1) ** 2)))
    assert found.clusters.tolist() == [4, 7] and found.sentences[0].startswith("150 new customers against 300: ")
    same = drift(known, X)
    assert same.index == 0 and same.distances_now.tolist() == same.distances_then.tolist()
    assert (same.shares_now.sum(), same.noise_now) == (1, 0)


def test_drift_of_a_profile_finds_columns_by_name_or_place():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"kind": list("abab"), "x": [1.0, 2.0, 9.0, 9.5], "y": [1, 2, 3, 5]})
    known = profile(frame, [0, 0, 1, 1])
    expected = drift(known, frame).labels.tolist()
    for new in (
        frame[["y", "x"]],
        frame.assign(more=1.0)[["y", "more", "x", "kind"]],
        frame.to_numpy(dtype=object),
        frame[["x", "y"]].to_numpy(),
    ):
        assert drift(known, new).labels.tolist() == expected == [0, 0, 1, 1]
    with pytest.raises(ValueError, match="X_new has no column 'y', which the profile was made from"):
        drift(known, frame[["x", "kind"]])
    with pytest.raises(ValueError, match="Column 'x' of X_new does not hold numbers"):
        drift(known, frame.assign(x="text"))
    with pytest.raises(ValueError, match="X_new has 5 columns, but the profile was made from 3"):
        drift(known, np.ones((3, 5)))


def test_chance_alone_exceeds_its_bound_in_one_of_twenty_cases():
    from coterie.explain._drift import stability_index

    rng = np.random.default_rng(9)
    share = np.array([0.5, 0.3, 0.15, 0.05])
    above = [
        index > bound
        for index, bound in (
            stability_index(rng.multinomial(400, share), rng.multinomial(300, share)) for _ in range(2000)
        )
    ]
    assert 0.035 < np.mean(above) < 0.065
    assert stability_index(np.array([5, 0]), np.array([9, 0])) == (0.0, 0.0)


def test_models_that_can_not_drift_are_refused(blobs):
    with pytest.raises(NotFittedError):
        drift(KMeans(2), blobs[0])
    with pytest.raises(TypeError, match="drift needs a Profile, or a fitted estimator with labels_ and predict"):
        drift("model", blobs[0])
    with pytest.raises(ValueError, match="a profile with at least one cluster and one numeric feature"):
        drift(profile([["a"], ["b"]], [0, 1]), [["a"]])


def test_drift_of_scikit_learns_kmeans(blobs):
    theirs = pytest.importorskip("sklearn.cluster").KMeans(2, n_init=1, random_state=0).fit(blobs[0])
    ours = KMeans(2, init=theirs.cluster_centers_).fit(blobs[0])
    assert drift(theirs, blobs[1]).index == drift(ours, blobs[1]).index
    assert drift(theirs, blobs[1]).distance_now == pytest.approx(drift(ours, blobs[1]).distance_now)


def test_at_a_prompt_they_are_a_line():
    found = profile(IRIS, SPECIES, NAMES, noun="flowers")
    assert repr(found) == "<Profile of 150 flowers in 3 clusters; print() shows it>"
    assert repr(profile(IRIS, np.zeros(150, int))) == "<Profile of 150 rows in 1 cluster; print() shows it>"
    assert re.fullmatch(
        r"<Drift of 50 flowers against 150: large, stability index [\d.]+; print\(\) shows it>",
        repr(drift(found, IRIS[:50])),
    )
