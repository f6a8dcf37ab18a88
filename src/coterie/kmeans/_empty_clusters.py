# SPDX-License-Identifier: BSD-3-Clause
"""Clusters that lost all their rows get the rows farthest from their centers, as in scikit-learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._assignment import squares_to_own
from ._data import Data
from ._sparse_rows import dense_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


def fill_empty(
    data: Data,
    labels: NDArray[np.int32],
    centers: NDArray[np.float64],
    sums: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> None:
    """Move a far row into each cluster without weight: out of one of the `sums` and `weights` into another."""
    origin = data.origin
    empty = np.flatnonzero(weights == 0)
    distance = squares_to_own(data.X, centers, labels, data.n_threads)
    if distance.max() == 0:
        return  # fewer distinct points than clusters: nothing is far
    for cluster, row in zip(empty.tolist(), _farthest(data, distance, len(empty)), strict=True):
        w = data.weight[row] if len(data.weight) else 1.0
        moved = w * (dense_rows(data.X, np.array([row]))[0] - origin)
        sums[labels[row]] -= moved
        weights[labels[row]] -= w
        sums[cluster] = moved
        weights[cluster] = w


def _farthest(data: Data, distance: NDArray[np.float64], count: int) -> list[int]:
    """The rows of the largest distances, the largest first as far as argpartition has them in order."""
    # Which of equally far rows are taken depends on the order that argpartition sees: that of the caller.
    if data.cells is not None:
        given = np.empty_like(distance)
        given[data.cells.order] = distance
        distance = given
    rows: list[int] = np.argpartition(distance, -count)[: -count - 1 : -1].tolist()
    if data.cells is not None:
        rows = [int(np.flatnonzero(data.cells.order == row)[0]) for row in rows]
    return rows
