# SPDX-License-Identifier: BSD-3-Clause
"""The cases of neighbor queries. Compared between the libraries are distances, neighbors, or their numbers."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cases
import numpy as np
from cases import mixture, topics, uniform

TITLE = "Nearest neighbors"

EACH = 7  # of so many rows the result is compared: all would fill the disk

# -------------------------------------------------------------------------------------------------- the libraries


def _kept(distances, indices):
    return {"distances": distances[::EACH].copy(), "neighbors": indices[::EACH].copy()}


class Coterie:
    package = "coterie.neighbors"

    def __init__(self, threads: int) -> None:  # threads are set by the environment
        self.neighbors = importlib.import_module(self.package)

    def kneighbors(self, X, metric):
        return lambda: _kept(*self.neighbors.kneighbors(X, 10, metric=metric))

    def counts(self, X, radius):
        return lambda: {"counts": self.neighbors.radius_counts(X, radius)}

    def radius(self, X, radius):
        return lambda: {"counts": np.diff(self.neighbors.radius_neighbors(X, radius)[0])}


class Scipy:
    """cKDTree: Euclidean distances here."""

    package = "scipy.spatial"

    def __init__(self, threads: int) -> None:
        self.tree = importlib.import_module(self.package).cKDTree
        self.threads = threads

    def kneighbors(self, X, metric):
        return lambda: _kept(*self.tree(X).query(X, 10, workers=self.threads))

    def counts(self, X, radius):
        return lambda: {"counts": self.tree(X).query_ball_point(X, radius, workers=self.threads, return_length=True)}

    def radius(self, X, radius):
        def run():  # a list for each row, and no distances
            found = self.tree(X).query_ball_point(X, radius, workers=self.threads)
            return {"counts": np.fromiter(map(len, found), np.int64, len(found))}

        return run


class Sklearn:
    package = "sklearn.neighbors"
    algorithm = "kd_tree"

    def __init__(self, threads: int) -> None:
        self.module = importlib.import_module(self.package)
        self.threads = threads

    def _model(self, X, **options):
        threads = self.threads if len(X) > 1000 else None  # starting them takes 20 ms
        return self.module.NearestNeighbors(algorithm=self.algorithm, n_jobs=threads, **options).fit(X)

    def kneighbors(self, X, metric):
        return lambda: _kept(*self._model(X, n_neighbors=10, metric=metric).kneighbors(X))

    def counts(self, X, radius):  # on one thread: the one that does not make the lists
        return lambda: {"counts": self.module.KDTree(X).query_radius(X, radius, count_only=True)}

    def radius(self, X, radius):
        def run():
            _, found = self._model(X, radius=radius).radius_neighbors(X)
            return {"counts": np.fromiter(map(len, found), np.int64, len(found))}

        return run


class SklearnBrute(Sklearn):
    algorithm = "brute"
    counts = radius = None


LIBRARIES = {"coterie": Coterie, "scikit-learn": Sklearn, "scikit-learn brute": SklearnBrute, "scipy": Scipy}


# -------------------------------------------------------------------------------------------------- the cases


@dataclass(frozen=True, kw_only=True)
class Case(cases.Case):
    data: Callable[..., np.ndarray]
    metric: str = "euclidean"
    radius: float = 0.0
    leave_out: tuple[str, ...] = ("scikit-learn brute",)

    def inputs(self, folder: Path | None, shrink: int) -> dict[str, np.ndarray]:
        return {"X": self.data(self.size(shrink), self.d)}

    def options(self) -> dict[str, object]:
        return {"metric": self.metric} if self.task == "kneighbors" else {"radius": self.radius}

    def about(self, shape: tuple[int, int]) -> str:
        start = {"kneighbors": "10 nearest", "counts": "number within a radius", "radius": "all within a radius"}
        metric = "" if self.metric == "euclidean" else self.metric
        return ", ".join(filter(None, [start[self.task], f"{shape[0]:,} × {shape[1]}", self.words, metric]))


def _cases() -> list[Case]:
    tree = ("scikit-learn", "scipy")
    clusters, even = dict(data=mixture, words="mixture"), dict(data=uniform, words="uniform")
    return [
        *(
            Case(f"neighbors-{d}d{end}", "kneighbors", n=n, d=d, **data, target=1.5, slow=d > 2 and end != "")
            for n, d in ((1_000_000, 2), (1_000_000, 3), (200_000, 8))
            for end, data in (("", clusters), ("-uniform", even))
        ),
        Case("neighbors-50d", "kneighbors", n=20_000, d=50, **clusters, leave_out=tree),
        Case(
            "neighbors-cosine",
            "kneighbors",
            n=20_000,
            d=384,
            data=topics,
            words="topics",
            metric="cosine",
            leave_out=tree,
        ),
        Case("neighbors-small", "kneighbors", n=300, d=2, **clusters),
        Case("counts-2d", "counts", n=1_000_000, d=2, **clusters, radius=0.2),
        Case("radius-3d", "radius", n=100_000, d=3, **clusters, radius=1.5),
        Case("threads-neighbors-3d", "kneighbors", n=1_000_000, d=3, **clusters, scaling=True),
    ]


CASES = _cases()


# -------------------------------------------------------------------------------------------------- the results


def compare(inputs: dict[str, np.ndarray], results: dict[str, list[dict]]) -> dict[str, tuple[bool, str]]:
    """Whether each library's result is right, and in words; beside the first library that is not coterie.

    Where two neighbors are equally near but for rounding either may come first: up to 0.1 % of them.
    """
    reference = next((name for name in results if not name.startswith("coterie")), next(iter(results)))
    right = results[reference][0]
    verdicts = {}
    for name, (found, *_) in results.items():
        if "counts" in right:
            differ = int(np.count_nonzero(found["counts"] != right["counts"]))
            verdicts[name] = not differ, f"{differ:,} counts differ" if differ else "counts equal"
            continue
        # The distance of a row to itself is what rounding leaves of 0 where squares are expanded.
        scale = float(right["distances"].max())
        error = float(np.abs(found["distances"] - right["distances"])[:, 1:].max()) / scale
        differ = int(np.count_nonzero(found["neighbors"] != right["neighbors"]))
        verdicts[name] = (
            error <= 1e-9 and differ <= 1e-3 * right["neighbors"].size,
            (f"distances within {error:.0e}" if error else "distances equal")
            + (f", {differ:,} neighbors differ" if differ else ", neighbors equal"),
        )
    return verdicts | {reference: (True, "what others are compared with")}


HOW = f"""\
- The data are those of DBSCAN. Every row is looked up among all rows, itself included, and building the tree is in the
  time: `kneighbors(X, 10)`; scipy's `cKDTree(X).query(X, 10, workers=...)`; scikit-learn's `NearestNeighbors(10)`, with
  a k-d tree, or by brute force with 50 features and more.
- A time counts only if distances agree within 1e-9 of the largest and at most 0.1 % of the neighbors differ; of every
  {EACH}th row. Numbers of neighbors must be equal, all of them.
- "All within a radius": coterie returns indices and distances in CSR form, scikit-learn both as an array for each row,
  scipy the indices alone, as a list for each row.
"""
