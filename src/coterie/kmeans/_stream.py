# SPDX-License-Identifier: BSD-3-Clause
"""Rows that come in batches of any size and are read once: cut into small batches, which the centers follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..distances._sparse import SparseRows
from ._batches import Batch
from ._sparse_rows import between, taken

if TYPE_CHECKING:
    from ._running import RunningCenters


class Stream:
    """A fit to batches that are read once.

    Attributes
    ----------
    running : None before the first batch
    inertia : of all rows so far, with the centers when they were read; None before the first batch
    n_steps : how many small batches the centers followed
    init_size : rows of the first batch
    """

    def __init__(self, start: Callable[[Batch], RunningCenters]) -> None:
        """start : the centers, which start in the first batch"""
        self.start = start
        self.running: RunningCenters | None = None
        self.inertia: float | None = None
        self.n_steps = self.init_size = 0

    def take(self, batch: Batch) -> None:
        """Follow a batch; the first one, in which the centers start, in small batches."""
        if self.running is None:
            self.running, self.inertia, self.init_size = self.start(batch), 0.0, len(batch.rows)
        assert self.inertia is not None
        size = self.running.batch_size
        for start in range(0, len(batch.rows), size):
            self.inertia += self.running.follow(*part_of(batch, start, start + size))
            self.n_steps += 1


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
            rows, weights = taken(rows, np.flatnonzero(kept)), weights[kept]
        start = 0
        while self.n_held + len(rows) - start >= self.wanted:
            stop = start + self.wanted - self.n_held
            self.held.append(part_of(Batch(rows, weights), start, stop))
            yield from self.rest()
            start, self.wanted = stop, self.size
        if start < len(rows):
            # A copy: who gives the batches may write the next one to the same memory.
            which = np.arange(start, len(rows))
            self.held.append(Batch(taken(rows, which), None if weights is None else weights[which]))
            self.n_held += len(rows) - start

    def rest(self) -> Iterator[Batch]:
        """What is left, as one batch, if there is anything."""
        if self.held:
            yield _joined(self.held)
        self.held, self.n_held = [], 0


def part_of(batch: Batch, start: int, stop: int) -> Batch:
    """Rows start .. stop - 1 of a batch; no more than there are."""
    rows, weights = batch
    return Batch(between(rows, start, stop), None if weights is None else weights[start:stop])


def _joined(batches: list[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    rows = _joined_rows([batch.rows for batch in batches])
    if all(batch.weights is None for batch in batches):
        return Batch(rows, None)
    weights = [np.ones(len(batch.rows)) if batch.weights is None else batch.weights for batch in batches]
    return Batch(rows, np.concatenate(weights))


def _joined_rows(rows: list[Any]) -> Any:
    if not isinstance(rows[0], SparseRows):
        return np.concatenate(rows)
    ends = np.cumsum([0] + [each.starts[-1] for each in rows])
    starts = np.concatenate([[0], *(each.starts[1:] + end for each, end in zip(rows, ends, strict=False))])
    columns, values = (np.concatenate([getattr(each, name) for each in rows]) for name in ("columns", "values"))
    return SparseRows(starts, columns, values, (len(starts) - 1, rows[0].shape[1]), rows[0].container)
