"""Choosing k: on data of which it is known how many clusters there are. How often it is right: ci/bench/choosing.py."""

import dataclasses
import functools

import numpy as np
import pytest

import coterie
from coterie import AgglomerativeClustering, KMeans, scaling, scores
from coterie.selection import KSuggestion, Sweep, suggest_k, sweep

pytestmark = [
    pytest.mark.filterwarnings("ignore::coterie.FeatureScaleWarning"),
    pytest.mark.filterwarnings("ignore::coterie.ConvergenceWarning"),
]

WARD = AgglomerativeClustering()
QUICK = {"n_clusters": range(2, 7), "stability": 6, "n_jobs": 1}


def blobs(seed, k, d=2, n=120):
    """Round clusters of different sizes, 9 standard deviations apart."""
    rng = np.random.default_rng(seed)
    middle = np.zeros((k, d))
    middle[:, :2] = 9 * np.column_stack([np.arange(k) % 3 + 0.5 * (np.arange(k) > 2), np.arange(k) // 3])
    share = 0.5 / k + 0.5 * rng.dirichlet(np.full(k, 5.0))
    which = np.append(np.arange(k), rng.choice(k, n - k, p=share / share.sum()))
    return middle[which] + rng.normal(size=(n, d))


@functools.cache
def suggestion(kind):
    """Of some data, worked out once."""
    rng = np.random.default_rng(1)
    X = {
        "three": lambda: blobs(0, 3),
        "even": lambda: rng.random((120, 2)),
        "pairs": lambda: np.repeat([[0, 0], [0, 8], [60, 0], [60, 8]], 30, axis=0) + rng.normal(size=(120, 2)),
        "skewed": lambda: np.exp(rng.normal(size=(200, 2))),
    }[kind]()
    return suggest_k(X, WARD, random_state=0, **QUICK)


# ------------------------------------------------------------------------------------------- what is found


@pytest.mark.parametrize("k, d", [(2, 2), (4, 10), (5, 5)])
@pytest.mark.parametrize("estimator", [None, WARD], ids=["k-means", "Ward"])
def test_clusters_that_are_there_are_counted(k, d, estimator):
    found = suggest_k(blobs(k, k, d), estimator, random_state=0, **QUICK)
    assert (found.k, found.clear) == (k, True)
    assert found.reasons[0].startswith(f"silhouette is highest for k = {k} (")
    assert "no structure" not in str(found)


@pytest.mark.parametrize("shape", ["even, 1 feature", "even, 2 features", "normal"])
@pytest.mark.parametrize("estimator", [None, WARD], ids=["k-means", "Ward"])
def test_data_without_clusters_are_said_to_have_no_structure(shape, estimator):
    rng = np.random.default_rng(2)
    X = {
        "even, 1 feature": lambda: rng.random((120, 1)),
        "even, 2 features": lambda: rng.random((120, 2)),
        "normal": lambda: rng.normal(size=(120, 3)),
    }[shape]()
    found = suggest_k(X, estimator, random_state=0, **QUICK)
    assert (found.k, found.clear, found.others) == (1, False, ())
    assert found.reasons[0].startswith("no structure: for no k is the silhouette clearly above")
    assert str(found).splitlines()[0] == "k = 1, no structure"


def test_two_numbers_that_are_right_are_both_named():
    found = suggestion("pairs")
    assert found.k in (2, 4) and found.clear
    assert found.others == (6 - found.k,)
    assert any("agree best for k = 2 and 4" in reason for reason in found.reasons)
    assert any(doubt.startswith(f"k = {found.others[0]} stands out, too") for doubt in found.doubts)


def test_clusters_that_do_not_hold_are_not_clear():
    found = suggestion("skewed")
    assert found.k > 1 and not found.clear
    assert any("resamples do not always have the same clusters" in doubt for doubt in found.doubts)
    assert not any("same clusters" in reason for reason in found.reasons)
    assert str(found).splitlines()[0] == f"k = {found.k}, with doubts"


def test_largest_number_is_told_to_be_so():
    X = blobs(0, 4)
    found = suggest_k(X, WARD, [2, 4], stability=4, random_state=0)
    assert found.k == 4 and found.doubts[-1] == "k = 4 is the largest that was tried: try larger ones"
    assert str(found).splitlines()[-1] == f"- but {found.doubts[-1]}"
    assert not any("largest that was tried" in doubt for doubt in suggestion("three").doubts)


# ------------------------------------------------------------------------------------------- the reasons


def test_reasons_are_what_the_table_says():
    found = suggestion("three")
    row = found.sweep[1]
    assert found.reasons == (
        f"silhouette is highest for k = 3 ({row['silhouette']:.2f}; data without clusters: {found.by_chance[1]:.2f})",
        next(reason for reason in found.reasons if reason.startswith("6 resamples agree best for k = ")),
        "Davies-Bouldin index is best for k = 3, too",
        "Calinski-Harabasz index is best for k = 3, too",
    )
    assert row["silhouette"] == max(each["silhouette"] for each in found.sweep)
    assert [each["n_clusters"] for each in found.sweep] == [2, 3, 4, 5, 6]
    assert found.by_chance.shape == (5,) and (found.by_chance < 0.6).all()


def test_silhouette_by_chance_is_that_of_even_and_normal_data():
    rng = np.random.default_rng(0)
    X = blobs(0, 3)
    found = suggest_k(X, WARD, [3], stability=0, random_state=0)
    center, axes = X.mean(axis=0), np.linalg.svd(X - X.mean(axis=0))[2]
    places = (X - center) @ axes.T
    seen = [[], []]
    for _ in range(60):
        even, normal = rng.uniform(places.min(axis=0), places.max(axis=0), X.shape), rng.normal(size=X.shape)
        for kind, reference in enumerate((even, normal * places.std(axis=0))):
            labels = AgglomerativeClustering(3).fit_predict(reference)
            seen[kind].append(scores.silhouette_score(reference, labels))
    means, errors = np.mean(seen, axis=1), np.std(seen, axis=1) * np.sqrt(1 / 60 + 1 / 10)
    assert abs(found.by_chance[0] - means.max()) < 3.5 * errors[means.argmax()]


def test_without_resamples_nothing_is_clear_and_nothing_said_of_them():
    found = suggest_k(blobs(0, 3), WARD, range(2, 6), stability=0, random_state=0)
    assert (found.k, found.clear) == (3, False)
    assert not any("resample" in reason for reason in found.reasons) and "stability" not in found.sweep[0]


# ------------------------------------------------------------------------------------------- what it is asked with


def test_sweep_that_is_there_is_read():
    X = blobs(0, 3)
    table = sweep(
        WARD,
        X,
        {"n_clusters": range(2, 6)},
        stability=5,
        random_state=0,
        scores=[functools.partial(scores.silhouette_score, sample_size=60, random_state=0)],
    )
    found = suggest_k(table, random_state=0)
    assert (found.k, found.clear) == (3, True) and found.sweep is table
    assert not any("index is" in reason for reason in found.reasons)
    scaled = pytest.importorskip("sklearn.pipeline").make_pipeline(scaling.Scaler(), KMeans(n_init=3))
    table = sweep(scaled, blobs(0, 5), {"kmeans__n_clusters": [2, 5, 6]}, stability=3, random_state=0)
    assert suggest_k(table, random_state=0).k == 5


def test_result_does_not_depend_on_threads_order_of_numbers_or_place_of_the_data():
    X = blobs(0, 3)
    first = suggestion("three")
    again = suggest_k(X, WARD, [6, 5, 4, 3, 2, 2], stability=6, random_state=0, n_jobs=3)
    assert again == first and isinstance(again, KSuggestion) and isinstance(again.sweep, Sweep)
    assert again.sweep.rows == first.sweep.rows
    np.testing.assert_array_equal(again.by_chance, first.by_chance)
    far = suggest_k(1e6 + 1e3 * X, WARD, random_state=0, **QUICK)
    assert (far.k, far.clear) == (3, True)


@pytest.mark.parametrize(
    "X, k",
    [
        (np.ones((9, 2)), 1),  # all rows equal
        (np.arange(3.0)[:, np.newaxis], 1),
        (np.repeat([[0.0], [1.0], [7.0]], 30, axis=0) + np.linspace(0, 0.1, 90)[:, np.newaxis], 3),
        (np.random.default_rng(0).normal(size=(12, 40)), 1),  # more features than rows
        (np.ones((9, 2), np.float32) + np.eye(9, 2, dtype=np.float32), 1),
        (1e-200 * np.random.default_rng(0).normal(size=(30, 2)), 1),
    ],
)
def test_small_and_odd_data(X, k):
    found = suggest_k(X, n_clusters=range(2, 5), stability=3, random_state=0)
    assert found.k == k
    assert all(isinstance(reason, str) for reason in found.reasons)


def test_progress_has_two_stages_and_can_be_stopped():
    seen = []
    suggest_k(blobs(0, 3), WARD, [2, 3], stability=1, random_state=0, callback=lambda *step: seen.append(step))
    assert list(dict.fromkeys(step[0] for step in seen)) == ["sweep", "data without clusters"]
    assert seen[-1] == ("data without clusters", 40, 40)
    with pytest.raises(coterie.Cancelled, match="during data without clusters at 3 of 40"):
        suggest_k(
            blobs(0, 3), WARD, [2, 3], stability=1, callback=lambda stage, done, total: stage == "sweep" or done < 3
        )


def test_suggestion_is_a_value():
    found = suggestion("three")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.k = 2
    assert repr(found).startswith(
        "KSuggestion(k=3, clear=True, reasons=('silhouette is highest"
    ) and "Sweep" not in repr(found)


# ------------------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda X: suggest_k(X[:2]), ValueError, "suggest_k needs at least 3 rows. Got 2"),
        (lambda X: suggest_k(X, n_clusters=[1, 2]), ValueError, "'n_clusters' parameter of suggest_k must be a list"),
        (lambda X: suggest_k(X, n_clusters=3), ValueError, "must be a list of ints of at least 2.* Got 3 instead"),
        (
            lambda X: suggest_k(X, n_clusters=[]),
            ValueError,
            r"must have a number less than the number of rows, 30. Got \[\]",
        ),
        (lambda X: suggest_k(X, n_clusters=[30]), ValueError, "less than the number of rows, 30"),
        (lambda X: suggest_k(X, stability=-1), ValueError, "'stability' parameter"),
        (lambda X: suggest_k(X, random_state="x"), ValueError, "'random_state' parameter of suggest_k"),
        (lambda X: suggest_k(X, coterie.DBSCAN()), ValueError, "names 'n_clusters', which DBSCAN does not have"),
        (lambda X: suggest_k(X[0]), ValueError, "Expected 2D array"),
        (
            lambda X: suggest_k(sweep(coterie.DBSCAN(), X, {"eps": [1.0]})),
            ValueError,
            "over n_clusters only. Got one over eps",
        ),
        (
            lambda X: suggest_k(sweep(KMeans(), X, {"n_clusters": [2], "n_init": [1, 2]})),
            ValueError,
            "Got one over n_clusters, n_init",
        ),
        (lambda X: suggest_k(sweep(KMeans(), X, {"n_clusters": [2]}, scores=[])), ValueError, "the score 'silhouette'"),
        (lambda X: suggest_k(sweep(KMeans(), X, {"n_clusters": [2, 3, 2]})), ValueError, r"once. Got \[2, 3, 2\]"),
        (
            lambda X: suggest_k(sweep(KMeans(), X, {"n_clusters": [2]}), KMeans()),
            ValueError,
            "an estimator or a sweep to suggest_k, not both",
        ),
        (
            lambda X: suggest_k(
                np.abs(X[:, :1] - X[:, 0]),
                AgglomerativeClustering(metric="precomputed", linkage="single"),
                [2],
                stability=0,
            ),
            ValueError,
            "needs rows, not distances",
        ),
    ],
)
def test_mistakes(call, error, message):
    with pytest.raises(error, match=message):
        call(blobs(0, 3, n=30))
