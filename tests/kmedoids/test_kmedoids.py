"""KMedoids against PAM, all sets of medoids, and what its docstring says."""

import warnings

import numpy as np
import pytest
from reference import kmedoids as slow

import coterie
from coterie import ConvergenceWarning, KMedoids
from coterie._runtime.thresholds import thresholds
from coterie.distances import cdist

STARTS = ["k-medoids++", "build", "random"]
METRICS = ["euclidean", "sqeuclidean", "manhattan", "chebyshev", "cosine", "canberra", "hamming"]


def rows(seed, n=None):
    """Random rows of a kind that the seed chooses: normal, with ties, in groups, far from zero, repeated."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 80)) if n is None else n
    X = rng.normal(size=(n, int(rng.integers(1, 5))))
    kind = seed % 5
    if kind == 1:
        X = np.round(2 * X)
    elif kind == 2:
        X += 10 * rng.integers(4, size=(n, 1))
    elif kind == 3:
        X += 1e6
    elif kind == 4:
        X = X[rng.integers(max(1, n // 3), size=n)]
    return X


def is_best_near(D, medoids, weights=None):
    """Whether no single swap lowers the loss."""
    _, value = slow.best_swap(D, medoids.tolist(), weights)
    return value >= slow.loss(D, medoids, weights) * (1 - 1e-9)


def fitted(model, X, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, **options)


@pytest.mark.parametrize("seed", range(25))
def test_no_single_swap_improves_the_result(seed):
    X, metric = rows(seed, 40), METRICS[seed % 7]
    X = np.abs(X) + 0.1 if metric == "cosine" else X
    k = 2 + seed % 6
    weights = np.random.default_rng(seed).integers(1, 4, len(X)) * 0.5 if seed % 2 else None
    D = cdist(X, X, metric)
    for given in (False, True):
        model = KMedoids(k, metric="precomputed" if given else metric, init=STARTS[seed % 3], random_state=seed)
        fitted(model, D if given else X, sample_weight=weights)
        assert is_best_near(D, model.medoid_indices_, weights)
        assert model.inertia_ == pytest.approx(slow.loss(D, model.medoid_indices_, weights), rel=1e-12)
        np.testing.assert_array_equal(model.labels_, D[:, model.medoid_indices_].argmin(axis=1))


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "haversine", "precomputed", "canberra"])
def test_many_rows_are_judged_in_blocks_and_groups(metric):
    rng = np.random.default_rng(0)
    X = np.abs(rng.normal(size=(700, 2)) + 6 * rng.integers(3, size=(700, 1))) + 0.1
    if metric == "haversine":
        X = X * [0.05, 1.0]  # all around the sphere
    D = cdist(X, X, "euclidean" if metric == "precomputed" else metric)
    model = KMedoids(6, metric=metric, random_state=0).fit(D if metric == "precomputed" else X)
    medoids, least = model.medoid_indices_, slow.loss(D, model.medoid_indices_)
    for i in range(6):
        others = D[:, np.delete(medoids, i)].min(axis=1)
        assert np.minimum(others[:, None], D).sum(axis=0).min() >= least * (1 - 1e-9)


def test_the_loss_is_that_of_pam_on_average():
    ratios = []
    for seed in range(40):
        X = rows(seed)
        D = cdist(X, X)
        k = min(len(X), 2 + seed % 5)
        least = slow.loss(D, slow.pam(D, k))
        model = fitted(KMedoids(k, n_init=3, random_state=seed), X)
        ratios.append(model.inertia_ / least if least else 1.0 + model.inertia_)
    assert np.mean(ratios) < 1.001


@pytest.mark.parametrize("seed", range(10))
def test_the_best_of_several_searches_is_the_best_of_all_sets(seed):
    X, k = rows(seed, 9), 1 + seed % 4
    D = cdist(X, X, "manhattan")
    model = fitted(KMedoids(k, metric="manhattan", init="random", n_init=20, random_state=seed), X)
    assert model.inertia_ == pytest.approx(slow.best_of_all(D, k), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(15))
def test_build_is_that_of_pam(seed, monkeypatch):
    monkeypatch.setattr(coterie.kmedoids._search, "_CANDIDATES", (4, 4))
    X = np.round(rows(seed, 30), 1)  # ties
    k, D = 2 + seed % 4, cdist(X, X)
    found = coterie.kmedoids._starts.build(coterie.kmedoids._sources.Matrix(np.round(D, 3), 1), np.ones(len(X)), k)
    assert slow.loss(np.round(D, 3), found) == pytest.approx(slow.loss(np.round(D, 3), slow.build(np.round(D, 3), k)))


def test_one_medoid_is_the_most_central_row():
    X = rows(0, 50)
    model = KMedoids(1, init="random", random_state=0).fit(X)
    assert model.medoid_indices_.tolist() == [cdist(X, X).sum(axis=1).argmin()]
    assert model.labels_.tolist() == [0] * 50 and model.n_swaps_ == 0


@pytest.mark.parametrize("init", STARTS)
def test_all_rows_may_be_medoids(init):
    X = rows(0, 12)
    model = KMedoids(12, init=init, random_state=0).fit(X)
    assert sorted(model.medoid_indices_) == list(range(12)) and model.inertia_ == 0
    assert KMedoids(1).fit([[3.0]]).medoid_indices_.tolist() == [0]


@pytest.mark.parametrize("init", STARTS)
@pytest.mark.parametrize("given", [False, True], ids=["rows", "given"])
def test_more_clusters_than_distinct_rows(init, given):
    X = np.repeat([[0.0, 1.0], [2.0, 5.0], [9.0, 9.0]], 4, axis=0)
    model = KMedoids(5, init=init, metric="precomputed" if given else "euclidean", random_state=0)
    with pytest.warns(ConvergenceWarning, match=r"distinct clusters \(3\) found smaller than n_clusters \(5\)"):
        model.fit(cdist(X, X) if given else X)
    assert model.inertia_ == 0 and len(set(model.medoid_indices_.tolist())) == 5


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "cosine"])
def test_weights_are_repeated_rows(metric):
    rng = np.random.default_rng(1)
    X, weights = rng.uniform(1, 2, (60, 3)), rng.integers(0, 4, 60)
    model = KMedoids(4, metric=metric, random_state=3)
    weighted = model.fit(X, sample_weight=weights)
    centers, inertia, labels = weighted.cluster_centers_, weighted.inertia_, weighted.predict(X)
    shuffled = rng.permutation(np.repeat(np.arange(60), weights))
    repeated = model.fit(X[shuffled])
    np.testing.assert_array_equal(repeated.cluster_centers_, centers)
    assert repeated.inertia_ == pytest.approx(inertia, rel=1e-12)
    np.testing.assert_array_equal(repeated.predict(X), labels)


def test_rows_without_weight_are_no_medoids():
    X = np.array([[0.0], [1.0], [5.0], [5.0], [9.0], [10.0]])
    model = KMedoids(2, init=[4, 5]).fit(X, sample_weight=[1, 1, 0, 0, 1, 1])
    assert set(model.medoid_indices_.tolist()) <= {0, 1, 4, 5} and len(model.labels_) == 6
    with pytest.raises(ValueError, match="n_clusters=5 medoids need as many rows of a weight above 0, but there are 4"):
        KMedoids(5).fit(X, sample_weight=[1, 1, 0, 0, 1, 1])
    with pytest.raises(ValueError, match="init must be rows of a weight above 0"):
        KMedoids(2, init=[2, 5]).fit(X, sample_weight=[1, 1, 0, 0, 1, 1])


def test_a_function_is_called_anew_where_its_distances_would_take_too_much_memory(monkeypatch):
    X = rows(2, 40)
    held = KMedoids(3, metric=lambda x, y: abs(x[0] - y[0]), random_state=0).fit(X)
    monkeypatch.setattr(thresholds, "called_distances", 100)
    anew = KMedoids(3, metric=lambda x, y: abs(x[0] - y[0]), random_state=0).fit(X)
    np.testing.assert_array_equal(anew.medoid_indices_, held.medoid_indices_)
    assert anew.inertia_ == held.inertia_ == pytest.approx(anew.transform(X).min(axis=1).sum())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
@pytest.mark.parametrize("bound", [1, 1 << 20], ids=["anew", "held"])
def test_a_function_must_return_distances(value, bound, monkeypatch):
    monkeypatch.setattr(thresholds, "called_distances", bound)
    with pytest.raises(ValueError, match=r"must return finite numbers of at least 0\. Got"):
        KMedoids(2, metric=lambda x, y: value).fit(rows(0, 12))


@pytest.mark.parametrize("given", [False, True], ids=["rows", "given"])
def test_a_saved_model_predicts_and_transforms_as_before(given, tmp_path):
    X, new = rows(2, 40), rows(7, 9)[:, :1]
    X = X[:, :1]
    data, more = (cdist(X, X), cdist(new, X)) if given else (X, new)
    model = KMedoids(3, metric="precomputed" if given else "manhattan", random_state=0).fit(data)
    model.save(tmp_path / "model.npz")
    loaded = coterie.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(loaded.predict(more), cdist(new, X[model.medoid_indices_]).argmin(axis=1))
    np.testing.assert_array_equal(loaded.transform(more), cdist(new, X[model.medoid_indices_]))
    assert (model.cluster_centers_ is None) == given
    assert loaded.score(more) == pytest.approx(-cdist(new, X[model.medoid_indices_]).min(axis=1).sum())
    assert model.get_feature_names_out().tolist() == ["kmedoids0", "kmedoids1", "kmedoids2"]


def test_given_starts_are_rows_or_the_rows_nearest_to_them():
    X = np.array([[0.0], [1.0], [2.0], [50.0], [51.0], [52.0]])
    for init in ([0, 3], np.array([0, 3], np.uint8), [[-9.0], [49.0]], [[0.0], [0.1]]):
        assert KMedoids(2, init=init).fit(X).medoid_indices_.tolist() in ([1, 4], [4, 1])


@pytest.mark.parametrize(
    ("init", "message"),
    [
        ([0, 0], "init must be different numbers of rows, from 0 to 5"),
        ([0, 6], "init must be different numbers of rows, from 0 to 5"),
        ([-1, 3], "init must be different numbers of rows, from 0 to 5"),
        ([1], "init must be 2 numbers of rows"),
        ([0.5, 1.0], "init must be 2 numbers of rows"),
        ([[0.0, 1.0], [3.0, 4.0]], r"init must have the shape \(n_clusters, n_features\), which is \(2, 1\)"),
        ("pam", "The 'init' parameter of KMedoids must be"),
        (7, "The 'init' parameter of KMedoids must be"),
    ],
)
def test_wrong_starts_are_told(init, message):
    with pytest.raises(ValueError, match=message):
        KMedoids(2, init=init).fit([[0.0], [1.0], [2.0], [50.0], [51.0], [52.0]])


@pytest.mark.parametrize(
    ("D", "message"),
    [
        ([[0.0, 1.0, 2.0], [1.0, 0.0, 2.0]], "Precomputed matrix must be square. Input is a 2x3 matrix"),
        ([[0.0, 1.0], [-1.0, 0.0]], "Negative values in data passed to X. The least is at row 1, column 0"),
        ([[0.0, 1.0], [2.0, 0.0]], "A distance matrix must be symmetric. Not so at row 0, column 1"),
        ([[0.0, np.inf], [np.inf, 0.0]], "infinity"),
    ],
)
def test_wrong_distances_are_told(D, message):
    with pytest.raises(ValueError, match=message):
        KMedoids(1, metric="precomputed").fit(D)
    with pytest.raises(ValueError, match="init must be numbers of rows with metric='precomputed'"):
        KMedoids(1, metric="precomputed", init=[[0.0, 1.0]]).fit([[0.0, 1.0], [1.0, 0.0]])


def test_a_search_that_is_cut_short_says_so():
    X = rows(0, 200)
    with pytest.warns(ConvergenceWarning, match="stopped after max_iter=1 passes"):
        model = KMedoids(9, init=list(range(9)), max_iter=1).fit(X)
    assert model.n_iter_ == 1
    assert KMedoids(9, init=list(range(9))).fit(X).inertia_ <= model.inertia_


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "canberra"])
def test_the_number_of_threads_does_not_show(metric):
    X = np.random.default_rng(0).normal(size=(900, 3))
    first, *others = (KMedoids(7, metric=metric, random_state=0, n_jobs=n).fit(X) for n in (1, 2, 3))
    for each in others:
        np.testing.assert_array_equal(each.medoid_indices_, first.medoid_indices_)
        assert each.inertia_ == first.inertia_ and each.n_swaps_ == first.n_swaps_


def test_single_precision_is_compared_as_it_is():
    X = rows(2, 60).astype(np.float32)
    model, wide = (KMedoids(3, random_state=0).fit(each) for each in (X, X.astype(np.float64)))
    np.testing.assert_array_equal(model.medoid_indices_, wide.medoid_indices_)
    assert model.cluster_centers_.dtype == model.transform(X).dtype == np.float32
    assert model.inertia_ == wide.inertia_


@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
@pytest.mark.parametrize("metric", ["gower", "nan_euclidean"])
def test_tables_with_missing_values(metric, tmp_path):
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"age": rng.normal(40, 10, 80), "height": rng.normal(170, 9, 80), "n": rng.poisson(3, 80)})
    table.iloc[rng.integers(80, size=15), 0] = np.nan
    if metric == "gower":
        table["job"] = rng.choice(["cook", "nurse", "clerk"], 80)
        table.loc[3, "job"] = None
    model = KMedoids(4, metric=metric, random_state=0).fit(table)
    D = cdist(table, table, metric)
    assert is_best_near(D, model.medoid_indices_)
    assert model.inertia_ == pytest.approx(slow.loss(D, model.medoid_indices_))
    model.save(tmp_path / "model.npz")
    np.testing.assert_array_equal(coterie.load(tmp_path / "model.npz").predict(table), model.labels_)
    again = KMedoids(4, metric=metric, init=table.iloc[model.medoid_indices_]).fit(table)
    np.testing.assert_array_equal(again.medoid_indices_, model.medoid_indices_)


def test_a_medoid_with_missing_values_is_told():
    table = np.array([[0.0, 0.0], [0.2, 1.0], [np.nan, 0.5], [9.0, 8.0], [9.5, 8.0]])
    with pytest.warns(coterie.ClusteringWarning, match="The medoids lack 25% of their values, and all rows 10%"):
        model = KMedoids(2, metric="nan_euclidean", random_state=0).fit(table)
    assert 2 in model.medoid_indices_
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        KMedoids(2, metric="nan_euclidean", random_state=0).fit(table[[0, 1, 3, 4]])


def test_outliers_are_far_from_their_medoid_by_the_metric():
    X = np.concatenate([rows(2, 60)[:, :1], [[500.0]]])
    for metric in ("manhattan", "canberra"):
        X = np.abs(X) + 1
        model = KMedoids(3, metric=metric, random_state=0).fit(X)
        scores, far = coterie.outlier_scores(X, model), model.transform(X).min(axis=1)
        for label in range(3):
            own = model.labels_ == label
            if np.count_nonzero(own) > 1 and np.median(far[own]) > 0:
                np.testing.assert_allclose(scores[own], far[own] / np.median(far[own]))
        np.testing.assert_allclose(coterie.outlier_scores(X[:1], model, reference=X), scores[:1])


@pytest.mark.parametrize("exponent", [-600, 600])
def test_a_medoid_of_zeros_is_far_from_rows_of_any_size(exponent):
    X = np.ldexp([[0.0, 0.0], [0.0, 0.0], [3.0, 4.0]], exponent)
    model = KMedoids(1).fit(X)
    assert model.inertia_ == np.ldexp(5.0, exponent) and model.medoid_indices_.tolist() == [0]
