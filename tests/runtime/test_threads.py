"""Threads, forks, interrupts, progress: what happens around the numbers."""

import contextlib
import dis
import functools
import io
import math
import multiprocessing
import os
import re
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from pathlib import Path

import numpy as np
import pytest

import coterie
from coterie import DBSCAN, Cancelled, KMeans, distances
from coterie._runtime import cgroup, parallel, threads
from coterie._runtime.thresholds import thresholds
from coterie.hierarchy import _linkage, linkage
from coterie.scaling._kernels import columns

X = np.random.RandomState(0).normal(size=(200_000, 4))  # some ten chunks


def python(code, timeout=120, **environment):
    """Run code in a fresh interpreter, which says where it hangs if it does; return what it prints."""
    watchdog = f"import faulthandler; faulthandler.dump_traceback_later({timeout - 10}, exit=True)\n"
    done = subprocess.run(
        [sys.executable, "-c", watchdog + textwrap.dedent(code)],
        env={**os.environ, **environment},
        text=True,
        capture_output=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def fit(n_jobs=2, **params):
    return KMeans(9, init=X[:9], n_init=1, max_iter=15, n_jobs=n_jobs, **params).fit(X)


def chunk_sums(n_chunks, seen=None):
    """A task for `run`: each chunk writes one number."""
    values, (sums, *others) = np.full((n_chunks, 200), 1000.0), np.zeros((3, n_chunks, 200))

    def task(region, slot):
        if seen is not None:
            seen.add(slot)
        columns.deviation_strips(values, np.zeros(200), sums, *others, region, slot)

    return task, sums[:, 0]


@pytest.fixture
def pool(monkeypatch):
    """A pool of its own for a test that may leave it in any state."""
    own = parallel._Pool()
    monkeypatch.setattr(parallel, "_pool", own)
    yield own
    for worker in own.workers:
        worker.dismiss()


# ------------------------------------------------------------------------------------------- running chunks


@pytest.mark.parametrize("n_threads", [1, 2, 3, 50])
@pytest.mark.parametrize("n_chunks", [0, 1, 2, 5, 1000])
def test_every_chunk_is_done_by_some_thread(n_chunks, n_threads):
    seen = set()
    task, out = chunk_sums(n_chunks, seen)
    parallel.run(task, n_chunks, n_threads)
    assert (out == 1000).all() and seen <= set(range(min(n_threads, max(n_chunks, 1))))


def test_as_many_threads_work_as_were_asked_for(pool):
    ready = threading.Barrier(3)

    def task(region, slot):
        ready.wait(60)
        chunk_task(region, slot)

    chunk_task, out = chunk_sums(10)
    parallel.run(task, 10, 3)
    assert (out == 1000).all() and [worker.region for worker in pool.workers] == [None, None]


def test_threads_are_kept_and_used_again(pool):
    for _ in range(20):
        task, _ = chunk_sums(100)
        parallel.run(task, 100, 3)
    assert [worker.region for worker in pool.workers] == [None, None]


def test_nothing_runs_in_other_threads_if_one_is_asked_for(pool):
    fit(n_jobs=1)
    assert not pool.workers


def test_an_error_of_the_caller_is_raised_and_the_helpers_have_stopped(pool):
    task, out = chunk_sums(20_000)

    def fails(region, slot):
        if slot == 0:
            raise ZeroDivisionError
        task(region, slot)

    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            parallel.run(fails, len(out), 3)
        after = out.copy()
        time.sleep(0.01)
        np.testing.assert_array_equal(out, after)
    task, out = chunk_sums(1000)
    parallel.run(task, 1000, 3)
    assert (out == 1000).all()


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
        parallel.run(fails, 2, 2)
    assert left == [1]


def test_parked_threads_keep_no_arrays_alive(pool):
    task, out = chunk_sums(100)
    parallel.run(task, 100, 3)
    gone = weakref.ref(out)
    del task, out
    assert gone() is None


def test_an_error_of_a_helper_is_raised_in_the_caller():
    assert (
        python(
            """
        import time
        import numpy as np
        from coterie._runtime import parallel, threads
        from coterie.scaling._kernels import columns

        values, out = np.ones((1000, 1)), np.zeros((3, 1000, 1))

        def task(region, slot):
            if slot:
                raise ZeroDivisionError
            time.sleep(0.1)  # the helper is faster
            columns.deviation_strips(values, np.zeros(1), *out, region, slot)

        try:
            parallel.run(task, 1000, 2)
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
        task, out = chunk_sums(1000)
        parallel.run(task, 1000, 8)
        assert (out == 1000).all()
        assert [worker.thread for worker in pool.workers] == started and len(started) == n_started
        assert all(worker.region is None for worker in pool.workers)
    monkeypatch.undo()
    monkeypatch.setattr(parallel, "_pool", pool)
    parallel.run(chunk_sums(1000)[0], 1000, 8)
    assert len(pool.workers) == 7


def test_only_the_pool_has_locks():
    """The lock of a `functools.cached_property` is one for all instances up to Python 3.11, held while it computes."""
    for path in Path(coterie.__file__).parent.glob("**/*.py"):
        code = path.read_text(encoding="utf-8")
        assert "cached_property" not in code or path.stem == "lazy", path
        assert not re.search(r"\b(R?Lock|Condition|Semaphore|Event|Barrier)\(", code) or path.stem == "parallel", path


# ------------------------------------------------------------------------------------------- many threads at once


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


def slow_linkage_of_few(monkeypatch):
    """The ways of many clusters, for few: rounds, then a queue, in many chunks."""
    for name, value in {"_SMALL": 40, "_LARGE": 100, "_CHUNK": 256}.items():
        monkeypatch.setattr(_linkage, name, value)


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


# ------------------------------------------------------------------------------------------- processes

needs_fork = pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="no fork to rely on")
FORK = """
    import os, threading, time
    import numpy as np
    from coterie import KMeans

    X = np.random.RandomState(0).normal(size=(200_000, 4))

    def fit():
        return KMeans(9, init=X[:9], n_init=1, max_iter=15, n_jobs=3).fit(X).inertia_

    def in_a_child(do):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = do()
            finally:
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    expected = fit()  # starts the threads
"""


@needs_fork
def test_a_forked_child_and_its_child_fit():
    python(
        FORK
        + """
    def child():
        return int(fit() != expected) + in_a_child(lambda: int(fit() != expected))

    assert in_a_child(child) == 0 and fit() == expected
    """
    )


@needs_fork
def test_a_forked_child_makes_a_tree():
    python(
        FORK
        + """
    from coterie.hierarchy import linkage
    y = np.random.RandomState(1).uniform(size=3500 * 3499 // 2)

    def same():
        return all((linkage(y, method, n_jobs=3) == trees[method]).all() for method in trees)

    trees = {method: linkage(y, method, n_jobs=3) for method in ("single", "average")}
    assert in_a_child(lambda: int(not same())) == 0 and same()
    """
    )


@needs_fork
def test_children_forked_while_other_threads_fit():
    python(
        FORK
        + """
    stop = threading.Event()

    def work():
        while not stop.is_set():
            assert fit() == expected

    threads = [threading.Thread(target=work, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    codes = [in_a_child(lambda: int(fit() != expected)) for _ in range(15)]
    stop.set()
    for thread in threads:
        thread.join()
    assert codes == [0] * 15
    """
    )


@needs_fork
def test_a_child_may_go_on_with_the_fit_that_it_was_forked_in():
    python(
        FORK
        + """
    import coterie
    children = []

    def callback(stage, done, total):
        if done == 3 and not children:
            children.append(os.fork())

    with coterie.progress(callback):
        inertia = fit()
    if children[0] == 0:
        os._exit(int(inertia != expected))
    assert os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]) == 0 and inertia == expected
    """
    )


EVERYTHING = """
    import faulthandler, os, queue, signal, sys, threading, time, warnings
    import numpy as np
    from coterie import (
        AgglomerativeClustering,
        DBSCAN,
        DivisiveClustering,
        KMeans,
        align_labels,
        compare,
        distances,
        explain,
        hierarchy,
        neighbors,
        outlier_scores,
        plot,
        scaling,
        scores,
        selection,
    )
    from coterie._runtime import parallel, threads

    warnings.simplefilter("ignore")
    rng = np.random.RandomState(0)
    X = rng.normal(size=(3000, 2)) + 8 * rng.randint(3, size=(3000, 1))
    wide = rng.normal(size=(600, 40))
    few = X[:300]

    class Sparse:
        def __init__(self, arrays, shape):
            (self.data, self.indices, self.indptr), self.shape = arrays, shape

    sparse = Sparse((wide.ravel(), np.tile(np.arange(40), 600), np.arange(601) * 40), wide.shape)
    matrix = distances.cdist(few, few)
    labels = rng.randint(3, size=3000)
    model = KMeans(3, random_state=0).fit(X)
    on_tree = DBSCAN(0.5).fit(X)
    doings = {
        "k-means by cells": lambda: KMeans(20, random_state=0, n_jobs=2).fit(X),
        "k-means by rows": lambda: KMeans(9, random_state=0, n_jobs=2).fit(wide),
        "k-means without a seed": lambda: KMeans(8).fit(few),
        "predict": lambda: model.predict(X),
        "transform and score": lambda: (model.transform(X), model.score(X)),
        "DBSCAN on a tree": lambda: DBSCAN(0.5, n_jobs=2).fit(X),
        "DBSCAN predicts": lambda: on_tree.predict(X),
        "DBSCAN on a projection": lambda: DBSCAN(6, n_jobs=2).fit(wide),
        "DBSCAN on all pairs": lambda: DBSCAN(0.1, metric="canberra", n_jobs=2).fit(wide),
        "DBSCAN on sparse rows": lambda: DBSCAN(6, n_jobs=2).fit(sparse),
        "DBSCAN on a matrix": lambda: DBSCAN(0.5, metric="precomputed", n_jobs=2).fit(matrix),
        "agglomerative": lambda: [AgglomerativeClustering(3, linkage=linkage, n_jobs=2).fit(X)
                                  for linkage in ("ward", "single", "complete")],
        "divisive": lambda: DivisiveClustering(3, n_jobs=2).fit(few),
        "linkage": lambda: [hierarchy.linkage(X, method, n_jobs=2)
                            for method in ("single", "average", "centroid", "ward")],
        "optimal order": lambda: hierarchy.linkage(few, "average", optimal_ordering=True),
        "distances": lambda: (distances.pdist(X, n_jobs=2), distances.cdist(X, few, n_jobs=2)),
        "neighbors": lambda: (neighbors.kneighbors(X, 5, n_jobs=2), neighbors.radius_neighbors(wide, 6, n_jobs=2)),
        "silhouettes": lambda: scores.silhouette_samples(X, labels),
        "other scores": lambda: (scores.davies_bouldin_score(X, labels), scores.calinski_harabasz_score(X, labels)),
        "two clusterings": lambda: (compare(labels, labels[::-1]), align_labels(labels, labels[::-1])),
        "sweep": lambda: selection.sweep(KMeans(2, n_init=1), few, {"n_clusters": [2, 3]}, stability=2, random_state=0),
        "suggest k": lambda: selection.suggest_k(few[:100], n_clusters=(2, 3), random_state=0),
        "suggest eps": lambda: selection.suggest_eps(X),
        "profile": lambda: explain.profile(X, labels).sentences,
        "drift": lambda: explain.drift(model, X[:500]).sentences,
        "outliers": lambda: (outlier_scores(X, model), outlier_scores(X, on_tree)),
        "scaling": lambda: (scaling.Scaler("robust").fit_transform(X), scaling.variance_shares(X)),
    }

    def child_of(do, seconds=20):
        "The exit code of a forked child that does it; it says where it hangs."
        child = os.fork()
        if child == 0:
            faulthandler.register(signal.SIGALRM, chain=True)
            signal.alarm(seconds)
            code = 1
            try:
                do()
                code = 0
            finally:
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""


@needs_fork
def test_a_child_forked_while_another_thread_is_at_any_step_does_the_same():
    """No lock is held from one step of a fit to the next, whether of ours, of the standard library or of an import."""
    python(
        EVERYTHING
        + """
    run, seen = parallel.run, set()
    arrived, forked = queue.SimpleQueue(), queue.SimpleQueue()

    def run_and_wait(task, *others):
        caller = sys._getframe(1)
        place = name, caller.f_code, caller.f_lineno
        if threading.current_thread() is other and place not in seen:
            seen.add(place)
            arrived.put(name)
            forked.get()
        run(task, *others)

    def do_it():
        try:
            do()
            arrived.put("finished")
        except BaseException as error:
            arrived.put(error)

    parallel.run = run_and_wait
    for name, do in doings.items():
        other = threading.Thread(target=do_it, daemon=True)
        other.start()
        while (said := arrived.get()) == name:
            code = child_of(do)
            assert code == 0, (name, code)
            forked.put(True)
        assert said == "finished", (name, said)
    assert len(seen) > 3 * len(doings)
    """
    )


@needs_fork
def test_a_child_draws_from_the_global_state_though_another_thread_did_so_when_it_was_forked():
    python(
        EVERYTHING
        + """
    def work():
        while True:
            np.random.random_sample(1_000_000)

    threading.Thread(target=work, daemon=True).start()
    for _ in range(20):
        assert child_of(doings["k-means without a seed"]) == 0
    """
    )


@needs_fork
def test_children_forked_at_any_time_do_whatever_other_threads_do():
    python(
        EVERYTHING
        + """
    stop = threading.Event()

    def work(names):
        while not stop.is_set():
            for name in names:
                doings[name]()

    names = list(doings)
    threads = [threading.Thread(target=work, args=(names[i::3],), daemon=True) for i in range(3)]
    for thread in threads:
        thread.start()
    until, n = time.monotonic() + 5, 0
    while time.monotonic() < until:
        name = names[n % len(names)]
        code = child_of(doings[name])
        assert code == 0, (name, code)
        n += 1
    stop.set()
    for thread in threads:
        thread.join()
    """,
        OPENBLAS_NUM_THREADS="1",
    )  # where others use its threads, a fork hangs in the OpenBLAS of old numpy


def test_work_imports_nothing():
    """A child that is forked while another thread imports a module waits for it forever."""
    python(
        EVERYTHING
        + """
    for name, do in doings.items():
        before = set(sys.modules)
        do()
        assert not {each for each in set(sys.modules) - before if not each.startswith("numpy.")}, name  # but for numpy
    """
    )


@needs_fork
def test_a_child_that_is_forked_within_a_step_of_several_threads_says_so():
    python(
        FORK
        + """
    import signal, sys
    import coterie
    from coterie._runtime import parallel, threads
    from coterie._runtime.thresholds import thresholds

    thresholds.pause = 1e-4
    children = []

    def callback(stage, done, total):
        if sys._getframe(2).f_code.co_name == "repeat" and not children:
            children.append(os.fork())
            if children[0] == 0:
                signal.alarm(20)

    try:
        with coterie.progress(callback):
            inertia = fit()
    except RuntimeError as error:
        os._exit(0 if "forked" in str(error) and fit() == expected else 1)
    assert inertia == expected
    assert os.waitstatus_to_exitcode(os.waitpid(children[0], 0)[1]) == 0
    """
    )


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(method):
    if method not in multiprocessing.get_all_start_methods() or (method == "fork" and sys.platform == "darwin"):
        pytest.skip(f"no {method} here")
    # A pool of processes takes functions that can be imported: the method of a fitted estimator, which is sent along.
    model = fit(n_jobs=3)
    with multiprocessing.get_context(method).Pool(2) as processes:
        results = processes.map_async(model.predict, [X, X[:1000], X[::2].copy()]).get(100)
    for labels, rows in zip(results, (slice(None), slice(1000), slice(None, None, 2)), strict=True):
        np.testing.assert_array_equal(labels, model.labels_[rows])


# ------------------------------------------------------------------------------------------- the end of the process

AT_THE_END = {
    "an object of the main module": "late = Late()",
    "an object of builtins": "import builtins; builtins.late = Late()",
    "an object of builtins, with daemons": """
    def work():
        while True:
            fit(3)

    import builtins
    builtins.late = Late()
    for _ in range(3):
        threading.Thread(target=work, daemon=True).start()
    time.sleep(0.1)""",
    "an exit handler": "import atexit; atexit.register(check)",
    "a thread that outlives the main one": """
    def work():
        threading.main_thread().join()
        check()

    threading.Thread(target=work).start()""",
    "a daemon thread": """
    def work():
        while True:
            fit(3)

    threading.Thread(target=work, daemon=True).start()
    time.sleep(0.1)
    print("same", end="")""",
}


@pytest.mark.parametrize(("n_jobs_before", "n_features"), [(1, 4), (3, 4), (3, 3)])
@pytest.mark.parametrize("who", AT_THE_END)
def test_a_fit_while_the_interpreter_shuts_down(who, n_jobs_before, n_features):
    """With helpers that are gone by then, or none yet where a new thread is refused; by rows and by cells."""
    assert (
        python(
            f"""
    import threading, time
    import numpy as np
    from coterie import KMeans

    X = np.random.RandomState(0).normal(size=(200_000, {n_features}))

    def fit(n_jobs):
        return KMeans(9, init=X[:9], n_init=1, max_iter=5, n_jobs=n_jobs).fit(X).inertia_

    expected = fit({n_jobs_before})

    def check():
        print("same" if fit(3) == expected else "another", end="", flush=True)

    class Late:
        def __del__(self, check=check):
            check()

    {AT_THE_END[who]}
    """,
            timeout=40,
        )
        == "same"
    )


# ------------------------------------------------------------------------------------------- interrupts

CONDENSED = """from coterie.hierarchy import linkage
    X = rng.normal(size=(6000, 3))
    y = coterie.distances.pdist(X)"""
POINTS = """from coterie.hierarchy import linkage
    X = rng.normal(size=(30_000, 100))"""
LONG = {
    "iterations on rows": ("X = rng.normal(size=(300_000, 8))", "KMeans(200, init=X[:200], tol=0).fit(X)"),
    "iterations on cells": ("X = rng.normal(size=(500_000, 2))", "KMeans(800, init=X[:800], tol=0).fit(X)"),
    "seeding": ("X = rng.normal(size=(300_000, 12))", "KMeans(2000).fit(X)"),
    "one thread": ("X = rng.normal(size=(300_000, 8))", "KMeans(200, init=X[:200], tol=0, n_jobs=1).fit(X)"),
    "predict": (
        "X = rng.normal(size=(300_000, 20)); m = KMeans(1000, init=X[:1000], max_iter=1).fit(X[:1000])",
        "[m.predict(X) for _ in range(50)]",
    ),
    "transform": (
        "X = rng.normal(size=(20_000, 300)); m = KMeans(500, init=X[:500], max_iter=1).fit(X[:500])",
        "[m.transform(X) for _ in range(50)]",
    ),
    "wide": ("X = rng.normal(size=(20_000, 700)).astype(np.float32)", "KMeans(300, init=X[:300], tol=0).fit(X)"),
    "linkage in rounds": (CONDENSED, "[linkage(y, 'average') for _ in range(100)]"),
    "linkage with a queue": (CONDENSED, "[linkage(y, 'centroid') for _ in range(100)]"),
    "spanning trees": (CONDENSED, "[linkage(y, 'single') for _ in range(300)]"),
    "a tree of points": (POINTS, "linkage(X, 'single')"),
    "Ward's method for points": (POINTS, "linkage(X, 'ward')"),
    "pairs of a metric without vectors": (
        "X = rng.uniform(size=(60_000, 8))",
        "coterie.DBSCAN(0.1, metric='canberra').fit(X)",
    ),
    "pairs of sparse rows": (
        """from types import SimpleNamespace
    X = rng.normal(size=(60_000, 20))
    S = SimpleNamespace(data=X.ravel(), indices=np.tile(np.arange(20), 60_000), indptr=np.arange(60_001) * 20,
                        shape=X.shape)""",
        "coterie.DBSCAN().fit(S)",
    ),
    "distances that are given": (
        "X = rng.normal(size=(5000, 2)); D = coterie.distances.cdist(X, X)",
        "[coterie.DBSCAN(0.02, metric='precomputed', min_samples=1).fit(D) for _ in range(1000)]",
    ),
    "centers, one of them nearest to all": (
        POINTS + "; X = X[:12_000]; X /= np.linalg.norm(X, axis=1)[:, None]; X[-1] = 0",
        "linkage(X, 'median')",
    ),
}


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("name", LONG)
def test_ctrl_c_is_felt_within_a_moment(name, record_property):
    prepare, work = LONG[name]
    latency = float(
        python(f"""
    import os, signal, threading, time
    import numpy as np
    import coterie
    from coterie import KMeans

    signal.signal(signal.SIGINT, signal.default_int_handler)  # it is ignored in what a shell runs in the background
    rng = np.random.RandomState(0)
    {prepare}
    sent = []

    def strike():
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(0.4, strike).start()
    try:
        {work}
    except KeyboardInterrupt:
        print(time.perf_counter() - sent[0])
    else:
        raise SystemExit("finished before Ctrl-C: make it longer")
    expected = KMeans(3, init=X[:3], n_init=1, n_jobs=1, max_iter=3).fit(X[:20000]).inertia_
    assert KMeans(3, init=X[:3], n_init=1, n_jobs=3, max_iter=3).fit(X[:20000]).inertia_ == expected
    """)
    )
    print(f"{name}: {latency:.3f} s")
    record_property("latency", latency)
    assert latency < 2  # 0.2 on a machine with nothing else to do


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupted_fit_leaves_the_estimator_as_it_was():
    python("""
    import os, pickle, signal, threading
    import numpy as np
    from coterie import KMeans

    signal.signal(signal.SIGINT, signal.default_int_handler)
    X = np.random.RandomState(0).normal(size=(300_000, 8))
    model = KMeans(200, tol=0, n_init=1, random_state=0)
    for fitted in (False, True):
        if fitted:
            model.fit(X[:500])
        before = pickle.dumps(model)
        threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            model.fit(X)
        except KeyboardInterrupt:
            assert pickle.dumps(model) == before
        else:
            raise SystemExit("finished before Ctrl-C")
    """)


@functools.cache
def places_where_signals_are_handled(code):
    """Offsets of the instructions before which the interpreter may run a signal handler."""
    places, before = set(), ""
    for instruction in dis.get_instructions(code):
        if before.startswith(("CALL", "RESUME", "JUMP_BACKWARD", "POP_JUMP_BACKWARD")):
            places.add(instruction.offset)
        before = instruction.opname
    return places


def run_interrupted(place, task, n_chunks, n_threads):
    """Ctrl-C at the given one of all places of parallel.py that a call of `run` comes by. False: it ended before."""
    passed = 0

    def trace(frame, event, argument):
        nonlocal passed
        if frame.f_code.co_filename != parallel.__file__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode" and frame.f_lasti in places_where_signals_are_handled(frame.f_code):
            passed += 1
            if passed == place:
                sys.settrace(None)
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 asks for this before it begins to trace
    sys.settrace(trace)
    try:
        parallel.run(task, n_chunks, n_threads)
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def interrupt_everywhere(monkeypatch):
    """Pools after an interrupt at each place, and the place; each pool has done its work right since."""
    for place in range(1, 1000):
        pool = parallel._Pool()
        monkeypatch.setattr(parallel, "_pool", pool)
        parallel.run(chunk_sums(100)[0], 100, 3)
        task, out = chunk_sums(100, rows=20_000)
        if not run_interrupted(place, task, 100, 3):
            assert place > 10
            return
        after = out.copy()
        time.sleep(0.002)
        np.testing.assert_array_equal(out, after)  # nobody works on behind the caller's back
        for _ in range(2):
            task, out = chunk_sums(100)
            parallel.run(task, 100, 3)
            assert (out == 1000).all()
        yield place, pool
        for worker in pool.workers:
            worker.dismiss()


@pytest.mark.timeout(60)
def test_interrupts_between_any_two_steps_do_no_harm(monkeypatch):
    assert list(interrupt_everywhere(monkeypatch))


@pytest.mark.timeout(60)
def test_interrupts_cost_no_threads(monkeypatch):
    for place, pool in interrupt_everywhere(monkeypatch):
        assert [worker.region for worker in pool.workers] == [None, None], place


@pytest.mark.timeout(60)
def test_interrupts_while_threads_start_leave_none_behind(monkeypatch):
    interrupted, place = True, 0
    while interrupted:
        place += 1
        pool, before = parallel._Pool(), set(threading.enumerate())
        monkeypatch.setattr(parallel, "_pool", pool)
        interrupted = run_interrupted(place, chunk_sums(100)[0], 100, 3)
        for worker in pool.workers:
            worker.dismiss()
        patience = time.monotonic() + 1
        while set(threading.enumerate()) - before and time.monotonic() < patience:
            time.sleep(0.001)
        assert not set(threading.enumerate()) - before, place
    assert place > 20


# ------------------------------------------------------------------------------------------- progress, cancelling


def test_the_callback_hears_of_every_stage_from_start_to_end():
    heard = []
    KMeans(5, random_state=0, n_init=2).fit(X, callback=lambda *args: heard.append(args))
    assert {stage for stage, _, _ in heard} == {"k-means++", "k-means"}
    assert all(type(done) is type(total) is int and 0 <= done <= total for _, done, total in heard)
    seeding = [done for stage, done, _ in heard if stage == "k-means++"]
    assert seeding == sorted(seeding[: len(seeding) // 2]) * 2 and seeding[-1] == 5
    last = [i for i, (stage, done, total) in enumerate(heard) if stage == "k-means" and done == total]
    assert last[-1] == len(heard) - 1


def test_the_callback_is_called_within_long_steps():
    wide = np.random.RandomState(1).normal(size=(60_000, 100))
    heard = []
    KMeans(1500, init=wide[:1500], max_iter=1).fit(wide, callback=lambda *args: heard.append(args))
    assert len(heard) > len(set(heard))


def test_the_callback_runs_in_the_calling_thread():
    threads = set()
    KMeans(5, random_state=0, n_jobs=3).fit(X, callback=lambda *_: threads.add(threading.get_ident()))
    assert threads == {threading.get_ident()}


@pytest.mark.parametrize("answer", [None, 0, "", [], np.False_, True])
def test_only_false_itself_cancels(answer):
    KMeans(2, random_state=0).fit(X[:100], callback=lambda *_: answer)


def test_false_cancels_with_an_error_of_its_own():
    with pytest.raises(Cancelled, match="k-means"), coterie.progress(lambda stage, done, total: done < 3):
        fit()
    fit()  # outside of the context


def test_errors_in_the_callback_come_through_and_the_pool_survives():
    for at in range(6):

        def callback(stage, done, total):
            if done == at:  # noqa: B023
                raise LookupError("mine")

        with pytest.raises(LookupError, match="mine"), coterie.progress(callback):
            fit(n_jobs=3)
    assert fit(n_jobs=3).inertia_ == fit(n_jobs=1).inertia_


METHODS = ("single", "complete", "average", "weighted", "centroid", "median", "ward")


@pytest.mark.parametrize("of_points", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_linkage_tells_how_far_it_is(monkeypatch, method, of_points):
    slow_linkage_of_few(monkeypatch)
    y, heard = X[:500] if of_points else distances.pdist(X[:500]), []
    with coterie.progress(lambda *args: heard.append(args)):
        linkage(y, method, n_jobs=2)
    told = [(done, total) for stage, done, total in heard if stage == "linkage"]
    assert told == sorted(told) and len(told) > 2 and told[-1] == (499, 499)
    assert all(type(number) is int for pair in told for number in pair)


@pytest.mark.parametrize("of_points", [False, True])
@pytest.mark.parametrize("method", METHODS)
def test_a_callback_that_says_false_or_fails_stops_linkage_and_nothing_is_lost(monkeypatch, method, of_points):
    slow_linkage_of_few(monkeypatch)
    y = X[:500] if of_points else distances.pdist(X[:500])
    before, expected = y.copy(), linkage(y, method, n_jobs=1)
    for at in (0, 1, 2):
        heard = []

        def callback(*args):
            heard.append(args)  # noqa: B023
            return len(heard) <= at  # noqa: B023

        with pytest.raises(Cancelled, match=f"during {'(linkage|distances)'} at"), coterie.progress(callback):
            linkage(y, method, n_jobs=3)
        assert len(heard) == at + 1
        np.testing.assert_array_equal(y, before)
        np.testing.assert_array_equal(linkage(y, method, n_jobs=3), expected)


@pytest.mark.parametrize("metric", ["euclidean", "canberra", "precomputed"])
@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
def test_dbscan_tells_how_far_it_is_and_can_be_stopped(monkeypatch, metric):
    monkeypatch.setattr(thresholds, "pair_tile", 64)
    data, heard = X[:500] if metric != "precomputed" else distances.cdist(X[:500], X[:500]), []
    model = DBSCAN(0.5, metric=metric, n_jobs=2).fit(data, callback=lambda *args: heard.append(args))
    stages = [stage for stage, _, _ in heard]
    for stage in set(stages):
        told = [(done, total) for each, done, total in heard if each == stage]
        assert told == sorted(told) and told[-1][0] == told[-1][1]
        assert all(type(number) is int for pair in told for number in pair)
    before = vars(model).copy()
    for at in {0, len(heard) // 2, len(heard) - 1}:
        count = []
        with pytest.raises(Cancelled, match=f"during {stages[at]} at"):
            model.fit(data, callback=lambda *args: count.append(args) or len(count) <= at)  # noqa: B023
        assert len(count) == at + 1
        assert all(vars(model)[name] is before[name] for name in before)


def test_the_inner_progress_wins_and_the_outer_one_comes_back():
    outer, inner = [], []
    with coterie.progress(lambda *args: outer.append(args)):
        with coterie.progress(lambda *args: inner.append(args)):
            fit()
        assert inner and not outer
        fit(n_jobs=1)
    assert set(outer) == set(inner)
    heard = len(outer)
    fit()
    assert len(outer) == heard


def test_progress_is_of_the_calling_thread_only():
    heard = []
    with coterie.progress(lambda *args: heard.append(args)):
        thread = threading.Thread(target=fit)
        thread.start()
        thread.join()
    assert not heard


def test_progress_without_a_callback_shows_a_bar(capsys):
    pytest.importorskip("tqdm")
    with coterie.progress():
        fit()
    assert "k-means" in capsys.readouterr().err


def test_progress_without_tqdm_shows_nothing(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with coterie.progress():
        fit()
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


# ------------------------------------------------------------------------------------------- how many threads


@pytest.fixture
def cpus(monkeypatch):
    """Eight CPUs and no environment variables."""
    monkeypatch.setattr(threads, "_cpus", 8)
    for name in ("COTERIE_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    yield 8
    coterie.set_num_threads(None)


def test_default_is_all_that_the_process_may_use(cpus):
    assert coterie.get_num_threads() == 8


def test_set_num_threads_holds_until_it_is_taken_back(cpus):
    coterie.set_num_threads(3)
    assert coterie.get_num_threads() == threads.resolve_n_jobs(None) == 3
    coterie.set_num_threads(20)
    assert coterie.get_num_threads() == 20
    coterie.set_num_threads(None)
    assert coterie.get_num_threads() == 8


def test_contexts_nest_and_come_undone_even_after_errors(cpus):
    coterie.set_num_threads(5)
    with coterie.num_threads(3):
        with contextlib.suppress(KeyError), coterie.num_threads(np.int64(2)):
            assert coterie.get_num_threads() == 2
            raise KeyError
        assert coterie.get_num_threads() == 3
        coterie.set_num_threads(7)
        assert coterie.get_num_threads() == 3
    assert coterie.get_num_threads() == 7


def test_contexts_are_of_the_calling_thread(cpus):
    counts = []
    with coterie.num_threads(3):
        thread = threading.Thread(target=lambda: counts.append(coterie.get_num_threads()))
        thread.start()
        thread.join()
    assert counts == [8]


@pytest.mark.parametrize("function", [coterie.set_num_threads, lambda n: coterie.num_threads(n).__enter__()])
@pytest.mark.parametrize(("count", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), ("2", TypeError)])
def test_a_bad_count_is_refused_and_changes_nothing(cpus, function, count, error):
    with pytest.raises(error, match="number of threads"):
        function(count)
    assert coterie.get_num_threads() == 8


def test_what_n_jobs_means(cpus):
    meaning = {n: threads.resolve_n_jobs(n) for n in (None, 1, 2, 100, -1, -2, -7, -8, -100)}
    assert meaning == {None: 8, 1: 1, 2: 2, 100: 100, -1: 8, -2: 7, -7: 2, -8: 1, -100: 1}
    with coterie.num_threads(3):
        assert (threads.resolve_n_jobs(None), threads.resolve_n_jobs(-1)) == (3, 8)


@pytest.mark.parametrize(
    ("count", "error"),
    [
        (math.inf, TypeError),
        (math.nan, TypeError),
        ("2", TypeError),
        (2.5, TypeError),
        (10**400, ValueError),
        (-(10**400), ValueError),
        (10**5000, ValueError),
        (2**70, ValueError),
        (2**31, ValueError),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else repr(value)[:10] if value != 10**5000 else "long",
)
def test_what_is_no_count_is_named_with_the_rule(cpus, count, error):
    calls = {
        "number of threads": [coterie.set_num_threads, lambda n: coterie.num_threads(n).__enter__()],
        "n_jobs": [
            threads.resolve_n_jobs,
            lambda n: linkage(X[:50], n_jobs=n),
            lambda n: distances.cdist(X[:50], X[:50], n_jobs=n),
            lambda n: coterie.neighbors.kneighbors(X[:50], 2, n_jobs=n),
        ],
    }
    for name, functions in calls.items():
        for function in functions:
            with pytest.raises(error, match=rf"{name} must be an int\b.*got"):
                function(count)
    assert coterie.get_num_threads() == 8


def test_an_absurd_count_starts_no_absurd_number_of_threads(pool, cpus, monkeypatch):
    assert threads.resolve_n_jobs(10**6) == threads.resolve_n_jobs(257) == 256
    with coterie.num_threads(2**31 - 1):
        assert coterie.get_num_threads() == 256
    task, out = chunk_sums(2000, rows=1)
    parallel.run(task, 2000, threads.resolve_n_jobs(10**6))
    assert (out == 1).all() and len(pool.workers) == 255
    monkeypatch.setattr(threads, "_cpus", 384)
    assert threads.resolve_n_jobs(-1) == threads.resolve_n_jobs(10**6) == 384


def test_n_jobs_0_is_an_error(cpus):
    with pytest.raises(ValueError, match="n_jobs"):
        threads.resolve_n_jobs(0)
    for call in (fit, functools.partial(coterie.kmeans_plusplus, X, 3), functools.partial(coterie.k_means, X, 3)):
        with pytest.raises(ValueError, match="n_jobs"):
            call(n_jobs=0)


@pytest.mark.parametrize(
    ("ours", "openmp", "expected"),
    [
        ("3", None, 3),
        (None, "3", 3),
        ("3", "2", 3),
        (None, "4,2", 4),
        ("100", None, 8),
        ("", "5", 5),
        ("0", "5", 5),
        ("-1", "5", 5),
        ("many", None, 8),
        ("two", "5", 5),
        (" 6 ", None, 6),
    ],
)
def test_environment_variables_cap_the_default(cpus, monkeypatch, ours, openmp, expected):
    for name, value in (("COTERIE_NUM_THREADS", ours), ("OMP_NUM_THREADS", openmp)):
        if value is not None:
            monkeypatch.setenv(name, value)
    assert coterie.get_num_threads() == expected
    assert threads.resolve_n_jobs(100) == 100  # asked for by name


def test_environment_variables_of_a_new_process():
    code = "import coterie; print(coterie.get_num_threads())"
    assert python(code, COTERIE_NUM_THREADS="1") == python(code, COTERIE_NUM_THREADS="", OMP_NUM_THREADS="1") == "1\n"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_affinity_is_respected():
    assert (
        python(
            """
    import os
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    import coterie
    print(coterie.get_num_threads())
    """,
            COTERIE_NUM_THREADS="",
            OMP_NUM_THREADS="",
        )
        == "1\n"
    )


def cpus_with(monkeypatch, files, affinity=16):
    """Available CPUs on a system with these files."""

    def fake_open(path, *args, **kwargs):
        if path in files:
            return io.StringIO(files[path])
        raise FileNotFoundError(path)

    monkeypatch.setattr(cgroup, "open", fake_open, raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(affinity)), raising=False)
    return threads._available_cpus()


V2 = {"/proc/self/cgroup": "0::/user.slice/job\n"}
V1 = {"/proc/self/cgroup": "12:memory:/docker/x\n4:cpu,cpuacct:/docker/x\n1:name=systemd:/docker/x\n"}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 16),
        ({"/proc/self/cgroup": ""}, 16),
        (V2, 16),
        ({**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": "max 100000\n"}, 16),
        ({**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": "300000 100000\n"}, 3),
        ({**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": "250000 100000\n"}, 3),
        ({**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": "1000 100000\n"}, 1),
        ({**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": "9900000 100000\n"}, 16),
        (
            {
                **V2,
                "/sys/fs/cgroup/user.slice/cpu.max": "200000 100000\n",
                "/sys/fs/cgroup/user.slice/job/cpu.max": "max 100000\n",
            },
            2,
        ),  # the parent's limit counts
        (
            {"/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "400000 100000\n"},
            4,
        ),  # seen from inside a container
        ({"/proc/self/cgroup": "0::/../..\n", "/sys/fs/cgroup/cpu.max": "400000 100000\n"}, 4),
        (V1, 16),
        (
            {
                **V1,
                "/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us": "-1\n",
                "/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000\n",
            },
            16,
        ),
        (
            {
                **V1,
                "/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_quota_us": "150000\n",
                "/sys/fs/cgroup/cpu,cpuacct/docker/x/cpu.cfs_period_us": "100000\n",
            },
            2,
        ),
        (
            {
                **V1,
                "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",  # mounted at the root, inside a container
                "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
            },
            1,
        ),
        ({**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": ""}, 16),
    ],
    ids=str,
)
def test_quota_of_a_container(monkeypatch, files, expected):
    assert cpus_with(monkeypatch, files) == expected


def test_the_tighter_of_quota_and_affinity_counts(monkeypatch):
    files = {**V2, "/sys/fs/cgroup/user.slice/job/cpu.max": "600000 100000\n"}
    assert cpus_with(monkeypatch, files, affinity=4) == 4
    assert cpus_with(monkeypatch, files, affinity=12) == 6


def test_this_machine_has_a_cpu():
    assert 1 <= threads._available_cpus() <= (os.cpu_count() or 1)
