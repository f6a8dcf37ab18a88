# SPDX-License-Identifier: BSD-3-Clause
"""Where the centers of k-means start: greedy k-means++ (_kernels/seeding.pyx).

Each center is a row drawn with probability proportional to its weight times its squared distance to the nearest
center so far; of several such draws, the one that lowers the sum of these most is kept.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import power_of_two
from .._runtime import parallel, progress
from .._runtime.strips import ceil_div, strip_size
from . import _cells
from ._data import TILE, Data
from ._kernels import seeding

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SINGLE = 100  # exponents either way that a float32 has room for
_NUMBERS = 1 << 18  # of the rows that are compared with a center at a time


def seed(
    data: Data, n_clusters: int, random_state: np.random.RandomState, n_local_trials: int | None = None
) -> NDArray[np.intp]:
    """Greedy k-means++ (Arthur and Vassilvitskii 2007): of `n_local_trials` draws, the one that gains most stays.

    Returns the rows chosen. The draws depend neither on the order of the rows nor on whether equal rows are repeated
    or weighted.
    """
    trials = n_local_trials or 2 + int(math.log(n_clusters))
    if _cells.pay_for_seeding(data, n_clusters):
        data = _cells.sort_into_cells(data)
    seeder = Seeder(data)
    chosen = np.empty(n_clusters, dtype=np.intp)
    for i in range(n_clusters):
        progress.report("k-means++", i, n_clusters)
        if i == 0:
            chosen[i] = seeder.first(random_state.uniform(size=1))[0]
        else:
            rows = seeder.draw(random_state.uniform(size=trials))
            chosen[i] = rows[seeder.gains(rows).argmax()]
        if i + 1 < n_clusters:
            seeder.add(int(chosen[i]))
    progress.report("k-means++", n_clusters, n_clusters)
    return chosen if data.cells is None else data.cells.order[chosen].astype(np.intp)


class Seeder:
    """Rows drawn with probability proportional to weight * squared distance to the nearest center so far."""

    def __init__(self, data: Data) -> None:
        self.data = data
        n, d = data.X.shape
        if data.cells is not None:
            self.starts, boxes = data.cells.starts, data.cells.boxes
        else:
            self.starts, boxes = np.minimum(np.arange(0, n + TILE, TILE), n), np.empty((0, 2, d))
        self.n_tiles = len(self.starts) - 1
        self.strip = strip_size(self.n_tiles, 4, 64 * d)
        self.n_strips = ceil_div(self.n_tiles, self.strip)
        self.slots = max(1, min(data.n_threads, self.n_strips))
        self.closest = np.full(n, np.inf, dtype=data.X.dtype)
        self.farthest = np.full(self.n_tiles, np.inf)
        self.tiles = seeding.Tiles(self.starts, boxes, self.farthest, data.moments.mean, data.scale)
        self.added: list[int] = []  # centers that `others` has not been told of
        self.others = np.ones(n, np.float32)  # 1 for rows that differ from all centers
        self._sort_into_buckets()

    def _sort_into_buckets(self) -> None:
        data, n = self.data, len(self.data.X)
        self.hashes = self._hash_rows()
        bits = min(12, (n.bit_length() + 1) // 2)  # about sqrt(n) buckets
        self.bucket = (self.hashes >> np.uint64(64 - bits)).astype(np.uint16)
        self.by_bucket = self.bucket.argsort(kind="stable")  # of 16 bits: a radix sort
        self.sizes = np.bincount(self.bucket, minlength=1 << bits)
        self.ends = self.sizes.cumsum()
        self.change = np.empty((self.n_strips, 1 << bits))
        self.potential = np.zeros(1 << bits)  # sum(weight * closest) of each bucket
        self.at_least = 0.0  # below this the potential may be rounding errors
        self.work = np.empty((self.slots, (data.X.shape[1] + 2) * TILE), dtype=data.X.dtype)

    def _hash_rows(self) -> NDArray[np.uint64]:
        """Of values rounded to float32, so that draws are the same in both precisions; unless that would make most
        rows equal."""
        X, moments, extent = self.data.X, self.data.moments, 2 * self.data.moments.reach
        coarsely = bool((np.abs(moments.mean) < 4096 * extent).all())
        exponent = math.frexp(float((np.abs(moments.mean) + extent).max()))[1]
        if abs(exponent) > _SINGLE and X.dtype == np.float64:
            X = power_of_two.divided(X, exponent)
        n, d = X.shape
        hashes = np.empty(n, dtype=np.uint64)
        parallel.over(n, parallel.chunk(2.0 * d), self.data.n_threads, seeding.hash_rows, X, coarsely, hashes)
        return hashes

    def _scaled(self, rows: NDArray[np.intp]) -> NDArray[Any]:
        """The rows as the kernels take centers."""
        data = self.data
        scaled: NDArray[Any] = (data.X[rows].astype(np.float64) - data.moments.mean) * data.scale
        return scaled.astype(data.X.dtype)

    def _draw(
        self, potential: NDArray[np.float64], closest: NDArray[Any] | None, uniform: NDArray[np.float64]
    ) -> NDArray[np.intp]:
        """The rows at which the running sum of weight * closest, in the order of the hashes, passes uniform * total.

        `potential` is that sum for each bucket; `closest` None stands for ones.
        """
        running = potential.cumsum()
        aims = uniform * running[-1]
        chosen = np.empty(len(aims), dtype=np.intp)
        for i, bucket in enumerate(_first_beyond(running, aims).tolist()):
            rows = self.by_bucket[self.ends[bucket] - self.sizes[bucket] : self.ends[bucket]]
            rows = rows[self.hashes[rows].argsort()]
            mass = np.ones(len(rows)) if closest is None else closest[rows].astype(np.float64)
            if len(self.data.weight):
                mass *= self.data.weight[rows]
            before = running[bucket - 1] if bucket else 0.0
            chosen[i] = rows[_first_beyond(mass.cumsum(), aims[i] - before)]
        return chosen

    def _bucket_sums(self, mass: NDArray[Any] | None) -> NDArray[np.float64]:
        return np.bincount(self.bucket, mass, minlength=len(self.ends)).astype(np.float64)

    def first(self, uniform: NDArray[np.float64]) -> NDArray[np.intp]:
        """Rows in proportion to their weights, for the numbers of `uniform` in [0, 1)."""
        return self._draw(self._bucket_sums(self.data.weight if len(self.data.weight) else None), None, uniform)

    def draw(self, uniform: NDArray[np.float64]) -> NDArray[np.intp]:
        """Rows in proportion to weight * closest, for the numbers of `uniform` in [0, 1)."""
        if np.add.reduce(self.potential) <= self.at_least:
            # What is left is so small that it may be rounding error of the sums it was taken from: add up anew.
            weight = self.data.weight
            self.potential = self._bucket_sums(self.closest * weight if len(weight) else self.closest)
            self.at_least = 1e-9 * float(self.potential.sum())
            if self.at_least == 0:  # every row is a center already, or so near to one that its square vanishes
                return self._draw_others(uniform)
        return self._draw(self.potential, self.closest, uniform)

    def _draw_others(self, uniform: NDArray[np.float64]) -> NDArray[np.intp]:
        """Rows that differ from all centers in proportion to their weights; of all rows where none does."""
        X, weight = self.data.X, self.data.weight
        step = max(1, _NUMBERS // X.shape[1])
        while self.added and self.others.any():
            center = X[self.added.pop()]
            for start in range(0, len(X), step):
                some = slice(start, start + step)
                self.others[some] *= (X[some] != center).any(axis=1)
        potential = self._bucket_sums(self.others * weight if len(weight) else self.others)
        return self._draw(potential, self.others, uniform) if potential.any() else self.first(uniform)

    def gains(self, trials: NDArray[np.intp]) -> NDArray[np.float64]:
        """By how much each of these rows, as a center, would lower the potential."""
        data = self.data
        out = np.empty((self.n_strips, len(trials)))
        lists = np.empty((self.slots, 3 * len(trials)), dtype=np.intp)
        centers = self._scaled(trials)
        parallel.over(
            self.n_tiles,
            self.strip,
            data.n_threads,
            seeding.gains,
            data.X,
            data.weight,
            self.tiles,
            centers,
            self.closest,
            self.work,
            lists,
            out,
        )
        total: NDArray[np.float64] = out.sum(axis=0)
        return total

    def add(self, row: int) -> None:
        """Take a row as a center."""
        data = self.data
        self.added.append(row)
        center = self._scaled(np.array([row]))
        parallel.over(
            self.n_tiles,
            self.strip,
            data.n_threads,
            seeding.add_center,
            data.X,
            data.weight,
            self.tiles,
            center,
            self.bucket,
            self.closest,
            self.work,
            self.change,
        )
        self.potential += self.change.sum(axis=0)
        if not self.at_least:
            self.at_least = 1e-9 * float(self.potential.sum())


def _first_beyond(running: NDArray[np.float64], aims: NDArray[np.float64] | float) -> NDArray[np.intp]:
    """Where the running sum of numbers of at least 0 passes `aims`; never at a number that is 0, unless all are."""
    found: NDArray[np.intp] = np.minimum(running.searchsorted(aims, side="right"), running.searchsorted(running[-1]))
    return found
