# SPDX-License-Identifier: BSD-3-Clause
"""Nearest centers of rows with many features, without most of the distances (_kernels/wide.pyx).

Which bounds pay is found out on a sample of the rows, by counting what they would leave: it depends on the data alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._runtime import parallel
from .._runtime.strips import ceil_div
from .._runtime.thresholds import thresholds
from ._data import OPERATIONS
from ._kernels import wide
from ._tail import GROUP, find_axes, make_tail, multiply, shifted

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._kernels.tail import Tail

_JUDGED = 256  # rows, about, on which bounds are tried
_COMPARED = 40.0  # more than by its multiplications a pair costs that is compared by itself, in multiplications a lane


class WideTally(NamedTuple):
    """What an assignment looked at."""

    changed: int  # labels
    seen: int  # rows that the groups did not settle
    exact: int  # of these by true distances
    blocked: int  # of these compared with all centers
    bounded: int  # pairs of row and center that were bounded by coordinates
    full: int  # pairs that were compared in all features


def pays_for(X: NDArray[Any], n_clusters: int) -> bool:
    """Are rows wide enough for bounds beside them, and is there enough work?"""
    n, d = X.shape
    return d >= thresholds.wide_features and _room(X) >= GROUP and n * n_clusters * d >= thresholds.wide_work


def _room(X: NDArray[Any]) -> int:
    """Numbers of float32 that may be kept beside a row, without 3 that are always there.

    These are its label, the label that its sums know of, and the distance to its center.
    """
    return int(thresholds.wide_memory * X.itemsize * X.shape[1] / 4) - 3


class WideAssignment:
    """Nearest centers row by row, again and again, as `Assignment` finds them."""

    def __init__(
        self, X: NDArray[Any], n_clusters: int, shift: NDArray[np.float64], scale: float, n_threads: int
    ) -> None:
        self.X, self.n_clusters, self.n_threads = X, n_clusters, n_threads
        self.shift, self.scale = shift, scale
        self.loss = np.zeros(n_clusters, dtype=np.float32)
        self.tail: Tail | None = None
        self.centers: wide.WideCenters | None = None
        self.is_doubtful = False  # float32 left most rows of the last assignment in doubt

    def _prepare(self, centers: NDArray[np.float64]) -> None:
        n, d = self.X.shape
        k = self.n_clusters
        room = _room(self.X)
        most = room - GROUP if n * k >= thresholds.wide_pairs else 0
        axes = find_axes(self.X, self.shift, self.scale, most, self.n_threads)
        with np.errstate(over="ignore", invalid="ignore"):  # of centers far from all rows
            size = self._choose_size(centers, axes)
        if size:
            self.tail = make_tail(self.X, axes[: size - 1], self.shift, self.scale, self.n_threads)
            room -= size + 1
        n_vectors = ceil_div(k, GROUP)
        n_bands = max(1, min(room // GROUP, ceil_div(n_vectors, thresholds.wide_group)))
        bands = np.arange(n_bands + 1, dtype=np.intp) * n_vectors // n_bands
        n_slots = n_vectors * GROUP
        self.names = np.full(n_slots, -1, dtype=np.int32)
        slot_of = np.empty(n_slots, dtype=np.int32)
        for first, last in zip(bands[:-1].tolist(), bands[1:].tolist(), strict=True):
            slots = np.arange(first * GROUP, last * GROUP, dtype=np.int32)
            slot_of[slots] = slots.reshape(GROUP, last - first).T.ravel()
        column_of = np.empty(n_slots, dtype=np.int32)
        column_of[slot_of] = np.arange(n_slots, dtype=np.int32)
        self.places = np.arange(k, dtype=np.int32)
        self.names[:k] = np.arange(k)
        d_padded = ceil_div(d, GROUP) * GROUP
        rows, lows = np.empty((n_slots, d_padded), np.float32), np.empty(n_slots, np.float32)
        narrow, narrow_lows = rows, lows
        if size:
            narrow, narrow_lows = np.empty((n_slots, size), np.float32), np.empty(n_slots, np.float32)
        self.moved = np.empty((n_vectors, GROUP), dtype=np.float32)
        n_groups = n_bands * GROUP
        self.drift = np.zeros(n_groups, np.float32)
        self.centers = wide.WideCenters(
            self.names,
            self.places,
            slot_of,
            column_of,
            bands,
            rows,
            np.empty(n_slots, np.float32),
            lows,
            narrow,
            narrow_lows,
            np.empty((n_vectors, size or d, GROUP), np.float32),
            np.empty(n_slots, np.float32),
            centers.copy(),
            np.zeros(k, np.float32),
            self.drift,
            self.shift,
            self.scale,
        )
        self.upper = np.empty(n, np.float32)
        self.bounds = np.empty((n, n_groups), np.float32)
        block = max(6, min(wide.BLOCK_ROWS, thresholds.wide_scores // n_slots // 6 * 6))
        cost = (k * (size or d) + 4.0 * d) / OPERATIONS / 2
        self.rows = parallel.chunk(cost, block)
        slots = max(1, min(self.n_threads, ceil_div(n, self.rows)))
        self.work = np.empty((slots, block * (n_slots + d_padded) + 2 * n_slots), np.float32)
        self.lists = np.empty((slots, 4 * n_slots + n_groups), np.int32)
        self.counts = np.empty((slots, 8), np.int64)
        slots = max(1, min(self.n_threads, n_vectors))
        self.center_work = np.empty((slots, GROUP * (d_padded + size + 1)), np.float32)

    def _choose_size(self, centers: NDArray[np.float64], axes: NDArray[np.float64]) -> int:
        """How many coordinates pay, or 0.

        What their bounds leave of the pairs of some rows with the centers is counted.
        """
        n, d = self.X.shape
        if not len(axes):
            return 0
        rows = shifted(self.X[:: max(1, n // _JUDGED)], self.shift, self.scale)
        means = shifted(centers, self.shift, self.scale)
        squares = (rows * rows).sum(axis=1)[:, None] + (means * means).sum(axis=1)
        nearest = (squares - 2 * multiply(rows, means.T, self.n_threads)).min(axis=1)
        columns = axes.T.astype(np.float32)
        x, c = multiply(rows, columns, self.n_threads), multiply(means, columns, self.n_threads)
        x_rest, c_rest = (rows * rows).sum(axis=1), (means * means).sum(axis=1)
        products = np.zeros_like(squares)
        best, least, first = 0, d / GROUP, 0
        for size in thresholds.wide_sizes:
            if size > len(axes) + 1:
                break
            some_x, some_c = (np.ascontiguousarray(each[:, first : size - 1]) for each in (x, c))
            products += multiply(some_x, some_c.T, self.n_threads)
            x_rest -= (some_x * some_x).sum(axis=1)
            c_rest -= (some_c * some_c).sum(axis=1)
            rest = np.sqrt(np.maximum(x_rest, 0))[:, None] * np.sqrt(np.maximum(c_rest, 0))
            left = np.count_nonzero(squares - 2 * (products + rest) <= nearest[:, None]) / squares.size
            cost = size / GROUP + left * (d / GROUP + _COMPARED)
            if cost < least:
                best, least = size, cost
            first = size - 1
        return best

    def __call__(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> WideTally:
        """Write the labels; one of -1 is not known yet."""
        if self.centers is None:
            self._prepare(centers)
        assert self.centers is not None
        parallel.over(
            len(self.moved),
            parallel.chunk(GROUP * centers.shape[1] * 2.0),
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

    def forget(self) -> None:
        """Nothing to do: how far centers moved is found out whenever they are packed."""
