#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""A table as a shop has it: amounts, counts, yes and no, towns, missing values. What kinds of customers are in it?

    python demographics.py                                               # made-up customers
    python demographics.py customers_wholesale.csv.gz --category Region  # 440 customers of a wholesaler

Needs coterie with matplotlib: pip install matplotlib

The file is a csv file with a header. `column_kinds` tells what each column is. Columns that name the customers, dates
and free text are left out. Amounts with a long tail go in as logarithms (`Scaler("auto")`), categories as they are, and
k-prototypes finds customers that are alike in both: two that differ in a category are as far apart as if a number
differed by one standard deviation. Missing values need no preparation.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gzip

import numpy as np

from coterie import KPrototypes, column_kinds, relabel
from coterie.explain import profile
from coterie.plot import profile as draw_profile
from coterie.scaling import Scaler
from coterie.scores import adjusted_rand_score, silhouette_score


def read(path: str) -> dict[str, np.ndarray]:
    """The columns of a csv file: numbers where all known cells are numbers, else text; None where a cell is empty."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    columns = {}
    for name, cells in zip(names, zip(*rows, strict=True), strict=True):
        known = [None if cell in ("", "NA") else cell for cell in cells]
        with contextlib.suppress(ValueError):
            known = [None if cell is None else float(cell) for cell in known]
        columns[name] = np.array([None, *known], dtype=object)[1:]
    return columns


def make_up() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """900 customers: 350 families, 250 students, 200 pensioners and 100 firms; and which of these each is."""
    rng = np.random.default_rng(4)
    kind = np.repeat(np.arange(4), [350, 250, 200, 100])
    n = len(kind)

    def pick(values: list[str], shares: list[list[float]]) -> np.ndarray:
        return np.array([values[rng.choice(len(values), p=shares[each])] for each in kind], dtype=object)

    columns = {
        "customer_id": np.array([f"C{i:05}" for i in rng.permutation(n)], dtype=object),
        "age": np.clip(np.round(rng.normal(np.array([41, 23, 71, 45])[kind], np.array([6, 2.5, 6, 9])[kind])), 18, 95),
        "income": np.round(rng.lognormal(np.log(np.array([52_000, 14_000, 24_000, 190_000])[kind]), 0.35), -2),
        "spend": np.round(rng.lognormal(np.log(np.array([900, 160, 400, 7000])[kind]), 0.6), 2),
        "visits": rng.poisson(np.array([22, 9, 35, 14])[kind]),
        "children": np.where(kind == 0, rng.poisson(1.8, n), 0),
        "channel": pick(["shop", "web", "phone"], [[0.5, 0.5, 0], [0.1, 0.9, 0], [0.8, 0, 0.2], [0, 0.6, 0.4]]),
        "pays_by": pick(["card", "cash", "bill"], [[0.8, 0.2, 0], [0.6, 0.4, 0], [0.3, 0.7, 0], [0.1, 0, 0.9]]),
        "member": pick(["yes", "no"], [[0.7, 0.3], [0.2, 0.8], [0.9, 0.1], [0.3, 0.7]]),
        "town": rng.choice(np.array(["north", "east", "south", "west"], dtype=object), n),  # says nothing
    }
    for name, share in (("income", 0.15), ("age", 0.05), ("pays_by", 0.05)):
        columns[name] = np.where(rng.random(n) < share, None, columns[name])
    order = rng.permutation(n)
    return {name: column[order] for name, column in columns.items()}, kind[order]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="csv or csv.gz; without it customers are made up")
    parser.add_argument("-k", "--clusters", type=int, help="number of groups; without it that of the best silhouette")
    parser.add_argument("--category", action="append", default=[], metavar="COLUMN", help="a column that is a category")
    parser.add_argument("--gamma", type=float, default=1.0, help="how much a category that differs counts (1)")
    parser.add_argument("--picture", default="demographics.png", help="file for the picture (demographics.png)")
    options = parser.parse_args()
    columns, truth = (read(options.file), None) if options.file else make_up()

    names = list(columns)
    table = np.column_stack([column.astype(object) for column in columns.values()])
    said = {names.index(name): "category" for name in options.category}
    kinds = dict(zip(names, column_kinds(table, said).values(), strict=True))
    print(f"{len(table):,} customers\n")
    for name, (kind, reason, _) in kinds.items():
        print(f"{name:16} {kind:10} {reason}")
    used = [name for name in names if kinds[name].kind not in ("identifier", "date", "text", "constant")]
    categories = [name for name in used if kinds[name].kind in ("category", "binary")]
    numbers = [name for name in used if name not in categories]

    scaler = Scaler("auto", {j: kinds[name].kind for j, name in enumerate(numbers)})
    scaled = scaler.fit_transform(np.column_stack([columns[name].astype(float) for name in numbers]))
    X = np.column_stack([scaled.astype(object), *(columns[name] for name in categories)])
    places = list(range(len(numbers), len(used)))

    def fit(k: int) -> KPrototypes:
        return KPrototypes(k, n_init=5, gamma=options.gamma, random_state=0).fit(X, categorical=places)

    print("\nk  silhouette by Gower's distance")
    silhouettes = {}
    for k in range(2, 8):
        silhouettes[k] = silhouette_score(X, fit(k).labels_, metric="gower")
        print(f"{k}  {silhouettes[k]:.3f}")
    k = options.clusters or max(silhouettes, key=silhouettes.__getitem__)
    model = fit(k)
    labels = relabel(model.labels_, by="size")
    print(f"\n{k} groups of {', '.join(used)}")
    if truth is not None:
        print(f"agreement with the kinds that were made up: {adjusted_rand_score(truth, labels):.2f}")
    result = profile(table, labels, names, noun="customers", kinds=said)
    print(f"\n{result}")

    draw_profile(result).figure.savefig(options.picture, dpi=100)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
