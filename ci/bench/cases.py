# SPDX-License-Identifier: BSD-3-Clause
"""What is measured: how each library does each task, the data, and the cases.

A library is a class with a method for each task that it can do. The method gets the data, prepares, and returns `run`;
only `run()` is timed. It returns what is compared between the libraries before any time is reported: labels and
centers, starting centers alone, or distances.
"""
from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# -------------------------------------------------------------------------------------------------- the libraries


class Coterie:
    """coterie, and with another package the libraries whose estimators have the same names and parameters."""

    package = "coterie"
    options: dict = {}

    def __init__(self, threads: int) -> None:  # threads are set by the environment where nothing is done here
        self.module = importlib.import_module(self.package)

    def _model(self, start, **options):
        return self.module.KMeans(len(start), **options, **self.options)

    def fit(self, X, start, iterations):
        model = self._model(start, init=start, n_init=1, max_iter=iterations, tol=0)

        def run():
            model.fit(X)
            return {"labels": model.labels_, "centers": model.cluster_centers_}
        return run

    def default_fit(self, X, start, iterations):
        """As most people call it: k-means++, until it converges."""
        seeds = itertools.count()

        def run():
            model = self._model(start, random_state=next(seeds)).fit(X)
            return {"labels": model.labels_, "centers": model.cluster_centers_}
        return run

    def seed(self, X, start, iterations):
        seeds = itertools.count()
        return lambda: {"centers": self.module.kmeans_plusplus(X, len(start), random_state=next(seeds))[0]}

    def _with_centers(self, start):
        # Twice: with as many rows as clusters scikit-learn-intelex hands over to scikit-learn, and cannot predict then.
        return self._model(start, init=start, n_init=1, max_iter=1).fit(np.vstack([start, start]))

    def predict(self, X, start, iterations):
        model = self._with_centers(start)
        return lambda: {"labels": model.predict(X), "centers": start}

    def transform(self, X, start, iterations):
        model = self._with_centers(start)
        return lambda: {"distances": model.transform(X)}


class SklearnLloyd(Coterie):
    package = "sklearn.cluster"


class SklearnElkan(SklearnLloyd):
    options = {"algorithm": "elkan"}
    seed = predict = transform = None  # as with lloyd


class SklearnIntelex(Coterie):
    package = "sklearnex.cluster"

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        importlib.import_module("daal4py").daalinit(threads)  # its threads are TBB's, deaf to OMP_NUM_THREADS

    def seed(self, X, start, iterations):
        # sklearnex has no function of its own for this; this is the one that its KMeans calls.
        kmeans_plusplus = importlib.import_module("onedal.cluster.kmeans_init").kmeans_plusplus
        seeds = itertools.count()
        return lambda: {"centers": kmeans_plusplus(X, len(start), random_state=next(seeds))[0]}


class Faiss:
    """float32 alone: other data are converted within the time measured, as their owner would have to."""

    package = "faiss"

    def __init__(self, threads: int) -> None:
        self.faiss = importlib.import_module(self.package)
        self.faiss.omp_set_num_threads(threads)

    def fit(self, X, start, iterations):
        start = start.astype(np.float32)

        def run():
            x = np.ascontiguousarray(X, dtype=np.float32)
            # Without the two limits it would train on 256 points a cluster, or warn of fewer than 39.
            model = self.faiss.Kmeans(x.shape[1], len(start), niter=iterations, max_points_per_centroid=len(x),
                                      min_points_per_centroid=1)
            model.train(x, init_centroids=start)
            return {"labels": model.assign(x)[1], "centers": model.centroids}
        return run

    def predict(self, X, start, iterations):
        index = self.faiss.IndexFlatL2(X.shape[1])
        index.add(start.astype(np.float32))
        return lambda: {"labels": index.search(np.ascontiguousarray(X, np.float32), 1)[1].ravel(), "centers": start}

    def transform(self, X, start, iterations):
        start = start.astype(np.float32)

        def run():
            squared = self.faiss.pairwise_distances(np.ascontiguousarray(X, dtype=np.float32), start)
            np.maximum(squared, 0, out=squared)
            return {"distances": np.sqrt(squared, out=squared)}
        return run


class Scipy:
    """One thread."""

    package = "scipy.cluster.vq"

    def __init__(self, threads: int) -> None:
        self.vq = importlib.import_module(self.package)
        self.cdist = importlib.import_module("scipy.spatial.distance").cdist

    def fit(self, X, start, iterations):
        def run():
            centers, _ = self.vq.kmeans2(X, start, iter=iterations, minit="matrix")
            # Its labels are those of the centers before the last step; the others look once more, too.
            return {"labels": self.vq.vq(X, centers)[0], "centers": centers}
        return run

    def predict(self, X, start, iterations):
        return lambda: {"labels": self.vq.vq(X, start)[0], "centers": start}

    def transform(self, X, start, iterations):
        return lambda: {"distances": self.cdist(X, start)}


LIBRARIES = {
    "coterie": Coterie,
    "scikit-learn": SklearnLloyd,
    "scikit-learn elkan": SklearnElkan,
    "scikit-learn-intelex": SklearnIntelex,
    "faiss": Faiss,
    "scipy": Scipy,
}


# -------------------------------------------------------------------------------------------------- the data


def blobs(n: int, d: int, k: int, dtype: type, spread: float) -> np.ndarray:
    """Normal clusters of deviation 1 around `k` centers of deviation `spread`."""
    rng = np.random.default_rng(0)
    centers = (rng.standard_normal((k, d)) * spread).astype(dtype)
    X = rng.standard_normal((n, d), dtype=dtype)
    X += centers[rng.integers(k, size=n)]
    return X


def noise(n: int, d: int, k: int, dtype: type) -> np.ndarray:
    """Uniform: no structure that could be of help."""
    return np.random.default_rng(0).random((n, d), dtype=dtype)


def lidar(folder: Path) -> np.ndarray:
    """A terrestrial laser scan in metres, with the large offsets of map coordinates."""
    with np.load(folder / "lidar_lone_star.npz") as file:
        return file["raw_xyz"] * file["scale"] + file["offset"]


def stars(folder: Path) -> np.ndarray:
    """Positions of stars in parsec, without those of unknown distance."""
    with np.load(folder / "stars_hyg_mag7.5.npz") as file:
        X = file["X"][:, :3].astype(np.float64)
    return X[(X * X).sum(axis=1) < 9e9]


def photo(folder: Path) -> np.ndarray:
    """The pixels of a photograph as red, green, blue from 0 to 255: many are equal."""
    from matplotlib.image import imread
    return (imread(folder / "photo_astronaut.png")[..., :3] * 255.0).round().reshape(-1, 3).astype(np.float64)


def starting_centers(X: np.ndarray, k: int) -> np.ndarray:
    """Different rows drawn at random, moved by a hair.

    Rows with equal numbers, such as pixels, can be equally near to two centers that are rows; which one a library takes
    is then a matter of its rounding, and different iterations follow.
    """
    rng = np.random.default_rng(1)
    rows = np.unique(X[rng.choice(len(X), min(len(X), 8 * k), replace=False)], axis=0)
    rows = rows[rng.choice(len(rows), k, replace=False)]
    return (rows + 1e-3 * X.std(axis=0, dtype=np.float64) * rng.standard_normal(rows.shape)).astype(X.dtype)


# -------------------------------------------------------------------------------------------------- the cases


@dataclass(frozen=True)
class Case:
    """A row of the page. `target` is how many times faster than `rival` coterie is meant to be."""

    name: str
    task: str  # a method of the libraries
    data: Callable[..., np.ndarray]
    k: int
    n: int = 0  # 0: the data are read from the folder that the user names
    d: int = 0
    dtype: type = np.float64
    spread: float | None = None  # of blobs
    iterations: int = 20
    words: str = ""  # for the page, where the numbers do not say it all
    leave_out: tuple[str, ...] = ("scipy",)
    target: float | None = None
    rival: str = ""  # this library; any if empty
    slow: bool = False
    scaling: bool = False  # not beside others, but coterie on 1 and more threads

    def make(self, folder: Path | None, shrink: int) -> tuple[np.ndarray, np.ndarray]:
        """Data and starting centers."""
        if self.n:
            n = self.n // shrink if self.n >= 10_000 else self.n
            X = self.data(n, self.d, self.k, self.dtype, *([] if self.spread is None else [self.spread]))
        else:
            X = np.ascontiguousarray(self.data(folder)[::shrink])
        return X, starting_centers(X, self.k)

    def about(self, shape: tuple[int, int]) -> str:
        """The case in words."""
        size = f"{shape[0]:,} × {shape[1]}" + " float32" * (self.dtype == np.float32)
        steps = "" if self.task != "fit" or self.iterations in (20, 300) else f"{self.iterations} iterations"
        verb = {"seed": "k-means++", "default_fit": "fit"}.get(self.task, self.task)
        return ", ".join(filter(None, [verb, size, f"k = {self.k}", steps, self.words]))


def _cases() -> list[Case]:
    f32, elkan, lloyd = np.float32, "scikit-learn elkan", "scikit-learn"
    low = dict(n=273_000, d=3, k=64, data=blobs, spread=5.0)
    many = dict(n=1_000_000, d=2, k=100, data=blobs, spread=5.0)
    mid = dict(n=100_000, d=16, k=64, data=blobs, spread=1.5)
    flat = dict(mid, data=noise, spread=None, words="noise")
    tiny = dict(n=150, d=4, k=3, data=blobs, spread=5.0, iterations=300)
    wide = dict(n=50_000, d=784, k=100, dtype=f32, data=blobs, spread=0.2, iterations=10)
    wider = dict(wide, n=100_000, d=384, k=1000, iterations=5)
    same, five = dict(target=1, rival=lloyd), dict(target=5, rival=lloyd)
    return [
        Case("fit-3d", "fit", **low, leave_out=(), target=8),
        Case("fit-2d", "fit", **many, target=8),
        Case("fit-16d-f32", "fit", **mid, dtype=f32, leave_out=(), target=4),
        Case("fit-16d-f64", "fit", **mid, leave_out=(), target=4),
        Case("fit-16d-f32-noise", "fit", **flat, dtype=f32, target=4),
        Case("fit-16d-f64-noise", "fit", **flat, target=4),
        Case("fit-lidar", "fit", lidar, 64, words="laser scan"),
        Case("fit-stars", "fit", stars, 64, words="stars"),
        Case("fit-photo", "fit", photo, 64, words="pixels"),
        Case("fit-784d", "fit", **wide, **same, leave_out=("scipy", elkan)),
        Case("fit-384d", "fit", **wider, **same, leave_out=("scipy", elkan), slow=True),
        Case("fit-tiny", "fit", **tiny, **five, words="given centers", leave_out=("faiss", "scipy", elkan)),
        Case("fit-tiny-default", "default_fit", **tiny, **five, words="by default", leave_out=(elkan,)),
        Case("seed-3d", "seed", **low, target=4),
        Case("seed-2d", "seed", **many),
        Case("predict-2d", "predict", **many, leave_out=()),
        Case("predict-16d-f32", "predict", **mid, dtype=f32, leave_out=()),
        Case("transform-16d", "transform", **mid, leave_out=()),
        Case("threads-3d", "fit", **low, scaling=True),
        Case("threads-16d-f32-noise", "fit", **flat, dtype=f32, scaling=True),
        Case("threads-784d", "fit", **wide, scaling=True),
    ]


CASES = {case.name: case for case in _cases()}
