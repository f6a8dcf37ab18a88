#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Find swarms of earthquakes: places where many happened close to each other.

    python earthquakes.py                          # a made-up catalog
    python earthquakes.py quakes.csv.gz            # with columns latitude, longitude (degrees), magnitude and time
    python earthquakes.py quakes.csv --eps 20      # neighbors are within 20 km

Needs coterie with matplotlib: pip install matplotlib

Distances are those on the globe. So it does not matter that a degree of longitude is shorter in the north, or where the
map begins. Time is not used in the clustering. If the earthquakes of a swarm happen within a short time, that is a
result, and not something that we put in.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import warnings

import matplotlib.pyplot as plt
import numpy as np

from coterie import DBSCAN, ClusteringWarning
from coterie.distances import from_degrees, km_to_radians
from coterie.plot import PALETTE

SHOWN = len(PALETTE)  # swarms that get a color, a number and a line in the table


def read(path: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Latitudes and longitudes in degrees, days, magnitudes."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    places = np.array([[float(row["latitude"]), float(row["longitude"])] for row in rows])
    days = np.array([as_iso(row.get("time") or row["date"]) for row in rows], "datetime64[D]")
    return places, days, np.array([float(row["magnitude"]) for row in rows])


def as_iso(text: str) -> str:
    """A day as 2011-03-11, from 03/11/2011 or from 2011-03-11 with or without a time of day."""
    if "/" in text:
        month, day, year = text.split("/")
        return f"{year}-{month}-{day}"
    return text[:10]


def make_up() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Thirty years along a trench, with eight swarms of a few weeks each."""
    rng = np.random.default_rng(5)
    along = rng.random(4000)
    side = rng.normal(0, 1.0, 4000)
    places = [np.column_stack([30 + 14 * along, 141 + 7 * along**2 + side])]
    days = [rng.uniform(0, 30 * 365, 4000)]
    for where in np.linspace(0.05, 0.95, 8):
        size = int(rng.integers(120, 500))
        center = np.array([30 + 14 * where, 141 + 7 * where**2 + rng.normal(0, 1.0)])
        spread = rng.uniform(3, 8) / 111.2 / np.array([1, np.cos(np.radians(center[0]))])  # 3 to 8 km
        places.append(center + rng.normal(size=(size, 2)) * spread)
        days.append(rng.uniform(0, 29 * 365) + rng.exponential(20, size))
    magnitudes = 3.5 + rng.exponential(0.45, sum(map(len, days)))
    return np.vstack(places), np.datetime64("1990-01-01") + np.concatenate(days).astype(int), magnitudes


def busiest(days: np.ndarray, length: int = 30) -> tuple[np.datetime64, float]:
    """The first of the `length` days in a row with the most earthquakes, and the share of the earthquakes in these."""
    days = np.sort(days)
    counts = np.searchsorted(days, days + np.timedelta64(length, "D")) - np.arange(len(days))
    return days[counts.argmax()], counts.max() / len(days)


def describe(labels: np.ndarray, places: np.ndarray, days: np.ndarray, magnitudes: np.ndarray) -> np.ndarray:
    """Print the largest swarms; their labels, largest swarm first."""
    sizes = np.bincount(labels[labels >= 0])
    largest = np.argsort(-sizes, kind="stable")[:SHOWN]
    print(
        f"{len(sizes)} swarms hold {sizes.sum():,} of {len(labels):,} earthquakes; the other "
        f"{np.mean(labels < 0):.0%} are in none.\n"
    )
    print("      earthquakes  strongest  middle              busiest 30 days")
    for rank, swarm in enumerate(largest, start=1):
        inside = labels == swarm
        latitude, longitude = np.median(places[inside], axis=0)
        begin, share = busiest(days[inside])
        print(
            f"{rank:4}  {sizes[swarm]:11,}  {magnitudes[inside].max():9.1f}  {latitude:7.2f}, {longitude:8.2f}   "
            f"from {begin}: {share:.0%}"
        )
    return largest


def places_for_numbers(centers: np.ndarray, distance: float, stretch: float) -> list[np.ndarray]:
    """For each center, the place near it that is farthest from other centers and from numbers that have a place."""
    turns = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    around = distance * np.column_stack([stretch * np.cos(turns), np.sin(turns)])
    taken = list(centers)
    for center in centers:
        candidates = center + around
        gaps = np.min([np.hypot(*((candidates - other) / [stretch, 1]).T) for other in taken], axis=0)
        taken.append(candidates[gaps.argmax()])
    return taken[len(centers) :]


def draw(path: str, labels: np.ndarray, largest: np.ndarray, places: np.ndarray, days: np.ndarray) -> None:
    """A map of all earthquakes, and beside it the times of those in the largest swarms."""
    # The map begins at the widest gap in longitude.
    order = np.unique(places[:, 1])
    gaps = np.diff(order, append=order[0] + 360)
    begin = order[(gaps.argmax() + 1) % len(order)]
    x, y = (places[:, 1] - begin) % 360 + begin, places[:, 0]

    stretch = 1 / np.cos(np.radians(np.clip((y.min() + y.max()) / 2, -60, 60)))
    wide = np.ptp(x) > 1.5 * stretch * np.ptp(y)
    figure = plt.figure(figsize=(11, 11) if wide else (13, 7), layout="constrained")
    chart, calendar = figure.subplots(2, 1) if wide else figure.subplots(1, 2, width_ratios=[3, 2])

    small = (labels >= 0) & ~np.isin(labels, largest)
    chart.plot(x[labels < 0], y[labels < 0], ".", markersize=1, color="#bbbbbb", rasterized=True)
    chart.plot(x[small], y[small], ".", markersize=2, color="#555555", rasterized=True)
    centers = np.array([[np.median(x[labels == swarm]), np.median(y[labels == swarm])] for swarm in largest])
    for rank, (swarm, color) in enumerate(zip(largest, PALETTE, strict=False), start=1):
        inside = labels == swarm
        chart.plot(x[inside], y[inside], ".", markersize=3, color=color, rasterized=True)
        calendar.plot(days[inside], np.full(inside.sum(), rank), "|", markersize=14, alpha=0.4, color=color)
    for rank, place in enumerate(places_for_numbers(centers, 0.05 * np.ptp(y), stretch), start=1):
        chart.annotate(
            str(rank),
            centers[rank - 1],
            xytext=place,
            ha="center",
            va="center",
            fontweight="bold",
            arrowprops={"arrowstyle": "-", "color": PALETTE[rank - 1]},
            color=PALETTE[rank - 1],
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": PALETTE[rank - 1]},
        )
    chart.set(
        aspect=stretch,
        xlabel="longitude (degrees)",
        ylabel="latitude (degrees)",
        title="The largest swarms, smaller ones (dark), and earthquakes in no swarm (gray)",
    )
    chart.xaxis.set_major_formatter(lambda degrees, _: f"{(degrees + 180) % 360 - 180:g}")
    calendar.set(
        ylim=(len(largest) + 0.7, 0.3),
        yticks=range(1, len(largest) + 1),
        ylabel="swarm",
        title="When their earthquakes happened",
    )
    calendar.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=130)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="csv or csv.gz; without it a catalog is made up")
    parser.add_argument("--eps", type=float, default=10.0, help="radius for neighbors, in km (10)")
    parser.add_argument("--min-samples", type=int, default=50, help="number of neighbors that make a swarm (50)")
    parser.add_argument("--picture", default="earthquakes.png", help="file for the picture (earthquakes.png)")
    options = parser.parse_args()

    places, days, magnitudes = read(options.file) if options.file else make_up()
    model = DBSCAN(km_to_radians(options.eps), min_samples=options.min_samples, metric="haversine")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ClusteringWarning)  # most rows are noise, as expected here
        model.fit(from_degrees(*places.T))
    largest = describe(model.labels_, places, days, magnitudes)
    draw(options.picture, model.labels_, largest, places, days)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
