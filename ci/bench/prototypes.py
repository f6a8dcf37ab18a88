# SPDX-License-Identifier: BSD-3-Clause
"""The cases of k-modes and k-prototypes. Compared are costs, computed anew from labels. (A file that is called kmodes
would be found in place of the package.)"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

import cases
import numpy as np

TITLE = "k-modes, k-prototypes"

# -------------------------------------------------------------------------------------------------- the libraries


class Coterie:
    package = "coterie"

    def __init__(self, threads: int) -> None:
        self.module, self.options = importlib.import_module("coterie"), {"n_jobs": threads}

    def kmodes(self, X):
        codes = X.astype(np.int64)

        def run():
            return {"labels": self.module.KModes(8, random_state=0, **self.options).fit(codes).labels_}

        return run

    def kprototypes(self, X, n_numbers):
        categorical = list(range(n_numbers, X.shape[1]))

        def run():
            model = self.module.KPrototypes(8, random_state=0, **self.options).fit(X, categorical=categorical)
            return {"labels": model.labels_, "gamma": np.array(model.gamma_)}

        return run


class Kmodes(Coterie):
    """With a process for each CPU, among which the runs are shared; k-modes from Cao's start is a single run."""

    package = "kmodes"

    def __init__(self, threads: int) -> None:
        self.options = {"n_jobs": threads}

    def kmodes(self, X):
        self.module = importlib.import_module("kmodes.kmodes")
        return super().kmodes(X)

    def kprototypes(self, X, n_numbers):
        module = importlib.import_module("kmodes.kprototypes")
        categorical = list(range(n_numbers, X.shape[1]))

        def run():
            model = module.KPrototypes(8, random_state=0, **self.options).fit(X, categorical=categorical)
            return {"labels": model.labels_, "gamma": np.array(model.gamma)}

        return run


LIBRARIES = {"coterie": Coterie, "kmodes": Kmodes}


# -------------------------------------------------------------------------------------------------- the cases


def mixed(n: int, n_numbers: int, n_categories: int, k: int = 8) -> np.ndarray:
    """Groups with normal numbers around centers of deviation 2, and with likely categories of their own."""
    rng = np.random.default_rng(0)
    group = rng.integers(k, size=n)
    X = np.empty((n, n_numbers + n_categories))
    X[:, :n_numbers] = 2 * rng.standard_normal((k, n_numbers))[group] + rng.standard_normal((n, n_numbers))
    for j in range(n_categories):
        shares = rng.dirichlet(np.full(4 + 2 * j, 0.5), k).cumsum(axis=1)
        X[:, n_numbers + j] = (rng.random(n)[:, None] > shares[group, :-1]).sum(axis=1)
    return X


@dataclass(frozen=True, kw_only=True)
class Case(cases.Case):
    n_numbers: int = 0

    def inputs(self, folder: Path | None, shrink: int) -> dict[str, np.ndarray]:
        return {"X": mixed(self.size(shrink), self.n_numbers, self.d - self.n_numbers)}

    def options(self) -> dict[str, object]:
        return {"n_numbers": self.n_numbers} if self.n_numbers else {}

    def about(self, shape: tuple[int, int]) -> str:
        columns = f"{self.n_numbers} of numbers" if self.n_numbers else "categories"
        return f"{self.task.replace('km', 'k-m').replace('kp', 'k-p')}, {shape[0]:,} × {shape[1]} ({columns}), k = 8"


def _cases() -> list[Case]:
    alone = ("kmodes",)
    return [
        Case("kmodes", "kmodes", n=20_000, d=10, target=20, rival="kmodes"),
        Case("kmodes-many", "kmodes", n=1_000_000, d=10, leave_out=alone),
        Case("kprototypes", "kprototypes", n=5_000, d=10, n_numbers=5, target=20, rival="kmodes"),
        Case("kprototypes-20k", "kprototypes", n=20_000, d=10, n_numbers=5, target=20, rival="kmodes", slow=True),
        Case("kprototypes-100k", "kprototypes", n=100_000, d=10, n_numbers=5, leave_out=alone),
    ]


CASES = _cases()


# -------------------------------------------------------------------------------------------------- the results


def cost(X: np.ndarray, labels: np.ndarray, gamma: np.ndarray | float) -> float:
    """Distances of the rows from the means and the most frequent categories of their clusters."""
    total = 0.0
    for column in X.T:
        is_category = (column == column.round()).all()
        for label in range(labels.max() + 1):
            own = column[labels == label]
            if is_category:
                total += float(gamma) * (len(own) - np.bincount(own.astype(int), minlength=1).max(initial=0))
            elif len(own):
                total += float(np.square(own - own.mean()).sum())
    return total


def compare(inputs: dict[str, np.ndarray], results: dict[str, list[dict]]) -> dict[str, tuple[bool, str]]:
    """Whether a cost is not above that of kmodes."""
    reference = list(results)[-1]
    costs = {
        name: cost(inputs["X"], found["labels"].astype(int), found.get("gamma", 1.0))
        for name, (found, *_) in results.items()
    }
    return {
        name: (each <= costs[reference] * (1 + 1e-9), f"cost {each / costs[reference] - 1:+.2%}")
        for name, each in costs.items()
    } | {reference: (True, f"cost {costs[reference]:,.6g}")}


HOW = """\
- Defaults of both libraries, also `init="Cao"` and `gamma`; k-prototypes runs ten times from other starts, and kmodes
  shares the runs among processes. kmodes is left out where it would take hours: a single run on 100,000 × 10 took 506
  seconds.
- A time counts only if the cost, computed anew from the labels, is not above that of kmodes.
"""
