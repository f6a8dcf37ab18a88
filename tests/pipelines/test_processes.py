"""Processes of the standard library, however they start. What forks do to locks is in runtime/test_fork.py."""

import concurrent.futures
import functools
import multiprocessing
import sys

import numpy as np
import pytest
from pipelines.tools import X, assert_bounded, fit, fit_and_count

import coterie

METHODS = [each for each in multiprocessing.get_all_start_methods() if (each, sys.platform) != ("fork", "darwin")]
each_method = pytest.mark.parametrize("method", METHODS)


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    for name in ("COTERIE_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    fit(0, n_jobs=3)  # the parent has helpers, which a forked child has not


@each_method
def test_a_pool_fits_and_a_fitted_model_predicts_in_it(method):
    model = fit(1, n_jobs=3)
    with multiprocessing.get_context(method).Pool(2) as pool:
        found = pool.starmap(fit_and_count, [(seed, 3) for seed in range(4)], chunksize=1)
        labels = pool.map(model.predict, [X, X[:1000], X[::2].copy()])
    assert_bounded(found, 2, 2)
    for each, rows in zip(labels, (slice(None), slice(1000), slice(None, None, 2)), strict=True):
        np.testing.assert_array_equal(each, model.labels_[rows])


@each_method
def test_an_initializer_limits_the_threads_of_an_executor(method):
    with concurrent.futures.ProcessPoolExecutor(
        2, multiprocessing.get_context(method), initializer=coterie.set_num_threads, initargs=(2,)
    ) as executor:
        found = list(executor.map(functools.partial(fit_and_count, cpus=8), range(4)))
    assert_bounded(found, 2, 1)


def child_of_daemon(queue):
    queue.put(fit_and_count(0, 3))


@each_method
def test_a_daemon_process_fits(method):
    context = multiprocessing.get_context(method)
    queue = context.Queue()
    process = context.Process(target=child_of_daemon, args=(queue,), daemon=True)
    process.start()
    assert_bounded([queue.get(timeout=60)], 1, 2, n=1)
    process.join(60)
    assert process.exitcode == 0


def inner_pool(seeds, method):
    fit(0, n_jobs=3)
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context(method)) as executor:
        return list(executor.map(functools.partial(fit_and_count, n_jobs=3), seeds))


@each_method
def test_pools_within_pools(method):
    with concurrent.futures.ProcessPoolExecutor(1, multiprocessing.get_context(method)) as executor:
        found = executor.submit(inner_pool, range(2), method).result()
    assert_bounded(found, 1, 2, n=2)


@each_method
def test_only_a_forked_child_knows_the_settings_of_its_parent(method):
    coterie.set_num_threads(251)
    try:
        with multiprocessing.get_context(method).Pool(1) as pool:
            assert (pool.apply(coterie.get_num_threads) == 251) == (method == "fork")
    finally:
        coterie.set_num_threads(None)
