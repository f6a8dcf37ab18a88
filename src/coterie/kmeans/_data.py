# SPDX-License-Identifier: BSD-3-Clause
"""What a fit of k-means needs to know of the rows before it starts: moments, scale, and the rows sorted into cells."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .._base import power_of_two
from .._base.lazy import lazy_property
from .._runtime import parallel
from .._runtime.strips import ceil_div, strip_size
from ..scaling._moments import scaled_moments
from ._kernels import assign, cells

NO_WEIGHT = np.empty(0)
TILE = assign.TILE_ROWS

# Operations of a chunk, about 0.1 ms: waking a thread costs a third of that.
_CHUNK = 1 << 22


def chunk_rows(row_cost: int) -> int:
    """Rows of a chunk where each row costs so many operations: whole tiles, at least one."""
    return max(1, _CHUNK // row_cost // TILE) * TILE


@dataclass
class _Cells:
    """How the rows of a `Data` are sorted into cells of near neighbours; see _kernels/cells.pyx."""

    order: np.ndarray  # (n,) uint32, where the rows were before
    starts: np.ndarray  # (n_cells + 1,)
    boxes: np.ndarray  # (n_cells, 2, d), lowest and highest
    sums: np.ndarray  # (n_cells, d + 1), of weight * (x - mean), and of the weights


class Data:
    """The data of a fit, and what is computed from them once.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_features), C-contiguous, float32 or float64; never written to
    exponent : int, X is the caller's data over 2**exponent; see `power_of_two`
    weight : ndarray of shape (n_samples,), float64; of shape (0,) where all weights are 1
    inertia_exponent : int, an inertia of X and weight is the caller's over 2**inertia_exponent
    mean, variance : ndarray of shape (n_features,), float64, without regard to the weights
    scale : float, a power of two: |x - mean| * scale <= 1
    low, extent : ndarray of shape (n_features,), float64: a box around the data
    cells : how the rows are sorted; None if they stand as the caller gave them
    """

    cells: _Cells | None = None

    def __init__(self, X: np.ndarray, sample_weight: np.ndarray | None, n_threads: int) -> None:
        self.X, self.exponent, self.moments = scaled_moments(X, n_threads, "X")
        self.mean, self.variance, reach = self.moments
        weight, exponent = power_of_two.balanced(sample_weight)
        self.weight = NO_WEIGHT if weight is None else weight
        self.inertia_exponent = 2 * self.exponent + exponent
        self.n_threads = n_threads
        self.scale = power_of_two_below(float(reach.max()))
        self.low, self.extent = self.mean - reach, 2 * reach

    def divided(self, centers: np.ndarray) -> np.ndarray:
        """Centers in the caller's units as centers of `X`.

        Raises
        ------
        ValueError
            They are too large to be compared with the data.
        """
        top = power_of_two.magnitude(centers)
        if not power_of_two.times(top, -self.exponent) < power_of_two.far_limit():
            largest = power_of_two.times(power_of_two.magnitude(self.X), self.exponent)
            raise ValueError(
                f"The initial centers are too large beside the data: up to {top:.6g}, where the data are "
                f"up to {largest:.6g}. The squares of both do not fit into float64."
            )
        return power_of_two.divided(centers, self.exponent)

    def worth_sorting(self, n_clusters: int) -> bool:
        """Does sorting the rows pay for seeding? Few features mean small boxes, many centres many passes."""
        n, d = self.X.shape
        least = 4 if d <= 2 else 8 if d == 3 else 16
        return d <= cells.FEATURES_AT_MOST and n_clusters >= least and 64 * n_clusters <= n < 1 << 32

    def worth_cells(self, n_clusters: int) -> bool:
        """Are iterations faster cell by cell than row by row with margins?"""
        return self.X.shape[1] <= 3 and self.worth_sorting(n_clusters)

    @lazy_property
    def sorted(self) -> Data:
        """The same data, a copy with the rows sorted into `cells`: at most 8 numbers a row, so still O(n) memory."""
        X, n_threads = self.X, self.n_threads
        n, d = X.shape

        # Halve the longest side until a box of the grid would hold a cell or two if the rows were spread evenly.
        bits = np.zeros(d, dtype=np.int64)
        side = np.array(self.extent)
        while bits.sum() < 14 and n >> int(bits.sum()) > 2 * cells.CELL_ROWS and side.max() > 0:
            longest = side.argmax()
            side[longest] /= 2
            bits[longest] += 1
        with np.errstate(divide="ignore", over="ignore"):
            per_side = np.where(bits > 0, 1 / side, 0.0)
        per_side[~np.isfinite(per_side)] = 0.0
        n_boxes = 1 << int(bits.sum())
        rows = strip_size(n, 2 * n_boxes, d)
        code = np.empty(n, dtype=np.uint16)
        counts = np.empty((ceil_div(n, rows), n_boxes), dtype=np.uint32)
        parallel.run(
            lambda region, slot: cells.count_boxes(X, self.low, per_side, bits, rows, code, counts, region, slot),
            len(counts),
            n_threads,
        )
        ends = np.cumsum(counts.T.ravel(), dtype=np.int64)
        place = np.ascontiguousarray((ends - counts.T.ravel()).reshape(n_boxes, -1).T)
        out, order = np.empty_like(X), np.empty(n, dtype=np.uint32)
        parallel.run(
            lambda region, slot: cells.scatter_rows(X, code, rows, place, out, order, region, slot),
            len(counts),
            n_threads,
        )
        ends = np.ascontiguousarray(ends[len(counts) - 1 :: len(counts)])
        starts_cell = np.zeros(n, dtype=np.uint8)
        parallel.run(
            lambda region, slot: cells.cut_boxes(ends, 16, out, order, starts_cell, region, slot),
            ceil_div(n_boxes, 16),
            n_threads,
        )

        starts = np.append(np.flatnonzero(starts_cell), n)
        n_cells = len(starts) - 1
        found = object.__new__(Data)  # `copy.copy` imports, which nothing can while the interpreter shuts down
        found.__dict__.update(self.__dict__)
        found.X = out
        found.weight = self.weight[order] if len(self.weight) else self.weight
        found.cells = _Cells(order, starts, np.empty((n_cells, 2, d)), np.empty((n_cells, d + 1)))
        parallel.run(
            lambda region, slot: cells.describe_cells(
                out, found.weight, self.mean, starts, 64, found.cells.boxes, found.cells.sums, region, slot
            ),
            ceil_div(n_cells, 64),
            n_threads,
        )
        return found

    def unsort(self, labels: np.ndarray) -> np.ndarray:
        """Labels of sorted rows, in the order of the rows before."""
        out = np.empty_like(labels)
        rows = chunk_rows(64)
        parallel.run(
            lambda region, slot: cells.scatter_labels(labels, self.cells.order, rows, out, region, slot),
            ceil_div(len(out), rows),
            self.n_threads,
        )
        return out


def power_of_two_below(largest: float) -> float:
    """The power of two that brings numbers up to `largest` down to at most 1."""
    exponent = math.frexp(largest)[1] if 0 < largest < math.inf else 0
    return math.ldexp(1.0, -max(-1000, min(1000, exponent)))
