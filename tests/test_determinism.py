"""The same bits for any number of threads, from run to run, and whatever the arrays look like in memory."""

import numpy as np
import pytest

from coterie import DBSCAN, HDBSCAN, KMeans, distances, kmeans_plusplus, num_threads
from coterie._runtime import parallel
from coterie._runtime.thresholds import thresholds
from coterie.hierarchy import linkage
from coterie.kmeans import _cells, _data

rng = np.random.RandomState(0)
CASES = {  # n, d, k
    "rows": (20_000, 5, 16),
    "cells": (30_000, 2, 64),
    "cells that do not pay": (20_000, 3, 300),
    "one feature": (40_000, 1, 20),
    "wide": (1500, 130, 9),
    "very wide": (1000, 1500, 7),
    "fewer chunks than threads": (100, 2, 3),
}


@pytest.fixture
def small_chunks(monkeypatch):
    """Small data is cut into as many chunks as large data is."""
    monkeypatch.setattr(thresholds, "chunk", 400.0)
    monkeypatch.setattr(thresholds, "strip", 1 << 8)
    monkeypatch.setattr(thresholds, "inertia_numbers", 1 << 12)


@pytest.fixture
def regions(monkeypatch):
    """The number of chunks and of threads of each region of parallel work."""
    seen, run = [], parallel._run

    def noted(region, n_threads, *work):
        seen.append((region.n_chunks, n_threads))
        run(region, n_threads, *work)

    monkeypatch.setattr(parallel, "_run", noted)
    return seen


def results(X, k, n_jobs, weight):
    model = KMeans(k, random_state=0, n_jobs=n_jobs, max_iter=12, n_init=1).fit(X, sample_weight=weight)
    return {
        "labels": model.labels_,
        "centers": model.cluster_centers_,
        "inertia": model.inertia_,
        "iterations": model.n_iter_,
        "distances": model.transform(X[:2000]),
        "predicted": model.predict(X),
        "score": model.score(X, sample_weight=weight),
        "seeds": kmeans_plusplus(X, k, sample_weight=weight, random_state=0, n_jobs=n_jobs)[1],
    }


def assert_equal_bits(one, other):
    for name in one:
        a, b = np.asarray(one[name]), np.asarray(other[name])
        assert a.dtype == b.dtype and a.tobytes() == b.tobytes(), name


@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n", "d", "k"), CASES.values(), ids=CASES)
@pytest.mark.usefixtures("small_chunks")
def test_bits_do_not_depend_on_the_threads(n, d, k, dtype, weighted):
    X = (rng.normal(size=(n, d)) + 100).astype(dtype)
    weight = rng.uniform(size=n) if weighted else None
    one = results(X, k, 1, weight)
    for n_jobs in (2, 3, 7):
        assert_equal_bits(one, results(X, k, n_jobs, weight))


def test_the_cases_take_the_ways_they_are_named_for():
    by_cells = {
        name
        for name, (n, d, k) in CASES.items()
        if _cells.pay_for_iterations(_data.prepare(np.zeros((n, d)), None, 1), k)
    }
    assert by_cells == {"cells", "cells that do not pay", "one feature"}


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("name", [name for name in CASES if name != "fewer chunks than threads"])
def test_the_cases_keep_many_threads_busy(name, regions):
    n, d, k = CASES[name]
    results(rng.normal(size=(n, d)), k, 1, None)
    assert np.median([n_chunks for n_chunks, _ in regions]) > 2


@pytest.mark.parametrize(("n", "d", "k"), [(400_000, 4, 20), (300_000, 2, 64)], ids=["rows", "cells"])
def test_bits_of_large_data_do_not_depend_on_the_threads(n, d, k):
    X = rng.normal(size=(n, d)).astype(np.float32)
    assert_equal_bits(results(X, k, 1, None), results(X, k, 3, None))


@pytest.mark.usefixtures("small_chunks")
def test_empty_clusters_are_filled_alike_by_any_number_of_threads(path):
    X = rng.randint(0, 9, size=(8000, 2)).astype(float)  # many rows are equally far
    centers = np.concatenate([X[:4], np.full((14, 2), 99.0)])
    fits = [KMeans(18, init=centers, n_init=1, n_jobs=n_jobs).fit(X) for n_jobs in (1, 2, 3, 7)]
    for model in fits[1:]:
        np.testing.assert_array_equal(model.labels_, fits[0].labels_)
        np.testing.assert_array_equal(model.cluster_centers_, fits[0].cluster_centers_)


@pytest.mark.usefixtures("small_chunks")
def test_every_way_to_set_the_threads_gives_the_same_bits():
    X = rng.normal(size=(5000, 3))
    one = results(X, 9, 1, None)
    for n in (1, 2, 5):
        with num_threads(n):
            assert_equal_bits(one, results(X, 9, None, None))
    assert_equal_bits(one, results(X, 9, -1, None))


@pytest.mark.usefixtures("small_chunks")
def test_bits_do_not_change_from_run_to_run():
    X = rng.normal(size=(10_000, 3)).astype(np.float32)
    one = results(X, 16, 3, None)
    for _ in range(10):
        assert_equal_bits(one, results(X, 16, 3, None))


def test_bits_do_not_depend_on_how_the_array_lies_in_memory():
    X = rng.normal(size=(3000, 4))
    X[::7] += 3
    one = results(X, 8, 2, None)
    unaligned = np.frombuffer(b"x" + X.tobytes(), dtype=np.uint8)[1:].view(np.float64).reshape(X.shape)
    big_endian = X.astype(">f8")
    read_only = X.copy()
    read_only.flags.writeable = False
    strided = np.repeat(X, 2, axis=1)[:, ::2]
    for other in (np.asfortranarray(X), unaligned, big_endian, read_only, strided, X[::-1].copy()[::-1]):
        assert_equal_bits(one, results(other, 8, 2, None))


# ------------------------------------------------------------------------------------------- linkage

METHODS = ("single", "complete", "average", "weighted", "centroid", "median", "ward")


@pytest.fixture
def short_chunks(monkeypatch):
    """Few rows are cut into as many chunks as many are, and looked at by as many threads."""
    monkeypatch.setattr(thresholds, "chunk", 500.0)


def trees(method, n_jobs):
    """Of distances that are kept, of those that may be written over, with ties, and of points."""
    X = np.random.RandomState(1).normal(size=(180, 3))
    y, ties = distances.pdist(X, n_jobs=1), distances.pdist(np.round(X, 1), n_jobs=1)
    return {
        "distances": linkage(y, method, n_jobs=n_jobs),
        "ties": linkage(ties, method, n_jobs=n_jobs),
        "in place": linkage(y.copy(), method, preserve_input=False, n_jobs=n_jobs),
        "points": linkage(X, method, n_jobs=n_jobs),
        "equal points": linkage(np.round(X), method, n_jobs=n_jobs),
    }


@pytest.mark.usefixtures("short_chunks")
@pytest.mark.parametrize("method", METHODS)
def test_bits_of_linkage_do_not_depend_on_the_threads(linkage_path, method):
    one = trees(method, 1)
    for n_jobs in (2, 3, 7, 7):
        assert_equal_bits(one, trees(method, n_jobs))


@pytest.mark.usefixtures("short_chunks")
@pytest.mark.parametrize("method", METHODS)
def test_linkage_keeps_many_threads_busy(linkage_path, method, regions):
    if linkage_path == "chain" and method not in ("centroid", "median"):
        return  # one thread is quickest
    trees(method, 3)
    assert max(n_chunks for n_chunks, n_threads in regions if n_threads > 1) > 20


def test_bits_of_linkage_of_many_points_do_not_depend_on_the_threads():
    X = rng.normal(size=(thresholds.many_clusters + 300, 3))
    y = distances.pdist(X)
    one, three = (
        {
            **{method: linkage(y, method, n_jobs=n_jobs) for method in ("single", "average", "centroid")},
            **{f"{method} of points": linkage(X, method, n_jobs=n_jobs) for method in ("single", "median", "ward")},
        }
        for n_jobs in (1, 3)
    )
    assert_equal_bits(one, three)


# ------------------------------------------------------------------------------------------- DBSCAN


class Rows:
    """A sparse matrix without scipy."""

    def __init__(self, arrays, shape):
        (self.data, self.indices, self.indptr), self.shape = arrays, shape

    @classmethod
    def of(cls, data):
        rows, columns = np.nonzero(data)
        return cls((data[rows, columns], columns, np.searchsorted(rows, np.arange(len(data) + 1))), data.shape)


def few_and_many(n, d, seed=0):
    """Rows at round places, so that many are just as far as eps; and a part of them far denser than the rest."""
    rng = np.random.RandomState(seed)
    return np.round(np.concatenate([rng.normal(size=(n - n // 4, d)), rng.normal(size=(n // 4, d)) / 4]), 1)


DENSITY = {  # data, eps, metric
    "a line": (few_and_many(20_000, 1), 0.0001, "euclidean"),
    "a grid": (few_and_many(20_000, 2), 0.1, "euclidean"),
    "space": (few_and_many(8000, 3), 0.2, "euclidean"),
    "a tree": (few_and_many(5000, 5), 0.4, "manhattan"),
    "many features": (few_and_many(3000, 30), 3.6, "euclidean"),
    "pairs": (few_and_many(2500, 3) + 5, 0.05, "canberra"),
    "sparse rows": (Rows.of(few_and_many(3000, 5)), 0.4, "euclidean"),
    "a matrix": (distances.squareform(distances.pdist(few_and_many(900, 2))), 0.1, "precomputed"),
    "a graph": (Rows.of(distances.squareform(distances.pdist(few_and_many(900, 2)))), 0.1, "precomputed"),
}


@pytest.mark.parametrize("name", DENSITY)
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
def test_labels_of_dbscan_do_not_depend_on_the_threads(name, weighted):
    data, eps, metric = DENSITY[name]
    weight = np.random.RandomState(1).uniform(size=data.shape[0]) * 2 if weighted else None
    fits = [DBSCAN(eps, metric=metric, n_jobs=n_jobs).fit(data, sample_weight=weight) for n_jobs in (1, 2, 3, 7, 7)]
    assert 0 < len(fits[0].core_sample_indices_) < data.shape[0]
    for model in fits[1:]:
        np.testing.assert_array_equal(model.labels_, fits[0].labels_)
        np.testing.assert_array_equal(model.core_sample_indices_, fits[0].core_sample_indices_)


@pytest.mark.parametrize("name", ["a grid", "space", "many features", "pairs", "a matrix"])
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
def test_the_tree_of_hdbscan_does_not_depend_on_the_threads(name, weighted):
    data, _, metric = DENSITY[name]
    data = data[:900, :900] if metric == "precomputed" else data[:1500]
    weight = np.random.RandomState(1).uniform(size=len(data)) * 2 if weighted else None
    fits = [HDBSCAN(metric=metric, n_jobs=n_jobs).fit(data, sample_weight=weight) for n_jobs in (1, 2, 3, 7, 7)]
    for model in fits[1:]:
        np.testing.assert_array_equal(model.condensed_tree_, fits[0].condensed_tree_)
        np.testing.assert_array_equal(model.labels_, fits[0].labels_)
        np.testing.assert_array_equal(model.probabilities_, fits[0].probabilities_)
