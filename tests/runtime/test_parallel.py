"""Several threads work on chunks, from one caller or from many at once."""

import re
import threading
import time
import weakref
from pathlib import Path

import numpy as np
import pytest
from runtime.tools import Sums, X, fit, python, slow_linkage_of_few

import coterie
from coterie import KMeans, distances
from coterie._runtime import parallel
from coterie.hierarchy import linkage
from coterie.scaling._kernels import columns


@pytest.mark.parametrize("n_threads", [1, 2, 3, 50])
@pytest.mark.parametrize("n_chunks", [0, 1, 2, 5, 1000])
def test_every_chunk_is_done_by_some_thread(n_chunks, n_threads):
    work = Sums(n_chunks)
    work.run(n_threads)
    assert work.done and work.slots <= set(range(min(n_threads, max(n_chunks, 1))))


@pytest.mark.parametrize("n, size", [(0, 7), (5, 7), (64 * 7, 7), (64 * 7 + 1, 7), (10_000, 3)])
def test_steps_are_reported_and_do_every_chunk_once(n, size):
    n_chunks, heard = -(-n // size), []
    values, out = np.ones((n, 1)), np.zeros((3, n_chunks, 1))
    with coterie.progress(lambda *args: heard.append(args)):
        parallel.over_in_steps("stage", 1000, n, size, 3, columns.deviation_strips, values, np.zeros(1), *out)
    np.testing.assert_array_equal(out[0, :, 0], [min(size, n - start) for start in range(0, n, size)])
    told = [done for _, done, _ in heard]
    assert told == sorted(told) and len(set(heard)) <= 21 and all(stage == "stage" for stage, _, _ in heard)
    assert len(set(heard)) == -(-n_chunks // max(64, -(-n_chunks // 20)))


def test_costs_decide_about_chunks_and_threads():
    assert parallel.chunk(1.0) == 100_000 and parallel.chunk(30.0, 64) == 52 * 64
    assert parallel.chunk(1e9) == 1 and parallel.chunk(1e9, 4) == 4  # one item, or one multiple, at least
    assert parallel.threads_for(1e5, 8) == 1 and parallel.threads_for(1e6, 8) == 8


def test_as_many_threads_work_as_were_asked_for(pool):
    ready = threading.Barrier(3)

    def together(region, slot):
        ready.wait(60)
        work(region, slot)

    work = Sums(10)
    work.run(3, together)
    assert work.done and [worker.region for worker in pool.workers] == [None, None]


def test_threads_are_kept_and_used_again(pool):
    for _ in range(20):
        Sums(100).run(3)
    assert [worker.region for worker in pool.workers] == [None, None]


def test_nothing_runs_in_other_threads_if_one_is_asked_for(pool):
    fit(n_jobs=1)
    assert not pool.workers


def test_an_error_of_the_caller_is_raised_and_the_helpers_have_stopped(pool):
    work = Sums(20_000)

    def fails(region, slot):
        if slot == 0:
            raise ZeroDivisionError
        work(region, slot)

    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            work.run(3, fails)
        after = work.out.copy()
        time.sleep(0.01)
        np.testing.assert_array_equal(work.out, after)
    work = Sums(1000)
    work.run(3)
    assert work.done


def test_an_error_waits_for_the_chunks_that_helpers_are_at(pool):
    entered, left = threading.Event(), []

    def fails(region, slot):
        if slot == 0:
            entered.wait(60)
            raise ZeroDivisionError
        entered.set()
        time.sleep(0.1)
        left.append(slot)

    with pytest.raises(ZeroDivisionError):
        parallel.over(2, 1, 2, fails)
    assert left == [1]


def test_parked_threads_keep_no_arrays_alive(pool):
    work = Sums(100)
    work.run(3)
    gone = weakref.ref(work.out)
    del work
    assert gone() is None


def test_an_error_of_a_helper_is_raised_in_the_caller():
    assert (
        python(
            """
        import time
        import numpy as np
        from coterie._runtime import parallel
        from coterie.scaling._kernels import columns

        values, out = np.ones((1000, 1)), np.zeros((3, 1000, 1))

        def task(region, slot):
            if slot:
                raise ZeroDivisionError
            time.sleep(0.1)  # the helper is faster
            columns.deviation_strips(values, np.zeros(1), *out, region, slot)

        try:
            parallel.over(1000, 1, 2, task)
        except ZeroDivisionError:
            print("raised")
    """,
            timeout=15,
        )
        == "raised\n"
    )


@pytest.mark.parametrize("n_started", [0, 1, 3])
def test_where_the_system_gives_too_few_threads_those_that_there_are_do_the_work(pool, monkeypatch, n_started):
    start, started = threading.Thread.start, []

    def start_some(thread):
        if len(started) == n_started:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_some)
    for _ in range(3):
        work = Sums(1000)
        work.run(8)
        assert work.done
        assert [worker.thread for worker in pool.workers] == started and len(started) == n_started
        assert all(worker.region is None for worker in pool.workers)
    monkeypatch.undo()
    monkeypatch.setattr(parallel, "_pool", pool)
    Sums(1000).run(8)
    assert len(pool.workers) == 7


def test_only_the_pool_has_locks():
    """The lock of a `functools.cached_property` is one for all instances up to Python 3.11, held while it computes."""
    for path in Path(coterie.__file__).parent.glob("**/*.py"):
        code = path.read_text(encoding="utf-8")
        assert "cached_property" not in code or path.stem == "lazy", path
        assert not re.search(r"\b(R?Lock|Condition|Semaphore|Event|Barrier)\(", code) or path.stem == "parallel", path


@pytest.mark.timeout(120)
def test_many_threads_fit_at_once_beside_a_busy_one():
    problems = [(X[: 30_000 * i].copy(), i + 2, n_jobs) for i in range(1, 7) for n_jobs in (1, 2, 3)]
    expected = [KMeans(k, random_state=0, max_iter=8, n_jobs=1).fit(data) for data, k, _ in problems]
    found, finished = [None] * len(problems), threading.Event()

    def spin():
        while not finished.is_set():
            pass

    def work(i):
        data, k, n_jobs = problems[i]
        for _ in range(2):
            found[i] = KMeans(k, random_state=0, max_iter=8, n_jobs=n_jobs).fit(data)

    busy = threading.Thread(target=spin, daemon=True)
    threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(len(problems))]
    busy.start()
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(100)
            assert not thread.is_alive(), "deadlock"
    finally:
        finished.set()
    for a, b in zip(expected, found, strict=True):
        np.testing.assert_array_equal(a.labels_, b.labels_)
        np.testing.assert_array_equal(a.cluster_centers_, b.cluster_centers_)


def test_one_estimator_predicts_in_many_threads():
    model = fit()
    expected, wrong = model.predict(X), []

    def work():
        for _ in range(10):
            wrong.append((model.predict(X) != expected).any())

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
    assert len(wrong) == 60 and not any(wrong)


def test_a_fit_within_a_callback():
    fits = []

    def callback(stage, done, total):
        with coterie.progress(lambda *_: None):
            fits.append(fit().inertia_)

    with coterie.progress(callback):
        outer = fit()
    assert len(fits) > 2 and set(fits) == {outer.inertia_}


@pytest.mark.timeout(120)
def test_many_threads_make_trees_at_once(monkeypatch):
    slow_linkage_of_few(monkeypatch)
    problems = [
        (X[: 100 * i] if of_points else distances.pdist(X[: 100 * i]), method, n_jobs)
        for i in (2, 4, 6)
        for of_points in (True, False)
        for n_jobs in (1, 2, 3)
        for method in ("single", "average", "centroid", "ward")
    ]
    expected, found = [linkage(y, method, n_jobs=1) for y, method, _ in problems], [[] for _ in problems]

    def work(first):
        for i in range(first, len(problems), 8):
            y, method, n_jobs = problems[i]
            found[i] = linkage(y, method, n_jobs=n_jobs)

    threads = [threading.Thread(target=work, args=(first,), daemon=True) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(100)
        assert not thread.is_alive(), "deadlock"
    for a, b in zip(expected, found, strict=True):
        np.testing.assert_array_equal(a, b)
