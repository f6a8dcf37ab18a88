#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Compare all algorithms on points in groups of known shapes.

    python shapes.py                                   # made-up shapes
    python shapes.py shapes_fcps.npz shapes_graves.npz shapes_other.npz shapes_sipu.npz

Needs coterie with matplotlib: pip install matplotlib

An npz file has the points `NAME__X` and the groups `NAME__y` of each set of points, with 0 for points in no group. Such
sets are collected at https://clustering-benchmarks.gagolewski.com.

All algorithms are told the number of groups, but for DBSCAN and HDBSCAN: DBSCAN gets the radius that `suggest_eps`
proposes, and HDBSCAN that a group has at least one in a hundred points, and ten. Agreement with the groups is the
adjusted Rand index. Points in no group do not count; if an algorithm puts points of a group into none, that counts
against it.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np

from coterie import DBSCAN, HDBSCAN, AgglomerativeClustering, DivisiveClustering, KMeans, align_labels
from coterie.plot import scatter
from coterie.scores import adjusted_rand_score
from coterie.selection import suggest_eps

MIN_SAMPLES = 8
LARGE = 8_000  # points; of more, so many are drawn: some trees need memory for all pairs


def read(path: str) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    with np.load(path) as file:
        for name in file.files:
            if name.endswith("__X"):
                yield name[:-3], file[name].astype(np.float64), file[f"{name[:-3]}__y"].astype(np.int64) - 1


def make_up() -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Groups of several shapes; the group of scattered points is -1."""
    rng = np.random.default_rng(8)

    def arc(middle: list[float], start: float, stop: float, n: int) -> np.ndarray:
        angle = rng.uniform(start, stop, n)
        return middle + np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.07, (n, 2))

    y = np.repeat([0, 1, 2], 200)
    yield "round, and touch", rng.normal(np.array([[0, 0], [3, 0.6], [1, 3]])[y], 0.8), y
    yield (
        "of unequal density",
        rng.normal(np.array([[0, 0], [9, 0], [10, 1.2]])[y], np.array([2, 0.2, 0.2])[y, None]),
        y,
    )
    moons = np.concatenate([arc([0, 0], 0, np.pi, 250), arc([1, 0.4], np.pi, 2 * np.pi, 250)])
    yield "bent", moons, np.repeat([0, 1], 250)
    noise = rng.uniform([-1.5, -1.1], [2.5, 1.5], (100, 2))
    yield "bent, with noise", np.concatenate([moons, noise]), np.repeat([0, 1, -1], [250, 250, 100])


def algorithms(X: np.ndarray, k: int) -> dict[str, object]:
    return {
        "k-means": KMeans(k, n_init=5, random_state=0),
        "Ward": AgglomerativeClustering(k),
        "average": AgglomerativeClustering(k, linkage="average"),
        "single": AgglomerativeClustering(k, linkage="single"),
        "top-down": DivisiveClustering(k),
        "DBSCAN": DBSCAN(suggest_eps(X, MIN_SAMPLES).eps, min_samples=MIN_SAMPLES),
        "HDBSCAN": HDBSCAN(max(10, len(X) // 100), min_samples=MIN_SAMPLES),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="npz; without any shapes are made up")
    parser.add_argument("--picture", default="shapes.png", help="file for the picture (shapes.png)")
    options = parser.parse_args()

    sets = [each for path in options.files for each in read(path)] if options.files else list(make_up())
    names = list(algorithms(np.random.default_rng(0).normal(size=(20, 2)), 2))
    print(f"{'':24}  points  groups" + "".join(f"{name:>10}" for name in names))
    found, drawn = [], []
    for name, X, y in sets:
        if len(X) > LARGE:
            some = np.sort(np.random.default_rng(0).choice(len(X), LARGE, replace=False))
            X, y = X[some], y[some]
        known = y >= 0
        k = len(np.unique(y[known]))
        labels = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the table says it
            for model in algorithms(X, k).values():
                labels.append(model.fit_predict(X))
        agreement = [adjusted_rand_score(y[known], each[known]) for each in labels]
        print(f"{name:24}  {len(X):6,}  {k:6}" + "".join(f"{value + 0.0:10.2f}" for value in np.round(agreement, 2)))
        found.append(agreement)
        if len(drawn) < 8 and X.shape[1] == 2:
            drawn.append((name, X, [y, *labels], agreement))
    for what, values in (("mean", np.mean(found, axis=0)), ("0.9 or more", np.mean(np.array(found) >= 0.9, axis=0))):
        print(f"{what:40}" + "".join(f"{value:10.2f}" for value in values))

    figure, panels = plt.subplots(
        len(drawn), len(names) + 1, figsize=(2 * len(names) + 2, 1.9 * len(drawn)), squeeze=False, layout="constrained"
    )
    for row, (name, X, labels, agreement) in zip(panels, drawn, strict=True):
        told = [name, *(f"{value + 0.0:.2f}" for value in np.round(agreement, 2))]
        for ax, each, text in zip(row, labels, told, strict=True):
            scatter(X, align_labels(labels[0], each), ax=ax)
            for number in list(ax.texts):
                number.remove()
            ax.set(xticks=[], yticks=[], xlabel=text)
    for ax, name in zip(panels[0], ["groups", *names], strict=True):
        ax.set_title(name)
    figure.savefig(options.picture, dpi=80)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
