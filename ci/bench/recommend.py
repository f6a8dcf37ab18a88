#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""How often `recommend` is right: 40 sets of which the groups are known, beside what one would try without it.

    pip install '.[bench]'
    python ci/bench/recommend.py --data FOLDER                  # all of it: about 40 minutes of one core
    python ci/bench/recommend.py --data FOLDER --only graves    # the sets whose name this pattern is in
    python ci/bench/recommend.py --data FOLDER --no-peers

prints the tables of docs/algorithms/recommend.md. The folder holds the batteries of sets with known groups (an array
NAME__X and NAME__y for each, where 0 in y is noise) and the real tables that `sets` names.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import gzip
import itertools
import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.mixture import GaussianMixture

import coterie
from coterie.scaling import Scaler
from coterie.scores import adjusted_rand_score, silhouette_score
from coterie.selection import _candidates, _choice, recommend, suggest_eps, suggest_k
from coterie.selection._choice import Limits
from coterie.selection._table_rows import read_table

sys.path.append(str(Path(__file__).parents[2] / "tests"))
from reference.business import N_TABLES, business_table

MOST_ROWS = 5_000
NUMBERS = range(2, 16)  # of clusters, that the peers try
ALIKE = 0.8  # adjusted Rand index from which clusters are the groups

# -------------------------------------------------------------------------------------------------- the sets


class Known(NamedTuple):
    """A set, and the group of each row, from 1; 0 is noise."""

    name: str
    X: np.ndarray
    groups: np.ndarray


def sets(folder: Path) -> Iterator[Known]:
    """All sets of four batteries that are not too large, and four real tables."""
    for battery in ("fcps", "graves", "other", "sipu"):
        with np.load(folder / f"shapes_{battery}.npz") as file:
            for name in sorted(key.removesuffix("__X") for key in file.files if key.endswith("__X")):
                if len(X := file[f"{name}__X"]) <= MOST_ROWS:
                    yield Known(f"{battery}/{name}", X, file[f"{name}__y"].astype(np.intp))
    rows = table(folder / "penguins.csv.gz")
    lengths = ("bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g")
    rows = [row for row in rows if all(row[name] for name in lengths)]
    yield Known("penguins", numbers(rows, lengths), codes([row["species"] for row in rows]))
    rows = table(folder / "customers_wholesale.csv.gz")
    spends = ("Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen")
    yield Known("wholesale", numbers(rows, spends), codes([row["Channel"] for row in rows]))
    with np.load(folder / "genes_yeast_spellman800.npz") as file:
        X = file["X"]
        X = np.where(np.isnan(X), np.nanmean(X, axis=1, keepdims=True), X)
        yield Known("genes", X, codes(file["labels"]))
    with np.load(folder / "embeddings_intents_minilm.npz") as file:
        chosen = np.random.default_rng(16).choice(np.unique(file["y"]), 10, replace=False)
        here = np.isin(file["y"], chosen)
        yield Known("intents", file["X"][here].astype(np.float32), codes(file["y"][here]))


def table(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(rows: list[dict[str, str]], names: tuple[str, ...]) -> np.ndarray:
    return np.array([[float(row[name]) for name in names] for row in rows])


def codes(values: object) -> np.ndarray:
    """A number from 1 for each of the different values."""
    return np.unique(values, return_inverse=True)[1] + 1


# -------------------------------------------------------------------------------------------------- the peers


def by_hdbscan(X: np.ndarray) -> np.ndarray:
    return coterie.HDBSCAN(max(2, round(len(X) / 40))).fit_predict(X)


def by_dbscan(X: np.ndarray) -> np.ndarray:
    min_samples = min(max(5, 2 * X.shape[1]), 20)
    return coterie.DBSCAN(suggest_eps(X, min_samples).eps, min_samples=min_samples).fit_predict(X)


def by_mixture(X: np.ndarray) -> np.ndarray:
    models = [GaussianMixture(k, random_state=0).fit(X) for k in (1, *NUMBERS)]
    return min(models, key=lambda model: model.bic(X)).predict(X)


def by_silhouette(X: np.ndarray) -> np.ndarray:
    found = [coterie.KMeans(k, n_init=10, random_state=0).fit_predict(X) for k in NUMBERS]
    return max(found, key=lambda labels: silhouette_score(X, labels))


def by_suggest_k(X: np.ndarray) -> np.ndarray:
    k = suggest_k(X, n_clusters=NUMBERS, random_state=0).k
    return coterie.KMeans(k, n_init=10, random_state=0).fit_predict(X)


PEERS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "HDBSCAN": by_hdbscan,
    "DBSCAN": by_dbscan,
    "GaussianMixture": by_mixture,
    "k-means": by_silhouette,
    "suggest_k": by_suggest_k,
}

# -------------------------------------------------------------------------------------------------- what is found


class Found(NamedTuple):
    """What a method finds, beside what is known.

    n_groups, n_clusters : how many there are, and how many it finds, noise not counted
    alike : adjusted Rand index of the rows that are not noise in truth; noise that is found counts as a cluster
    confidence : what `recommend` says
    """

    n_groups: int
    n_clusters: int
    alike: float
    confidence: str = ""
    seconds: float = 0.0

    @property
    def right(self) -> bool:
        return self.n_clusters == self.n_groups

    def __str__(self) -> str:
        text = f"{self.n_clusters} ({self.alike:.2f})"
        return f"**{text}**" if self.right else text


def judge(groups: np.ndarray, labels: np.ndarray, confidence: str = "", seconds: float = 0.0) -> Found:
    inside = groups > 0
    return Found(
        len(np.unique(groups[inside])),
        len(np.unique(labels[labels >= 0])),
        adjusted_rand_score(groups[inside], labels[inside]),
        confidence,
        seconds,
    )


def recommended(known: Known) -> Found:
    begin = time.perf_counter()
    found = recommend(known.X, random_state=0)
    return judge(known.groups, found.labels, found.confidence, time.perf_counter() - begin)


def by_peer(name: str, known: Known, standardized: bool) -> Found:
    X = Scaler().fit_transform(known.X) if standardized else known.X
    begin = time.perf_counter()
    labels = PEERS[name](X)
    return judge(known.groups, labels, seconds=time.perf_counter() - begin)


# -------------------------------------------------------------------------------------------------- two halves

GRID = {
    "valley": (2.0, 2.5, 3.0),
    "finer": (2.5, 3.0, 4.0),
    "hollow": (1.2, 1.4),
    "same": (0.75, 0.85, 0.95),
    "within": (0.8, 0.9),
    "noise": (0.15, 0.25, 0.4),
}


PAYS = 0.35, 2.0  # points for "clear" where the number is right, and those that are lost where it is wrong


def points(found: Found) -> float:
    """Of the right number 1, of the groups up to 1; and "clear" pays if it is right in 85% of the times."""
    gain, loss = PAYS
    sure = (gain if found.right else -loss) if found.confidence == "clear" else 0.0
    return found.right + found.alike + sure


def remembered(function: Callable[..., object]) -> Callable[..., object]:
    """Compute once what hangs on the rows and not on the limits. The states of random numbers are no argument."""
    made: dict[object, object] = {}

    def key(given: object) -> object:
        if isinstance(given, np.ndarray):
            return id(given) if given.ndim == 2 else given.tobytes()
        if isinstance(given, np.random.RandomState):
            return None
        return str(given)

    def call(*args: object) -> object:
        told = tuple(map(key, args))
        if told not in made:
            made[told] = function(*args)
        return made[told]

    return call


def answers(known: Known, grid: list[Limits]) -> list[Found]:
    """What `recommend` would find with other limits."""
    table = read_table(known.X, None, "auto")
    rows, random = table.spread_rows(), np.random.RandomState(0)
    dense = _candidates.by_density(rows, random)
    around = {
        pair: _candidates.around_means(rows, np.random.RandomState(0), *pair)
        for pair in itertools.product(GRID["valley"], GRID["hollow"])
    }
    found = []
    for limits in grid:
        choice = _choice.choose(rows, dense, around[limits.valley, limits.hollow], limits, random)
        if choice is None:
            found.append(judge(known.groups, np.zeros(len(rows), np.intp), "no structure"))
            continue
        is_doubtful = any(each.is_grave for each in [*choice.doubts, *_choice.doubt(choice, table, rows)])
        found.append(judge(known.groups, choice.labels, "doubtful" if is_doubtful else "clear"))
    return found


def by_halves(known: list[Known]) -> list[Found]:
    """What is found in each set with the limits that are the best for the other half of the sets."""
    for name in ("by_silhouette", "stability", "silhouette"):
        setattr(_candidates, name, remembered(getattr(_candidates, name)))
    take = remembered(_choice._take_compact)

    def take_compact(*args: object) -> _choice.Choice:
        choice = take(*args)
        return dataclasses.replace(choice, reasons=[*choice.reasons], doubts=[*choice.doubts])

    _choice._take_compact = take_compact
    grid = [Limits(*values) for values in itertools.product(*(GRID[name] for name in Limits._fields))]
    found = [answers(each, grid) for each in known]
    results = list(known)
    for half in (0, 1):
        total = np.sum([[points(each) for each in row] for row in found[1 - half :: 2]], axis=0)
        ties = np.flatnonzero(total >= total.max() - 1e-9)
        best = ties[len(ties) // 2]  # a middle one, not one on the edge of what will do
        print(f"limits for the {('first', 'second')[half]} half, from the other one: {grid[best]}", file=sys.stderr)
        results[half::2] = [row[best] for row in found[half::2]]
    return results


# -------------------------------------------------------------------------------------------------- the tables


def print_totals(found: dict[str, list[Found]]) -> None:
    print("| method | right numbers | mean index | of these ≥ 0.8 | seconds |\n|---|--:|--:|--:|--:|")
    for name, results in found.items():
        right = [each for each in results if each.right]
        print(
            f"| {name} | {len(right)} | {np.mean([each.alike for each in results]):.2f} "
            f"| {sum(each.alike >= ALIKE for each in right)} | {sum(each.seconds for each in results):.0f} |"
        )


def print_confidence(found: dict[str, list[Found]]) -> None:
    print("| | it says | times | right numbers | index ≥ 0.8 | both |\n|---|---|--:|--:|--:|--:|")
    for name, results in found.items():
        for confidence in ("clear", "doubtful", "no structure"):
            said = [each for each in results if each.confidence == confidence]
            close = [each for each in said if each.alike >= ALIKE]
            print(
                f"| {name} | {confidence} | {len(said)} | {sum(each.right for each in said)} | {len(close)} "
                f"| {sum(each.right for each in close)} |"
            )


def print_sets(known: list[Known], found: dict[str, list[Found]]) -> None:
    print(f"| set | rows × columns | groups | {' | '.join(found)} | it says |\n|---|--:|--:|{'--:|' * len(found)}---|")
    for i, each in enumerate(known):
        n, d = each.X.shape
        results = [column[i] for column in found.values()]
        print(
            f"| {each.name} | {n:,} × {d} | {results[0].n_groups} | {' | '.join(map(str, results))} "
            f"| {results[0].confidence} |"
        )


def print_business() -> None:
    """The tables of tests/reference/business.py: the columns that tell the groups apart, and all of them."""
    print("| table | rows | found | it says | found in all columns | it says |\n|---|--:|--:|---|--:|---|")
    for number in range(N_TABLES):
        business = business_table(number)
        frame = pd.DataFrame(business.columns).assign(groups=business.groups + 1)
        sizes, cells = [], []
        for names in (business.informative, business.columns):
            complete = frame[[*names, "groups"]].dropna()
            answer = recommend(complete[list(names)], random_state=0)
            found = judge(complete["groups"].to_numpy(), answer.labels, answer.confidence)
            sizes.append(f"{len(complete):,}")
            cells.append(f"{found} | {found.confidence}")
        print(f"| {number} | {' or '.join(dict.fromkeys(sizes))} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("COTERIE_BENCH_DATA"), help="folder of the sets")
    parser.add_argument("--only", default="", help="only the sets whose name this pattern is in")
    parser.add_argument("--no-peers", action="store_true", help="recommend alone")
    args = parser.parse_args()
    if args.data is None:
        parser.error("--data FOLDER is needed, or its path in COTERIE_BENCH_DATA")
    for category in (coterie.ClusteringWarning, coterie.ConvergenceWarning, coterie.FeatureScaleWarning):
        warnings.simplefilter("ignore", category)
    known = [each for each in sets(args.data) if re.search(args.only, each.name)]
    found = {"recommend": [recommended(each) for each in known]}
    if not args.no_peers:
        for name in PEERS:
            for standardized in (False, True):
                label = f"{name}{', standardized' * standardized}"
                found[label] = [by_peer(name, each, standardized) for each in known]
    found["recommend, by halves"] = by_halves(known)
    print_totals(found)
    print()
    print_confidence({name: results for name, results in found.items() if name.startswith("recommend")})
    print()
    print_sets(known, {name: results for name, results in found.items() if "standardized" not in name})
    print()
    print_business()


if __name__ == "__main__":
    main()
