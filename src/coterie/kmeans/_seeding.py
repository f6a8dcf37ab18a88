# SPDX-License-Identifier: BSD-3-Clause
"""Where the centers of k-means start: greedy k-means++ (_kernels/seeding.pyx, trials.pyx).

Each center is a row drawn with probability proportional to its weight times its squared distance to the nearest
center so far; of several such draws, the one that lowers the sum of these most is kept.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._runtime import parallel, progress
from ..distances._sparse import SparseRows
from . import _cells
from ._data import Data
from ._gains import rows_for_trials
from ._kernels import seeding
from ._sparse_rows import divided_rows, hash_sparse_rows

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
    seeder = Seeder(data, n_clusters)
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


def hash_rows(X: Any, coarsely: bool, n_threads: int) -> NDArray[np.uint64]:
    """A number for each row, dense or sparse, that depends on its values alone; `coarsely`: as rounded to float32."""
    if isinstance(X, SparseRows):
        return hash_sparse_rows(X, coarsely, n_threads)
    n, d = X.shape
    hashes = np.empty(n, dtype=np.uint64)
    parallel.over(n, parallel.chunk(2.0 * d), n_threads, seeding.hash_rows, X, coarsely, hashes)
    return hashes


class Seeder:
    """Rows drawn with probability proportional to weight * squared distance to the nearest center so far.

    Draws must not depend on the order of the rows, so they go first among buckets of rows with like hashes, then among
    the rows of one, in the order of the hashes.
    """

    def __init__(self, data: Data, n_centers: int) -> None:
        self.data = data
        n = len(data.X)
        self.rows = rows_for_trials(data, n_centers)
        self.added: list[int] = []  # centers that `others` has not been told of
        self.others: NDArray[np.float32] | None = None  # 1 for rows that differ from all centers; made when needed
        self.hashes = self._hash_rows()
        bits = min(12, (n.bit_length() + 1) // 2)  # about sqrt(n) buckets
        self.bucket = (self.hashes >> np.uint64(64 - bits)).astype(np.uint16)
        self.by_bucket = self.bucket.argsort(kind="stable")  # of 16 bits: a radix sort
        sizes = np.bincount(self.bucket, minlength=1 << bits)
        self.ends = sizes.cumsum()
        self.sorted = bytearray(1 << bits)  # 1 for buckets whose rows are in the order of the hashes
        self.masses = np.empty(sizes.max())
        self.potential = np.zeros(1 << bits)  # sum(weight * closest) of each bucket
        self.at_least = 0.0  # below this the potential may be rounding errors

    def _hash_rows(self) -> NDArray[np.uint64]:
        """Of values rounded to float32, so that draws are the same in both precisions; unless that would make most
        rows equal."""
        X, moments, extent = self.data.X, self.data.moments, 2 * self.data.moments.reach
        coarsely = bool((np.abs(moments.mean) < 4096 * extent).all())
        exponent = math.frexp(float((np.abs(moments.mean) + extent).max()))[1]
        if abs(exponent) > _SINGLE and X.dtype == np.float64:
            X = divided_rows(X, math.frexp(self.data.magnitude())[1])  # the reach depends on the order of the rows
        return hash_rows(X, coarsely, self.data.n_threads)

    def _draw(
        self, potential: NDArray[np.float64], mass: NDArray[Any], uniform: NDArray[np.float64]
    ) -> NDArray[np.intp]:
        """The rows at which the running sum of weight * mass, in the order of the hashes, passes uniform * total.

        `potential` is that sum for each bucket.
        """
        buckets, aims = np.empty(len(uniform), dtype=np.intp), np.empty(len(uniform))
        seeding.find_buckets(potential, uniform, buckets, aims)
        for bucket in buckets.tolist():
            if not self.sorted[bucket]:
                self.sorted[bucket] = 1
                rows = self.by_bucket[self.ends[bucket - 1] if bucket else 0 : self.ends[bucket]]
                rows[:] = rows[self.hashes[rows].argsort()]
        chosen = np.empty(len(uniform), dtype=np.intp)
        seeding.find_rows(mass, self.data.weight, self.by_bucket, self.ends, buckets, aims, self.masses, chosen)
        return chosen

    def _bucket_sums(self, mass: NDArray[Any] | None) -> NDArray[np.float64]:
        return np.bincount(self.bucket, mass, minlength=len(self.ends)).astype(np.float64)

    def first(self, uniform: NDArray[np.float64]) -> NDArray[np.intp]:
        """Rows in proportion to their weights, for the numbers of `uniform` in [0, 1)."""
        ones = np.ones(len(self.data.X), np.float32)
        return self._draw(self._bucket_sums(self.data.weight if len(self.data.weight) else None), ones, uniform)

    def draw(self, uniform: NDArray[np.float64]) -> NDArray[np.intp]:
        """Rows in proportion to weight * closest, for the numbers of `uniform` in [0, 1)."""
        closest, weight = self.rows.closest, self.data.weight
        if np.add.reduce(self.potential) <= self.at_least:
            # What is left is so small that it may be rounding error of the sums it was taken from: add up anew.
            self.potential = self._bucket_sums(closest * weight if len(weight) else closest)
            self.at_least = 1e-9 * float(self.potential.sum())
            if self.at_least == 0:  # every row is a center already, or so near to one that its square vanishes
                return self._draw_others(uniform)
        return self._draw(self.potential, closest, uniform)

    def _draw_others(self, uniform: NDArray[np.float64]) -> NDArray[np.intp]:
        """Rows that differ from all centers in proportion to their weights; of all rows where none does."""
        X, weight = self.data.X, self.data.weight
        if self.data.is_sparse:  # equal rows are those of equal hashes
            X = hash_rows(X, False, self.data.n_threads)[:, None]
        step = max(1, _NUMBERS // X.shape[1])
        if self.others is None:
            self.others = np.ones(len(X), np.float32)
        while self.added and self.others.any():
            center = X[self.added.pop()]
            for start in range(0, len(X), step):
                some = slice(start, start + step)
                self.others[some] *= (X[some] != center).any(axis=1)
        potential = self._bucket_sums(self.others * weight if len(weight) else self.others)
        return self._draw(potential, self.others, uniform) if potential.any() else self.first(uniform)

    def gains(self, trials: NDArray[np.intp]) -> NDArray[np.float64]:
        """By how much each of these rows, as a center, would lower the potential."""
        return self.rows.gains(trials)

    def add(self, row: int) -> None:
        """Take a row as a center."""
        self.added.append(row)
        self.potential += self.rows.add(row, self.bucket, len(self.potential))
        if not self.at_least:
            self.at_least = 1e-9 * float(self.potential.sum())
