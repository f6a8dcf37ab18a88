# SPDX-License-Identifier: BSD-3-Clause
"""Nearest centers of rows with many features, without most of the distances (_kernels/wide.pyx).

Which bounds pay is found out on a sample of the rows, by counting what they would leave: it depends on the data alone.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._runtime import memory, parallel
from .._runtime.strips import ceil_div
from .._runtime.thresholds import thresholds
from ._data import OPERATIONS, power_of_two_below
from ._kernels import wide
from ._tail import PANEL, find_axes, make_tail, multiply, packed, shifted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._kernels.tail import Tail

_JUDGED = 256  # rows, about, on which bounds are tried
# What a pair costs that is compared by itself, in multiplications of a vector: for each vector of its center, which
# comes from beyond the nearest cache, and beside that.
_FETCHED, _COMPARED = 3.0, 30.0
_LATER = 0.6  # what is left of the first share of pairs in later iterations, about, when centers are means
# What a feature costs in whole numbers of 16 bits, and of 8 where the machine multiplies these at once; 1 is float32.
_WHOLE, _BYTE = 0.65, 0.25
_MOST_BYTES = 1 << 16  # features: sums of so many products of bytes fit into 32 bits


class WideTally(NamedTuple):
    """What an assignment looked at."""

    changed: int  # labels
    seen: int  # rows that the groups did not settle
    exact: int  # of these by true distances
    blocked: int  # of these compared with all centers
    bounded: int  # pairs of row and center that were bounded by whole numbers, or by coordinates
    full: int  # pairs that were compared in all features


def pays_for(X: NDArray[Any], n_clusters: int) -> bool:
    """Are rows wide enough for bounds beside them, is there enough work, and memory?"""
    n, d = X.shape
    enough = n * n_clusters * d >= thresholds.wide_work
    return d >= thresholds.wide_features and _room(X) >= PANEL and enough and _fits(X)


def _room(X: NDArray[Any]) -> int:
    """Numbers of float32 that may be kept beside a row, without 3 that are always there.

    These are its label, the label that its sums know of, and the distance to its center.
    """
    return int(thresholds.wide_memory * X.itemsize * X.shape[1] / 4) - 3


def _fits(X: NDArray[Any]) -> bool:
    """Whether bounds would take no more than half of the memory that is left; margins need little."""
    needed = thresholds.wide_memory * X.nbytes
    free = memory.available() if needed > thresholds.small_memory else None
    return free is None or needed <= free / 2


class WideAssignment:
    """Nearest centers row by row, again and again, as `Assignment` finds them.

    Beside the rows stand `bounds`, and `tail.numbers` where they pay: together at most `thresholds.wide_memory` of
    the size of the rows.
    """

    def __init__(
        self,
        X: NDArray[Any],
        n_clusters: int,
        shift: NDArray[np.float64],
        scale: float,
        n_threads: int,
        again: bool = True,
    ) -> None:
        """`again` is whether there will be more than one assignment: then bounds are kept."""
        self.X, self.n_clusters, self.n_threads, self.again = X, n_clusters, n_threads, again
        self.shift, self.scale = shift.astype(X.dtype).astype(np.float64), scale  # as `shift_row` wants it
        self.loss = np.zeros(n_clusters, dtype=np.float32)  # what `move_centers` writes, and nobody reads
        self.is_doubtful = False  # float32 left most rows of the last assignment in doubt
        self.tail: Tail | None = None
        self.by_bytes = False  # rows are in whole numbers of 8 bits while they are compared with all centers
        self.n_calls = 0
        # To find coordinates for one assignment alone takes more of them to pay.
        enough = len(X) * n_clusters >= thresholds.wide_pairs * (1 if again else 4)
        most = 2 * (_room(X) - PANEL - 3) if enough else 0
        self.axes = find_axes(X, self.shift, scale, most, n_threads)

    def __call__(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> WideTally:
        """Write the labels; one of -1 is not known yet."""
        self.n_calls += 1
        # If no bounds pay, the second centers are tried, too: they are means, which mostly are nearer to the rows.
        if self.n_calls <= 2 and self.tail is None and not self.by_bytes:
            with np.errstate(over="ignore", invalid="ignore"):  # of centers far from all rows
                size, self.by_bytes = self._choose(centers) if len(self.axes) or self._may_take_bytes() else (0, False)
            if size:
                self.tail = make_tail(self.X, self.axes[: size - 1], self.shift, self.scale, self.n_threads)
            if size or self.by_bytes or self.n_calls == 1:
                self._lay_out(centers, size)
        parallel.over(
            len(self.moved),
            parallel.chunk(PANEL * centers.shape[1] * 2.0),
            self.n_threads,
            wide.pack_centers,
            centers,
            self.centers,
            self.tail,
            self.moved,
            self.center_work,
        )
        wide.take_moves(self.moved, self.centers)
        self.counts.fill(0)
        parallel.over(
            len(self.X),
            self.rows,
            self.n_threads,
            wide.assign_wide,
            self.X,
            centers,
            self.centers,
            self.tail,
            labels,
            self.upper,
            self.bounds,
            self.work,
            self.lists,
            self.counts,
        )
        tally = WideTally(*map(sum, zip(*self.counts[:, :6].tolist(), strict=True)))
        self.is_doubtful = tally.exact > thresholds.doubtful * tally.seen
        return tally

    def nudge(self, distance: float) -> None:
        """Nothing to do: how far centers moved is found out whenever they are packed."""

    def _lay_out(self, centers: NDArray[np.float64], size: int) -> None:
        """Make room for centers and bounds, of which nothing is known yet. `size` is that of the tail, or 0."""
        n, d = self.X.shape
        k, d_padded, n_panels = self.n_clusters, ceil_div(d, PANEL) * PANEL, ceil_div(self.n_clusters, PANEL)
        n_places = n_panels * PANEL
        room = _room(self.X) - (size // 2 + 3 if size else 0)
        n_bands = max(1, min(room // PANEL, ceil_div(n_panels, thresholds.wide_group)))
        bands: NDArray[np.intp] = np.arange(n_bands + 1) * n_panels // n_bands
        place_of, column_of = np.empty(n_places, np.int32), np.empty(n_places, np.int32)
        for low, high in itertools.pairwise(bands.tolist()):
            band = np.arange(low * PANEL, high * PANEL, dtype=np.int32)
            place_of[band] = band.reshape(PANEL, high - low).T.ravel()
        column_of[place_of] = np.arange(n_places)
        names = np.arange(n_places, dtype=np.int32)
        names[k:] = -1
        rows, lows = np.empty((n_places, d_padded), np.float32), np.empty(n_places, np.float32)
        narrow, narrow_lows = rows, lows
        if size:
            narrow, narrow_lows = np.empty((n_places, size), np.float32), np.empty(n_places, np.float32)
        self.centers = wide.WideCenters(
            names,
            place_of,
            column_of,
            bands,
            rows,
            np.empty(n_places, np.float32),
            lows,
            narrow,
            narrow_lows,
            np.empty((n_panels, 0 if self.by_bytes else (size or d_padded) // 2, PANEL, 2), np.int16),
            np.empty((n_panels, d_padded // 4 + 1, PANEL, 4) if self.by_bytes else (0, 0, PANEL, 4), np.int8),
            np.empty(n_places, np.float32),
            np.empty(n_places, np.float32),
            np.zeros(n_places, np.float32),
            centers.copy(),
            np.zeros(k, np.float32),
            np.zeros(n_bands * PANEL, np.float32),
            self.shift,
            self.scale,
        )
        self.moved = np.empty((n_panels, PANEL), dtype=np.float32)
        self.upper = np.full(n, np.inf, np.float32)
        self.bounds = np.zeros((n, n_bands * PANEL if self.again else 0), np.float32)
        block = max(6, min(wide.BLOCK_ROWS, thresholds.wide_scores // n_places // 6 * 6))
        self.rows = parallel.chunk((k * (size or d) + 4.0 * d) / OPERATIONS / 2, block)
        slots = max(1, min(self.n_threads, ceil_div(n, self.rows)))
        self.work = np.empty(
            (slots, block * (n_places + d_padded + d_padded // 2) + 2 * n_places + (size or d_padded)), np.float32
        )
        self.lists = np.empty((slots, 4 * n_places + n_bands * PANEL), np.int32)
        self.counts = np.empty((slots, 8), np.int64)
        slots = max(1, min(self.n_threads, n_panels))
        self.center_work = np.empty((slots, PANEL * (d_padded + size + 1) + d_padded), np.float32)

    def _may_take_bytes(self) -> bool:
        """Whether the machine has products of bytes, and there are so many rows that it pays to try some."""
        n, d = self.X.shape
        return wide.HAS_BYTES and d <= _MOST_BYTES and n >= thresholds.wide_tried * _JUDGED

    def _choose(self, centers: NDArray[np.float64]) -> tuple[int, bool]:
        """How many coordinates pay, or 0; and if none do, whether bytes do.

        What the bounds leave of the pairs of some rows with the centers is counted.
        """
        n, d = self.X.shape
        rows = shifted(self.X[:: max(1, n // _JUDGED)], self.shift, self.scale)
        means = shifted(centers, self.shift, self.scale)
        x_rest, c_rest = (rows * rows).sum(axis=1), (means * means).sum(axis=1)
        squares = x_rest[:, None] + c_rest
        apart = squares - 2 * multiply(rows, means.T, self.n_threads)
        nearest = apart.min(axis=1)[:, None]
        later = 1.0 if self.n_calls > 1 or not self.again else _LATER
        by_itself = later * (_FETCHED * d / PANEL + _COMPARED) / squares.size  # a pair
        best, by_bytes, least = 0, False, _WHOLE * d / PANEL
        if self._may_take_bytes():
            left = np.sqrt(x_rest)[:, None] * _left_by_bytes(means).max()
            left = left + _left_by_bytes(rows)[:, None] * np.sqrt(c_rest.max())
            cost = _BYTE * d / PANEL + np.count_nonzero(apart - 2 * left <= nearest) * by_itself
            by_bytes, least = cost < least, min(cost, least)
        if not len(self.axes):
            return 0, by_bytes
        columns = self.axes.T.astype(np.float32)
        x, c = multiply(rows, columns, self.n_threads), multiply(means, columns, self.n_threads)
        products = np.zeros_like(squares)
        to_make = 0.0 if self.again else d / PANEL / self.n_clusters  # of a coordinate, for each pair
        last = 0
        for size in itertools.takewhile(lambda size: size <= len(self.axes) + 1, thresholds.wide_sizes):
            some_x, some_c = np.ascontiguousarray(x[:, last : size - 1]), np.ascontiguousarray(c[:, last : size - 1])
            products += multiply(some_x, some_c.T, self.n_threads)
            x_rest -= (some_x * some_x).sum(axis=1)
            c_rest -= (some_c * some_c).sum(axis=1)
            rest = np.sqrt(np.maximum(x_rest, 0))[:, None] * np.sqrt(np.maximum(c_rest, 0))
            n_left = np.count_nonzero(squares - 2 * (products + rest) <= nearest)
            cost = size * (_WHOLE / PANEL + to_make) + n_left * by_itself
            if cost < least:
                best, least = size, cost
            last = size - 1
        return best, by_bytes and not best


def _left_by_bytes(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The length of what whole numbers of 8 bits leave of each row."""
    steps = np.maximum(np.abs(rows).max(axis=1), 1e-25)[:, None] / np.float32(127)
    left: NDArray[np.float32] = np.linalg.norm(rows - steps * np.rint(rows / steps), axis=1)
    return left


def nearest_wide(X: NDArray[Any], centers: NDArray[np.float64], n_threads: int) -> NDArray[np.int32]:
    """Label of the nearest center for each row, where squares of all numbers fit into float64."""
    shift = centers.mean(axis=0)
    scale = power_of_two_below(float(np.abs(centers - shift).max()))
    labels = np.full(len(X), -1, dtype=np.int32)
    with np.errstate(over="ignore", invalid="ignore"):  # of rows and centers far from each other
        WideAssignment(X, len(centers), shift, scale, n_threads, again=False)(centers, labels)
    return labels


def write_distances(X: NDArray[Any], centers: NDArray[np.float64], n_threads: int, out: NDArray[Any]) -> None:
    """Euclidean distances (n, k), where squares of all numbers fit into float64."""
    n, d = X.shape
    shift = centers.mean(axis=0)
    columns = packed(-2 * (centers - shift).T)
    squares = np.zeros(len(columns) * PANEL)
    squares[: len(centers)] = np.square(centers - shift).sum(axis=1)
    rows = parallel.chunk(2 * len(squares) * d / OPERATIONS, wide.BLOCK_ROWS)
    slots = max(1, min(n_threads, ceil_div(n, rows)))
    work = np.empty((slots, wide.BLOCK_ROWS * (d + len(squares))))
    parallel.over(n, rows, n_threads, wide.distances_to_all_wide, X, centers, shift, columns, squares, work, out)
