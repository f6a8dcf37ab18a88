#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Species by measurements: k-means and its steps, on the columns as they are and on scaled columns.

    python flowers.py                    # the irises that come with coterie
    python flowers.py penguins.csv.gz    # penguins, with missing values and columns in millimeters and grams

Needs coterie with matplotlib (which brings pillow): pip install matplotlib

The csv file has a column `species`, which is only used to judge the result. The other columns are used if they are
numbers; NA or an empty cell is a missing value. A year is not a measurement of an animal and is left out.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import importlib.resources
import warnings

import matplotlib.pyplot as plt
import numpy as np

from coterie import FeatureScaleWarning, KMeans, align_labels, compare
from coterie.plot import kmeans_animation, scatter
from coterie.scaling import Scaler
from coterie.scores import adjusted_rand_score, contingency_matrix

MISSING = ("", "NA")


def read(path: str) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Measurements of the rows that have them all, names of the columns, and the species."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [name for name in rows[0] if name != "year" and all(is_number(row[name]) for row in rows)]
    X = np.array([[np.nan if row[name] in MISSING else float(row[name]) for name in names] for row in rows])
    # Rows with missing values are left out, because they are few. If they were many, it would be better to fill in the
    # missing values.
    whole = ~np.isnan(X).any(axis=1)
    print(f"{len(X)} rows, {np.count_nonzero(~whole)} with missing values are left out. Columns: {', '.join(names)}.")
    return X[whole], names, np.array([row["species"] for row in rows])[whole]


def is_number(text: str) -> bool:
    try:
        return text in MISSING or bool(np.isfinite(float(text)))
    except ValueError:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="csv or csv.gz; without it the irises")
    parser.add_argument("-k", "--clusters", type=int, default=3, help="number of clusters (3)")
    parser.add_argument("--picture", default="flowers.png", help="file for the picture (flowers.png)")
    parser.add_argument("--animation", default="flowers.gif", help="gif or html, the steps of k-means (flowers.gif)")
    options = parser.parse_args()

    X, names, species = read(options.file or str(importlib.resources.files("coterie.data") / "iris.csv"))
    scaled = Scaler().fit_transform(X)
    labels = {}
    for name, table in (("as they are", X), ("scaled", scaled)):
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always", FeatureScaleWarning)
            found = KMeans(options.clusters, n_init=10, random_state=0).fit_predict(table)
        labels[name] = align_labels(labels["as they are"], found) if labels else found  # same numbers for same clusters
        print(f"\n{name}: agreement with the species {adjusted_rand_score(species, labels[name]):.2f}")
        for warning in heard:
            print(f"  warned: {warning.message}")
        table = contingency_matrix(species, labels[name])
        for kind, row in zip(np.unique(species), table, strict=True):
            print(f"  {kind:12} " + " ".join(f"{count:4}" for count in row))

    print(f"\nas they are (a) and scaled (b): {compare(labels['as they are'], labels['scaled'])}")

    figure, axes = plt.subplots(1, 2, figsize=(13, 5.5), layout="constrained")
    for ax, (name, found) in zip(axes, labels.items(), strict=True):
        scatter(scaled, found, names=names, ax=ax)
        ax.set_title(f"clustered {name}")
        ax.legend()
    figure.savefig(options.picture, dpi=100)
    plt.close(figure)
    kmeans_animation(scaled, options.clusters, init="random", random_state=2, names=names, path=options.animation)
    print(f"\nDrew {options.picture} and {options.animation}.")


if __name__ == "__main__":
    main()
