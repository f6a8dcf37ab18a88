# SPDX-License-Identifier: BSD-3-Clause
"""Sums of the rows of each cluster: what centers are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._runtime import parallel
from .._runtime.spaces import spaces
from .._runtime.strips import ceil_div, strip_size
from .._runtime.thresholds import thresholds
from ._data import Data
from ._kernels import sums as kernels
from ._kernels import update

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROW = 5.0  # nanoseconds, beside its features, that a row takes that moves


class StripSums:
    """Sums that are filled anew in each iteration, strip by strip, and added in order.

    Attributes
    ----------
    by_strip, weights_by_strip : (strips, k, d) and (strips, k), to be filled before `add_up`
    sums, weights : (k, d) and (k,), of weight * (x - mean) and of the weights
    """

    def __init__(self, n_strips: int, n_clusters: int, n_features: int) -> None:
        self.by_strip = np.empty((n_strips, n_clusters, n_features))
        self.weights_by_strip = np.empty((n_strips, n_clusters))
        self.sums, self.weights = self.by_strip[0], self.weights_by_strip[0]

    def add_up(self) -> None:
        """Leave the total of all strips in the first one."""
        update.add_strips(self.by_strip, self.weights_by_strip)


class RunningSums:
    """Sums that follow the labels: an iteration adds and takes off only the rows whose label changed.

    The rows of a cluster are added in float64 in an order that depends on the labels, now and before, and not on the
    number of threads. Memory is O(k d + n), of which 12 bytes a row are used while all rows move, and 4 afterwards.

    Attributes
    ----------
    sums, weights : (k, d) and (k,), of weight * (x - mean) and of the weights; exactly 0 where no row has weight
    """

    def __init__(self, data: Data, n_clusters: int) -> None:
        n, d = data.X.shape
        self.data = data
        self.strip = strip_size(n, 16 * n_clusters, 4)
        n_strips = ceil_div(n, self.strip)
        self.sums = np.zeros((n_clusters, d))
        self.weights = np.zeros(n_clusters)
        self.moves = kernels.Moves(
            np.full(n, -1, dtype=np.int32),
            np.zeros((n_strips, n_clusters), dtype=np.int64),
            np.empty((n_strips, n_clusters, 2), dtype=np.int64),
            np.empty((n_clusters, 3), dtype=np.intp),
            np.zeros(n_clusters, dtype=np.uint8),
            self.sums,
            self.weights,
            np.zeros((n_clusters, 3)),
        )
        self.pieces = np.empty((n // thresholds.summed_rows + n_clusters, 5), dtype=np.intp)
        self.space = spaces(data.n_threads, 2 * d + 4)
        self.n_moves = n  # of the last call: says how much work there is

    def follow(self, labels: NDArray[np.int32]) -> None:
        """Bring the sums from the labels of the last call to these."""
        self._over_strips(1.0, kernels.count_moves, labels, self.data.weight, self.moves)
        while self._add_moves(labels):  # once more where precision was lost
            pass

    def _add_moves(self, labels: NDArray[np.int32]) -> int:
        """Add and take off what was counted, or mark clusters; returns how many clusters are to be summed anew."""
        data, d = self.data, self.data.X.shape[1]
        planned = kernels.plan_moves(self.moves, thresholds.summed_rows, self.pieces)
        self.n_moves, n_pieces, n_partials, some_anew = planned
        if self.n_moves == 0:
            return 0
        pieces, partials = self.pieces[:n_pieces], np.empty((n_partials, d + 4))
        rows = np.empty(self.n_moves, dtype=np.intp)
        self._over_strips(6.0, kernels.place_moves, labels, data.weight, some_anew, self.moves, rows)
        cost = 0.5 * d + _ROW
        parallel.over(
            n_pieces,
            parallel.chunk(cost * (self.n_moves / max(1, n_pieces))),
            parallel.threads_for(cost * self.n_moves, data.n_threads),
            kernels.sum_pieces,
            data.X,
            data.weight,
            data.moments.mean,
            rows,
            pieces,
            partials,
            self.moves,
            self.space,
        )
        return kernels.finish_moves(self.moves, pieces, partials)

    def _over_strips(self, cost: float, kernel: parallel.Kernel, labels: NDArray[np.int32], *arguments: object) -> None:
        """cost : nanoseconds of a row that moves"""
        n_threads = parallel.threads_for(0.5 * len(labels) + cost * self.n_moves, self.data.n_threads)
        parallel.over(len(labels), self.strip, n_threads, kernel, labels, *arguments)
