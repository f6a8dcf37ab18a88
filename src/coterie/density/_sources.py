# SPDX-License-Identifier: BSD-3-Clause
"""Sources of pairs: which points are within a radius of each other, tile by tile.

Dense rows are here; sparse ones are in `coterie.distances._sparse_points`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np

from .. import distances
from .._runtime import parallel
from .._runtime.thresholds import thresholds
from ..distances._kernels import pairwise
from ..distances._pairwise import as_distance, prepare
from ._kernels import dbscan_pairs

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_BLOCK_ROWS = 32
_NUMBER = 0.5  # nanoseconds to compare a distance


class Source(Protocol):
    """Points in tiles."""

    tile: int  # points of a tile

    def __len__(self) -> int: ...

    def take(self, which: NDArray[np.int64]) -> Self:
        """The points of these numbers, in this order."""

    def mark(self, a: int, other: Self, b: int, diagonal: bool) -> NDArray[np.uint64]:
        """Mark the pairs within the radius between tile number `a` and tile number `b` of another source.

        The marks are those of `dbscan_pairs`. On the diagonal only pairs of a point with itself and with later ones.
        """


class DenseRows:
    """Rows of a table, with any metric: distances are computed block by block."""

    def __init__(self, X: NDArray[np.floating], metric: distances.Metric, radius: float, n_threads: int) -> None:
        self.X, self.metric, self.radius, self.n_threads = X, metric, radius, n_threads
        self.tile = thresholds.pair_tile if metric.function is None else thresholds.called_pair_tile
        parts = [X[start : start + self.tile] for start in range(0, len(X), self.tile)]
        self.parts: list[Any] = [prepare(part, metric, n_threads) for part in parts]

    def __len__(self) -> int:
        return len(self.X)

    def take(self, which: NDArray[np.int64]) -> DenseRows:
        return DenseRows(self.X[which], self.metric, self.radius, self.n_threads)

    def mark(self, a: int, other: DenseRows, b: int, diagonal: bool) -> NDArray[np.uint64]:
        block = self._distances(self.parts[a], other.parts[b], diagonal)
        n_rows, n_columns = block.shape
        marks = np.empty((n_rows, -(-n_columns // 64)), np.uint64)
        not_numbers = np.zeros(n_rows, np.int64)
        parallel.over(
            n_rows,
            parallel.chunk(_NUMBER * n_columns),
            self.n_threads,
            dbscan_pairs.mark_within,
            block,
            self.radius,
            0 if diagonal else -n_rows,
            marks,
            not_numbers,
        )
        if not_numbers.any():
            row = a * self.tile + int(not_numbers.argmax())
            raise ValueError(
                f"Some distances to row {row} are not numbers: the metric {self.metric.name!r} is not "
                "defined for it. Leave such rows out or choose another metric."
            )
        return marks

    def _distances(self, one: Any, many: Any, diagonal: bool) -> NDArray[np.float64]:
        if self.metric.function is not None:
            return _call(self.metric.function, one, many, diagonal)
        block = np.empty((one.n, many.n))
        n_chunks = -(-one.n // _BLOCK_ROWS)
        rectangle = one, many, _BLOCK_ROWS, thresholds.pair_tile, block
        parallel.over(n_chunks, 1, self.n_threads, pairwise.rectangle, *rectangle)
        return block


def _call(
    function: Callable[[NDArray[np.floating], NDArray[np.floating]], object],
    one: NDArray[np.floating],
    many: NDArray[np.floating],
    diagonal: bool,
) -> NDArray[np.float64]:
    """Distances by a function; on the diagonal only those right of it."""
    block = np.zeros((len(one), len(many)))
    for i, x in enumerate(one):
        for j in range(i + 1 if diagonal else 0, len(many)):
            block[i, j] = as_distance(function(x, many[j]))
    return block
