#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Divide towns into delivery areas of about the same size, each around a depot.

    python delivery_areas.py                              # a made-up country
    python delivery_areas.py cities.csv.gz --country DE   # with columns city, lat, lon, country and population
    python delivery_areas.py cities.csv.gz --country FR --areas 10 --least 40 --most 50

Needs coterie with matplotlib: pip install matplotlib

A driver can serve so many towns, and k-means does not know that: where towns are close together, its areas have many.
SizeConstrainedKMeans keeps each area between two sizes. What does that cost in kilometers? Places are points in space,
so that a degree of longitude counts as what it is, and no meridian is an edge.
"""

from __future__ import annotations

import argparse
import csv
import gzip
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np

from coterie import KMeans, SizeConstrainedKMeans
from coterie.plot import PALETTE

EARTH = 6371.0  # km, its mean radius


class Towns(NamedTuple):
    names: list[str]
    places: np.ndarray  # latitude and longitude in degrees
    people: np.ndarray  # 0 where it is not known


def read(path: str, country: str) -> Towns:
    """The towns of a country, by its code of two letters."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["country"] == country]
    if not rows:
        raise SystemExit(f"{path} has no towns of the country {country}.")
    return Towns(
        [row["city"] for row in rows],
        np.array([[float(row["lat"]), float(row["lon"])] for row in rows]),
        np.array([float(row["population"] or 0) for row in rows]),
    )


def make_up() -> Towns:
    """A country with two crowded regions in the west, and few towns in the east."""
    rng = np.random.default_rng(2)
    places = np.concatenate(
        [
            rng.normal([51.5, 7.0], [0.4, 0.7], (330, 2)),
            rng.normal([49.0, 8.7], [0.5, 0.6], (250, 2)),
            rng.uniform([48.0, 6.5], [54.0, 14.5], (320, 2)),
        ]
    )
    return Towns([f"town {i}" for i in range(len(places))], places, rng.pareto(1.2, len(places)) * 5_000 + 1_000)


def in_space(places: np.ndarray) -> np.ndarray:
    """Points on a ball of the size of the earth, in km, for latitudes and longitudes in degrees."""
    latitude, longitude = np.radians(places).T
    return EARTH * np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )


def on_globe(points: np.ndarray) -> np.ndarray:
    """Latitude and longitude, in degrees, above points in space."""
    x, y, z = points.T
    return np.degrees(np.column_stack([np.arctan2(z, np.hypot(x, y)), np.arctan2(y, x)]))


def kilometers(towns: Towns, model: KMeans | SizeConstrainedKMeans) -> np.ndarray:
    """How far each town is from its depot, along the globe."""
    depots = in_space(on_globe(model.cluster_centers_))
    chords = np.linalg.norm(in_space(towns.places) - depots[model.labels_], axis=1)
    return 2 * EARTH * np.arcsin(chords / (2 * EARTH))


def describe(towns: Towns, models: dict[str, KMeans | SizeConstrainedKMeans]) -> None:
    width = max(map(len, models))
    print(f"{'':{width}}  towns of an area   people (thousands)   km to the depot          not at the")
    print(f"{'':{width}}   fewest     most     fewest       most   mean  90%  farthest  nearest depot")
    for name, model in models.items():
        sizes = np.bincount(model.labels_)
        people = np.bincount(model.labels_, weights=towns.people) / 1000
        km = kilometers(towns, model)
        elsewhere = np.count_nonzero(model.labels_ != model.predict(in_space(towns.places)))
        print(
            f"{name:{width}}  {sizes.min():7}  {sizes.max():7}  {people.min():9,.0f}  {people.max():9,.0f}  "
            f"{km.mean():5.0f}  {np.quantile(km, 0.9):3.0f}  {km.max():8.0f}  {elsewhere:13}"
        )


def draw(path: str, towns: Towns, models: dict[str, KMeans | SizeConstrainedKMeans]) -> None:
    """A map for each model: towns, joined to their depots."""
    # The map begins at the widest gap in longitude.
    order = np.unique(towns.places[:, 1])
    begin = order[(np.diff(order, append=order[0] + 360).argmax() + 1) % len(order)]
    y, x = towns.places[:, 0], (towns.places[:, 1] - begin) % 360 + begin
    stretch = 1 / np.cos(np.radians((y.min() + y.max()) / 2))
    shape = np.ptp(y) * stretch / np.ptp(x)
    wide = shape < 0.7
    figure = plt.figure(figsize=(11, 22 * shape + 2) if wide else (13, 6 * shape + 1.5), layout="constrained")
    charts = figure.subplots(len(models), 1) if wide else figure.subplots(1, len(models))

    for chart, (name, model) in zip(charts, models.items(), strict=True):
        depots = on_globe(model.cluster_centers_)
        depots[:, 1] = (depots[:, 1] - begin) % 360 + begin
        sizes = np.bincount(model.labels_)
        for rank, area in enumerate(np.argsort(depots[:, 1])):
            inside = model.labels_ == area
            ends = [np.full(sizes[area], place) for place in depots[area]]
            color = PALETTE[rank % len(PALETTE)]
            chart.plot([x[inside], ends[1]], [y[inside], ends[0]], "-", linewidth=0.5, color=color)
            chart.plot(x[inside], y[inside], ".", markersize=3.5, color=color)
            chart.annotate(
                f"{sizes[area]}",
                (depots[area, 1], depots[area, 0]),
                ha="center",
                va="center",
                fontsize=8,
                bbox={"boxstyle": "square,pad=0.2", "facecolor": "white", "edgecolor": "black"},
            )
        far = model.labels_ != model.predict(in_space(towns.places))
        chart.plot(
            x[far], y[far], "o", markersize=5, markerfacecolor="none", markeredgecolor="black", markeredgewidth=0.6
        )
        title = f"{name}: {sizes.min()} to {sizes.max()} towns, {kilometers(towns, model).mean():.0f} km on average"
        chart.set(aspect=stretch, title=title + ("\n(ringed: nearer to another depot)" if far.any() else ""))
        chart.set(xlabel="longitude (degrees)", ylabel="latitude (degrees)")
        chart.xaxis.set_major_formatter(lambda degrees, _: f"{(degrees + 180) % 360 - 180:g}")
        chart.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=130)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="csv or csv.gz; without it a country is made up")
    parser.add_argument("--country", default="DE", help="code of the country in the file (DE)")
    parser.add_argument("--areas", type=int, default=16, help="number of areas (16)")
    parser.add_argument("--least", type=int, help="towns of an area, at least (nine tenths of the mean)")
    parser.add_argument("--most", type=int, help="towns of an area, at most (eleven tenths of the mean)")
    parser.add_argument("--picture", default="delivery_areas.png", help="file for the picture (delivery_areas.png)")
    options = parser.parse_args()

    towns = read(options.file, options.country) if options.file else make_up()
    mean = len(towns.names) / options.areas
    least = int(0.9 * mean) if options.least is None else options.least
    most = -int(-1.1 * mean // 1) if options.most is None else options.most
    print(f"{len(towns.names):,} towns, {options.areas} areas of {least} to {most} towns.\n")

    points = in_space(towns.places)
    free = KMeans(options.areas, n_init=10, random_state=0).fit(points)
    bounded = SizeConstrainedKMeans(options.areas, least, most, n_init=10, random_state=0).fit(points)
    describe(towns, {"k-means": free, "with bounds": bounded})
    draw(options.picture, towns, {"k-means": free, "with bounds": bounded})
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
