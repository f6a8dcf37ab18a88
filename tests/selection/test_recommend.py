"""`recommend`: what it takes, what it gives. How often it is right is measured in ci/bench."""

import numpy as np
import pytest

import coterie
from coterie.selection import recommend


def groups(centers, n=60, seed=0):
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(len(centers)), n)
    return np.asarray(centers, float)[y] + rng.normal(size=(len(y), len(centers[0]))), y


X, Y = groups([[0, 0], [9, 0], [4, 8]])


def test_groups_that_are_apart_are_clear():
    found = recommend(X, random_state=0)
    assert (found.n_clusters, found.confidence) == (3, "clear")
    assert coterie.scores.adjusted_rand_score(found.labels, Y) > 0.97
    assert found.labels.dtype == np.intp and found.sample is None and found.scaler is None
    assert found.candidates[0].rejected == "" and all(each.rejected for each in found.candidates[1:])
    np.testing.assert_array_equal(found.candidates[0].labels, found.labels)
    assert str(found).startswith(f"3 clusters by {found.method}, clear\n- ")


def test_no_structure_is_said_and_a_cut_is_offered():
    found = recommend(np.random.default_rng(1).uniform(size=(200, 2)), random_state=0)
    assert (found.n_clusters, found.confidence, found.method, found.model) == (1, "no structure", "none", None)
    assert not found.labels.any()
    assert found.cut.method == "k-means" and 3 <= found.cut.n_clusters <= 6


def test_bent_groups_are_found_by_density():
    rng = np.random.default_rng(0)
    t = np.pi * rng.uniform(size=300)
    arcs = np.column_stack([np.cos(t), np.sin(t)])
    arcs[150:] = [1, 0.4] - arcs[150:]
    found = recommend(arcs + rng.normal(scale=0.05, size=arcs.shape), random_state=0)
    assert (found.n_clusters, found.method) == (2, "HDBSCAN")
    assert coterie.scores.adjusted_rand_score(found.labels, np.arange(300) < 150) > 0.97


def test_repeated_values_are_no_clusters():
    rng = np.random.default_rng(2)
    rides = np.column_stack([rng.poisson(1.2, 300) + 1, rng.normal(size=300), rng.normal(size=300)])
    assert recommend(rides, random_state=0).confidence == "no structure"


@pytest.mark.filterwarnings("ignore::coterie.FeatureScaleWarning")
def test_one_big_cluster_is_doubtful():
    Z, _ = groups([[0, 0], [30, 0]], n=200)
    found = recommend(Z[:210], random_state=0)
    assert found.confidence == "doubtful" or found.n_clusters == 1
    assert found.n_clusters == 1 or any("95% of the rows" in doubt for doubt in found.doubts)


def test_units_do_not_matter_where_they_differ():
    other = X * [1, 1e4] + [0, 1e6]
    assert recommend(other, random_state=0).scaler is not None
    assert coterie.scores.adjusted_rand_score(recommend(other, random_state=0).labels, Y) > 0.97


def test_a_large_table_is_decided_by_a_sample(monkeypatch):
    monkeypatch.setattr(coterie._runtime.thresholds.thresholds, "recommend_rows", 100)
    found = recommend(X, random_state=0)
    assert len(found.sample) == 100 and len(found.labels) == len(X)
    assert str(found).endswith("\nDecided by a random sample of 100 of the 180 rows.")
    assert coterie.scores.adjusted_rand_score(found.labels, Y) > 0.95


def test_text_and_categories_are_taken():
    rng = np.random.default_rng(0)
    color = np.array(["red", "green", "blue"], object)[Y]
    rows = [[*row, each, f"customer {i}"] for i, (row, each) in enumerate(zip(X.tolist(), color, strict=True))]
    found = recommend(rows, random_state=0)
    assert found.n_clusters == 3 and found.columns == ("0", "1", "2")
    assert rng is not None


@pytest.mark.parametrize(
    ("rows", "parameters", "message"),
    [
        ([[1.0], [2.0], [3.0]], {}, "at least 4 rows"),
        ([[1.0, 2.0], [np.nan, 3.0], [4.0, 5.0], [6.0, 7.0]], {}, "column 0 lacks 1 value, the first in row 1"),
        ([[1.0]] * 9, {}, "leaves out column 0"),
        (X, {"scale": "half"}, "'scale' parameter of recommend"),
        (X, {"kinds": {7: "count"}}, "no names: call them by their numbers"),
    ],
)
def test_what_cannot_be_is_refused(rows, parameters, message):
    with pytest.raises(ValueError, match=message):
        recommend(rows, **parameters)


def test_it_can_be_stopped():
    with pytest.raises(coterie.Cancelled):
        recommend(X, callback=lambda stage, done, total: stage != "borders of clusters")
