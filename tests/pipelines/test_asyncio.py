"""Work in the threads of an event loop, which goes on meanwhile."""

import asyncio
import concurrent.futures
import threading

import numpy as np
import pytest
from pipelines.tools import fit_and_count, serial_inertias

import coterie
from coterie import hierarchy, neighbors

X = np.random.RandomState(0).uniform(size=(100_000, 8))  # no structure: nothing is over soon
LONG = {  # seconds, unless they are stopped
    "k-means": lambda: coterie.KMeans(200, random_state=0, max_iter=10_000, tol=0).fit(X),
    "DBSCAN": lambda: coterie.DBSCAN(0.25).fit(X),
    "a tree": lambda: hierarchy.linkage(X[:50_000], "ward"),
    "neighbors": lambda: neighbors.kneighbors(X, 20),
}


@pytest.mark.parametrize("name", LONG)
def test_the_loop_ticks_while_a_thread_works_and_can_stop_it(name):
    """The work stops when the loop has ticked twenty times; if the loop stood still, the work would end by itself."""
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1

    async def main():
        ticking = asyncio.create_task(tick())
        with coterie.progress(lambda *report: ticks < 20):
            await asyncio.to_thread(LONG[name])
        ticking.cancel()

    with pytest.raises(coterie.Cancelled):
        asyncio.run(main())


def test_a_fit_that_is_no_longer_awaited_can_be_told_to_stop():
    """Cancelling a task does not stop its thread. The callback does, and the model is as it was."""
    model = coterie.KMeans(200, random_state=0, max_iter=10_000, tol=0)
    before, stop, started, ended = vars(model).copy(), threading.Event(), threading.Event(), []

    def fit():
        try:
            model.fit(X, callback=lambda *report: started.set() or not stop.wait(60))
        except coterie.Cancelled as error:
            ended.append(error)
            raise

    async def main():
        task = asyncio.create_task(asyncio.to_thread(fit))
        while not started.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        try:
            await task
        finally:
            stop.set()

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())  # waits for the threads of the loop
    assert len(ended) == 1 and vars(model) == before


def test_fits_that_are_gathered_have_the_bits_of_fits_one_by_one():
    def fit(seed):
        return coterie.KMeans(5, random_state=seed, n_jobs=3).fit(X[:20_000]).cluster_centers_

    async def main():
        return await asyncio.gather(*(asyncio.to_thread(fit, seed) for seed in range(8)))

    for seed, found in enumerate(asyncio.run(main())):
        np.testing.assert_array_equal(found, fit(seed))


def test_each_coroutine_has_settings_of_its_own():
    """They enter and leave in any order, and a thread that one of them starts has its settings, too."""
    default = coterie.get_num_threads()

    def fit():
        coterie.KMeans(2, random_state=0).fit(X[:10])

    async def work(n, steps):
        stages = set()
        with coterie.num_threads(n), coterie.progress(lambda stage, *numbers: stages.add((n, stage))):
            for _ in range(steps):
                await asyncio.sleep(0)
                assert coterie.get_num_threads() == n
            await asyncio.to_thread(fit)
            assert await asyncio.to_thread(coterie.get_num_threads) == n
            assert stages == {(n, "k-means++"), (n, "k-means")}
            stages.clear()
            fit()  # in the loop itself
            assert stages == {(n, "k-means++"), (n, "k-means")}
        return coterie.get_num_threads()

    async def main():
        after = await asyncio.gather(work(201, 9), work(202, 1), work(203, 5))
        return [*after, coterie.get_num_threads()]

    assert asyncio.run(main()) == [default] * 4 and coterie.get_num_threads() == default


def test_processes_of_a_loop():
    async def main():
        loop = asyncio.get_running_loop()
        with concurrent.futures.ProcessPoolExecutor(2, initializer=coterie.set_num_threads, initargs=(1,)) as pool:
            return await asyncio.gather(*(loop.run_in_executor(pool, fit_and_count, seed) for seed in range(4)))

    assert [inertia for *_, inertia in asyncio.run(main())] == serial_inertias(4)
