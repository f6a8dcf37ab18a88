# SPDX-License-Identifier: BSD-3-Clause
"""Distances of sparse rows, which are never made dense as a whole."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

from .._base import power_of_two
from .._runtime import memory, parallel
from .._runtime.thresholds import thresholds
from ._kernels import sparse_rows
from ._metrics import Metric, safe_exponent
from ._sparse import SparseRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TILE_NUMBERS = 1 << 23


class SparsePoints:
    """Rows of a sparse matrix, made by `sparse_points`: 64 at a time are made dense, in the columns that they use."""

    def __init__(self, rows: SparseRows, kind: int, bound: float, n_threads: int, tile: int | None = None) -> None:
        self.rows, self.kind, self.bound, self.n_threads = rows, kind, bound, n_threads
        n, n_columns = rows.shape
        lengths = np.diff(rows.starts)
        self.tile = tile or _tile_for(int(lengths.mean()))
        empty = len(rows.columns) == 0  # kernels take the address of the first
        columns = np.zeros(1, rows.columns.dtype) if empty else rows.columns
        values = np.zeros(1, rows.values.dtype) if empty else rows.values
        self.view = sparse_rows.Rows()
        self.view.view(rows.starts, columns, values, _sizes(rows, values, kind, n_threads))
        longest = int(lengths.max()) + 1
        used = max(1, min(n_columns, int(np.diff(rows.starts[np.r_[0 : n : sparse_rows.LANES, n]]).max())))
        memory.require(
            n_threads * (8 * n_columns + used * (8 * sparse_rows.LANES + 8)),
            f"{sparse_rows.LANES} rows of sparse data in the {used:,} columns that they use",
            "Fewer threads (n_jobs) need less.",
        )
        self.as_columns = (
            np.full((n_threads, n_columns), -1),
            np.empty((n_threads, used * sparse_rows.LANES)),
            np.empty((n_threads, used), np.int64),
        )
        self.as_rows = np.empty((n_threads, longest), np.int64), np.empty((n_threads, longest))

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, which: NDArray[np.int64]) -> SparsePoints:
        """These rows, in this order."""
        return SparsePoints(self.rows.take(which), self.kind, self.bound, self.n_threads, self.tile)

    def block(self, queries: SparsePoints) -> sparse_rows.Block:
        """What kernels need of these rows and of queries, which are made dense 64 at a time."""
        return sparse_rows.Block(self.kind, self.view, queries.view, *queries.as_columns, *self.as_rows)

    def mark(self, a: int, other: SparsePoints, b: int, diagonal: bool) -> NDArray[np.uint64]:
        """Mark which rows of tile b of others are within the radius of each row of tile a: one bit per pair.

        diagonal : `other` is this, and a is b: mark each row with itself and later ones only.
        """
        row, column = a * self.tile, b * self.tile
        n_columns = min(self.tile, len(other) - column)
        marks = np.empty((min(self.tile, len(self) - row), -(-n_columns // 64)), np.uint64)
        block = self.block(other)
        parallel.over(
            n_columns, 64, self.n_threads, sparse_rows.mark_within, block, self.bound, row, column, diagonal, marks
        )
        return marks

    def nearest_to(self, queries: SparsePoints) -> NDArray[np.int64]:
        """Number of the row nearest to each query, the first one on a tie; -1 where none is within the radius."""
        least, nearest = self.nearest(queries)
        return np.where(least <= self.bound, nearest, -1)

    def nearest(self, queries: SparsePoints) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Reduced distance and number of the row nearest to each query, the first one on a tie."""
        least, nearest = np.full(len(queries), math.inf), np.full(len(queries), -1)
        block = self.block(queries)
        for start in range(0, len(self), self.tile):
            stop = min(len(self), start + self.tile)
            parallel.over(
                len(queries),
                sparse_rows.LANES,
                self.n_threads,
                sparse_rows.find_nearest,
                block,
                start,
                stop,
                least,
                nearest,
            )
        return least, nearest


def sparse_points(
    rows: SparseRows, metric: Metric, radius: float, n_threads: int, others: SparseRows | None = None
) -> SparsePoints:
    """Lay out sparse rows with sorted columns, to find those within `radius` of each other or of `others`.

    Raises
    ------
    ValueError
        The metric is none of those for sparse data, or a row is all zeros with cosine.
    """
    if metric.kernel in ("euclidean", "sqeuclidean", "manhattan"):
        exponent = safe_exponent(metric, rows.values, *(() if others is None else (others.values,)), radius=radius)
        rows = dataclasses.replace(rows, values=power_of_two.divided(rows.values, exponent))
        radius = power_of_two.times(radius, -exponent * metric.degree)
        if metric.kernel == "manhattan":
            return SparsePoints(rows, sparse_rows.MANHATTAN, radius, n_threads)
        return SparsePoints(
            rows, sparse_rows.EUCLIDEAN, radius * radius if metric.kernel == "euclidean" else radius, n_threads
        )
    if metric.kernel == "cosine":
        return SparsePoints(_directions(rows, n_threads), sparse_rows.EUCLIDEAN, 2.0 * radius, n_threads)
    raise ValueError(
        f"Metric {metric.name!r} not valid for sparse input. Valid metrics are euclidean, sqeuclidean, manhattan "
        "and cosine. Use '.toarray()' to convert to a dense numpy array."
    )


def _directions(rows: SparseRows, n_threads: int) -> SparseRows:
    """A copy with rows of length 1."""
    lengths = np.diff(rows.starts)
    place = np.repeat(np.arange(len(rows)), lengths)
    zero = np.bincount(place[rows.values != 0], minlength=len(rows)) == 0
    if zero.any():
        raise ValueError(
            "Cosine affinity cannot be used when X contains zero vectors. Leave such rows out or choose "
            f"another metric. First in X at row {int(zero.argmax())}."
        )
    # By a power of two first, so that neither large nor small numbers do harm.
    exponent = np.frexp(np.maximum.reduceat(np.abs(rows.values), rows.starts[:-1]))[1]
    values = np.ldexp(rows.values.astype(np.float64), -exponent[place])
    sizes = _sizes(rows, values, sparse_rows.EUCLIDEAN, n_threads)
    values /= np.sqrt(sizes)[place]
    return dataclasses.replace(rows, values=values)


def _sizes(rows: SparseRows, values: NDArray[np.floating], kind: int, n_threads: int) -> NDArray[np.float64]:
    sizes = np.empty(len(rows))
    size = parallel.chunk((len(values) + len(rows)) / len(rows))  # a nanosecond per number
    parallel.over(len(rows), size, n_threads, sparse_rows.add_up, kind, rows.starts, values, sizes)
    return sizes


def _tile_for(length: int) -> int:
    """Rows of a tile: a chunk of it, 64 columns, takes milliseconds."""
    return max(1, min(thresholds.sparse_tile, _TILE_NUMBERS // (length + 16)) // 64) * 64
