"""MiniBatchKMeans: the steps of the oracle and of scikit-learn from the same start; batches, streams and their ends."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from reference.kmeans import KINDS, rows_of
from reference.mini_batch import MiniBatches, mini_batch_k_means

import coterie
from coterie import MiniBatchKMeans
from coterie.kmeans._running import RunningCenters

pytestmark = pytest.mark.filterwarnings("ignore::coterie.FeatureScaleWarning")

SCALES = {"large": 2.0**600, "small": 2.0**-600}


def some_case(kind, seed):
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    n, d, k = int(rng.choice([1, 40, 400])), int(rng.choice([1, 3, 40])), int(rng.integers(1, 7))
    X = rows_of(kind, n, d, rng)
    weights = rng.exponential(size=n) * (rng.random(n) < 0.9) if seed % 2 else None
    if weights is not None and not weights.any():
        weights = None
    start = X[rng.permutation(n)[: min(n, k)]]
    options = {
        "batch_size": int(rng.choice([10, 1024])),
        "max_iter": int(rng.choice([1, 8])),
        "tol": float(rng.choice([0, 1e-3])),
        "init_size": None if rng.random() < 0.5 else int(rng.integers(len(start), 2 * n + 2)),
    }
    return X, weights, start, options


def assert_near(found, expected, scale, tolerance=1e-12):
    np.testing.assert_allclose(found / scale, expected / scale, rtol=0, atol=tolerance)


# ------------------------------------------------------------------------------------------- data in memory


@pytest.mark.parametrize("kind", KINDS)
def test_the_steps_of_the_oracle(kind):
    for seed in range(8):
        X, weights, start, options = some_case(kind, seed)
        scale = SCALES.get(kind, 1.0)
        labels, centers, n_steps = mini_batch_k_means(X / scale, start / scale, seed, weights, **options)
        model = MiniBatchKMeans(len(start), init=start, n_init=1, random_state=seed, **options)
        model.fit(X, sample_weight=weights)
        assert model.n_steps_ == n_steps, (seed, options)
        assert model.n_iter_ == -(-n_steps * min(options["batch_size"], len(X)) // len(X))
        largest = np.abs(X).max()
        assert_near(model.cluster_centers_, centers * scale, largest, 1e-7 if kind == "single" else 1e-12)
        np.testing.assert_array_equal(model.labels_, model.predict(X))
        assert np.count_nonzero(model.labels_ != labels) <= (len(X) // 100 if kind == "single" else 0)
        assert model.cluster_centers_.dtype == X.dtype
        if kind not in ("large", "small"):
            assert model.inertia_ == pytest.approx(-model.score(X, sample_weight=weights), rel=1e-9)


@pytest.mark.parametrize("ratio", [0.0, 0.01, 0.5, 2.0])
def test_rare_centers_move_as_in_the_oracle(ratio):
    n_moved = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        n, d, k = int(rng.integers(1, 60)), int(rng.choice([1, 3, 20])), int(rng.choice([1, 5, 30]))
        start = rng.standard_normal((k, d)) * 3
        ours, theirs = np.random.RandomState(seed), np.random.RandomState(seed)
        running = RunningCenters(
            start.copy(),
            np.zeros(k),
            0,
            batch_size=n,
            reassignment_ratio=ratio,
            random_state=ours,
            n_threads=1 + seed % 2,
            verbose=False,
        )
        oracle = MiniBatches(start, theirs, n, ratio)
        for step in range(20):
            X = rng.standard_normal((n, d)) * 2
            weights = rng.exponential(size=n) if step % 3 else None
            before = running.centers.copy()
            inertia = running.follow(X, weights)
            assert inertia == pytest.approx(oracle.step(X, weights), rel=1e-12)
            np.testing.assert_allclose(running.centers, oracle.centers, rtol=1e-12, atol=1e-12)
            np.testing.assert_allclose(running.counts, oracle.counts, rtol=1e-12)
            is_row = (running.centers[:, None] == X).all(axis=2).any(axis=1)
            n_moved += np.count_nonzero(is_row & (running.centers != before).any(axis=1)) if step else 0
        assert ours.random_sample() == theirs.random_sample()
    assert (n_moved > 50) == (ratio > 0)


def test_the_results_of_sklearn_from_the_same_start():
    peer = pytest.importorskip("sklearn.cluster").MiniBatchKMeans
    for seed in range(6):
        rng = np.random.RandomState(seed)
        X = rng.normal(size=(3000, 4)) + rng.randint(5, size=(3000, 1)) * 4
        weights = rng.uniform(size=3000) if seed % 2 else None
        batch_size, tol = [100, 1024][seed // 2 % 2], 1e-4 * (seed < 3)
        options = {"batch_size": batch_size, "random_state": seed, "n_init": 1, "tol": tol}
        expected = peer(7, init=X[:7], **options).fit(X, sample_weight=weights)
        found = MiniBatchKMeans(7, init=X[:7], **options).fit(X, sample_weight=weights)
        assert (found.n_steps_, found.n_iter_) == (expected.n_steps_, expected.n_iter_)
        np.testing.assert_allclose(found.cluster_centers_, expected.cluster_centers_, rtol=1e-9)
        np.testing.assert_array_equal(found.labels_, expected.labels_)
        assert found.inertia_ == pytest.approx(expected.inertia_, rel=1e-9)
        for model in found, expected:
            model.set_params(compute_labels=False).fit(X, sample_weight=weights)
        assert found.inertia_ == pytest.approx(expected.inertia_, rel=1e-9)
        assert not hasattr(found, "labels_")


def test_inertia_near_that_of_sklearn_or_lower():
    peer = pytest.importorskip("sklearn.cluster").MiniBatchKMeans
    rng = np.random.RandomState(0)
    X = rng.normal(size=(4000, 5)) + rng.randint(30, size=(4000, 1)) * rng.normal(size=5) * 4
    found, expected = (
        np.mean([each(30, random_state=seed).fit(X).inertia_ for seed in range(5)]) for each in (MiniBatchKMeans, peer)
    )
    assert found < 1.01 * expected


@pytest.mark.parametrize("init", ["k-means++", "k-means||", "random", "callable", "model"])
def test_a_start_in_a_sample_and_the_same_bits_for_any_number_of_threads(init):
    rng = np.random.default_rng(0)
    X = rows_of("mixture", 5000, 3, rng)
    weights = rng.random(5000)
    sizes = []

    def rows_with_weight(X, k, random_state):
        sizes.append(X.shape)
        return X[:k]

    start = {"callable": rows_with_weight, "model": coterie.KMeans(4, random_state=0).fit(X[:50])}.get(init, init)
    models = [
        MiniBatchKMeans(4, init=start, init_size=200, random_state=3, n_jobs=n).fit(X, sample_weight=weights)
        for n in (1, 2, 3)
    ]
    for model in models:
        assert model.inertia_ == models[0].inertia_
        np.testing.assert_array_equal(model.cluster_centers_, models[0].cluster_centers_)
        np.testing.assert_array_equal(model.labels_, models[0].labels_)
    assert models[0]._n_init == {"random": 3, "callable": 3}.get(init, 1)
    assert set(sizes) <= {(200, 3)} and len(sizes) == 9 * (init == "callable")


def test_few_rows_with_weight():
    X = np.arange(3000.0).reshape(-1, 1) % 1000
    weights = np.zeros(3000)
    weights[[5, 1700, 2990]] = 1
    for init in ("k-means++", "random"):
        model = MiniBatchKMeans(3, init=init, init_size=10, random_state=0, n_init=1).fit(X, sample_weight=weights)
        assert model.cluster_centers_.min() >= 5 and model.cluster_centers_.max() <= 990
    ones = MiniBatchKMeans(3, random_state=0).fit(X, sample_weight=np.full(3000, 2.0))
    none = MiniBatchKMeans(3, random_state=0).fit(X)
    np.testing.assert_array_equal(ones.cluster_centers_, none.cluster_centers_)


def test_equal_rows_and_as_many_clusters_as_rows():
    for X, k in ((np.ones((30, 2)), 4), (np.arange(6.0).reshape(3, 2), 3), (np.ones((1, 1)), 1)):
        model = MiniBatchKMeans(k, random_state=0).fit(X)
        assert model.inertia_ == 0 or k == 3
        assert np.isfinite(model.cluster_centers_).all()


def test_how_a_fit_ends(capsys):
    X = rows_of("mixture", 3000, 2, np.random.default_rng(0))
    options = {"random_state": 0, "batch_size": 100, "verbose": 1}
    MiniBatchKMeans(4, tol=1e-2, max_no_improvement=None, **options).fit(X)
    assert "Converged (small centers change) at step" in capsys.readouterr().out
    MiniBatchKMeans(4, **options).fit(X)
    assert "Converged (lack of improvement in inertia) at step" in capsys.readouterr().out
    model = MiniBatchKMeans(4, max_iter=2, max_no_improvement=None, **options).fit(X)
    assert (model.n_steps_, model.n_iter_) == (60, 2)
    assert "Minibatch step 60/60: mean batch inertia: " in capsys.readouterr().out
    MiniBatchKMeans(40, init=np.arange(80.0).reshape(40, 2) + 1e3, n_init=1, **options).fit(X)
    assert "[MiniBatchKMeans] Reassigning 39 cluster centers." in capsys.readouterr().out


def test_a_fit_that_is_watched_and_stopped():
    X = rows_of("mixture", 3000, 2, np.random.default_rng(0))
    seen = []

    def watch(stage, done, total, inertia):
        if stage == "mini-batches":
            seen.append(inertia)
            if done == 5:
                raise StopIteration

    model = MiniBatchKMeans(4, random_state=0).fit(X, callback=watch)
    assert model.n_steps_ == 5 and seen[0] is None and len(seen) == 6
    assert seen[-1] == pytest.approx(model.inertia_, rel=0.2)
    before = vars(model).copy()
    with pytest.raises(coterie.Cancelled):
        model.fit(X, callback=lambda *_: False)
    assert vars(model) == before


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_the_largest_ratio():
    """It is no matter that its product with a count is infinite."""
    X = rows_of("noise", 300, 2, np.random.default_rng(0))
    large, largest = (
        MiniBatchKMeans(9, batch_size=32, reassignment_ratio=ratio, random_state=0).fit(X)
        for ratio in (1e9, np.finfo(float).max)
    )
    np.testing.assert_array_equal(large.cluster_centers_, largest.cluster_centers_)


def test_fit_predict_without_labels():
    X = rows_of("mixture", 100, 2, np.random.default_rng(0))
    model = MiniBatchKMeans(3, random_state=0, compute_labels=False)
    np.testing.assert_array_equal(model.fit_predict(X), model.predict(X))
    assert not hasattr(model, "labels_")
    with pytest.raises(TypeError, match="needs a Profile, or a fitted estimator with labels_"):
        coterie.explain.drift(model, X)


def test_a_sample_smaller_than_the_number_of_clusters():
    with pytest.warns(RuntimeWarning, match=r"^init_size=3 should be larger than n_clusters=5\. Setting it to"):
        assert MiniBatchKMeans(5, init_size=3, random_state=0).fit(np.eye(20))._init_size == 15


# ------------------------------------------------------------------------------------------- batches


def test_partial_fit_follows_the_oracle_and_sklearn():
    peer = pytest.importorskip("sklearn.cluster").MiniBatchKMeans
    rng = np.random.RandomState(0)
    for seed in range(4):
        X = rng.normal(size=(600, 3)) + rng.randint(4, size=(600, 1)) * 5
        start = X[:9]
        ours, theirs = (
            each(9, init=start, n_init=1, random_state=seed, reassignment_ratio=0.3) for each in (MiniBatchKMeans, peer)
        )
        oracle = MiniBatches(start, np.random.RandomState(seed), 100, 0.3)
        for i in range(6):
            batch, weights = X[100 * i : 100 * (i + 1)], rng.uniform(size=100)
            ours.partial_fit(batch, sample_weight=weights)
            theirs.partial_fit(batch, sample_weight=weights)
            oracle.step(batch, weights)
            np.testing.assert_allclose(ours.cluster_centers_, oracle.centers, rtol=1e-11)
            np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-11)
            np.testing.assert_array_equal(ours.labels_, theirs.labels_)
            assert ours.inertia_ == pytest.approx(theirs.inertia_)
            assert ours.n_steps_ == theirs.n_steps_ == i + 1


def test_partial_fit_goes_on_after_a_file(tmp_path):
    X = rows_of("noise", 800, 3, np.random.default_rng(0))
    one, two = (MiniBatchKMeans(30, random_state=5, reassignment_ratio=0.5) for _ in range(2))
    for i in range(8):
        one.partial_fit(X[100 * i : 100 * (i + 1)])
        two.partial_fit(X[100 * i : 100 * (i + 1)])
        two.save(tmp_path / "model.npz")
        two = coterie.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(one.cluster_centers_, two.cluster_centers_)
    two._stream[-1] = 625
    with pytest.raises(ValueError, match="_stream should end with a place"):
        two.save(tmp_path / "model.npz")


def test_partial_fit_after_fit_and_types():
    X = rows_of("single", 300, 3, np.random.default_rng(0))
    model = MiniBatchKMeans(4, random_state=0, compute_labels=False).fit(X)
    counts, n_steps = model._counts.sum(), model.n_steps_
    model.partial_fit(X[:3])
    assert model.cluster_centers_.dtype == np.float32 and model.n_steps_ == n_steps + 1
    assert model._counts.sum() == counts + 3 and not hasattr(model, "labels_") and model.n_iter_
    model.partial_fit(X[:3].astype(float))
    assert model.cluster_centers_.dtype == np.float64
    model.set_params(compute_labels=True).partial_fit(X[:2], sample_weight=[0, 0])
    assert model.inertia_ == 0 and len(model.labels_) == 2 and model._counts.sum() == counts + 6
    with pytest.raises(ValueError, match="X has 2 features, but MiniBatchKMeans is expecting 3"):
        model.partial_fit(X[:, :2])
    with pytest.raises(ValueError, match="n_samples=3 should be >= n_clusters=8"):
        MiniBatchKMeans().partial_fit(X[:3])


def test_weights_of_any_size():
    X = rows_of("noise", 200, 2, np.random.default_rng(0))
    weights = np.random.default_rng(1).random(200)
    plain, large, small = (
        MiniBatchKMeans(5, random_state=0).partial_fit(X, sample_weight=weights * scale)
        for scale in (1.0, 2.0**1000, 2.0**-1000)
    )
    for model in large, small:
        np.testing.assert_array_equal(model.cluster_centers_, plain.cluster_centers_)
    with pytest.raises(ValueError, match="weights of all rows add up to more than float64 holds"):
        large.partial_fit(X, sample_weight=np.full(200, 1e308))


@pytest.mark.parametrize(("first", "second"), [(600, -600), (0, -1074), (-600, 600)])
def test_weights_far_apart_in_batches(first, second):
    """The centers are those of the rows whose weights can be seen beside the others."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((60, 2)) + 9 * rng.integers(0, 2, (60, 1))
    alone = MiniBatchKMeans(2, init=X[[0, -1]], random_state=0, reassignment_ratio=0.0)
    model = MiniBatchKMeans(**alone.get_params()).partial_fit(X, sample_weight=2.0**first)
    counts = model._counts.copy()
    model.partial_fit(X[:1], sample_weight=2.0**second)
    if first > second:
        np.testing.assert_array_equal(model.cluster_centers_, alone.partial_fit(X).cluster_centers_)
        np.testing.assert_array_equal(model._counts, counts)
    else:
        own = model.labels_[0]
        np.testing.assert_array_equal(model.cluster_centers_[own], X[0])
        assert model._counts[own] == 2.0**second and model._counts[1 - own] == counts[1 - own] > 0


def cut(X, weights, rng, n_cuts):
    ends = [0, *np.sort(rng.integers(0, len(X) + 1, n_cuts)), len(X)]
    parts = [slice(*pair) for pair in itertools.pairwise(ends)]
    return [X[part] if weights is None else (X[part], weights[part]) for part in parts]


@pytest.mark.parametrize("kind", KINDS)
def test_one_pass_whatever_the_batches(kind):
    for seed in range(4):
        rng = np.random.default_rng([seed, KINDS.index(kind)])
        n, d, k = int(rng.choice([5, 300])), int(rng.choice([1, 4])), int(rng.integers(1, 5))
        X = rows_of(kind, n, d, rng)
        weights = rng.exponential(size=n) if seed % 2 else None
        init_size = [None, 50][seed // 2]
        options = {"init": X[:k], "n_init": 1, "batch_size": 32, "random_state": seed, "init_size": init_size}
        models = [
            MiniBatchKMeans(k, n_jobs=jobs, **options).fit_batches(iter(cut(X, weights, rng, n_cuts)))
            for jobs, n_cuts in ((1, 0), (2, 3), (1, 50))
        ]
        for model in models:
            np.testing.assert_array_equal(model.cluster_centers_, models[0].cluster_centers_)
            assert model.inertia_ == models[0].inertia_ and model.n_steps_ == models[0].n_steps_
        # The oracle follows the rows of the sample first, then all others.
        first = init_size or 96
        randomness = np.random.RandomState(seed)
        randomness.randint(0, min(n, first), min(n, first))  # rows that starts are compared on
        scale = SCALES.get(kind, 1.0)
        oracle, total, starts = MiniBatches(X[:k] / scale, randomness, 32), 0.0, []
        for begin, end in ((0, min(first, n)), (first, n)):
            starts += [(start, min(start + 32, end)) for start in range(begin, end, 32)]
        for start, stop in starts:
            part = None if weights is None else weights[start:stop]
            total += oracle.step(X[start:stop] / scale, part)
        tolerance = 1e-7 if kind == "single" else 1e-12
        assert_near(models[0].cluster_centers_, oracle.centers * scale, np.abs(X).max(), tolerance)
        assert models[0].n_steps_ == len(starts) and models[0].n_iter_ == 1
        if scale == 1.0:
            assert models[0].inertia_ == pytest.approx(total)
        assert not hasattr(models[0], "labels_") and models[0].cluster_centers_.dtype == X.dtype


def test_a_stream_that_reuses_its_memory_or_has_rows_without_weight():
    X = rows_of("noise", 400, 2, np.random.default_rng(0))
    options = {"batch_size": 64, "init_size": 100, "random_state": 0}
    expected = MiniBatchKMeans(3, **options).fit_batches([X])

    def reusing():
        memory = np.empty((10, 2))
        for start in range(0, 400, 10):
            memory[:] = X[start : start + 10]
            yield memory

    def without_weight():
        for start in range(0, 400, 50):
            yield np.repeat(X[start : start + 50], 2, axis=0), np.tile([1.0, 0.0], 50)
        yield X[:7], np.zeros(7)

    for found in (reusing, without_weight):
        model = MiniBatchKMeans(3, **options).fit_batches(found)
        np.testing.assert_array_equal(model.cluster_centers_, expected.cluster_centers_)
    mixed = MiniBatchKMeans(3, **options).fit_batches([X[:201], (X[201:], np.ones(199)), X[:0]])
    np.testing.assert_array_equal(mixed.cluster_centers_, expected.cluster_centers_)


def test_a_stream_is_watched_and_stopped():
    X = rows_of("noise", 400, 2, np.random.default_rng(0))
    seen = []

    def watch(stage, done, total, inertia=None):
        if stage == "mini-batches":
            seen.append((done, total, inertia))
            if done == 5:
                raise StopIteration

    def batches():
        for start in range(0, 400, 50):
            yield X[start : start + 50]

    model = MiniBatchKMeans(3, init_size=100, batch_size=20, random_state=0).fit_batches(batches(), callback=watch)
    assert [pair[:2] for pair in seen] == [(i, i) for i in range(1, 6)]
    assert seen[0][2] is None and seen[-1][2] == model.inertia_ and model.n_steps_ == 12
    seen.clear()
    MiniBatchKMeans(3, random_state=0).fit_batches([X[:200], X[200:]], callback=watch)
    assert [pair[:2] for pair in seen] == [(1, 2), (2, 2)]
    with pytest.raises(coterie.Cancelled):
        MiniBatchKMeans(3).fit_batches(batches(), callback=lambda *_: False)


@pytest.mark.parametrize(
    ("batches", "error", "message"),
    [
        ([], ValueError, "There are no rows"),
        ([(np.eye(3), [0, 0, 0])], ValueError, "There are no rows with weight"),
        ([np.eye(3), np.eye(2)], ValueError, r"^Batch 1 .*: it has 2 columns"),
        ([np.eye(3)], ValueError, "n_samples=3 should be >= n_clusters=8"),
        ([np.full((3, 3), np.nan)], ValueError, r"^Batch 0 .*NaN"),
        (np.eye(3), TypeError, "Use fit for rows that are one array"),
    ],
)
def test_streams_that_are_refused(batches, error, message):
    model = MiniBatchKMeans()
    with pytest.raises(error, match=message):
        model.fit_batches(batches)
    assert not model.__sklearn_is_fitted__()


def test_a_stream_gives_a_model_that_goes_on(tmp_path):
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    table = pandas.DataFrame(rows_of("mixture", 2000, 2, rng), columns=["a", "b"])
    with pytest.warns(coterie.FeatureScaleWarning, match="'b'"):
        MiniBatchKMeans(4, random_state=0).fit_batches([table * [1, 1e6]])
    model = MiniBatchKMeans(4, random_state=0).fit_batches(table[i : i + 300] for i in range(0, 2000, 300))
    assert list(model.feature_names_in_) == ["a", "b"]
    model.save(tmp_path / "model.npz")
    again = coterie.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(again.predict(table), model.predict(table))
    assert "not fitted" not in again._repr_html_()
    again.partial_fit(table[:300])
    assert again.n_steps_ == model.n_steps_ + 1 and coterie.outlier_scores(table, again).shape == (2000,)
    exact = coterie.KMeans(4, random_state=0).fit(table)
    assert -model.score(table) < 1.05 * exact.inertia_
    better = coterie.KMeans(4, init=model).fit(table)
    assert better.inertia_ <= -model.score(table)


# ------------------------------------------------------------------------------------------- sparse rows


@pytest.mark.parametrize("seed", range(6))
def test_sparse_rows_have_the_answers_of_dense_ones(seed):
    scipy = pytest.importorskip("scipy.sparse")
    rng = np.random.default_rng(seed)
    n, d, k = int(rng.choice([30, 400])), int(rng.choice([5, 60])), int(rng.integers(1, 6))
    # Each row differs from all others: equal ones make ties, which rounding decides in another way.
    X = np.where(rng.random((n, d)) < 0.4, rng.standard_normal((n, d)), 0) * [1.0, 2.0**500][seed % 2]
    X = X.astype(np.float32) if seed == 2 else X
    weights = rng.exponential(size=n) if seed % 3 else None
    matrix = scipy.csr_array(X)
    model = MiniBatchKMeans(k, batch_size=32, init_size=[None, 50][seed // 3], random_state=seed, n_jobs=1)
    other = MiniBatchKMeans(k, batch_size=32, init_size=[None, 50][seed // 3], random_state=seed, n_jobs=2)
    pairs = (None, None) if weights is None else (weights[:20], weights[20:])
    ways = {
        "fit": lambda m, rows: m.fit(rows, sample_weight=weights),
        "partial_fit": lambda m, rows: m.partial_fit(rows[:20], sample_weight=pairs[0]).partial_fit(
            rows[20:], sample_weight=pairs[1]
        ),
        "stream": lambda m, rows: m.fit_batches(
            (rows[i : i + 7], None if weights is None else weights[i : i + 7]) for i in range(0, n, 7)
        ),
    }
    for name, way in ways.items():
        dense, sparse = (way(MiniBatchKMeans(**model.get_params()), rows) for rows in (X, matrix))
        again = way(MiniBatchKMeans(**other.get_params()), matrix)
        np.testing.assert_array_equal(sparse.cluster_centers_, again.cluster_centers_, err_msg=name)
        assert sparse.inertia_ == again.inertia_
        assert sparse.n_steps_ == dense.n_steps_, name
        assert_near(sparse.cluster_centers_, dense.cluster_centers_, np.abs(X).max(), 1e-6 if seed == 2 else 1e-12)
        assert sparse.inertia_ == pytest.approx(dense.inertia_, rel=1e-5 if seed == 2 else 1e-9)
        assert sparse.cluster_centers_.dtype == X.dtype
        np.testing.assert_array_equal(sparse.predict(matrix), dense.predict(X))


def test_a_stream_of_sparse_and_dense_rows_is_refused():
    scipy = pytest.importorskip("scipy.sparse")
    for batch_size in (3, 1024):  # whether or not a batch that is cut has rows of both
        with pytest.raises(ValueError, match=r"Batch 1 .*: it is sparse, but the batches before are dense"):
            MiniBatchKMeans(1, batch_size=batch_size).fit_batches([np.eye(3), scipy.csr_array(np.eye(3))])
