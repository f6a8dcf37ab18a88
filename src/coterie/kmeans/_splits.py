# SPDX-License-Identifier: BSD-3-Clause
"""Clusters that are split in two, and their rows, which are moved so that those of a cluster lie together."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import power_of_two
from .._runtime import parallel
from .._runtime.strips import ceil_div, strip_size
from .._runtime.thresholds import thresholds
from ..distances._sparse import SparseRows
from ..scaling._moments import Moments
from . import _assignment, _cells
from ._data import NO_WEIGHT, Cells, Data, power_of_two_below, prepare
from ._kernels import cell_step, cells
from ._sparse_rows import between, divided_rows, taken
from ._starts import draw_rows, starting_centers
from ._steps import Step, first_step
from ._sums import StripSums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

    Init = str | Callable[..., ArrayLike]

_ROW = 2.0  # nanoseconds of a row in cells
_LEAST_REACH = 2.0**-300  # of rows from their center, for squares that do not vanish


@dataclasses.dataclass(eq=False)
class Node:
    """A cluster on the way: its rows, once they are sorted, and what came of it. Units are those of `Data`."""

    start: int
    stop: int
    center: NDArray[Any]
    inertia: float  # about the center; at most that of the parent
    n_weighted: int  # rows of a weight above 0
    children: list[Node] = dataclasses.field(default_factory=list)
    label: int = -1
    cells: Cells | None = None  # how its rows are sorted, until it is split; None if they are not


class Rows:
    """A copy of the rows, in which those of a cluster lie together, in the order that they had.

    Attributes
    ----------
    order : (n,), where the rows were before
    """

    def __init__(self, data: Data) -> None:
        X = data.X
        if isinstance(X, SparseRows):
            X = dataclasses.replace(X, starts=X.starts.copy(), columns=X.columns.copy(), values=X.values.copy())
        else:
            X = X.copy()
        self._take_over(data, X, data.weight.copy(), np.arange(len(X)))

    def _take_over(self, data: Data, X: Any, weight: NDArray[np.float64], order: NDArray[Any]) -> None:
        self.whole, self.X, self.weight, self.order = data, X, weight, order
        self.n_threads, self.exponent = data.n_threads, data.exponent

    def root(self) -> Node:
        """All rows as one cluster."""
        n = len(self.X)
        center = self.whole.moments.mean
        if len(self.weight):
            center = _weighted_sum(self.X, self.weight) / self.weight.sum()
        return Node(0, n, center, *self._measure(0, n, center, math.inf))

    def data_of(self, node: Node) -> Data:
        """The rows of a cluster, in units of `X`, for a k-means."""
        return prepare(*self._between(node.start, node.stop), self.n_threads)

    def step_of(self, data: Data) -> Step:
        """What the first iteration of a k-means on the rows of a cluster does."""
        return first_step(data, 2)

    def starting_centers(
        self, node: Node, data: Data, init: Init, random_state: np.random.RandomState
    ) -> NDArray[np.float64]:
        """Where the two centers of a split start; `data` is that of the cluster."""
        X, weights = self._between(node.start, node.stop)
        if callable(init) and self.exponent:
            given = divided_rows(X, -self.exponent)
            start = starting_centers(given, 2, init, random_state, weights, data)
            return power_of_two.multiplied(start, -self.exponent)
        return starting_centers(X, 2, init, random_state, weights, data)

    def split(self, node: Node, labels: NDArray[np.int32], centers: NDArray[Any], step: Step | None) -> None:
        """Give a cluster two children by the labels of its rows, 0 and 1, and sort its rows.

        step : what found the labels, if anything did
        """
        middle = node.start + self._partition(node.start, node.stop, labels)
        node.children = [
            Node(start, stop, center, *self._measure(start, stop, center, node.inertia))
            for start, stop, center in zip((node.start, middle), (middle, node.stop), centers, strict=True)
        ]

    def _between(self, start: int, stop: int) -> tuple[Any, NDArray[np.float64] | None]:
        """Some rows, and their weights."""
        return between(self.X, start, stop), self.weight[start:stop] if len(self.weight) else None

    def _partition(self, start: int, stop: int, labels: NDArray[np.int32]) -> int:
        """Sort some rows by their labels; return how many have label 0."""
        is_second = labels != 0
        first = (~is_second).nonzero()[0]
        self._reorder(start, stop, np.concatenate([first, is_second.nonzero()[0]]))
        return len(first)

    def _reorder(self, start: int, stop: int, which: NDArray[np.intp]) -> None:
        """Put some rows in the order `which`, numbers from 0 to stop - start - 1."""
        for array in (self.order, *([self.weight] if len(self.weight) else [])):
            array[start:stop] = array[start:stop][which]
        X = self.X
        some = taken(self._between(start, stop)[0], which)
        if isinstance(X, SparseRows):  # as many numbers are stored as before
            begin, end = X.starts[start], X.starts[stop]
            X.starts[start : stop + 1] = begin + some.starts
            X.columns[begin:end], X.values[begin:end] = some.columns, some.values
        else:
            X[start:stop] = some

    def _measure(self, start: int, stop: int, center: NDArray[Any], most: float) -> tuple[float, int]:
        """Inertia of some rows about a center, and how many of them have weight; rounding does not exceed `most`."""
        X, weights = self._between(start, stop)
        if start == stop:
            return 0.0, 0
        labels = np.zeros(len(X), dtype=np.int32)
        one = center.astype(np.float64)[None]
        total = _assignment.sum_of_squares(X, NO_WEIGHT if weights is None else weights, one, labels, self.n_threads)
        return min(total, most), self._count(start, stop)

    def _count(self, start: int, stop: int) -> int:
        """How many of some rows have a weight above 0."""
        return int(np.count_nonzero(self.weight[start:stop])) if len(self.weight) else stop - start


class HalvingStep(Step):
    """Cell by cell with two centers, all in float64: the border between them crosses few cells.

    Attributes
    ----------
    halves : inertia of both clusters, when it was last computed
    seconds : (n_cells,), how many rows of each cell were in the second cluster then
    """

    sums: StripSums

    def __init__(self, data: Data) -> None:
        super().__init__(data, 2)
        assert data.cells is not None
        n_cells, d = len(data.cells.boxes), data.X.shape[1]
        self.strip = strip_size(n_cells, 1, 64 * d)
        n_strips = ceil_div(n_cells, self.strip)
        self.sums = StripSums(n_strips, 2, d)
        self.loss = np.empty(2, dtype=np.float32)  # no margins are kept
        self.cells = cells.Cells(data.cells.starts, data.cells.boxes, data.cells.sums)
        self.cell_labels = np.full(n_cells, -1, dtype=np.int32)
        self.parts = np.empty((n_cells, 2, d + 1))
        self.spread = 4.0 * float(np.square(data.moments.reach).sum())  # rows and centers are within reach of the mean
        self.counts = np.empty((max(1, min(data.n_threads, n_strips)), 8), dtype=np.int64)
        self.seconds = np.empty(n_cells, dtype=np.intp)
        self.halves: list[float] = []

    def assign(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> int:
        data = self.data
        self.counts.fill(0)
        self._over_cells(
            cell_step.halve_cells,
            data.moments.mean,
            centers,
            self.spread,
            labels,
            self.cell_labels,
            self.parts,
            self.sums.by_strip,
            self.sums.weights_by_strip,
            self.counts,
        )
        self.sums.add_up()
        return int(self.counts[:, 0].sum())

    def inertia(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> float:
        squares = np.empty((len(self.sums.by_strip), 2))
        self._over_cells(cell_step.measure_halves, centers, labels, self.cell_labels, self.seconds, squares)
        self.halves = squares.sum(axis=0).tolist()
        return sum(self.halves)

    def filled(
        self, centers: NDArray[np.float64], labels: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        data = self.data
        assert data.cells is not None
        ranks = np.empty_like(data.cells.order)  # numbers among all rows become numbers among these
        ranks[data.cells.order.argsort()] = np.arange(len(ranks))
        self.data = dataclasses.replace(data, cells=data.cells._replace(order=ranks))
        return super().filled(centers, labels)

    def as_given(self, labels: NDArray[np.int32]) -> NDArray[np.int32]:
        """As the rows of the cluster stand."""
        return labels

    def _over_cells(self, kernel: parallel.Kernel, *arguments: object) -> None:
        data = self.data
        rows = data.X, data.weight, self.cells
        parallel.over(len(self.cell_labels), self.strip, data.n_threads, kernel, *rows, *arguments)


class RowsInCells(Rows):
    """Rows of few features, which are sorted into cells once: a split cuts the cells that its border crosses.

    The rows of a cluster lie cell by cell. One without cells is sorted as the rows were before, when it is split.
    """

    def __init__(self, data: Data) -> None:
        found = _cells.sort_into_cells(data, thresholds.halved_rows)
        data.in_cells = None  # these rows are going to be moved
        assert found.cells is not None
        self._take_over(data, found.X, found.weight, found.cells.order)
        self.cells = found.cells

    @staticmethod
    def pay_for(data: Data, init: Init) -> bool:
        """Few features mean small boxes. A callable is to see the rows in the order that they had."""
        n, d = data.X.shape
        many = thresholds.split_rows <= n < 1 << 32
        return many and d <= thresholds.cell_features and not data.is_sparse and not callable(init)

    def root(self) -> Node:
        node = super().root()
        node.cells = self.cells
        return node

    def data_of(self, node: Node) -> Data:
        center, d = node.center.astype(np.float64), len(node.center)
        reach = np.zeros(d)
        if node.cells is not None:
            boxes = node.cells.boxes.reshape(-1, 2 * d)
            low, high = boxes.min(axis=0)[:d], boxes.max(axis=0)[d:]
            center = center.clip(low, high)  # it has rounding errors of the rows of the parent
            reach = np.maximum(center - low, high - center)
        if reach.max() < _LEAST_REACH:
            node.cells = None
            self._reorder(node.start, node.stop, self.order[node.start : node.stop].argsort())
            return super().data_of(node)
        X, weights = self._between(node.start, node.stop)
        return Data(
            X,
            0,
            NO_WEIGHT if weights is None else weights,
            0,
            Moments(center, np.square(reach), reach),  # the variance at most
            power_of_two_below(float(reach.max())),
            parallel.threads_for(_ROW * len(X), self.n_threads),
            cells=node.cells,
        )

    def step_of(self, data: Data) -> Step:
        return super().step_of(data) if data.cells is None else HalvingStep(data)

    def starting_centers(
        self, node: Node, data: Data, init: Init, random_state: np.random.RandomState
    ) -> NDArray[np.float64]:
        if node.cells is None:
            return super().starting_centers(node, data, init, random_state)
        if init != "random":
            return super().starting_centers(node, super().data_of(node), init, random_state)
        # Draws are among the rows in the order that they had.
        order, n = node.cells.order, len(data.X)
        if len(data.weight):
            before = order.argsort()
            ranks = draw_rows(random_state, n, 2, data.weight[before])
            drawn = order[before[ranks]].astype(np.intp)
        else:
            drawn = draw_rows(random_state, n, 2)
            cells.pick_by_rank(order, len(self.order) - 1, drawn)
        return self.whole.X[drawn].astype(np.float64)

    def split(self, node: Node, labels: NDArray[np.int32], centers: NDArray[Any], step: Step | None) -> None:
        found, node.cells = node.cells, None
        if found is None or not isinstance(step, HalvingStep):
            super().split(node, labels, centers, step)
            return
        middle = node.start + self._partition(node.start, node.stop, labels)
        sizes = np.diff(found.starts)
        bounds, parts = ((node.start, middle), (middle, node.stop)), (sizes - step.seconds, step.seconds)
        for (start, stop), center, inertia, part in zip(bounds, centers, step.halves, parts, strict=True):
            child = Node(start, stop, center, min(inertia, node.inertia), self._count(start, stop))
            child.cells = self._cells_of(child, found, sizes, part)
            node.children.append(child)

    def _partition(self, start: int, stop: int, labels: NDArray[np.int32]) -> int:
        n_second = int(np.count_nonzero(labels))
        X, weights = self._between(start, stop)
        moved = X, self.order[start:stop], NO_WEIGHT if weights is None else weights
        return cells.split_rows(*moved, labels, *(np.empty((n_second, *each.shape[1:]), each.dtype) for each in moved))

    def _cells_of(self, child: Node, found: Cells, sizes: NDArray[np.intp], part: NDArray[np.intp]) -> Cells | None:
        """Cells of a child, from those of its parent, their sizes, and how many rows of each are the child's.

        None if the child is too small for cells to pay.
        """
        if child.stop - child.start < thresholds.split_rows:
            return None
        kept = part.nonzero()[0]
        part = part[kept]
        starts = np.zeros(len(kept) + 1, dtype=np.intp)
        part.cumsum(out=starts[1:])
        order = self.order[child.start : child.stop]
        of_child = Cells(order, starts, found.boxes.take(kept, axis=0), found.sums.take(kept, axis=0))
        X, weights = self._between(child.start, child.stop)
        is_cut = (part < sizes[kept]).nonzero()[0]
        _cells.describe(X, NO_WEIGHT if weights is None else weights, of_child, is_cut, self.n_threads)
        return of_child


def _weighted_sum(X: Any, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    if isinstance(X, SparseRows):
        weighted = np.repeat(weight, np.diff(X.starts)) * X.values
        return np.bincount(X.columns, weighted, X.shape[1]).astype(np.float64, copy=False)
    total: NDArray[np.float64] = np.einsum("i,ij->j", weight, X)
    return total
