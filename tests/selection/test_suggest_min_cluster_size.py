"""The size of clusters in HDBSCAN: what is there is found, what is not is not, and what is said is true. How often:
ci/bench/choosing_size.py."""

import re

import numpy as np
import pytest

import coterie
from coterie import HDBSCAN, distances, scores
from coterie.density import _hdbscan
from coterie.selection import _suggest_min_cluster_size as module
from coterie.selection import suggest_min_cluster_size

pytestmark = pytest.mark.filterwarnings("ignore::coterie.FeatureScaleWarning")

QUICK = {"stability": 6, "random_state": 0}


def blobs(k=3, d=2, n=60, seed=0, noise=0):
    rng = np.random.default_rng(seed)
    X = np.repeat(12 * np.eye(k, max(k, d))[:, :d] + 9 * np.eye(k, d), n, axis=0) + rng.normal(size=(k * n, d))
    return np.concatenate([X, rng.uniform(-5, 25, (noise, d))])


def even(rng, n, d):
    return rng.uniform(size=(n, d))


def normal(rng, n, d):
    return rng.normal(size=(n, d))


def needle(rng, n, d):
    return rng.normal(size=(n, d)) * np.geomspace(1, 30, d)


def skewed(rng, n, d):
    return rng.exponential(size=(n, d))


def sphere(rng, n, d):
    X = rng.normal(size=(n, d + 1))
    return X / np.linalg.norm(X, axis=1)[:, np.newaxis]


def whole_numbers(rng, n, d):
    return rng.poisson(3, (n, d)).astype(float)


# ------------------------------------------------------------------------------------------- what is found


@pytest.mark.parametrize("k, d", [(2, 2), (3, 5), (6, 6)])
def test_clusters_that_are_there_are_found(k, d):
    X = blobs(k, d, noise=9)
    found = suggest_min_cluster_size(X, **QUICK)
    assert (found.n_clusters, found.clear) == (k, True)
    labels = HDBSCAN(found.value, min_samples=5).fit_predict(X)
    assert scores.adjusted_rand_score(labels[: 60 * k], np.repeat(range(k), 60)) > 0.9
    assert str(found).startswith(
        f"min_cluster_size = {found.value}, clearly\n- {'both' if k == 2 else f'all {k}'} clus"
    )


@pytest.mark.parametrize("d", [2, 4, 10])
@pytest.mark.parametrize("shape", [even, normal, needle, skewed, sphere, whole_numbers])
def test_data_without_clusters_are_said_to_have_no_structure(shape, d):
    found = suggest_min_cluster_size(shape(np.random.default_rng(d), 250, d), stability=4, random_state=0)
    assert (found.value, found.n_clusters, found.clear, found.doubts) == (50, 0, False, ())
    assert str(found).startswith("min_cluster_size = 50, no structure\n- no structure")


def test_where_small_and_large_clusters_are_both_right_the_other_view_is_named():
    X = np.repeat([[0, 0], [0, 8], [60, 0], [60, 8]], 50, axis=0) + np.random.default_rng(1).normal(size=(200, 2))
    found = suggest_min_cluster_size(X, [5, 10, 70], **QUICK)
    assert (found.value, found.n_clusters) == (10, 4)
    assert any("min_cluster_size = 70 gives a coarser view: 2 clusters" in doubt for doubt in found.doubts)


def test_metrics_given_distances_and_methods():
    X = blobs(noise=9)
    for options in (
        {"metric": "manhattan"},
        {"metric": "minkowski", "metric_params": {"p": 3}},
        {"metric": distances.as_metric("chebyshev")},
        {"cluster_selection_method": "leaf"},
        {"min_samples": 2},
    ):
        assert suggest_min_cluster_size(X, **options, **QUICK).n_clusters == 3, options
    assert suggest_min_cluster_size(distances.cdist(X, X), metric="precomputed", **QUICK).n_clusters == 3


def test_equal_rows_alone_are_no_cluster_that_stands_out():
    assert suggest_min_cluster_size(np.ones((40, 2)), **QUICK).n_clusters == 0
    found = suggest_min_cluster_size(np.repeat([[0.0], [1.0], [5.0]], 20, axis=0), **QUICK)
    assert found.n_clusters == 0 and found.sweep[0]["n_clusters"] == 3
    assert "there are up to 3 clusters, but none of them stands out" in found.reasons[0]


# ------------------------------------------------------------------------------------------- how it is found


@pytest.mark.parametrize("seed", range(4))
def test_contrast_is_what_the_definition_says(seed):
    rng = np.random.default_rng(seed)
    model = HDBSCAN(4, min_samples=3).fit(np.concatenate([rng.normal(place, 1, (40, 2)) for place in (0, 4, 9)]))
    tree, n = model.condensed_tree_, len(model.labels_)

    def rows_below(cluster):
        for parent, child, value, _ in tree.tolist():
            if parent == cluster:
                yield from [value] if child < n else rows_below(child)

    births = {child: (parent, value) for parent, child, value, _ in tree.tolist() if child >= n}
    expected = []
    for cluster in model.selected_clusters_.tolist():
        parent, value = births[cluster]
        parts = [child for child, (other, _) in births.items() if other == parent]
        expected.append(min(max(rows_below(part)) for part in parts) / value)
    np.testing.assert_allclose(np.exp(model._prominences()), expected)


@pytest.mark.parametrize("k", [1, 2, 4])
def test_dimensions_around_a_row_are_counted(k):
    rng = np.random.default_rng(0)
    X = rng.uniform(size=(400, k)) @ rng.normal(size=(k, 6))
    assert module._count_dimensions(X, HDBSCAN()) == k
    assert module._count_dimensions(distances.cdist(X, X), HDBSCAN(metric="precomputed")) == k
    assert module._count_dimensions(np.ones((9, 3)), HDBSCAN()) == 3


def test_all_sizes_share_the_trees(monkeypatch):
    trees, find_tree = [], _hdbscan.find_tree
    monkeypatch.setattr(_hdbscan, "find_tree", lambda *args: trees.append(len(args[0])) or find_tree(*args))
    suggest_min_cluster_size(blobs(), stability=3, random_state=0)
    assert trees == [180] + 3 * [144] + [180] * (1 + 2 * module._REFERENCES)


def test_result_does_not_depend_on_threads_and_repeats():
    X = blobs(noise=20)
    first = suggest_min_cluster_size(X, **QUICK, n_jobs=1)
    for n_jobs in (1, 3):
        again = suggest_min_cluster_size(X, **QUICK, n_jobs=n_jobs)
        assert again == first and again.sweep.rows == first.sweep.rows
        np.testing.assert_array_equal(again.standing_out, first.standing_out)


def test_progress_and_cancelling():
    seen = []
    suggest_min_cluster_size(blobs(), [5, 9], stability=1, random_state=0, callback=lambda *step: seen.append(step))
    assert {step[0] for step in seen} == {"sweep", "contrast", "data without clusters"}
    assert seen[-1] == ("data without clusters", 2 * module._REFERENCES, 2 * module._REFERENCES)
    with pytest.raises(coterie.Cancelled, match="stopped by the callback during data without clusters"):
        suggest_min_cluster_size(
            blobs(), stability=1, callback=lambda stage, done, total: stage != "data without clusters"
        )


# ------------------------------------------------------------------------------------------- what is said


@pytest.mark.parametrize("seed", range(6))
def test_what_is_said_is_true_of_the_table(seed):
    rng = np.random.default_rng(seed)
    X = np.concatenate([rng.normal(3.5 * place, 1, (int(rng.integers(10, 80)), 2)) for place in range(5)])
    found = suggest_min_cluster_size(X, stability=4, random_state=seed)
    rows, standing_out = list(found.sweep), found.standing_out.tolist()
    if not found.n_clusters:
        assert all(n < 2 or not row["stability"] >= 0.6 for row, n in zip(rows, standing_out, strict=True))
        return
    at = [row["min_cluster_size"] for row in rows].index(found.value)
    k, n, stability = rows[at]["n_clusters"], standing_out[at], rows[at]["stability"]
    assert found.n_clusters == k and n >= 2 and stability >= 0.6 and found.clear == (stability >= 0.8 and 2 * n > k)
    said = " ".join([*found.reasons, *found.doubts])
    assert ("both clusters" in said) == (n == k == 2) and (f"all {k} clusters" in said) == (n == k > 2)
    assert (f"{n} of the {k} clusters stand out" in said) == (n < k) == (f"{k - n} of the {k} clusters may be" in said)
    assert ("do more clusters stand out" in said) == (n == max(standing_out))
    assert f"(adjusted Rand index {stability:.2f})" in said
    least, limit = map(float, re.search(r"contrast is ([\d.]+) or more, beyond the ([\d.]+) that", said).groups())
    assert least > limit >= 1
    if several := re.search(r"there are (\d+) clusters for all sizes that were tried from (\d+) to (\d+)", said):
        number, first, last = map(int, several.groups())
        within = [row["n_clusters"] for row in rows if first <= row["min_cluster_size"] <= last]
        assert set(within) == {number} == {k} and len(within) > 1 and first <= found.value <= last


def test_doubts():
    found = suggest_min_cluster_size(blobs(), [5], stability=0, random_state=0)
    assert found.doubts == (
        "it is not known whether resamples have the same clusters",
        "5 is the only size that was tried",
    )
    assert not found.clear and str(found).splitlines()[0] == "min_cluster_size = 5, with doubts"
    few = np.concatenate([blobs(1, n=200), [[90.0, 90.0 + i] for i in range(12)]])
    assert any("one cluster has 94% of the rows" in doubt for doubt in suggest_min_cluster_size(few, **QUICK).doubts)


# ------------------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    "changed, error, message",
    [
        ({"X": np.eye(3)}, ValueError, "needs at least 4 rows, for two clusters of two. Got 3"),
        ({"X": [[np.nan]] * 9}, ValueError, "Input X contains NaN"),
        ({"min_cluster_sizes": [1, 2]}, ValueError, "must be a list of ints of at least 2. Got \\[1, 2\\] instead"),
        ({"min_cluster_sizes": 5}, ValueError, "must be a list of ints of at least 2. Got 5 instead"),
        ({"min_cluster_sizes": [91]}, ValueError, "a size of at most half of the number of rows, 180. Got \\[91\\]"),
        ({"min_samples": None}, ValueError, "'min_samples' parameter of suggest_min_cluster_size must be an int"),
        ({"min_samples": 181}, ValueError, "min_samples \\(181\\) must be at most the number of samples"),
        ({"metric_params": 3}, ValueError, "'metric_params' parameter of suggest_min_cluster_size"),
        ({"metric": "taxi"}, ValueError, "'metric' parameter of suggest_min_cluster_size must be a str among"),
        (
            {"cluster_selection_method": "best"},
            ValueError,
            "'cluster_selection_method' parameter of suggest_min_cluster_size",
        ),
        ({"stability": -1}, ValueError, "'stability' parameter of suggest_min_cluster_size"),
        ({"random_state": "x"}, ValueError, "'random_state' parameter of suggest_min_cluster_size"),
        ({"n_jobs": 0}, ValueError, "'n_jobs' parameter of suggest_min_cluster_size"),
    ],
)
def test_mistakes(changed, error, message):
    with pytest.raises(error, match=message):
        suggest_min_cluster_size(**{"X": blobs(), "stability": 1} | changed)
