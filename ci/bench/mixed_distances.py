# SPDX-License-Identifier: BSD-3-Clause
"""The cases of Gower's distance, of all pairs of the rows of a table of numbers and text. Distances are compared."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

import cases
import numpy as np

TITLE = "Gower's distance"

SOME = 500  # of every so many rows the distances are compared: all would fill the disk


def as_table(X: np.ndarray):
    """A table of pandas: the first half of the columns holds numbers, the other one codes, which become text."""
    import pandas

    n_numbers = X.shape[1] // 2
    words = np.array(list("abcdefgh"), object)
    return pandas.DataFrame(
        {f"column {j}": X[:, j] if j < n_numbers else words[X[:, j].astype(int)] for j in range(X.shape[1])}
    )


# -------------------------------------------------------------------------------------------------- the libraries


class Coterie:
    package = "coterie.distances"

    def __init__(self, threads: int) -> None:  # threads are set by the environment
        self.pdist = importlib.import_module(self.package).pdist

    def pairs(self, X):
        table, n = as_table(X), len(X)

        def run():
            found = self.pdist(table, "gower")
            starts = [i * n - i * (i + 1) // 2 for i in range(0, n - 1, SOME)]
            return {"distances": np.concatenate([found[at : at + n - 1 - i * SOME] for i, at in enumerate(starts)])}

        return run


class Gower:
    package = "gower"

    def __init__(self, threads: int) -> None:
        self.gower_matrix = importlib.import_module(self.package).gower_matrix
        self.options = {}

    def pairs(self, X):
        table = as_table(X)
        is_text = [j >= X.shape[1] // 2 for j in range(X.shape[1])]

        def run():
            found = self.gower_matrix(table, cat_features=is_text, **self.options)
            return {"distances": np.concatenate([found[i, i + 1 :] for i in range(0, len(X) - 1, SOME)])}

        return run


class GowerExp(Gower):
    package = "gower_exp"


class GowerExpThreads(GowerExp):
    def __init__(self, threads: int) -> None:
        super().__init__(threads)
        self.options = {"n_jobs": threads}


class GowerMultiprocessing(Gower):
    package = "gower_multiprocessing"


LIBRARIES = {
    "coterie": Coterie,
    "gower": Gower,
    "gower-exp": GowerExp,
    "gower-exp, all CPUs": GowerExpThreads,
    "gower-multiprocessing": GowerMultiprocessing,
}


# -------------------------------------------------------------------------------------------------- the cases


@dataclass(frozen=True, kw_only=True)
class Case(cases.Case):
    leave_out: tuple[str, ...] = ()

    def inputs(self, folder: Path | None, shrink: int) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(0)
        n, n_numbers = self.size(shrink), self.d // 2
        numbers = rng.normal(size=(n, n_numbers)) * 10.0 ** np.arange(n_numbers)
        codes = rng.integers(0, np.arange(2, 2 + self.d - n_numbers), size=(n, self.d - n_numbers))
        return {"X": np.column_stack([numbers, codes])}

    def about(self, shape: tuple[int, int]) -> str:
        return f"all pairs, {shape[0]:,} × {shape[1]}, half of the columns text"

    def room(self, library: str, n: int) -> int:
        return 4 * n * n

    def needs(self, n: int, n_libraries: int) -> int:
        return 4 * n * n * n_libraries


CASES = [
    Case("gower-2k", "pairs", n=2_000, d=12, target=5),
    # Without those that are slower in the case above: they take ten minutes.
    Case("gower-20k", "pairs", n=20_000, d=12, target=5, slow=True, leave_out=("gower", "gower-multiprocessing")),
    Case("threads-gower", "pairs", n=20_000, d=12, scaling=True),
]


# -------------------------------------------------------------------------------------------------- the results


def compare(inputs: dict[str, np.ndarray], results: dict[str, list[dict]]) -> dict[str, tuple[bool, str]]:
    """Whether each library's distances are right, and in words; beside the first library that is not coterie."""
    reference = next((name for name in results if not name.startswith("coterie")), next(iter(results)))
    right = results[reference][0]["distances"]
    verdicts = {}
    for name, (found, *_) in results.items():
        error = float(np.abs(found["distances"] - right).max())
        verdicts[name] = error <= 1e-6, f"within {error:.0e}" if error else "equal"
    return verdicts | {reference: (True, "what others are compared with")}


HOW = f"""\
- Gower's distances are those of all pairs of rows of a table of pandas. Others fill a square matrix of float32, coterie
  fills the half above the diagonal in float64. Of every {SOME}th row they are compared, and may differ by 1e-6.
"""
