"""Sweeps: each row is what a fit and the scores say, whatever was saved on the way."""

import functools
import itertools
import math
import pickle
import warnings

import numpy as np
import pytest

import coterie
from coterie import DBSCAN, HDBSCAN, OPTICS, AgglomerativeClustering, DivisiveClustering, KMeans, scores
from coterie.density import _hdbscan, _optics
from coterie.scaling import Scaler
from coterie.selection import _sweep, sweep

NAMES = ("silhouette", "davies_bouldin", "calinski_harabasz")


def blobs(seed=0, n=60, k=3, d=2, spread=0.5):
    rng = np.random.default_rng(seed)
    middle = 8 * np.eye(k, d)  # all equally far from each other, nearly
    return middle[np.arange(n) % k] + spread * rng.normal(size=(n, d))


def within(X, labels):
    """Sum of squared distances to the means, by the definition."""
    return sum(((X[labels == each] - X[labels == each].mean(axis=0)) ** 2).sum() for each in set(labels) - {-1})


class Recorder(KMeans):
    """Counts fits, and what was fitted."""

    seen = []

    def fit(self, X, y=None, sample_weight=None, callback=None):
        self.seen.append((self.n_clusters, len(X), X))
        return super().fit(X, y, sample_weight, callback)


# ------------------------------------------------------------------------------------------- rows


@pytest.mark.parametrize(
    "estimator, grid",
    [
        (KMeans(random_state=0), {"n_clusters": range(1, 6)}),
        (KMeans(random_state=0), {"n_clusters": [2, 3], "init": ["k-means++", "random"]}),
        (DBSCAN(), {"eps": [0.3, 1.0, 2.0], "min_samples": [3, 5]}),
        (HDBSCAN(), {"min_cluster_size": [5, 10], "min_samples": [3, 5]}),
        (AgglomerativeClustering(), {"n_clusters": range(1, 6)}),
    ],
)
def test_rows_are_what_a_fit_and_the_scores_say(estimator, grid):
    X = blobs()
    found = sweep(estimator, X, grid)
    points = list(itertools.product(*grid.values()))
    assert len(found) == len(found.rows) == len(found.labels) == len(points)
    assert found.parameters == tuple(grid) and found.scores == NAMES
    for row, labels, values in zip(found, found.labels, points, strict=True):
        point = dict(zip(grid, values, strict=True))
        model = type(estimator)(**estimator.get_params() | point)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", coterie.ClusteringWarning)
            np.testing.assert_array_equal(model.fit_predict(X), labels)
        inside = labels >= 0
        k = len(np.unique(labels[inside]))
        assert row.items() >= point.items() and row["n_clusters"] == k
        assert row["noise"] == pytest.approx(1 - inside.mean())
        assert row["inertia"] == pytest.approx(within(X, labels))
        for name in NAMES:
            if k > 1:
                assert row[name] == pytest.approx(getattr(scores, f"{name}_score")(X[inside], labels[inside]))
            else:
                assert math.isnan(row[name])


def test_all_noise_one_cluster_and_singletons_have_no_scores():
    X = blobs(n=9)
    found = sweep(DBSCAN(min_samples=2), X, {"eps": [1e-9, 100.0]}, stability=3, random_state=0)
    assert [(row["n_clusters"], row["noise"]) for row in found] == [(0, 1.0), (1, 0.0)]
    assert found[0]["inertia"] == 0
    singletons = sweep(AgglomerativeClustering(), X, {"n_clusters": [9]}, stability=3, random_state=0)
    for row in (*found, *singletons):
        assert all(math.isnan(row[name]) for name in (*NAMES, "stability"))
    with pytest.raises(ValueError, match="silhouette is not defined for any row"):
        found.best("silhouette")
    assert str(found).splitlines()[1].split() == ["1e-09", "0", "100.0%", "0.0", "-", "-", "-", "-"]


def test_silhouette_has_the_metric_of_the_estimator():
    X = 10 + blobs()
    for metric, eps, options in (("cosine", 0.01, {}), ("minkowski", 1.0, {"p": 3})):
        estimator = DBSCAN(eps, metric=metric, **options)
        found = sweep(estimator, X, {"min_samples": [2]})
        labels, inside = found.labels[0], found.labels[0] >= 0
        assert found[0]["silhouette"] == pytest.approx(
            scores.silhouette_score(X[inside], labels[inside], metric=metric, **options), nan_ok=True
        )
        assert found[0]["n_clusters"] > 1


def test_estimators_within_others_repeat():
    pipeline = pytest.importorskip("sklearn.pipeline")
    X = np.random.default_rng(0).uniform(size=(200, 2))
    model = pipeline.make_pipeline(Scaler(), KMeans(init="random"))
    one, other, another = (
        sweep(model, X, {"kmeans__n_clusters": [7]}, scores=[], random_state=seed).labels[0] for seed in (0, 0, 1)
    )
    assert np.array_equal(one, other) and not np.array_equal(one, another)
    assert model.get_params()["kmeans__random_state"] is None


def test_silhouette_has_p_for_minkowski_alone():
    cluster = pytest.importorskip("sklearn.cluster")
    X = blobs()
    for metric, other in (("minkowski", "manhattan"), ("euclidean", "euclidean")):
        found = sweep(cluster.DBSCAN(eps=1.0, metric=metric, p=1), X, {"min_samples": [3]}, scores=["silhouette"])
        inside = found.labels[0] >= 0
        expected = scores.silhouette_score(X[inside], found.labels[0][inside], metric=other)
        assert found[0]["silhouette"] == pytest.approx(expected)


def test_silhouette_of_a_metric_that_takes_all_rows():
    X = blobs()

    def manhattan(X):
        return np.abs(X[:, np.newaxis] - X).sum(axis=2)

    own = sweep(AgglomerativeClustering(metric=manhattan, linkage="average"), X, {"n_clusters": [2, 3]})
    named = sweep(AgglomerativeClustering(metric="manhattan", linkage="average"), X, {"n_clusters": [2, 3]})
    for row, same in zip(own, named, strict=True):
        assert row["silhouette"] == pytest.approx(same["silhouette"])


def test_density_validity_has_the_metric_of_the_estimator_and_counts_noise():
    X = blobs()
    for metric, options in (("manhattan", {}), ("minkowski", {"p": 3})):
        found = sweep(DBSCAN(0.4, metric=metric, **options), X, {"min_samples": [4]}, scores=["dbcv"])
        assert found.scores == ("dbcv",) and 0 < found[0]["noise"] < 1
        assert found[0]["dbcv"] == scores.dbcv_score(X, found.labels[0], metric=metric, metric_params=options)
    assert found.best("dbcv") is found[0]

    def manhattan(X):
        return np.abs(X[:, np.newaxis] - X).sum(axis=2)

    own = sweep(AgglomerativeClustering(metric=manhattan, linkage="average"), X, {"n_clusters": [3]}, scores=["dbcv"])
    assert own[0]["dbcv"] == pytest.approx(scores.dbcv_score(X, own.labels[0], metric="manhattan"))
    given = AgglomerativeClustering(metric="precomputed", linkage="average")
    assert math.isnan(sweep(given, manhattan(X), {"n_clusters": [3]}, scores=["dbcv"])[0]["dbcv"])


def test_given_distances_have_a_silhouette_and_no_means():
    X = blobs()
    D = np.sqrt(((X[:, np.newaxis] - X) ** 2).sum(axis=2))
    given = sweep(
        AgglomerativeClustering(metric="precomputed", linkage="average"),
        D,
        {"n_clusters": [2, 3]},
        stability=4,
        random_state=0,
    )
    own = sweep(AgglomerativeClustering(linkage="average"), X, {"n_clusters": [2, 3]}, stability=4, random_state=0)
    for row, same in zip(given, own, strict=True):
        assert row["silhouette"] == pytest.approx(same["silhouette"])
        assert row["stability"] == same["stability"]
        assert all(math.isnan(row[name]) for name in ("inertia", "davies_bouldin", "calinski_harabasz"))


# ------------------------------------------------------------------------------------------- scores


def test_scores_by_name_and_of_ones_own():
    X = blobs()
    few = functools.partial(scores.silhouette_score, sample_size=20, random_state=0)

    def largest(X, labels):
        return np.bincount(labels).max()

    found = sweep(KMeans(random_state=0), X, {"n_clusters": [2, 3]}, scores=[few, largest, "davies_bouldin"])
    assert found.scores == ("silhouette", "largest", "davies_bouldin")
    assert found[0]["largest"] == 40 and found.best("largest")["n_clusters"] == 2
    assert found[1]["silhouette"] == few(X, found.labels[1])
    assert sweep(KMeans(), X, {"n_clusters": [2]}, scores=[]).scores == ()


def test_best_is_the_highest_but_the_lowest_davies_bouldin_and_the_first_of_equals():
    found = sweep(KMeans(n_init=5), blobs(k=4, n=80, d=3), {"n_clusters": range(2, 7)}, stability=5, random_state=0)
    for name in (*NAMES, "stability"):
        assert found.best(name)["n_clusters"] == 4
    assert found.best("davies_bouldin")["davies_bouldin"] == min(row["davies_bouldin"] for row in found)
    same = sweep(KMeans(random_state=0), blobs(), {"max_iter": [50, 60]})
    assert same.best("silhouette") is same[0]


# ------------------------------------------------------------------------------------------- trees


@pytest.mark.parametrize(
    "estimator, grid, n_trees",
    [
        (AgglomerativeClustering(), {"n_clusters": range(1, 9)}, 1),
        (AgglomerativeClustering(n_clusters=None), {"distance_threshold": [0.0, 0.5, 3.0, 1e9]}, 1),
        (AgglomerativeClustering(), {"n_clusters": [2, 3, 4], "linkage": ["ward", "single", "complete"]}, 3),
        (DivisiveClustering(), {"n_clusters": range(1, 6)}, 1),
    ],
)
def test_trees_are_built_once_and_cuts_are_those_of_separate_fits(estimator, grid, n_trees, monkeypatch):
    X, cls = blobs(n=40, spread=3.0), type(estimator)
    expected = [
        cls(**estimator.get_params() | dict(zip(grid, values, strict=True))).fit_predict(X)
        for values in itertools.product(*grid.values())
    ]
    fits, fit = [], cls.fit
    monkeypatch.setattr(
        cls, "fit", lambda model, *args, **kwargs: fits.append(len(args[0])) or fit(model, *args, **kwargs)
    )
    found = sweep(estimator, X, grid, stability=2, random_state=0)
    assert fits == [40] * 3 * n_trees
    for labels, each in zip(found.labels, expected, strict=True):
        np.testing.assert_array_equal(labels, each)


@pytest.mark.parametrize(
    "estimator, grid, n_trees",
    [
        (HDBSCAN(min_samples=3), {"min_cluster_size": [2, 5, 5, 12, 70], "max_cluster_size": [None, 30]}, 1),
        (
            HDBSCAN(store_centers="both"),
            {"min_samples": [2, 4], "cluster_selection_method": ["leaf", "eom"], "cluster_selection_epsilon": [0, 1.0]},
            2,
        ),
        (HDBSCAN(), {"min_cluster_size": [4, 9]}, 2),  # min_samples=None: each has a tree of its own
        (HDBSCAN(), {"min_samples": [None, 4], "min_cluster_size": [4, 9]}, 3),
        (HDBSCAN(metric="precomputed", min_samples=3), {"min_cluster_size": [4, 9]}, 1),
    ],
)
def test_sweeps_over_hdbscan_grow_a_tree_for_all_that_recut_takes(estimator, grid, n_trees, monkeypatch):
    X = blobs(n=60, spread=2.0)
    X = X if estimator.metric != "precomputed" else coterie.distances.cdist(X, X)
    points = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", coterie.ClusteringWarning)
        expected = [HDBSCAN(**estimator.get_params() | point).fit_predict(X) for point in points]
    trees, find_tree = [], _hdbscan.find_tree
    monkeypatch.setattr(_hdbscan, "find_tree", lambda *args: trees.append(len(args[0])) or find_tree(*args))
    found = sweep(estimator, X, grid, stability=2, random_state=0, scores=[])
    assert trees == [60] * n_trees + [48] * 2 * n_trees
    for labels, each in zip(found.labels, expected, strict=True):
        np.testing.assert_array_equal(labels, each)


# ------------------------------------------------------------------------------------------- stability


def test_stability_is_the_agreement_with_fits_to_the_same_resamples():
    X = blobs(spread=2.0, n=50)
    Recorder.seen = []
    found = sweep(Recorder(random_state=3), X, {"n_clusters": [2, 3, 5]}, stability=4, random_state=0)
    fits = Recorder.seen[3:]
    assert [k for k, _, _ in fits] == [2, 3, 5] * 4
    for i, row in enumerate(found):
        agreement = []
        for k, size, part in fits[i::3]:
            assert size == 50 and 25 < len(np.unique(part, axis=0)) < 40
            np.testing.assert_array_equal(part, fits[3 * len(agreement)][2])
            drawn = [int(np.flatnonzero((X == each).all(axis=1))[0]) for each in part]
            rows, first = np.unique(drawn, return_index=True)
            agreement.append(
                scores.adjusted_rand_score(
                    found.labels[i][rows], KMeans(k, random_state=3).fit_predict(X[drawn])[first]
                )
            )
        assert row["stability"] == pytest.approx(np.mean(agreement))
        assert row["stability_spread"] == pytest.approx(np.std(agreement))
    assert found[0].keys() - {"stability", "stability_spread"} == sweep(KMeans(), X, {"n_clusters": [2]})[0].keys()


def test_structure_is_stable_and_what_is_not_there_is_not():
    rng = np.random.default_rng(0)
    stable = sweep(KMeans(n_init=5), blobs(n=150), {"n_clusters": [3, 5]}, stability=10, random_state=0)
    none = sweep(KMeans(n_init=5), rng.normal(size=(150, 5)), {"n_clusters": [3]}, stability=10, random_state=0)
    assert stable[0]["stability"] > 0.99 > 0.9 > stable[1]["stability"]
    assert none[0]["stability"] < 0.8


def test_resamples_of_hdbscan_repeat_no_row_and_scale_its_sizes():
    X = np.concatenate([blobs(n=150), np.random.default_rng(1).uniform(-9, 17, (15, 2))])
    found = sweep(HDBSCAN(min_samples=5), X, {"min_cluster_size": [5, 40, 70]}, stability=5, random_state=0, scores=[])
    assert [row["n_clusters"] for row in found] == [3, 3, 0] and math.isnan(found[2]["stability"])
    randomness = np.random.RandomState(0)
    resamples = [np.sort(randomness.permutation(165)[:132]) for _ in range(5)]
    for row, labels, size in zip(found.rows[:2], found.labels[:2], (4, 32), strict=True):
        agreement = [
            scores.adjusted_rand_score(labels[drawn], HDBSCAN(size, 4).fit_predict(X[drawn])) for drawn in resamples
        ]
        assert row["stability"] == pytest.approx(np.mean(agreement))
        assert row["stability"] > 0.85  # less than 0.5 if rows are repeated


# ------------------------------------------------------------------------------------------- what it leaves alone


def test_result_does_not_depend_on_threads_and_repeats():
    X = blobs(spread=2.0)
    first = sweep(KMeans(), X, {"n_clusters": range(2, 6)}, stability=3, random_state=0, n_jobs=1)
    for n_jobs in (1, 3):
        again = sweep(KMeans(), X, {"n_clusters": range(2, 6)}, stability=3, random_state=0, n_jobs=n_jobs)
        assert again.rows == first.rows
        for labels, expected in zip(again.labels, first.labels, strict=True):
            np.testing.assert_array_equal(labels, expected)
    other = sweep(KMeans(), X, {"n_clusters": range(2, 6)}, stability=3, random_state=1)
    assert other.rows != first.rows
    states = [np.random.RandomState(0), np.random.Generator(np.random.MT19937(0))]
    for state in states:
        sweep(KMeans(), X, {"n_clusters": [2]}, stability=1, random_state=state)


def test_neither_estimator_nor_data_change():
    X = blobs()
    copy = X.copy()
    inner = KMeans(4, random_state=np.random.RandomState(5)).fit(X)
    before, state = inner.get_params(), inner.random_state.get_state()[1].copy()
    labels = inner.labels_.copy()
    sweep(inner, X, {"n_clusters": [2, 3]}, stability=2)
    assert inner.get_params() == before and inner.cluster_centers_.shape == (4, 2)
    np.testing.assert_array_equal(inner.labels_, labels)
    np.testing.assert_array_equal(inner.random_state.get_state()[1], state)
    np.testing.assert_array_equal(X, copy)


def test_estimators_of_others():
    pipeline = pytest.importorskip("sklearn.pipeline")
    cluster = pytest.importorskip("sklearn.cluster")
    scaler = pytest.importorskip("sklearn.preprocessing").StandardScaler()
    X = blobs(n=90) * [1.0, 1000.0]
    inner = cluster.KMeans(random_state=0, n_init=3)
    model = pipeline.make_pipeline(scaler, inner)
    found = sweep(model, X, {"kmeans__n_clusters": range(2, 5)}, stability=2, random_state=0)
    assert found.best("silhouette")["kmeans__n_clusters"] == 3 and found[0]["n_clusters"] == 2
    assert inner.n_clusters == 8 and not hasattr(inner, "labels_")
    own = sweep(cluster.AgglomerativeClustering(), X, {"n_clusters": [3]})
    assert own[0]["inertia"] == pytest.approx(within(X, own.labels[0]))


@pytest.mark.parametrize("kind", ["list", "float32", "table"])
def test_kinds_of_data(kind):
    X = np.round(blobs(), 3).astype(np.float32)
    given = X.tolist() if kind == "list" else X
    if kind == "table":
        given = pytest.importorskip("pandas").DataFrame(X, columns=["width", "height"])
    found = sweep(KMeans(random_state=0), given, {"n_clusters": np.array([2, 3])}, stability=1, random_state=0)
    expected = sweep(KMeans(random_state=0), X, {"n_clusters": [2, 3]}, stability=1, random_state=0)
    assert [row["n_clusters"] for row in found] == [2, 3] and type(found[0]["n_clusters"]) is int
    assert found[1]["silhouette"] == pytest.approx(expected[1]["silhouette"], rel=1e-5)


# ------------------------------------------------------------------------------------------- progress, warnings


def test_progress_is_one_stage_and_can_be_stopped():
    seen = []
    sweep(
        KMeans(), blobs(), {"n_clusters": [2, 3]}, stability=2, random_state=0, callback=lambda *step: seen.append(step)
    )
    assert seen[0] == ("sweep", 0, 6) and seen[-1] == ("sweep", 6, 6)
    assert seen == sorted(seen) and {step[1] for step in seen} == set(range(7))
    with pytest.raises(coterie.Cancelled, match="stopped by the callback during sweep at 4 of 6"):
        sweep(KMeans(), blobs(), {"n_clusters": [2, 3]}, stability=2, callback=lambda stage, done, total: done < 4)
    seen.clear()
    with coterie.progress(lambda *step: seen.append(step)):
        sweep(AgglomerativeClustering(), blobs(), {"n_clusters": [2, 3]})
    assert {step[0] for step in seen} == {"sweep"}


def test_each_kind_of_warning_comes_once_at_most():
    X = np.repeat([[0.0, 0.0], [1e6, 1.0], [2e6, 0.0]], 10, axis=0)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        sweep(KMeans(), X, {"n_clusters": range(2, 8)}, stability=3, random_state=0)
        sweep(DBSCAN(), X, {"eps": [1e-3, 1e9]}, stability=3, random_state=0)
    kinds = [each.category for each in told]
    assert sum(issubclass(kind, coterie.ConvergenceWarning) for kind in kinds) == 1
    assert sum(issubclass(kind, coterie.FeatureScaleWarning) for kind in kinds) == 2  # of two sweeps
    assert len(kinds) == 3
    assert {each.filename for each in told} == {__file__}


def test_error_in_one_fit_ends_the_sweep_and_leaves_no_trace():
    class Full(KMeans):
        def fit(self, X, y=None, sample_weight=None, callback=None):
            raise MemoryError("full")

    with pytest.raises(MemoryError, match="full"):
        sweep(Full(), blobs(), {"n_clusters": [2]})
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        KMeans(2).fit(blobs() * [1.0, 1e9])
        KMeans(2).fit(blobs() * [1.0, 1e9])
    assert len(told) == 2


# ------------------------------------------------------------------------------------------- the table


def test_text_is_an_aligned_table_with_a_star_at_the_best():
    found = sweep(KMeans(n_init=5), blobs(n=90), {"n_clusters": [2, 3, 4]}, stability=3, random_state=0)
    head, *lines = str(found).splitlines()
    assert head.split() == ["n_clusters", "inertia", *NAMES, "stability"]
    assert len(lines) == 3 and max(map(len, lines)) <= len(head)
    assert [line.count("*") for line in lines] == [1, 4, 0]  # two clusters are as stable as three
    ends = {line.index("±") for line in lines}
    assert len(ends) == 1
    assert repr(found) == (
        "<Sweep of KMeans over n_clusters: 3 rows with inertia, silhouette, davies_bouldin, "
        "calinski_harabasz, stability>"
    )
    several = str(sweep(DBSCAN(), blobs(), {"eps": [0.5], "min_samples": [5]})).splitlines()[0].split()
    assert several[:4] == ["eps", "min_samples", "n_clusters", "noise"]


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e150])
def test_text_of_any_size_of_numbers(scale):
    lines = str(sweep(KMeans(random_state=0), blobs() * scale, {"n_clusters": [1, 2]})).splitlines()
    assert len(lines) == 3 and len(lines[1].split()) == 5 and max(map(len, lines)) < 90


def test_sweep_goes_through_pickle_and_into_a_frame():
    found = sweep(KMeans(), blobs(), {"n_clusters": [2, 3]}, random_state=0)
    again = pickle.loads(pickle.dumps(found))
    assert again.rows == found.rows and str(again) == str(found)
    frame = pytest.importorskip("pandas") and found.to_pandas()
    assert list(frame.columns) == list(found[0]) and frame["n_clusters"].tolist() == [2, 3]


# ------------------------------------------------------------------------------------------- mistakes


def noise(X, labels):
    return 0.0


@pytest.mark.parametrize(
    "changed, error, message",
    [
        ({"grid": {}}, ValueError, r"'grid' parameter of sweep must be a dict .* Got {} instead"),
        ({"grid": [2, 3]}, ValueError, "must be a dict"),
        ({"grid": {"k": [2]}}, ValueError, "names 'k', which KMeans does not have. It has algorithm"),
        ({"grid": {"n_clusters": []}}, ValueError, "at least one value for 'n_clusters'"),
        ({"grid": {"n_clusters": 3}}, ValueError, "must have a list of values for 'n_clusters'. Got 3"),
        ({"grid": {"init": "random"}}, ValueError, "must have a list of values for 'init'"),
        ({"grid": {"n_clusters": [0]}}, ValueError, "'n_clusters' parameter of KMeans"),
        ({"grid": {"n_clusters": [2, 1000]}}, ValueError, "n_samples=60 should be >= n_clusters=1000"),
        ({"scores": "silhouette"}, ValueError, "'scores' parameter of sweep must be a list"),
        ({"scores": ["shape"]}, ValueError, "or names among 'silhouette', .*. Got 'shape'"),
        ({"scores": ["silhouette", scores.silhouette_score]}, ValueError, "different names"),
        (
            {"grid": {"eps": [1.0]}, "estimator": DBSCAN(), "scores": [noise]},
            ValueError,
            "name of another column. Got 'noise'",
        ),
        ({"stability": -1}, ValueError, "'stability' parameter of sweep"),
        ({"random_state": "x"}, ValueError, "'random_state' parameter of sweep"),
        ({"n_jobs": 0}, ValueError, "'n_jobs' parameter of sweep"),
        ({"X": [1.0, 2.0]}, ValueError, "Expected 2D array"),
        ({"X": [[np.nan]]}, ValueError, "Input X contains NaN"),
        ({"estimator": KMeans}, TypeError, "sweep needs an estimator, such as KMeans\\(\\)"),
        ({"estimator": object()}, TypeError, "with get_params, set_params and fit_predict"),
    ],
)
def test_mistakes(changed, error, message):
    given = {"estimator": KMeans(), "X": blobs(), "grid": {"n_clusters": [2]}} | changed
    with pytest.raises(error, match=message):
        sweep(given.pop("estimator"), given.pop("X"), given.pop("grid"), **given)


def test_best_of_what_has_none():
    found = sweep(KMeans(), blobs(), {"n_clusters": [2, 3]})
    for name, message in (
        ("inertia", "inertia has no best value"),
        ("stability", "Got 'stability'"),
        ("noise", "must be one of those of the sweep: silhouette"),
    ):
        with pytest.raises(ValueError, match=message):
            found.best(name)


def test_scores_of_the_sweep_are_those_of_the_module():
    for name, function in _sweep.SCORES.items():
        assert getattr(scores, f"{name}_score") is function


@pytest.mark.parametrize(
    ("grid", "n_orders"),
    [
        ({"xi": [0.05, 0.3], "min_cluster_size": [None, 10, 0.2]}, 1),
        ({"cluster_method": ["xi", "dbscan"], "eps": [0.5, 1.0]}, 1),
        ({"min_samples": [4, 8], "xi": [0.05, 0.3]}, 2),
    ],
)
def test_sweeps_over_optics_find_one_order_for_all_cuts(grid, n_orders, monkeypatch):
    X = np.random.default_rng(0).normal(size=(90, 2))
    points = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    with warnings.catch_warnings(action="ignore"):
        expected = [OPTICS(**point).fit_predict(X) for point in points]
        orders, find_order = [], _optics._find_order
        monkeypatch.setattr(_optics, "_find_order", lambda *args: orders.append(args) or find_order(*args))
        found = sweep(OPTICS(), X, grid, scores=[])
    assert len(orders) == n_orders
    for labels, right in zip(found.labels, expected, strict=True):
        np.testing.assert_array_equal(labels, right)


def test_resamples_of_optics_repeat_no_row():
    X = np.random.default_rng(1).normal(size=(60, 2))
    model = OPTICS(min_samples=10, min_cluster_size=0.2)._for_sample(0.8)
    assert (model.min_samples, model.min_cluster_size) == (8, 0.2)
    with warnings.catch_warnings(action="ignore"):
        assert len(sweep(OPTICS(), X, {"xi": [0.05, 0.1]}, stability=3, random_state=0, scores=[]).rows) == 2
