#!/usr/bin/env python
# SPDX-License-Identifier: BSD-3-Clause
"""Look for attacks in network traffic with DBSCAN, without and with knowledge of normal traffic.

    python network_anomalies.py                        # made-up traffic
    python network_anomalies.py kddcup99_10cols.npz    # ten columns of the KDD Cup 1999 data, 805,050 connections

Needs coterie with matplotlib: pip install matplotlib

The npz file has a column for each name in COLUMNS, `labels` with a number for each connection, `label_names`, one of
which is "normal", and `n_train`, the number of connections in the first recording, which come before the others.

First, all connections of the first recording are clustered, and those in no cluster, the noise, are compared with the
attacks. The noise consists of rare connections. Break-ins are rare, but a flood of equal packets is the densest cluster
of all.

So, second, DBSCAN is fitted to the normal connections alone. For each connection of the second recording,
`outlier_scores` gives the distance to the nearest core point, in units of eps. The labels are used to judge the result,
and to know which traffic was normal in the first recording.
"""

from __future__ import annotations

import argparse
import warnings

import matplotlib.pyplot as plt
import numpy as np

from coterie import DBSCAN, ClusteringWarning, outlier_scores
from coterie.scaling import Scaler

COLUMNS = (
    "duration",
    "src_bytes",
    "dst_bytes",
    "count",
    "srv_count",
    "dst_host_count",
    "dst_host_srv_count",
    "pct_same_srv_rate",
    "pct_diff_srv_rate",
    "pct_dst_host_same_srv_rate",
)
FEW = 50  # a kind with fewer connections is rare
SHOWN = 20  # number of kinds in the picture, the most frequent ones
LONG_TAILED = 5  # use the logarithms of the first columns: a few values are a million times the others


def read(path: str) -> tuple[np.ndarray, np.ndarray, int]:
    """The columns, the kind of each connection, and how many belong to the first recording."""
    with np.load(path) as file:
        X = np.column_stack([file[name] for name in COLUMNS]).astype(np.float64)
        return X, file["label_names"][file["labels"]], int(file["n_train"])


def make_up() -> tuple[np.ndarray, np.ndarray, int]:
    """Two recordings of 10,000 connections: four services, a flood, a scan, and a few break-ins."""
    rng = np.random.default_rng(0)
    sizes = {"web": 2500, "mail": 1200, "transfer": 300, "names": 1500, "flood": 4000, "scan": 480, "break-in": 20}
    means = {  # of the logarithms of the five long-tailed columns, and of the other columns
        "web": [0.7, 5.6, 8.0, 2.0, 2.2, 200, 230, 98, 1, 90],
        "mail": [1.2, 6.9, 5.8, 0.8, 0.8, 150, 180, 97, 2, 70],
        "transfer": [4.0, 9.5, 6.0, 0.7, 0.7, 40, 20, 95, 4, 40],
        "names": [0, 3.8, 4.8, 4.2, 4.2, 250, 250, 99, 1, 97],
        "flood": [0.0, 6.9, 0.0, 6.2, 6.2, 255, 255, 100, 0, 100],
        "scan": [0.0, 0.5, 0.5, 5.0, 1.5, 255, 10, 6, 60, 4],
        "break-in": [4.0, 7.0, 8.0, 1.0, 1.0, 100, 60, 80, 20, 50],
    }
    spread = {"flood": 0.01, "break-in": 1.5}
    X, kinds = [], []
    for _ in range(2):
        for kind, size in sizes.items():
            unit = np.array([0.4] * LONG_TAILED + [12.0] * (len(COLUMNS) - LONG_TAILED)) * spread.get(kind, 1.0)
            part = rng.normal(means[kind], unit, (size, len(COLUMNS)))
            part[:, :LONG_TAILED] = np.expm1(part[:, :LONG_TAILED])
            X.append(part.clip(0).round())
            kinds += [kind if kind in ("flood", "scan", "break-in") else "normal"] * size
    return np.vstack(X), np.array(kinds), sum(sizes.values())


def scale(X: np.ndarray, like: np.ndarray) -> np.ndarray:
    """The columns, on the scale on which those of `like` have standard deviation 1."""
    X, like = X.copy(), like.copy()
    for columns in (X, like):
        columns[:, :LONG_TAILED] = np.log1p(columns[:, :LONG_TAILED])
    return Scaler().fit(like).transform(X)


def share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} ({part / max(whole, 1):.1%})"


def judge(flagged: np.ndarray, attack: np.ndarray) -> None:
    """Precision, recall and false alarms in words."""
    hits = int((flagged & attack).sum())
    print(f"  Of the flagged connections, {share(hits, int(flagged.sum()))} are attacks.")
    print(f"  Of the attacks, {share(hits, int(attack.sum()))} are flagged.")
    print(f"  Of the normal connections, {share(int((flagged & ~attack).sum()), int((~attack).sum()))} are flagged.")


def cluster_all(X: np.ndarray, kinds: np.ndarray, eps: float, min_samples: int) -> np.ndarray:
    """Which connections are noise, if all traffic is clustered."""
    attack = kinds != "normal"
    labels = DBSCAN(eps, min_samples=min_samples).fit_predict(scale(X, X))
    noise = labels < 0
    print(f"Noise: {len(X):,} connections, {share(int(attack.sum()), len(X))} of them attacks.")
    judge(noise, attack)
    _, number, counts = np.unique(kinds, return_inverse=True, return_counts=True)
    rare = attack & (counts < FEW)[number]
    few = share(int((rare & noise).sum()), int(rare.sum()))
    print(f"  Of attacks of kinds with fewer than {FEW} connections, {few} are flagged.")
    sizes = np.bincount(labels[~noise])
    attacks = np.bincount(labels[~noise], weights=attack[~noise], minlength=len(sizes))
    pure = attacks >= 0.99 * sizes
    print(
        f"  Where are the attacks? In {np.count_nonzero(pure)} of the {len(sizes)} clusters 99% or more are attacks; "
        f"these clusters hold {attacks[pure].sum() / max(attack.sum(), 1):.1%} of all attacks."
    )
    return noise


def learn_normal(X: np.ndarray, attack: np.ndarray, n_first: int, eps: float, min_samples: int) -> np.ndarray:
    """Which connections of the second recording are not near normal ones of the first."""
    normal = X[:n_first][~attack[:n_first]]
    model = DBSCAN(eps, min_samples=min_samples).fit(scale(normal, normal))
    scores = outlier_scores(scale(X[n_first:], normal), model)
    unlike = scores > 1  # farther than eps from all core points: predict gives -1
    print(
        f"\nUnlike normal: {len(normal):,} normal connections of the first recording, "
        f"{len(unlike):,} connections of the second."
    )
    judge(unlike, attack[n_first:])
    print("  The shares of attacks and of normal connections that are flagged, by the limit:")
    for limit in (0.5, 0.75, 1, 1.5, 2, 5, 10):
        flagged = scores > limit
        print(f"  {limit:6}  {flagged[attack[n_first:]].mean():6.1%}  {flagged[~attack[n_first:]].mean():6.2%}")
    return unlike


def draw(path: str, parts: list[tuple[str, np.ndarray, np.ndarray]]) -> None:
    """The share of each kind of traffic that is flagged."""
    most = min(max(len(np.unique(kinds)) for _, kinds, _ in parts), SHOWN)
    figure, axes = plt.subplots(1, len(parts), figsize=(12, 1.5 + 0.25 * most), layout="constrained")
    for ax, (title, kinds, flagged) in zip(axes, parts, strict=True):
        names, number, sizes = np.unique(kinds, return_inverse=True, return_counts=True)
        shares = np.bincount(number, weights=flagged) / sizes
        rows = sorted(range(len(names)), key=lambda i: (names[i] != "normal", -sizes[i]))[:SHOWN]
        ax.barh(range(len(rows)), shares[rows], color=["#0072B2" if names[i] == "normal" else "#D55E00" for i in rows])
        for place, i in enumerate(rows):
            ax.text(shares[i] + 0.01, place, f"{shares[i]:.0%}", va="center", fontsize=8)
        ax.set_yticks(range(len(rows)), [f"{names[i]} ({sizes[i]:,})" for i in rows])
        ax.set(xlim=(0, 1.12), ylim=(len(rows) - 0.4, -0.6), title=title, xlabel="share that is flagged")
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=130)
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", help="npz; without it traffic is made up")
    parser.add_argument("--eps", type=float, help="in standard deviations (0.5; 1.5 for the made-up traffic)")
    parser.add_argument("--min-samples", type=int, default=10)
    parser.add_argument("--picture", default="network_anomalies.png", help="file for the picture")
    options = parser.parse_args()

    X, kinds, n_first = read(options.file) if options.file else make_up()
    eps = options.eps or (0.5 if options.file else 1.5)
    attack = kinds != "normal"
    warnings.simplefilter("ignore", ClusteringWarning)  # we look at the noise ourselves
    noise = cluster_all(X[:n_first], kinds[:n_first], eps, options.min_samples)
    unlike = learn_normal(X, attack, n_first, eps, options.min_samples)
    draw(
        options.picture,
        [
            ("Noise of all traffic", kinds[:n_first], noise),
            ("Unlike normal traffic of the first recording", kinds[n_first:], unlike),
        ],
    )
    print(f"\nDrew {options.picture}.")


if __name__ == "__main__":
    main()
