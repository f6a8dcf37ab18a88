"""Workers of Dask: the results of one thread, and no more threads than the page on pipelines says."""

import contextlib
import functools

import pytest
from pipelines.tools import assert_bounded, fit_and_count, helpers

import coterie

dask = pytest.importorskip("dask")


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    for name in ("COTERIE_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.setenv(name, "1")  # so that it is restored: distributed sets it in the parent, too
        monkeypatch.delenv(name)


def run(scheduler, *args, **settings):
    calls = [dask.delayed(fit_and_count)(seed, *args) for seed in range(4)]
    return dask.compute(*calls, scheduler=scheduler, num_workers=2, **settings)


def test_threads_share_their_helpers():
    before = len(helpers())
    assert_bounded(run("threads", 3), 1, before + 2)


def test_processes_take_the_variable_of_the_parent(monkeypatch):
    """The scheduler of processes says nothing of threads to them."""
    monkeypatch.setenv("COTERIE_NUM_THREADS", "1")
    assert_bounded(run("processes", None, 8), 2, 0)


def test_processes_may_be_told_by_an_initializer():
    initializer = functools.partial(coterie.set_num_threads, 2)
    assert_bounded(run("processes", None, 8, initializer=initializer), 2, 1)


@pytest.mark.parametrize("client_of_joblib", [False, True])
def test_processes_of_distributed_have_one_thread(client_of_joblib):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        if client_of_joblib:
            joblib = pytest.importorskip("joblib")
            with joblib.parallel_config("dask"):
                found = joblib.Parallel()(joblib.delayed(fit_and_count)(seed, None, 8) for seed in range(4))
        else:
            found = client.gather(client.map(fit_and_count, range(4), n_jobs=None, cpus=8))
    assert_bounded(found, 2, 0)


def test_threads_of_distributed_share_their_helpers():
    distributed = pytest.importorskip("distributed")
    before = len(helpers())
    with contextlib.ExitStack() as stack:
        cluster = distributed.LocalCluster(n_workers=1, threads_per_worker=4, processes=False, dashboard_address=None)
        client = stack.enter_context(distributed.Client(stack.enter_context(cluster)))
        found = client.gather(client.map(fit_and_count, range(4), n_jobs=3))
    assert_bounded(found, 1, before + 2)
