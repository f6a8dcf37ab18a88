"""Many threads work on the same arrays and fitted estimators: results keep their bits, and memory stays flat.

    python ci/platforms/stress.py --minutes 60
    python ci/platforms/stress.py --minutes 60 --threads 16 --seed 3

The time is cut into 30 rounds. After each of them, when its threads have ended, the memory of the process is printed.
Fails if a result differs, if a free-threaded Python has its GIL on at the end, or if the second half of the time needed
16 MiB more than the first sixth.
"""

import argparse
import gc
import hashlib
import itertools
import os
import sys
import threading
import time
import traceback
import warnings

import numpy as np

import coterie
from coterie import distances, explain, hierarchy, neighbors, scaling, scores

ROUNDS = 30
GROWTH = 16 << 20


def works(seed):
    """What the threads do, under a name, with so many jobs. All of it reads the same arrays and estimators."""
    rng = np.random.RandomState(seed)
    X = rng.normal(size=(6000, 3)) + 8 * rng.randint(3, size=(6000, 1))
    wide = rng.normal(size=(800, 40)).astype(np.float32)
    few = X[:400].copy()
    triangle = distances.pdist(few)
    labels = rng.randint(4, size=len(X))
    for array in (X, wide, few, triangle, labels):
        array.flags.writeable = False
    kmeans = coterie.KMeans(5, random_state=0).fit(X)
    density = coterie.DBSCAN(0.5).fit(X)
    tree = coterie.AgglomerativeClustering(4).fit(few)
    found = neighbors.NearestNeighbors(n_neighbors=4).fit(X)
    Z = hierarchy.linkage(few, "ward")

    def fitted(estimator, data):
        estimator.fit(data)
        return [value for name, value in sorted(vars(estimator).items()) if name.endswith("_")]

    return {
        "k-means by cells": lambda n: fitted(coterie.KMeans(8, random_state=1, n_jobs=n), X),
        "k-means by rows": lambda n: fitted(coterie.KMeans(8, random_state=1, n_jobs=n), wide),
        "k-means predicts": lambda n: [kmeans.predict(X), kmeans.predict(few[:1]), kmeans.score(X)],
        "k-medoids": lambda n: fitted(coterie.KMedoids(5, random_state=1, n_jobs=n), few),
        "DBSCAN on a tree": lambda n: fitted(coterie.DBSCAN(0.5, n_jobs=n), X),
        "DBSCAN on a projection": lambda n: fitted(coterie.DBSCAN(6, n_jobs=n), wide),
        "DBSCAN predicts": lambda n: [density.predict(few)],
        "HDBSCAN": lambda n: fitted(coterie.HDBSCAN(n_jobs=n), X),
        "trees": lambda n: [coterie.AgglomerativeClustering(3, linkage=way, n_jobs=n).fit(few).labels_
                            for way in ("single", "average", "ward")],
        "a tree predicts": lambda n: [tree.predict(X)],
        "divisive": lambda n: [coterie.DivisiveClustering(3, n_jobs=n).fit(few).labels_],
        "linkage of points": lambda n: [hierarchy.linkage(X[:2000], way, n_jobs=n) for way in ("single", "ward")],
        "linkage of distances": lambda n: [hierarchy.linkage(triangle, way, n_jobs=n) for way in ("average", "median")],
        "cuts": lambda n: [hierarchy.fcluster(Z, 5, "maxclust"), hierarchy.cophenet(Z), hierarchy.leaves_list(Z)],
        "optimal order": lambda n: [hierarchy.optimal_leaf_ordering(Z, triangle)],
        "distances": lambda n: [distances.pdist(wide, n_jobs=n), distances.cdist(few, X, "manhattan", n_jobs=n)],
        "neighbors": lambda n: [*neighbors.kneighbors(X, 5, n_jobs=n), *found.kneighbors(few)],
        "counts": lambda n: [neighbors.radius_counts(X, 0.5, n_jobs=n)],
        "silhouettes": lambda n: [scores.silhouette_samples(X[:2000], labels[:2000])],
        "scores": lambda n: [scores.davies_bouldin_score(X, labels), scores.adjusted_rand_score(labels, labels[::-1])],
        "outliers": lambda n: [coterie.outlier_scores(X, kmeans)],
        "profile": lambda n: [repr(explain.profile(X, labels).sentences)],
        "scaling": lambda n: [scaling.Scaler("robust").fit_transform(X)],
    }  # fmt: skip


def digest(results):
    total = hashlib.sha256()
    for result in results:
        total.update(result.tobytes() if isinstance(result, np.ndarray) else repr(result).encode())
    return total.digest()


def memory():
    """Bytes of this process that are in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def gil():
    """Whether there is a GIL, on a Python that was built to have none; None on any other."""
    return sys._is_gil_enabled() if "free-threading" in sys.version else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    warnings.simplefilter("ignore", coterie.ClusteringWarning)

    shared = works(args.seed)
    expected = {name: digest(work(1)) for name, work in shared.items()}
    failed, done, used = [], [0] * args.threads, []

    def use(i, until):
        names = list(shared)
        for name in itertools.cycle(names[2 * i % len(names) :] + names[: 2 * i % len(names)]):
            if failed or time.monotonic() > until:
                return
            try:
                if digest(shared[name](1 + (done[i] + i) % 3)) != expected[name]:
                    raise AssertionError(f"{name}: other bits")
            except BaseException as error:
                failed.append(error)
                traceback.print_exc()
            done[i] += 1

    print(f"{sys.version}; numpy {np.__version__}")
    print(f"{args.threads} threads, {len(shared)} kinds of work, seed {args.seed}")
    start = time.monotonic()
    for _ in range(ROUNDS):
        until = time.monotonic() + 60 * args.minutes / ROUNDS
        threads = [threading.Thread(target=use, args=(i, until)) for i in range(args.threads)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            return f"failed: {failed[0]!r}"
        gc.collect()
        used.append(memory())
        print(f"{(time.monotonic() - start) / 60:5.1f} min {sum(done):8d} results {used[-1] >> 10:8d} KiB", flush=True)
    if gil():
        return "the GIL is on"
    growth = max(used[ROUNDS // 2 :]) - max(used[: ROUNDS // 6])
    if growth > GROWTH:
        return f"memory grew by {growth >> 10} KiB"
    print(f"{sum(done)} results, all as expected; GIL: {gil()}; growth of memory: {growth >> 10} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
