#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Find the places where animals stay, from where they were seen, and ask whether they come back.

    python tracks.py                                   # made-up animals
    python tracks.py animal_tracks_starkey.npz         # elk, deer and cattle with radio collars

Needs coterie with matplotlib: pip install matplotlib

The npz file has a row for each time that an animal was seen: `lat_microdeg` and `lon_microdeg` (degrees times a
million), `time_s_since_1993` (seconds), and `animal` and `species` (numbers, with `animal_names` and `species_names`).

HDBSCAN is used on the sightings of each animal by itself. An animal may rest in a clearing and graze on a wide slope:
the places where it stays are of different densities, and nobody knows how many there are. What it does between them is
noise. Time is not used in the clustering. So there is a test: the places are found from all years but the last one. Are
the sightings of the last year in them, and more of the animal's own than of others of its species?
"""

from __future__ import annotations

import argparse
import warnings
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np

from coterie import HDBSCAN, ClusteringWarning, FeatureScaleWarning
from coterie.plot import condensed_tree, scatter

YEAR = 365.25 * 86_400
METERS = 111_320.0  # in a degree of latitude


class Sightings(NamedTuple):
    places: np.ndarray  # (n, 2) east and north in meters
    times: np.ndarray  # (n,) seconds
    animals: np.ndarray  # (n,) number of the animal
    names: np.ndarray  # of each animal
    species: np.ndarray  # of each animal


def read(path: str) -> Sightings:
    with np.load(path) as file:
        degrees = np.column_stack([file["lon_microdeg"], file["lat_microdeg"]]) / 1e6
        middle = degrees.mean(axis=0)
        east = METERS * np.cos(np.radians(middle[1]))  # in a degree of longitude: fine for some ten kilometers
        animals = file["animal"].astype(np.int64)
        first = np.unique(animals, return_index=True)[1]
        species = file["species_names"][file["species"][first]]
        return Sightings(
            (degrees - middle) * [east, METERS], file["time_s_since_1993"], animals, file["animal_names"], species
        )


def make_up() -> Sightings:
    """Twelve animals for four years: each has two to four places, tight or wide, and walks about between them."""
    rng = np.random.default_rng(6)
    places, animals = [], []
    for animal in range(12):
        for _ in range(rng.integers(2, 5)):
            size = rng.integers(150, 400)
            center, spread = rng.uniform(-3000, 3000, 2), rng.choice([60, 250])
            places.append(center + rng.normal(0, spread, (size, 2)))
            animals.append(np.full(size, animal))
        places.append(rng.uniform(-3500, 3500, (250, 2)))
        animals.append(np.full(250, animal))
    animals = np.concatenate(animals)
    times = rng.uniform(0, 4 * YEAR, len(animals))
    return Sightings(
        np.vstack(places),
        times,
        animals,
        np.array([f"animal {i}" for i in range(12)]),
        np.array(["hill deer"] * 6 + ["valley deer"] * 6),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="npz; without it animals are made up")
    parser.add_argument("--min-cluster-size", type=int, default=50, help="sightings that make a place (50)")
    parser.add_argument("--min-samples", type=int, default=10, help="the larger, the more is noise (10)")
    parser.add_argument("--at-least", type=int, default=500, help="leave out animals with fewer sightings (500)")
    parser.add_argument("--picture", default="tracks.png", help="file for the picture (tracks.png)")
    options = parser.parse_args()

    seen = read(options.file) if options.file else make_up()
    last = seen.times > seen.times.max() - YEAR
    enough = [
        animal
        for animal in range(len(seen.names))
        if np.count_nonzero((seen.animals == animal) & ~last) >= options.at_least
        and np.count_nonzero((seen.animals == animal) & last) >= 50
    ]
    print(f"{len(seen.places):,} sightings; {len(enough)} of {len(seen.names)} animals have enough of them.")

    models, found = {}, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ClusteringWarning)  # some animals are hardly ever at rest
        warnings.simplefilter("ignore", FeatureScaleWarning)  # some walk to and fro in one direction: both are meters
        for animal in enough:
            model = HDBSCAN(options.min_cluster_size, min_samples=options.min_samples)
            models[animal] = model.fit(seen.places[(seen.animals == animal) & ~last])
    for animal, model in models.items():
        own = seen.places[(seen.animals == animal) & last]
        alike = [each for each in enough if each != animal and seen.species[each] == seen.species[animal]]
        others = seen.places[np.isin(seen.animals, alike) & last]
        found.append(
            (
                model.labels_.max() + 1,
                np.mean(model.labels_ >= 0),
                np.mean(model.predict(own) >= 0),
                np.mean(model.predict(others) >= 0) if len(others) else np.nan,
            )
        )
    table = np.array(found)
    print("\nof each species, the median animal:")
    print("               animals  places  sightings in them  in the last year  of others, last year")
    for species in np.unique(seen.species[enough]):
        rows = table[seen.species[enough] == species]
        places, inside, later, others = np.nanmedian(rows, axis=0)
        print(f"{species:14} {len(rows):7}  {places:6g}  {inside:17.0%}  {later:16.0%}  {others:20.0%}")

    counts = [len(model.labels_) for model in models.values()]
    animal = enough[int(np.argmax(counts))]
    model, own = models[animal], seen.places[(seen.animals == animal) & ~last]
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 5.5), layout="constrained")
    scatter(own, model.labels_, names=["east (m)", "north (m)"], ax=left)
    left.set_aspect("equal")
    left.set_title(f"{seen.names[animal]}: where it was seen; on the way in gray")
    condensed_tree(model, ax=right)
    right.set(title="The same places, from far apart to near each other", ylabel="mutual reachability distance (m)")
    figure.savefig(options.picture, dpi=100)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
