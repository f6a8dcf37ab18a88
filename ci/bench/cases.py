# SPDX-License-Identifier: BSD-3-Clause
"""What a case is, for the files that have the libraries, the data and the cases: kmeans.py and so on.

A library is a class with a method for each task that it can do. The method gets the data, prepares, and returns `run`;
only `run()` is timed. Where each run spoils its input, it returns `(prepare, run)`, and `prepare()` comes before each
run. `run()` returns the arrays that are compared between the libraries before any time is reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Case:
    """A row of the page. `target` is how many times faster than `rival` coterie is meant to be.

    `yardsticks` are libraries that do something else, such as an approximation. They are shown beside the others and do
    not count as the fastest of them; each with a target of its own, or None.
    """

    name: str
    task: str  # a method of the libraries
    n: int = 0  # 0: the data are read from the folder that the user names
    d: int = 0
    words: str = ""  # for the page, where the numbers do not say it all
    leave_out: tuple[str, ...] = ("scipy",)
    target: float | None = None
    rival: str = ""  # this library; any if empty
    yardsticks: Mapping[str, float | None] = field(default_factory=dict)
    slow: bool = False
    scaling: bool = False  # not beside others, but coterie on 1 and more threads

    first_runs = 1  # more where random numbers are drawn: so many results are compared, on average

    def size(self, shrink: int) -> int:
        """Number of rows."""
        return self.n // shrink if self.n >= 10_000 else self.n

    def inputs(self, folder: Path | None, shrink: int) -> dict[str, np.ndarray]:
        """The data, by the names that the task gives them; the rows are X."""
        raise NotImplementedError

    def shape(self, inputs: dict[str, np.ndarray]) -> tuple[int, int]:
        """Rows and columns."""
        return inputs["X"].shape

    def options(self) -> dict[str, object]:
        """What else the task is given."""
        return {}

    def pairs_left(self, inputs: dict[str, np.ndarray]) -> dict[str, list[float]]:
        """What share of the pairs of row and center coterie looks at in each iteration, by how it looks at them."""
        return {}

    def about(self, shape: tuple[int, int]) -> str:
        """The case in words."""
        raise NotImplementedError

    def room(self, library: str, n: int) -> int:
        """Bytes that a run takes, about, where they are many."""
        return 0

    def needs(self, n: int, n_libraries: int) -> int:
        """Bytes without which the case is not begun."""
        return 0

    def more(self, shape: tuple[int, int], seconds: float, peak: float) -> dict[str, str]:
        """Columns of the page that only cases of this kind have; from coterie's time and memory in MB."""
        return {}


def blobs(n: int, d: int, k: int, dtype: type, spread: float) -> np.ndarray:
    """Normal clusters of deviation 1 around `k` centers of deviation `spread`."""
    rng = np.random.default_rng(0)
    centers = (rng.standard_normal((k, d)) * spread).astype(dtype)
    X = rng.standard_normal((n, d), dtype=dtype)
    X += centers[rng.integers(k, size=n)]
    return X


def mixture(n: int, d: int) -> np.ndarray:
    """Normal clusters of unlike extent in a cube of side 100, and a tenth of the rows anywhere in it."""
    rng = np.random.default_rng(0)
    k = 50 if d > 3 or n <= 100_000 else 100
    centers = rng.uniform(0, 100, (k, d))
    deviations = np.exp(rng.uniform(0, np.log(3), k))
    labels = rng.integers(k, size=n)
    X = rng.standard_normal((n, d)) * deviations[labels, None] + centers[labels]
    noise = rng.random(n) < 0.1
    X[noise] = rng.uniform(0, 100, (np.count_nonzero(noise), d))
    return X


def uniform(n: int, d: int) -> np.ndarray:
    """No structure, in the same cube."""
    return np.random.default_rng(0).uniform(0, 100, (n, d))


def topics(n: int, d: int) -> np.ndarray:
    """Like embeddings of texts on 50 topics: features of falling variance, a tenth of the rows on no topic."""
    rng = np.random.default_rng(0)
    deviations = np.arange(1, d + 1) ** -0.5
    centers = rng.standard_normal((50, d)) * deviations
    X = 0.6 * rng.standard_normal((n, d)) * deviations + centers[rng.integers(50, size=n)]
    noise = rng.random(n) < 0.1
    X[noise] = rng.standard_normal((np.count_nonzero(noise), d)) * deviations
    return X
