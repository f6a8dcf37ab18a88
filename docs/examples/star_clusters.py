#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Find star clusters: regions of the sky, or of space, with more stars than their surroundings.

    python star_clusters.py                          # a made-up sky
    python star_clusters.py stars_sky_mag8.npz       # positions in the sky
    python star_clusters.py stars_hyg_mag7.5.npz     # positions in space
    python star_clusters.py stars_hyg_mag7.5.npz --method hdbscan   # clusters of any density

Needs coterie with matplotlib: pip install matplotlib

The npz file has a table `X` and the names of its `columns`.

If the columns are `ra_deg_pm180` and `dec_deg` (right ascension and declination in degrees), stars are neighbors within
an angle. The distance is that on the sphere, so it is right at the poles and at the jump of right ascension from 360 to
0 degrees. If the columns are `x_pc`, `y_pc` and `z_pc`, stars are neighbors within a distance in space.

DBSCAN asks for one density for all clusters. HDBSCAN does not: with `leaf` it finds each place that is denser than its
surroundings. Its `cluster_persistence_` says over which range of densities it is, and sorts the clusters here.

Stars at 100,000 parsec are left out: this is what the catalog HYG has for stars whose distance is not known.
"""

from __future__ import annotations

import argparse
import warnings

import matplotlib.pyplot as plt
import numpy as np

from coterie import DBSCAN, HDBSCAN, ClusteringWarning
from coterie.distances import from_degrees
from coterie.plot import PALETTE

UNKNOWN = 99_000  # parsec: for stars beyond, the distance is not known
SHOWN = len(PALETTE)  # clusters that get a color, a number and a line in the table
FAR = 200  # parsec: beyond, distances are too uncertain to find clusters


def read(path: str) -> tuple[np.ndarray, np.ndarray | None]:
    """Right ascension and declination in degrees; positions in space, if there are any, in parsec."""
    with np.load(path) as file:
        column = dict(zip(file["columns"], file["X"].T.astype(np.float64), strict=True))
    if "ra_deg_pm180" in column:
        return np.column_stack([column["ra_deg_pm180"] % 360, column["dec_deg"]]), None
    space = np.column_stack([column["x_pc"], column["y_pc"], column["z_pc"]])
    distance = np.linalg.norm(space, axis=1)
    unknown = distance > UNKNOWN
    print(
        f"{np.count_nonzero(unknown):,} of {len(space):,} stars have no known distance and are left out, "
        f"{np.count_nonzero((distance > FAR) & ~unknown):,} that are farther than {FAR} parsec as well."
    )
    space, distance = space[(0 < distance) & (distance <= FAR)], distance[(0 < distance) & (distance <= FAR)]
    ra = np.degrees(np.arctan2(space[:, 1], space[:, 0])) % 360
    return np.column_stack([ra, np.degrees(np.arcsin(space[:, 2] / distance))]), space


def make_up() -> tuple[np.ndarray, None]:
    """8,000 stars all over the sky, and five clusters of 30, one at the pole and one at right ascension 0."""
    rng = np.random.default_rng(4)
    centers = [(0.0, 20.0), (56.0, 24.0), (130.0, -53.0), (268.0, -35.0), (40.0, 89.0)]
    sky = [np.column_stack([rng.uniform(0, 360, 8000), np.degrees(np.arcsin(rng.uniform(-1, 1, 8000)))])]
    for ra, dec in np.radians(centers):
        toward = np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])
        x, y, z = (toward + rng.normal(0, np.radians(0.6), (30, 3))).T
        sky.append(np.degrees(np.column_stack([np.arctan2(y, x) % (2 * np.pi), np.arctan2(z, np.hypot(x, y))])))
    return np.vstack(sky), None


def middle(sky: np.ndarray) -> tuple[float, float]:
    """Right ascension and declination of the center of some stars; the mean of 359 and 1 degree is 0, not 180."""
    ra, dec = np.radians(sky).T
    x, y, z = np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)
    return np.degrees(np.arctan2(y.sum(), x.sum())) % 360, np.degrees(np.arctan2(z.sum(), np.hypot(x.sum(), y.sum())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="npz; without it a sky is made up")
    parser.add_argument("--method", choices=["dbscan", "hdbscan"], default="dbscan", help="which algorithm (dbscan)")
    parser.add_argument("--eps", type=float, help="DBSCAN: radius for neighbors, in degrees (0.7) or parsec (4)")
    parser.add_argument("--min-samples", type=int, help="number of neighbors that make a cluster (12; in space 10)")
    parser.add_argument("--min-cluster-size", type=int, default=20, help="HDBSCAN: stars of a cluster, at least (20)")
    parser.add_argument("--picture", default="star_clusters.png", help="file for the picture (star_clusters.png)")
    options = parser.parse_args()

    sky, space = read(options.file) if options.file else make_up()
    X, metric = (from_degrees(sky[:, 1], sky[:, 0]), "haversine") if space is None else (space, "euclidean")
    eps = options.eps or (0.7 if space is None else 4.0)
    min_samples = options.min_samples or (12 if space is None else 10)
    if options.method == "dbscan":
        model = DBSCAN(np.radians(eps) if space is None else eps, min_samples=min_samples, metric=metric)
    else:
        model = HDBSCAN(
            options.min_cluster_size, min_samples=min_samples, cluster_selection_method="leaf", metric=metric
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ClusteringWarning)  # most stars are in no cluster, as expected
        labels = model.fit_predict(X)

    sizes = np.bincount(labels[labels >= 0])
    print(f"{len(sizes)} clusters hold {sizes.sum():,} of {len(labels):,} stars.\n")
    columns = ["     stars  right ascension  declination", *["  distance (pc)"] * (space is not None)]
    print("".join([*columns, *["  persistence"] * (options.method == "hdbscan")]))
    figure, ax = plt.subplots(figsize=(12, 6), layout="constrained")
    ax.plot(*sky.T, ".", markersize=1, color="#bbbbbb", rasterized=True)
    firm = model.cluster_persistence_ if options.method == "hdbscan" else None
    for rank, cluster in enumerate(np.argsort(-sizes if firm is None else -firm, kind="stable")[:SHOWN], start=1):
        inside = labels == cluster
        ra, dec = middle(sky[inside])
        far = "" if space is None else f"  {np.median(np.linalg.norm(space[inside], axis=1)):13.0f}"
        persistent = "" if firm is None else f"  {firm[cluster]:11.2f}"
        print(f"{rank:4}{sizes[cluster]:6}  {ra:15.1f}  {dec:11.1f}{far}{persistent}")
        ax.plot(*sky[inside].T, ".", markersize=4, color=PALETTE[rank - 1])
        ax.annotate(str(rank), (ra, dec), (8, -16), textcoords="offset points", fontweight="bold")
    ax.set(
        xlim=(360, 0),
        ylim=(-90, 90),
        xlabel="right ascension (degrees)",
        ylabel="declination (degrees)",
        title="Star clusters, and other stars (gray)",
    )
    figure.savefig(options.picture, dpi=110)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
