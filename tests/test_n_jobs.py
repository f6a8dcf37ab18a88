"""n_jobs=1 is one thread, in every public function that takes it, and in all that the function calls."""

import importlib
import inspect
import io
from unittest import mock

import numpy as np
import pytest

import coterie
from coterie import distances, hierarchy, neighbors, scores, selection
from coterie._runtime import parallel

RNG = np.random.RandomState(0)
X = RNG.normal(size=(3000, 4))
MANY = RNG.normal(size=(100_000, 4))
SOME = MANY[:20_000]
LABELS = RNG.randint(3, size=len(X))
FEW = np.where(np.arange(len(X)) < 20, LABELS, -1)
CONDENSED = distances.pdist(X)
MATRIX = distances.squareform(CONDENSED)


def sparse_rows(n=5000, n_features=500, stored=220):
    """So many numbers that two threads check them."""
    from scipy import sparse

    columns = np.sort(RNG.randint(n_features, size=(n, stored)), axis=1).ravel()
    return sparse.csr_matrix((np.ones(n * stored), columns, np.arange(n + 1) * stored), shape=(n, n_features))


def agglomerative(linkage, X=X, **params):
    return lambda n: coterie.AgglomerativeClustering(3, linkage=linkage, n_jobs=n, **params).fit(X)


def sparse_call(call):
    def run(n):
        pytest.importorskip("scipy")
        call(sparse_rows(), n)

    return run


def difference(x, y):
    return abs(x[0] - y[0])


def page(n):
    with mock.patch("coterie.report._write_report.matplotlib_is_there", lambda: False):
        return coterie.write_report(X[:1500], io.StringIO(), n_clusters=2, n_jobs=n)


def search(n):
    return neighbors.NearestNeighbors(n_neighbors=3, radius=0.5, n_jobs=n)


def searched(n):
    pytest.importorskip("scipy")
    return search(n).fit(MANY)


def sweep(n):
    return selection.sweep(coterie.KMeans(n_init=1), X, {"n_clusters": [2, 3]}, stability=2, random_state=0, n_jobs=n)


# Under the name of each public function or class: calls with so many rows that more threads would pay.
CALLS = {
    "coterie.AgglomerativeClustering": {
        **{linkage: agglomerative(linkage) for linkage in ("ward", "average", "centroid")},
        "all pairs": agglomerative("complete", metric="manhattan"),
        "precomputed": agglomerative("average", MATRIX, metric="precomputed"),
        "predict": lambda n: agglomerative("average")(n).predict(X),
    },
    "coterie.DBSCAN": {
        "fit": lambda n: coterie.DBSCAN(0.3, n_jobs=n).fit(MANY),
        "all pairs": lambda n: coterie.DBSCAN(0.3, metric="canberra", n_jobs=n).fit(X),
        "precomputed": lambda n: coterie.DBSCAN(0.3, metric="precomputed", n_jobs=n).fit(MATRIX),
        "predict": lambda n: coterie.DBSCAN(0.3, n_jobs=n).fit(X).predict(MANY),
        "sparse": sparse_call(lambda S, n: coterie.DBSCAN(25.0, n_jobs=n).fit(S).predict(S[:50])),
    },
    "coterie.DivisiveClustering": {
        "fit": lambda n: coterie.DivisiveClustering(3, n_jobs=n).fit(X),
        "callable": lambda n: coterie.DivisiveClustering(3, metric=difference, n_jobs=n).fit(X[:1100]),
    },
    "coterie.HDBSCAN": {
        "fit": lambda n: coterie.HDBSCAN(n_jobs=n).fit(MANY),
        "weights": lambda n: coterie.HDBSCAN(n_jobs=n).fit(MANY, sample_weight=2),
        "all pairs": lambda n: coterie.HDBSCAN(metric="canberra", n_jobs=n).fit(X),
        "precomputed": lambda n: coterie.HDBSCAN(metric="precomputed", n_jobs=n).fit(MATRIX),
        "predict": lambda n: coterie.HDBSCAN(n_jobs=n).fit(X).predict(MANY),
        "centers": lambda n: coterie.HDBSCAN(store_centers="both", n_jobs=n).fit(X),
    },
    "coterie.KMedoids": {
        "fit": lambda n: coterie.KMedoids(5, random_state=0, n_jobs=n).fit(X),
        "build": lambda n: coterie.KMedoids(5, init="build", n_jobs=n).fit(X),
        "precomputed": lambda n: coterie.KMedoids(5, metric="precomputed", random_state=0, n_jobs=n).fit(MATRIX),
        "rows": lambda n: coterie.KMedoids(3, init=X[:3], n_jobs=n).fit(X[:2000]),
        "predict": lambda n: coterie.KMedoids(20, random_state=0, n_jobs=n).fit(X[:300]).predict(MANY),
        "transform": lambda n: coterie.KMedoids(20, random_state=0, n_jobs=n).fit(X[:300]).transform(MANY),
        "score": lambda n: coterie.KMedoids(20, random_state=0, n_jobs=n).fit(X[:300]).score(MANY),
    },
    "coterie.OPTICS": {
        "fit": lambda n: coterie.OPTICS(n_jobs=n).fit(SOME),
        "many features": lambda n: coterie.OPTICS(n_jobs=n).fit(np.tile(X[:300], 8)),
        "all pairs": lambda n: coterie.OPTICS(metric="canberra", n_jobs=n).fit(X[:300]),
        "predict": lambda n: coterie.OPTICS(n_jobs=n).fit(X).predict(MANY),
    },
    "coterie.compute_optics_graph": {
        "fit": lambda n: coterie.compute_optics_graph(SOME, n_jobs=n),
        "weights": lambda n: coterie.compute_optics_graph(SOME, sample_weight=2, n_jobs=n),
    },
    "coterie.KMeans": {
        "rows": lambda n: coterie.KMeans(20, max_iter=3, n_jobs=n).fit(MANY),
        "cells": lambda n: coterie.KMeans(20, max_iter=3, n_jobs=n).fit(MANY[:, :2].copy()),
        "k-means||": lambda n: coterie.KMeans(20, init="k-means||", max_iter=3, n_jobs=n).fit(MANY),
        "predict": lambda n: coterie.KMeans(20, max_iter=3, n_jobs=n).fit(MANY).predict(MANY),
        "transform": lambda n: coterie.KMeans(20, max_iter=3, n_jobs=n).fit(MANY).transform(MANY),
        "score": lambda n: coterie.KMeans(20, max_iter=3, n_jobs=n).fit(MANY).score(MANY),
        "sparse": sparse_call(lambda S, n: coterie.KMeans(9, n_jobs=n, random_state=0).fit(S).predict(S)),
    },
    "coterie.BisectingKMeans": {
        "fit": lambda n: coterie.BisectingKMeans(3, n_jobs=n, random_state=0).fit(MANY),
        "predict": lambda n: coterie.BisectingKMeans(20, n_jobs=n, random_state=0).fit(X[:300]).predict(MANY),
    },
    "coterie.KMedians": {
        "fit": lambda n: coterie.KMedians(9, random_state=0, max_iter=5, n_jobs=n).fit(MANY),
        "predict": lambda n: coterie.KMedians(20, random_state=0, n_jobs=n).fit(X[:300]).predict(MANY),
        "transform": lambda n: coterie.KMedians(20, random_state=0, n_jobs=n).fit(X[:300]).transform(MANY),
        "score": lambda n: coterie.KMedians(20, random_state=0, n_jobs=n).fit(X[:300]).score(MANY),
    },
    "coterie.MiniBatchKMeans": {
        "fit": lambda n: coterie.MiniBatchKMeans(9, random_state=0, max_iter=5, n_jobs=n).fit(MANY),
        "partial_fit": lambda n: coterie.MiniBatchKMeans(9, random_state=0, n_jobs=n).partial_fit(MANY),
        "fit_batches": lambda n: coterie.MiniBatchKMeans(9, batch_size=50_000, n_jobs=n).fit_batches([MANY]),
    },
    "coterie.SphericalKMeans": {
        "fit": lambda n: coterie.SphericalKMeans(3, n_jobs=n, random_state=0).fit(MANY),
        "predict": lambda n: coterie.SphericalKMeans(20, n_jobs=n, random_state=0).fit(X[:300]).predict(MANY),
        "sparse": sparse_call(lambda S, n: coterie.SphericalKMeans(9, n_jobs=n, random_state=0).fit(S).transform(S)),
    },
    "coterie.SizeConstrainedKMeans": {
        "fit": lambda n: coterie.SizeConstrainedKMeans(9, 100, max_iter=3, n_jobs=n).fit(MANY),
        "predict": lambda n: coterie.SizeConstrainedKMeans(20, 9, max_iter=3, n_jobs=n).fit(X[:300]).predict(MANY),
    },
    "coterie.KModes": {
        "fit": lambda n: coterie.KModes(20, max_iter=3, n_jobs=n).fit(MANY.round()),
        "predict": lambda n: coterie.KModes(20, n_jobs=n).fit(X.round()).predict(MANY.round()),
    },
    "coterie.KPrototypes": {
        "fit": lambda n: coterie.KPrototypes(20, max_iter=3, n_init=1, n_jobs=n).fit(MANY.round(1), categorical=[0]),
        "predict": lambda n: coterie.KPrototypes(20, n_init=1, n_jobs=n).fit(X).predict(MANY),
    },
    "coterie.write_report": {"k-means": lambda n: page(n)},
    "coterie.dbscan": {"fit": lambda n: coterie.dbscan(MANY, 0.3, n_jobs=n)},
    "coterie.k_means": {"fit": lambda n: coterie.k_means(MANY, 20, max_iter=3, n_jobs=n)},
    "coterie.kmeans_plusplus": {"draw": lambda n: coterie.kmeans_plusplus(MANY, 20, n_jobs=n)},
    "coterie.hierarchy.linkage": {
        **{
            method: lambda n, method=method: hierarchy.linkage(X, method, n_jobs=n)
            for method in ("average", "median", "ward")
        },
        "single": lambda n: hierarchy.linkage(CONDENSED, "single", n_jobs=n),
        "condensed": lambda n: hierarchy.linkage(CONDENSED, "average", n_jobs=n),
        "ordered": lambda n: hierarchy.linkage(X[:1500], "ward", optimal_ordering=True, n_jobs=n),
    },
    "coterie.hierarchy.linkage_vector": {"ward": lambda n: hierarchy.linkage_vector(X, "ward", n_jobs=n)},
    "coterie.distances.pdist": {"pdist": lambda n: distances.pdist(X, n_jobs=n)},
    "coterie.distances.cdist": {"cdist": lambda n: distances.cdist(X, X, n_jobs=n)},
    "coterie.neighbors.NearestNeighbors": {
        "kneighbors": lambda n: search(n).fit(MANY).kneighbors(),
        "radius_neighbors": lambda n: search(n).fit(MANY).radius_neighbors(X),
        "kneighbors_graph": lambda n: searched(n).kneighbors_graph(),
        "radius_neighbors_graph": lambda n: searched(n).radius_neighbors_graph(X),
    },
    "coterie.neighbors.kneighbors": {
        "tree": lambda n: neighbors.kneighbors(MANY, 3, n_jobs=n),
        "all pairs": lambda n: neighbors.kneighbors(X, 3, metric="canberra", n_jobs=n),
    },
    "coterie.neighbors.radius_neighbors": {"tree": lambda n: neighbors.radius_neighbors(MANY, 0.1, n_jobs=n)},
    "coterie.neighbors.radius_counts": {"tree": lambda n: neighbors.radius_counts(MANY, 0.1, n_jobs=n)},
    "coterie.scores.dbcv_score": {
        "rows": lambda n: scores.dbcv_score(MANY[:, :2], RNG.randint(100, size=len(MANY)), n_jobs=n),
        "all pairs": lambda n: scores.dbcv_score(X, LABELS, metric="canberra", n_jobs=n),
        "precomputed": lambda n: scores.dbcv_score(MATRIX, FEW, metric="precomputed", d=4, n_jobs=n),
    },
    "coterie.scores.silhouette_samples": {
        "rows": lambda n: scores.silhouette_samples(X, LABELS, n_jobs=n),
        "precomputed": lambda n: scores.silhouette_samples(MATRIX, LABELS, metric="precomputed", n_jobs=n),
        "sparse": sparse_call(lambda S, n: scores.silhouette_samples(S, np.arange(5000) % 3, n_jobs=n)),
    },
    "coterie.scores.silhouette_score": {
        "rows": lambda n: scores.silhouette_score(X, LABELS, n_jobs=n),
        "sparse": sparse_call(lambda S, n: scores.silhouette_score(S, np.arange(5000) % 3, n_jobs=n)),
    },
    "coterie.selection.k_distances": {"tree": lambda n: selection.k_distances(MANY, 3, n_jobs=n)},
    "coterie.selection.suggest_eps": {"tree": lambda n: selection.suggest_eps(MANY, 4, n_jobs=n)},
    "coterie.selection.sweep": {"k-means": lambda n: sweep(n)},
    "coterie.selection.suggest_k": {"k-means": lambda n: selection.suggest_k(sweep(n), random_state=0, n_jobs=n)},
    "coterie.selection.recommend": {"rows": lambda n: selection.recommend(MANY[:400], random_state=0, n_jobs=n)},
    "coterie.selection.suggest_min_cluster_size": {
        "tree": lambda n: selection.suggest_min_cluster_size(SOME, [5, 50], stability=1, random_state=0, n_jobs=n)
    },
}
PUBLIC = (
    "coterie",
    *(
        f"coterie.{name}"
        for name in ("hierarchy", "selection", "explain", "plot", "neighbors", "distances", "scores", "scaling")
    ),
)


def takes_n_jobs():
    for module in map(importlib.import_module, PUBLIC):
        for name in module.__all__:
            thing = getattr(module, name)
            if module is not coterie and name in coterie.__all__:
                continue  # known by its shorter name
            if not callable(thing) or (inspect.isclass(thing) and issubclass(thing, Exception)):
                continue
            if "n_jobs" in inspect.signature(thing).parameters:
                yield f"{module.__name__}.{name}"


@pytest.fixture
def pool(monkeypatch):
    """A pool without threads, and eight CPUs."""
    own = parallel._Pool()
    monkeypatch.setattr(parallel, "_pool", own)
    coterie.set_num_threads(8)
    yield own
    coterie.set_num_threads(None)
    for worker in own.workers:
        worker.dismiss()


def test_every_public_function_that_takes_n_jobs_is_tried():
    assert sorted(takes_n_jobs()) == sorted(CALLS)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "case"), [(name, case) for name, cases in CALLS.items() for case in cases])
def test_n_jobs_1_is_one_thread(pool, name, case):
    CALLS[name][case](1)
    assert not pool.workers
    CALLS[name][case](2)
    assert len(pool.workers) == 1, "too few rows: this would use one thread in any case"
