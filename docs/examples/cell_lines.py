#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Are tumor cells similar to others of the same tissue? Few rows, thousands of columns, four linkages.

    python cell_lines.py                     # made-up cell lines
    python cell_lines.py genes_nci60.npz     # 64 cell lines of 14 kinds, 6,830 genes

Needs coterie with matplotlib: pip install matplotlib

The npz file has `X`, a row for each cell line and a column for each gene, `labels` with a number for each cell line and
`label_names`. The labels are not used in the clustering. They are used to judge it: the program compares four linkages
and two distances by how well the clusters agree with the tissues, and draws the tree of the best. You can choose the
best only if you have labels; that is why the program prints all results, and not only the best one.
"""

from __future__ import annotations

import argparse

import matplotlib.pyplot as plt
import numpy as np

from coterie import hierarchy
from coterie.plot import dendrogram
from coterie.scores import adjusted_rand_score

METHODS = ("single", "average", "complete", "ward")
WAYS = [
    (metric, method)
    for metric in ("euclidean", "correlation")
    for method in METHODS
    if metric == "euclidean" or method != "ward"
]  # Ward's method uses means, and needs Euclidean distances


def read(path: str) -> tuple[np.ndarray, np.ndarray]:
    """Gene expression, a row for each cell line, and the tissues."""
    with np.load(path) as file:
        return file["X"], file["label_names"][file["labels"]]


def make_up() -> tuple[np.ndarray, np.ndarray]:
    """36 cell lines of four tissues, 1,000 genes, 60 more active in each tissue; some lines have more noise."""
    rng = np.random.default_rng(2)
    tissue = np.repeat(np.arange(4), [12, 10, 8, 6])
    X = np.zeros((len(tissue), 1000))
    for number in range(4):
        X[np.ix_(tissue == number, rng.choice(1000, 60, replace=False))] += 2.0
    X += rng.normal(size=X.shape) * rng.choice([0.7, 1.5], size=(len(tissue), 1), p=[0.8, 0.2])
    return X, np.array(["BREAST", "COLON", "RENAL", "SKIN"])[tissue]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="npz; without it cell lines are made up")
    parser.add_argument("--clusters", type=int, help="number of clusters (that of tissues with two lines or more)")
    parser.add_argument("--picture", default="cell_lines.png", help="file for the picture (cell_lines.png)")
    options = parser.parse_args()

    X, tissue = read(options.file) if options.file else make_up()
    names, sizes = np.unique(tissue, return_counts=True)
    k = options.clusters or np.count_nonzero(sizes > 1)
    print(f"{len(X)} cell lines of {len(names)} kinds, {X.shape[1]:,} genes, {k} clusters\n")

    print("distance     linkage   agreement  sizes of the clusters")
    best = -1.0
    for metric, method in WAYS:
        Z = hierarchy.linkage(X, method, metric)
        labels = hierarchy.cut_tree(Z, n_clusters=k)[:, 0]
        agreement = adjusted_rand_score(tissue, labels)
        print(f"{metric:12} {method:9} {agreement:9.2f}  {sorted(np.bincount(labels).tolist(), reverse=True)}")
        if agreement > best:
            best, chosen = agreement, (Z, labels, f"{metric} distance, {method} linkage")

    Z, labels, name = chosen
    print(f"\n{name}:")
    for label in range(k):
        kinds, counts = np.unique(tissue[labels == label], return_counts=True)
        print(f"cluster {label}: " + ", ".join(f"{counts[i]} {kinds[i]}" for i in np.argsort(-counts, kind="stable")))

    figure = plt.figure(figsize=(9, 2 + 0.16 * len(X)), layout="constrained")
    ax = dendrogram(Z, clusters=labels, labels=tissue, orientation="right", ax=figure.add_subplot())
    ax.set_title(f"Cell lines by {name}")
    figure.savefig(options.picture, dpi=110)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
