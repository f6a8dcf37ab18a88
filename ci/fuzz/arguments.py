# SPDX-License-Identifier: BSD-3-Clause
"""Arguments by their names: valid ones of one data set, and wrong ones."""

from __future__ import annotations

import contextlib
import functools
import random
from typing import Any

import numpy as np
import values
from verdicts import quiet

import coterie
from coterie import hierarchy

# Large numbers are taken at their word, and take forever.
LONG = {"n_init", "stability"}


# ------------------------------------------------------------------------------------------- valid ones


class Data:
    """Valid arguments by their names, of one data set."""

    def __init__(self, draw: random.Random) -> None:
        rng = np.random.default_rng(draw.randrange(2**32))
        n, d = draw.choice([8, 12, 12, 30, 70]), draw.choice([2, 2, 3, 9])
        self.n = n
        self.X = rng.normal(size=(n, d)) + 8 * rng.integers(0, 2, (n, 1))
        self.labels = np.arange(n) % 3
        self.draw = draw

    @functools.cached_property
    def y(self) -> np.ndarray:
        return coterie.distances.pdist(self.X)

    @functools.cached_property
    def Z(self) -> np.ndarray:
        return hierarchy.linkage(self.y, "average")

    @functools.cached_property
    def model(self) -> Any:
        return coterie.KMeans(2, random_state=0).fit(self.X)

    @functools.cached_property
    def profile(self) -> Any:
        return coterie.explain.profile(self.X, self.labels)

    @functools.cached_property
    def path(self) -> str:
        coterie.KMeans(2, random_state=0).fit(self.X).save("model.npz")
        return "model.npz"

    def valid(self, name: str, target: str) -> Any:
        """A valid argument; KeyError where none is known."""
        own = target.rsplit(".", 1)[-1]
        table = {
            "X": self.X,
            "XA": self.X,
            "XB": self.X[:5],
            "X_new": self.X[:5],
            "batches": [self.X, self.X],
            "Y": self.X[:4],
            "reference": self.X,
            "y": self.y,
            "Z": self.Z,
            "R": None,
            "T": None,
            "labels": self.labels,
            "labels_true": self.labels,
            "labels_pred": self.labels[::-1],
            "previous": self.labels,
            "a": self.labels,
            "b": self.labels[::-1],
            "T1": self.labels,
            "T2": self.labels,
            "latitude": self.X[:, 0],
            "longitude": self.X[:, 0],
            "km": self.X[0],
            "radians": self.X[0],
            "sample_weight": np.ones(self.n),
            "n_clusters": 2,
            "size_min": 1,
            "size_max": 70,
            "min_cluster_sizes": [2, 3],
            "k": 2,
            "d": 2,
            "radius": 1.0,
            "eps": 0.5,
            "t": 1.0,
            "cut_distance": 1.0,
            "max_eps": 2.0,
            "reachability": np.ones(self.n),
            "core_distances": np.ones(self.n),
            "ordering": np.arange(self.n),
            "predecessor": np.arange(self.n) - 1,
            "min_samples": 3,
            "i": 3,
            "n": 2,
            "metric": "euclidean",
            "palette": ["r", "b"],
            "elements": [1, 2, 3],
            "x": 1,
            "grid": {"n_clusters": [2, 3]},
            "image": np.zeros((4, 5, 3)),
            "distances": np.sort(self.y),
            "score": "silhouette",
            "monocrit": self.Z[:, 2],
            "x_squared_norms": np.ones(self.n),
            "centers": self.X[:2],
            "init": self.X[:2],
            "contingency": np.ones((2, 3)),
            "height": 1.0,
            "out": None,
            "names": None,
            "feature_names": [f"f{i}" for i in range(self.X.shape[1])],
            "clusters": self.labels,
            "width": 80,
            "input_features": [f"f{i}" for i in range(self.X.shape[1])],
            "id": 0,
            "method": "single",
            "kinds": {0: "amount"},
            "categorical": [0],
        }
        special = {
            ("squareform", "X"): self.y,
            ("cophenet", "Y"): self.y,
            ("correspond", "Y"): self.y,
            ("from_mlab_linkage", "Z"): np.array([[1.0, 2, 0.5], [3, 4, 1.5]]),
            ("connected", "y"): 2,
            ("merge", "y"): 2,
            ("reachability", "model"): (np.arange(self.n), None, np.ones(self.n), None),
            ("image_segments", "labels"): np.zeros((4, 5), int),
            ("Scaler", "method"): "standard",
            ("radius_counts", "Y"): self.X[:4],
            ("fit", "y"): None,
            ("fit_predict", "y"): None,
            ("fit_transform", "y"): None,
            ("score", "y"): None,
        }
        if (own, name) in special:
            return special[own, name]
        if name in ("R", "T", "tree", "model", "estimator", "model_or_profile", "profile", "sweep", "path"):
            return {
                "R": lambda: hierarchy.inconsistent(self.Z),
                "T": lambda: hierarchy.fcluster(self.Z, 1.0, "distance"),
                "tree": lambda: coterie.HDBSCAN(3).fit(self.X),
                "model": lambda: self.model,
                "estimator": lambda: coterie.KMeans(2, random_state=0),
                "model_or_profile": lambda: self.profile,
                "profile": lambda: self.profile,
                "sweep": lambda: coterie.selection.sweep(
                    coterie.KMeans(n_init=1, random_state=0), self.X, {"n_clusters": [2, 3]}
                ),
                "path": lambda: self.path,
            }[name]()
        if own == "leaders" and name == "T":
            return hierarchy.fcluster(self.Z, 1.0, "distance")
        return table[name]

    def plausible(self, name: str, target: str) -> Any:
        """Another value that is valid for most functions; what is done with wrong ones may depend on it."""
        words = {
            "metric": [*coterie.distances._metrics.NAMES, "precomputed"],
            "method": list(hierarchy_methods()),
            "linkage": ["ward", "average", "complete", "single"],
            "criterion": ["inconsistent", "distance", "maxclust", "monocrit", "maxclust_monocrit"],
            "truncate_mode": ["lastp", "level"],
            "orientation": ["left", "bottom"],
            "force": ["tomatrix", "tovector"],
            "algorithm": ["elkan", "brute", "kd_tree", "ball_tree"],
            "mode": ["distance"],
            "by": ["first"],
            "average_method": ["min", "max", "geometric"],
            "n_jobs": [1, 2, -1],
            "optimal_ordering": [True],
            "preserve_input": [False],
            "checks": [False],
            "sparse": [True],
            "return_distance": [False],
            "sort_results": [True],
            "distance_threshold": [1.0],
            "compute_distances": [True],
            "n_init": [2],
            "init": ["random", "k-means||"],
            "random_state": [0, np.random.RandomState(0), np.random.default_rng(0)],
            "n_neighbors": [1, 3],
            "min_samples": [1, 3],
            "count_sort": ["ascending", True],
            "no_plot": [True],
            "distance_sort": ["descending"],
            "sample_size": [6],
            "throw": [True],
            "warning": [True],
            "rd": [True],
            "transform": ["pandas", "polars", "default"],
            "callback": [lambda *_: None, lambda *_: False],
            "stability": [2],
            "leaf_size": [1],
            "p": [1.5, 2],
            "per_cluster": [True],
            "how": ["soft", "keep"],
            "threshold": [0.5],
            "n_likeliest": [1, 2],
            "verbose": [0],
            "n_clusters": [2, 3, None],
            "size_min": [0, 2, None],
            "size_max": [6, 100, None],
        }
        if name in words:
            return self.draw.choice(words[name])
        return self.valid(name, target)


def hierarchy_methods() -> list[str]:
    return ["single", "complete", "average", "weighted", "centroid", "median", "ward"]


# ------------------------------------------------------------------------------------------- wrong ones


def has_truth(value: object) -> bool:
    try:
        return bool(value) in (True, False)
    except Exception:
        return False


def hostile(name: str, target: str, default: object, data: Data, draw: random.Random) -> tuple[str, Any]:
    """A wrong value for a parameter, and what to call it."""
    try:
        valid = data.valid(name, target)
    except KeyError:
        valid = None
    kind = draw.random()
    if name in ("Z", "R") and kind < 0.5:
        which = draw.choice(list(values.LINKAGES))
        with contextlib.suppress(ValueError):  # of three columns
            return which, values.LINKAGES[which](np.array(valid))
    if isinstance(valid, np.ndarray | list) and kind < 0.7:
        given = np.array(valid)
        for _ in range(8):  # until one suits the shape
            which = draw.choice(list(values.DATA))
            with contextlib.suppress(Exception), quiet():
                return which, values.DATA[which](given)
    if kind > 0.93 and not isinstance(default, bool):
        others = {
            "X": data.X,
            "model": data.model,
            "KMeans": coterie.KMeans(),
            "DBSCAN": coterie.DBSCAN(),
            "Z": data.Z,
            "labels": data.labels,
            "profile": data.profile,
            "metric": coterie.distances.as_metric("cosine"),
            "Metric('zzz')": coterie.distances.Metric("zzz"),
            "DBSCAN fitted": coterie.DBSCAN(9).fit(data.X),
            "HDBSCAN": coterie.HDBSCAN(),
            "tree": coterie.AgglomerativeClustering(2).fit(data.X),
            "KMeans class": coterie.KMeans,
        }
        which = draw.choice(list(others))
        return which, others[which]
    pool = values.SCALARS if draw.random() < 0.6 else values.CONTAINERS
    while True:
        which = draw.choice(list(pool))
        value = pool[which]()
        if isinstance(default, bool) and not has_truth(value):
            continue  # flags are read as Python's `if` reads them
        if name not in LONG or not isinstance(value, int) or abs(value) < 10:
            return which, value
