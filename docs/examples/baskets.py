#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Which products sell together? A tree of products by the baskets that they share.

    python baskets.py                          # made-up baskets
    python baskets.py groceries_baskets.npz    # 9,835 baskets of a grocery store

Needs coterie with matplotlib: pip install matplotlib

The npz file is a sparse table with a row for each basket and a column for each product: `indptr`, `indices` and `shape`
as in scipy's csr_matrix, and `items` with the names of the products.

The products are clustered, not the baskets. Take the baskets that have at least one of two products, and the share of
them that have both: the Jaccard distance of the two products is 1 minus this share. It is 0 for products that are
always bought together, and 1 for products that are never bought together. Baskets with neither product, which are most,
do not count; that is why the distance is not the Euclidean one.
"""

from __future__ import annotations

import argparse

import matplotlib.pyplot as plt
import numpy as np

from coterie import hierarchy
from coterie.plot import dendrogram


def read(path: str) -> tuple[np.ndarray, np.ndarray]:
    """A row for each basket, a column for each product, True if the basket has it; and the names of the products."""
    with np.load(path) as file:
        baskets = np.zeros(file["shape"], dtype=bool)
        baskets[np.repeat(np.arange(len(baskets)), np.diff(file["indptr"])), file["indices"]] = True
        return baskets, file["items"]


def make_up() -> tuple[np.ndarray, np.ndarray]:
    """5,000 baskets: three bundles, of which a customer takes most products or none, and products by themselves."""
    rng = np.random.default_rng(1)
    bundles = [["pasta", "tomatoes", "parmesan"], ["charcoal", "sausages", "mustard", "beer"], ["flour", "yeast"]]
    alone = ["milk", "bread", "soap", "batteries", "apples", "newspaper"]
    columns = []
    for bundle in bundles:
        wanted = rng.random((5000, 1)) < 0.12
        columns.append(wanted & (rng.random((5000, len(bundle))) < 0.7))
    columns.append(rng.random((5000, len(alone))) < [0.08, 0.07, 0.05, 0.02, 0.06, 0.04])
    return np.hstack(columns), np.array([*bundles[0], *bundles[1], *bundles[2], *alone])


def describe(group: np.ndarray, baskets: np.ndarray, items: np.ndarray) -> str:
    """The products of a group, and how much more often than by chance its strongest pair is bought together."""
    inside = baskets[:, group].sum(axis=1)
    share = baskets[:, group].mean(axis=0)
    both = baskets[:, group].T.astype(float) @ baskets[:, group] / len(baskets)
    lift = np.triu(both / np.outer(share, share), 1)
    first, second = np.unravel_index(lift.argmax(), lift.shape)
    return (
        f"{', '.join(items[group])}\n    {np.mean(inside > 0):.0%} of baskets have one of them, and of these "
        f"{np.mean(inside[inside > 0] > 1):.0%} have more.\n    {items[group[first]]} and {items[group[second]]} "
        f"are bought together {lift.max():.1f} times as often as if by chance."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="npz; without it baskets are made up")
    parser.add_argument("--products", type=int, default=40, help="number of products, the commonest ones (40)")
    parser.add_argument("--height", type=float, default=0.94, help="height at which the tree is cut (0.94)")
    parser.add_argument("--picture", default="baskets.png", help="file for the picture (baskets.png)")
    options = parser.parse_args()

    baskets, items = read(options.file) if options.file else make_up()
    # The distances of a product in a few baskets mean nothing: one basket more or less would change them.
    commonest = np.argsort(-baskets.sum(axis=0), kind="stable")[: options.products]
    baskets, items = baskets[:, commonest], items[commonest]

    Z = hierarchy.linkage(baskets.T, "average", "jaccard")  # the rows of the transposed table are products
    labels = hierarchy.cut_tree(Z, height=options.height)[:, 0]
    sizes = np.bincount(labels)
    print(
        f"{len(baskets):,} baskets, the {len(items)} commonest products: {np.count_nonzero(sizes > 1)} groups, "
        f"{np.count_nonzero(sizes == 1)} products by themselves.\n"
    )
    for label in np.flatnonzero(sizes > 1):
        print(describe(np.flatnonzero(labels == label), baskets, items))
    print("\nBy themselves:", ", ".join(items[sizes[labels] == 1]))

    figure = plt.figure(figsize=(9, 2 + 0.2 * len(items)), layout="constrained")
    ax = dendrogram(Z, height=options.height, labels=items, orientation="right", ax=figure.add_subplot())
    ax.set_xlim(left=Z[0, 2] - 0.2 * np.ptp(Z[:, 2]))  # there is nothing to see below the first merge
    ax.set(xlabel="Jaccard distance (average of the pairs)", title="Products by the baskets that they share")
    figure.savefig(options.picture, dpi=110)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
