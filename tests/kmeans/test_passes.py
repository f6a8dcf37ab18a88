"""KMeans.fit_batches: the answer of fit, the same bits wherever a batch ends, and errors for rows that change."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from reference.kmeans import KINDS, rows_of

import coterie
from coterie import KMeans
from coterie._runtime.thresholds import thresholds
from coterie.kmeans._grid_sums import GridSums, digits_needed

pytestmark = pytest.mark.filterwarnings("ignore::coterie.FeatureScaleWarning", "ignore::coterie.ConvergenceWarning")


def cut(X, weights, rng, n_cuts=5):
    """The rows in batches of random sizes, some of which are empty."""
    ends = [0, *np.sort(rng.integers(0, len(X) + 1, n_cuts)), len(X)]
    parts = [slice(*pair) for pair in itertools.pairwise(ends)]
    return [X[part] if weights is None else (X[part], weights[part]) for part in parts]


def result(model):
    return model.labels_.tolist(), model.cluster_centers_.tolist(), model.inertia_, model.n_iter_


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("init", ["k-means++", "k-means||", "random", "array", "model"])
def test_the_answer_of_fit(kind, init):
    for seed in range(4):
        rng = np.random.default_rng([seed, KINDS.index(kind)])
        n, d, k = int(rng.choice([1, 30, 300])), int(rng.choice([1, 3, 50])), int(rng.integers(1, 9))
        k = min(n, k)
        X = rows_of(kind, n, d, rng)
        weights = rng.random(n) if seed % 2 else None
        some = X[rng.permutation(n)[:k]]
        start = {"array": some, "model": KMeans(k, init=some, n_init=1, max_iter=1).fit(some)}.get(init, init)
        options = {"init": start, "n_init": 1, "random_state": seed, "tol": [0.0, 1e-4][seed // 2]}
        fitted = KMeans(k, **options).fit(X, sample_weight=weights)
        found = KMeans(k, **options, n_jobs=1).fit_batches(cut(X, weights, rng))
        case = (seed, kind, n, d, k)
        np.testing.assert_array_equal(found.labels_, fitted.labels_, err_msg=str(case))
        assert found.n_iter_ == fitted.n_iter_, case
        assert found.cluster_centers_.dtype == fitted.cluster_centers_.dtype
        scale = np.abs(X).max()
        np.testing.assert_allclose(
            found.cluster_centers_ / scale,
            fitted.cluster_centers_ / scale,
            rtol=0,
            atol=1e-6 if kind == "single" else 1e-13,
        )
        np.testing.assert_allclose(found.inertia_, fitted.inertia_, rtol=1e-9, atol=1e-20 * scale)
        assert result(KMeans(k, **options, n_jobs=2).fit_batches(cut(X, weights, rng, 40))) == result(found), case


@pytest.mark.parametrize("init", ["k-means++", "k-means||", "random"])
@pytest.mark.parametrize("has_margins", [False, True])
def test_same_bits_for_all_batches_where_the_start_is_a_sample(monkeypatch, init, has_margins):
    monkeypatch.setattr(thresholds, "sampled_numbers", 1)
    monkeypatch.setattr(thresholds, "margin_bytes", (1 << 28) * has_margins)
    for seed in range(3):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((2000, 3)) + rng.integers(0, 4, (2000, 1)) * 9
        weights = [None, rng.random(2000), (rng.random(2000) < 0.1) * 1.0][seed]
        X = np.round(X) if seed == 1 else X
        models = [
            KMeans(4, init=init, random_state=seed, n_jobs=n_jobs).fit_batches(cut(X, weights, rng, n_cuts))
            for n_jobs, n_cuts in ((1, 0), (2, 30), (2, 70))
        ]
        assert result(models[0]) == result(models[1]) == result(models[2])
        best = KMeans(4, n_init=3, random_state=0).fit(X, sample_weight=weights).inertia_
        assert models[0].inertia_ < best * (1.5 if init != "random" else 20)


def test_rows_that_repeat_are_drawn_by_their_number(monkeypatch):
    monkeypatch.setattr(thresholds, "sampled_numbers", 1)
    X = np.repeat([[0.0, 0.0], [1.0, 0.0], [50.0, 1.0], [51.0, 90.0]], [4000, 3, 3000, 2000], axis=0)
    for seed in range(5):
        model = KMeans(4, init="k-means||", random_state=seed).fit_batches([X])
        assert model.inertia_ == 0
        assert sorted(np.bincount(model.labels_)) == [3, 2000, 3000, 4000]


def test_clusters_without_rows_get_the_farthest_one():
    rng = np.random.default_rng(5)
    for _ in range(20):
        X = rng.standard_normal((60, 2))
        init = np.concatenate([X[:3], np.full((1, 2), 1e3)])
        fitted = KMeans(4, init=init, n_init=1).fit(X)
        found = KMeans(4, init=init, n_init=1).fit_batches(cut(X, None, rng))
        np.testing.assert_array_equal(found.labels_, fitted.labels_)
    init[2] = -1e3  # two at once: the farthest goes to the first
    found = KMeans(4, init=init, n_init=1, max_iter=1).fit_batches(cut(X, None, rng))
    nearest = KMeans(4, init=init, n_init=1, max_iter=1).fit(X)
    assert sorted(found.cluster_centers_[2:].tolist()) == sorted(nearest.cluster_centers_[2:].tolist())


def test_fewer_distinct_rows_than_clusters():
    X = np.array([[1.0, 2.0]] * 5 + [[3.0, 4.0]] * 5)
    with pytest.warns(coterie.ConvergenceWarning, match="Number of distinct clusters"):
        model = KMeans(3, random_state=0).fit_batches([X[:3], X[3:]])
    assert model.inertia_ == 0


def test_best_of_several_runs():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((300, 2)) + rng.integers(0, 6, (300, 1)) * 20
    options = {"init": "random", "random_state": 3}
    several = KMeans(6, n_init=10, **options).fit_batches([X[:100], X[100:]])
    assert several.inertia_ == pytest.approx(KMeans(6, n_init=10, **options).fit(X).inertia_)
    assert several.inertia_ < KMeans(6, **options).fit_batches([X]).inertia_


def test_names_and_types():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [0.0, 1.0, 9.0], "b": [0.0, 1.0, 7.0]})
    model = KMeans(2, random_state=0).fit_batches([frame[:2], frame[2:]])
    assert list(model.feature_names_in_) == ["a", "b"]
    assert model.predict(frame).tolist() == model.labels_.tolist()
    single = frame.astype(np.float32)
    assert KMeans(2, random_state=0).fit_batches([single]).cluster_centers_.dtype == np.float32
    both = KMeans(2, random_state=0).fit_batches([single[:1], frame[1:]])
    assert both.cluster_centers_.dtype == np.float64


def test_memmap_and_arrow(tmp_path):
    X = np.random.default_rng(0).standard_normal((500, 3)).astype(np.float32)
    np.save(tmp_path / "rows.npy", X)
    rows = np.load(tmp_path / "rows.npy", mmap_mode="r")
    init = X[:4]
    expected = result(KMeans(4, init=init).fit_batches([X]))
    assert result(KMeans(4, init=init).fit_batches(lambda: (rows[i : i + 70] for i in range(0, 500, 70)))) == expected
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    dataset = pytest.importorskip("pyarrow.dataset")
    parquet.write_table(pyarrow.table(dict(zip("abc", X.T, strict=True))), tmp_path / "rows.parquet", row_group_size=99)
    model = KMeans(4, init=init).fit_batches(dataset.dataset(tmp_path / "rows.parquet").to_batches)
    assert result(model) == expected
    assert list(model.feature_names_in_) == ["a", "b", "c"]
    model = KMeans(4, init=init).fit_batches(parquet.ParquetFile(tmp_path / "rows.parquet").iter_batches)
    assert result(model) == expected


def test_what_can_be_read_once_is_refused():
    with pytest.raises(TypeError, match="needs to read batches more than once"):
        KMeans(2).fit_batches(iter([[[1.0], [2.0]]]))


def test_rows_that_change_between_passes():
    X = np.random.default_rng(0).standard_normal((200, 3))
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match="shuffled"):
        KMeans(2, random_state=0).fit_batches(lambda: [rng.permutation(X)])
    sizes = iter([200, 200, 190])
    with pytest.raises(ValueError, match="gave 200 rows in the first one and 190"):
        KMeans(2, random_state=0).fit_batches(lambda: [X[: next(sizes)]])
    # Where a batch ends may change.
    sizes = iter(range(1, 200))

    def batches():
        size = next(sizes)
        return [X[:size], X[size:]]

    assert result(KMeans(2, random_state=0).fit_batches(batches)) == result(KMeans(2, random_state=0).fit_batches([X]))


@pytest.mark.parametrize(
    ("batches", "options", "error", "message"),
    [
        ([[[1.0, 2.0]]], {"n_clusters": 2}, ValueError, "n_samples=1 should be >= n_clusters=2"),
        ([[[1.0]], [[np.nan]]], {"n_clusters": 1}, ValueError, r"Batch 1 .*contains NaN"),
        ([([[1.0]], [0.0])], {"n_clusters": 1}, ValueError, "at least one non-zero number"),
        ([([[1.0]], [1.0]), ([[1.0]], [1e300])], {"n_clusters": 1}, ValueError, "largest of 'sample_weight'"),
        ([[[1e300]], [[1e-300]]], {"n_clusters": 1}, ValueError, "very different size, 1e-300 and 1e\\+300"),
        ([[[1.0, 2.0]]], {"n_clusters": 1, "init": [[1.0]]}, ValueError, "does not match the number of features"),
        ([[[1.0]]], {"n_clusters": 1, "init": [[1e200]]}, ValueError, "too large compared with the data"),
        ([[[1.0]]], {"n_clusters": 0}, ValueError, "n_clusters"),
        ([], {"n_clusters": 1}, ValueError, "There are no rows"),
    ],
)
def test_errors_leave_the_model_as_it_was(batches, options, error, message):
    model = KMeans(2, random_state=0).fit([[0.0], [1.0]]).set_params(**options)
    before = model.labels_
    with pytest.raises(error, match=message):
        model.fit_batches(batches)
    assert model.labels_ is before


def test_sparse_batches_are_refused():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match=r"[Ss]parse"):
        KMeans(1).fit_batches([sparse.csr_matrix(np.eye(3))])


def test_callback_and_early_end():
    X = np.random.default_rng(0).standard_normal((3000, 2))
    seen = []

    def watch(stage, done, total, inertia):
        seen.append((stage, done, inertia))
        if stage == "k-means" and done == 3:
            raise StopIteration

    model = KMeans(20, random_state=0, tol=0).fit_batches([X[:1000], X[1000:]], callback=watch)
    assert model.n_iter_ in (3, 4)
    assert {stage for stage, _, _ in seen} == {"first pass", "k-means++", "k-means"}
    inertias = [inertia for stage, done, inertia in seen if stage == "k-means" and done]
    assert inertias == sorted(inertias, reverse=True)
    with pytest.raises(coterie.Cancelled):
        KMeans(20).fit_batches([X], callback=lambda stage, done, total: False)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_exact_sums(size):
    rng = np.random.default_rng(size)
    X = rng.standard_normal((1000, 4)) * [1.0, 1e-9, 1e9, 0.0]
    weights = 2.0 ** rng.integers(-200, 200, 1000) * rng.random(1000)
    labels = rng.integers(0, 3, 1000).astype(np.int32)
    mean = X.mean(axis=0)
    reach = np.abs(X - mean).max(axis=0)
    digits = digits_needed(X.std(axis=0), reach, weights.min(), weights.max())
    sums = GridSums(1000, 3, mean, reach, weights.max(), digits, 2)
    for start in range(0, 1000, size):
        some = slice(start, start + size)
        nowhere, other = np.full(len(X[some]), -1, dtype=np.int32), (labels[some] + 1) % 3
        sums.move(X[some], weights[some], nowhere, other)
        sums.move(X[some], weights[some], other, labels[some])
    sums.settle()
    for label in range(3):
        rows = np.flatnonzero(labels == label)
        assert sums.weights[label] == float(sum(Fraction(weights[row]) for row in rows))
        for j in range(4):
            exact = float(sum(Fraction(weights[row] * (X[row, j] - mean[j])) for row in rows))
            assert sums.sums[label, j] == pytest.approx(exact, rel=1e-15)
