#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""A survey with nothing but boxes to tick: what kinds of people answered, and who ticked at random?

    python survey.py             # 600 made-up answers
    python survey.py answers.csv # a question a column, an answer a row

Needs coterie with matplotlib: pip install matplotlib

All columns are categories, and some questions were not answered. The distance of two people is Gower's: the share of
the questions that both answered in which they differ. k-modes, a tree and HDBSCAN look for groups; HDBSCAN leaves out
who is like nobody else. An empty cell of the csv file is a question that was not answered.
"""

from __future__ import annotations

import argparse
import csv

import numpy as np

from coterie import HDBSCAN, AgglomerativeClustering, KModes, relabel
from coterie.explain import profile
from coterie.plot import profile as draw_profile
from coterie.scores import adjusted_rand_score, silhouette_score

OFTEN = ["never", "seldom", "weekly", "daily"]
QUESTIONS = {
    "by_car": OFTEN,
    "by_bus": OFTEN,
    "by_bike": OFTEN,
    "walks": OFTEN,
    "has_car": ["yes", "no"],
    "has_pass": ["yes", "no"],
    "lives_in": ["center", "suburb", "village"],
    "works": ["full time", "part time", "studies", "no"],
    "main_reason": ["price", "time", "comfort", "climate"],
    "wants": ["more buses", "bike lanes", "parking", "lower fares"],
    "would_change": ["yes", "perhaps", "no"],
}
KINDS = {  # how many, and what they mostly tick, as places in the lists above
    "drivers": (200, [3, 0, 0, 1, 0, 1, 2, 0, 1, 2, 2]),
    "commuters": (160, [1, 3, 0, 2, 0, 0, 1, 0, 0, 0, 1]),
    "students": (140, [0, 2, 3, 2, 1, 0, 0, 2, 0, 3, 0]),
    "walkers": (60, [0, 1, 1, 3, 1, 1, 0, 3, 3, 1, 1]),
}


def read(path: str) -> tuple[np.ndarray, list[str]]:
    with open(path, encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    return np.array([[cell or None for cell in row] for row in rows], dtype=object), names


def make_up() -> tuple[np.ndarray, list[str], np.ndarray]:
    """The answers, the questions, and which kind each person is: the last 40 tick at random, which is -1."""
    rng = np.random.default_rng(2)
    sizes = [size for size, _ in KINDS.values()]
    kind = np.repeat([*range(len(KINDS)), -1], [*sizes, 40])
    answers = np.empty((len(kind), len(QUESTIONS)), dtype=object)
    typical = np.array([places for _, places in KINDS.values()])
    for j, boxes in enumerate(QUESTIONS.values()):
        at_random = (rng.random(len(kind)) < 0.2) | (kind < 0)
        place = np.where(at_random, rng.integers(len(boxes), size=len(kind)), typical[kind, j])
        answers[:, j] = np.array(boxes, dtype=object)[place]
    answers[rng.random(answers.shape) < 0.08] = None
    return answers, list(QUESTIONS), kind


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="csv; without it answers are made up")
    parser.add_argument("-k", "--clusters", type=int, help="number of groups; without it that of the best silhouette")
    parser.add_argument("--min-cluster-size", type=int, default=20, help="fewest people of a group for HDBSCAN (20)")
    parser.add_argument("--picture", default="survey.png", help="file for the picture (survey.png)")
    options = parser.parse_args()
    answers, names, truth = (*read(options.file), None) if options.file else make_up()
    missing = sum(answer is None for row in answers for answer in row)
    print(f"{len(answers):,} people, {len(names)} questions, {missing / answers.size:.0%} of them not answered\n")

    print("k   k-modes: silhouette   tree: silhouette")
    tree = AgglomerativeClustering(2, metric="gower", linkage="average").fit(answers)
    modes, cuts, silhouettes = {}, {}, {}
    for k in range(2, 9):
        modes[k] = KModes(k, init="Huang", n_init=10, random_state=0).fit_predict(answers)
        cuts[k] = tree.cut(k)
        silhouettes[k], of_tree = (silhouette_score(answers, each[k], metric="gower") for each in (modes, cuts))
        print(f"{k}   {silhouettes[k]:19.3f}   {of_tree:16.3f}")
    k = options.clusters or max(silhouettes, key=silhouettes.__getitem__)
    dense = HDBSCAN(min_cluster_size=options.min_cluster_size, min_samples=2, metric="gower").fit_predict(answers)

    found = {f"k-modes, k = {k}": modes[k], f"tree, k = {k}": cuts[k], "HDBSCAN": dense}
    for name, labels in found.items():
        sizes = np.sort(np.bincount(labels[labels >= 0]))[::-1]
        told = [f"groups of {', '.join(map(str, sizes))}", f"in none {np.count_nonzero(labels < 0)}"]
        if truth is not None:
            known = truth >= 0
            told.append(f"agreement with the kinds {adjusted_rand_score(truth[known], labels[known]):.2f}")
            told.append(f"{np.count_nonzero(labels[~known] < 0)} of {np.count_nonzero(~known)} at random in none")
        print(f"\n{name}: {'; '.join(told)}")
    result = profile(answers, relabel(modes[k], by="size"), names, noun="people")
    print("", *result.sentences, sep="\n")

    draw_profile(result).figure.savefig(options.picture, dpi=100)
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
