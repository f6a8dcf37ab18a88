#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Group genes that rise and fall together, though values are missing for most of them.

    python genes.py                                # made-up measurements
    python genes.py genes_yeast_spellman800.npz    # 800 genes of yeast through its cell cycle, 77 measurements

Needs coterie with matplotlib: pip install matplotlib

The npz file has `X`, a row for each gene with NaN for missing values, and, to judge the result, `labels` with a number
for each gene and `label_names`.

Genes are compared by correlation: it depends on when a gene rises and falls, not on how strongly. Nearly all genes have
missing values, so these genes cannot be left out. There are two other solutions. Neither is clearly right, so the
program uses both and shows how much the result depends on the choice:

    pairs      each pair of genes is compared in the columns that both have; the distances are passed to
               AgglomerativeClustering with metric="precomputed"
    filled in  a missing value becomes the mean of the gene's other values, as if nothing special had happened
"""

from __future__ import annotations

import argparse

import matplotlib.pyplot as plt
import numpy as np

from coterie import AgglomerativeClustering, compare
from coterie.plot import PALETTE, dendrogram
from coterie.scores import adjusted_rand_score, contingency_matrix


def read(path: str) -> tuple[np.ndarray, np.ndarray]:
    """Measurements, a row for each gene, and the group that biologists assigned to it."""
    with np.load(path) as file:
        return file["X"], file["label_names"][file["labels"]]


def make_up() -> tuple[np.ndarray, np.ndarray]:
    """200 genes that peak at one of four times in a cycle, over 40 measurements; one in ten is missing."""
    rng = np.random.default_rng(3)
    peak = rng.integers(4, size=200)
    angle = np.linspace(0, 4 * np.pi, 40) - (peak * np.pi / 2)[:, np.newaxis]
    X = rng.lognormal(size=(200, 1)) * (np.cos(angle) + rng.normal(0, 0.5, angle.shape)) + rng.normal(size=(200, 1))
    X[rng.random(X.shape) < 0.1] = np.nan
    return X, np.array(["early", "middle", "late", "last"])[peak]


def pairwise(X: np.ndarray) -> np.ndarray:
    """1 - correlation of each pair of rows, in the columns that both have."""
    there = ~np.isnan(X)
    values, one = np.where(there, X, 0.0), there.astype(float)
    n = one @ one.T  # number of columns that both have; the sums below are over these columns
    total, squares = values @ one.T, values**2 @ one.T
    variance = squares - total**2 / n
    distances = 1 - (values @ values.T - total * total.T / n) / np.sqrt(variance * variance.T)
    np.fill_diagonal(distances, 0)
    return distances.clip(0, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="npz; without it measurements are made up")
    parser.add_argument("--clusters", type=int, default=4, help="number of clusters (4)")
    parser.add_argument("--present", type=float, default=0.75, help="share of its values that a gene must have (0.75)")
    parser.add_argument("--picture", default="genes.png", help="file for the picture (genes.png)")
    options = parser.parse_args()

    X, known = read(options.file) if options.file else make_up()
    print(
        f"{len(X)} genes, {X.shape[1]} measurements: {np.isnan(X).mean():.1%} are missing, and only "
        f"{np.count_nonzero(~np.isnan(X).any(axis=1))} genes have them all."
    )
    # Two genes with many missing values may have no column in common; then there is no distance between them.
    enough = np.mean(~np.isnan(X), axis=1) >= options.present
    X, known = X[enough], known[enough]
    print(f"{len(X)} have at least {options.present:.0%} of their values and are clustered.\n")

    filled = np.where(np.isnan(X), np.nanmean(X, axis=1, keepdims=True), X)
    model = AgglomerativeClustering(options.clusters, metric="precomputed", linkage="average").fit(pairwise(X))
    other = AgglomerativeClustering(options.clusters, metric="correlation", linkage="average").fit(filled)
    for name, labels in (("pairs", model.labels_), ("filled in", other.labels_)):
        print(
            f"{name:>9}: sizes {sorted(np.bincount(labels).tolist(), reverse=True)}, agreement with the known groups "
            f"{adjusted_rand_score(known, labels):.2f}"
        )
    print(f"\npairs (a) and filled in (b): {compare(model.labels_, other.labels_)}\n")

    names = np.unique(known)
    print("pairs      " + "".join(f"{name:>8}" for name in names))
    for label, row in enumerate(contingency_matrix(known, model.labels_).T):
        print(f"cluster {label:2} " + "".join(f"{count:8}" for count in row))

    figure, axes = plt.subplots(2, 1, figsize=(11, 10), height_ratios=[3, 2], layout="constrained")
    dendrogram(model.linkage_, clusters=model.labels_, labels=known, orientation="right", ax=axes[0])
    axes[0].set(title="Genes by the correlation of their measurements, with known groups", xlabel="1 - correlation")
    scaled = (filled - filled.mean(axis=1, keepdims=True)) / filled.std(axis=1, keepdims=True)
    for label in range(options.clusters):
        axes[1].plot(
            scaled[model.labels_ == label].mean(axis=0),
            color=PALETTE[label % len(PALETTE)],
            label=f"cluster {label} ({np.count_nonzero(model.labels_ == label)})",
        )
    axes[1].set(title="Mean activity of each cluster", xlabel="measurement", ylabel="standard deviations")
    axes[1].legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    figure.savefig(options.picture, dpi=110)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
