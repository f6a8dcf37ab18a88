"""KMedians against k-medians by the book, bit by bit, and what its docstring says."""

import itertools
import pickle

import numpy as np
import pytest
from reference import kmedians as reference

import coterie
from coterie import KMeans, KMedians, outlier_scores
from coterie._runtime.thresholds import thresholds
from coterie.distances import cdist
from coterie.explain import drift
from coterie.kmeans import _manhattan
from coterie.selection import sweep

pytestmark = pytest.mark.filterwarnings("ignore:Number of distinct clusters", "ignore::coterie.FeatureScaleWarning")

KINDS = {
    "whole": lambda rng, n, d: rng.integers(0, 6, (n, d)),
    "normal": lambda rng, n, d: rng.normal(size=(n, d)),
    "heavy tails": lambda rng, n, d: rng.standard_cauchy((n, d)),
    "far from zero": lambda rng, n, d: rng.normal(size=(n, d)) + 1e6,
    "duplicates": lambda rng, n, d: rng.normal(size=(n // 5 + 1, d))[rng.integers(n // 5 + 1, size=n)],
    "shades": lambda rng, n, d: rng.integers(0, 256, (n, d)) / 255,
    "skewed": lambda rng, n, d: np.exp(3 * rng.normal(size=(n, d))),
    "one feature": lambda rng, n, d: rng.normal(size=(n, 1)),
    "signed zeros": lambda rng, n, d: rng.choice([-1.0, -0.0, 0.0, 1.0], (n, d)),
}


def problem(kind, seed):
    """Rows, weights or None, and starting centers: rows, some of them twice, or any points."""
    rng = np.random.default_rng([seed, *kind.encode()])
    n, d = int(rng.choice([1, 2, 7, 30, 300, 1500])), int(rng.choice([1, 2, 3, 4, 8, 9, 17]))
    k = int(min(n, rng.choice([1, 2, 3, 8, 20])))
    X = KINDS[kind](rng, n, d).astype(rng.choice(["f4", "f8"]))
    weight = rng.integers(0, 4, n).astype(float) if rng.random() < 0.5 else None
    if weight is not None and not weight.any():
        weight[0] = 1
    start = X[rng.choice(n, k, replace=rng.random() < 0.3)]
    if rng.random() < 0.2:
        start = (start + rng.normal(size=start.shape)).astype(X.dtype)
    return X, weight, start


def check(X, weight, start, n_jobs):
    labels, centers, n_iter, history = reference.iterate(X, start, weight)
    model = KMedians(len(start), init=start, tol=0, n_jobs=n_jobs).fit(X, sample_weight=weight)
    assert (model.labels_ == labels).all()
    assert (model.cluster_centers_ == centers).all() and model.cluster_centers_.dtype == X.dtype
    ones = np.ones(len(X)) if weight is None else weight
    np.testing.assert_allclose(model.inertia_, reference.objective(X, ones, centers), rtol=1e-12, atol=1e-300)
    assert (np.diff(history) <= 1e-12 * history[0]).all()
    assert (model.predict(X) == labels).all()
    if X.dtype == np.float64:
        assert (model.transform(X) == reference.distances(X, centers)).all()
    assert model.n_iter_ in (n_iter, n_iter + 1)  # one more shows that no label changes


@pytest.mark.parametrize("kind", KINDS)
def test_labels_and_centers_are_those_of_the_book(kind):
    for seed in range(25):
        check(*problem(kind, seed), n_jobs=1 + seed % 3)


@pytest.mark.parametrize("name, value", [("chunk", 1.0), ("strip", 1), ("doubtful", -1.0), ("inertia_numbers", 1)])
def test_labels_and_centers_are_those_of_the_book_on_all_paths(name, value, monkeypatch):
    monkeypatch.setattr(thresholds, name, value)
    for seed, kind in enumerate(KINDS):
        check(*problem(kind, 100 + seed), n_jobs=2)


def test_labels_and_centers_are_those_of_the_book_for_sorted_rows(monkeypatch):
    for name, value in (("sorting_rows", 0), ("sorting_clusters", (1, 1, 1, 1)), ("cell_features", 8)):
        monkeypatch.setattr(thresholds, name, value)
    for seed, kind in itertools.product(range(8), KINDS):
        check(*problem(kind, 300 + seed), n_jobs=2)
    X = np.array([[2.0], [-7.0], [0.0], [9.0], [1.0]])
    assert KMedians(2, init=[[1.0], [1e6]], max_iter=1).fit(X).cluster_centers_[1] == -7.0  # the first one that is far


@pytest.mark.parametrize("name", ["bin_rows", "kept_rows", "moved_numbers"])
@pytest.mark.parametrize("value", [1, 10**9])
def test_medians_do_not_depend_on_what_is_kept_to_find_them(name, value, monkeypatch):
    monkeypatch.setattr(thresholds, name, value)
    for seed, kind in enumerate(KINDS):
        check(*problem(kind, 200 + seed), n_jobs=2)


def test_results_do_not_depend_on_threads():
    X = np.random.default_rng(0).normal(size=(20_000, 10))
    one, three = (KMedians(20, random_state=0, n_jobs=n_jobs).fit(X) for n_jobs in (1, 3))
    assert pickle.dumps(one.set_params(n_jobs=None)) == pickle.dumps(three.set_params(n_jobs=None))


def test_no_other_medians_and_no_other_labels_are_better():
    """A result is a fixed point: each row is with its nearest center, and no coordinate of a center can be improved."""
    rng = np.random.default_rng(1)
    for _ in range(20):
        X, weight = rng.normal(size=(40, 2)), rng.integers(1, 4, 40).astype(float)
        model = KMedians(4, random_state=0, tol=0).fit(X, sample_weight=weight)
        far = reference.distances(X, model.cluster_centers_)
        assert (model.labels_ == far.argmin(axis=1)).all()
        for cluster, j in itertools.product(range(4), range(2)):
            own = model.labels_ == cluster
            column = X[own, j]
            costs = [weight[own] @ np.abs(column - value) for value in (model.cluster_centers_[cluster, j], *column)]
            assert costs[0] <= min(costs) * (1 + 1e-12)


def test_a_row_of_weight_w_counts_as_w_rows():
    rng = np.random.default_rng(2)
    X, weight = rng.normal(size=(60, 3)), rng.integers(0, 4, 60)
    given = KMedians(4, init=X[:4], tol=0).fit(X, sample_weight=weight * 0.1)
    repeated = KMedians(4, init=X[:4], tol=0).fit(np.repeat(X, weight, axis=0))
    assert (given.cluster_centers_ == repeated.cluster_centers_).all()
    assert (np.repeat(given.labels_, weight) == repeated.labels_).all()
    assert given.inertia_ == pytest.approx(0.1 * repeated.inertia_)
    order = rng.permutation(60)
    shuffled = KMedians(4, init=X[:4], tol=0).fit(X[order], sample_weight=weight[order] * 0.1)
    assert (shuffled.cluster_centers_ == given.cluster_centers_).all()


def test_the_median_of_an_even_number_is_the_lower_one():
    X = np.array([[1.0], [2.0], [4.0], [9.0]])
    assert KMedians(1).fit(X).cluster_centers_ == 2
    assert KMedians(1).fit(X, sample_weight=[1, 1, 1, 1.5]).cluster_centers_ == 4
    assert KMedians(1).fit(X, sample_weight=[0, 0, 1, 1e-200]).cluster_centers_ == 4


def test_few_far_rows_do_not_move_the_centers():
    rng = np.random.default_rng(3)
    X = np.concatenate([rng.normal(0, 1, (100, 2)), rng.normal(10, 1, (100, 2)), rng.normal(1e4, 1, (2, 2))])
    medians = KMedians(2, init=X[[0, 100]]).fit(X)
    assert np.abs(medians.cluster_centers_ - [[0, 0], [10, 10]]).max() < 0.5
    assert np.abs(KMeans(2, init=X[[0, 100]]).fit(X).cluster_centers_).max() > 1000


def test_a_cluster_without_rows_gets_the_farthest_row_the_first_on_a_tie():
    X = np.array([[0.0], [1.0], [2.0], [9.0], [-7.0]])
    model = KMedians(2, init=[[1.0], [1e6]], max_iter=1).fit(X)
    assert model.cluster_centers_.tolist() == [[1.0], [9.0]]  # 9 and -7 are equally far
    weighted = KMedians(2, init=[[1.0], [1e6]], max_iter=1).fit(X, sample_weight=[1, 1, 1, 0, 1])
    assert weighted.cluster_centers_.tolist() == [[0.0], [-7.0]]
    with pytest.warns(coterie.ConvergenceWarning, match="distinct clusters"):
        same = KMedians(3, random_state=0).fit([[1.0, 2.0]] * 3)
    assert same.inertia_ == 0 and not same.labels_.any()


def test_scores_distances_and_protocol_are_by_manhattan_distances():
    rng = np.random.default_rng(4)
    X, new = rng.normal(size=(300, 3)), rng.normal(size=(50, 3))
    model = KMedians(5, random_state=0).fit(X)
    far = cdist(new, model.cluster_centers_, "manhattan")
    assert model._fit_metric.name == "manhattan" and model._centers() is None
    assert (model.transform(new) == far).all() and (model.fit_transform(X) == model.transform(X)).all()
    assert model.score(new) == pytest.approx(-far.min(axis=1).sum())
    assert model.score(new, sample_weight=np.arange(50)) == pytest.approx(-np.arange(50) @ far.min(axis=1))
    assert (model._distances_to_own(new) == far.min(axis=1)).all()
    own = cdist(X, model.cluster_centers_, "manhattan").min(axis=1)
    typical = np.array([np.median(own[model.labels_ == cluster]) for cluster in range(5)])
    np.testing.assert_allclose(outlier_scores(X, model), own / typical[model.labels_])
    assert "cluster" in str(drift(model, new)).lower()
    assert len(sweep(KMedians(random_state=0), X, {"n_clusters": [2, 3]}).rows) == 2


def test_starts_are_drawn_by_distance_and_not_by_its_square():
    """Of 0, 1 and -10, each far from the others, the second center is drawn by |x|: with one draw, in the long run."""
    X = np.array([[0.0]] * 98 + [[1.0], [-10.0]])
    chosen = []
    for seed in range(40):
        centers = KMedians(2, random_state=seed)._init_centroids(
            X, init="k-means++", random_state=np.random.RandomState(seed), sample_weight=None
        )
        chosen.append(sorted(np.abs(centers).ravel().tolist()))
    assert all(0.0 in each for each in chosen)
    assert sum(10.0 in each for each in chosen) > 36  # the best of two draws


@pytest.mark.parametrize("exponent", [-600, -100, 100, 600])
def test_new_rows_of_any_size(exponent):
    rng = np.random.default_rng(5)
    X, new = rng.normal(size=(50, 4)), rng.normal(size=(20, 4))
    model = KMedians(3, init=X[:3]).fit(X)
    scaled = KMedians(3, init=np.ldexp(X[:3], exponent)).fit(np.ldexp(X, exponent))
    assert (scaled.predict(np.ldexp(new, exponent)) == model.predict(new)).all()
    assert (scaled.transform(np.ldexp(new, exponent)) == np.ldexp(model.transform(new), exponent)).all()
    new[3] = 1e300
    assert (model.predict(new) == cdist(new, model.cluster_centers_, "manhattan").argmin(axis=1)).all()


def test_colors_need_no_float64(monkeypatch):
    """Whole numbers of few digits are added without rounding in float32: ties are ties there."""
    rng = np.random.default_rng(6)
    X = rng.integers(0, 256, (5000, 3)).astype(float)
    seen = []
    call = _manhattan.ManhattanAssignment.__call__
    monkeypatch.setattr(_manhattan.ManhattanAssignment, "__call__", lambda *args: seen.append(call(*args)) or seen[-1])
    model = KMedians(16, random_state=0).fit(X)
    assert sum(tally.doubtful for tally in seen) == 0
    far = reference.distances(X, model.cluster_centers_)
    nearest_two = np.sort(far, axis=1)[:, :2]
    assert (nearest_two[:, 0] == nearest_two[:, 1]).any()
    assert (model.labels_ == far.argmin(axis=1)).all()


def test_callback_and_warm_start():
    X = np.random.default_rng(7).normal(size=(3000, 4))
    seen = []

    def stop(stage, done, total, inertia=None):
        seen.append((stage, inertia))
        if stage == "k-medians" and done == 3:
            raise StopIteration

    model = KMedians(20, random_state=0, tol=0).fit(X, callback=stop)
    assert model.n_iter_ == 3 and {stage for stage, _ in seen} >= {"k-means++", "k-medians"}
    inertias = [inertia for stage, inertia in seen if stage == "k-medians" and inertia is not None]
    assert inertias == sorted(inertias, reverse=True) and model.inertia_ <= inertias[-1]
    assert KMedians(20, init=model, tol=0).fit(X).inertia_ <= model.inertia_


def test_sparse_rows_and_other_starts_are_refused():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match=r"[Ss]parse"):
        KMedians(2).fit(sparse.csr_array(np.eye(3)))
    with pytest.raises(ValueError, match="init"):
        KMedians(2, init="k-means||").fit([[0.0], [1.0]])
