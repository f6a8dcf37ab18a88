"""Workers of joblib: the results of one thread, and no more threads than joblib allows."""

import itertools
import multiprocessing
import os

import numpy as np
import pytest
from pipelines.tools import X, assert_bounded, fit, fit_and_count, helpers

import coterie

joblib = pytest.importorskip("joblib")


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """Nothing but joblib says how many threads a worker may have, and workers do not outlive their test."""
    for name in ("COTERIE_NUM_THREADS", "OMP_NUM_THREADS", "LOKY_MAX_CPU_COUNT"):
        monkeypatch.delenv(name, raising=False)
    yield
    joblib.externals.loky.get_reusable_executor().shutdown(wait=True)


def run(backend, *args, **settings):
    with joblib.parallel_config(backend, **settings):
        return joblib.Parallel(n_jobs=2)(joblib.delayed(fit_and_count)(seed, *args) for seed in range(4))


def test_processes_share_the_cpus():
    fit(0)  # in the parent, before
    assert_bounded(run("loky"), 2, max(1, joblib.cpu_count() // 2) - 1)


@pytest.mark.parametrize("limit", [1, 3])
def test_processes_have_as_many_threads_as_were_asked_for(limit):
    found = run("loky", None, 8, inner_max_num_threads=limit)
    assert_bounded(found, 2, limit - 1)
    assert max(count for _, count, _ in found) == limit - 1  # and no fewer
    found = run("loky", 4, inner_max_num_threads=limit)  # n_jobs is used as given
    assert max(count for _, count, _ in found) == 3


def test_where_both_variables_are_set_that_of_coterie_decides(monkeypatch):
    monkeypatch.setenv("COTERIE_NUM_THREADS", "2")
    assert max(count for _, count, _ in run("loky", None, 8, inner_max_num_threads=4)) == 1


@pytest.mark.skipif(multiprocessing.get_context().get_start_method() != "fork", reason="processes are not forked here")
def test_forked_workers_know_what_the_parent_has_set():
    """joblib says nothing of threads to the workers of multiprocessing."""
    coterie.set_num_threads(1)
    try:
        assert_bounded(run("multiprocessing", None, 8), 2, 0)
    finally:
        coterie.set_num_threads(None)


def test_threads_share_their_helpers():
    before = len(helpers())
    assert_bounded(run("threading", 3), 1, before + 2)


@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
def test_fitted_models_go_to_workers_and_come_back(backend):
    models = [fit(seed) for seed in range(2)]
    blocks = np.array_split(X, 3)
    with joblib.parallel_config(backend), joblib.Parallel(n_jobs=2) as parallel:
        again = parallel(joblib.delayed(fit)(seed) for seed in range(2))
        labels = parallel(joblib.delayed(model.predict)(block) for model, block in itertools.product(again, blocks))
    for i, model in enumerate(models):
        np.testing.assert_array_equal(again[i].cluster_centers_, model.cluster_centers_)
        np.testing.assert_array_equal(np.concatenate(labels[3 * i : 3 * i + 3]), model.labels_)


def test_workers_within_workers():
    def outer(seed):
        return joblib.Parallel(n_jobs=2)(joblib.delayed(fit_and_count)(each) for each in (seed, seed + 1))

    found = [each for two in joblib.Parallel(n_jobs=2)(joblib.delayed(outer)(seed) for seed in (0, 2)) for each in two]
    assert_bounded(found, 2, max(1, joblib.cpu_count() // 2) - 1)
    assert os.getpid() not in {pid for pid, *_ in found}


def test_a_fit_that_is_cached_is_not_computed_again(tmp_path):
    calls = []

    def cluster(k):
        calls.append(k)
        return coterie.KMeans(k, random_state=0).fit(X[:500])

    cached = joblib.Memory(tmp_path, verbose=0).cache(cluster)
    models = [cached(3), cached(3)]
    assert calls == [3]
    assert joblib.hash(models[0]) == joblib.hash(models[1])
