# SPDX-License-Identifier: BSD-3-Clause
"""The cases of k-medoids. Compared are the sums of distances.

(A file kmedoids.py would hide the PyPI package of that name from the interpreter.)
"""

from __future__ import annotations

import importlib
import itertools
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cases
import numpy as np
from cases import blobs, uniform

TITLE = "k-medoids"

# -------------------------------------------------------------------------------------------------- the libraries


class Coterie:
    package = "coterie"
    options: dict = {}

    def __init__(self, threads: int) -> None:  # threads are set by the environment where nothing is done here
        self.module = importlib.import_module(self.package)

    def kmedoids(self, X, k):
        seeds = itertools.count()

        def run():
            model = self.module.KMedoids(k, random_state=next(seeds), **self.options).fit(X)
            return {"medoids": model.medoid_indices_}

        return run


class Build(Coterie):
    options = {"init": "build"}


class Kmedoids(Coterie):
    """FasterPAM, its default, on distances of scipy, which has the fastest of float64 that are exact."""

    package = "kmedoids"

    def kmedoids(self, X, k):
        from scipy.spatial.distance import cdist

        seeds = itertools.count()

        def run():
            found = self.module.fasterpam(cdist(X, X), k, random_state=next(seeds))
            return {"medoids": np.asarray(found.medoids).astype(np.int64)}

        return run


class KmedoidsProducts(Coterie):
    """The same on distances of scikit-learn, from products, on all processors."""

    package = "kmedoids"

    def kmedoids(self, X, k):
        from sklearn.metrics import euclidean_distances

        seeds = itertools.count()

        def run():
            found = self.module.fasterpam(euclidean_distances(X), k, random_state=next(seeds))
            return {"medoids": np.asarray(found.medoids).astype(np.int64)}

        return run


LIBRARIES = {
    "coterie": Coterie,
    "coterie (BUILD)": Build,
    "kmedoids (scipy)": Kmedoids,
    "kmedoids (scikit-learn)": KmedoidsProducts,
}


# -------------------------------------------------------------------------------------------------- the cases


@dataclass(frozen=True, kw_only=True)
class Case(cases.Case):
    data: Callable[..., np.ndarray]
    k: int

    first_runs = 5

    def inputs(self, folder: Path | None, shrink: int) -> dict[str, np.ndarray]:
        return {"X": self.data(self.size(shrink), self.d)}

    def options(self) -> dict[str, object]:
        return {"k": self.k}

    def about(self, shape: tuple[int, int]) -> str:
        return f"{shape[0]:,} × {shape[1]}, {self.words}, k = {self.k}"

    def room(self, library: str, n: int) -> int:
        return 0 if library.startswith("coterie") else 8 * n * n


def _clusters(n: int, d: int) -> np.ndarray:
    return blobs(n, d, 20, np.float64, 2.0)


def _cases() -> list[Case]:
    clusters, even = dict(data=_clusters, words="clusters"), dict(data=uniform, words="uniform")
    alone = ("kmedoids (scipy)", "kmedoids (scikit-learn)", "coterie (BUILD)")
    return [
        Case("medoids-16d", "kmedoids", n=5_000, d=16, k=20, **clusters, target=2),
        Case("medoids-16d-uniform", "kmedoids", n=5_000, d=16, k=20, **even, target=2),
        Case("medoids-2d", "kmedoids", n=5_000, d=2, k=20, **clusters),
        Case("medoids-16d-many", "kmedoids", n=50_000, d=16, k=20, **clusters, leave_out=alone),
        Case("medoids-2d-many", "kmedoids", n=50_000, d=2, k=20, **clusters, leave_out=alone, slow=True),
    ]


CASES = _cases()


# -------------------------------------------------------------------------------------------------- the results


def compare(inputs: dict[str, np.ndarray], results: dict[str, list[dict]]) -> dict[str, tuple[bool, str]]:
    """Whether the mean sum of distances is at most 0.5 % above that of the package kmedoids: chance does as much."""
    X = inputs["X"]
    sums = {
        name: statistics.fmean(_sum(X, each["medoids"]) for each in found if each) for name, found in results.items()
    }
    reference = next((name for name in results if not name.startswith("coterie")), next(iter(results)))
    verdicts = {}
    for name, found in sums.items():
        error = found / sums[reference] - 1
        verdicts[name] = error <= 5e-3, f"mean sum of distances {error:+.2%}"
    return verdicts | {reference: (True, "what others are compared with")}


def _sum(X: np.ndarray, medoids: np.ndarray) -> float:
    """Of the distances to the nearest medoid."""
    least = np.full(len(X), np.inf)
    for medoid in medoids:
        least = np.minimum(least, np.sqrt(((X - X[medoid]) ** 2).sum(axis=1)))
    return float(least.sum())


HOW = """\
- The default fit of both: `k-medoids++` and random rows, until no swap improves the result. The package kmedoids gets
  a matrix of Euclidean distances, the time of which counts: those of scipy, and those of scikit-learn.
- A time counts only if the sum of distances, on average over five starts, is at most 0.5 % above that of the package
  kmedoids; less is better. "BUILD" starts as PAM does.
- Where there are many rows, a matrix of distances would not fit into memory.
"""
