# SPDX-License-Identifier: BSD-3-Clause
"""The cases of sparse rows and of the relatives of k-means. Compared are inertias, computed anew from the labels."""

from __future__ import annotations

import importlib
import itertools
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cases
import numpy as np
from cases import blobs
from kmeans import lidar, photo, sentences, starting_centers

TITLE = "k-means, relatives"

# -------------------------------------------------------------------------------------------------- the libraries


def as_matrix(X, columns, starts, n_columns):
    """The sparse rows as scipy has them."""
    return importlib.import_module("scipy.sparse").csr_matrix((X, columns, starts), (len(starts) - 1, int(n_columns)))


def found(model):
    return {"labels": model.labels_, "centers": model.cluster_centers_}


def from_each(estimator, X, starts, bounds):
    """A run from each of the starting centers in turn."""
    low, high = bounds.tolist()
    options = dict(size_min=low, size_max=high, n_init=1)
    models = itertools.cycle(estimator(len(start), init=start, **options) for start in starts)
    return lambda: found(next(models).fit(X))


class Coterie:
    """coterie, and with another package scikit-learn, whose estimators have the same names and parameters."""

    package = "coterie"

    def __init__(self, threads: int) -> None:  # threads are set by the environment where nothing is done here
        self.module = importlib.import_module(self.package)

    def sparse(self, X, columns, starts, n_columns, start, iterations):
        rows = as_matrix(X, columns, starts, n_columns)
        model = self.module.KMeans(len(start), init=start, n_init=1, max_iter=iterations, tol=0)
        return lambda: found(model.fit(rows))

    def minibatch(self, X, n_clusters):
        seeds = itertools.count()
        return lambda: found(self.module.MiniBatchKMeans(n_clusters, random_state=next(seeds)).fit(X))

    def bisecting(self, X, n_clusters):
        return lambda: found(self.module.BisectingKMeans(n_clusters, random_state=0).fit(X))

    def spherical(self, X, start, iterations):
        model = self.module.SphericalKMeans(len(start), init=start, n_init=1, max_iter=iterations, tol=0)
        return lambda: found(model.fit(X))

    def directions(self, X, n_clusters):
        seeds = itertools.count()
        return lambda: found(self.module.SphericalKMeans(n_clusters, max_iter=20, random_state=next(seeds)).fit(X))

    def bounded(self, X, starts, bounds):
        return from_each(self.module.SizeConstrainedKMeans, X, starts, bounds)


class Sklearn(Coterie):
    package = "sklearn.cluster"
    spherical = directions = bounded = None


class Faiss:
    package = "faiss"

    def __init__(self, threads: int) -> None:
        self.faiss = importlib.import_module(self.package)
        self.faiss.omp_set_num_threads(threads)

    def _train(self, X, n_clusters, start=None, **options):
        limits = dict(max_points_per_centroid=len(X), min_points_per_centroid=1)  # or it takes a sample, or warns
        model = self.faiss.Kmeans(X.shape[1], n_clusters, spherical=True, **limits, **options)
        model.train(X, init_centroids=start)
        return {"labels": model.assign(X)[1], "centers": model.centroids}

    def spherical(self, X, start, iterations):
        return lambda: self._train(X, len(start), start, niter=iterations)

    def directions(self, X, n_clusters):
        seeds = itertools.count(1)
        return lambda: self._train(X, n_clusters, niter=20, seed=next(seeds))


class KMeansConstrained:
    """A single run is of one thread."""

    package = "k_means_constrained"

    def __init__(self, threads: int) -> None:
        self.module = importlib.import_module(self.package)

    def bounded(self, X, starts, bounds):
        return from_each(self.module.KMeansConstrained, X, starts, bounds)


LIBRARIES = {"coterie": Coterie, "scikit-learn": Sklearn, "faiss": Faiss, "k-means-constrained": KMeansConstrained}


# -------------------------------------------------------------------------------------------------- the data


def texts(n: int, d: int, n_topics: int = 50, n_words: int = 120) -> dict[str, np.ndarray]:
    """Made-up texts by topic as rows of unit length: how often each word is there, by how rare it is."""
    rng = np.random.default_rng(0)
    topic = rng.integers(n_topics, size=n)
    length = rng.poisson(n_words, size=n)
    row = np.repeat(np.arange(n), length)
    # Half of the words are those of all texts. The others are of the topic: the same ranks, with words of its own.
    rank = (rng.pareto(0.6, size=len(row)) * 20).clip(max=4.0 * d).astype(np.int64)
    of_topic = rng.permuted(np.tile(np.arange(d), (n_topics, 1)), axis=1)
    word = rank % d
    own = rng.random(len(row)) < 0.5
    word[own] = of_topic[topic[row[own]], word[own]]
    place, count = np.unique(row * d + word, return_counts=True)
    row, word = np.divmod(place, d)
    texts_with = np.bincount(word, minlength=d)
    values = count * (np.log((1 + n) / (1 + texts_with[word])) + 1)
    values /= np.sqrt(np.bincount(row, values**2, n))[row]
    starts = np.searchsorted(row, np.arange(n + 1))
    return {"X": values, "columns": word.astype(np.int32), "starts": starts.astype(np.int32), "n_columns": np.array(d)}


def mean_texts(inputs: dict[str, np.ndarray], k: int) -> np.ndarray:
    """Starting centers: means of twenty texts each. (Single texts have no word in common with most others, and are
    equally far from them: rounding would decide.)"""
    rows = as_matrix(**inputs)
    drawn = np.random.default_rng(1).permutation(rows.shape[0])
    return np.stack([rows[drawn[i :: rows.shape[0] // 20][:20]].mean(axis=0).A1 for i in range(k)])


def unlike_groups(n: int, d: int, k: int) -> np.ndarray:
    """Normal groups of very different size, so that bounds on the sizes matter."""
    rng = np.random.default_rng(0)
    centers = 4 * rng.standard_normal((k, d))
    return centers[rng.choice(k, size=n, p=rng.dirichlet(np.ones(k)))] + rng.standard_normal((n, d))


# -------------------------------------------------------------------------------------------------- the cases

NAMES = {
    "sparse": "sparse fit",
    "minibatch": "mini-batches",
    "directions": "spherical, default start",
    "bounded": "bounds on sizes",
}


@dataclass(frozen=True, kw_only=True)
class Case(cases.Case):
    k: int
    data: Callable[..., np.ndarray] | None = None
    dtype: type = np.float64
    spread: float = 0.0  # of blobs
    sizes: tuple[int, int] | None = None  # of clusters, at least and at most

    def inputs(self, folder: Path | None, shrink: int) -> dict[str, np.ndarray]:
        n = self.size(shrink)
        if self.task == "sparse":
            inputs = texts(n, self.d)
            return inputs | {"start": mean_texts(inputs, self.k)}
        if self.sizes:
            X = unlike_groups(n, self.d, self.k)
            bounds = np.array(self.sizes) * n // self.n
            starts = np.stack([starting_centers(np.roll(X, 997 * i, axis=0), self.k) for i in range(self.first_runs)])
            return {"X": X, "starts": starts, "bounds": bounds}
        if self.data:
            X = self.data(folder)
            X = np.ascontiguousarray(X[:: max(1, min(shrink, len(X) // (2 * self.k)))])
        else:
            X = blobs(n, self.d, self.k, self.dtype, self.spread)
        return {"X": X, "start": starting_centers(X, self.k)} if self.task == "spherical" else {"X": X}

    @property
    def first_runs(self) -> int:
        return 5 if self.sizes else 1

    def shape(self, inputs: dict[str, np.ndarray]) -> tuple[int, int]:
        if "columns" in inputs:
            return len(inputs["starts"]) - 1, int(inputs["n_columns"])
        return super().shape(inputs)

    def options(self) -> dict[str, object]:
        if self.task in ("sparse", "spherical"):
            return {"iterations": 20}
        return {} if self.sizes else {"n_clusters": self.k}

    def about(self, shape: tuple[int, int]) -> str:
        size = f"{shape[0]:,} × {shape[1]:,}" + " float32" * (self.dtype == np.float32)
        return ", ".join(filter(None, [NAMES.get(self.task, self.task), size, f"k = {self.k:,}", self.words]))


def _cases() -> list[Case]:
    f32, sklearn = np.float32, "scikit-learn"
    slices = dict(k=64, target=4, rival=sklearn)
    many = dict(n=1_000_000, d=32, k=200, dtype=f32, spread=1.5, target=4, rival=sklearn, slow=True)
    directions = dict(data=sentences, dtype=f32, k=200, words="sentences", target=3, rival="faiss")
    sizes = dict(n=10_000, d=8, k=20, target=3, rival="k-means-constrained")
    return [
        Case("sparse-texts", "sparse", n=20_000, d=50_000, k=50, words="texts", target=4, rival=sklearn),
        Case("minibatch-32d", "minibatch", **many),
        Case("bisecting-3d", "bisecting", n=273_000, d=3, spread=5.0, **slices),
        Case("bisecting-lidar", "bisecting", data=lidar, words="laser scan", **slices),
        Case("bisecting-photo", "bisecting", data=photo, words="pixels", **slices),
        Case("spherical-sentences", "spherical", **directions),
        Case("spherical-sentences-default", "directions", **directions),
        Case("bounded-8d", "bounded", **sizes, sizes=(400, 600), words="400 to 600 rows"),
        Case("bounded-8d-equal", "bounded", **sizes, sizes=(500, 500), words="500 rows"),
    ]


CASES = _cases()


# -------------------------------------------------------------------------------------------------- the results


def inertia(inputs: dict[str, np.ndarray], labels: np.ndarray, centers: np.ndarray) -> float:
    """In float64."""
    centers = centers.astype(np.float64)
    if "columns" in inputs:
        rows = as_matrix(**{name: inputs[name] for name in ("X", "columns", "starts", "n_columns")})
        row = np.repeat(np.arange(len(labels)), np.diff(inputs["starts"]))
        products = rows.data * centers[labels[row], rows.indices]
        return float(np.square(rows.data).sum() - 2 * products.sum() + np.square(centers).sum(axis=1)[labels].sum())
    X, step = inputs["X"], 100_000
    parts = (slice(i, i + step) for i in range(0, len(X), step))
    return sum(float(np.square(X[part].astype(np.float64) - centers[labels[part]]).sum()) for part in parts)


def compare(inputs: dict[str, np.ndarray], results: dict[str, list[dict]]) -> dict[str, tuple[bool, str]]:
    """Whether bounds are kept and an inertia is at most 1% above the other library's; the mean of several, 10%."""
    reference = list(results)[-1]
    inertias = {
        name: statistics.fmean(inertia(inputs, each["labels"].astype(int), each["centers"]) for each in found)
        for name, found in results.items()
    }
    verdicts = {}
    for name, found in results.items():
        error = inertias[name] / inertias[reference] - 1
        differ = any((a["labels"] != b["labels"]).any() for a, b in zip(found, results[reference], strict=True))
        sizes = [np.bincount(each["labels"].astype(int), minlength=len(each["centers"])) for each in found]
        low, high = inputs.get("bounds", (0, len(found[0]["labels"])))
        kept = low <= np.min(sizes) and np.max(sizes) <= high
        words = "mean " * (len(found) > 1) + ("inertia equal" if abs(error) < 1e-9 else f"inertia {error:+.2%}")
        words += "" if differ else ", labels equal"
        verdicts[name] = (
            error <= (0.1 if len(found) > 1 else 0.01) and kept,
            words if kept else f"sizes from {np.min(sizes)} to {np.max(sizes)}",
        )
    return verdicts | {reference: (verdicts[reference][0], f"inertia {inertias[reference]:,.6g}")}


HOW = """\
- Sparse rows, directions and bounds: from the same starting centers, and with bounds from five starts in turn. Sparse
  rows and directions get 20 iterations (`tol=0`), unless no label changes before. With the default start faiss takes
  random rows, and coterie what k-means|| draws, for 20 iterations at most. Bisecting k-means has the same
  `random_state`, whose draws are the same in both libraries; so are the labels. Mini-batches are drawn otherwise: their
  inertias are of different starts.
- A time counts only if the inertia, computed anew from labels and centers, is at most 1 % above that of the other
  library, and if bounds on the sizes are kept. With bounds it is the mean of five starts, within 10 %: already in the
  first iteration k-means-constrained assigns some rows otherwise, so that the two end in different places.
- Texts are made up, of 120 words each: half of them from a list that all texts share, half from one of fifty topics,
  both by a power law. Rows are TF-IDF, of unit length.
- For each batch of `MiniBatchKMeans` that it draws, scikit-learn adds up the weights of all rows, which takes most of
  its time with a million rows.
- `faiss.Kmeans(spherical=True)` trains on all rows. Rows of sentences have unit length, so the inertia is twice the sum
  of 1 - cosine.
- k-means-constrained rounds costs to whole numbers, and runs on one thread.
"""
