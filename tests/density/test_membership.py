"""Soft clusters of HDBSCAN: compared with the definition, with the package hdbscan, and with labels."""

import types

import numpy as np
import pytest
from reference import hdbscan as reference

import coterie
from coterie import HDBSCAN, distances
from coterie._runtime.thresholds import thresholds

pytestmark = pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning", "ignore::coterie.FeatureScaleWarning")

SEEDS = pytest.mark.parametrize("seed", range(8))


def groups(rng, n=60, d=2):
    """Some groups of different density, and rows between them."""
    places = rng.uniform(-6, 6, (4, d))
    X = places[rng.randint(4, size=n)] + rng.normal(size=(n, d)) * rng.choice([0.2, 0.5, 1.0], size=(n, 1))
    X[: n // 10] = rng.uniform(-8, 8, (n // 10, d))
    return X


def random_model(rng, n, **options):
    return HDBSCAN(
        int(rng.randint(2, 6)),
        int(rng.randint(1, 5)),
        cluster_selection_method=rng.choice(["eom", "leaf"]),
        allow_single_cluster=bool(rng.randint(2)),
        max_cluster_size=rng.choice([None, None, int(rng.randint(2, n))]),
        cluster_selection_epsilon=float(rng.choice([0.0, 0.5, 1.0])),
        **options,
    )


def all_of(model, X=None):
    """The blocks as one matrix."""
    blocks = list(model.membership_blocks(X))
    assert [rows.start for rows, _ in blocks] == [0, *(rows.stop for rows, _ in blocks[:-1])]
    return np.concatenate([probabilities for _, probabilities in blocks])


def expected_of(model, D, which=None):
    """The definition, from distances of rows of the fit to all of these, or of all."""
    n = D.shape[1]
    tree = reference.Tree([tuple(row) for row in model.condensed_tree_.tolist()], n)
    chosen = model.selected_clusters_.tolist()
    which = range(n) if which is None else which
    return np.array([reference.membership(tree, chosen, D[i], tree.parent[i], tree.value[i]) for i in which])


@SEEDS
@pytest.mark.parametrize("metric", ["euclidean", "canberra", "cosine"])
def test_memberships_are_what_the_definition_says(seed, metric, monkeypatch):
    rng = np.random.RandomState(seed)
    if rng.randint(2):
        monkeypatch.setattr(thresholds, "listed_exemplars", 1)
    X = groups(rng, 50, int(rng.randint(2, 4)))
    if metric != "cosine" and rng.randint(2):
        X = X.round()  # ties, and equal rows
    X = X.astype(rng.choice([np.float32, np.float64])) + 0.0
    weights = rng.randint(1, 3, size=50) if rng.randint(2) else None
    model = random_model(rng, 50, metric=metric, alpha=float(rng.choice([1.0, 1.5]))).fit(X, sample_weight=weights)
    expected = expected_of(model, distances.cdist(X, X, metric))
    np.testing.assert_allclose(all_of(model), expected, rtol=1e-9, atol=1e-12)


@SEEDS
def test_new_rows_have_the_place_that_predict_gives_them(seed):
    """Rows of the fit as new ones have their own place. Where no tie decides, so it is with given distances."""
    rng = np.random.RandomState(seed)
    X = groups(rng, 80)
    model = random_model(rng, 80).fit(X)
    np.testing.assert_allclose(all_of(model, X[::-1])[::-1], all_of(model), rtol=1e-12, atol=1e-15)
    new = groups(rng, 40)
    D, far = distances.cdist(X, X), distances.cdist(new, X)
    given = HDBSCAN(**{**model.get_params(), "metric": "precomputed"}).fit(D)
    np.testing.assert_allclose(all_of(given, far), all_of(model, new), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(all_of(given, D), all_of(model), rtol=1e-9, atol=1e-12)
    if model.labels_.max() >= 0:
        inside = model.predict(new) >= 0
        assert (all_of(model, new)[inside].sum(axis=1) > 0).all()


@SEEDS
def test_rows_in_clusters_are_in_one_as_likely_as_their_probability_says(seed):
    rng = np.random.RandomState(seed)
    X = groups(rng, 100)
    if seed % 2:
        X = X.round(1)
    model = random_model(rng, 100).fit(X)
    inside = model.labels_ >= 0
    total = all_of(model).sum(axis=1)
    np.testing.assert_allclose(total[inside], model.probabilities_[inside], rtol=1e-12)
    assert (total <= 1 + 1e-12).all() and (total >= 0).all()


@SEEDS
def test_the_likeliest_are_those_of_all(seed):
    rng = np.random.RandomState(seed)
    X = groups(rng, 90).round(int(rng.randint(2)))
    X[5], X[7] = np.nan, np.inf
    model = HDBSCAN(2, 2).fit(X)
    everything = all_of(model)
    k = everything.shape[1]
    for m in (1, 3, 1000):
        clusters, probabilities = model.membership(n_likeliest=m)
        assert clusters.shape == probabilities.shape == (90, min(m, k))
        assert clusters.dtype == np.int64 and probabilities.dtype == np.float64
        rows = np.delete(np.arange(90), [5, 7])
        order = np.lexsort((np.tile(np.arange(k), (90, 1)), -everything))[:, :m]
        np.testing.assert_array_equal(clusters[rows], order[rows])
        np.testing.assert_array_equal(probabilities[rows], np.take_along_axis(everything, order, 1)[rows])
    assert (clusters[5] == -3).all() and np.isnan(probabilities[5]).all() and np.isnan(everything[5]).all()
    assert (clusters[7] == -2).all() and (probabilities[7] == 0).all() and (everything[7] == 0).all()
    again, odd = model.membership(X, n_likeliest=k), model.membership(X[[5, 7]])
    np.testing.assert_array_equal(again.clusters[[5, 7]], clusters[[5, 7]])
    assert (odd.clusters.T == [-3, -2]).all() and np.isnan(odd.probabilities[0]).all()


@SEEDS
def test_memberships_are_those_of_hdbscan(seed):
    """Its functions on the same tree, for rows in clusters; its choice among clusters that tie differs for noise, where
    the shares of the clusters are the same."""
    plots, prediction = pytest.importorskip("hdbscan.plots"), pytest.importorskip("hdbscan.prediction")
    X = groups(np.random.RandomState(seed), 150)
    model = HDBSCAN(8, 2).fit(X)
    tree = plots.CondensedTree(np.asarray(model.condensed_tree_), model.labels_)
    assert sorted(tree._select_clusters()) == model.selected_clusters_.tolist()
    data = prediction.PredictionData(X, tree, 1)
    theirs = prediction.all_points_membership_vectors(
        types.SimpleNamespace(condensed_tree_=tree, prediction_data_=data)
    )
    ours, inside = all_of(model), model.labels_ >= 0
    assert len(theirs[0]) > 1 and not inside.all()
    np.testing.assert_allclose(ours[inside], theirs[inside], rtol=1e-6, atol=1e-12)
    ours, theirs = (each / each.sum(axis=1, keepdims=True) for each in (ours, theirs))
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-12)


def test_equal_rows_and_units_do_no_harm():
    """Lambda is infinite where more than `min_samples` rows are equal; the package has NaN there."""
    X = np.array([[1, 4, 4], [2, 4, 4], [2, 4.1, 4], [2, 4, 4.1], [5, 1, 1], [5, 1.1, 1.1], [5, 1.1, 1], [5, 1, 1]])
    X = np.concatenate([X, X[-1:], X[-1:]])
    model = HDBSCAN(3, 3).fit(X)
    found = all_of(model)
    assert np.isfinite(found).all() and np.isinf(model.condensed_tree_["lambda_val"]).any()
    assert found[4].tolist() == found[9].tolist() == np.eye(2)[model.labels_[4]].tolist()
    for exponent in (-500, 30, 500):
        other = HDBSCAN(3, 3).fit(np.ldexp(X, exponent))
        np.testing.assert_array_equal(all_of(other), found)
        np.testing.assert_array_equal(all_of(other, np.ldexp(X, exponent)), found)
    far = model.membership([[1e300, 0.0, 0.0], [1e9, 1e9, 1e9]]).probabilities
    assert np.isfinite(far).all() and far.max() < 1e-8


def test_rows_that_are_the_same_cost_one_exemplar():
    X = np.repeat(np.random.RandomState(0).normal(size=(20, 2)), 100, axis=0)
    model = HDBSCAN(10, 5).fit(X)
    assert len(model._soft_clusters().exemplars) == 20
    found = all_of(model)
    assert (found.max(axis=1) == 1.0).all() and (found.argmax(axis=1) == model.labels_).all()


def test_a_fit_without_clusters_or_with_one():
    X = groups(np.random.RandomState(1), 30)
    nothing = HDBSCAN(25, 3).fit(X)
    assert nothing.membership().clusters.shape == (30, 0) == nothing.membership(X).probabilities.shape
    assert [each.shape for _, each in nothing.membership_blocks(X[:4])] == [(4, 0)]
    one = HDBSCAN(25, 3, allow_single_cluster=True).fit(X)
    assert one.selected_clusters_.tolist() == [30]
    clusters, probabilities = one.membership()
    inside = one.labels_ >= 0
    assert clusters.tolist() == [[0]] * 30 and inside.any()
    np.testing.assert_array_equal(probabilities[inside, 0], one.probabilities_[inside])
    equal = HDBSCAN(allow_single_cluster=True).fit(np.ones((8, 2)))
    assert equal.membership().probabilities.tolist() == [[1.0]] * 8


def test_a_root_beside_another_cluster_has_no_rows():
    """It is selected for what splits below the first split, where that is at `cluster_selection_epsilon` exactly."""
    rng = np.random.RandomState(10)
    X = np.concatenate([rng.normal(place, 0.1, (30, 1)) for place in (0, 1, 30)])
    tree = HDBSCAN(20, 3).fit(X).condensed_tree_
    epsilon = 1.0 / tree["lambda_val"][tree["child"] == len(X) + 1].item()
    options = {"allow_single_cluster": True, "cluster_selection_epsilon": epsilon}
    model = HDBSCAN(20, 3, cluster_selection_method="leaf", **options).fit(X)
    assert model.selected_clusters_[0] == len(X) and len(model.selected_clusters_) == 2
    found = all_of(model)
    assert (found[:, 0] == 0).all() and (found[:, 1] > 0).all()
    np.testing.assert_allclose(found, expected_of(model, distances.cdist(X, X)), rtol=1e-9, atol=1e-12)


def test_rows_of_weight_0_have_to_be_given():
    X = groups(np.random.RandomState(2), 90)
    weights = np.arange(90) % 3 > 0
    model = HDBSCAN(5, 3).fit(X, sample_weight=weights)
    clusters, probabilities = model.membership()
    assert (clusters[~weights] == -1).all() and np.isnan(probabilities[~weights]).all()
    given = model.membership(X)
    np.testing.assert_allclose(probabilities[weights], given.probabilities[weights], rtol=1e-12)
    assert np.isfinite(given.probabilities).all()


def test_a_loaded_model_has_the_same_memberships_and_a_fit_changes_them(tmp_path):
    X = groups(np.random.RandomState(3), 120)
    model = HDBSCAN(4, 2).fit(X)
    model.save(tmp_path / "model.npz")
    loaded = coterie.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(all_of(loaded), all_of(model))
    np.testing.assert_array_equal(all_of(loaded, X[:9] + 0.1), all_of(model, X[:9] + 0.1))
    model.fit(X[:60])
    assert len(model.membership().clusters) == 60


def test_any_number_of_threads_gives_the_same_bits(monkeypatch):
    monkeypatch.setattr(thresholds, "chunk", 2_000.0)
    X = groups(np.random.RandomState(4), 600)
    for limit in (1, 200):
        monkeypatch.setattr(thresholds, "listed_exemplars", limit)
        one, many = (all_of(HDBSCAN(3, 2, n_jobs=n).fit(X)) for n in (1, 3))
        np.testing.assert_array_equal(one, many)


def test_progress_is_told():
    stages = []
    model = HDBSCAN(4, 2).fit(groups(np.random.RandomState(5), 100))
    with coterie.progress(lambda stage, done, total: stages.append((stage, done, total))):
        model.membership()
    assert ("memberships", 0, 100) in stages and ("memberships", 100, 100) in stages


def test_wrong_calls_are_refused_at_once():
    X = groups(np.random.RandomState(6), 40)
    model = HDBSCAN(4, 2)
    for call in (model.membership, model.membership_blocks):
        with pytest.raises(coterie.NotFittedError, match="not fitted yet"):
            call()
    model.fit(X)
    with pytest.raises(ValueError, match="X has 3 features, but HDBSCAN is expecting 2 features"):
        model.membership_blocks(np.ones((5, 3)))
    for wrong in (0, -1, 1.5, None, True):
        with pytest.raises(ValueError, match="'n_likeliest' parameter of membership must be an int in the range"):
            model.membership(n_likeliest=wrong)
    given = HDBSCAN(4, 2, metric="precomputed").fit(distances.cdist(X, X))
    for call in (given.membership, given.membership_blocks):
        with pytest.raises(ValueError, match="X=None means the rows of the fit, but with metric='precomputed'"):
            call()
