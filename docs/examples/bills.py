#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Group titles of bills by their words, see the words of each group, and sort new titles into the groups.

    python bills.py                                                           # made-up titles
    python bills.py text_us_congress_bills.csv.gz --topic topic_code -k 30    # 4,449 titles

Needs coterie with matplotlib: pip install matplotlib

The csv file has a column `text` and a column with a topic for each text. The topic is only used to judge the result.

A title becomes a row with a weight for each word: large if few other titles have it (TF-IDF). There are thousands of
columns, and a title has a dozen of them. So only these are stored, as in scipy's csr_matrix; scikit-learn's
TfidfVectorizer makes such matrices, too. Spherical k-means compares directions: a long and a
short title with the same words are alike. Its centers are directions as well, so their largest numbers are the words
of a group. One title of ten is held back. They are the new ones: `predict` says to which group each of them goes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import math
import re
from collections import Counter
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import numpy as np

from coterie import KMeans, SphericalKMeans, relabel
from coterie.scores import adjusted_mutual_info_score, adjusted_rand_score, contingency_matrix

SHOWN = 6  # words of each group
POLICY = {  # names of the topics of the Congressional Bills Project
    1: "economy", 2: "civil rights", 3: "health", 4: "agriculture", 5: "labor", 6: "education", 7: "environment",
    8: "energy", 9: "immigration", 10: "transport", 12: "crime", 13: "welfare", 14: "housing", 15: "commerce",
    16: "defense", 17: "technology", 18: "trade", 19: "foreign affairs", 20: "government", 21: "public lands",
    99: "others",
}  # fmt: skip


class Sparse(NamedTuple):
    """Rows of which some numbers are stored: row i has data[indptr[i] : indptr[i + 1]], in the columns `indices`."""

    data: np.ndarray
    indices: np.ndarray
    indptr: np.ndarray
    shape: tuple[int, int]


def read(path: str, topic: str) -> tuple[list[str], np.ndarray]:
    with (gzip.open if path.endswith(".gz") else open)(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    topics = [row[topic] for row in rows]
    if set(topics) <= set(map(str, POLICY)):
        topics = [POLICY[int(each)] for each in topics]
    return [row["text"] for row in rows], np.array(topics)


def make_up() -> tuple[list[str], np.ndarray]:
    """800 titles: the wording of any bill, and some words of one of six topics."""
    rng = np.random.default_rng(4)
    topics = {
        "health": "hospital medicare drugs nurses vaccine patients coverage disease clinics",
        "education": "schools teachers students college tuition libraries reading classroom degrees",
        "trade": "duty tariff imports exports customs suspend goods agreement quota",
        "transport": "highway railroad bridges airports vehicles safety pilots freight transit",
        "agriculture": "farm crops cattle drought soil producers wheat dairy harvest",
        "public lands": "park wilderness forest river heritage trails monument boundary refuge",
    }
    starts = [
        "To amend the act of",
        "To provide for",
        "To improve programs for",
        "To establish a fund for",
        "Relating to",
    ]
    ends = ["and for other purposes", "in certain States", "by the Secretary", "during the next fiscal year", ""]
    names = rng.choice(list(topics), 800)
    middles = [" ".join(rng.choice(topics[name].split(), rng.integers(2, 6), replace=False)) for name in names]
    return [f"{rng.choice(starts)} {middle} {rng.choice(ends)}" for middle in middles], names


def words_of(text: str) -> Counter[str]:
    """How often a text has each word of three letters or more."""
    return Counter(re.findall(r"[a-z]{3,}", text.lower()))


def choose_words(texts: list[str], at_least: int, at_most: float) -> dict[str, float]:
    """The words in at least so many texts, and in at most this share of them, each with its weight."""
    counts = Counter(itertools.chain.from_iterable(words_of(text).keys() for text in texts))
    kept = sorted(word for word, n in counts.items() if at_least <= n <= at_most * len(texts))
    return {word: math.log(len(texts) / counts[word]) for word in kept}


def tf_idf(texts: list[str], weights: dict[str, float]) -> Any:
    """A sparse row for each text; words that have no weight are passed over. Lengths do not matter to directions."""
    column = {word: j for j, word in enumerate(weights)}
    rows = [{column[w]: math.log1p(n) * weights[w] for w, n in words_of(text).items() if w in column} for text in texts]
    starts = np.cumsum([0, *map(len, rows)])
    columns = np.array([j for row in rows for j in row], dtype=np.int32)
    return Sparse(np.array([x for row in rows for x in row.values()]), columns, starts, (len(texts), len(weights)))


def unit_rows(rows: Any) -> Any:
    """The same at length 1, for those who compare lengths, too."""
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    lengths = np.sqrt(np.bincount(row, np.square(rows.data), rows.shape[0]))
    return rows._replace(data=rows.data / lengths[row])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="csv or csv.gz; without it titles are made up")
    parser.add_argument("--topic", default="topic", help="name of the column with the topics (topic)")
    parser.add_argument("-k", "--clusters", type=int, default=6, help="number of groups (6)")
    parser.add_argument("--at-least", type=int, default=3, help="use words in at least this many titles (3)")
    parser.add_argument("--at-most", type=float, default=0.1, help="use words in at most this share of them (0.1)")
    parser.add_argument("--picture", default="bills.png", help="file for the picture (bills.png)")
    options = parser.parse_args()

    texts, topics = read(options.file, options.topic) if options.file else make_up()
    is_new = np.random.default_rng(0).random(len(texts)) < 0.1
    known = [text for text, new in zip(texts, is_new, strict=True) if not new]
    weights = choose_words(known, options.at_least, options.at_most)
    words = np.array(list(weights))
    has_words = np.diff(tf_idf(texts, weights).indptr) > 0
    known, new = ([t for t, ok in zip(texts, has_words & which, strict=True) if ok] for which in (~is_new, is_new))
    topics_known, topics_new = topics[has_words & ~is_new], topics[has_words & is_new]
    rows = tf_idf(known, weights)
    print(
        f"{len(texts):,} titles, of which {is_new.sum()} are held back; {len(words):,} words, of which a title has "
        f"{len(rows.data) / len(known):.0f}. {np.count_nonzero(~has_words)} titles have none of them and are left "
        "out.\n"
    )

    model = SphericalKMeans(options.clusters, init="k-means++", n_init=10, random_state=0).fit(rows)
    plain = KMeans(options.clusters, n_init=10, random_state=0).fit(unit_rows(rows))
    print("agreement with the topics   rand   info  purity  largest groups")
    for name, found in (("by direction", model.labels_), ("k-means of unit rows", plain.labels_)):
        table = contingency_matrix(found, topics_known)
        print(
            f"{name:24} {adjusted_rand_score(topics_known, found):7.2f} "
            f"{adjusted_mutual_info_score(topics_known, found):6.2f} {table.max(axis=1).sum() / len(known):6.0%}  "
            f"{sorted(table.sum(axis=1).tolist(), reverse=True)[:6]}"
        )
    most = np.unique(topics_known, return_counts=True)[1].max()
    print(f"{'all in one group':24} {0:7.2f} {0:6.2f} {most / len(known):6.0%}")

    # Groups in the order of their sizes, with the words of the largest weight in the direction of each.
    labels = relabel(model.labels_, by="size")
    table = contingency_matrix(labels, topics_known)
    order = [int(model.labels_[labels == label][0]) for label in range(len(table))]
    names, common = np.unique(topics_known), table.argmax(axis=1)
    top = [np.argsort(-model.cluster_centers_[center])[:SHOWN] for center in order]
    print("\nwords of the groups:")
    for label, which in enumerate(top):
        share = table[label].max() / table[label].sum()
        print(
            f"{label:3} {table[label].sum():6,} titles, {share:4.0%} {names[common[label]]}: {', '.join(words[which])}"
        )

    places = np.argsort(order)[model.predict(tf_idf(new, weights))]
    right = names[common[places]] == topics_new
    print(f"\n{len(new)} new titles: the commonest topic of its group is that of {right.mean():.0%} of them, such as")
    for i in range(0, len(new), len(new) // 4 + 1):
        print(f"  {topics_new[i]:14} group {places[i]:2}: {new[i][:85].rstrip()}")

    n_columns = min(5, math.ceil(math.sqrt(len(top))))
    n_lines = math.ceil(len(top) / n_columns)
    figure, axes = plt.subplots(
        n_lines, n_columns, figsize=(3.4 * n_columns, 1.5 * n_lines + 0.4), layout="constrained"
    )
    colors = plt.get_cmap("tab20")(np.arange(len(names)) % 20)
    for label, ax in enumerate(np.ravel(axes)):
        if label >= len(top):
            ax.axis("off")
            continue
        which = top[label][::-1]
        ax.barh(words[which], model.cluster_centers_[order[label]][which], color=colors[common[label]])
        share = table[label].max() / table[label].sum()
        ax.set_title(f"{label}: {table[label].sum()} titles, {share:.0%} {names[common[label]]}", fontsize=9)
        ax.tick_params(labelsize=8)
        ax.set_xlim(0, 1)
        ax.set_xticks([])
    figure.suptitle("The words of each group, and its commonest topic", fontsize=11)
    figure.savefig(options.picture, dpi=100)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
