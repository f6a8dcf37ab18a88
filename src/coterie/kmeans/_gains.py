# SPDX-License-Identifier: BSD-3-Clause
"""Rows compared with trial centers of k-means++: what each trial would gain, and what the chosen one changes.

Rows in cells, and all rows if features and centers are few: tile by tile (_kernels/seeding.pyx). Others: row by row,
behind a coarse copy of the rows that rules out nearly all pairs of row and trial (_kernels/trials.pyx).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._runtime import parallel
from .._runtime.strips import ceil_div, strip_size
from .._runtime.thresholds import thresholds
from ._data import OPERATIONS, TILE, Data
from ._kernels import seeding
from ._kernels import trials as kernels
from ._sparse import SparseTrials

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LARGEST = 32767  # of the whole numbers of a trial
_EXPONENT = {"f": 40, "d": 400}  # of the scale, up or down, with which unscaled squares fit into the type


class TiledRows:
    """Rows in tiles, or in cells, which are passed over where a center is too far away."""

    def __init__(self, data: Data) -> None:
        self.data = data
        n, d = data.X.shape
        if data.cells is not None:
            self.starts, boxes = data.cells.starts, data.cells.boxes
        else:
            self.starts, boxes = np.minimum(np.arange(0, n + TILE, TILE), n), np.empty((0, 2, d))
        self.n_tiles = len(self.starts) - 1
        self.strip = strip_size(self.n_tiles, 4, 64 * d)
        self.n_strips = ceil_div(self.n_tiles, self.strip)
        self.slots = max(1, min(data.n_threads, self.n_strips))
        self.closest = np.full(n, np.inf, dtype=data.X.dtype)
        self.farthest = np.full(self.n_tiles, np.inf)
        self.tiles = seeding.Tiles(self.starts, boxes, self.farthest, data.moments.mean, data.scale, data.is_manhattan)
        self.work = np.empty((self.slots, (d + 2) * TILE), dtype=data.X.dtype)

    def _scaled(self, rows: NDArray[np.intp]) -> NDArray[Any]:
        """The rows as the kernels take centers."""
        data = self.data
        scaled: NDArray[Any] = (data.X[rows].astype(np.float64) - data.moments.mean) * data.scale
        return scaled.astype(data.X.dtype)

    def gains(self, trials: NDArray[np.intp]) -> NDArray[np.float64]:
        """By how much each of these rows, as a center, would lower the potential."""
        data = self.data
        out = np.empty((self.n_strips, len(trials)))
        lists = np.empty((self.slots, 3 * len(trials)), dtype=np.intp)
        centers = self._scaled(trials)
        parallel.over(
            self.n_tiles,
            self.strip,
            data.n_threads,
            seeding.gains,
            data.X,
            data.weight,
            self.tiles,
            centers,
            self.closest,
            self.work,
            lists,
            out,
        )
        total: NDArray[np.float64] = out.sum(axis=0)
        return total

    def add(self, row: int, bucket: NDArray[np.uint16], n_buckets: int) -> NDArray[np.float64]:
        """Take a row as a center. Returns by how much that changes the potential of each bucket."""
        data = self.data
        center = self._scaled(np.array([row]))
        change = np.empty((self.n_strips, n_buckets))
        parallel.over(
            self.n_tiles,
            self.strip,
            data.n_threads,
            seeding.add_center,
            data.X,
            data.weight,
            self.tiles,
            center,
            bucket,
            self.closest,
            self.work,
            change,
        )
        total: NDArray[np.float64] = change.sum(axis=0)
        return total


def rows_for_trials(data: Data, n_centers: int) -> TiledRows | WideRows | SparseTrials:
    """What compares the rows with trial centers, where there are to be so many centers."""
    if data.is_sparse:
        return SparseTrials(data)
    return WideRows(data, n_centers) if _pay_as_wide(data, n_centers) else TiledRows(data)


def _pay_as_wide(data: Data, n_centers: int) -> bool:
    """Are rows that are not in cells compared faster one by one than in tiles?

    Yes for many features or centers, unless distances are no squares, or must be scaled before they are added up.
    """
    exponent = abs(math.frexp(data.scale)[1])
    many = data.X.shape[1] * n_centers >= thresholds.wide_seeding
    return not data.is_manhattan and data.cells is None and many and exponent < _EXPONENT[data.X.dtype.char]


class WideRows:
    """Rows compared one by one, with coarse numbers that rule out most of them."""

    def __init__(self, data: Data, n_centers: int) -> None:
        self.data = data
        n, d = data.X.shape
        self.n_tiles = ceil_div(n, TILE)
        self.strip = strip_size(self.n_tiles, 4, 64 * d)
        self.n_strips = ceil_div(self.n_tiles, self.strip)
        self.closest = np.full(n, np.inf, dtype=data.X.dtype)
        self.groups = ceil_div(d, kernels.GROUP)
        self.largest = min(_LARGEST, (2**31 - 1) // (127 * kernels.GROUP * self.groups))  # products fit into 32 bits
        self.coarse, self.coarsened = self._coarse(0), False  # of no rows, until they pay
        self.n_added = 0
        # Coarse rows pay if they spare enough passes over all rows, and not while few centers are there, as nearly
        # all rows are nearer to the next one.
        first = thresholds.coarse_centers
        self.coarse_from: float = first if n_centers >= 3 * first and self.largest >= 127 else math.inf
        self.trials = np.empty(0, dtype=np.intp)  # the last ones
        self.gained = np.empty((0, self.n_tiles), dtype=np.uint64)  # which rows they would gain
        self.compared = np.empty(self.n_strips, dtype=np.intp)

    def _coarse(self, n_tiles: int) -> kernels.Coarse:
        """Coarse rows, of no values yet."""
        moments, scale, d = self.data.moments, self.data.scale, self.data.X.shape[1]
        lost = 2.0**-51 * (math.sqrt(float(moments.mean @ moments.mean)) * scale + math.sqrt(d))
        numbers = np.zeros((n_tiles, self.groups, TILE, kernels.GROUP), dtype=np.int8)
        about = np.zeros((n_tiles, 3, TILE), dtype=np.float32)
        return kernels.Coarse(numbers, about, moments.mean, scale, 2.0**-24 * (d + 16), lost, self.largest)

    def _coarsen(self) -> None:
        self.coarse, self.coarsened = self._coarse(self.n_tiles), True
        size = parallel.chunk(1.0 * TILE * self.data.X.shape[1])
        parallel.over(self.n_tiles, size, self.data.n_threads, kernels.coarsen, self.data.X, self.coarse)

    def gains(self, trials: NDArray[np.intp]) -> NDArray[np.float64]:
        """By how much each of these rows, as a center, would lower the potential."""
        data, m = self.data, len(trials)
        coarsely = self.n_added >= self.coarse_from
        if coarsely and not self.coarsened:
            self._coarsen()
        if len(self.gained) != m:
            self.gained = np.empty((m, self.n_tiles), dtype=np.uint64)
        self.trials = trials
        slots = max(1, min(data.n_threads, self.n_strips))
        out = np.empty((self.n_strips, m))
        parallel.over(
            self.n_tiles,
            self.strip,
            data.n_threads,
            kernels.gains,
            data.X,
            data.weight,
            self.coarse,
            trials,
            self.closest,
            np.empty((slots, m, 2 * self.groups) if coarsely else (slots, 0, 0), dtype=np.int32),
            np.empty((slots, m, 3), dtype=np.float32),
            self.gained,
            out,
            self.compared,
        )
        if coarsely and np.add.reduce(self.compared) > thresholds.coarse_pairs * len(data.X) * m:
            self.coarse_from = 2 * self.n_added
        total: NDArray[np.float64] = np.add.reduce(out)
        return total

    def add(self, row: int, bucket: NDArray[np.uint16], n_buckets: int) -> NDArray[np.float64]:
        """Take a row as a center. Returns by how much that changes the potential of each bucket."""
        data = self.data
        self.n_added += 1
        tried = (self.trials == row).nonzero()[0]
        if len(tried):
            gained, pairs = self.gained[tried[0]], int(np.add.reduce(self.compared)) / len(self.trials)
        else:
            gained, pairs = np.full(self.n_tiles, np.iinfo(np.uint64).max, dtype=np.uint64), len(data.X)
        self.trials = self.trials[:0]
        change = np.empty((self.n_strips, n_buckets))
        work = (pairs * data.X.shape[1] + change.size) / OPERATIONS
        parallel.over(
            self.n_tiles,
            self.strip,
            parallel.threads_for(work, data.n_threads),
            kernels.add_center,
            data.X,
            data.weight,
            self.coarse,
            row,
            gained,
            bucket,
            self.closest,
            change,
        )
        total: NDArray[np.float64] = np.add.reduce(change)
        return total
