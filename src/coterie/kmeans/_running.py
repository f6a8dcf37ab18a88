# SPDX-License-Identifier: BSD-3-Clause
"""Centers that follow batches of rows: each one is the mean of all rows that it got so far (Sculley 2010)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import power_of_two
from .._runtime import parallel
from .._runtime.spaces import spaces
from ._assignment import nearest
from ._batches import Batch
from ._data import NO_WEIGHT
from ._kernels import update

if TYPE_CHECKING:
    from numpy.typing import NDArray

_OFTEN = 10  # rows for each center, after which rare centers are looked for
_MOST = 0.5  # of the rows of a batch become centers, at most
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

    def follow(self, X: NDArray[Any], weights: NDArray[np.float64] | None) -> float:
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

    def _follow(self, X: NDArray[Any], weights: NDArray[np.float64] | None) -> float:
        labels = nearest(X, self.centers, self.n_threads)
        rows = np.empty(len(X), dtype=np.intp)
        update.sort_by_label(labels, self.ends, rows)
        exponent = power_of_two.exponent_for(X, self.centers)  # 0 as a rule, as the next one
        weights, weight_exponent = (None, 0) if weights is None else _balanced(weights)
        X = power_of_two.divided(X, exponent)
        power_of_two.multiplied(self.centers, -exponent)
        power_of_two.multiplied(self.counts, -weight_exponent)
        k, d = self.centers.shape
        parallel.over(
            k,
            parallel.chunk((_NUMBER * len(X) / k + 1.0) * d),
            self.n_threads,
            update.follow_batch,
            X,
            NO_WEIGHT if weights is None else weights,
            self.ends,
            rows,
            self.centers,
            self.counts,
            self.inertias,
            self.space,
        )
        power_of_two.multiplied(self.centers, exponent)
        power_of_two.multiplied(self.counts, weight_exponent)
        if not self.counts.max() < np.inf:
            raise ValueError("The weights of all rows add up to more than float64 holds.")
        return power_of_two.times(float(self.inertias.sum()), 2 * exponent + weight_exponent)

    def _move_rare(self, X: NDArray[Any]) -> None:
        """Move centers that got few rows to rows of the batch, drawn without regard to their weights."""
        counts = self.counts
        most = counts.max()
        rare = (counts < self.reassignment_ratio * most) & (counts < most)
        if np.count_nonzero(rare) > _MOST * len(X):  # only the rarest; of equal ones, the first
            rare[counts.argsort(kind="stable")[int(_MOST * len(X)) :]] = False
        n_rare = int(np.count_nonzero(rare))
        if not n_rare:
            return
        chosen = self.random_state.choice(len(X), replace=False, size=n_rare)
        if self.verbose:
            print(f"[MiniBatchKMeans] Reassigning {n_rare} cluster centers.")
        self.centers[rare] = X[chosen]
        # As if they had as many rows as the others at least, so that they are not moved again at once.
        counts[rare] = counts[~rare].min()


def _balanced(weights: NDArray[np.float64]) -> tuple[NDArray[np.float64] | None, int]:
    return power_of_two.balanced(weights) if weights.any() else (weights, 0)


class Cutter:
    """Cuts rows that come in batches of any size into batches of given sizes; rows without weight are left out."""

    def __init__(self, first: int, size: int) -> None:
        """
        first, size : rows of the first batch, and of the others
        """
        self.wanted, self.size = first, size
        self.held: list[Batch] = []  # together less than what is wanted
        self.n_held = 0

    def cut(self, batch: Batch) -> Iterator[Batch]:
        """The batches that are complete with these rows."""
        rows, weights = batch
        if weights is not None and not weights.all():
            kept = weights > 0
            rows, weights = rows[kept], weights[kept]
        start = 0
        while self.n_held + len(rows) - start >= self.wanted:
            stop = start + self.wanted - self.n_held
            self.held.append(_part(rows, weights, slice(start, stop)))
            yield from self.rest()
            start, self.wanted = stop, self.size
        if start < len(rows):
            # A copy: who gives the batches may write the next one to the same memory.
            part = _part(rows, weights, slice(start, None))
            self.held.append(Batch(part.rows.copy(), None if part.weights is None else part.weights.copy()))
            self.n_held += len(rows) - start

    def rest(self) -> Iterator[Batch]:
        """What is left, as one batch, if there is anything."""
        if self.held:
            yield _joined(self.held)
        self.held, self.n_held = [], 0


def _part(rows: NDArray[Any], weights: NDArray[np.float64] | None, which: slice) -> Batch:
    return Batch(rows[which], None if weights is None else weights[which])


def _joined(batches: list[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    rows = np.concatenate([batch.rows for batch in batches])
    if all(batch.weights is None for batch in batches):
        return Batch(rows, None)
    weights = [np.ones(len(batch.rows)) if batch.weights is None else batch.weights for batch in batches]
    return Batch(rows, np.concatenate(weights))
