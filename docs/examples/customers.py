#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""What kinds of customers does a shop have? Scale, choose k, cluster, and say in words what each kind is.

    python customers.py                                          # made-up customers
    python customers.py customers_online_retail_rfm.csv.gz -k 7  # 4,338 customers of a British gift shop

Needs coterie with matplotlib: pip install matplotlib

The csv file has a row for each customer with the columns spend, visits, categories (or products: how many different
ones) and return_rate (or returns: their number, not counted as visits). Customers who never bought anything are left
out.

Spend, visits and categories grow together: customers who come more often buy more. Clusters of these columns would be
small, medium and large customers, and you do not need k-means to find those. So the customers are clustered by how they
buy: how often, how much per visit, how much of one category, and how much they return. All columns but the last have
long tails, so their logarithms are used: the distance from 10 visits to 20 is about the same as from 100 to 200.
"""

from __future__ import annotations

import argparse
import csv
import gzip

import matplotlib.pyplot as plt
import numpy as np

from coterie import KMeans, relabel
from coterie.explain import profile
from coterie.plot import PALETTE
from coterie.plot import profile as draw_profile
from coterie.scaling import Scaler
from coterie.selection import suggest_k

FEATURES = ["visits", "spend_per_visit", "spend_per_category", "return_rate"]


def read(path: str) -> np.ndarray:
    """Spend, visits, categories and return rate of each customer who bought something."""
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = []
    for row in rows:
        spend, visits = float(row["spend"]), float(row["visits"])
        categories = float(row.get("categories") or row["products"])
        rate = row.get("return_rate")
        if spend > 0 and visits > 0:
            table.append(
                [
                    spend,
                    visits,
                    categories,
                    float(rate) if rate else float(row["returns"]) / (visits + float(row["returns"])),
                ]
            )
    print(f"{len(rows):,} customers, {len(rows) - len(table)} of whom never bought anything and are left out.\n")
    return np.array(table)


def make_up() -> np.ndarray:
    """1,000 customers: 400 frequent small buyers, 300 rare large ones, 120 bulk buyers, 180 who return much."""
    rng = np.random.default_rng(8)
    kinds = [  # number of customers, visits, spend per visit, spend per category, share that is returned
        (400, 20, 15, 8, 0.04),
        (300, 2, 250, 60, 0.04),
        (120, 9, 900, 900, 0.04),
        (180, 4, 90, 30, 0.5),
    ]
    parts = []
    for size, visits, per_visit, per_category, rate in kinds:
        visits = np.maximum(1, rng.poisson(visits, size))
        spend = visits * per_visit * rng.lognormal(0, 0.3, size)
        categories = np.maximum(1, np.round(spend / per_category * rng.lognormal(0, 0.3, size)))
        parts.append(np.column_stack([spend, visits, categories, rng.beta(20 * rate, 20 * (1 - rate), size)]))
    return np.vstack(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="csv or csv.gz; without it customers are made up")
    parser.add_argument("-k", "--clusters", type=int, help="number of clusters; without it that of suggest_k")
    parser.add_argument("--picture", default="customers.png", help="file for the picture (customers.png)")
    options = parser.parse_args()

    spend, visits, categories, return_rate = (read(options.file) if options.file else make_up()).T
    how = np.column_stack([visits, spend / visits, spend / categories, return_rate])
    scaled = Scaler("log").fit_transform(how)

    suggestion = suggest_k(scaled, KMeans(n_init=2, random_state=0), range(2, 9), stability=10, random_state=0)
    print(suggestion.sweep, suggestion, sep="\n\n")
    k = options.clusters or suggestion.k

    labels = relabel(KMeans(k, n_init=20, random_state=0).fit_predict(scaled), by="size")
    result = profile(
        np.column_stack([how, spend, categories]), labels, [*FEATURES, "spend", "categories"], noun="customers"
    )
    print(f"\n{k} clusters:\n\n{result}")

    figure, axes = plt.subplots(1, 2, figsize=(14, 5), layout="constrained")
    draw_profile(result, ax=axes[0])
    for label in range(k):
        inside = labels == label
        axes[1].loglog(
            visits[inside] * np.exp(np.random.default_rng(0).uniform(-0.1, 0.1, inside.sum())),
            how[inside, 1],
            ".",
            markersize=3,
            color=PALETTE[label % len(PALETTE)],
            label=f"cluster {label}",
        )
    axes[1].set(xlabel="visits", ylabel="spend per visit", title="Two of the columns (visits with a little noise)")
    axes[1].legend(markerscale=4)
    figure.savefig(options.picture, dpi=100)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
