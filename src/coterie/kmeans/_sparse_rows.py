# SPDX-License-Identifier: BSD-3-Clause
"""Sparse rows as k-means takes them: reading, moments, hashes; some of them as dense rows (_kernels/sparse.pyx)."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import power_of_two
from .._runtime import memory, parallel
from ..distances._kernels import sparse_rows
from ..distances._sparse import SparseRows, as_sparse_rows
from ..scaling._moments import Moments
from ._kernels import sparse as kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROW = 100.0  # nanoseconds of a row beside its numbers


def read_sparse(X: Any, owner: str, n_threads: int) -> SparseRows:
    """Checked rows as the kernels take them: columns in order, each once, as int32.

    Raises
    ------
    ValueError, TypeError
        As of `as_sparse_rows`, or there are more columns than int32 can number.
    """
    n_columns = X.shape[1] if len(X.shape) == 2 else 0
    if n_columns > np.iinfo(np.int32).max:
        raise ValueError(f"{owner} takes sparse rows of at most 2147483647 columns, got {n_columns}.")
    rows = as_sparse_rows(X, n_threads, owner=owner)
    return rows.astype(np.dtype(np.int32), rows.dtype)


def numbers_of(X: Any) -> NDArray[np.floating]:
    """The numbers of rows: of sparse ones those that are stored."""
    numbers: NDArray[np.floating] = X.values if isinstance(X, SparseRows) else X
    return numbers


def divided_rows(X: Any, exponent: int) -> Any:
    """Rows, sparse ones or others, over 2**exponent, in float64; they themselves if it is 0."""
    if isinstance(X, SparseRows) and exponent:
        return dataclasses.replace(X, values=power_of_two.divided(X.values, exponent))
    return power_of_two.divided(X, exponent)


def squares_of_rows(X: SparseRows, n_threads: int) -> NDArray[np.float64]:
    """|x|² of each row."""
    squares = np.empty(len(X))
    size = parallel.chunk(per_row(X, 1.0))
    parallel.over(len(X), size, n_threads, sparse_rows.add_up, sparse_rows.EUCLIDEAN, X.starts, X.values, squares)
    return squares


def hash_sparse_rows(X: SparseRows, coarsely: bool, n_threads: int) -> NDArray[np.uint64]:
    """A number for each row that depends on its values alone; `coarsely`: as rounded to float32."""
    hashes = np.empty(len(X), dtype=np.uint64)
    size = parallel.chunk(per_row(X, 5.0))
    parallel.over(len(X), size, n_threads, kernels.hash_rows, *arrays(X), X.shape[1], coarsely, hashes)
    return hashes


def arrays(X: SparseRows) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[np.floating]]:
    """What the kernels take for rows."""
    return X.starts, X.columns, X.values


def dense_rows(X: Any, which: NDArray[np.intp]) -> NDArray[np.floating]:
    """Some rows, sparse ones or others, as an array."""
    rows: NDArray[np.floating] = X.take(which).to_dense() if isinstance(X, SparseRows) else X[which]
    return rows


def taken(rows: Any, which: NDArray[np.intp]) -> Any:
    """A copy of some rows, sparse ones or others."""
    return rows.take(which) if isinstance(rows, SparseRows) else rows[which]


def between(rows: Any, start: int, stop: int) -> Any:
    """Rows start .. stop - 1, sparse ones or others, in the same memory; no more than there are."""
    if not isinstance(rows, SparseRows):
        return rows[start:stop]
    starts = rows.starts[start : stop + 1]
    stored = slice(starts[0], starts[-1])
    shape = (len(starts) - 1, rows.shape[1])
    return dataclasses.replace(
        rows, starts=starts - starts[0], columns=rows.columns[stored], values=rows.values[stored], shape=shape
    )


def require_centers(n_clusters: int, n_features: int) -> None:
    """Raise MemoryError where centers of sparse rows, which are dense, would not fit."""
    memory.require(
        32 * n_clusters * n_features,  # in float64 as they are, as they start, and summed up; in float32, rounded up
        f"{n_clusters:,} centers of {n_features:,} features",
        "Take fewer clusters, or leave out features that few rows have.",
    )


def per_row(X: SparseRows, cost: float) -> float:
    """Nanoseconds of a row whose stored numbers cost so much."""
    return cost * len(X.values) / len(X) + _ROW


def moments_of_rows(X: SparseRows) -> Moments:
    """Moments of the columns, the zeros that are not stored included."""
    n, d = X.shape
    memory.require(
        56 * d,  # these arrays, and two while they are computed
        f"To sum up {d:,} columns",
        "Leave out columns that few rows have.",
    )
    mean, sums, squares, reach = np.zeros((4, d))
    count = np.zeros(d, dtype=np.int64)
    # On one thread, in the order of the rows: threads would need a copy of the columns each.
    for _ in range(2):
        mean += sums / n
        for array in (sums, squares, reach, count):
            array.fill(0)
        size = parallel.chunk(per_row(X, 2.0))
        parallel.over(n, size, 1, kernels.deviations, *arrays(X), mean, sums, squares, reach, count)
        sums -= (n - count) * mean
    squares += (n - count) * np.square(mean)
    np.maximum(reach, np.abs(mean), out=reach, where=count < n)
    return Moments(mean, squares / n, reach)
