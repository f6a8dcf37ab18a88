"""Many threads of one process call at once: same bits, few helpers."""

import concurrent.futures
import copy
import threading

import numpy as np
import pytest
from pipelines.tools import helpers
from runtime.tools import python

import coterie
from coterie import hierarchy, neighbors, scores

rng = np.random.RandomState(0)
BLOBS = [rng.normal(size=(3000, 2)) + 6 * rng.randint(3, size=(3000, 1)) for _ in range(4)]
WIDE = [rng.normal(size=(1000, 12)) for _ in range(4)]
for each in BLOBS + WIDE:
    each.setflags(write=False)  # shared, and nobody writes to it

DOINGS = {
    "k-means": lambda i: coterie.KMeans(20, random_state=i, n_jobs=3).fit(BLOBS[i]).cluster_centers_,
    "k-means of many features": lambda i: coterie.KMeans(9, random_state=i, n_jobs=3).fit(WIDE[i]).cluster_centers_,
    "DBSCAN": lambda i: coterie.DBSCAN(0.3, n_jobs=3).fit(BLOBS[i]).labels_,
    "trees": lambda i: hierarchy.linkage(WIDE[i], "average", n_jobs=3),
    "trees of points": lambda i: hierarchy.linkage(BLOBS[i], "ward", n_jobs=3),
    "neighbors": lambda i: neighbors.kneighbors(BLOBS[i], 5, n_jobs=3)[1],
    "silhouettes": lambda i: scores.silhouette_samples(WIDE[i], np.arange(1000) % 4),
}


@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
def test_eight_callers_get_the_bits_of_one():
    """Each does all kinds of work, in another order; two of them share each data set."""
    jobs = [(name, i) for i in range(4) for name in DOINGS]
    expected = {job: DOINGS[job[0]](job[1]) for job in jobs}
    before, start = len(helpers()), threading.Barrier(8)

    def call(caller):
        start.wait()
        return {(name, i): DOINGS[name](i) for name, i in jobs[caller * 3 :] + jobs[: caller * 3]}

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for found in pool.map(call, range(8)):
            for job in jobs:
                np.testing.assert_array_equal(found[job], expected[job], err_msg=job)
    assert len(helpers()) <= before + 2


def test_helpers_are_as_many_as_the_largest_call_asks_for():
    """However many threads call. Those of Python and those of the system are counted, while they work."""
    python(
        """
        import concurrent.futures, os, threading
        import numpy as np
        import coterie
        from coterie._runtime import threads

        threads._cpus = 4
        X = np.random.RandomState(0).normal(size=(60_000, 4))
        start, of_python, of_system = threading.Barrier(8), [], []

        def count(*report):
            of_python.append(sum(thread.name == "coterie" for thread in threading.enumerate()))
            if os.path.isdir("/proc/self/task"):
                of_system.append(len(os.listdir("/proc/self/task")))

        def call(seed):
            start.wait()
            return coterie.KMeans(9, random_state=seed, n_init=1, max_iter=10).fit(X, callback=count).inertia_

        count()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            found = list(pool.map(call, [0, 1, 2, 3] * 2))
        assert found[:4] == found[4:]
        assert of_python[0] == 0 and max(of_python) == 3, of_python
        assert not of_system or max(of_system) <= of_system[0] + 8 + 3, of_system
        """,
        OMP_NUM_THREADS="",
        COTERIE_NUM_THREADS="",
    )


def test_callers_share_one_fitted_model():
    model = coterie.KMeans(9, random_state=0, n_jobs=3).fit(WIDE[0])

    def call(X):
        return model.predict(X), model.transform(X), model.score(X)

    expected, before = list(map(call, WIDE * 8)), copy.deepcopy(vars(model))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        np.testing.assert_equal(list(pool.map(call, WIDE * 8)), expected)
    np.testing.assert_equal(vars(model), before)


def test_a_model_that_several_callers_fit_is_that_of_one_of_them():
    model = coterie.KMeans(4, random_state=0, n_jobs=3)
    expected = [copy.copy(model).fit(X) for X in BLOBS + WIDE]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            list(pool.map(model.fit, BLOBS + WIDE))
            assert any(
                np.array_equal(model.labels_, each.labels_)
                and np.array_equal(model.cluster_centers_, each.cluster_centers_)
                and (model.inertia_, model.n_features_in_) == (each.inertia_, each.n_features_in_)
                for each in expected
            )


def test_settings_of_a_caller_are_its_own():
    start = threading.Barrier(8)

    def call(n):
        stages = []
        with coterie.num_threads(n), coterie.progress(lambda *report: stages.append(report)):
            start.wait()
            coterie.KMeans(n, random_state=0).fit(BLOBS[0][:100])
            start.wait()
            assert {total for stage, _, total in stages if stage == "k-means++"} == {n}
            return coterie.get_num_threads()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert list(pool.map(call, range(2, 10))) == list(range(2, 10))


def test_an_error_in_one_caller_is_its_own():
    def call(k):
        return coterie.KMeans(k, random_state=0, n_jobs=3).fit(WIDE[0]).inertia_

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(call, k) for k in (9, 0, 9, 2000) * 4]
        for i, each in enumerate(calls):
            if i % 2:
                assert isinstance(each.exception(), ValueError)
            else:
                assert each.result() == calls[0].result()
