#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Group sentences by what is asked for, from the vectors that a language model gave them, in three ways.

    python sentences.py                                                          # made-up vectors
    python sentences.py embeddings_intents_minilm.npz --texts text_intents.csv.gz
    python sentences.py embeddings_intents_minilm.npz --rows 8000                # drawn at random

Needs coterie with matplotlib: pip install matplotlib

The npz file has a row of numbers for each sentence, `X`, the number of what is asked for, `y`, and its `names`. These
intents are only used to judge the result. The csv file has a column `text` with the sentences, in the same order.

k-means and Ward's tree are told how many intents there are, and put every sentence into a group. HDBSCAN is told how
many sentences make a group, and leaves the others out. So agreement (the adjusted Rand index) is given for all
sentences, and for those that HDBSCAN put into a group.

The vectors have length 1, so the Euclidean distance orders pairs of sentences as the angle between them does.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time
import warnings

import matplotlib.pyplot as plt
import numpy as np

from coterie import HDBSCAN, AgglomerativeClustering, ClusteringWarning, KMeans
from coterie.plot import condensed_tree
from coterie.scores import adjusted_rand_score, contingency_matrix

SHOWN = 12  # groups that get a line in the table


def read(path: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    with np.load(path) as file:
        return file["X"].astype(np.float32), file["y"].astype(np.int64), file["names"]  # float16 is for storage only


def read_texts(path: str) -> list[str]:
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)]


def make_up() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """About 1,500 vectors of 64 numbers: 20 intents, common and rare, vague and clear, and a fifth of no intent."""
    rng = np.random.default_rng(2)
    middles = rng.normal(size=(20, 64))
    sizes = np.linspace(20, 100, 20).astype(int)
    spreads = rng.uniform(0.4, 1.0, 20)
    y = np.repeat(np.arange(20), sizes)
    X = np.concatenate(
        [middles[y] + spreads[y, np.newaxis] * rng.normal(size=(len(y), 64)), rng.normal(size=(300, 64))]
    )
    names = np.array([*(f"intent {i}" for i in range(20)), "none"])
    return (X / np.linalg.norm(X, axis=1, keepdims=True)).astype(np.float32), np.append(y, [20] * 300), names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="npz; without it vectors are made up")
    parser.add_argument("--texts", help="csv or csv.gz with the sentences, which are shown with the groups")
    parser.add_argument("--rows", type=int, help="use so many sentences, drawn at random")
    parser.add_argument("--min-cluster-size", type=int, default=10, help="sentences that make a group (10)")
    parser.add_argument("--min-samples", type=int, default=5, help="the larger, the more sentences are left out (5)")
    parser.add_argument("--picture", default="sentences.png", help="file for the picture (sentences.png)")
    options = parser.parse_args()

    X, y, names = read(options.file) if options.file else make_up()
    texts = read_texts(options.texts) if options.texts else None
    rows = np.arange(len(X))
    if options.rows:
        rows = np.sort(np.random.default_rng(0).choice(len(X), options.rows, replace=False))
        X, y = X[rows], y[rows]
    k = len(np.unique(y))
    print(f"{len(X):,} sentences, {X.shape[1]} numbers each, {k} intents\n")

    dense = HDBSCAN(
        options.min_cluster_size, min_samples=options.min_samples, cluster_selection_method="leaf", copy=False
    )
    ways = {"k-means": KMeans(k, random_state=0), "Ward's tree": AgglomerativeClustering(k), "HDBSCAN": dense}
    labels, seconds = {}, {}
    for name, model in ways.items():
        started = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ClusteringWarning)  # more than half may be in no group
            labels[name] = model.fit_predict(X)
        seconds[name] = time.perf_counter() - started
    grouped = labels["HDBSCAN"] >= 0
    of_these = f"those in a group of HDBSCAN ({grouped.mean():.0%})"
    print(f"agreement with the intents  all sentences  {of_these}  groups  seconds")
    for name, found in labels.items():
        every, inside = adjusted_rand_score(y, found), adjusted_rand_score(y[grouped], found[grouped])
        n_groups = len(np.unique(found[found >= 0]))
        print(f"{name:26}  {every:13.2f}  {inside:33.2f}  {n_groups:6}  {seconds[name]:7.1f}")

    found = dense.labels_
    sizes = np.bincount(found[grouped])
    shares = contingency_matrix(found[grouped], y[grouped])
    numbers = np.unique(y[grouped])
    print(f"\nThe {min(SHOWN, len(sizes))} most persistent groups of HDBSCAN:")
    for group in np.argsort(-dense.cluster_persistence_, kind="stable")[:SHOWN]:
        most = shares[group].argmax()
        line = f"{sizes[group]:6,} sentences, {shares[group, most] / sizes[group]:4.0%} {names[numbers[most]]}"
        if texts is not None:
            middle = np.flatnonzero(found == group)[np.argmax(dense.probabilities_[found == group])]
            line += f': "{texts[rows[middle]]}"'
        print(line)
    left_out = [(np.mean(~grouped[y == each]), names[each]) for each in np.unique(y)]
    print("\nIntents of which most sentences are in no group:")
    for share, name in sorted(left_out, reverse=True)[:5]:
        print(f"{share:5.0%} {name}")

    figure, ax = plt.subplots(figsize=(10, 6), layout="constrained")
    condensed_tree(dense, ax=ax)
    ax.set_title("Sentences, as they have to be more and more alike to stay together")
    figure.savefig(options.picture, dpi=100)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
