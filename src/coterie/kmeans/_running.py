# SPDX-License-Identifier: BSD-3-Clause
"""Centers that follow batches of rows: each one is the mean of all rows that it got so far (Sculley 2010)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import power_of_two
from .._runtime import parallel
from .._runtime.spaces import spaces
from ..distances._sparse import SparseRows
from ._assignment import nearest, sum_of_squares
from ._data import NO_WEIGHT
from ._kernels import sparse, update
from ._sparse_rows import arrays, dense_rows, divided_rows, numbers_of, per_row

if TYPE_CHECKING:
    from numpy.typing import NDArray

_OFTEN = 10  # rows for each center, after which rare centers are looked for
_MOST = 0.5  # of the rows of a batch become centers, at most
_HIGHEST = 1000  # exponent of a count
_NUMBER = 1.2  # nanoseconds of one core to add up a number of a row


class RunningCenters:
    """Centers, and what they need to know to follow the next batch.

    Attributes
    ----------
    centers : (k, d), float64
    counts : (k,), what the rows of each center weighed so far; a center that was moved to a row starts with little
    n_since : rows since rare centers were looked for
    """

    def __init__(
        self,
        centers: NDArray[np.float64],
        counts: NDArray[np.float64],
        n_since: int,
        *,
        batch_size: int,
        reassignment_ratio: float,
        random_state: np.random.RandomState,
        n_threads: int,
        verbose: bool,
    ) -> None:
        """
        centers, counts : are written to
        batch_size : rows that a batch is taken to have when rows are counted for `n_since`
        reassignment_ratio : centers with less than this part of the largest count are rare
        """
        self.centers, self.counts, self.n_since = centers, counts, n_since
        self.batch_size, self.reassignment_ratio = batch_size, reassignment_ratio
        self.random_state, self.n_threads, self.verbose = random_state, n_threads, verbose
        k, d = centers.shape
        self.ends, self.inertias = np.empty(k, dtype=np.intp), np.empty(k)
        self.space = spaces(n_threads, d)
        self.sums = np.empty((0, d))  # (k, d), of sparse rows, once there are some

    def follow(self, X: Any, weights: NDArray[np.float64] | None) -> float:
        """Move the centers to the means of their rows before and those of a batch; then rare ones to rows of the batch.

        Returns the inertia of the batch with the centers as they were before; infinite or 0 where that is beyond
        float64. O(n k d) time.
        """
        self.n_since += self.batch_size
        rare_are_moved = bool((self.counts == 0).any()) or self.n_since >= _OFTEN * len(self.centers)
        if rare_are_moved:
            self.n_since = 0
        inertia = self._follow(X, weights)
        if rare_are_moved and self.reassignment_ratio > 0:
            self._move_rare(X)
        return inertia

    def _follow(self, X: Any, weights: NDArray[np.float64] | None) -> float:
        labels = nearest(X, self.centers, self.n_threads)
        rows = np.empty(len(X), dtype=np.intp)
        update.sort_by_label(labels, self.ends, rows)
        exponent = power_of_two.exponent_for(numbers_of(X), self.centers)  # 0 as a rule, as the next one
        weight, weight_exponent = (NO_WEIGHT, 0) if weights is None else _balanced(weights, self.counts)
        X, before = divided_rows(X, exponent), self.counts.copy()
        power_of_two.multiplied(self.centers, -exponent)
        power_of_two.multiplied(self.counts, -weight_exponent)
        small = self.counts.copy()
        inertia = (self._add_sparse if isinstance(X, SparseRows) else self._add_dense)(X, weight, labels, rows)
        power_of_two.multiplied(self.centers, exponent)
        as_before = self.counts == small
        power_of_two.multiplied(self.counts, weight_exponent)
        self.counts[as_before] = before[as_before]  # small ones may have vanished meanwhile
        if not self.counts.max() < np.inf:
            raise ValueError("The weights of all rows add up to more than float64 holds.")
        return power_of_two.times(inertia, 2 * exponent + weight_exponent)

    def _add_dense(
        self, X: NDArray[Any], weight: NDArray[np.float64], labels: NDArray[np.int32], rows: NDArray[np.intp]
    ) -> float:
        """Add rows, sorted by their labels, to centers and counts; return their inertia before."""
        k, d = self.centers.shape
        size = parallel.chunk((_NUMBER * len(X) / k + 1.0) * d)
        arguments = (X, weight, self.ends, rows, self.centers, self.counts, self.inertias, self.space)
        parallel.over(k, size, self.n_threads, update.follow_batch, *arguments)
        return float(self.inertias.sum())

    def _add_sparse(
        self, X: SparseRows, weight: NDArray[np.float64], labels: NDArray[np.int32], rows: NDArray[np.intp]
    ) -> float:
        """The same for sparse rows. O(stored + k d) time, as to find the nearest centers."""
        k, d = self.centers.shape
        if not len(self.sums):
            self.sums = np.empty((k, d))
        inertia = sum_of_squares(X, weight, self.centers, labels, self.n_threads)
        touched = np.flatnonzero(np.diff(self.ends, prepend=0))
        ends = np.concatenate([[0], self.ends[touched]])
        self.sums[touched] = 0.0
        n_threads = parallel.threads_for(len(X) * per_row(X, 3.0), self.n_threads)
        arguments = (*arrays(X), weight, rows, touched, ends, self.sums)
        parallel.over(len(touched), 1, n_threads, sparse.sum_clusters, *arguments)
        masses = np.bincount(labels, weight if len(weight) else None, k)
        for own in np.flatnonzero(masses > 0).tolist():
            self.counts[own] += masses[own]
            self.centers[own] += (self.sums[own] - masses[own] * self.centers[own]) / self.counts[own]
        return inertia

    def _move_rare(self, X: Any) -> None:
        """Move centers that got few rows to rows of the batch, drawn without regard to their weights."""
        counts = self.counts
        most = float(counts.max())  # of Python: a large ratio times it may be infinite without a warning
        rare = (counts < self.reassignment_ratio * most) & (counts < most)
        if np.count_nonzero(rare) > _MOST * len(X):  # only the rarest; of equal ones, the first
            rare[counts.argsort(kind="stable")[int(_MOST * len(X)) :]] = False
        n_rare = int(np.count_nonzero(rare))
        if not n_rare:
            return
        chosen = self.random_state.choice(len(X), replace=False, size=n_rare)
        if self.verbose:
            print(f"[MiniBatchKMeans] Reassigning {n_rare} cluster centers.")
        self.centers[rare] = dense_rows(X, chosen)
        # As if they had as many rows as the others at least, so that they are not moved again at once.
        counts[rare] = counts[~rare].min()


def _balanced(weights: NDArray[np.float64], counts: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    """Weights over a power of two, and its exponent; counts over it are finite, too."""
    if not weights.any():
        return weights, 0
    _, exponent = power_of_two.balanced(weights)
    exponent = max(exponent, math.frexp(float(counts.max()))[1] - _HIGHEST)
    return power_of_two.divided(weights, exponent), exponent
