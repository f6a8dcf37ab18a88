"""Jobs of the C-level interface give what the Python functions give, whoever works on them, and in whatever slices."""

import ctypes
import math
import os
import threading

import numpy as np
import pytest
from reference.c_table import BAD_ARGUMENT, FAILED, METHODS, METRICS, MORE, OK, STOPPED, Job, last_error, table

import coterie
from coterie import hierarchy, neighbors
from coterie._runtime.thresholds import thresholds

CREWS = [(1, math.inf), (1, 0.0), (3, math.inf), (3, 0.0002)]


@pytest.fixture(params=CREWS, ids=lambda crew: f"{crew[0]} threads, {crew[1]} s")
def finish(request, monkeypatch):
    """Work on a job in one of several ways, with chunks so small that there are many."""
    monkeypatch.setattr(thresholds, "chunk", 1000.0)
    n_slots, seconds = request.param

    def finish(name, *arguments):
        with Job(name, *arguments, n_slots=n_slots) as job:
            assert job.code == OK, last_error()
            assert job.run_by_threads(seconds) == [OK] * n_slots
            assert job.run() == OK  # however often it is asked

    return finish


def points(seed, n=300, d=3):
    """Rows with ties and duplicates; some with a stride."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d + 2)) + 2.0
    if seed % 3 == 1:
        X = X.round(1)
    X = X.astype(np.float32 if seed % 2 else np.float64)
    return X[:, :d] if seed % 4 < 2 else np.ascontiguousarray(X[:, :d])


def centers_and_weights(X, seed):
    """Some rows, each a little moved, a row twice, and whole weights."""
    rng = np.random.default_rng(100 + seed)
    centers = X[rng.integers(len(X), size=1 + 3 * (seed % 4))] + rng.normal(scale=1e-9, size=X.shape[1])
    return np.concatenate([centers, X[:1], X[:1]]), rng.integers(0, 4, len(X)).astype(float)


def squared(X, centers):
    return ((X[:, None].astype(float) - centers.astype(float)) ** 2).sum(axis=-1)


@pytest.mark.parametrize("n", [1, 5, 300])
@pytest.mark.parametrize("seed", range(8))
def test_nearest(finish, seed, n):
    X = points(seed, n)
    centers, _ = centers_and_weights(X, seed)
    labels, square = np.empty(n, np.int32), np.empty(n)
    finish("nearest", X, centers, labels, square)
    exact = squared(X, centers)
    np.testing.assert_array_equal(labels, exact.argmin(axis=1))
    np.testing.assert_allclose(square, exact.min(axis=1), rtol=1e-14)
    again = np.empty(n, np.int32)
    finish("nearest", X, centers, again, None)
    np.testing.assert_array_equal(again, labels)


@pytest.mark.parametrize("exponent", [-600, 600])
def test_nearest_at_any_scale(finish, exponent):
    X = np.ascontiguousarray(points(2))
    centers, _ = centers_and_weights(X, 2)
    labels, expected = np.empty(len(X), np.int32), squared(X, centers).argmin(axis=1)
    finish("nearest", np.ldexp(X, exponent), np.ldexp(centers, exponent), labels, None)
    np.testing.assert_array_equal(labels, expected)


@pytest.mark.parametrize("seed", range(8))
def test_lloyd_step(finish, seed):
    X = points(seed)
    centers, weights = centers_and_weights(X, seed)
    weights = None if seed % 3 == 0 else weights
    k, d = centers.shape
    labels, sums, masses, inertia = np.empty(len(X), np.int32), np.empty((k, d)), np.empty(k), np.empty(1)
    finish("lloyd_step", X, weights, centers, labels, sums, masses, inertia)
    exact = squared(X, centers)
    w = np.ones(len(X)) if weights is None else weights
    np.testing.assert_array_equal(labels, exact.argmin(axis=1))
    np.testing.assert_array_equal(masses, np.bincount(labels, w, k))
    for j in range(d):
        np.testing.assert_allclose(sums[:, j], np.bincount(labels, w * X[:, j], k), rtol=1e-6, atol=1e-6)
    assert inertia[0] == pytest.approx((w * exact.min(axis=1)).sum(), rel=1e-12)


def test_steps_of_lloyd_are_those_of_kmeans(finish, monkeypatch):
    monkeypatch.setattr(thresholds, "sorting_clusters", (10**9,) * 4)  # row by row
    X = np.random.default_rng(0).normal(size=(2000, 3)) + 1e6
    centers = X[:5].copy()
    labels, sums, masses, inertia = np.empty(len(X), np.int32), np.empty((5, 3)), np.empty(5), np.empty(1)
    for n_iter in range(1, 4):
        finish("lloyd_step", X, None, centers, labels, sums, masses, inertia)
        centers = sums / masses[:, None]
        model = coterie.KMeans(5, init=X[:5], n_init=1, max_iter=n_iter, tol=0).fit(X)
        np.testing.assert_allclose(centers, model.cluster_centers_, rtol=3e-16)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("seed", range(6))
def test_neighbors(finish, metric, seed):
    X = points(seed)
    for queries in (None, points(seed + 1, 40)):
        shape = (len(X) if queries is None else len(queries), 4)
        indices, distances = np.empty(shape, np.int64), np.empty(shape)
        finish("neighbors", X, queries, METRICS.index(metric), 4, indices, distances)
        expected = neighbors.kneighbors(X, 4, queries, metric=metric)
        np.testing.assert_array_equal(indices, expected[1])
        np.testing.assert_array_equal(distances, expected[0])


@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")  # which the job does not give
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("seed", range(6))
def test_dbscan(finish, metric, seed):
    X = points(seed)
    weights = None if seed % 2 else np.random.default_rng(seed).integers(0, 3, len(X)).astype(float)
    eps = 0.01 if metric == "cosine" else 0.5
    labels, is_core = np.empty(len(X), np.int64), np.empty(len(X), np.uint8)
    finish("dbscan", X, weights, METRICS.index(metric), eps, 4, labels, is_core)
    model = coterie.DBSCAN(eps=eps, min_samples=4, metric=metric).fit(X, sample_weight=weights)
    np.testing.assert_array_equal(labels, model.labels_)
    np.testing.assert_array_equal(np.flatnonzero(is_core), model.core_sample_indices_)
    finish("dbscan", X, weights, METRICS.index(metric), eps, 4, labels, None)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_linkage(finish, method, seed):
    X = points(seed, 90)
    Z = np.empty((len(X) - 1, 4))
    finish("linkage_points", X, METHODS.index(method), Z)
    np.testing.assert_array_equal(Z, hierarchy.linkage(X, method))
    condensed = coterie.distances.pdist(X)
    before = condensed.copy()
    finish("linkage", condensed, len(X), METHODS.index(method), Z)
    np.testing.assert_array_equal(Z, hierarchy.linkage(condensed, method))
    np.testing.assert_array_equal(condensed, before)


@pytest.mark.parametrize("n_clusters", [1, 2, 7, 90, 10**15])
def test_cut(n_clusters):
    Z = hierarchy.linkage(points(0, 90), "average")
    labels = np.empty(90, np.int64)
    assert table.cut(Z.ctypes.data, 90, n_clusters, labels.ctypes.data) == OK
    np.testing.assert_array_equal(labels + 1, hierarchy.fcluster(Z, min(n_clusters, 90), "maxclust"))


def test_cut_checks_the_linkage_matrix():
    Z = np.full((4, 4), 77.0)
    labels = np.empty(5, np.int64)
    assert table.cut(Z.ctypes.data, 5, 2, labels.ctypes.data) == BAD_ARGUMENT
    assert "Linkage" in last_error() or "linkage" in last_error()


# ------------------------------------------------------------------------------------------- the caller decides


def dbscan(X, n_slots=1, labels=None):
    labels = np.empty(len(X), np.int64) if labels is None else labels
    return Job("dbscan", X, None, 0, 0.5, 5, labels, None, n_slots=n_slots)


def test_what_is_not_finite_is_found_by_the_job():
    X = points(0)
    X[7, 1] = np.nan
    with dbscan(X) as job:
        assert job.run() == BAD_ARGUMENT
        assert "row 7, column 1" in last_error()
        assert job.run() == BAD_ARGUMENT


def test_a_job_can_be_stopped_before_between_and_after_slices(monkeypatch):
    monkeypatch.setattr(thresholds, "chunk", 1000.0)
    X = points(0, 5000)
    for slices in (0, 1, 3):
        with dbscan(X) as job:
            for _ in range(slices):
                assert job.run(0, 0.0) == MORE
            job.stop()
            assert job.run() == STOPPED
            assert "stopped" in last_error()
            assert job.run() == STOPPED
    with dbscan(X) as job:
        assert job.run() == OK
        job.stop()


def test_another_thread_can_stop_a_job_that_threads_work_on(monkeypatch):
    monkeypatch.setattr(thresholds, "chunk", 1000.0)
    with dbscan(points(0, 100_000), n_slots=3) as job:
        threading.Timer(0.001, job.stop).start()
        assert set(job.run_by_threads()) in ({STOPPED}, {OK})


@pytest.mark.parametrize("slices", [0, 1, 5])
def test_a_job_can_be_freed_before_it_is_done(slices):
    labels = np.empty(20_000, np.int64)
    with dbscan(points(0, 20_000), 1, labels) as job:
        for _ in range(slices):
            job.run(0, 0.0)
    labels[:] = -7  # whose memory is the caller's again
    coterie.DBSCAN(eps=0.5).fit(points(0, 20_000))
    assert (labels == -7).all()
    table.job_free(None)


def test_jobs_one_after_the_other_need_few_threads():
    X, labels = points(0, 50), np.empty(50, np.int64)
    for _ in range(100):
        with dbscan(X, 1, labels) as job:
            assert job.run() == OK
    assert sum(thread.name == "coterie-job" for thread in threading.enumerate()) < 30


def test_progress():
    done, total = ctypes.c_int64(-1), ctypes.c_int64(-1)
    with dbscan(points(0)) as job:
        assert job.run() == OK
        stage = table.job_progress(job.handle, ctypes.byref(done), ctypes.byref(total))
        assert stage.decode().isprintable()
        assert 0 <= done.value <= total.value
        assert table.job_progress(job.handle, None, None) == stage
    assert table.job_progress(None, None, None) == b""


def test_a_slot_is_for_one_thread_at_a_time():
    with dbscan(points(0), n_slots=2) as job:
        for slot in (-1, 2):
            assert job.run(slot) == BAD_ARGUMENT
            assert "slot" in last_error()
        for seconds in (-1.0, math.nan):
            assert job.run(0, seconds) == BAD_ARGUMENT
            assert "seconds" in last_error()
        assert job.run() == OK


def test_jobs_side_by_side():
    """Each has threads of its own, and none waits for another."""
    X = points(0, 2000)
    expected = coterie.DBSCAN(eps=0.5).fit_predict(X)
    outputs = [np.empty(len(X), np.int64) for _ in range(8)]
    jobs = [dbscan(X, 2, labels) for labels in outputs]
    while any(job.code in (OK, MORE) and job.run(0, 0.0) == MORE for job in jobs):
        pass
    for job, labels in zip(jobs, outputs, strict=True):
        assert job.run() == OK
        job.free()
        np.testing.assert_array_equal(labels, expected)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_process_is_told_that_the_job_stayed_behind():
    with dbscan(points(0)) as job:
        child = os.fork()
        if not child:
            os._exit(0 if job.run() == FAILED and "fork" in last_error() else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert job.run() == OK
