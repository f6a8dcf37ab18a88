#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Kinds of stars in the Hertzsprung-Russell diagram, by k-means and by DBSCAN.

    python stars.py                          # made-up stars
    python stars.py stars_hyg_mag7.5.npz     # 25,792 stars of the catalog HYG

Needs coterie with matplotlib: pip install matplotlib

The npz file has a table `X` and the names of its `columns`: `x_pc`, `y_pc`, `z_pc` (position in parsec), `absmag`
(absolute magnitude: how bright a star is; smaller is brighter) and `b_minus_v` (color: 0 is white and hot, 1.5 is red
and cool).

Astronomers know bands in this diagram: the main sequence, from hot and bright to cool and faint, and the giants, cool
and bright. k-means makes round clusters of about the same size. DBSCAN finds dense regions of any shape.
"""

from __future__ import annotations

import argparse

import matplotlib.pyplot as plt
import numpy as np

from coterie import DBSCAN, KMeans
from coterie.plot import scatter
from coterie.scaling import Scaler

UNKNOWN = 99_000  # parsec


def read(path: str) -> np.ndarray:
    """Color and absolute magnitude of the stars that have both."""
    with np.load(path) as file:
        column = dict(zip(file["columns"], file["X"].T.astype(np.float64), strict=True))
    distance = np.sqrt(column["x_pc"] ** 2 + column["y_pc"] ** 2 + column["z_pc"] ** 2)
    # In the catalog, stars of unknown distance are at 100,000 parsec, which makes them impossibly bright. Color 0.000
    # is five times as frequent as 0.001 and similar values: it stands for an unknown color.
    unknown, colorless = distance > UNKNOWN, column["b_minus_v"] == 0
    print(
        f"{len(distance):,} stars; left out are {np.count_nonzero(unknown)} of unknown distance and "
        f"{np.count_nonzero(colorless & ~unknown)} of unknown color.\n"
    )
    return np.column_stack([column["b_minus_v"], column["absmag"]])[~unknown & ~colorless]


def make_up() -> np.ndarray:
    """15,000 stars: 60% on a main sequence, 35% giants, and a few anywhere."""
    rng = np.random.default_rng(6)
    color = rng.normal(0.4, 0.25, 9000)
    main = np.column_stack([color, 0.5 + 5 * color + rng.normal(0, 0.5, 9000)])
    giants = rng.normal([1.2, 0.3], [0.17, 0.6], (5250, 2))
    return np.vstack([main, giants, rng.uniform([-0.3, -7], [2, 8], (750, 2))])


def describe(name: str, stars: np.ndarray, labels: np.ndarray) -> None:
    """Print the median color and brightness of each cluster, and the 10% and 90% quantiles of both."""
    print(f"{name}\ncluster    stars  color (B-V)  absolute magnitude   10% and 90% quantiles")
    for label in np.unique(labels):
        inside = stars[labels == label]
        low, high = np.percentile(inside, (10, 90), axis=0)
        print(
            f"{label if label >= 0 else 'none':>7} {len(inside):8,}  {np.median(inside[:, 0]):12.2f}  "
            f"{np.median(inside[:, 1]):18.1f}   color {low[0]:.2f} to {high[0]:.2f}, "
            f"magnitude {low[1]:.1f} to {high[1]:.1f}"
        )
    print()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="npz; without it stars are made up")
    parser.add_argument("--clusters", type=int, default=3, help="number of clusters of k-means (3)")
    parser.add_argument("--eps", type=float, default=0.1, help="eps of DBSCAN, in standard deviations (0.1)")
    parser.add_argument("--share", type=float, default=0.002, help="min_samples, as a share of the stars (0.002)")
    parser.add_argument("--picture", default="stars.png", help="file for the picture (stars.png)")
    options = parser.parse_args()

    stars = read(options.file) if options.file else make_up()
    # Color and magnitude are in different units: without a common scale the magnitude would decide.
    scaled = Scaler().fit_transform(stars)
    results = {
        "k-means": KMeans(options.clusters, n_init=10, random_state=0).fit_predict(scaled),
        "DBSCAN": DBSCAN(options.eps, min_samples=round(options.share * len(stars))).fit_predict(scaled),
    }
    for name, labels in results.items():
        describe(name, stars, labels)

    figure, axes = plt.subplots(1, 2, figsize=(13, 8), sharey=True, layout="constrained")
    for ax, (name, labels) in zip(axes, results.items(), strict=True):
        scatter(stars, labels, names=["color (B-V)", "absolute magnitude"], ax=ax)
        ax.set_title(name)
        ax.legend(markerscale=3)
    axes[0].invert_yaxis()  # bright stars above
    figure.savefig(options.picture, dpi=90)
    print(f"Drew {options.picture}.")


if __name__ == "__main__":
    main()
