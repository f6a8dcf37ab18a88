"""DBCV: by definition, whatever the metric, the way it is computed, and the scale."""

import functools
import math
import tracemalloc

import numpy as np
import pytest
from reference import distances as reference_distances
from reference import scores as reference
from scores.tools import rows

import coterie
from coterie import Cancelled
from coterie._runtime.thresholds import thresholds
from coterie.distances._metrics import NAMES
from coterie.scores import _density_validity, dbcv_score

CLOSE = dict(rtol=1e-11, atol=1e-11)


def blobs(seed, kind="", n=None):
    """Rows near some centers, and labels that agree with that mostly; -1 is noise."""
    rng = np.random.default_rng(seed)
    n, d, k = n or int(rng.integers(2, 60)), int(rng.choice([1, 2, 3, 5, 30])), int(rng.integers(1, 6))
    near = rng.integers(0, k, n)
    X = rng.normal(size=(n, d)) + rng.normal(size=(k, d))[near] * 4
    if kind == "tied":
        X = rng.integers(0, 3, (n, min(d, 3))).astype(float)
    labels = np.where(rng.random(n) < 0.8, near, rng.integers(-1, k, n))
    return X, labels


def validities(X, labels, **options):
    return dbcv_score(X, labels, per_cluster=True, **options).validities


def expected(X, labels, metric="euclidean", d=None, **options):
    return reference.density_validity(
        reference_distances.cdist(X, X, metric, **options), labels.tolist(), X.shape[1] if d is None else d
    )


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("kind", ["", "tied"])
def test_clusters_are_as_valid_as_defined(kind, seed):
    X, labels = blobs(seed, kind)
    found = dbcv_score(X, labels, per_cluster=True)
    np.testing.assert_allclose(found.validities, expected(X, labels), **CLOSE)
    values, sizes = np.unique(labels[labels >= 0], return_counts=True)
    assert found.clusters.tolist() == values.tolist()
    assert math.isclose(found.score, (sizes @ found.validities) / len(X), abs_tol=1e-14)
    assert found.score == dbcv_score(X, labels)


@pytest.mark.parametrize("metric", [*sorted(set(NAMES) - {"gower"}), "minkowski 3"])
@pytest.mark.parametrize("n", [7, 40])
def test_any_metric_will_do(metric, n):
    metric, p = metric.split()[0], 3.0 if " " in metric else 2.0
    options = {"p": p} if metric == "minkowski" else {}
    X = rows(metric, n, seed=n)
    labels = np.random.default_rng(n).integers(-1, 3, n)
    found = validities(X, labels, metric=metric, metric_params=options)
    np.testing.assert_allclose(found, expected(X, labels, metric, **options), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("d", [None, 2, 7])
def test_given_distances_and_functions_are_as_good_as_rows(seed, d):
    X, labels = blobs(seed, n=40)
    wanted = validities(X, labels, d=d)
    D = reference_distances.cdist(X, X, "euclidean")
    exponent = d or X.shape[1]
    np.testing.assert_allclose(validities(D, labels, metric="precomputed", d=exponent), wanted, **CLOSE)
    single = validities(D.astype(np.float32), labels, metric="precomputed", d=exponent)
    np.testing.assert_allclose(single, wanted, atol=1e-4)
    D[np.triu_indices(len(D))] *= 1 + 1e-9  # rounding errors: the lesser of a pair counts
    np.testing.assert_allclose(validities(D, labels, metric="precomputed", d=exponent), wanted, **CLOSE)
    np.testing.assert_allclose(validities(X, labels, metric=math.dist, d=d), wanted, **CLOSE)


@pytest.mark.parametrize("seed", range(8))
def test_scores_are_those_of_the_package_hdbscan(seed):
    validity = pytest.importorskip("hdbscan.validity")
    rng = np.random.default_rng(seed)
    k, d = int(rng.integers(2, 6)), int(rng.integers(1, 6))
    labels = rng.integers(-1, k, 200)
    X = rng.uniform(-8, 8, (k, d))[labels] + rng.normal(size=(200, d))
    assert math.isclose(dbcv_score(X, labels), validity.validity_index(X, labels), rel_tol=1e-9)


def test_the_names_of_clusters_do_not_matter():
    X, labels = blobs(3, n=200)
    wanted = dbcv_score(X, labels)
    names = np.array(["b", "x", "a", "c", "d", "-1"])
    found = dbcv_score(X, names[labels], per_cluster=True)
    assert math.isclose(found.score, wanted, rel_tol=1e-12)
    assert found.clusters.tolist() == sorted(set(names[labels]) - {"-1"})


@pytest.mark.parametrize("metric", ["euclidean", "canberra", "precomputed", math.dist])
@pytest.mark.usefixtures("interrupted")
def test_scores_are_the_same_bits_for_any_number_of_threads(metric):
    X = rows("euclidean", 60 if callable(metric) else 400 if metric == "precomputed" else 3000, seed=1)
    labels = np.random.default_rng(2).integers(-1, 4, len(X)) ** 2
    X[labels == 4] += 5
    data = reference_distances.cdist(X, X, "euclidean") if metric == "precomputed" else X
    one = validities(data, labels, metric=metric, d=4, n_jobs=1)
    for n_jobs in (2, 3, 7):
        assert validities(data, labels, metric=metric, d=4, n_jobs=n_jobs).tobytes() == one.tobytes()


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "chebyshev"])
@pytest.mark.parametrize("seed", range(5))
def test_each_way_gives_the_same(monkeypatch, metric, seed):
    """Trees that grow in many turns, and a separation from all pairs."""
    X, labels = blobs(seed, n=300)
    wanted = validities(X, labels, metric=metric)
    monkeypatch.setattr(thresholds, "tree_features", 0)
    monkeypatch.setattr(_density_validity, "_PAIRS", 100)
    assert validities(X, labels, metric=metric).tobytes() == wanted.tobytes()


@pytest.mark.parametrize("d", [1, 2, 5, 384])
@pytest.mark.parametrize("exponent", [-600, -300, 300, 600])
def test_scores_do_not_depend_on_the_unit(d, exponent):
    rng = np.random.default_rng(d)
    X, labels = rng.normal(size=(60, d)), np.repeat([0, 1, -1], 20)
    X[labels == 1] += 2
    assert dbcv_score(np.ldexp(X, exponent), labels) == dbcv_score(X, labels)
    D = reference_distances.cdist(X, X, "euclidean")
    given = functools.partial(dbcv_score, labels=labels, metric="precomputed", d=d)
    assert math.isclose(given(np.ldexp(D, exponent)), given(D), rel_tol=1e-12)


def test_neither_many_features_nor_an_offset_do_harm():
    rng = np.random.default_rng(0)
    X, labels = np.ldexp(rng.integers(-(2**20), 2**20, (80, 384)), -20), np.repeat([0, 1], 40)
    X[labels == 1] += 0.5
    wanted = expected(X, labels)
    assert np.abs(wanted).min() > 1e-3
    np.testing.assert_allclose(validities(X, labels), wanted, **CLOSE)
    assert validities(X + 2**20, labels).tobytes() == validities(X, labels).tobytes()
    assert validities(X.astype(np.float32), labels).tobytes() == validities(X, labels).tobytes()


@pytest.mark.parametrize("metric", ["euclidean", "precomputed"])
def test_clusters_without_a_density_of_their_own(metric):
    X = np.array([[0.0], [0.0], [0.0], [5.0], [5.0], [9.0], [9.5], [9.5], [20.0], [30.0]])
    data = np.abs(X - X.T) if metric == "precomputed" else X
    options = {"metric": metric, "d": 1}
    assert dbcv_score(data, [-1] * 10, **options) == 0.0
    assert dbcv_score(data, [-1] * 5 + [3] * 5, **options) == 0.0
    assert dbcv_score(data, range(10), **options) == 0.0
    assert validities(data, [0] * 9 + [1], **options).tolist() == [0.0, 0.0]
    # Equal rows have sparseness 0; two such clusters at one place have no separation either.
    assert validities(data, [0, 0, 0, 1, 1, 2, -1, -1, -1, -1], **options).tolist() == [1.0, 1.0, 0.0]
    assert validities(data, [0, 0, 1, 2, 2, 1, -1, -1, 2, 2], **options)[0] == 1.0
    np.testing.assert_array_equal(
        validities(data[:2] if metric != "precomputed" else data[:2, :2], [0, 1], **options), 0
    )
    # An edge between two rows has no internal rows: both count. 9.5 is twice in its cluster.
    labels = [0, -1, -1, 0, -1, 1, 1, 1, -1, -1]
    np.testing.assert_allclose(
        validities(data, labels, **options), reference.density_validity(np.abs(X - X.T), labels, 1)
    )
    assert validities(
        np.zeros((8, 2)) if metric != "precomputed" else np.zeros((8, 8)), [0, 0, 0, 0, 1, 1, 1, 1], **options
    ).tolist() == [0.0, 0.0]


def test_the_separated_are_better_than_the_mixed_and_noise_costs():
    rng = np.random.default_rng(0)
    labels = np.arange(300) % 3
    X = rng.normal(size=(300, 2)) + 20 * np.eye(3, 2)[labels]
    assert dbcv_score(X, rng.permutation(labels)) < -0.5 < 0.5 < dbcv_score(X, labels)
    some = np.where(rng.random(300) < 0.3, -1, labels)
    found = dbcv_score(X, some)
    assert math.isclose(found, dbcv_score(X[some >= 0], some[some >= 0]) * np.mean(some >= 0), rel_tol=1e-12)


def test_memory_is_proportional_to_the_rows():
    X = np.random.default_rng(0).normal(size=(8000, 3))
    labels = np.repeat([0, 1], 4000)
    dbcv_score(X[:9], labels[::1000][:8].tolist() + [1])
    tracemalloc.start()
    dbcv_score(X, labels, n_jobs=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * X.nbytes


@pytest.mark.parametrize("metric", ["euclidean", "canberra", "precomputed", math.dist])
def test_progress_is_reported_and_can_stop_the_work(metric):
    X, labels = rows("euclidean", 90, seed=0), np.arange(90) % 2
    data = reference_distances.cdist(X, X, "euclidean") if metric == "precomputed" else X
    stages = {}
    with coterie.progress(lambda stage, done, total: stages.setdefault(stage, []).append((done, total))):
        dbcv_score(data, labels, metric=metric, d=2)
    assert list(stages)[-3:] == ["core distances", "spanning trees", "separation"]
    assert all(stages[stage][-1][0] == stages[stage][-1][1] for stage in list(stages)[-3:])
    for stop in list(stages)[-3:]:
        with pytest.raises(Cancelled), coterie.progress(lambda stage, *_, stop=stop: stage != stop):
            dbcv_score(data, labels, metric=metric, d=2)


@pytest.mark.parametrize(
    "X, labels, options, error, words",
    [
        ([[0.0], [1.0]], [0], {}, ValueError, "inconsistent numbers of samples"),
        ([[0.0], [1.0]], [0.5, 1], {}, ValueError, "labels must hold whole numbers"),
        ([[0.0], [math.nan]], [0, 1], {}, ValueError, "NaN"),
        ([[0.0], [1.0]], [0, 1], {"d": 0}, ValueError, "'d' parameter of dbcv_score must be an int"),
        ([[0.0], [1.0]], [0, 1], {"d": 2**31}, ValueError, "'d' parameter of dbcv_score must be an int"),
        ([[0.0], [1.0]], [0, 1], {"metric": "eu clid"}, ValueError, "'metric' parameter"),
        ([[0.0], [1.0]], [0, 1], {"metric": "cosine"}, ValueError, "zero vectors"),
        ([[0.0], [1.0]], [0, 1], {"metric_params": {"p": 2}}, TypeError, "takes no argument 'p'"),
        ([[0.0], [1.0]], [0, 1], {"per_cluster": 1}, ValueError, "'per_cluster' parameter"),
        ([[0.0, 1.0], [1.0, 0.0]], [0, 1], {"metric": "precomputed"}, ValueError, "'d', the number of features"),
        ([[0.0, 1.0]], [0], {"metric": "precomputed", "d": 2}, ValueError, "symmetric"),
        ([[0.0, 1.0], [2.0, 0.0]], [0, 0], {"metric": "precomputed", "d": 2}, ValueError, "symmetric"),
        ([[0.0, -1.0], [-1.0, 0.0]], [0, 0], {"metric": "precomputed", "d": 2}, ValueError, "negative"),
        (np.zeros((4, 2)), [0, 0, 1, 1], {"metric": "braycurtis"}, ValueError, "NaN or infinite between some rows"),
        (np.eye(4), [0, 0, 1, 1], {"metric": lambda x, y: math.nan}, ValueError, "NaN or infinite between some rows"),
    ],
)
def test_wrong_calls_are_told(X, labels, options, error, words):
    with pytest.raises(error, match=words):
        dbcv_score(X, labels, **options)


def test_undefined_distances_between_clusters_are_told():
    X = np.array([[1.0], [2.0], [-1.0], [-2.0]])
    with pytest.raises(ValueError, match="braycurtis distance is NaN or infinite"):
        dbcv_score(X, [0, 0, 1, 1], metric="braycurtis")
