# SPDX-License-Identifier: BSD-3-Clause
"""The cases of DBSCAN. Compared between the libraries are labels and core points.

(A file dbscan.py would hide the PyPI package of that name from the interpreter.)
"""

from __future__ import annotations

import csv
import gzip
import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cases
import numpy as np
from cases import mixture, topics, uniform

TITLE = "DBSCAN"
EARTH = 6371.0088  # km

# -------------------------------------------------------------------------------------------------- the libraries


class Coterie:
    """coterie, and with another package the libraries whose estimator has the same name and parameters."""

    package = "coterie"

    def __init__(self, threads: int) -> None:  # threads are set by the environment where nothing is done here
        self.estimator = importlib.import_module(self.package).DBSCAN
        self.options: dict = {}

    def dbscan(self, X, eps, metric, algorithm):
        options = self.options | ({} if metric == "euclidean" else {"metric": metric})

        def run():
            model = self.estimator(eps=eps, min_samples=10, **options).fit(X)
            return {"labels": model.labels_, "core": model.core_sample_indices_}

        return run


class Sklearn(Coterie):
    package = "sklearn.cluster"

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.threads = threads

    def dbscan(self, X, eps, metric, algorithm):
        # Starting the threads takes 20 ms, longer than a few rows do.
        self.options = {"algorithm": algorithm, "n_jobs": self.threads if len(X) > 1000 else None}
        return super().dbscan(X, eps, metric, algorithm)


class SklearnNormalized(Sklearn):
    """What its users do for cosine distances: rows of length 1 have Euclidean distances of the same order."""

    def dbscan(self, X, eps, metric, algorithm):
        model = self.estimator(eps=np.sqrt(2 * eps), min_samples=10, algorithm=algorithm, n_jobs=self.threads)

        def run():
            model.fit(X / np.linalg.norm(X, axis=1, keepdims=True))
            return {"labels": model.labels_, "core": model.core_sample_indices_}

        return run


class SklearnIntelex(Coterie):
    package = "sklearnex.cluster"

    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        importlib.import_module("daal4py").daalinit(threads)  # its threads are TBB's, deaf to OMP_NUM_THREADS


class Dbscan:
    """The PyPI package `dbscan`: Euclidean distances, 2 to 20 features, and not exact for more than 2."""

    package = "dbscan"

    def __init__(self, threads: int) -> None:
        os.environ["PARLAY_NUM_THREADS"] = str(threads)  # read when it is loaded
        self.function = importlib.import_module(self.package).DBSCAN

    def dbscan(self, X, eps, metric, algorithm):
        def run():
            labels, is_core = self.function(X, eps, min_samples=10)
            return {"labels": labels, "core": np.flatnonzero(is_core)}

        return run


LIBRARIES = {
    "coterie": Coterie,
    "scikit-learn": Sklearn,
    "scikit-learn normalized": SklearnNormalized,
    "scikit-learn-intelex": SklearnIntelex,
    "dbscan": Dbscan,
}


# -------------------------------------------------------------------------------------------------- the data


def earthquakes(folder: Path) -> np.ndarray:
    """Around Japan: latitude and longitude in radians."""
    with gzip.open(folder / "earthquakes_japan.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return np.radians([[float(row["latitude"]), float(row["longitude"])] for row in csv.DictReader(file)])


def lidar(folder: Path) -> np.ndarray:
    """A terrestrial laser scan in meters, with the large offsets of map coordinates."""
    with np.load(folder / "lidar_lone_star.npz") as file:
        return file["raw_xyz"] * file["scale"] + file["offset"]


def tracks(folder: Path) -> np.ndarray:
    """Positions of deer, elk and cattle in meters: of four fixes three are where another one is."""
    with np.load(folder / "animal_tracks_starkey.npz") as file:
        degrees = np.stack([file["lat_microdeg"], file["lon_microdeg"]], axis=1) / 1e6
    middle = degrees.mean(axis=0)
    return (degrees - middle) * [111_195, 111_195 * np.cos(np.radians(middle[0]))]


# -------------------------------------------------------------------------------------------------- the cases


@dataclass(frozen=True, kw_only=True)
class Case(cases.Case):
    data: Callable[..., np.ndarray]
    eps: float
    metric: str = "euclidean"
    algorithm: str = "ball_tree"  # scikit-learn's fastest here
    dtype: type = np.float64
    leave_out: tuple[str, ...] = ("scikit-learn normalized", "scikit-learn-intelex")

    def inputs(self, folder: Path | None, shrink: int) -> dict[str, np.ndarray]:
        X = self.data(self.size(shrink), self.d) if self.n else self.data(folder)[::shrink]
        return {"X": np.ascontiguousarray(X, self.dtype)}

    def options(self) -> dict[str, object]:
        return {"eps": self.eps, "metric": self.metric, "algorithm": self.algorithm}

    def about(self, shape: tuple[int, int]) -> str:
        size = f"{shape[0]:,} × {shape[1]}" + " float32" * (self.dtype == np.float32)
        metric = "" if self.metric == "euclidean" else self.metric
        eps = f"eps {self.eps * EARTH:.3g} km" if self.metric == "haversine" else f"eps {self.eps:.3g}"
        return ", ".join(filter(None, [size, self.words, metric, eps]))

    def more(self, shape: tuple[int, int], seconds: float, peak: float) -> dict[str, str]:
        n, d = shape
        if n < 20_000:  # what a first call takes anyway would be most of it
            return {"bytes a row": "", "allowed": ""}
        each, allowed = peak * 1e6 / n, 100 + 2 * d * np.dtype(self.dtype).itemsize
        return {"bytes a row": f"**{each:.0f}**" if each > allowed else f"{each:.0f}", "allowed": f"{allowed}"}


def _cases() -> list[Case]:
    sk, normalized, intelex, pypi = (name for name in LIBRARIES if name != "coterie")
    many = dict(n=1_000_000, d=2)
    clusters, even = dict(data=mixture, words="mixture"), dict(data=uniform, words="uniform")
    ten = dict(d=10, algorithm="kd_tree")
    wide = dict(n=20_000, d=50, algorithm="brute")
    return [
        Case("dbscan-2d", "dbscan", **many, **clusters, eps=0.2, target=2, rival=pypi),
        Case("dbscan-2d-uniform", "dbscan", **many, **even, eps=0.15, target=2, rival=pypi),
        Case("dbscan-3d", "dbscan", n=100_000, d=3, **clusters, eps=1.5, target=2, rival=pypi),
        Case("dbscan-3d-uniform", "dbscan", n=100_000, d=3, **even, eps=2.5, target=2, rival=pypi),
        Case("dbscan-3d-f32", "dbscan", n=100_000, d=3, **clusters, eps=1.5, dtype=np.float32),
        Case(
            "dbscan-3d-many", "dbscan", n=1_000_000, d=3, **clusters, eps=0.8, algorithm="kd_tree", target=20, rival=sk
        ),
        Case(
            "dbscan-10d", "dbscan", n=100_000, **ten, **clusters, eps=6.0, target=3, rival=pypi, leave_out=(normalized,)
        ),
        Case(
            "dbscan-10d-uniform",
            "dbscan",
            n=100_000,
            **(ten | dict(algorithm="brute")),
            **even,
            eps=30.0,
            target=3,
            rival=pypi,
            slow=True,
            leave_out=(normalized,),
        ),
        Case("dbscan-10d-many", "dbscan", n=300_000, **ten, **clusters, eps=5.0, target=20, rival=sk, slow=True),
        Case("dbscan-50d", "dbscan", **wide, **clusters, eps=22.0, target=4, rival=sk, leave_out=(normalized, pypi)),
        Case(
            "dbscan-50d-uniform", "dbscan", **wide, **even, eps=210.0, target=4, rival=sk, leave_out=(normalized, pypi)
        ),
        Case(
            "dbscan-cosine",
            "dbscan",
            n=20_000,
            d=384,
            data=topics,
            words="topics",
            eps=0.2,
            metric="cosine",
            algorithm="brute",
            target=4,
            rival=sk,
            leave_out=(intelex, pypi),
        ),
        Case("dbscan-wide", "dbscan", n=100_000, d=2, data=mixture, words="mixture, large", eps=3.0),
        Case(
            "dbscan-tenth",
            "dbscan",
            **many,
            data=mixture,
            words="mixture, a tenth of the rows",
            eps=18.0,
            leave_out=(sk, normalized, intelex),
        ),
        Case("dbscan-small", "dbscan", n=300, d=2, **clusters, eps=5.0, leave_out=(normalized,)),
        Case(
            "dbscan-earthquakes",
            "dbscan",
            data=earthquakes,
            words="earthquakes",
            eps=10 / EARTH,
            metric="haversine",
            target=20,
            rival=sk,
            leave_out=(normalized, intelex, pypi),
        ),
        Case("dbscan-lidar", "dbscan", data=lidar, words="laser scan", eps=0.1),
        Case("dbscan-tracks", "dbscan", data=tracks, words="animals", eps=30.0),
        Case("threads-dbscan-2d", "dbscan", **many, **clusters, eps=0.2, scaling=True),
        Case("threads-dbscan-10d", "dbscan", n=100_000, **ten, **clusters, eps=6.0, scaling=True),
        Case("threads-dbscan-50d", "dbscan", **wide, **clusters, eps=22.0, scaling=True),
    ]


CASES = _cases()


# -------------------------------------------------------------------------------------------------- the results


def rows_apart(labels: np.ndarray, right: np.ndarray) -> int:
    """Rows in another cluster, whatever the clusters' numbers are."""
    count = 0
    for one, other in ((labels, right), (right, labels)):
        pairs, sizes = np.unique(np.stack([one, other], axis=1), axis=0, return_counts=True)
        same = (pairs[:, 0] < 0) == (pairs[:, 1] < 0)
        largest = np.zeros(one.max(initial=-1) + 2, np.intp)
        np.maximum.at(largest, pairs[same, 0] + 1, sizes[same])
        count = max(count, len(labels) - int(largest.sum()))
    return count


def compare(inputs: dict[str, np.ndarray], results: dict[str, list[dict]]) -> dict[str, tuple[bool, str]]:
    """Whether each library's result is right, and in words; beside the first library that is not coterie.

    coterie's labels must be that library's if it is scikit-learn. Others may differ in 2 % of the rows, that a fast one
    is not left out for it, and number their clusters as they like.
    """
    reference = next((name for name in results if not name.startswith("coterie")), next(iter(results)))
    right = results[reference][0]
    verdicts = {}
    for name, (found, *_) in results.items():
        exact = name.startswith("coterie") and reference.startswith("scikit-learn")
        if exact:
            differ = int(np.count_nonzero(found["labels"] != right["labels"]))
        else:
            differ = rows_apart(found["labels"], right["labels"])
        cores = len(np.setxor1d(found["core"], right["core"], assume_unique=True))
        words = f"{differ:,} labels differ" if differ else "labels equal"
        verdicts[name] = (
            (not differ and not cores) if exact else differ <= 0.02 * len(right["labels"]),
            words + f", {cores:,} core rows differ" * bool(cores),
        )
    count = int(right["labels"].max(initial=-1)) + 1
    share = np.count_nonzero(right["labels"] < 0) / len(right["labels"])
    return verdicts | {reference: (True, f"{count:,} clusters, {share:.0%} noise")}


HOW = """\
- `min_samples=10`. A mixture has normal clusters of deviations from 1 to 3 with centers in a cube of side 100, and a
  tenth of the rows uniform in the cube; "uniform" is all uniform. "Topics" are made as text embeddings are: directions
  of 50 topics, features of falling variance, a tenth of the rows at random.
- A time counts only if the result is right: coterie's labels and core points must be scikit-learn's, all of them. Of
  the others 2 % of the rows may be in another cluster.
- scikit-learn runs with the `algorithm` that was the fastest in the case (a ball tree or a k-d tree, brute force for 50
  features or more and where distances are nearly all alike) and with all CPUs in `n_jobs` (one where rows are few,
  which is faster). "scikit-learn normalized" is what can be done by hand for cosine distances: divide the rows by their
  length and search with Euclidean distances.
- The PyPI package `dbscan` is not exact for three or more features, and is compared as fast.
- scikit-learn-intelex computes the distances of all pairs: it is run with 10 and 50 features alone.
- "A tenth of the rows": a neighborhood holds about 100,000 of the 1,000,000 rows. scikit-learn stores all of them, 8
  bytes each, which would be 800 GB, and is left out.
- "Bytes a row" is coterie's memory beyond the input, results included. "Allowed" is the target: 100 bytes and twice
  those of the row. It is left out below 20,000 rows, where what a first call takes anyway counts more than they do.
"""
