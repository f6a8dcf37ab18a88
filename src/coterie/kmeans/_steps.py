# SPDX-License-Identifier: BSD-3-Clause
"""One iteration of k-means, row by row or cell by cell: what `_lloyd.iterate` repeats.

A variant of the algorithm is another step: it says how rows are assigned, or what becomes of the centers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import power_of_two
from .._runtime import parallel
from .._runtime.strips import ceil_div, strip_size
from .._runtime.thresholds import thresholds
from . import _cells
from ._assignment import Assignment, inertia, space_for, sum_of_squares
from ._data import TILE, Data, divided, prepare
from ._empty_clusters import fill_empty
from ._grid_sums import GridSums
from ._kernels import cell_step, cells, update
from ._sparse import SparseAssignment, SparseSums
from ._sums import RunningSums, StripSums
from ._wide import WideAssignment, pays_for

if TYPE_CHECKING:
    from numpy.typing import NDArray


def first_step(data: Data, n_clusters: int) -> Step:
    """The step that suits the data: cell by cell for few features and many rows."""
    if _cells.pay_for_iterations(data, n_clusters):
        return CellStep(_cells.sort_into_cells(data), n_clusters)
    return RowStep(data, n_clusters)


class Step:
    """Assignment, which a subclass has, and centroid update.

    Attributes
    ----------
    data : the rows, in the order in which the labels stand
    sums : what the rows of each label add up to
    loss : (k,), what a margin of a label loses as the centers move
    stage : what callbacks are told
    """

    stage = "k-means"
    sums: RunningSums | StripSums | GridSums | SparseSums
    loss: NDArray[np.float32]

    def __init__(self, data: Data, n_clusters: int) -> None:
        self.data, self.n_clusters = data, n_clusters
        self.moved = np.empty(n_clusters)

    def assign(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> int:
        """Write labels and add up their rows; return how many labels changed. A label of -1 is not known yet."""
        raise NotImplementedError

    def update(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> float:
        """Move the centers to the means of their rows; return the sum of squared movements."""
        sums, weights = self.sums.sums, self.sums.weights
        if np.count_nonzero(weights) < len(weights):
            sums, weights = self.filled(centers, labels)
        sums = self.aim(sums, weights, centers)
        return self.move(sums, weights, centers)

    def move(self, sums: NDArray[np.float64], weights: NDArray[np.float64], centers: NDArray[np.float64]) -> float:
        """Centers become means; those without weight go where the heaviest is. Returns the sum of squared movements."""
        data = self.data
        return update.move_centers(sums, weights, data.moments.mean, data.scale, centers, self.moved, self.loss)

    def filled(
        self, centers: NDArray[np.float64], labels: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Sums and weights of the clusters, where those without weight have got far rows."""
        # Labels, which the sums follow, stay as they are.
        sums, weights = self.sums.sums.copy(), self.sums.weights.copy()
        fill_empty(self.data, labels, centers, sums, weights)
        return sums, weights

    def aim(
        self, sums: NDArray[np.float64], weights: NDArray[np.float64], centers: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Where the centers go, as sums of rows whose means they become; as a rule those there are."""
        return sums

    def inertia(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> float:
        """What the algorithm minimizes, of rows with these labels and centers, times a power of two; see `Data`."""
        data = self.data
        return sum_of_squares(data.X, data.weight, centers, labels, data.n_threads)

    def nudge(self, distance: float) -> None:
        """The centers were moved by others, each by no more than a distance."""

    def as_given(self, labels: NDArray[np.int32]) -> NDArray[np.int32]:
        """Labels in the order in which the caller of the iterations wants them: that of the rows before any sorting."""
        return _cells.unsort(self.data, labels)

    def following(self) -> Step:
        """The step for the next iteration: another one where this one proves slow."""
        return self


class RowStep(Step):
    """Row by row, without those whose margin shows that their label stands."""

    sums: RunningSums | SparseSums

    def __init__(self, data: Data, n_clusters: int) -> None:
        super().__init__(data, n_clusters)
        self.assignment: Assignment | WideAssignment | SparseAssignment
        if data.is_sparse:
            self.assignment = SparseAssignment(data.sparse, n_clusters, data.scale, data.n_threads)
            self.loss = self.assignment.loss
            self.sums = SparseSums(data, n_clusters)
            return
        self.sums = RunningSums(data, n_clusters)
        self._assign_with(WideAssignment if pays_for(data.X, n_clusters) else Assignment)

    def assign(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> int:
        changed = self.assignment(centers, labels).changed
        self.sums.follow(labels)
        return changed

    def _assign_with(self, kind: type[Assignment | WideAssignment]) -> None:
        data = self.data
        shift = data.moments.mean.astype(data.X.dtype).astype(np.float64)  # float32 differences are faster
        self.assignment = kind(data.X, self.n_clusters, shift, data.scale, data.n_threads)
        self.loss = self.assignment.loss

    def move(self, sums: NDArray[np.float64], weights: NDArray[np.float64], centers: NDArray[np.float64]) -> float:
        if isinstance(self.assignment, SparseAssignment):
            return self.assignment.move(sums, weights, centers)
        return super().move(sums, weights, centers)

    def nudge(self, distance: float) -> None:
        self.assignment.nudge(distance * self.data.scale)

    def following(self) -> Step:
        """The same step; in float64 where float32 leaves most wide rows in doubt."""
        if isinstance(self.assignment, WideAssignment) and self.assignment.is_doubtful:
            self._assign_with(Assignment)
        return self


class CellStep(Step):
    """Cell by cell. All in float64: few pairs of row and center are looked at."""

    def __init__(self, data: Data, n_clusters: int) -> None:
        assert data.cells is not None
        n_cells, d = len(data.cells.boxes), data.X.shape[1]
        self.strip = strip_size(n_cells, max(1, n_clusters // 8), 64 * d)
        super().__init__(data, n_clusters)
        n_strips = ceil_div(n_cells, self.strip)
        self.sums: StripSums = StripSums(n_strips, n_clusters, d)
        self.loss = np.empty(n_clusters, dtype=np.float32)  # no margins are kept
        self.cells = cells.Cells(data.cells.starts, data.cells.boxes, data.cells.sums)
        self.centers = space_for(n_clusters, data.moments.mean, data.scale, single=False)
        self.cell_labels = np.full(n_cells, -1, dtype=np.int32)
        stride = ceil_div(n_clusters, 8) * 8
        slots = max(1, min(data.n_threads, n_strips))
        self.columns = np.full((d, stride), np.inf)
        self.candidates = cell_step.Candidates(
            self.columns,
            np.arange(n_clusters, dtype=np.int32),
            np.empty((slots, (2 * d + 1) * stride + (d + 1) * TILE + 2 * n_clusters * (d + 1))),
            np.empty((slots, 2 * stride), dtype=np.int32),
        )
        self.counts = np.empty((slots, 8), dtype=np.int64)
        self.pairs = 0  # of row and center, that the last assignment looked at

    def assign(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> int:
        data = self.data
        self.counts.fill(0)
        self.columns[:, : len(centers)] = centers.T
        self.centers.pack(centers)
        parallel.over(
            len(self.cell_labels),
            self.strip,
            data.n_threads,
            cell_step.label_and_sum_cells,
            data.X,
            data.weight,
            self.cells,
            self.centers,
            self.candidates,
            labels,
            self.cell_labels,
            self.sums.by_strip,
            self.sums.weights_by_strip,
            self.counts,
        )
        self.sums.add_up()
        changed, self.pairs = map(sum, zip(*self.counts[:, :2].tolist(), strict=True))
        return changed

    def following(self) -> Step:
        """Rows, where the boxes leave so many pairs of row and center that margins are faster."""
        n_rows, n_clusters = len(self.data.X), len(self.loss)
        if self.pairs < thresholds.cell_pairs * (n_rows * n_clusters):
            return self
        return RowStep(self.data, n_clusters)


class Sums(NamedTuple):
    """One assignment of rows to centers, and what the next centers are made of."""

    labels: NDArray[np.int32]  # (n,)
    sums: NDArray[np.float64]  # (k, d), weighted sums of the rows of each center
    masses: NDArray[np.float64]  # (k,), weights of the rows of each center
    inertia: float  # with the centers given


def sum_by_center(X: NDArray[Any], weights: NDArray[np.float64] | None, centers: NDArray[Any], n_threads: int) -> Sums:
    """The first half of an iteration, for those who move the centers themselves; row by row."""
    data = prepare(X, weights, n_threads)
    step = RowStep(data, len(centers))
    labels = np.full(len(X), -1, dtype=np.int32)
    step.assign(np.array(divided(data, centers), dtype=np.float64, order="C"), labels)
    masses = step.sums.weights
    with np.errstate(invalid="ignore", divide="ignore"):
        means = data.moments.mean + step.sums.sums / masses[:, None]  # as `move_centers` has them
    sums = np.where(masses[:, None] > 0, means * masses[:, None], 0.0)
    weight_exponent = data.inertia_exponent - 2 * data.exponent
    return Sums(
        labels,
        power_of_two.multiplied(sums, data.exponent + weight_exponent),
        power_of_two.multiplied(masses, weight_exponent),
        inertia(X, weights, centers, labels, n_threads),
    )
