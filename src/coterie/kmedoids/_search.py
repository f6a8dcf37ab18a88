# SPDX-License-Identifier: BSD-3-Clause
"""The search for medoids that no single swap improves."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._runtime import progress
from ._sources import Assigned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._sources import Source

_ROUNDING = 1e-12  # of a loss: no less is an improvement
_NUMBERS = 1 << 18  # distances to medoids that are held at a time
_BLOCK = 3e6  # nanoseconds of a block of candidates
_STRIDES = 64, 8, 1  # one of so many rows is searched first, then more, then all
_CANDIDATES = 16, 1024  # of a block, at least and at most


class Run(NamedTuple):
    """What a search found: places of the medoids in the order of the source, their loss, and how it got there."""

    medoids: NDArray[np.int64]
    loss: float
    n_iter: int
    n_swaps: int
    converged: bool


def search(source: Source, weight: NDArray[np.float64], medoids: NDArray[np.int64], max_iter: int) -> Run:
    """Swap medoids for other rows as long as that lowers the loss, in at most `max_iter` passes over the rows.

    A sample of the rows is searched first, then a larger one, then all. Rows are judged in blocks. Of a block, the best
    swap is made first, and the others that were improvements are judged again. What a row can gain is known then, and
    each swap tells how much more any row can gain after it than before (`State.more`): a row is not looked at again
    before it might be an improvement.
    """
    n = len(source)
    state = assign(source, weight, medoids)
    least = np.full(n, -np.inf)  # of the change of the loss by a swap with each row, plus `more` when it was found
    more = 0.0
    n_swaps = n_iter = 0
    size = block_size(source)
    for stride in _STRIDES if n > size else (1,):  # where one block has all rows, no sample of them is needed
        while n_iter < max_iter:
            todo = stride * np.flatnonzero(least[::stride] < more)
            if not len(todo):
                break
            n_iter += 1
            for start in range(0, len(todo), size):
                with progress.as_step("swaps", start, len(todo)):
                    block = todo[start : start + size]
                    while len(block):
                        assigned = state.as_assigned()
                        change, slot = source.best_swaps(block, assigned)
                        rounding = _ROUNDING * (state.loss + float(np.add.reduce(assigned.removal)))
                        is_better = change < -rounding
                        least[block] = np.where(is_better, change, np.maximum(change, 0.0)) + more
                        if not is_better.any():
                            break
                        best = int(change.argmin())
                        after = state.swapped(source, int(slot[best]), int(block[best]))
                        if after.loss < state.loss:
                            more += state.more(after) + rounding
                            state = after
                            n_swaps += 1
                        else:  # rounding: a loss that is not lower is never taken, or there might be no end
                            least[block[best]] = more
                        is_better[best] = False
                        block = block[is_better]
            progress.report("swaps", len(todo), len(todo))
    return Run(state.medoids, state.loss, n_iter, n_swaps, not (least < more).any())


def block_size(source: Source) -> int:
    """How many candidates are judged at a time."""
    low, high = _CANDIDATES
    return max(low, min(high, int(_BLOCK / (len(source) * source.cost))))


@dataclasses.dataclass(frozen=True)
class State:
    """Medoids, and for each row the nearest and the second nearest of them with their distances."""

    medoids: NDArray[np.int64]  # (k,) rows
    weight: NDArray[np.float64]  # (n,)
    label: NDArray[np.int64]  # (n,)
    second_label: NDArray[np.int64]  # (n,)
    nearest: NDArray[np.float64]  # (n,)
    second: NDArray[np.float64]  # (n,)
    loss: float  # the weighted sum of `nearest`

    def as_assigned(self) -> Assigned:
        """What swaps are judged by."""
        cost = self.weight * (self.second - self.nearest)
        removal = np.bincount(self.label, cost, minlength=len(self.medoids)).astype(np.float64, copy=False)
        return Assigned(self.nearest, self.second, self.weight, self.label, removal)

    def swapped(self, source: Source, slot: int, row: int) -> State:
        """With `row` as medoid number `slot`."""
        medoids = self.medoids.copy()
        medoids[slot] = row
        (distance,) = source.to_all(np.array([row]))
        is_first = distance < self.nearest
        is_second = ~is_first & (distance < self.second)
        label = np.where(is_first, slot, self.label)
        nearest = np.where(is_first, distance, self.nearest)
        second_label = np.where(is_first, self.label, np.where(is_second, slot, self.second_label))
        second = np.where(is_first, self.nearest, np.where(is_second, distance, self.second))
        (lost,) = ((self.label == slot) | (self.second_label == slot)).nonzero()
        _find_two(source, medoids, lost, label, second_label, nearest, second)
        return _state(self.weight, medoids, label, second_label, nearest, second)

    def more(self, after: State) -> float:
        """By how much more, at most, any swap lowers the loss in the state `after` than in this one.

        A swap of medoid i for a row at distance d changes the distance of a row of i to min(d, second), and that of
        another row to min(d, nearest). Of how far either falls, no more counts than `nearest` has grown; and for rows
        of i, than `second` has shrunk, or than the new `nearest` is below the old `second` where they left i.
        """
        grown = np.maximum(after.nearest - self.nearest, 0.0)
        second = np.where(after.label == self.label, after.second, after.nearest)
        shrunk = np.bincount(self.label, self.weight * np.maximum(self.second - second, 0.0))
        return float(np.add.reduce(self.weight * grown) + shrunk.max())


def assign(source: Source, weight: NDArray[np.float64], medoids: NDArray[np.int64]) -> State:
    """Find the nearest two of at least two medoids for each row."""
    n = len(source)
    label, second_label = np.empty((2, n), np.int64)
    nearest, second = np.empty((2, n))
    _find_two(source, medoids, np.arange(n), label, second_label, nearest, second)
    return _state(weight, medoids, label, second_label, nearest, second)


def _state(
    weight: NDArray[np.float64],
    medoids: NDArray[np.int64],
    label: NDArray[np.int64],
    second_label: NDArray[np.int64],
    nearest: NDArray[np.float64],
    second: NDArray[np.float64],
) -> State:
    loss = float(np.add.reduce(weight * nearest))
    return State(medoids, weight, label, second_label, nearest, second, loss)


def _find_two(
    source: Source,
    medoids: NDArray[np.int64],
    rows: NDArray[np.int64],
    label: NDArray[np.int64],
    second_label: NDArray[np.int64],
    nearest: NDArray[np.float64],
    second: NDArray[np.float64],
) -> None:
    """Write the nearest two medoids of some rows and their distances, the first ones on a tie."""
    step = max(1, _NUMBERS // len(medoids))
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        each = np.arange(len(some))
        distances = source.between(medoids, some)
        label[some] = first = distances.argmin(axis=0)
        nearest[some] = distances[first, each]
        distances[first, each] = np.inf
        second_label[some] = first = distances.argmin(axis=0)
        second[some] = distances[first, each]
