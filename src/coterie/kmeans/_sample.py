# SPDX-License-Identifier: BSD-3-Clause
"""Some of many rows, drawn while they pass by: which ones depends on their places and weights, not on the batches."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ._rounds import uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

_KEY = np.uint64(0x2545F4914F6CDD1D)  # the same sample each time
_ROOM = 1.5  # times the rows that are wanted are held, at most, besides those of a batch


class SampledRows(NamedTuple):
    """Rows in the order in which they passed by."""

    X: NDArray[Any]  # (m, d)
    weight: NDArray[np.float64] | None  # (m,); None where each counts once
    is_all: bool  # nothing was left out


class Sample:
    """Rows drawn without replacement, with probabilities in proportion to their weights.

    Of clocks that ring at rates that are the weights, those that ring first. Rows without weight come last.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.clocks: list[NDArray[np.float64]] = []
        self.places: list[NDArray[np.intp]] = []
        self.rows: list[NDArray[Any]] = []
        self.weights: list[NDArray[np.float64]] = []
        self.n_held = self.n_seen = 0
        self.n_with_weight = 0  # of those seen
        self.limit = math.inf  # rows whose clocks ring later are not wanted
        self.is_weighted = False

    def add(self, X: NDArray[Any], weights: NDArray[np.float64] | None, start: int) -> None:
        """Look at further rows; `start` is the place of the first one among all."""
        clocks = uniform(hash_places(start, len(X)), _KEY)
        if weights is None:
            weights = np.ones(len(X))
            clocks = -np.log1p(-clocks)
        else:
            self.is_weighted = True
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                clocks = np.where(weights > 0, -np.log1p(-clocks) / weights, math.inf)
        self.n_seen += len(X)
        self.n_with_weight += int(np.count_nonzero(weights))
        which = np.flatnonzero(clocks <= self.limit)
        which = which[_first(clocks[which], which, self.most)]
        self.clocks.append(clocks[which])
        self.places.append(which + start)
        self.rows.append(X[which])
        self.weights.append(weights[which])
        self.n_held += len(which)
        if self.n_held > _ROOM * self.most:
            self._keep_first()

    def take(self, dtype: np.dtype[Any]) -> SampledRows:
        """The sample, with numbers of this type."""
        self._keep_first()
        is_all = self.n_seen <= self.most
        kept: slice | NDArray[np.bool_] = slice(None) if is_all else self.weights[0] > 0
        rows = self.rows[0][kept].astype(dtype, copy=False)
        # Weights that made it likely that a row is here do not count once more.
        has_weights = self.is_weighted and self.n_with_weight <= self.most
        return SampledRows(rows, self.weights[0][kept] if has_weights else None, is_all)

    def _keep_first(self) -> None:
        clocks, places = np.concatenate(self.clocks), np.concatenate(self.places)
        rows, weights = np.concatenate(self.rows), np.concatenate(self.weights)
        if len(clocks) > self.most:
            kept = _first(clocks, places, self.most)
            clocks, places, weights, rows = clocks[kept], places[kept], weights[kept], rows[kept]
            self.limit = float(clocks.max())
        self.clocks, self.places, self.weights, self.rows = [clocks], [places], [weights], [rows]
        self.n_held = len(clocks)


def hash_places(start: int, n: int) -> NDArray[np.uint64]:
    """A number for each of the places start, start + 1, ...: the finisher of splitmix64."""
    bits = np.arange(start + 1, start + 1 + n, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits ^= bits >> np.uint64(30)
    bits *= np.uint64(0xBF58476D1CE4E5B9)
    bits ^= bits >> np.uint64(27)
    bits *= np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    return bits


def _first(clocks: NDArray[np.float64], places: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """Which of the clocks ring first, in the order of their places."""
    if len(clocks) <= most:
        return np.arange(len(clocks))
    return np.sort(np.lexsort((places, clocks))[:most])
