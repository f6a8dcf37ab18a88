# SPDX-License-Identifier: BSD-3-Clause
"""The cases of k-means. Compared between the libraries are labels and centers, starting centers alone, or distances."""

from __future__ import annotations

import importlib
import itertools
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import cases
import numpy as np
from cases import blobs

TITLE = "k-means"

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
            model = self.faiss.Kmeans(
                x.shape[1], len(start), niter=iterations, max_points_per_centroid=len(x), min_points_per_centroid=1
            )
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


class SuperKmeans(Faiss):
    """Approximate, and from random rows of its own, since it takes no starting centers."""

    yardstick = True
    predict = transform = None  # as with faiss

    def fit(self, X, start, iterations):
        seeds = itertools.count()

        def run():
            x = np.ascontiguousarray(X, dtype=np.float32)
            limits = dict(max_points_per_centroid=len(x), min_points_per_centroid=1)  # as with faiss
            model = self.faiss.SuperKmeans(x.shape[1], len(start), niter=iterations, seed=next(seeds), **limits)
            model.train(x)
            return {"labels": model.assign(x)[1], "centers": model.centroids}

        return run


class Product:
    """numpy's product of rows and centers alone, as often as they are compared: what the machine can do."""

    package = "numpy"
    yardstick = True

    def __init__(self, threads: int) -> None:  # its threads are set by the environment
        pass

    def fit(self, X, start, iterations):
        return self._product(X, start, iterations + 1)  # once more for the labels of the last centers

    def predict(self, X, start, iterations):
        return self._product(X, start, 1)

    def _product(self, X, start, times):
        scores = np.empty((len(X), len(start)), X.dtype)

        def run():
            for _ in range(times):
                np.matmul(X, start.T, out=scores)
            return {"scores": scores[:1]}

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
    "faiss.SuperKmeans": SuperKmeans,
    "scipy": Scipy,
    "numpy product": Product,
}


# -------------------------------------------------------------------------------------------------- the data


def noise(n: int, d: int, k: int, dtype: type) -> np.ndarray:
    """Uniform: no structure that could be of help."""
    return np.random.default_rng(0).random((n, d), dtype=dtype)


def falling(n: int, d: int, k: int, dtype: type) -> np.ndarray:
    """Normal clusters in directions of falling variance, as embeddings have them."""
    rng = np.random.default_rng(0)
    deviations = (np.arange(1, d + 1) ** -0.5).astype(dtype)
    centers = rng.standard_normal((k, d), dtype=dtype) * deviations
    X = rng.standard_normal((n, d), dtype=dtype)
    X *= deviations
    X += centers[rng.integers(k, size=n)]
    return X


def lidar(folder: Path) -> np.ndarray:
    """A terrestrial laser scan in meters, with the large offsets of map coordinates."""
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


def sentences(folder: Path) -> np.ndarray:
    """Embeddings of sentences, of length 1."""
    with np.load(folder / "embeddings_intents_minilm.npz") as file:
        return file["X"].astype(np.float32)


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


@dataclass(frozen=True, kw_only=True)
class Case(cases.Case):
    data: Callable[..., np.ndarray]
    k: int
    dtype: type = np.float64
    spread: float | None = None  # of blobs
    iterations: int = 20

    def inputs(self, folder: Path | None, shrink: int) -> dict[str, np.ndarray]:
        if self.n:
            spread = [] if self.spread is None else [self.spread]
            X = self.data(self.size(shrink), self.d, self.k, self.dtype, *spread)
        else:
            X = self.data(folder)
            X = np.ascontiguousarray(X[:: max(1, min(shrink, len(X) // (2 * self.k)))])
        return {"X": X, "start": starting_centers(X, self.k)}

    def options(self) -> dict[str, object]:
        return {"iterations": self.iterations}

    def pairs_left(self, inputs: dict[str, np.ndarray]) -> dict[str, list[float]]:
        if self.task != "fit":
            return {}
        from coterie import KMeans
        from coterie.kmeans._wide import WideAssignment

        tallies = []
        assign = WideAssignment.__call__

        def counted(*arguments):
            tallies.append(assign(*arguments))
            return tallies[-1]

        X, start = inputs["X"], inputs["start"]
        with mock.patch.object(WideAssignment, "__call__", counted):
            KMeans(self.k, init=start, n_init=1, max_iter=self.iterations, tol=0).fit(X)
        pairs = len(X) * self.k
        kinds = {"bounded": "bounded in whole numbers", "full": "compared in all features"}
        return {words: [getattr(tally, kind) / pairs for tally in tallies] for kind, words in kinds.items() if tallies}

    @property
    def first_runs(self) -> int:
        return 3 if self.task in ("seed", "default_fit") else 1

    def about(self, shape: tuple[int, int]) -> str:
        size = f"{shape[0]:,} × {shape[1]}" + " float32" * (self.dtype == np.float32)
        steps = "" if self.task != "fit" or self.iterations in (20, 300) else f"{self.iterations} iterations"
        verb = {"seed": "k-means++", "default_fit": "fit"}.get(self.task, self.task)
        return ", ".join(filter(None, [verb, size, f"k = {self.k:,}", steps, self.words]))


def _cases() -> list[Case]:
    f32, elkan, lloyd = np.float32, "scikit-learn elkan", "scikit-learn"
    low = dict(n=273_000, d=3, k=64, data=blobs, spread=5.0)
    many = dict(n=1_000_000, d=2, k=100, data=blobs, spread=5.0)
    mid = dict(n=100_000, d=16, k=64, data=blobs, spread=1.5)
    flat = dict(mid, data=noise, spread=None, words="noise")
    tiny = dict(n=150, d=4, k=3, data=blobs, spread=5.0, iterations=300)
    five = dict(target=5, rival=lloyd)
    wide = dict(n=50_000, d=784, k=100, dtype=f32, data=blobs, spread=0.2, iterations=10, leave_out=("scipy", elkan))
    wide_noise = dict(wide, data=noise, spread=None, words="noise", yardsticks={"numpy product": 0.85})
    wider = dict(wide, n=100_000, d=384, k=1000)
    wider_falling = dict(wider, data=falling, spread=None, words="falling variance")
    real = dict(data=sentences, dtype=f32, words="sentences", leave_out=("scipy", elkan))
    huge, approximate = dict(k=5000, iterations=10), {"faiss.SuperKmeans": None}
    return [
        Case("fit-3d", "fit", **low, leave_out=(), target=8),
        Case("fit-2d", "fit", **many, target=8),
        Case("fit-16d-f32", "fit", **mid, dtype=f32, leave_out=(), target=4),
        Case("fit-16d-f64", "fit", **mid, leave_out=(), target=4),
        Case("fit-16d-f32-noise", "fit", **flat, dtype=f32, target=4),
        Case("fit-16d-f64-noise", "fit", **flat, target=4),
        Case("fit-lidar", "fit", data=lidar, k=64, words="laser scan"),
        Case("fit-stars", "fit", data=stars, k=64, words="stars"),
        Case("fit-photo", "fit", data=photo, k=64, words="pixels"),
        Case("fit-784d", "fit", **wide, target=1.5),
        Case("fit-784d-noise", "fit", **wide_noise, target=1.2),
        Case("fit-384d", "fit", **wider, yardsticks=approximate, target=3, slow=True),
        Case("fit-384d-falling", "fit", **wider_falling, yardsticks=approximate, target=3, slow=True),
        Case("fit-sentences-200", "fit", **real, k=200, yardsticks=approximate, target=3),
        Case("fit-sentences-1000", "fit", **real, k=1000, iterations=10, yardsticks={"faiss.SuperKmeans": 2}, target=4),
        Case("fit-sentences-5000", "fit", **real, **huge, yardsticks=approximate, target=6, rival="faiss", slow=True),
        Case("fit-sentences-default", "default_fit", **real, k=200, target=8, slow=True),
        Case("fit-tiny", "fit", **tiny, **five, words="given centers", leave_out=("faiss", "scipy", elkan)),
        Case("fit-tiny-default", "default_fit", **tiny, **five, words="by default", leave_out=(elkan,)),
        Case("seed-3d", "seed", **low, target=4),
        Case("seed-2d", "seed", **many),
        Case("seed-sentences", "seed", **real, k=1000, target=40, rival=lloyd, slow=True),
        Case("predict-2d", "predict", **many, leave_out=()),
        Case("predict-16d-f32", "predict", **mid, dtype=f32, leave_out=()),
        Case("predict-784d-noise", "predict", **wide_noise),
        Case("predict-sentences", "predict", **real, k=1000),
        Case("transform-16d", "transform", **mid, leave_out=()),
        Case("threads-3d", "fit", **low, scaling=True),
        Case("threads-16d-f32-noise", "fit", **flat, dtype=f32, scaling=True),
        Case("threads-784d", "fit", **wide, scaling=True),
        Case("threads-sentences", "fit", **real, k=200, scaling=True),
    ]


CASES = _cases()


# -------------------------------------------------------------------------------------------------- the results


def inertia(X: np.ndarray, centers: np.ndarray, labels: np.ndarray | None = None) -> float:
    """Sum of squared distances to the labeled, or else the nearest, centers: in float64, by nobody's kernel."""
    total = 0.0
    middle = X.mean(axis=0, dtype=np.float64)
    centers = centers - middle
    for i in range(0, len(X), 10_000):
        rows = X[i : i + 10_000] - middle
        if labels is None:
            nearest = ((centers * centers).sum(axis=1) - 2 * rows @ centers.T).argmin(axis=1)
        else:
            nearest = labels[i : i + 10_000]
        total += np.square(rows - centers[nearest]).sum()
    return total


def compare(inputs: dict[str, np.ndarray], results: dict[str, list[dict]]) -> dict[str, tuple[bool, str]]:
    """Whether each library's result is right, and in words; beside the first library that is not coterie.

    Where two centers are equally near but for rounding, iterations part ways and end a little apart. So 1 % is allowed
    to others, that no fast one is left out for that, and much less to coterie.
    """
    X = inputs["X"]
    reference = next((name for name in results if not name.startswith("coterie")), next(iter(results)))
    right = results[reference]
    inertias = {
        name: statistics.fmean(inertia(X, result["centers"], result.get("labels")) for result in found)
        for name, found in results.items()
        if "centers" in found[0]
    }
    verdicts = {}
    for name, found in results.items():
        ours = name.startswith("coterie")
        if "scores" in found[0]:
            verdicts[name] = True, "the products alone"
            continue
        if "distances" in found[0]:
            error = float(np.abs(found[0]["distances"] - right[0]["distances"]).max() / right[0]["distances"].max())
            verdicts[name] = error <= (1e-6 if ours else 1e-2), f"distances within {error:.0e}"
            continue
        error = inertias[name] / inertias[reference] - 1
        if name == "faiss.SuperKmeans":
            verdicts[name] = abs(error) <= 0.1, f"approximate, from a start of its own: inertia {error:+.1%}"
            continue
        if len(found) > 1:  # other random numbers: equal on average only
            verdicts[name] = error <= 0.1, f"mean inertia {error:+.1%}"
            continue
        differ = int(np.count_nonzero(found[0]["labels"] != right[0]["labels"]))
        both_exact = all(result["centers"].dtype == np.float64 for result in (found[0], right[0]))
        verdicts[name] = (
            abs(error) <= (1e-4 if ours else 1e-2) and not (ours and both_exact and differ),
            (f"inertia {error:+.0e}" if abs(error) > 1e-12 else "inertia equal")
            + (f", {differ:,} labels differ" if differ else ", labels equal"),
        )
    return verdicts | {reference: (True, "what others are compared with")}


PAIRS_LEFT = """\
With many features most distances need not be computed: what share of the pairs of row and center coterie looks at, and
how. The last assignment is that of the labels at the end.
"""

HOW = """\
- Data are generated with a fixed seed: normal clusters, or uniform noise where it says so; float64 unless it says
  float32. Starting centers are random rows, moved by a hair. `tol=0`: nobody stops before the last iteration unless no
  label changes.
- A time counts only if the result is right. The inertia, computed anew from labels and centers, is compared with the
  second library's in the table: within 1e-4 for coterie, and equal labels where both compute in float64; within 1 % for
  the others, since near ties decided by rounding lead to other iterations. For k-means++ and fits by default it is the
  mean of three seeds, within 10 %. Distances are to agree within 1e-6 of the largest (others: 1 %).
- faiss computes in float32 alone. For float64 data the conversion is within its time, and what it costs in precision is
  why its result does not count where coordinates have a large offset. It trains on all rows
  (`max_points_per_centroid`). Its k-means++ is not the greedy one and is not compared.
- "Falling variance": the j-th feature of the normal clusters, and of their centers, has a deviation of 1/sqrt(j). The
  features of other mixtures are all alike, which no embeddings are: then nothing but the distance itself tells that a
  center is far.
- `faiss.SuperKmeans` is approximate, takes no starting centers and begins with random rows. It is shown beside the
  others, with its inertia, and never counts as the fastest.
- "numpy product" is the product of the rows and the centers, once for each iteration and once for the labels at the
  end, and nothing else: the rate that the machine reaches where nothing can be left out.
- Beyond the data, wide cases are to need at most 40 % of their memory.
- scipy computes on one thread, and is left out where that takes long. Its labels are those of the centers before the
  last step, so one `vq` is added. scikit-learn's elkan is left out for wide data, where it is slower than lloyd and
  needs n × k more numbers.
- scikit-learn-intelex's k-means++ is the function of its `onedal` package that its `KMeans` calls.
"""
