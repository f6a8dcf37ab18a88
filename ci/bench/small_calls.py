#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""What a call on little data costs, beside scikit-learn and scipy: the time before and after the loops.

    pip install '.[bench]'
    python ci/bench/small_calls.py                      # about 2 minutes of one core
    python ci/bench/small_calls.py 'linkage*' predict   # some calls: names or patterns

All run in one process on one thread. Each call is repeated for about 1 ms in each round, the libraries in turn; the
table has the least time of all rounds, in microseconds, and how many times longer the other library takes.
"""

from __future__ import annotations

import argparse
import fnmatch
import timeit
import warnings
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

import coterie
from coterie import distances, explain, hierarchy, neighbors, scaling, scores

ROUNDS = 300
ROUND = 0.001  # seconds


class Case(NamedTuple):
    """One line of the table: a call, and the same in another library."""

    name: str
    ours: Callable[[], object]
    other: str = ""
    theirs: Callable[[], object] | None = None


def cases() -> Iterator[Case]:
    import scipy.cluster.hierarchy as scipy_hierarchy
    import scipy.spatial.distance as scipy_distance
    import sklearn.cluster
    import sklearn.metrics
    import sklearn.neighbors
    import sklearn.preprocessing

    rng = np.random.default_rng(0)
    centers = rng.uniform(0, 20, (5, 3))
    X = centers[rng.integers(5, size=1000)] + rng.standard_normal((1000, 3))
    flat, some, few, row = np.ascontiguousarray(X[:100, :2]), X[:100].copy(), X[:50].copy(), X[:1] + 0.1
    labels, more = rng.integers(4, size=(2, 100))

    options = {"n_clusters": 3, "n_init": 1, "random_state": 0}
    ours, theirs = coterie.KMeans(**options).fit(X), sklearn.cluster.KMeans(**options).fit(X)
    yield Case("KMeans.predict, 1 row", lambda: ours.predict(row), "scikit-learn", lambda: theirs.predict(row))
    yield Case("KMeans.transform, 1 row", lambda: ours.transform(row), "scikit-learn", lambda: theirs.transform(row))
    yield Case(
        "KMeans.fit, 100 x 2, k = 3",
        lambda: coterie.KMeans(**options).fit(flat),
        "scikit-learn",
        lambda: sklearn.cluster.KMeans(**options).fit(flat),
    )

    tree, sklearn_tree = (each.NearestNeighbors(n_neighbors=5).fit(X) for each in (neighbors, sklearn.neighbors))
    yield Case("kneighbors, 1 query in 1,000 x 3", lambda: neighbors.kneighbors(X, 5, row))
    yield Case(
        "NearestNeighbors.kneighbors, 1 query",
        lambda: tree.kneighbors(row),
        "scikit-learn",
        lambda: sklearn_tree.kneighbors(row),
    )
    yield Case("radius_neighbors, 1 query in 1,000 x 3", lambda: neighbors.radius_neighbors(X, 0.5, row))
    yield Case(
        "NearestNeighbors.radius_neighbors, 1 query",
        lambda: tree.radius_neighbors(row, 0.5),
        "scikit-learn",
        lambda: sklearn_tree.radius_neighbors(row, 0.5),
    )

    dense = coterie.DBSCAN(1.5).fit(some)
    yield Case(
        "DBSCAN.fit, 100 x 3",
        lambda: coterie.DBSCAN(1.5).fit(some),
        "scikit-learn",
        lambda: sklearn.cluster.DBSCAN(1.5).fit(some),
    )
    yield Case("DBSCAN.predict, 1 row", lambda: dense.predict(row))

    for method in ("single", "complete", "average", "weighted", "centroid", "median", "ward"):
        yield Case(
            f"linkage, 50 rows, {method}",
            lambda method=method: hierarchy.linkage(few, method),
            "scipy",
            lambda method=method: scipy_hierarchy.linkage(few, method),
        )
    Z = hierarchy.linkage(few, "average")
    for criterion, t in (("maxclust", 4), ("distance", 2.0), ("inconsistent", 1.0)):
        yield Case(
            f"fcluster, 50 rows, {criterion}",
            lambda t=t, criterion=criterion: hierarchy.fcluster(Z, t, criterion),
            "scipy",
            lambda t=t, criterion=criterion: scipy_hierarchy.fcluster(Z, t, criterion),
        )
    yield Case(
        "AgglomerativeClustering.fit, 100 x 3",
        lambda: coterie.AgglomerativeClustering(3).fit(some),
        "scikit-learn",
        lambda: sklearn.cluster.AgglomerativeClustering(3).fit(some),
    )

    yield Case(
        "cdist, 1 x 3 to 10 x 3",
        lambda: distances.cdist(row, X[:10]),
        "scipy",
        lambda: scipy_distance.cdist(row, X[:10]),
    )
    yield Case("pdist, 10 x 3", lambda: distances.pdist(X[:10]), "scipy", lambda: scipy_distance.pdist(X[:10]))
    yield Case(
        "silhouette_score, 100 x 3",
        lambda: scores.silhouette_score(some, labels),
        "scikit-learn",
        lambda: sklearn.metrics.silhouette_score(some, labels),
    )
    yield Case(
        "adjusted_rand_score, 100 labels",
        lambda: scores.adjusted_rand_score(labels, more),
        "scikit-learn",
        lambda: sklearn.metrics.adjusted_rand_score(labels, more),
    )

    scaler, sklearn_scaler = scaling.Scaler().fit(X), sklearn.preprocessing.StandardScaler().fit(X)
    yield Case(
        "Scaler.transform, 1 row", lambda: scaler.transform(row), "scikit-learn", lambda: sklearn_scaler.transform(row)
    )
    rows = X[:300].copy()
    yield Case("outlier_scores, 300 x 3", lambda: explain.outlier_scores(rows, ours))


def least(call: Callable[[], object], other: Callable[[], object] | None) -> list[float]:
    """The least seconds of a call of each, over all rounds."""
    timers = [timeit.Timer(each) for each in (call, other) if each is not None]
    numbers = [max(1, int(ROUND / min(timer.repeat(3, 1)))) for timer in timers]
    rounds = [[timer.timeit(n) / n for timer, n in zip(timers, numbers, strict=True)] for _ in range(ROUNDS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=["*"], metavar="call", help="calls, or patterns")
    patterns = [f"*{each}*" for each in parser.parse_args().names]
    warnings.simplefilter("ignore")
    coterie.set_num_threads(1)
    print("| call | coterie, µs | other, µs | times | other |")
    print("|---|---:|---:|---:|---|")
    for case in cases():
        if any(fnmatch.fnmatch(case.name, pattern) for pattern in patterns):
            ours, *theirs = (1e6 * each for each in least(case.ours, case.theirs))
            rest = f"{theirs[0]:.3g} | {theirs[0] / ours:.3g} | {case.other}" if theirs else "| | "
            print(f"| {case.name} | {ours:.3g} | {rest} |", flush=True)


if __name__ == "__main__":
    main()
