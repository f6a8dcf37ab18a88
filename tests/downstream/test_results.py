"""Each language gets the results of Python from coterie's C interface, to the last bit.

ci/downstream builds the package against an installed coterie and runs these tests on every Python. Elsewhere what needs
a compiler is skipped.
"""

import math
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

import coterie
from coterie import distances, hierarchy, neighbors

sys.path.append(str(Path(__file__).parent / "src"))  # for what needs no compiler, where the package is not installed
from downstream import in_ctypes
from downstream.in_ctypes import METHODS, METRICS, Job, describe, table

NOT_BUILT = "ci/downstream builds it"
THREADS = [1, 2, 3, 4]

pytestmark = pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")


def iris():
    text = files("coterie.data").joinpath("iris.csv").read_text("utf-8")
    return np.array([line.split(",")[:4] for line in text.splitlines()[1:]], float)


def made_up(n=3000, d=3, dtype=np.float64):
    rng = np.random.default_rng(0)
    return (rng.normal(size=(n, d)) / np.sqrt(d) + 3 * rng.integers(0, 4, (n, 1))).astype(dtype)


DATA = {"iris": iris(), "made up": made_up(), "float32": made_up(dtype=np.float32), "wide": made_up(1000, 70)}


def same(result, expected):
    return result.dtype == expected.dtype and result.shape == expected.shape and result.tobytes() == expected.tobytes()


def run(begin, *arguments, n_threads=1, seconds=math.inf):
    with Job(begin, *arguments, n_threads=n_threads) as job:
        job.run(seconds)


# ------------------------------------------------------------------------------------- all functions, through ctypes

ways = pytest.mark.parametrize(("n_threads", "seconds"), [(1, 0.0), (2, math.inf), (3, 0.0), (4, math.inf)])
data = pytest.mark.parametrize("X", DATA.values(), ids=DATA)


@ways
@data
def test_nearest(X, n_threads, seconds):
    centers = X[:: len(X) // 9][:9].copy()
    labels, squared = np.empty(len(X), np.int32), np.empty(len(X))
    run(table.nearest, describe(X), describe(centers), labels, squared, n_threads=n_threads, seconds=seconds)
    model = coterie.KMeans(9, init=centers, n_init=1, max_iter=1).fit(X)
    model.cluster_centers_ = centers
    assert same(labels, model.predict(X))
    exact = ((X.astype(float) - centers[labels].astype(float)) ** 2).sum(1)
    assert np.allclose(squared, exact, rtol=1e-5 if X.dtype == np.float32 else 1e-12, atol=1e-9)
    only_labels, alone = np.empty_like(labels), np.empty_like(squared)
    run(table.nearest, describe(X), describe(centers), only_labels, None)
    run(table.nearest, describe(X), describe(centers), labels, alone)
    assert same(only_labels, labels) and same(alone, squared)


@ways
@data
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_lloyd_step(X, n_threads, seconds, weighted):
    n, k = len(X), 9
    weights = np.random.default_rng(1).integers(0, 4, n).astype(float) if weighted else None
    centers = X[:: n // k][:k].copy()
    labels, sums, masses, inertia = np.empty(n, np.int32), np.empty((k, X.shape[1])), np.empty(k), np.empty(1)
    arguments = describe(X), weights, describe(centers), labels, sums, masses, inertia
    run(table.lloyd_step, *arguments, n_threads=n_threads, seconds=seconds)
    outputs = labels, sums, masses, inertia
    alone = [np.empty_like(each) for each in outputs]
    run(table.lloyd_step, *arguments[:3], *alone)
    assert all(map(same, outputs, alone))
    ones = np.ones(n) if weights is None else weights
    assert same(masses, np.bincount(labels, ones, k))
    if X.dtype == np.float64 and masses.all():
        model = coterie.KMeans(k, init=centers, n_init=1, max_iter=1, tol=0).fit(X, sample_weight=weights)
        assert np.allclose(model.cluster_centers_, sums / masses[:, None], rtol=1e-15, atol=1e-14)


@ways
@data
@pytest.mark.parametrize("metric", METRICS)
def test_neighbors(X, metric, n_threads, seconds):
    k = 4
    queries = X[50:90] + np.asarray(0.25, X.dtype)
    for Y in None, queries:
        n = len(X if Y is None else Y)
        indices, lengths = np.empty((n, k), np.int64), np.empty((n, k))
        given = describe(X), None if Y is None else describe(Y), METRICS[metric], k, indices, lengths
        run(table.neighbors, *given, n_threads=n_threads, seconds=seconds)
        expected_lengths, expected = neighbors.kneighbors(X, k, Y, metric=metric)
        assert same(indices, expected) and same(lengths, expected_lengths)


@ways
@data
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize(("metric", "eps"), [("euclidean", 1.5), ("manhattan", 2.0), ("cosine", 0.01)])
def test_dbscan(X, metric, eps, weighted, n_threads, seconds):
    weights = np.random.default_rng(1).integers(0, 4, len(X)).astype(float) if weighted else None
    labels, is_core = np.empty(len(X), np.int64), np.empty(len(X), np.uint8)
    arguments = describe(X), weights, METRICS[metric], eps, 5, labels, is_core
    run(table.dbscan, *arguments, n_threads=n_threads, seconds=seconds)
    core, expected = coterie.dbscan(X, eps, min_samples=5, metric=metric, sample_weight=weights)
    assert same(labels, expected)
    assert (np.flatnonzero(is_core) == core).all()


@ways
@data
@pytest.mark.parametrize("method", METHODS)
def test_linkage(X, method, n_threads, seconds):
    X = X[:500]
    y = distances.pdist(X)
    Z = np.empty((len(X) - 1, 4))
    run(table.linkage, y, len(X), METHODS[method], Z, n_threads=n_threads, seconds=seconds)
    assert same(Z, hierarchy.linkage(y, method))
    run(table.linkage_points, describe(X), METHODS[method], Z, n_threads=n_threads, seconds=seconds)
    assert same(Z, hierarchy.linkage(X, method))
    labels = np.empty(len(X), np.int64)
    for n_clusters in 1, 2, 7, len(X):
        in_ctypes.check(table.cut(Z.ctypes.data, len(X), n_clusters, labels.ctypes.data))
        assert (labels + 1 == hierarchy.fcluster(Z, n_clusters, "maxclust")).all()


@data
def test_rows_that_do_not_follow_each_other(X):
    wide = np.full((len(X), X.shape[1] + 3), np.nan, X.dtype)
    wide[:, 1:-2] = X
    gaps = wide[:, 1:-2]
    assert describe(gaps).stride == describe(X).stride + 3
    labels = np.empty(len(X), np.int64)
    run(table.dbscan, describe(gaps), None, 0, 1.5, 5, labels, None, n_threads=2)
    assert same(labels, coterie.dbscan(X, 1.5)[1])


def test_ctypes_module():
    X = DATA["iris"]
    core, labels = coterie.dbscan(X, 0.5)
    ours, is_core = in_ctypes.dbscan(X, 0.5, 5, n_threads=2)
    assert same(ours, labels) and (np.flatnonzero(is_core) == core).all()


# ------------------------------------------------------------------------------------------------- the other languages


def check_kmeans(X, starts, centers, labels, inertia):
    """`KMeans` has no sums, which would be rounded: its centers differ in the last digit from sums / masses."""
    model = coterie.KMeans(len(starts), init=starts, n_init=1, tol=0).fit(X)
    assert same(labels, model.labels_)
    assert np.allclose(centers, model.cluster_centers_, rtol=1e-15, atol=1e-14)
    assert inertia == pytest.approx(model.inertia_, rel=1e-14)


kmeans_data = pytest.mark.parametrize("name", ["iris", "made up"])


@kmeans_data
def test_kmeans_in_c(name):
    in_c = pytest.importorskip("downstream.in_c", reason=NOT_BUILT)
    X = DATA[name]
    starts = X[:: len(X) // 5][:5]
    centers = starts.copy()
    labels, inertia = in_c.kmeans(X, centers)
    check_kmeans(X, starts, centers, np.frombuffer(labels, np.int32), inertia)


def test_errors_in_c():
    in_c = pytest.importorskip("downstream.in_c", reason=NOT_BUILT)
    with pytest.raises(ValueError, match="centers"):
        in_c.kmeans(DATA["iris"], np.zeros((3, 3)))
    with pytest.raises(TypeError):
        in_c.kmeans(DATA["float32"], np.zeros((3, 5)))


@kmeans_data
@pytest.mark.parametrize("n_threads", THREADS)
def test_ward_in_cpp(name, n_threads, capfd):
    in_cpp = pytest.importorskip("downstream.in_cpp", reason=NOT_BUILT)
    X = DATA[name][:2000]
    expected = hierarchy.fcluster(hierarchy.linkage(X, "ward"), 3, "maxclust") - 1
    for seconds, verbose in (0.0, True), (math.inf, False):
        labels = np.frombuffer(in_cpp.ward(X, *X.shape, 3, n_threads, seconds, verbose), np.int64)
        assert (labels == expected).all()
        printed = capfd.readouterr().err
        assert verbose or not printed  # with little to do, others may have done it all


@data
@pytest.mark.parametrize("n_threads", THREADS)
def test_dbscan_with_openmp(X, n_threads):
    in_openmp = pytest.importorskip("downstream.in_openmp", reason=NOT_BUILT)
    X = np.ascontiguousarray(X, float)
    labels = np.frombuffer(in_openmp.dbscan(X, *X.shape, 1.5, 5, n_threads), np.int64)
    assert (labels == coterie.dbscan(X, 1.5)[1]).all()
    with pytest.raises(RuntimeError, match="eps"):
        in_openmp.dbscan(X, *X.shape, -1.0, 5, n_threads)


@kmeans_data
def test_kmeans_in_numba(name):
    pytest.importorskip("numba")
    from downstream import in_numba

    X = DATA[name]
    starts = X[:: len(X) // 5][:5]
    centers = starts.copy()
    labels, inertia, code = in_numba.kmeans(X, centers)
    assert code == 0
    check_kmeans(X, starts, centers, labels, inertia)


@pytest.mark.parametrize("name", ["iris", "made up", "wide"])
def test_neighbors_and_dbscan_in_cython(name):
    in_cython = pytest.importorskip("downstream.in_cython", reason=NOT_BUILT)
    X = DATA[name]
    assert all(map(same, in_cython.kneighbors(X, 4), neighbors.kneighbors(X, 4)))
    assert same(in_cython.dbscan(X, 1.5, 5), coterie.dbscan(X, 1.5)[1])
    with pytest.raises(ValueError, match="eps"):
        in_cython.dbscan(X, -1.0, 5)
    with pytest.raises(ValueError, match=f"k: it must be from 1 to {len(X)}"):
        in_cython.kneighbors(X, len(X) + 1)
