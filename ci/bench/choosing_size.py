# SPDX-License-Identifier: BSD-3-Clause
"""How often `suggest_min_cluster_size` sees clusters where there are none, and how many it sees where there are some.

    python ci/bench/choosing_size.py [--seeds 100] [--only PATTERN]

prints a line for each kind of generated data, with 2 to 10 features and 200 to 2,000 rows: in how many of the data sets
there are clusters, by the suggestion, and in how many clearly. 100 seeds take about 8 minutes of one core.
"""

import argparse
import re
import warnings

import numpy as np

import coterie
from coterie.selection import suggest_min_cluster_size


def sphere(rng, n, d):
    X = rng.normal(size=(n, d + 1))
    return X / np.linalg.norm(X, axis=1)[:, np.newaxis]


def ring(rng, n, d):
    angle = rng.uniform(0, 2 * np.pi, n)
    return np.column_stack([np.cos(angle), np.sin(angle), np.zeros((n, d - 2))]) + 0.05 * rng.normal(size=(n, d))


def sheet(rng, n, d):
    along, across = rng.uniform(size=(2, n))
    turn = 1.5 * np.pi * (1 + 2 * along)
    rolled = np.column_stack([turn * np.cos(turn), 20 * across, turn * np.sin(turn)])
    return np.column_stack([rolled, 0.1 * rng.normal(size=(n, max(0, d - 3)))])


KINDS = {
    "uniform": lambda rng, n, d: rng.uniform(size=(n, d)),
    "normal": lambda rng, n, d: rng.normal(size=(n, d)),
    "normal, correlated": lambda rng, n, d: rng.normal(size=(n, d)) @ rng.normal(size=(d, d)),
    "heavy tails (t with 5)": lambda rng, n, d: rng.standard_t(5, size=(n, d)),
    "exponential": lambda rng, n, d: rng.exponential(size=(n, d)),
    "normal, one decimal": lambda rng, n, d: rng.normal(size=(n, d)).round(1),
    "whole numbers from 0 to 9": lambda rng, n, d: rng.integers(0, 10, (n, d)).astype(float),
    "counts (Poisson)": lambda rng, n, d: rng.poisson(3, (n, d)).astype(float),
    "sphere": sphere,
    "noisy ring": ring,
    "rolled up sheet": sheet,
    "three groups": lambda rng, n, d: 8 * np.eye(3, max(d, 3))[rng.integers(3, size=n), :d] + rng.normal(size=(n, d)),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=100, help="data sets of each kind")
    parser.add_argument("--only", default="", help="only the kinds whose name this pattern is in")
    args = parser.parse_args()
    warnings.simplefilter("ignore", coterie.FeatureScaleWarning)
    for name, make in KINDS.items():
        if not re.search(args.only, name):
            continue
        found = []
        for seed in range(args.seeds):
            rng = np.random.default_rng(seed)
            n, d = int(np.exp(rng.uniform(np.log(200), np.log(2000)))), int(rng.integers(2, 11))
            found.append(suggest_min_cluster_size(make(rng, n, d), random_state=seed))
        numbers = [each.n_clusters for each in found]
        clear, some = sum(each.clear for each in found), np.count_nonzero(numbers)
        how_many = ", ".join(f"{numbers.count(k)} x {k}" for k in sorted(set(numbers)))
        print(f"{name:26} clusters {some:3} of {args.seeds}, clearly {clear:3}    ({how_many})", flush=True)


if __name__ == "__main__":
    main()
