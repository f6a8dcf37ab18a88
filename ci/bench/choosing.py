# SPDX-License-Identifier: BSD-3-Clause
"""How often `suggest_k` is right: generated data of which it is known how many clusters they have, many times each.

    python ci/bench/choosing.py [--seeds 10] [--only PATTERN]

prints the table of docs/tutorials/choosing.md, and what was found instead. 10 seeds take about 6 minutes of one core.
"""

import argparse
import re
import warnings

import numpy as np

import coterie
from coterie import AgglomerativeClustering
from coterie.selection import suggest_k


def places(rng, k, d, apart):
    """k places, no two of them nearer than `apart`, in about as little room as that takes."""
    side = apart
    while True:
        for _ in range(100):
            found = rng.uniform(0, side, (k, d))
            gaps = np.sqrt(((found[:, np.newaxis] - found) ** 2).sum(axis=2))[np.triu_indices(k, 1)]
            if gaps.min() >= apart:
                return found
        side *= 1.1


def blobs(rng, apart, d, ks, n=300, spreads=(1.0, 1.0), smallest=None):
    """Round normal clusters, centers `apart` times the largest spread."""
    k = int(rng.choice(ks))
    spread = rng.uniform(*spreads, k)
    share = np.full(k, 1 / k) if smallest is None else smallest + (1 - k * smallest) * rng.dirichlet(np.ones(k))
    which = np.append(np.arange(k), rng.choice(k, n - k, p=share))
    return places(rng, k, d, apart * max(spreads))[which] + rng.normal(size=(n, d)) * spread[which, np.newaxis], k


def rotated(rng, X):
    return X @ np.linalg.qr(rng.normal(size=(X.shape[1],) * 2))[0]


def elongated(rng):
    k = int(rng.integers(2, 5))
    which = rng.integers(0, k, 300)
    return rotated(rng, np.column_stack([8 * which + rng.normal(size=300), 5 * rng.normal(size=300)])), k


def moons(rng):
    which = rng.integers(0, 2, 300)
    angle = rng.uniform(0, np.pi, 300) * np.where(which == 0, 1, -1)
    X = np.column_stack([np.cos(angle), np.sin(angle)]) + np.array([[0, 0], [1, 0.5]])[which]
    return X + rng.normal(0, 0.06, X.shape), 2


def pairs(rng):
    return np.repeat([[0, 0], [0, 7], [30, 0], [30, 7]], 75, axis=0) + rng.normal(size=(300, 2)), 4


SCENES = {
    "far apart (8), 2 features": lambda rng: blobs(rng, 8, 2, range(2, 9)),
    "far apart (8), 5 features": lambda rng: blobs(rng, 8, 5, range(2, 9)),
    "far apart (8), 20 features": lambda rng: blobs(rng, 8, 20, range(2, 9)),
    "far apart (8), Ward": lambda rng: blobs(rng, 8, 5, range(2, 9)),
    "far apart (8), 60 rows, 3 features": lambda rng: blobs(rng, 8, 3, range(2, 5), n=60),
    "sizes from 5%, spreads 0.4 to 1, 2 features": lambda rng: blobs(rng, 7, 2, range(2, 7), 300, (0.4, 1), 0.05),
    "sizes from 5%, spreads 0.4 to 1, 10 features": lambda rng: blobs(rng, 7, 10, range(2, 7), 300, (0.4, 1), 0.05),
    "close (4.5), 2 features": lambda rng: blobs(rng, 4.5, 2, range(2, 7)),
    "close (4.5), 10 features": lambda rng: blobs(rng, 4.5, 10, range(2, 7)),
    "overlapping (3.5), 2 features": lambda rng: blobs(rng, 3.5, 2, range(2, 5)),
    "overlapping (3.5), 10 features": lambda rng: blobs(rng, 3.5, 10, range(2, 5)),
    "overlapping much (2.5), 2 features": lambda rng: blobs(rng, 2.5, 2, range(2, 5)),
    "two pairs (2 is right as well)": pairs,
    "long and parallel, 1 to 5": elongated,
    "two moons": moons,
    "uniform, 1 feature": lambda rng: (rng.random((300, 1)), 1),
    "uniform, 2 features": lambda rng: (rng.random((300, 2)), 1),
    "uniform, 5 features": lambda rng: (rng.random((300, 5)), 1),
    "uniform, 2 features, 50 rows": lambda rng: (rng.random((50, 2)), 1),
    "uniform, box of 5 by 1 by 1": lambda rng: (rng.random((300, 3)) * [5, 1, 1], 1),
    "normal, 2 features": lambda rng: (rng.normal(size=(300, 2)), 1),
    "normal, 10 features": lambda rng: (rng.normal(size=(300, 10)), 1),
    "normal, correlated, 5 features": lambda rng: (rng.normal(size=(300, 5)) @ rng.normal(size=(5, 5)), 1),
    "heavy tails (t with 5), 3 features": lambda rng: (rng.standard_t(5, size=(300, 3)), 1),
    "skewed (log-normal, 0.6), 2 features": lambda rng: (np.exp(0.6 * rng.normal(size=(300, 2))), 1),
    "skewed (log-normal, 1), 2 features": lambda rng: (np.exp(rng.normal(size=(300, 2))), 1),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10, help="data sets of each kind")
    parser.add_argument("--only", default="", help="only the kinds whose name this pattern is in")
    args = parser.parse_args()
    warnings.simplefilter("ignore", coterie.ConvergenceWarning)
    warnings.simplefilter("ignore", coterie.FeatureScaleWarning)
    print("| data | right | and clear | wrong, but clear | silhouette alone |\n|---|--:|--:|--:|--:|")
    for name, make in SCENES.items():
        if not re.search(args.only, name):
            continue
        right = clear = misled = alone = 0
        answers = []
        for seed in range(args.seeds):
            X, k = make(np.random.default_rng(seed))
            found = suggest_k(X, AgglomerativeClustering() if "Ward" in name else None, random_state=seed)
            right += found.k == k
            clear += found.k == k and found.clear
            misled += found.k != k and found.clear
            alone += found.sweep.best("silhouette")["n_clusters"] == k
            if found.k != k:
                answers.append(f"{found.k} for {k}")
        share = [f"{100 * each / args.seeds:.0f}%" for each in (right, clear, misled, alone)]
        print(
            f"| {name} | {share[0]} | {share[1] if k > 1 else ''} | {share[2]} | {share[3] if k > 1 else ''} |",
            f"   {', '.join(answers)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
