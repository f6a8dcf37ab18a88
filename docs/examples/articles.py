#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Group texts by the words that they share, in three ways, and see what each group is about.

    python articles.py                                                         # made-up texts
    python articles.py text_us_congress_bills.csv.gz --topic topic_code -k 20  # titles of 4,449 bills
    python articles.py text_sib200_english.csv.gz -k 7                         # 1,004 sentences

Needs coterie with matplotlib: pip install matplotlib

The csv file has a column `text` and a column with a topic for each text. The topic is only used to judge the result.

A text becomes a row of weights, one for each word: a weight is large if the text has the word often, and if few other
texts have it (TF-IDF). Rows have length 1. So a long and a short text are similar if they have similar words, and the
Euclidean distance, which k-means needs, orders the pairs of texts as the angle (the cosine distance) does.
scikit-learn's TfidfVectorizer makes such rows, too.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import re

import matplotlib.pyplot as plt
import numpy as np

from coterie import AgglomerativeClustering, KMeans, relabel
from coterie.scores import adjusted_mutual_info_score, adjusted_rand_score, contingency_matrix


def read(path: str, topic: str) -> tuple[list[str], np.ndarray]:
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["text"] for row in rows], np.array([row[topic] for row in rows])


def make_up() -> tuple[list[str], np.ndarray]:
    """500 texts of 25 words: a third of the words are from one of six topics, the others can be in any text."""
    rng = np.random.default_rng(9)
    topics = {
        "cooking": "oven salt butter recipe taste flour pan boil onion pepper stir bake",
        "football": "goal team match player coach ball win league referee stadium pass striker",
        "space": "planet orbit rocket moon star telescope launch probe comet galaxy mars crew",
        "money": "bank loan tax price market share debt fund profit interest budget invest",
        "music": "song band guitar concert album singer drum melody chorus piano tune stage",
        "health": "doctor hospital fever nurse vaccine disease patient heart blood virus cure pain",
    }
    common = [f"{a}{b}{c}" for a in "bdfglmnprst" for b in "aeiou" for c in "klmnr"]
    names = rng.choice(list(topics), 500)
    return [" ".join([*rng.choice(topics[name].split(), 8), *rng.choice(common, 17)]) for name in names], names


def tf_idf(texts: list[str], at_least: int, at_most: float) -> tuple[np.ndarray, np.ndarray]:
    """A row of length 1 for each text, and the words. Words in fewer than `at_least` texts, and in more than the share
    `at_most` of them, are left out: they do not help to compare texts."""
    found = [re.findall(r"[a-z]{3,}", text.lower()) for text in texts]
    in_texts: dict[str, int] = {}
    for words in found:
        for word in set(words):
            in_texts[word] = in_texts.get(word, 0) + 1
    vocabulary = sorted(word for word, n in in_texts.items() if at_least <= n <= at_most * len(texts))
    column = {word: j for j, word in enumerate(vocabulary)}
    X = np.zeros((len(texts), len(vocabulary)))
    for i, words in enumerate(found):
        for word in words:
            if word in column:
                X[i, column[word]] += 1
    X = np.log1p(X) * np.log(len(texts) / np.array([in_texts[word] for word in vocabulary]))
    return unit_rows(X), np.array(vocabulary)


def unit_rows(X: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(X, axis=1, keepdims=True)
    return X / np.where(lengths > 0, lengths, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="csv or csv.gz; without it texts are made up")
    parser.add_argument("--topic", default="topic", help="name of the column with the topics (topic)")
    parser.add_argument("-k", "--clusters", type=int, default=6, help="number of clusters (6)")
    parser.add_argument("--at-least", type=int, default=3, help="use words in at least this many texts (3)")
    parser.add_argument("--at-most", type=float, default=0.1, help="use words in at most this share of the texts (0.1)")
    parser.add_argument("--directions", type=int, default=20, help="number of main directions for the second way (20)")
    parser.add_argument("--picture", default="articles.png", help="file for the picture (articles.png)")
    options = parser.parse_args()

    texts, topics = read(options.file, options.topic) if options.file else make_up()
    X, words = tf_idf(texts, options.at_least, options.at_most)
    empty = ~X.any(axis=1)
    X, topics = X[~empty], topics[~empty]
    print(
        f"{len(texts):,} texts, {len(words):,} words; {np.count_nonzero(empty)} texts have none of them and are left "
        f"out.\n"
    )

    # With thousands of columns nearly all rows are about equally far from each other. Two texts that share no word can
    # still have words that occur together in other texts. The main directions of the table show that ("latent
    # semantics").
    _, vectors = np.linalg.eigh(X.T @ X)
    short = unit_rows(X @ vectors[:, -options.directions :])
    model = KMeans(options.clusters, n_init=5, random_state=0)
    tree = AgglomerativeClustering(options.clusters, metric="cosine", linkage="average")
    ways = {
        "k-means on the words": model.fit_predict(X),
        f"k-means on {options.directions} directions": model.fit_predict(short),
        "average linkage, cosine": tree.fit_predict(X),
    }
    print(f"{'agreement with the topics':26}  rand   info  largest clusters")
    for name, labels in ways.items():
        print(
            f"{name:26} {adjusted_rand_score(topics, labels):5.2f}  {adjusted_mutual_info_score(topics, labels):5.2f}"
            f"  {sorted(np.bincount(labels).tolist(), reverse=True)[:6]}"
        )

    labels = relabel(ways[f"k-means on {options.directions} directions"], by="size")
    shares = contingency_matrix(labels, topics) / np.bincount(labels)[:, np.newaxis]
    names = np.unique(topics)
    telling = []
    print(f"\nk-means on {options.directions} directions:")
    for label in range(options.clusters):
        inside = labels == label
        order = np.argsort(X[~inside].mean(axis=0) - X[inside].mean(axis=0))
        telling.append(", ".join(words[order[:6]]))
        print(
            f"{label:3} {inside.sum():6,} texts: {telling[-1]}  ({shares[label].max():.0%} are of topic "
            f"{names[shares[label].argmax()]})"
        )

    figure, ax = plt.subplots(figsize=(6 + 0.4 * len(names), 2 + 0.3 * options.clusters), layout="constrained")
    image = ax.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    ax.set_xticks(range(len(names)), names, rotation=45, ha="right")
    ax.set_yticks(range(options.clusters), [f"{line}  {label}" for label, line in enumerate(telling)])
    ax.set(title="Topics of the texts of each cluster")
    figure.colorbar(image, label="share of the cluster")
    figure.savefig(options.picture, dpi=100)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
