"""What KMeans, k_means and kmeans_plusplus offer, and what their parameters mean. Numbers are tested elsewhere."""

import tracemalloc
import warnings

import numpy as np
import pytest

from coterie import Cancelled, ConvergenceWarning, KMeans, NotFittedError, k_means, kmeans_plusplus

rng = np.random.RandomState(0)
BLOBS = np.concatenate([rng.normal(size=(50, 2)) + offset for offset in ([0, 0], [9, 0], [0, 9])])


def squared_distances(X, centers):
    return ((np.asarray(X, dtype=float)[:, None] - np.asarray(centers, dtype=float)) ** 2).sum(axis=2)


# ------------------------------------------------------------------------------------------- the result of fit


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fit_sets_the_documented_attributes(dtype):
    model = KMeans(3, random_state=0)
    assert model.fit(BLOBS.astype(dtype)) is model
    assert model.cluster_centers_.shape == (3, 2) and model.cluster_centers_.dtype == dtype
    assert model.labels_.shape == (150,) and model.labels_.dtype == np.int32
    assert isinstance(model.inertia_, float) and isinstance(model.n_iter_, int) and model.n_features_in_ == 2
    assert sorted(np.bincount(model.labels_)) == [50, 50, 50]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("max_iter", [1, 300])
def test_labels_inertia_and_distances_belong_to_the_centers(dtype, max_iter):
    X = rng.normal(size=(500, 3)).astype(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = KMeans(7, random_state=0, max_iter=max_iter).fit(X)
    distances = squared_distances(X, model.cluster_centers_)
    np.testing.assert_array_equal(model.labels_, distances.argmin(axis=1))
    np.testing.assert_array_equal(model.labels_, model.predict(X))
    np.testing.assert_allclose(model.inertia_, distances.min(axis=1).sum(), rtol=1e-9)
    np.testing.assert_allclose(model.score(X), -model.inertia_, rtol=1e-12)
    transformed = model.transform(X)
    assert transformed.dtype == dtype
    np.testing.assert_allclose(transformed, np.sqrt(distances), rtol=1e-6 if dtype == np.float32 else 1e-12)


def test_fit_predict_and_fit_transform_are_shortcuts():
    weights = rng.uniform(size=len(BLOBS))
    model = KMeans(3, random_state=0).fit(BLOBS, sample_weight=weights)
    np.testing.assert_array_equal(KMeans(3, random_state=0).fit_predict(BLOBS, sample_weight=weights), model.labels_)
    np.testing.assert_array_equal(
        KMeans(3, random_state=0).fit_transform(BLOBS, sample_weight=weights), model.transform(BLOBS)
    )


def test_score_counts_weights():
    model = KMeans(3, random_state=0).fit(BLOBS)
    weights = rng.uniform(size=len(BLOBS))
    nearest = squared_distances(BLOBS, model.cluster_centers_).min(axis=1)
    np.testing.assert_allclose(model.score(BLOBS, sample_weight=weights), -(weights @ nearest), rtol=1e-12)
    np.testing.assert_allclose(model.score(BLOBS, None, 2.0), 2 * model.score(BLOBS), rtol=1e-12)


@pytest.mark.parametrize(("fitted", "given"), [(np.float32, np.float64), (np.float64, np.float32)])
def test_new_data_may_be_of_the_other_precision(fitted, given):
    model = KMeans(3, random_state=0).fit(BLOBS.astype(fitted))
    X = BLOBS.astype(given)
    distances = squared_distances(X, model.cluster_centers_)
    np.testing.assert_array_equal(model.predict(X), distances.argmin(axis=1))
    assert model.transform(X).dtype == given
    np.testing.assert_allclose(model.transform(X), np.sqrt(distances), rtol=1e-6 if given == np.float32 else 1e-12)


def test_centers_put_in_by_hand_are_used():
    model = KMeans(3, random_state=0).fit(BLOBS)
    model.cluster_centers_ = np.asfortranarray([[0, 0], [9, 0], [0, 9]])  # integers, and not C-ordered
    np.testing.assert_array_equal(model.predict([[8, 1], [1, 8], [1, 1]]), [1, 2, 0])


def test_of_equally_near_centers_the_first_is_taken():
    X = [[0.0], [1.0], [2.0]]
    model = KMeans(2, init=[[2.0], [0.0]], max_iter=1).fit(X)
    model.cluster_centers_ = np.array([[2.0], [0.0]])
    np.testing.assert_array_equal(model.predict(X), [1, 0, 0])
    np.testing.assert_array_equal(KMeans(2, init=[[2.0], [0.0]]).fit([[0.0], [2.0]] * 3).predict([[1.0]]), [0])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_memory_is_far_below_a_copy_of_the_data(dtype):
    X = np.random.RandomState(0).normal(size=(100_000, 32)).astype(dtype)
    model = KMeans(8, init=X[:8], max_iter=3)
    for use in (model.fit, model.predict, model.score):
        tracemalloc.start()
        use(X)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < X.nbytes / 3


# ------------------------------------------------------------------------------------------- starting centers


def test_the_same_seed_gives_the_same_result():
    X = rng.normal(size=(300, 2))
    for init in ("k-means++", "k-means||", "random"):
        first, second = (KMeans(8, init=init, random_state=5).fit(X) for _ in range(2))
        assert first.inertia_ == second.inertia_
        np.testing.assert_array_equal(first.labels_, second.labels_)


def test_given_centers_are_where_it_starts():
    start = BLOBS[[0, 50, 100]]
    for init in (start, start.tolist(), np.asfortranarray(start)):
        model = KMeans(3, init=init).fit(BLOBS)
        np.testing.assert_array_equal(model.labels_, np.repeat([0, 1, 2], 50))


def test_given_centers_allow_one_run_only():
    start = BLOBS[[0, 50, 100]]
    with pytest.warns(
        RuntimeWarning,
        match="^Explicit initial center position passed: performing only one init in KMeans instead of n_init=10",
    ):
        KMeans(3, init=start, n_init=10).fit(BLOBS)


class Recorder:
    """A start that remembers what it was given."""

    def __init__(self):
        self.calls = []

    def __call__(self, X, n_clusters, random_state):
        self.calls.append((X, n_clusters, random_state))
        return X[random_state.choice(len(X), n_clusters, replace=False)]


def test_a_callable_gets_the_data_and_one_random_state():
    init = Recorder()
    KMeans(3, init=init, random_state=0).fit(BLOBS)
    assert len(init.calls) == 10
    X, n_clusters, state = init.calls[0]
    assert X.dtype == np.float64 and not X.flags.writeable and n_clusters == 3
    np.testing.assert_array_equal(X, BLOBS)
    assert isinstance(state, np.random.RandomState) and all(each[2] is state for each in init.calls)


@pytest.mark.parametrize(
    ("init", "n_init", "runs"),
    [
        ("k-means++", "auto", 1),
        ("k-means||", "auto", 1),
        ("random", "auto", 10),
        (BLOBS[:3], "auto", 1),
        ("random", 4, 4),
        ("k-means++", 3, 3),
    ],
)
def test_how_many_runs(init, n_init, runs, capsys):
    KMeans(3, init=init, n_init=n_init, random_state=0, verbose=1).fit(BLOBS)
    assert capsys.readouterr().out.count("Initialization complete") == runs


def test_the_best_run_is_kept():
    X = rng.normal(size=(200, 2))
    starts = [X[rng.choice(len(X), 9, replace=False)] for _ in range(6)]
    queue = iter(starts)
    best = KMeans(9, init=lambda X, n_clusters, random_state: next(queue), n_init=6).fit(X)
    runs = [KMeans(9, init=start).fit(X) for start in starts]
    winner = min(runs, key=lambda run: run.inertia_)
    assert best.inertia_ == winner.inertia_ and best.n_iter_ == winner.n_iter_
    np.testing.assert_array_equal(best.labels_, winner.labels_)


def test_the_same_clusters_in_another_order_are_no_better():
    starts = [BLOBS[[0, 50, 100]], BLOBS[[100, 0, 50]], BLOBS[[50, 100, 0]]]
    queue = iter(starts)
    model = KMeans(3, init=lambda X, n_clusters, random_state: next(queue), n_init=3).fit(BLOBS)
    np.testing.assert_array_equal(model.labels_, np.repeat([0, 1, 2], 50))


@pytest.mark.parametrize("init", ["k-means++", "k-means||", "random"])
def test_rows_of_weight_zero_are_no_start(init):
    X = rng.normal(size=(20, 2))
    weights = np.arange(20) % 2
    model = KMeans(10, init=init, n_init=1, random_state=0).fit(X, sample_weight=weights)
    np.testing.assert_allclose(np.sort(model.cluster_centers_[:, 0]), np.sort(X[1::2, 0]), rtol=1e-12)
    _, indices = kmeans_plusplus(X, 10, sample_weight=weights, random_state=0)
    assert sorted(indices) == list(range(1, 20, 2))


def test_random_start_needs_as_many_weighted_rows_as_clusters():
    weights = np.zeros(len(BLOBS))
    weights[:2] = 1
    with pytest.raises(ValueError, match=r"^init='random' needs n_clusters=3 rows of a weight above 0, but"):
        KMeans(3, init="random").fit(BLOBS, sample_weight=weights)


def test_random_start_draws_as_scikit_learn_does():
    cluster = pytest.importorskip("sklearn.cluster")
    X = rng.normal(size=(300, 4))
    for weights in (None, rng.uniform(size=300)):
        ours, theirs = (
            kind(6, init="random", n_init=2, random_state=3).fit(X, sample_weight=weights)
            for kind in (KMeans, cluster.KMeans)
        )
        np.testing.assert_array_equal(ours.labels_, theirs.labels_)
        np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-9)
        assert ours.n_iter_ == theirs.n_iter_


# ------------------------------------------------------------------------------------------- other parameters


def test_algorithms_are_hints():
    X = rng.normal(size=(400, 5))
    lloyd, elkan = (KMeans(6, init=X[:6], algorithm=each).fit(X) for each in ("lloyd", "elkan"))
    np.testing.assert_array_equal(lloyd.labels_, elkan.labels_)
    np.testing.assert_array_equal(lloyd.cluster_centers_, elkan.cluster_centers_)
    assert lloyd.n_iter_ == elkan.n_iter_ and lloyd.inertia_ == elkan.inertia_


def test_elkan_with_one_cluster_warns():
    with pytest.warns(RuntimeWarning, match="^algorithm='elkan' doesn't make sense for a single cluster"):
        KMeans(1, algorithm="elkan").fit(BLOBS)


def test_max_iter_is_the_most_iterations():
    X = rng.normal(size=(500, 2))
    assert KMeans(20, init=X[:20], max_iter=3, tol=0).fit(X).n_iter_ == 3


def test_tol_is_relative_to_the_variance():
    X = rng.normal(size=(2000, 2))
    long, short = (KMeans(20, init=X[:20], tol=tol).fit(X) for tol in (0, 1e-2))
    scaled = KMeans(20, init=1024 * X[:20], tol=1e-2).fit(1024 * X)
    assert scaled.n_iter_ == short.n_iter_ < long.n_iter_


def test_verbose_prints_what_scikit_learn_prints(capsys):
    cluster = pytest.importorskip("sklearn.cluster")
    for parameters in ({"tol": 0}, {"tol": 1e-2}):
        printed = []
        for kind in (KMeans, cluster.KMeans):
            kind(3, init=BLOBS[:3], verbose=1, **parameters).fit(BLOBS)
            # Numbers agree but for the last digits, which are cut off here.
            words = capsys.readouterr().out.split()
            printed.append([w[:7] for w in words])
        assert printed[0] == printed[1]


def test_nothing_is_printed_by_default(capsys):
    KMeans(3, random_state=0).fit(BLOBS).predict(BLOBS)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("n_jobs", [2, 3, -1, -2])
def test_results_do_not_depend_on_the_number_of_threads(n_jobs):
    X = rng.normal(size=(20000, 3)).astype(np.float32)
    one, more = (KMeans(10, random_state=0, n_jobs=n, max_iter=20).fit(X) for n in (1, n_jobs))
    np.testing.assert_array_equal(one.labels_, more.labels_)
    np.testing.assert_array_equal(one.cluster_centers_, more.cluster_centers_)
    np.testing.assert_array_equal(one.transform(X), more.transform(X))
    assert one.inertia_ == more.inertia_ and one.score(X) == more.score(X)


def test_fewer_distinct_rows_than_clusters_warn_at_the_callers_line():
    X = np.repeat([[0.0], [1.0]], 5, axis=0)
    match = r"^Number of distinct clusters \(2\) found smaller than n_clusters \(3\)\. Possibly due to duplicate"
    for use in (KMeans(3).fit, KMeans(3).fit_predict, lambda data: k_means(data, 3)):
        with pytest.warns(ConvergenceWarning, match=match) as caught:
            use(X)
        assert caught[0].filename == __file__


# ------------------------------------------------------------------------------------------- callback


def test_callback_hears_of_the_stages():
    reports = []
    KMeans(3, random_state=0).fit(BLOBS, callback=lambda *report: reports.append(report))
    stages = {stage for stage, _, _ in reports}
    assert {"k-means++", "k-means"} <= stages
    assert all(isinstance(done, int) and isinstance(total, int) and 0 <= done <= total for _, done, total in reports)


def test_callback_stops_the_work_and_the_estimator_stays_as_it_was():
    model = KMeans(3, random_state=0)
    with pytest.raises(Cancelled):
        model.fit(BLOBS, callback=lambda stage, done, total: stage != "k-means")
    with pytest.raises(NotFittedError):
        model.predict(BLOBS)
    model.fit(BLOBS)
    before = dict(vars(model))
    with pytest.raises(Cancelled):
        model.fit(BLOBS[:, :1], callback=lambda *report: False)
    assert vars(model) == before


def test_callback_of_the_shortcuts():
    for method in ("fit_predict", "fit_transform"):
        with pytest.raises(Cancelled):
            getattr(KMeans(3), method)(BLOBS, callback=lambda *report: False)


def test_callback_that_returns_something_else_than_false_goes_on():
    for answer in (None, 0, True, ""):
        KMeans(3, random_state=0).fit(BLOBS, callback=lambda *report, answer=answer: answer)


def test_errors_in_the_callback_come_through():
    def fail(*report):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        KMeans(3).fit(BLOBS, callback=fail)


# ------------------------------------------------------------------------------------------- the functions


def test_k_means_is_the_estimator_as_a_function():
    model = KMeans(3, random_state=0).fit(BLOBS)
    centers, labels, inertia, n_iter = k_means(BLOBS, 3, random_state=0, return_n_iter=True)
    np.testing.assert_array_equal(centers, model.cluster_centers_)
    np.testing.assert_array_equal(labels, model.labels_)
    assert (inertia, n_iter) == (model.inertia_, model.n_iter_)
    assert len(k_means(BLOBS, 3)) == 3


def test_k_means_passes_everything_on():
    weights = rng.uniform(size=len(BLOBS))
    given = {
        "init": BLOBS[:3],
        "n_init": 1,
        "max_iter": 2,
        "tol": 0.0,
        "algorithm": "elkan",
        "copy_x": False,
        "n_jobs": 1,
        "verbose": False,
        "random_state": 1,
    }
    model = KMeans(3, **given).fit(BLOBS, sample_weight=weights)
    centers, *_ = k_means(BLOBS, 3, sample_weight=weights, **given)
    np.testing.assert_array_equal(centers, model.cluster_centers_)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kmeans_plusplus_returns_rows_and_their_indices(dtype):
    X = BLOBS.astype(dtype)
    centers, indices = kmeans_plusplus(X, 5, random_state=0)
    assert centers.dtype == dtype and indices.dtype == np.intp and len(set(indices.tolist())) == 5
    np.testing.assert_array_equal(centers, X[indices])
    again, _ = kmeans_plusplus(X, 5, random_state=0, x_squared_norms=(X**2).sum(axis=1), n_jobs=1)
    np.testing.assert_array_equal(again, centers)


@pytest.mark.parametrize("n_local_trials", [None, 20])  # plain k-means++ (1) may well miss one
def test_kmeans_plusplus_finds_each_blob(n_local_trials):
    found = 0
    for seed in range(10):
        _, indices = kmeans_plusplus(BLOBS * 1000, 3, random_state=seed, n_local_trials=n_local_trials)
        found += len(set(indices // 50)) == 3
    assert found >= 9


def test_one_center_for_each_row():
    X = rng.normal(size=(12, 3))
    _, indices = kmeans_plusplus(X, 12, random_state=0)
    assert sorted(indices) == list(range(12))
    assert KMeans(12, random_state=0).fit(X).inertia_ < 1e-25


def test_a_fitted_model_is_a_start():
    X = np.random.RandomState(0).normal(size=(100, 2))
    model = KMeans(3, random_state=0, max_iter=2).fit(X)
    warm = KMeans(3, init=model).fit(X)
    cold = KMeans(3, init=model.cluster_centers_).fit(X)
    assert np.array_equal(warm.labels_, cold.labels_) and np.array_equal(warm.cluster_centers_, cold.cluster_centers_)
    assert warm._n_init == 1
    with pytest.raises(ValueError, match=r"an array-like or a fitted model with cluster_centers_. Got KMeans\(\)"):
        KMeans(3, init=KMeans()).fit(X)
    with pytest.raises(ValueError, match="does not match the number of clusters 4"):
        KMeans(4, init=model).fit(X)
