# SPDX-License-Identifier: BSD-3-Clause
"""The iterations: rows go to their nearest prototypes, and prototypes to the means and modes of their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._runtime import progress
from ._data import Data
from ._rows import Prototypes

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Run(NamedTuple):
    """Where the iterations end; the labels are those of the prototypes.

    costs : of the start and after each iteration, of the rows as they are in `Data`
    """

    labels: NDArray[np.int32]
    prototypes: Prototypes
    costs: list[float]


def iterate(data: Data, start: Prototypes, max_iter: int, stage: str) -> Run:
    """Assign rows and move prototypes in turn, for `max_iter` iterations or until no label changes or no cost falls.

    The latter ends what rounding would let go on: rows equally far from two prototypes that go back and forth.
    """
    at = start.copy()
    costs: list[float] = []
    before = None
    while True:
        progress.report(stage, len(costs), max_iter)
        labels, distances = data.rows.nearest(at)
        costs.append(data.cost(distances))
        if len(costs) > max_iter or (before is not None and (costs[-1] >= costs[-2] or (labels == before).all())):
            break
        before = _fill_empty(data, labels, distances, len(at.centers))
        data.move(at, before)
    progress.report(stage, len(costs) - 1, len(costs) - 1)
    return Run(labels, at, costs)


def _fill_empty(
    data: Data, labels: NDArray[np.int32], distances: NDArray[np.float64], n_clusters: int
) -> NDArray[np.int32]:
    """The labels; but clusters without weight, the lowest first, get the rows that are farthest from their prototypes.

    A row at its prototype is not far: then there are fewer different rows than clusters.
    """
    masses = np.bincount(labels, data.weight if len(data.weight) else None, n_clusters)
    empty = np.flatnonzero(masses == 0)
    if not len(empty):
        return labels
    if len(data.weight):
        distances = np.where(data.weight > 0, distances, 0.0)
    farthest = np.argsort(-distances, kind="stable")[: len(empty)]
    farthest = farthest[distances[farthest] > 0]
    filled = labels.copy()
    filled[farthest] = empty[: len(farthest)]
    return filled
