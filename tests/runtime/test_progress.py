"""Callbacks hear how far the work is, and stop it."""

import pickle
import re
import sys
import threading

import numpy as np
import pytest
from runtime.tools import X, fit, slow_linkage_of_few

import coterie
from coterie import DBSCAN, HDBSCAN, OPTICS, Cancelled, KMeans, KMedoids, distances
from coterie._runtime.thresholds import thresholds
from coterie.hierarchy import linkage, optimal_leaf_ordering


def test_the_callback_hears_of_every_stage_from_start_to_end():
    heard = []
    KMeans(5, random_state=0, n_init=2).fit(X, callback=lambda *args: heard.append(args))
    assert {stage for stage, _, _ in heard} == {"k-means++", "k-means"}
    assert all(type(done) is type(total) is int and 0 <= done <= total for _, done, total in heard)
    seeding = [done for stage, done, _ in heard if stage == "k-means++"]
    assert seeding == sorted(seeding[: len(seeding) // 2]) * 2 and seeding[-1] == 5
    last = [i for i, (stage, done, total) in enumerate(heard) if stage == "k-means" and done == total]
    assert last[-1] == len(heard) - 1


def test_a_callback_with_a_parameter_of_this_name_hears_of_the_inertia():
    heard = []

    def callback(stage, done, total, *, inertia):
        heard.append((stage, inertia))

    model = KMeans(5, random_state=0, tol=0).fit(X, callback=callback)
    assert {inertia for stage, inertia in heard if stage == "k-means++"} == {None}
    inertias = [inertia for stage, inertia in heard if stage == "k-means"]
    assert inertias[0] is None and inertias[-1] == model.inertia_ and len(inertias) == model.n_iter_ + 1
    start = KMeans(5, random_state=0, max_iter=1).fit(X)
    assert inertias[2] == pytest.approx(start.inertia_)
    assert inertias[1:] == sorted(inertias[1:], reverse=True)
    DBSCAN(1000).fit(X[:50], callback=callback)
    assert heard[-1][1] is None


def test_stop_iteration_ends_k_means_with_the_best_result_so_far():
    def stop_at(run, iteration):
        runs = []

        def callback(stage, done, total):
            if stage == "k-means":
                runs.extend([done] if done == 0 else [])
                if len(runs) == run and done == iteration:
                    raise StopIteration

        return callback

    start = X[:5]
    model = KMeans(5, init=start, tol=0).fit(X, callback=stop_at(1, 3))
    expected = KMeans(5, init=start, tol=0, max_iter=3).fit(X)
    assert model.n_iter_ == 3 and model.inertia_ == expected.inertia_
    assert np.array_equal(model.labels_, expected.labels_) and np.array_equal(model.labels_, model.predict(X))
    params = {"init": "random", "n_init": 4, "random_state": 3}
    for iteration in (0, 1):
        model = KMeans(5, **params).fit(X, callback=stop_at(3, iteration))
        assert model.inertia_ == KMeans(5, **{**params, "n_init": 2}).fit(X).inertia_
    with coterie.progress(stop_at(1, 2)):
        assert KMeans(5, init=start, tol=0).fit(X).n_iter_ == 2


def test_stop_iteration_without_a_result_cancels():
    def callback(stage, done, total):
        raise StopIteration

    model = KMeans(5, random_state=0).fit(X)
    before = model.__dict__.copy()
    with pytest.raises(Cancelled, match="no result yet"):
        model.fit(X, callback=callback)
    assert model.__dict__ == before
    with pytest.raises(Cancelled, match="no result yet"):
        DBSCAN().fit(X, callback=callback)
    with pytest.raises(Cancelled, match="no result yet"), coterie.progress(callback):
        coterie.selection.sweep(KMeans(random_state=0), X, {"n_clusters": [2, 3]})


def test_stop_iteration_within_a_long_step_waits_for_its_end():
    wide = np.random.RandomState(1).normal(size=(60_000, 100))
    heard = []

    def callback(stage, done, total):
        heard.append(done)
        if heard[:2] == [0, 0]:  # the second one came within the step
            raise StopIteration

    model = KMeans(1500, init=wide[:1500], max_iter=3).fit(wide, callback=callback)
    assert heard == [0, 0] and model.n_iter_ == 1
    assert np.array_equal(model.labels_, KMeans(1500, init=wide[:1500], max_iter=1).fit(wide).labels_)


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


def test_the_error_pickles_under_its_public_name():
    error = pickle.loads(pickle.dumps(Cancelled("stopped")))
    assert type(error) is Cancelled and str(error) == "stopped" and Cancelled.__module__ == "coterie"


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
    of_linkage = "spanning tree" if of_points and method == "single" else "linkage"
    told = [(done, total) for stage, done, total in heard if stage == of_linkage]
    assert told == sorted(told) and len(told) > 2 and (told[0], told[-1]) == ((0, 499), (499, 499))
    assert all(type(number) is int for pair in told for number in pair)


def test_the_ordering_of_leaves_can_be_stopped_from_its_beginning():
    y, heard = distances.pdist(X[:500]), []
    Z = linkage(y, "average")
    with coterie.progress(lambda *args: heard.append(args)):
        expected = optimal_leaf_ordering(Z, y)
    assert heard[0] == ("leaf ordering", 0, 499)
    with pytest.raises(Cancelled, match="during leaf ordering at 0 of 499"), coterie.progress(lambda *args: False):
        optimal_leaf_ordering(Z, y)
    np.testing.assert_array_equal(optimal_leaf_ordering(Z, y), expected)


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

        stages = r"during (linkage|distances|neighbors|spanning tree) at"
        with pytest.raises(Cancelled, match=stages), coterie.progress(callback):
            linkage(y, method, n_jobs=3)
        assert len(heard) == at + 1
        np.testing.assert_array_equal(y, before)
        np.testing.assert_array_equal(linkage(y, method, n_jobs=3), expected)


@pytest.mark.parametrize("metric", ["euclidean", "canberra", "precomputed"])
@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
def test_dbscan_tells_how_far_it_is_and_can_be_stopped(monkeypatch, metric):
    monkeypatch.setattr(thresholds, "pair_tile", 64)
    check_progress(DBSCAN(0.5, metric=metric, n_jobs=2), metric)


@pytest.mark.parametrize("metric", ["euclidean", "canberra", "precomputed"])
@pytest.mark.parametrize("weight", [None, 2.0], ids=["", "weighted"])
@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
def test_hdbscan_tells_how_far_it_is_and_can_be_stopped(metric, weight):
    centers = None if metric == "precomputed" else "both"
    model = HDBSCAN(metric=metric, n_jobs=2, store_centers=centers)
    repeated = ("spanning tree", "distances", "neighbors")  # several times, or without saying that they are over
    check_progress(model, metric, repeated, sample_weight=weight)


@pytest.mark.parametrize("metric", ["euclidean", "canberra", "precomputed"])
@pytest.mark.filterwarnings("ignore::coterie.ClusteringWarning")
def test_optics_tells_how_far_it_is_and_can_be_stopped(metric):
    check_progress(OPTICS(metric=metric, n_jobs=2), metric, ("neighbors", "distances"))


@pytest.mark.parametrize("init", ["k-medoids++", "build", "random"])
@pytest.mark.parametrize("metric", ["euclidean", "canberra", "precomputed"])
def test_kmedoids_tells_how_far_it_is_and_can_be_stopped(metric, init):
    check_progress(
        KMedoids(5, metric=metric, init=init, random_state=0, n_jobs=2),
        metric,
        ("swaps", "sums of distances", "distances"),
    )


def check_progress(model, metric, repeated=(), **options):
    data, heard = X[:500] if metric != "precomputed" else distances.cdist(X[:500], X[:500]), []
    model.fit(data, callback=lambda *args: heard.append(args), **options)
    stages = [stage for stage, _, _ in heard]
    for stage in set(stages) - set(repeated):
        told = [(done, total) for each, done, total in heard if each == stage]
        assert told == sorted(told) and told[-1][0] == told[-1][1]
        assert all(type(number) is int for pair in told for number in pair)
    before = vars(model).copy()
    for at in {0, len(heard) // 2, len(heard) - 1}:
        count = []
        with pytest.raises(Cancelled, match=re.escape(f"during {stages[at]} at")):
            model.fit(data, callback=lambda *args: count.append(args) or len(count) <= at, **options)  # noqa: B023
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


@pytest.mark.skipif(
    getattr(sys.flags, "thread_inherit_context", False), reason="new threads take the settings along here"
)
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
