"""Forked children. Pools of processes are in pipelines/test_processes.py."""

import os
import sys
import sysconfig

import numpy as np
import pytest
from runtime.tools import python

needs_fork = pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="no fork to rely on")
beside_threads = pytest.mark.skipif(
    bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    reason="without a GIL a child can hang in numpy if other threads used arrays when it was forked",
)
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
@beside_threads
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
        HDBSCAN,
        OPTICS,
        KMeans,
        KMedians,
        KMedoids,
        KPrototypes,
        MiniBatchKMeans,
        BisectingKMeans,
        SphericalKMeans,
        SizeConstrainedKMeans,
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
    from coterie._runtime import parallel

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
        "bisecting k-means": lambda: BisectingKMeans(9, random_state=0, n_jobs=2).fit(X),
        "k-means by small batches": lambda: MiniBatchKMeans(9, random_state=0, n_jobs=2).fit(X),
        "k-medians": lambda: KMedians(9, random_state=0, n_jobs=2).fit(X),
        "k-means of sparse rows": lambda: [each(9, random_state=0, n_jobs=2).fit(sparse)
                                           for each in (KMeans, MiniBatchKMeans, BisectingKMeans, SphericalKMeans)],
        "a stream": lambda: MiniBatchKMeans(9, random_state=0, n_jobs=2).fit_batches([X, X]),
        "spherical k-means": lambda: SphericalKMeans(9, random_state=0, n_jobs=2).fit(X),
        "k-means with bounds": lambda: SizeConstrainedKMeans(9, 300, random_state=0, n_jobs=2).fit(X),
        "predict": lambda: model.predict(X),
        "transform and score": lambda: (model.transform(X), model.score(X)),
        "DBSCAN on a tree": lambda: DBSCAN(0.5, n_jobs=2).fit(X),
        "DBSCAN predicts": lambda: on_tree.predict(X),
        "DBSCAN on a projection": lambda: DBSCAN(6, n_jobs=2).fit(wide),
        "DBSCAN on all pairs": lambda: DBSCAN(0.1, metric="canberra", n_jobs=2).fit(wide),
        "DBSCAN on sparse rows": lambda: DBSCAN(6, n_jobs=2).fit(sparse),
        "DBSCAN on a matrix": lambda: DBSCAN(0.5, metric="precomputed", n_jobs=2).fit(matrix),
        "k-medoids": lambda: KMedoids(5, random_state=0, n_jobs=2).fit(X),
        "OPTICS": lambda: OPTICS(n_jobs=2).fit(X),
        "HDBSCAN": lambda: HDBSCAN(n_jobs=2).fit(X),
        "k-prototypes": lambda: KPrototypes(5, n_init=2, categorical=[0], n_jobs=2).fit(X.round()),
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
        "recommend": lambda: selection.recommend(few[:40], random_state=0),
        "suggest eps": lambda: selection.suggest_eps(X),
        "profile": lambda: explain.profile(X, labels).sentences,
        "drift": lambda: explain.drift(model, X[:500]).sentences,
        "outliers": lambda: (outlier_scores(X, model), outlier_scores(X, on_tree)),
        "scaling": lambda: (scaling.Scaler("auto").fit_transform(X), scaling.variance_shares(X)),
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
    run, seen = parallel._run, set()
    arrived, forked = queue.SimpleQueue(), queue.SimpleQueue()

    def run_and_wait(*work):
        caller = sys._getframe(2)
        place = name, caller.f_code, caller.f_lineno
        if threading.current_thread() is other and place not in seen:
            seen.add(place)
            arrived.put(name)
            forked.get()
        run(*work)

    def do_it():
        try:
            do()
            arrived.put("finished")
        except BaseException as error:
            arrived.put(error)

    parallel._run = run_and_wait
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
@beside_threads
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
    """A child that is forked while another thread imports a module waits for it forever.

    But for numpy.ma, which is imported before any fork.
    """
    python(
        EVERYTHING
        + """
    for name, do in doings.items():
        before = set(sys.modules)
        do()
        assert not {each for each in set(sys.modules) - before if not each.startswith("numpy.ma")}, name
    """
    )


@needs_fork
def test_a_child_that_is_forked_within_a_step_of_several_threads_says_so():
    python(
        FORK
        + """
    import signal, sys
    import coterie
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


@needs_fork
@pytest.mark.skipif(int(np.__version__.split(".")[0]) < 2, reason="this numpy imports numpy.ma with itself")
def test_a_child_that_is_forked_while_another_thread_first_looks_for_different_values_has_them_too():
    python(
        FORK
        + """
    import sys

    class Slowly:
        "Holds the lock of the import until the other thread forks."
        def find_spec(self, name, path, target=None):
            if name == "numpy.ma.core":
                begun.set()
                time.sleep(0.2)

    begun = threading.Event()
    assert "numpy.ma" not in sys.modules
    sys.meta_path.insert(0, Slowly())
    other = threading.Thread(target=lambda: np.unique([1, 2, 1]))
    other.start()
    begun.wait()
    assert in_a_child(lambda: int(np.unique([1, 2, 1]).tolist() != [1, 2])) == 0
    other.join()
    """
    )
