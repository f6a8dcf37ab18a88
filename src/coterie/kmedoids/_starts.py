# SPDX-License-Identifier: BSD-3-Clause
"""Where the medoids start: drawn one by one, chosen by PAM's BUILD, random, or given."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .._runtime import progress
from ._search import block_size
from ._sources import Assigned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._sources import Source


_NUMBERS = 1 << 18  # distances that are added up at a time


class _Chosen:
    """Medoids chosen one by one, and the distance of each row to the nearest of them."""

    def __init__(self, source: Source, weight: NDArray[np.float64]) -> None:
        self.source, self.weight = source, weight
        self.rows: list[int] = []
        self.nearest = np.full(len(source), np.inf)
        self.label, self.removal = np.zeros(len(source), np.int64), np.zeros(1)

    def add(self, row: int) -> None:
        self.rows.append(row)
        (distance,) = self.source.to_all(np.array([row]))
        self.nearest = np.minimum(self.nearest, distance)

    def gains(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """By how much each of these rows, as one more medoid, would lower the loss."""
        # As a swap with a medoid that nobody would miss.
        assigned = Assigned(self.nearest, self.nearest, self.weight, self.label, self.removal)
        return -self.source.best_swaps(rows, assigned)[0]

    def others(self) -> NDArray[np.int64]:
        """The rows that are no medoids."""
        return np.setdiff1d(np.arange(len(self.source)), self.rows)


def draw(
    source: Source, weight: NDArray[np.float64], n_clusters: int, random_state: np.random.RandomState
) -> NDArray[np.int64]:
    """Greedy k-medoids++: rows drawn with probability proportional to their weight times their distance to the nearest
    medoid so far; of 2 + log(k) draws the one that lowers the loss most."""
    chosen = _Chosen(source, weight)
    trials = 2 + int(math.log(n_clusters))
    for i in range(n_clusters):
        mass = weight * chosen.nearest if i else weight
        if not mass.any():  # all rows are equal to medoids
            mass = np.zeros(len(source))
            mass[chosen.others()] = 1.0
        running = np.add.accumulate(mass[source.by_value])
        aims = random_state.uniform(size=trials if i else 1) * running[-1]
        rows = source.by_value[np.minimum(running.searchsorted(aims, side="right"), running.searchsorted(running[-1]))]
        with progress.as_step("k-medoids++", i, n_clusters):
            chosen.add(int(rows[chosen.gains(rows).argmax()] if i else rows[0]))
    progress.report("k-medoids++", n_clusters, n_clusters)
    return np.array(chosen.rows)


def build(source: Source, weight: NDArray[np.float64], n_clusters: int) -> NDArray[np.int64]:
    """PAM's BUILD: the row with the least sum of distances, then the row that lowers the loss most, and so on; the
    first row on a tie.

    The gain of a row only falls as medoids are added. So earlier gains are upper bounds, and few rows are looked at
    again.
    """
    n = len(source)
    size = block_size(source)
    chosen = _Chosen(source, weight)
    chosen.add(most_central(source, weight))
    most = np.full(n, np.inf)
    most[chosen.rows] = -np.inf
    while len(chosen.rows) < n_clusters:
        with progress.as_step("BUILD", len(chosen.rows), n_clusters):
            is_known = np.zeros(n, np.bool_)
            best = 0.0
            while len(rows := np.flatnonzero(~is_known & (most >= best))):
                if len(rows) > size:
                    rows = rows[most[rows].argpartition(-size)[-size:]]
                most[rows] = chosen.gains(rows)
                is_known[rows] = True
                best = max(best, float(most[rows].max()))
            found = np.flatnonzero(is_known & (most == best))
            chosen.add(int(found[source.order[found].argmin()]))
            most[chosen.rows] = -np.inf
            if not best:  # all rows are equal to medoids, and so it remains
                others = chosen.others()
                others = others[source.order[others].argsort()]
                chosen.rows.extend(others[: n_clusters - len(chosen.rows)].tolist())
    progress.report("BUILD", n_clusters, n_clusters)
    return np.array(chosen.rows)


def most_central(source: Source, weight: NDArray[np.float64]) -> int:
    """The row with the least weighted sum of distances to all others, the first one on a tie: the only medoid."""
    n = len(source)
    sums = np.empty(n)
    step = 4 * max(1, _NUMBERS // (4 * n))
    for start in range(0, n, step):
        rows = np.arange(start, min(n, start + step))
        with progress.as_step("sums of distances", start, n):
            sums[rows] = np.add.reduce(source.to_all(rows) * weight, axis=1)
    (found,) = np.nonzero(sums == sums.min())
    return int(found[source.order[found].argmin()])


def draw_at_once(
    source: Source, weight: NDArray[np.float64], n_clusters: int, random_state: np.random.RandomState
) -> NDArray[np.int64]:
    """Different rows, with probability proportional to their weights."""
    share = weight[source.by_value]
    return source.by_value[random_state.choice(len(source), size=n_clusters, replace=False, p=share / share.sum())]
