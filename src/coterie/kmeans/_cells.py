# SPDX-License-Identifier: BSD-3-Clause
"""Sort rows of few features into cells of near neighbors (_kernels/cells.pyx), and labels back.

First a grid is laid over the data and the rows are copied box by box; then each box is cut into cells.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._runtime import parallel
from .._runtime.strips import ceil_div, strip_size
from .._runtime.thresholds import thresholds
from ._data import Cells, Data
from ._kernels import cells

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GRID_BITS = 14  # the grid has 2**14 boxes at most
_BOXES = 16  # of a chunk: they are of very different size
_CELLS = 64  # of a chunk


def pay_for_seeding(data: Data, n_clusters: int) -> bool:
    """Does sorting the rows pay for seeding? Few features mean small boxes, many centers many passes."""
    n, d = data.X.shape
    least = thresholds.sorting_clusters[min(d, 4) - 1]
    enough = n_clusters >= least and thresholds.sorting_rows * n_clusters <= n < 1 << 32
    return d <= cells.FEATURES_AT_MOST and enough and not data.is_sparse


def pay_for_iterations(data: Data, n_clusters: int) -> bool:
    """Are iterations faster cell by cell than row by row with margins?"""
    return data.X.shape[1] <= thresholds.cell_features and pay_for_seeding(data, n_clusters)


def sort_into_cells(data: Data, cell_rows: int = cells.CELL_ROWS) -> Data:
    """The same data with a copy of the rows sorted into `cells`; the second time it is at hand.

    At most 8 numbers a row are copied, so memory is O(n).
    """
    if data.cells is not None:
        return data
    if data.in_cells is None:
        boxes = _sort_into_boxes(data)
        starts = _cut_into_cells(boxes, cell_rows, data.n_threads)
        weight = data.weight[boxes.order] if len(data.weight) else data.weight
        n_cells, d = len(starts) - 1, boxes.X.shape[1]
        found = Cells(boxes.order, starts, np.empty((n_cells, 2, d)), np.empty((n_cells, d + 2)))
        describe(boxes.X, weight, found, np.arange(n_cells), data.n_threads)
        data.in_cells = dataclasses.replace(data, X=boxes.X, weight=weight, cells=found)
    return data.in_cells


def describe(
    X: NDArray[Any], weight: NDArray[np.float64], found: Cells, which: NDArray[np.intp], n_threads: int
) -> None:
    """Write boxes and sums of some cells of `X`, whose rows lie cell by cell."""
    described = (X, weight, found.starts, which, found.boxes, found.sums)
    parallel.over(len(which), _CELLS, n_threads, cells.describe_cells, *described)


class _Boxes(NamedTuple):
    """Rows box by box of a grid."""

    X: NDArray[Any]  # (n, d)
    order: NDArray[np.uint32]  # (n,), where the rows were before
    ends: NDArray[np.int64]  # (n_boxes,), where the rows of each box end


def _sort_into_boxes(data: Data) -> _Boxes:
    """Copy the rows box by box of a grid."""
    X = data.X
    n, d = X.shape
    low, bits, per_side = _lay_grid(data)
    n_boxes = 1 << int(bits.sum())
    rows = strip_size(n, 2 * n_boxes, d)
    code = np.empty(n, dtype=np.uint16)
    counts = np.empty((ceil_div(n, rows), n_boxes), dtype=np.uint32)
    parallel.over(n, rows, data.n_threads, cells.count_boxes, X, low, per_side, bits, code, counts)
    ends = np.cumsum(counts.T.ravel(), dtype=np.int64)  # of each box, strip by strip
    place = np.ascontiguousarray((ends - counts.T.ravel()).reshape(n_boxes, -1).T)
    out, order = np.empty_like(X), np.empty(n, dtype=np.uint32)
    parallel.over(n, rows, data.n_threads, cells.scatter_rows, X, code, place, out, order)
    return _Boxes(out, order, np.ascontiguousarray(ends[len(counts) - 1 :: len(counts)]))


def _lay_grid(data: Data) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Its lowest corner; along each feature the binary logarithm of the number of boxes, and boxes per unit."""
    n, d = data.X.shape
    low, side = data.moments.mean - data.moments.reach, 2 * data.moments.reach
    bits = np.zeros(d, dtype=np.int64)
    # Halve the longest side until a box would hold a cell or two if the rows were spread evenly.
    while bits.sum() < _GRID_BITS and n >> int(bits.sum()) > 2 * cells.CELL_ROWS and side.max() > 0:
        longest = side.argmax()
        side[longest] /= 2
        bits[longest] += 1
    with np.errstate(divide="ignore", over="ignore"):
        per_side = np.where(bits > 0, 1 / side, 0.0)
    per_side[~np.isfinite(per_side)] = 0.0
    return low, bits, per_side


def _cut_into_cells(boxes: _Boxes, cell_rows: int, n_threads: int) -> NDArray[np.intp]:
    """Where the rows of each cell start, and where the last ones end. Reorders the rows within boxes."""
    n = len(boxes.X)
    starts_cell = np.zeros(n, dtype=np.uint8)
    arguments = boxes.ends, boxes.X, boxes.order, cell_rows, starts_cell
    parallel.over(len(boxes.ends), _BOXES, n_threads, cells.cut_boxes, *arguments)
    return np.append(np.flatnonzero(starts_cell), n)


def unsort(data: Data, labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Labels in the order in which the caller gave the rows."""
    if data.cells is None:
        return labels
    out = np.empty_like(labels)
    parallel.over(len(out), parallel.chunk(1.5), data.n_threads, cells.scatter_labels, labels, data.cells.order, out)
    return out
