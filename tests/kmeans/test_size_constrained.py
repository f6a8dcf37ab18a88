"""SizeConstrainedKMeans: assignments that no other one within the bounds beats, and what its docstring says."""

import numpy as np
import pytest
from reference import size_constrained as reference

import coterie
from coterie import KMeans, SizeConstrainedKMeans
from coterie._runtime import memory
from coterie._runtime.thresholds import thresholds
from coterie.kmeans import _data, _size_constrained

pytestmark = pytest.mark.filterwarnings("ignore:Number of distinct clusters", "ignore::coterie.FeatureScaleWarning")


def rows_of(rng, n, d):
    """Rows of some kind: clouds, whole numbers with ties, equal rows, heavy tails, far from zero."""
    kind = rng.integers(5)
    X = rng.normal(size=(n, d))
    if kind == 1:
        X = rng.integers(0, 3, (n, d)).astype(float)
    elif kind == 2:
        X = np.repeat(X[:1], n, axis=0)
    elif kind == 3:
        X = np.exp(3 * X)
    elif kind == 4:
        X += 1e6
    return X.astype(rng.choice(["f4", "f8"]))


def problem(seed, n_max, k_max):
    """Rows, weights or None, a number of clusters, and bounds, tight or wide."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, n_max + 1))
    k = int(rng.integers(1, min(n, k_max) + 1))
    weight = rng.integers(0, 3, n) * rng.choice([1.0, 0.3], n) if rng.random() < 0.4 else None
    if weight is not None and not weight.any():
        weight[0] = 1
    low, high = int(rng.integers(0, n // k + 1)), int(rng.integers(-(-n // k), n + 1))
    if seed % 4 == 0:  # as tight as can be
        low, high = n // k, -(-n // k)
    return rng, rows_of(rng, n, int(rng.integers(1, 4))), weight, k, low, high


def assigned(X, weight, k, low, high, many_centers, n_threads=1):
    """For each of some centers the labels and prices of a step that goes on from the one before."""
    step = _size_constrained.BoundedStep(_data.prepare(X, weight, n_threads), k, low, high)
    labels = np.full(len(X), -1, dtype=np.int32)
    for centers in many_centers:
        before = labels.copy()
        assert step.assign(np.array(centers, dtype=np.float64), labels) == np.count_nonzero(labels != before)
        yield labels.copy(), step.prices.copy()


def check_prices(costs, labels, prices, low, high):
    """No other assignment within the bounds costs less, by complementary slackness."""
    sizes = np.bincount(labels, minlength=costs.shape[1])
    assert low <= sizes.min() and sizes.max() <= high
    assert reference.excess(costs, prices, labels) <= 1e-13 * costs.max()
    if low < high:
        assert (sizes[prices > 0] == high).all() and (sizes[prices < 0] == low).all()


# ------------------------------------------------------------------------------------------- one assignment


@pytest.mark.parametrize("part", range(4))
def test_no_assignment_within_the_bounds_costs_less(part):
    for seed in range(part * 100, (part + 1) * 100):
        rng, X, weight, k, low, high = problem(seed, 9, 4)
        starts = [X[rng.choice(len(X), k, replace=False)] + rng.normal(0, 0.1, (k, X.shape[1])) for _ in range(3)]
        for centers, (labels, prices) in zip(starts, assigned(X, weight, k, low, high, starts), strict=True):
            costs = reference.costs(X, centers, weight)
            expected = reference.least_cost(costs, low, high)
            assert abs(costs[np.arange(len(X)), labels].sum() - expected) <= 1e-13 * len(X) * costs.max(), seed
            check_prices(costs, labels, prices, low, high)


@pytest.mark.parametrize("seed", range(60))
def test_prices_of_samples_lead_to_an_assignment_as_good(seed, monkeypatch):
    monkeypatch.setattr(thresholds, "sampled_excess", 0.0)  # samples of samples, too
    rng, X, weight, k, low, high = problem(seed, 200, 9)
    starts = [X[rng.choice(len(X), k, replace=False)] for _ in range(2)]
    sampled = list(assigned(X, weight, k, low, high, starts))
    monkeypatch.setattr(thresholds, "sampled_excess", np.inf)
    rows = np.arange(len(X))
    for centers, (labels, prices), (others, _) in zip(
        starts, sampled, assigned(X, weight, k, low, high, starts), strict=True
    ):
        costs = reference.costs(X, centers, weight)
        check_prices(costs, labels, prices, low, high)
        assert abs(costs[rows, labels].sum() - costs[rows, others].sum()) <= 1e-13 * len(X) * costs.max()


@pytest.mark.parametrize("seed", range(12))
def test_it_costs_what_scipy_finds(seed):
    pytest.importorskip("scipy")
    rng, X, weight, k, low, high = problem(seed, 120, 12)
    starts = [X[rng.choice(len(X), k, replace=False)] for _ in range(2)]
    for centers, (labels, _) in zip(starts, assigned(X, weight, k, low, high, starts), strict=True):
        costs = reference.costs(X, centers, weight)
        rows = np.arange(len(X))
        expected = costs[rows, reference.assign(costs, low, high)].sum()
        assert abs(costs[rows, labels].sum() - expected) <= 1e-12 * costs.max()


@pytest.mark.parametrize("shares", [(0.8, 1.2), (1, 1), (0, 1.02), (0.98, 50)])
@pytest.mark.parametrize("weighted", [False, True])
def test_prices_prove_that_large_assignments_cost_least(shares, weighted):
    rng = np.random.default_rng(1)
    n, k = 4000, 25
    X = np.concatenate([rng.normal(3 * rng.normal(size=3), 1, (n // 5, 3)) for _ in range(5)])
    weight = rng.exponential(size=n) if weighted else None
    low, high = int(shares[0] * n / k), int(shares[1] * n / k)
    first = X[rng.choice(n, k, replace=False)]
    starts = [first, first + rng.normal(0, 0.1, first.shape), X[:k], X[:k] + 1e-3]
    for centers, (labels, prices) in zip(starts, assigned(X, weight, k, low, high, starts), strict=True):
        check_prices(reference.costs(X, centers, weight), labels, prices, low, high)


def test_each_row_has_a_cluster_of_its_own():
    scipy = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng(0)
    X, centers = rng.normal(size=(2, 150, 3))
    ((labels, _),) = assigned(X, None, 150, 0, 1, [centers])
    np.testing.assert_array_equal(labels, scipy.linear_sum_assignment(reference.costs(X, centers))[1])


def test_rows_are_at_their_nearest_centers_if_the_bounds_allow():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 4, (300, 2)).astype(float)
    centers = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0], [3.0, 3.0]])
    weight = rng.integers(0, 2, 300).astype(float)
    nearest = reference.costs(X, centers).argmin(axis=1)
    for each in (None, weight):
        ((labels, prices),) = assigned(X, each, 4, 1, 299, [centers])
        np.testing.assert_array_equal(labels, nearest)
        assert not prices.any()


# ------------------------------------------------------------------------------------------- fits


@pytest.mark.parametrize("seed", range(24))
def test_a_fit_is_that_of_the_textbook(seed):
    pytest.importorskip("scipy")
    rng = np.random.default_rng(seed)
    n, k = int(rng.integers(8, 60)), int(rng.integers(1, 6))
    X = rng.normal(size=(n, 2)) + 3 * rng.integers(0, 2, (n, 1))
    weight = rng.uniform(0.5, 2, n) if seed % 2 else None
    low, high = int(rng.integers(0, n // k + 1)), int(rng.integers(-(-n // k), n + 1))
    labels, centers = reference.lloyd(X, X[:k], low, high, weight)
    model = SizeConstrainedKMeans(k, low, high, init=X[:k], tol=0).fit(X, sample_weight=weight)
    np.testing.assert_array_equal(model.labels_, labels)
    np.testing.assert_allclose(model.cluster_centers_, centers, rtol=0, atol=1e-12)
    costs = reference.costs(X, centers, weight)
    assert model.inertia_ == pytest.approx(costs[np.arange(n), labels].sum())
    np.testing.assert_array_equal(model.predict(X), reference.costs(X, model.cluster_centers_).argmin(axis=1))


def test_sizes_are_within_the_bounds_whatever_the_rows_are():
    for seed in range(60):
        rng, X, weight, k, low, high = problem(seed, 40, 6)
        model = SizeConstrainedKMeans(k, low, high, random_state=seed, max_iter=int(rng.integers(1, 9)))
        model.fit(X, sample_weight=weight)
        sizes = np.bincount(model.labels_, minlength=k)
        assert low <= sizes.min() and sizes.max() <= high, seed
        costs = reference.costs(X, model.cluster_centers_, weight)
        expected = costs[np.arange(len(X)), model.labels_].sum()
        assert model.inertia_ == pytest.approx(expected, rel=1e-6, abs=1e-12 * costs.max())


@pytest.mark.parametrize("size_max", [None, 500, 501])
def test_without_bounds_it_is_k_means(size_max):
    X = np.random.default_rng(0).normal(size=(500, 2))
    for options in ({"random_state": 0}, {"init": X[:5], "tol": 0}):
        model = SizeConstrainedKMeans(5, None, size_max, **options).fit(X)
        expected = KMeans(5, **options).fit(X)
        np.testing.assert_array_equal(model.labels_, expected.labels_)
        np.testing.assert_array_equal(model.cluster_centers_, expected.cluster_centers_)
        assert (model.inertia_, model.n_iter_) == (expected.inertia_, expected.n_iter_)


def test_bounds_that_do_not_bind_change_nothing():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(place, 1, (100, 3)) for place in (0, 5, 11)])
    model = SizeConstrainedKMeans(3, 2, 299, init=X[:3], tol=0).fit(X)
    expected = KMeans(3, init=X[:3], tol=0).fit(X)
    np.testing.assert_array_equal(model.labels_, expected.labels_)
    np.testing.assert_allclose(model.cluster_centers_, expected.cluster_centers_, rtol=1e-14)


def test_equal_rows_are_divided():
    X = np.zeros((12, 2))
    for k, size in ((3, 4), (12, 1)):
        model = SizeConstrainedKMeans(k, size, size, random_state=0).fit(X)
        assert np.bincount(model.labels_).tolist() == [size] * k and model.inertia_ == 0


def test_small_fits():
    assert SizeConstrainedKMeans(1, 1, 1).fit([[3.0]]).labels_.tolist() == [0]
    model = SizeConstrainedKMeans(4, 1, 1, random_state=0).fit([[0.0], [1.0], [5.0], [9.0]])
    assert sorted(model.labels_.tolist()) == [0, 1, 2, 3] and model.inertia_ == 0
    assert SizeConstrainedKMeans(2, 3, init=[[0.0], [9.0]]).fit(np.arange(6.0)[:, None]).n_iter_ >= 1


def test_bounds_count_rows_and_weights_count_costs():
    X = np.array([[0.0], [1.0], [2.0], [3.0]])
    model = SizeConstrainedKMeans(2, 2, 2, init=[[0.0], [3.0]]).fit(X, sample_weight=[1, 1, 1, 1000])
    assert model.labels_.tolist() == [0, 0, 1, 1]
    assert model.cluster_centers_[1, 0] == pytest.approx(3, abs=1e-3) and model.inertia_ == pytest.approx(
        1.499, abs=1e-3
    )
    # Rows of no weight cost nothing anywhere, but take places.
    model = SizeConstrainedKMeans(2, 3, 3, init=[[0.0], [10.0]])
    model.fit([[0.0], [1.0], [2.0], [0.5], [9.0], [11.0]], sample_weight=[1, 1, 1, 0, 1, 1])
    assert model.labels_.tolist() == [0, 0, 0, 1, 1, 1] and model.cluster_centers_[1, 0] == 10
    assert model.predict([[0.5]]).tolist() == [0]


def test_the_same_bits_for_any_number_of_threads():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(5000, 4)) * [1, 2, 3, 4]
    one, *others = (SizeConstrainedKMeans(12, 400, 450, random_state=0, n_jobs=n).fit(X) for n in (1, 2, 5))
    for model in others:
        np.testing.assert_array_equal(model.labels_, one.labels_)
        np.testing.assert_array_equal(model.cluster_centers_, one.cluster_centers_)
        assert model.inertia_ == one.inertia_


@pytest.mark.parametrize("exponent", [-600, -60, 60, 600])
def test_the_same_clusters_at_every_scale(exponent):
    X = np.random.default_rng(0).normal(size=(200, 3))
    weight = np.random.default_rng(1).uniform(0.5, 2, 200)
    one = SizeConstrainedKMeans(5, 38, 42, init=X[:5]).fit(X, sample_weight=weight)
    other = SizeConstrainedKMeans(5, 38, 42, init=np.ldexp(X[:5], exponent))
    other.fit(np.ldexp(X, exponent), sample_weight=np.ldexp(weight, -exponent // 2))
    np.testing.assert_array_equal(other.labels_, one.labels_)
    np.testing.assert_array_equal(other.cluster_centers_, np.ldexp(one.cluster_centers_, exponent))


def test_the_best_of_some_runs_is_kept_and_a_fit_goes_on_from_a_model():
    X = np.random.default_rng(0).normal(size=(150, 2))
    options = {"init": "random", "max_iter": 3}
    best = SizeConstrainedKMeans(6, 20, 30, n_init=5, random_state=0, **options).fit(X).inertia_
    assert best <= SizeConstrainedKMeans(6, 20, 30, n_init=1, random_state=0, **options).fit(X).inertia_
    first = SizeConstrainedKMeans(6, 20, 30, random_state=0, max_iter=2).fit(X)
    whole = SizeConstrainedKMeans(6, 20, 30, init=KMeans(6, init=X[:6], max_iter=1).fit(X), tol=0).fit(X)
    assert SizeConstrainedKMeans(6, 20, 30, init=first, tol=0).fit(X).inertia_ <= first.inertia_
    assert np.bincount(whole.labels_).max() <= 30


def test_it_can_be_watched_and_ended():
    X = np.random.default_rng(0).normal(size=(600, 2))
    heard = []

    def watch(stage, done, total, inertia):
        heard.extend([inertia] if inertia is not None else [])
        if len(heard) == 3:
            raise StopIteration

    model = SizeConstrainedKMeans(8, 70, 80, init=X[:8], tol=0).fit(X, callback=watch)
    assert heard[0] > heard[1] > heard[2] >= model.inertia_
    sizes = np.bincount(model.labels_)
    assert sizes.min() >= 70 and sizes.max() <= 80
    before = vars(model).copy()
    with pytest.raises(coterie.Cancelled):
        model.fit(X, callback=lambda *_: False)
    assert vars(model) == before


# ------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ((5, None), r"^3 clusters \(n_clusters\) of at least 5 rows \(size_min\) need 15 rows, but there are 14\.$"),
        ((None, 4), r"^3 clusters \(n_clusters\) of at most 4 rows \(size_max\) hold 12 rows, but there are 14\.$"),
        ((6, 5), r"^size_min=6 must be at most size_max=5\.$"),
        ((-1, None), "'size_min' parameter of SizeConstrainedKMeans"),
        ((None, 0), "'size_max' parameter of SizeConstrainedKMeans"),
        ((2.5, None), "'size_min' parameter of SizeConstrainedKMeans"),
    ],
)
def test_bounds_that_cannot_be_kept_are_refused(bounds, message):
    model = SizeConstrainedKMeans(3, *bounds)
    with pytest.raises(ValueError, match=message):
        model.fit(np.arange(14.0)[:, None])
    assert not hasattr(model, "labels_")


def test_what_does_not_fit_into_memory_is_refused(monkeypatch):
    monkeypatch.setattr(thresholds, "small_memory", 0)
    monkeypatch.setattr(memory, "available", lambda: 1000)
    with pytest.raises(MemoryError, match=r"The distances of 100 rows to 4 centers would take .* KMeans has no bounds"):
        SizeConstrainedKMeans(4, 10).fit(np.random.default_rng(0).normal(size=(100, 2)))


# ------------------------------------------------------------------------------------------- after the fit


def test_a_fitted_model_does_what_others_do(tmp_path):
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(place, 1, (60, 3)) for place in ([0, 0, 0], [9, 0, 0], [0, 9, 9])])
    model = SizeConstrainedKMeans(3, 55, 65, random_state=0).fit(X)
    model.save(tmp_path / "model.npz")
    again = coterie.load(tmp_path / "model.npz")
    assert (again.size_min, again.size_max) == (55, 65)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    assert coterie.outlier_scores(np.concatenate([X, [[50, 50, 50]]]), model).argmax() == len(X)
    assert coterie.explain.profile(X, model.labels_).sentences
    found = coterie.selection.sweep(
        SizeConstrainedKMeans(size_min=20, random_state=0), X, {"n_clusters": [2, 3, 4]}, stability=2, random_state=0
    )
    assert found.best("silhouette")["n_clusters"] == 3
    assert model.score(X) == pytest.approx(-model.inertia_)
    assert model.get_feature_names_out().tolist() == [f"sizeconstrainedkmeans{i}" for i in range(3)]


def test_drift_compares_like_with_like():
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (150, 2)), rng.normal(9, 1, (50, 2))])
    model = SizeConstrainedKMeans(2, 100, 100, init=[[0.0, 0.0], [9.0, 9.0]]).fit(X)
    found = coterie.explain.drift(model, X)
    assert np.bincount(model.labels_).tolist() == [100, 100] != np.bincount(model.predict(X)).tolist()
    assert found.index == 0 and found.shares_then.tolist() == found.shares_now.tolist()
    assert found.distance_then == pytest.approx(found.distance_now)
    assert coterie.explain.drift(model, X[:150]).reading == "large"
