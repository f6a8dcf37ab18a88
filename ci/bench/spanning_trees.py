# SPDX-License-Identifier: BSD-3-Clause
"""The cases of spanning trees, of single linkage of points, and of HDBSCAN. Compared are weights, and labels."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cases
import numpy as np
from cases import mixture, topics, uniform
from density import rows_apart

TITLE = "Spanning trees and HDBSCAN"

# -------------------------------------------------------------------------------------------------- the libraries


class Coterie:
    package = "coterie"

    def __init__(self, threads: int) -> None:  # threads are set by the environment
        self.module = importlib.import_module(self.package)
        self.trees = importlib.import_module("coterie.spanning_trees")
        self.hierarchy = importlib.import_module("coterie.hierarchy")

    def tree(self, X, min_samples):
        return lambda: {"weights": self.trees.minimum_spanning_tree(X, min_samples=min_samples).weights}

    def single(self, X):
        return lambda: {"weights": self.hierarchy.linkage(X, "single")[:, 2]}

    def hdbscan(self, X, **parameters):
        return lambda: {"labels": self.module.HDBSCAN(**parameters).fit(X).labels_}

    def recut(self, X, min_cluster_size, **parameters):
        model = self.module.HDBSCAN(min_cluster_size // 2, **parameters).fit(X)
        return lambda: {"labels": model.recut(min_cluster_size=min_cluster_size).labels_}

    def membership(self, X, **parameters):
        model = self.module.HDBSCAN(**parameters).fit(X)
        return lambda: {"labels": model.membership().clusters[:, 0]}


class Sklearn:
    package = "sklearn.cluster"

    def __init__(self, threads: int) -> None:
        self.estimator = importlib.import_module(self.package).HDBSCAN
        self.threads = threads

    def hdbscan(self, X, **parameters):
        # It warns that `copy` is to be named.
        return lambda: {"labels": self.estimator(**parameters, copy=True, n_jobs=self.threads).fit(X).labels_}


class Hdbscan:
    """It does not count the row itself, and its tree is approximate by default, as its users have it."""

    package = "hdbscan"

    def __init__(self, threads: int) -> None:
        self.estimator = importlib.import_module(self.package).HDBSCAN
        self.threads = threads

    def hdbscan(self, X, min_samples, metric, **parameters):
        if metric == "cosine":
            X, parameters = X.astype(np.float64), parameters | {"algorithm": "generic"}
        model = self.estimator(min_samples=min_samples - 1, metric=metric, core_dist_n_jobs=self.threads, **parameters)
        return lambda: {"labels": model.fit(X).labels_}

    recut = hdbscan

    def membership(self, X, min_samples, metric, **parameters):
        prediction = importlib.import_module("hdbscan.prediction")
        model = self.estimator(min_samples=min_samples - 1, metric=metric, prediction_data=True, **parameters).fit(X)
        return lambda: {"labels": prediction.all_points_membership_vectors(model).argmax(axis=1)}


class FastHdbscan:
    """Euclidean distances, in float32. What it compiles when it is first used is not in the time."""

    package = "fast_hdbscan"

    def __init__(self, threads: int) -> None:
        importlib.import_module("numba").set_num_threads(threads)
        self.estimator = importlib.import_module(self.package).HDBSCAN

    def hdbscan(self, X, min_samples, metric, **parameters):
        def run(X=X):
            return {"labels": self.estimator(min_samples=min_samples - 1, **parameters).fit(X).labels_}

        run(X[:2000])
        return run


class Quitefastmst:
    """Euclidean trees alone. It does not count the row itself."""

    package = "quitefastmst"

    def __init__(self, threads: int) -> None:
        self.function = importlib.import_module(self.package).mst_euclid

    def tree(self, X, min_samples):
        return lambda: {"weights": self.function(X, M=(min_samples or 1) - 1)[0]}

    def single(self, X):  # without the linkage matrix
        return self.tree(X, None)


LIBRARIES = {
    "coterie": Coterie,
    "scikit-learn": Sklearn,
    "hdbscan": Hdbscan,
    "fast_hdbscan": FastHdbscan,
    "quitefastmst": Quitefastmst,
}


# -------------------------------------------------------------------------------------------------- the cases


def normal(n: int, d: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((n, d))


def sentences(folder: Path, n: int | None = None) -> np.ndarray:
    """Embeddings of sentences, in any order."""
    with np.load(folder / "embeddings_intents_minilm.npz") as file:
        return np.random.default_rng(0).permutation(file["X"])[:n]


def some_sentences(folder: Path) -> np.ndarray:
    return sentences(folder, 8000)


@dataclass(frozen=True, kw_only=True)
class Case(cases.Case):
    data: Callable[..., np.ndarray]
    min_samples: int | None = None
    min_cluster_size: int = 50
    metric: str = "euclidean"
    dtype: type = np.float64
    leave_out: tuple[str, ...] = ()

    def inputs(self, folder: Path | None, shrink: int) -> dict[str, np.ndarray]:
        X = self.data(self.size(shrink), self.d) if self.n else self.data(folder)[::shrink]
        return {"X": np.ascontiguousarray(X, self.dtype)}

    def options(self) -> dict[str, object]:
        if self.task == "single":
            return {}
        options: dict[str, object] = {"min_samples": self.min_samples}
        if self.task != "tree":
            options |= {"min_cluster_size": self.min_cluster_size, "metric": self.metric}
        return options

    def about(self, shape: tuple[int, int]) -> str:
        start = {
            "tree": "tree",
            "single": "single linkage",
            "hdbscan": "HDBSCAN",
            "recut": "HDBSCAN again, another min_cluster_size",
            "membership": "soft clusters",
        }[self.task]
        size = f"{shape[0]:,} × {shape[1]}" + " float32" * (self.dtype == np.float32)
        metric = "" if self.metric == "euclidean" else self.metric
        core = f"min_samples {self.min_samples}" if self.min_samples else ""
        return ", ".join(filter(None, [start, size, self.words, metric, core]))

    def more(self, shape: tuple[int, int], seconds: float, peak: float) -> dict[str, str]:
        return {"bytes a row": f"{peak * 1e6 / shape[0]:.0f}" if shape[0] >= 20_000 else ""}


def _cases() -> list[Case]:
    sk, package, fast, mst = (name for name in LIBRARIES if name != "coterie")
    clusters, even = dict(data=mixture, words="mixture"), dict(data=uniform, words="uniform")
    sizes = (("2d", 1_000_000, 2), ("5d", 1_000_000, 5), ("10d", 100_000, 10))
    real = dict(min_samples=5, min_cluster_size=10, dtype=np.float32, words="sentences", leave_out=(sk, fast))
    return [
        *(
            Case(f"tree-{name}{end}", "tree", n=n, d=d, data=normal, words="normal", **core, target=1.5, rival=mst)
            for name, n, d in sizes
            for end, core in (("", {}), ("-core", dict(min_samples=11)))
        ),
        Case("tree-50d-uniform", "tree", n=20_000, d=50, **even, min_samples=11, rival=mst, slow=True),
        Case("single-2d", "single", n=1_000_000, d=2, data=normal, words="normal", target=1.2, rival=mst),
        Case("single-2d-many", "single", n=5_000_000, d=2, data=normal, words="normal", leave_out=(mst,), slow=True),
        Case("hdbscan-2d", "hdbscan", n=1_000_000, d=2, **clusters, min_samples=10, target=6, leave_out=(sk, package)),
        Case("hdbscan-5d", "hdbscan", n=100_000, d=5, **clusters, min_samples=10, target=6, leave_out=(sk,)),
        Case("hdbscan-10d", "hdbscan", n=100_000, d=10, **clusters, min_samples=10, target=8, leave_out=(sk,)),
        Case("hdbscan-50d", "hdbscan", n=20_000, d=50, **clusters, min_samples=10, target=10, rival=package),
        Case("hdbscan-50d-uniform", "hdbscan", n=20_000, d=50, **even, min_samples=10, target=10, rival=package),
        Case(
            "hdbscan-cosine",
            "hdbscan",
            n=20_000,
            d=384,
            data=topics,
            words="topics",
            metric="cosine",
            min_samples=10,
            target=10,
            rival=package,
            leave_out=(fast,),
        ),
        Case("recut", "recut", n=100_000, d=5, **clusters, min_samples=10, leave_out=(sk, fast)),
        Case("membership", "membership", n=20_000, d=10, **clusters, min_samples=10, leave_out=(sk, fast)),
        Case("hdbscan-sentences", "hdbscan", data=some_sentences, **real, target=40, rival=package),
        Case("hdbscan-sentences-all", "hdbscan", data=sentences, **real | dict(leave_out=(sk, package, fast))),
        Case("threads-hdbscan-50d", "hdbscan", n=20_000, d=50, **clusters, min_samples=10, scaling=True),
    ]


CASES = _cases()


# -------------------------------------------------------------------------------------------------- the results


def compare(inputs: dict[str, np.ndarray], results: dict[str, list[dict]]) -> dict[str, tuple[bool, str]]:
    """Whether each library's result is right, and in words; beside coterie, which tests compare with the definition.

    Labels may differ in a tenth of the rows: core distances have ties, and trees of others are approximate.
    """
    reference, (right, *_) = next(iter(results.items()))
    verdicts = {}
    for name, (found, *_) in results.items():
        if "weights" in right:
            error = float(np.abs(np.sort(found["weights"]) / np.maximum(right["weights"], 1e-300) - 1.0).max())
            verdicts[name] = error <= 1e-9, f"weights within {error:.0e}" if error else "weights equal"
        else:
            count = rows_apart(found["labels"], right["labels"])
            verdicts[name] = (
                count <= 0.1 * len(right["labels"]),
                f"{count:,} labels differ" if count else "labels equal",
            )
    if "labels" in right:
        count, share = int(right["labels"].max(initial=-1)) + 1, np.count_nonzero(right["labels"] < 0)
        return verdicts | {reference: (True, f"{count:,} clusters, {share / len(right['labels']):.0%} noise")}
    return verdicts


HOW = """\
- "Tree" is the minimum spanning tree alone: `minimum_spanning_tree(X, min_samples=...)` beside `mst_euclid(X, M=...)`.
  "Single linkage" is the linkage matrix, beside quitefastmst's tree without one.
- HDBSCAN has min_cluster_size 50, with sentences 10. `min_samples` counts the row itself, as in scikit-learn; hdbscan,
  fast_hdbscan and quitefastmst get one less. What fast_hdbscan compiles is not in its time. hdbscan takes its own
  defaults, with which the tree is approximate.
- "HDBSCAN again" is `recut` of a model that was fitted with half that min_cluster_size, beside another fit.
- "Soft clusters" are `membership()`, the three likeliest of each row, beside `all_points_membership_vectors(model)`.
  The fit is not in the time. Compared are the likeliest ones.
- A time counts only if the weights agree within 1e-9, or at most a tenth of the labels differ: core distances have
  ties, which each library breaks in its own way, and others round or approximate.
- "Sentences" are 384-dimensional embeddings (`--data`).
"""
