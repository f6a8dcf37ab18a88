# SPDX-License-Identifier: BSD-3-Clause
"""The cases of hierarchical clustering. Compared between the libraries is the tree, or what was read from it: `values`
such as heights, `order` such as which clusters merge, and `labels`.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

import cases
import numpy as np
from cases import blobs

TITLE = "Hierarchical clustering"

# -------------------------------------------------------------------------------------------------- the libraries


def _pdist(X, out=None):
    """The distances that all libraries are given to cluster are coterie's."""
    return importlib.import_module("coterie.distances").pdist(X, out=out)


def _tree(Z):
    return {"values": Z[:, 2], "order": Z[:, :2]}


class Coterie:
    """coterie, and with other packages the libraries whose functions have the same names."""

    package, distances, estimators = "coterie.hierarchy", "coterie.distances", "coterie"

    def __init__(self, threads: int) -> None:  # threads are set by the environment
        self.hierarchy = importlib.import_module(self.package)

    def matrix(self, X, method, preserve_input):
        y = _pdist(X)
        if preserve_input:  # all libraries' default; scipy has no other
            return lambda: _tree(self.hierarchy.linkage(y, method))
        return lambda: _pdist(X, out=y), lambda: _tree(self.hierarchy.linkage(y, method, preserve_input=False))

    def points(self, X, method):
        return lambda: _tree(self.hierarchy.linkage(X, method))

    def pdist(self, X, metric):
        pdist = importlib.import_module(self.distances).pdist
        return lambda: {"values": pdist(X, metric)[::997].copy()}  # few enough to keep

    def agglomerative(self, X, method):
        estimator = importlib.import_module(self.estimators).AgglomerativeClustering

        def run():
            model = estimator(10, linkage=method).fit(X)
            return {"order": model.children_, "labels": model.labels_}

        return run

    def divisive(self, X):
        estimator = importlib.import_module(self.estimators).DivisiveClustering

        def run():
            model = estimator(10).fit(X)
            return {**_tree(model.linkage_), "labels": model.labels_}

        return run

    def fcluster(self, X, method):
        Z = self.hierarchy.linkage(X, method)
        return lambda: {"labels": self.hierarchy.fcluster(Z, 5, "maxclust")}

    def cophenet(self, X, method):
        Z = self.hierarchy.linkage(X, method)
        return lambda: {"values": self.hierarchy.cophenet(Z)}

    def dendrogram(self, X, method):
        Z = self.hierarchy.linkage(X, method)

        def run():
            drawn = self.hierarchy.dendrogram(Z, no_plot=True)
            return {"values": np.array(drawn["dcoord"]), "order": np.array(drawn["leaves"])[:, None]}

        return run


class Scipy(Coterie):
    """One thread."""

    package, distances = "scipy.cluster.hierarchy", "scipy.spatial.distance"
    agglomerative = divisive = None


class Fastcluster(Coterie):
    """One thread."""

    package = "fastcluster"
    pdist = agglomerative = divisive = fcluster = cophenet = dendrogram = None

    def points(self, X, method):
        return lambda: _tree(self.hierarchy.linkage_vector(X, method))


class Sklearn(Coterie):
    package = estimators = "sklearn.cluster"
    matrix = points = pdist = divisive = fcluster = cophenet = dendrogram = None


class Genieclust:
    """Single linkage of points alone. Its order of merges is another one."""

    package = "genieclust"

    def __init__(self, threads: int) -> None:
        self.genie = importlib.import_module(self.package).Genie

    def points(self, X, method):
        # A new one for each run: an old one remembers the spanning tree.
        return lambda: {"values": self.genie(2, gini_threshold=1.0).fit(X).distances_}


LIBRARIES = {
    "coterie": Coterie,
    "fastcluster": Fastcluster,
    "scipy": Scipy,
    "scikit-learn": Sklearn,
    "genieclust": Genieclust,
}


# -------------------------------------------------------------------------------------------------- the cases


@dataclass(frozen=True, kw_only=True)
class Case(cases.Case):
    mixture: bool = False  # of 50 clusters; else noise
    method: str = ""
    metric: str = ""
    preserve_input: bool = True

    def inputs(self, folder: Path | None, shrink: int) -> dict[str, np.ndarray]:
        n = self.size(shrink)
        return {
            "X": blobs(n, self.d, 50, np.float64, 5.0)
            if self.mixture
            else np.random.default_rng(0).standard_normal((n, self.d))
        }

    def options(self) -> dict[str, object]:
        words = {"method": self.method, "metric": self.metric}
        return {name: word for name, word in words.items() if word} | (
            {"preserve_input": self.preserve_input} if self.task == "matrix" else {}
        )

    def about(self, shape: tuple[int, int]) -> str:
        n, d = shape
        what = self.method or self.metric
        start = {
            "matrix": f"{what}, distances of {n:,}",
            "points": f"{what}, points {n:,} × {d}",
            "agglomerative": f"AgglomerativeClustering, {what}, {n:,} × {d}",
            "divisive": f"DivisiveClustering, {n:,} × {d}",
            "pdist": f"pdist, {what}, {n:,} × {d}",
        }.get(self.task, f"{self.task}, n = {n}")
        return start + ", mixture" * self.mixture + ", not preserved" * (not self.preserve_input)

    def room(self, library: str, n: int) -> int:
        few = library == "coterie" or self.task == "pdist"
        return _matrix(n) * (1 if few else 2) if self.task in ("matrix", "pdist", "agglomerative") else 0

    def needs(self, n: int, n_libraries: int) -> int:
        held = n_libraries if self.task == "matrix" else 0
        return int((held + 2.2) * _matrix(n)) if self.room("coterie", n) else 0

    def more(self, shape: tuple[int, int], seconds: float, peak: float) -> dict[str, str]:
        n, d = shape
        if n < 1000:
            return {"of the matrix": "", "ns an element": "", "floor": ""}
        part = "" if self.task == "pdist" else f"{peak * 1e6 / _matrix(n):.2f}×"  # a matrix is all that it returns
        if peak * 1e6 > 2.2 * _matrix(n) and self.task in ("matrix", "points", "agglomerative"):
            part = f"**{part}**"
        floor = (_matrix(n) if self.task == "matrix" else 8 * n * d) / 1e6
        return {
            "of the matrix": part,
            "ns an element": f"{seconds * 1e9 / (n * n / 2):.2g}",
            "floor": f"{floor / 1e3:.3g} GB" if floor >= 1e3 else f"{floor:.3g} MB",
        }


def _matrix(n: int) -> int:
    """Bytes of a condensed distance matrix."""
    return 4 * n * (n - 1)


def _cases() -> list[Case]:
    methods = ("single", "complete", "average", "weighted", "ward", "centroid", "median")
    large, small = dict(n=20_000, d=16), dict(n=50, d=16, target=1, rival="scipy", leave_out=())
    alone = ("fastcluster", "scipy", "scikit-learn", "genieclust")
    return [
        *(
            Case(f"{method}-20k", "matrix", **large, method=method, target=3 if method in ("centroid", "median") else 4)
            for method in methods
        ),
        *(
            Case(f"{method}-20k-mixture", "matrix", **large, method=method, mixture=True, target=4)
            for method in methods[:5]
        ),
        Case("average-20k-overwritten", "matrix", **large, method="average", preserve_input=False),
        Case("average-40k", "matrix", n=40_000, d=16, method="average", leave_out=alone),
        *(Case(f"{method}-10k", "matrix", n=10_000, d=16, method=method, leave_out=(), target=3) for method in methods),
        Case("ward-points", "points", **large, method="ward", leave_out=("scipy", "genieclust"), target=5),
        *(
            Case(f"{method}-points", "points", **large, method=method, leave_out=("scipy", "genieclust"), target=3)
            for method in ("centroid", "median")
        ),
        Case("single-points", "points", **large, method="single"),
        *(
            Case(f"pdist-{metric}", "pdist", **large, metric=metric, leave_out=(), target=target)
            for metric, target in (("euclidean", 2), ("cityblock", 3), ("cosine", None))
        ),
        Case("agglomerative", "agglomerative", **large, method="ward", target=10),
        Case("divisive", "divisive", n=5_000, d=16),
        Case("average-50", "matrix", **small, method="average"),
        Case("ward-points-50", "points", **(small | dict(leave_out=("genieclust",))), method="ward"),
        Case("pdist-50", "pdist", **small, metric="euclidean"),
        *(Case(f"{task}-50", task, **small, method="average") for task in ("fcluster", "cophenet", "dendrogram")),
        Case("threads-average", "matrix", **large, method="average", scaling=True),
        Case("threads-ward-points", "points", **large, method="ward", scaling=True),
    ]


CASES = _cases()


# -------------------------------------------------------------------------------------------------- the results


def compare(inputs: dict[str, np.ndarray], results: dict[str, list[dict]]) -> dict[str, tuple[bool, str]]:
    """Whether each library's result is right, and in words; beside the first library that is not coterie.

    Merges whose heights are equal but for rounding may come in another order: up to 1 % of them.
    """
    reference = next((name for name in results if not name.startswith("coterie")), next(iter(results)))
    right = results[reference][0]
    verdicts = {}
    for name, (found, *_) in results.items():
        good, words = True, []
        if "values" in found and "values" in right:
            size = np.maximum(np.abs(right["values"]), np.finfo(float).tiny)
            error = float((np.abs(found["values"] - right["values"]) / size).max())
            good = error <= 1e-9
            words.append(f"within {error:.0e}" if error else "values equal")
        for key, allowed in (("order", 0.01), ("labels", 0.0)):
            if key in found and key in right:
                differ = found[key] != right[key]
                differ = int(differ.any(axis=1).sum() if differ.ndim == 2 else differ.sum())
                good = good and differ <= allowed * len(right[key])
                words.append(f"{differ:,} of {key} differ" if differ else f"{key} equal")
        verdicts[name] = good, ", ".join(words)
    return verdicts | {reference: (True, "what others are compared with")}


HOW = """\
- Noise is standard normal with 16 features, a mixture has 50 normal clusters; float64. Where distances are clustered,
  all libraries get the same condensed matrix, made before, and leave it as it was (by default), unless it says
  "not preserved": then it is made again before each run, which is not timed. Points are clustered by `linkage`, and by
  fastcluster's `linkage_vector`.
- A time counts only if heights agree within 1e-9 and at most 1 % of the merges differ (those whose heights are equal
  but for rounding may change places); labels must be equal. Of `pdist` every 997th distance is compared.
- "ns an element" is coterie's time over n² / 2; "floor" the bytes that have to be read at least: the condensed matrix,
  or the points. "Of the matrix" is coterie's memory beyond the input as a part of the condensed matrix of n points;
  linkage is to need at most 2.2, and more is bold.
- fastcluster and scipy compute on one thread. scipy is left out where it takes long. genieclust has single linkage of
  points (`Genie` with `gini_threshold=1`), of which the heights are compared. `DivisiveClustering` has no counterpart
  in Python.
"""
