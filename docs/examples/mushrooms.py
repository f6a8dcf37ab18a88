#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Rows of categories only: which mushrooms are alike, and are those that are alike all edible or all poisonous?

    python mushrooms.py                         # made-up mushrooms
    python mushrooms.py mushrooms.csv.gz -k 12  # 8,124 mushrooms of 23 species

Needs coterie with matplotlib: pip install matplotlib

The first column of the csv file says whether a mushroom is edible (e) or poisonous (p). It is only used to judge the
result. All other columns are categories; ? is a missing value.

k-modes finds groups with a typical value in each column. k-medoids with Gower's distance, which is the share of the
known columns in which two rows differ, finds groups around a real mushroom.
"""

from __future__ import annotations

import argparse
import csv
import gzip

import numpy as np

from coterie import KMedoids, KModes, relabel
from coterie.explain import profile
from coterie.plot import profile as draw_profile
from coterie.scores import adjusted_rand_score


def read(path: str) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Categories, None where one is missing, the names of the columns, and whether each mushroom is poisonous."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    table = np.array([[None if cell == "?" else cell for cell in row] for row in rows], dtype=object)
    return table[:, 1:], names[1:], table[:, 0] == "p"


def make_up() -> tuple[np.ndarray, list[str], np.ndarray]:
    """1,200 mushrooms of six species. Two species look alike, but for their odor, and one of these is poisonous."""
    rng = np.random.default_rng(1)
    values = {
        "odor": ["none", "almond", "foul"],
        "cap_color": ["brown", "red", "white", "yellow"],
        "cap_shape": ["bell", "flat", "round"],
        "gill_color": ["black", "brown", "pink", "white"],
        "gill_size": ["broad", "narrow"],
        "bruises": ["yes", "no"],
        "ring": ["none", "one", "two"],
        "stalk_root": ["bulb", "club", "equal"],
        "spores": ["black", "brown", "white"],
        "habitat": ["grass", "leaves", "path", "wood"],
    }
    typical = np.array([[rng.integers(len(each)) for each in values.values()] for _ in range(6)])
    typical[1] = typical[0]
    typical[[0, 1, 2, 3, 4, 5], 0] = [0, 2, 0, 1, 2, 0]  # what smells foul is poisonous
    species = np.repeat(np.arange(6), [300, 150, 250, 200, 180, 120])
    table = np.empty((len(species), len(values)), dtype=object)
    for j, each in enumerate(values.values()):
        own = np.array(each, dtype=object)[typical[species, j]]
        table[:, j] = np.where(rng.random(len(species)) < 0.15, rng.choice(np.array(each, dtype=object), len(own)), own)
    table[rng.random(len(species)) < 0.3, list(values).index("stalk_root")] = None  # was not dug out
    return table, list(values), np.isin(species, [1, 4])


def judge(labels: np.ndarray, poisonous: np.ndarray) -> str:
    """How many mushrooms are of the more frequent kind of their group, and the agreement with the two kinds."""
    alike = sum(max(np.bincount(poisonous[labels == label], minlength=2)) for label in np.unique(labels))
    return f"{alike / len(labels):6.1%}   {adjusted_rand_score(poisonous, labels):5.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="csv or csv.gz; without it mushrooms are made up")
    parser.add_argument("-k", "--clusters", type=int, default=6, help="number of groups (6)")
    parser.add_argument("--picture", default="mushrooms.png", help="file for the picture (mushrooms.png)")
    options = parser.parse_args()
    X, names, poisonous = read(options.file) if options.file else make_up()
    k = options.clusters
    missing = sum(value is None for row in X for value in row)
    print(
        f"{len(X):,} mushrooms, {poisonous.mean():.0%} poisonous; {len(names)} columns, {missing:,} values missing.\n"
    )

    modes = KModes(k, init="Huang", n_init=10, random_state=0).fit(X)
    medoids = KMedoids(k, metric="gower", random_state=0).fit(X)
    labels = relabel(modes.labels_, by="size")
    print("                        of one kind   agreement with edible and poisonous")
    print(f"k-modes                     {judge(labels, poisonous)}")
    print(f"k-medoids, Gower            {judge(medoids.labels_, poisonous)}")
    best = max(
        range(len(names)), key=lambda j: judge(np.unique([str(v) for v in X[:, j]], return_inverse=True)[1], poisonous)
    )
    alone = np.unique([str(value) for value in X[:, best]], return_inverse=True)[1]
    print(f"{names[best] + ' alone':27} {judge(alone, poisonous)}\n")

    table = np.column_stack([X, poisonous])
    result = profile(table, labels, [*names, "poisonous"], noun="mushrooms")
    for label, sentence in enumerate(result.sentences):
        print(f"{sentence}; {poisonous[labels == label].mean():.0%} poisonous")
    print("\nThe mushrooms in the middle of the groups of k-medoids:")
    sizes = np.bincount(medoids.labels_)
    for label in np.argsort(-sizes, kind="stable"):
        row = medoids.medoid_indices_[label]
        values = ", ".join(str(value) for value in X[row][:8] if value is not None)
        print(f"row {row:5,}, for {sizes[label]:5,}: {'poisonous' if poisonous[row] else 'edible   '} {values} ...")

    draw_profile(result).figure.savefig(options.picture, dpi=100)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
