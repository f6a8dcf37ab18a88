# SPDX-License-Identifier: BSD-3-Clause
"""One iteration of k-medians: rows go to the nearest center, and centers to the medians of their rows.

The kernels are `manhattan` for the rows, `medians` for the centers.
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from .._runtime import parallel
from .._runtime.spaces import APART
from .._runtime.strips import ceil_div, strip_size
from .._runtime.thresholds import thresholds
from . import _cells
from ._data import Data
from ._kernels import medians as kernels
from ._manhattan import Grid, ManhattanAssignment, distances_to_own, sum_of_distances, unit_of_grid
from ._steps import Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WEIGHT_BITS = 62  # of the sum of all weights as whole numbers
_SAMPLE = 2048  # rows that say where bins start


@dataclasses.dataclass(eq=False)
class MedianData(Data):
    """The data of a fit, and what is computed from them once."""

    codes: kernels.Codes = dataclasses.field(kw_only=True)
    is_single: NDArray[np.bool_] = dataclasses.field(kw_only=True)  # (d, bins), whether a bin holds one value only
    shift: NDArray[np.float64] = dataclasses.field(kw_only=True)  # (d,), near the means
    grid: Grid | None = dataclasses.field(kw_only=True)
    squared_spread: float = dataclasses.field(kw_only=True)  # mean of the squares of half the interquartile ranges


def prepare_medians(data: Data, n_clusters: int) -> MedianData:
    """Bins of the rows: a byte for each number, of up to seven more features. O(n d) time.

    Few features are sorted into cells: rows of a cluster then lie together in memory.
    """
    n, d = data.X.shape
    width = 1 << (max(1, min(kernels.MOST_BINS, n // 8)).bit_length() - 1)  # no more than a byte for each number
    n_bins = max(1, min(width, n // (thresholds.bin_rows * n_clusters)))
    sample = np.sort(np.ascontiguousarray(data.X[:: ceil_div(n, _SAMPLE)].T, dtype=np.float64), axis=1)
    if _cells.pay_for_iterations(data, n_clusters):
        data = _cells.sort_into_cells(data)
    X, moments = data.X, data.moments
    edges = _find_edges(sample, n_bins, width)
    unit = unit_of_grid(moments.reach)
    words = np.empty((n, ceil_div(d, kernels.WORD_CODES)), dtype=np.uint64)
    is_mixed = np.zeros((d, width), dtype=np.uint8)
    codes = kernels.Codes(words, edges, is_mixed, _whole(data.weight))
    size = parallel.chunk(6.0 * d)
    slots = max(1, min(data.n_threads, ceil_div(n, size)))
    mixed = np.zeros((slots, d, width), dtype=np.uint8)
    is_off_grid = np.full((slots, 8 * APART), unit == 0, dtype=np.uint8)
    parallel.over(n, size, slots, kernels.encode_rows, X, 1 / unit if unit else 0.0, codes, mixed, is_off_grid)
    is_mixed |= mixed.max(axis=0)
    grid = None if is_off_grid[:, 0].any() else Grid(unit, moments.mean, moments.reach)
    shift = moments.mean.astype(X.dtype).astype(np.float64)  # float32 differences are faster
    if grid is not None:
        shift = np.rint(moments.mean / grid.unit) * grid.unit
    return MedianData(
        **{field.name: getattr(data, field.name) for field in dataclasses.fields(data)},
        codes=codes,
        is_single=is_mixed == 0,
        shift=shift,
        grid=grid,
        squared_spread=float(np.square((sample[:, -len(sample[0]) // 4] - sample[:, len(sample[0]) // 4]) / 2).mean()),
    )


def _find_edges(columns: NDArray[np.float64], n_bins: int, width: int) -> NDArray[np.float64]:
    """Where bins of each feature start, (d, width): at its values if they are few, else at `n_bins` quantiles.

    columns : (d, n), a sample of the values of each feature, sorted
    """
    d, n = columns.shape
    edges = np.full((d, width), math.inf)
    edges[:, :n_bins] = columns[:, np.arange(n_bins) * n // n_bins]
    n_values = np.count_nonzero(np.diff(columns, axis=1), axis=1) + 1
    for j in np.flatnonzero(n_values <= width).tolist():
        edges[j, : n_values[j]] = np.unique(columns[j])
        edges[j, n_values[j] :] = math.inf
    return edges


def _whole(weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Weights as whole numbers, of at least 1 unless they are 0, of some 40 digits: their sums are exact."""
    if not len(weight):
        return np.empty(0, dtype=np.int64)
    bits = _WEIGHT_BITS - len(weight).bit_length() - math.frexp(float(weight.max()))[1]
    whole = np.rint(np.ldexp(weight, bits))
    return np.where(weight > 0, np.maximum(whole, 1.0), 0.0).astype(np.int64)


class MedianStep(Step):
    """Assignment by Manhattan distances row by row, and centers at medians."""

    stage = "k-medians"
    data: MedianData

    def __init__(self, data: MedianData, n_clusters: int) -> None:
        super().__init__(data, n_clusters)
        n, d = data.X.shape
        self.assignment = ManhattanAssignment(data.X, n_clusters, data.shift, data.scale, data.n_threads, data.grid)
        self.loss = self.assignment.loss
        self.bins = np.zeros((n_clusters, d), dtype=np.uint8)
        self.below, self.inside = np.zeros((2, n_clusters, d), dtype=np.int64)
        self.total = np.zeros(n_clusters, dtype=np.int64)
        self.changed = np.zeros(n_clusters, dtype=np.uint8)
        self.n_kept = np.full((n_clusters, d), -1, dtype=np.int32)
        room = n // (thresholds.kept_rows * n_clusters)
        self.medians = kernels.Medians(
            np.full(n, -1, dtype=np.int32),
            self.bins,
            self.below,
            self.inside,
            self.total,
            self.changed,
            self.n_kept,
            np.empty((n_clusters, d, room)),
            np.empty((n_clusters, d, room) if len(data.weight) else (0, 0, 0), dtype=np.int64),
        )
        self.strip = strip_size(n, 16 * n_clusters, 4)

    def assign(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> int:
        self.n_changed = self.assignment(centers, labels).changed
        return self.n_changed

    def update(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> float:
        before = centers.copy()
        self._move_to_medians(centers, labels)
        lost = np.flatnonzero(self.total == 0)
        if len(lost):
            self._fill(lost, centers, labels)
        differences = centers - before
        moved = np.abs(differences).sum(axis=1) * self.data.scale
        # A row's own center may have gone away, and any other one come nearer. The factor rounds up.
        others = np.full(len(moved), moved.max())
        farthest = int(moved.argmax())
        others[farthest] = np.delete(moved, farthest).max(initial=0.0)
        self.loss[:] = (moved + others) * (1.0 + 2.0**-20)
        return float(np.square(differences).sum())

    def inertia(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> float:
        data = self.data
        return sum_of_distances(data.X, data.weight, centers, labels, data.n_threads)

    def nudge(self, distance: float) -> None:
        # No Manhattan distance is longer than this, for a Euclidean one.
        self.assignment.nudge(distance * math.sqrt(self.data.X.shape[1]) * (1.0 + 2.0**-20) * self.data.scale)

    def _move_to_medians(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> None:
        """Move the centers of the clusters whose rows changed."""
        data, codes = self.data, self.data.codes
        n, d = data.X.shape
        has_sums = 8 * self.n_changed <= n and self.n_changed * d <= thresholds.moved_numbers
        kernels.follow_labels(data.X, labels, has_sums, codes, self.medians)
        changed = (self.changed > 0) & (self.total > 0)
        self.changed.fill(0)
        none = self.total == 0
        self.below[none], self.inside[none], self.n_kept[none] = 0, 0, -1
        wanted = changed
        if has_sums:
            half = (self.total - self.total // 2)[:, None]
            holds = (self.below < half) & (half <= self.below + self.inside)
            is_single = data.is_single[np.arange(d), self.bins]
            changed = changed & ~(holds & is_single).all(axis=1)
            wanted = changed & ~(holds & (is_single | (self.n_kept >= 0))).all(axis=1)
        clusters = np.flatnonzero(changed)
        if not len(clusters):
            return
        rows, sizes = self._members(labels, wanted)
        starts = np.concatenate([[0], sizes[clusters].cumsum()]).astype(np.intp)

        n_items = len(clusters) * ceil_div(d, kernels.WORD_CODES)
        cost = 2.0 * kernels.WORD_CODES * (len(rows) / len(clusters)) + 1000.0  # nanoseconds
        size = parallel.chunk(cost)
        slots = max(1, min(parallel.threads_for(cost * n_items, data.n_threads), ceil_div(n_items, size)))
        largest = int(sizes.max())
        room = max(largest, min(kernels.WORD_CODES * largest, 1 << 16)) + APART
        weights = np.empty((slots, room if len(data.weight) else 0), dtype=np.int64)
        values = np.empty((slots, room))
        described = (data.X, codes, clusters, rows, starts, has_sums, self.medians, values, weights, centers)
        parallel.over(n_items, size, slots, kernels.find_medians, *described)

    def _members(
        self, labels: NDArray[np.int32], wanted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
        """The rows of weight of the clusters that are wanted, sorted by cluster, and how many there are of each."""
        n, codes = len(labels), self.data.codes
        if not wanted.any():
            return np.empty(1, dtype=np.intp), np.zeros(len(wanted), dtype=np.int64)
        places = np.empty((ceil_div(n, self.strip), len(wanted)), dtype=np.int64)
        is_wanted = wanted.view(np.uint8)
        n_threads = parallel.threads_for(2.0 * n, self.data.n_threads)
        parallel.over(n, self.strip, n_threads, kernels.count_members, labels, is_wanted, codes, places)
        sizes = places.sum(axis=0)
        ends = places.T.cumsum().reshape(places.T.shape).T
        places[:] = ends - places
        rows = np.empty(int(sizes.sum()), dtype=np.intp)
        parallel.over(n, self.strip, n_threads, kernels.place_members, labels, is_wanted, codes, places, rows)
        return rows, sizes

    def _fill(self, lost: NDArray[np.intp], centers: NDArray[np.float64], labels: NDArray[np.int32]) -> None:
        """Move the center of each cluster without rows to the row that is then farthest from its own center."""
        data = self.data
        far = distances_to_own(data.X, centers, labels, data.n_threads)
        if len(data.weight):
            far[data.weight == 0] = 0.0
        for cluster in lost.tolist():
            row = self._first_farthest(far)
            if far[row] == 0:
                return  # fewer distinct rows than clusters: nothing is far
            centers[cluster] = data.X[row]
            same = np.zeros(len(far), dtype=np.int32)
            np.minimum(far, distances_to_own(data.X, centers[cluster : cluster + 1], same, data.n_threads), out=far)

    def _first_farthest(self, far: NDArray[np.float64]) -> int:
        """Of the rows that are farthest, the first one in the order of the caller."""
        cells = self.data.cells
        if cells is None:
            return int(far.argmax())
        farthest = np.flatnonzero(far == far.max())
        return int(farthest[cells.order[farthest].argmin()])
