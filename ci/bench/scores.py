# SPDX-License-Identifier: BSD-3-Clause
"""The cases of scores. Compared between the libraries is the score; that of DBCV only roughly, because its definition
leaves open which of many trees counts."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cases
import numpy as np
from cases import mixture, topics

TITLE = "Scores"

K = 10  # clusters, but of the labelings that are compared

# -------------------------------------------------------------------------------------------------- the libraries


class Coterie:
    package = "coterie.scores"

    def __init__(self, threads: int) -> None:  # threads are set by the environment
        self.scores = importlib.import_module(self.package)

    def data(self, X, labels, score, **options):
        function = getattr(self.scores, score)
        return lambda: {"score": np.array([function(X, labels, **options)])}

    def density(self, X, labels):
        return lambda: {"dbcv": np.array([self.scores.dbcv_score(X, labels)])}

    def labels(self, X, score):
        function = getattr(self.scores, score)
        return lambda: {"score": np.array([function(X[:, 0], X[:, 1])])}


class Sklearn(Coterie):
    package = "sklearn.metrics"
    density = None

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.threads = threads

    def data(self, X, labels, score, **options):
        if score == "silhouette_score" and len(X) > 1000:  # starting threads takes 20 ms
            options["n_jobs"] = self.threads
        return super().data(X, labels, score, **options)


class Hdbscan:
    package = "hdbscan"

    def __init__(self, threads: int) -> None:  # it has one
        self.validity = importlib.import_module("hdbscan.validity")

    def density(self, X, labels):
        return lambda: {"dbcv": np.array([self.validity.validity_index(X.astype(np.float64), labels)])}


LIBRARIES = {"coterie": Coterie, "scikit-learn": Sklearn, "hdbscan": Hdbscan}


# -------------------------------------------------------------------------------------------------- the cases


def two_labelings(n: int, d: int) -> np.ndarray:
    """Of 20 and 30 clusters, in the columns: half the rows are in the same in both."""
    rng = np.random.default_rng(0)
    one = rng.integers(20, size=n)
    return np.column_stack([one, np.where(rng.random(n) < 0.5, one, rng.integers(30, size=n))])


def blobs(n: int, d: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows around k centers, which are their clusters; a tenth of them is noise."""
    rng = np.random.default_rng(0)
    labels = rng.integers(k, size=n)
    X = rng.uniform(-10, 10, (k, d))[labels] + rng.normal(size=(n, d))
    labels[rng.random(n) < 0.1] = -1
    return X, labels


def nearest_of_first(X: np.ndarray) -> np.ndarray:
    """A clustering: each row belongs to the nearest of the first ones."""
    scores = np.einsum("ij,ij->i", X[:K], X[:K]) - 2 * X @ X[:K].T
    return scores.argmin(axis=1)


@dataclass(frozen=True, kw_only=True)
class Case(cases.Case):
    data: Callable[..., np.ndarray] = mixture
    score: dict[str, str] = field(default_factory=dict)
    k: int = K
    leave_out: tuple[str, ...] = ()

    def inputs(self, folder: Path | None, shrink: int) -> dict[str, np.ndarray]:
        if self.task == "density":
            return dict(zip(("X", "labels"), blobs(self.size(shrink), self.d, self.k), strict=True))
        X = self.data(self.size(shrink), self.d)
        return {"X": X} if self.task == "labels" else {"X": X, "labels": nearest_of_first(X)}

    def options(self) -> dict[str, object]:
        return self.score

    def about(self, shape: tuple[int, int]) -> str:
        if self.task == "density":
            return f"DBCV, {shape[0]:,} × {shape[1]}, {self.k} clusters"
        name = self.score["score"].removesuffix("_score").replace("_", " ")
        size = f"{shape[0]:,} rows" if self.task == "labels" else f"{shape[0]:,} × {shape[1]}"
        return ", ".join(filter(None, [name, size, self.score.get("metric", "")]))


def _cases() -> list[Case]:
    silhouette = {"score": "silhouette_score"}
    return [
        Case("silhouette-16d", "data", n=20_000, d=16, score=silhouette, target=5),
        Case("silhouette-manhattan", "data", n=20_000, d=16, score=silhouette | {"metric": "manhattan"}),
        Case("silhouette-cosine", "data", n=20_000, d=384, data=topics, score=silhouette | {"metric": "cosine"}),
        Case("silhouette-small", "data", n=300, d=2, score=silhouette),
        Case("silhouette-large", "data", n=500_000, d=8, score=silhouette, leave_out=("scikit-learn",), slow=True),
        Case("dbcv-3", "density", n=20_000, d=5, k=3, target=10, slow=True),
        Case("dbcv-10", "density", n=20_000, d=5, k=10, target=10),
        Case("dbcv-50", "density", n=20_000, d=5, k=50, target=10),
        Case("dbcv-wide", "density", n=10_000, d=384, k=10),
        Case("dbcv-large", "density", n=200_000, d=3, k=100, leave_out=("hdbscan",), slow=True),
        Case("davies-bouldin", "data", n=1_000_000, d=8, score={"score": "davies_bouldin_score"}),
        Case("calinski-harabasz", "data", n=1_000_000, d=8, score={"score": "calinski_harabasz_score"}),
        Case(
            "adjusted-mutual-info",
            "labels",
            n=1_000_000,
            d=2,
            data=two_labelings,
            score={"score": "adjusted_mutual_info_score"},
        ),
        Case("adjusted-rand", "labels", n=1_000_000, d=2, data=two_labelings, score={"score": "adjusted_rand_score"}),
        Case("threads-silhouette", "data", n=20_000, d=16, score=silhouette, scaling=True),
    ]


CASES = _cases()


# -------------------------------------------------------------------------------------------------- the results


def compare(inputs: dict[str, np.ndarray], results: dict[str, list[dict]]) -> dict[str, tuple[bool, str]]:
    """Whether each library's score is right, and in words; beside the first library that is not coterie."""
    reference = next((name for name in results if not name.startswith("coterie")), next(iter(results)))
    verdicts = {}
    if "dbcv" in results[reference][0]:
        right = float(results[reference][0]["dbcv"][0])
        for name, (found, *_) in results.items():
            score = float(found["dbcv"][0])
            verdicts[name] = abs(score - right) <= 0.3, f"{score:.3f}"
        return verdicts
    right = results[reference][0]["score"]
    for name, (found, *_) in results.items():
        error = float(np.abs(found["score"] / right - 1).max())
        verdicts[name] = error <= 1e-9, f"within {error:.0e}" if error else "equal"
    return verdicts | {reference: (True, "what others are compared with")}


HOW = f"""\
- Rows belong to the nearest of the first {K} rows; the labelings that are compared have 20 and 30 clusters. A time
  counts only if the scores agree within 1e-9.
- DBCV has rows around centers, a tenth of them noise. Each library takes another one of many minimum spanning trees, so
  that its score differs: the column shows it.
- scikit-learn's silhouettes are given `n_jobs`, but for the smallest case.
"""
