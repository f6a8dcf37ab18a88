# SPDX-License-Identifier: BSD-3-Clause
"""Where the centres of k-means start: greedy k-means++ (_kernels/seeding.pyx).

Each centre is a row drawn with probability proportional to its weight times its squared distance to the nearest
centre so far; of several such draws, the one that lowers the sum of these most is kept.
"""

from __future__ import annotations

import math

import numpy as np

from .._base import power_of_two
from .._runtime import parallel, progress
from .._runtime.strips import ceil_div, strip_size
from ._data import TILE, Data, chunk_rows
from ._kernels import seeding

_SINGLE = 100  # exponents either way that a float32 has room for
_BLOCK = 1 << 18  # numbers compared at a time


def _pass(running: np.ndarray, aims: np.ndarray | float) -> np.ndarray:
    """Where the running sum of numbers of at least 0 passes `aims`; never at a number that is 0, unless all are."""
    last = np.searchsorted(running, running[-1])
    return np.minimum(np.searchsorted(running, aims, side="right"), last)


class _Seeder:
    """Rows drawn with probability proportional to weight * squared distance to the nearest centre so far."""

    def __init__(self, data: Data, n_clusters: int) -> None:
        self.data = data
        X, n = data.X, len(data.X)
        if data.cells:
            self.starts, self.boxes = data.cells.starts, data.cells.boxes
        else:
            self.starts = np.append(np.arange(0, n, TILE), n)
            self.boxes = np.empty((0, 2, X.shape[1]))
        n_blocks = len(self.starts) - 1
        self.blocks = strip_size(n_blocks, 4, 64 * X.shape[1])
        self.n_strips = ceil_div(n_blocks, self.blocks)
        self.slots = max(1, min(data.n_threads, self.n_strips))
        self.closest = np.full(n, np.inf, dtype=X.dtype)
        self.farthest = np.full(n_blocks, np.inf)
        self.added: list[int] = []  # centers that `others` has not been told of
        self.others = np.ones(n, np.float32)  # 1 for rows that differ from all centers
        self._sort_into_buckets()

    def _sort_into_buckets(self) -> None:
        X, n = self.data.X, len(self.data.X)
        self.hashes = np.empty(n, dtype=np.uint64)
        rows = chunk_rows(16 * X.shape[1])
        # Rounded to float32, so that draws are the same in both precisions; unless that would make most rows equal.
        coarsely = bool((np.abs(self.data.mean) < 4096 * self.data.extent).all())
        exponent = math.frexp(float((np.abs(self.data.mean) + self.data.extent).max()))[1]
        if abs(exponent) > _SINGLE and X.dtype == np.float64:
            X = power_of_two.divided(X, exponent)
        parallel.run(
            lambda region, slot: seeding.hash_rows(X, coarsely, rows, self.hashes, region, slot),
            ceil_div(n, rows),
            self.data.n_threads,
        )
        bits = min(12, (n.bit_length() + 1) // 2)  # about sqrt(n) buckets
        self.bucket = (self.hashes >> np.uint64(64 - bits)).astype(np.uint16)
        self.by_bucket = np.argsort(self.bucket, kind="stable")  # of 16 bits: a radix sort
        self.sizes = np.bincount(self.bucket, minlength=1 << bits)
        self.ends = np.cumsum(self.sizes)
        self.change = np.empty((self.n_strips, 1 << bits))
        self.potential = np.zeros(1 << bits)  # sum(weight * closest) of each bucket
        self.at_least = 0.0

    def _scaled(self, rows: np.ndarray) -> np.ndarray:
        """The rows as the kernels take centres."""
        data = self.data
        return ((data.X[rows].astype(np.float64) - data.mean) * data.scale).astype(data.X.dtype)

    def _draw(self, potential: np.ndarray, closest: np.ndarray | None, uniform: np.ndarray) -> np.ndarray:
        """The rows at which the running sum of weight * closest, in the order of the hashes, passes uniform * total.

        `potential` is that sum for each bucket; `closest` None stands for ones.
        """
        running = np.cumsum(potential)
        aims = uniform * running[-1]
        chosen = np.empty(len(aims), dtype=np.intp)
        for i, bucket in enumerate(_pass(running, aims).tolist()):
            rows = self.by_bucket[self.ends[bucket] - self.sizes[bucket] : self.ends[bucket]]
            rows = rows[np.argsort(self.hashes[rows])]
            mass = np.ones(len(rows)) if closest is None else closest[rows].astype(np.float64)
            if len(self.data.weight):
                mass *= self.data.weight[rows]
            before = running[bucket - 1] if bucket else 0.0
            chosen[i] = rows[_pass(np.cumsum(mass), aims[i] - before)]
        return chosen

    def _bucket_sums(self, mass: np.ndarray | None) -> np.ndarray:
        return np.bincount(self.bucket, mass, minlength=len(self.ends)).astype(np.float64)

    def first(self, uniform: np.ndarray) -> np.ndarray:
        """Rows in proportion to their weights, for the numbers of `uniform` in [0, 1)."""
        return self._draw(self._bucket_sums(self.data.weight if len(self.data.weight) else None), None, uniform)

    def draw(self, uniform: np.ndarray) -> np.ndarray:
        """Rows in proportion to weight * closest, for the numbers of `uniform` in [0, 1)."""
        if np.add.reduce(self.potential) <= self.at_least:
            # What is left is so small that it may be rounding error of the sums it was taken from: add up anew.
            weight = self.data.weight
            self.potential = self._bucket_sums(self.closest * weight if len(weight) else self.closest)
            self.at_least = 1e-9 * float(self.potential.sum())
            if self.at_least == 0:  # every row is a center already, or so near to one that its square vanishes
                return self._draw_others(uniform)
        return self._draw(self.potential, self.closest, uniform)

    def _draw_others(self, uniform: np.ndarray) -> np.ndarray:
        """Rows that differ from all centers in proportion to their weights; of all rows where none does."""
        X, weight = self.data.X, self.data.weight
        step = max(1, _BLOCK // X.shape[1])
        while self.added and self.others.any():
            center = X[self.added.pop()]
            for start in range(0, len(X), step):
                part = slice(start, start + step)
                self.others[part] *= (X[part] != center).any(axis=1)
        potential = self._bucket_sums(self.others * weight if len(weight) else self.others)
        return self._draw(potential, self.others, uniform) if potential.any() else self.first(uniform)

    def gains(self, trials: np.ndarray) -> np.ndarray:
        """By how much each of these rows, as a centre, would lower the potential."""
        data = self.data
        centers = self._scaled(trials)
        out = np.empty((self.n_strips, len(trials)))
        work = np.empty((self.slots, (data.X.shape[1] + 2) * TILE), dtype=data.X.dtype)
        lists = np.empty((self.slots, 3 * len(trials)), dtype=np.intp)
        parallel.run(
            lambda region, slot: seeding.gains(
                data.X,
                data.weight,
                self.starts,
                self.boxes,
                data.mean,
                data.scale,
                centers,
                self.closest,
                self.farthest,
                self.blocks,
                work,
                lists,
                out,
                region,
                slot,
            ),
            self.n_strips,
            data.n_threads,
        )
        return out.sum(axis=0)

    def add(self, row: int) -> None:
        data = self.data
        self.added.append(row)
        center = self._scaled(np.array([row]))
        work = np.empty((self.slots, (data.X.shape[1] + 1) * TILE), dtype=data.X.dtype)
        parallel.run(
            lambda region, slot: seeding.add_center(
                data.X,
                data.weight,
                self.starts,
                self.boxes,
                data.mean,
                data.scale,
                center,
                self.bucket,
                self.blocks,
                self.closest,
                self.farthest,
                work,
                self.change,
                region,
                slot,
            ),
            self.n_strips,
            data.n_threads,
        )
        self.potential += self.change.sum(axis=0)
        if not self.at_least:
            self.at_least = 1e-9 * float(self.potential.sum())


def seed(
    data: Data, n_clusters: int, random_state: np.random.RandomState, n_local_trials: int | None = None
) -> np.ndarray:
    """Greedy k-means++ (Arthur and Vassilvitskii 2007): of `n_local_trials` draws, the one that gains most stays.

    Returns the rows chosen. The draws depend neither on the order of the rows nor on whether equal rows are repeated
    or weighted.
    """
    trials = n_local_trials or 2 + int(math.log(n_clusters))
    if data.worth_sorting(n_clusters):
        data = data.sorted
    seeder = _Seeder(data, n_clusters)
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
    return data.cells.order[chosen].astype(np.intp) if data.cells else chosen
