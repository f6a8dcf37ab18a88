# SPDX-License-Identifier: BSD-3-Clause
"""Sparse matrices, told by what they have: scipy is never imported."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from .._base.arrays import as_floats, for_kernels
from .._runtime import memory, parallel
from ._kernels import sparse_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


def is_sparse(X: object) -> bool:
    """Whether `X` is a sparse matrix: it can be turned into rows of pairs (column, value), or is such rows."""
    if type(X) is np.ndarray:
        return False
    return hasattr(X, "tocsr") or all(hasattr(X, name) for name in ("data", "indices", "indptr", "shape"))


@dataclasses.dataclass(frozen=True)
class SparseRows:
    """Rows of a sparse matrix.

    Attributes
    ----------
    starts : ndarray of shape (n + 1,), int64
        Row i is at starts[i] .. starts[i + 1] - 1 of the other two.
    columns : ndarray, int32 or int64
        No column is there twice in a row.
    values : ndarray, float32 or float64
        Finite; may include zeros.
    shape : tuple of two int
    container : type
        That of the caller's matrix: called with ``((values, columns, starts), shape=shape)`` it makes one.
    """

    starts: NDArray[np.int64]
    columns: NDArray[np.integer]
    values: NDArray[np.floating]
    shape: tuple[int, int]
    container: type

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """Type of the values."""
        return self.values.dtype

    def take(self, which: NDArray[np.integer]) -> Self:
        """These rows, in this order."""
        lengths = self.starts[which + 1] - self.starts[which]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        at = np.arange(starts[-1]) + np.repeat(self.starts[which] - starts[:-1], lengths)
        return dataclasses.replace(
            self, starts=starts, columns=self.columns[at], values=self.values[at], shape=(len(which), self.shape[1])
        )

    def take_columns(self, which: NDArray[np.integer]) -> Self:
        """These columns, each once, in this order; those of a row are not sorted then."""
        place = np.full(self.shape[1], -1)
        place[which] = np.arange(len(which))
        columns = place[self.columns]
        kept = columns >= 0
        starts = np.concatenate([[0], np.cumsum(kept)])[self.starts]
        return dataclasses.replace(
            self, starts=starts, columns=columns[kept], values=self.values[kept], shape=(len(self), len(which))
        )

    def with_diagonal(self) -> Self:
        """The same square matrix, where the number of each row at its own column is stored, too; 0 if it was not."""
        n, row = len(self), np.repeat(np.arange(len(self)), np.diff(self.starts))
        is_missing = np.ones(n, np.bool_)
        is_missing[row[self.columns == row]] = False
        (missing,) = is_missing.nonzero()
        columns = np.concatenate([self.columns, missing.astype(self.columns.dtype)])
        values = np.concatenate([self.values, np.zeros(len(missing), self.values.dtype)])
        row = np.concatenate([row, missing])
        order = row.argsort(kind="stable")
        starts = np.concatenate([[0], np.bincount(row, minlength=n).cumsum()])
        return dataclasses.replace(self, starts=starts, columns=columns[order], values=values[order])

    def astype(self, indices: np.dtype, floats: np.dtype) -> Self:
        """With numbers of these types; what has them already is not copied."""
        return dataclasses.replace(
            self, columns=self.columns.astype(indices, copy=False), values=self.values.astype(floats, copy=False)
        )

    def to_dense(self) -> NDArray[np.floating]:
        """As an array."""
        dense = np.zeros(self.shape, self.values.dtype)
        dense[np.repeat(np.arange(len(self)), np.diff(self.starts)), self.columns] = self.values
        return dense

    def to_container(self) -> Any:
        """As a matrix of the caller's kind."""
        return self.container(
            (self.values, self.columns, self.starts.astype(self.columns.dtype, copy=False)), shape=self.shape
        )


def as_sparse_rows(
    X: Any, n_threads: int, *, name: str = "X", owner: str | None = None, is_sorted: bool = True, finite: bool = True
) -> SparseRows:
    """Return the rows of a sparse matrix, checked; the caller's own arrays where nothing has to be changed.

    Parameters
    ----------
    X : sparse matrix
        One that has ``tocsr``, or data, indices, indptr and shape as scipy's compressed rows do.
    n_threads : int
        Threads that check the columns of many rows.
    name, owner : str
        What the messages call the data and who needs it.
    is_sorted : bool
        The columns of each row are to be in order. Values of the same place are added up in any case.
    finite : bool
        False lets NaN and infinity pass.

    Raises
    ------
    ValueError
        `X` is not two-dimensional, has no rows or no columns, is not a valid matrix, is complex, or holds NaN or
        infinity.
    TypeError
        It is laid out in another way, or holds objects that are not numbers.
    """
    by = f" by {owner}" if owner else ""
    if hasattr(X, "tocsr"):
        X = X.tocsr()
    elif getattr(X, "format", "csr") != "csr":
        raise TypeError(
            f"Sparse matrices must be laid out row by row (CSR), or offer 'tocsr'. {name} is in the format "
            f"{X.format!r}."
        )
    shape = tuple(map(int, X.shape))
    if len(shape) != 2:
        raise ValueError(f"Expected 2D array, got a sparse one of shape {shape} instead.")
    for count, what in zip(shape, ("sample(s)", "feature(s)"), strict=True):
        if count == 0:
            raise ValueError(f"Found array with 0 {what} (shape={shape}) while a minimum of 1 is required{by}.")
    starts = for_kernels(X.indptr, np.int64)
    if starts.shape != (shape[0] + 1,) or starts[0] != 0 or (np.diff(starts) < 0).any():
        raise ValueError(
            f"{name} is not a valid sparse matrix: indptr must have {shape[0] + 1} numbers from 0, none "
            "less than the one before."
        )
    columns, values = np.asarray(X.indices), as_floats(X.data, name=name)
    if columns.ndim != 1 or values.ndim != 1 or min(len(columns), len(values)) < starts[-1]:
        raise ValueError(
            f"{name} is not a valid sparse matrix: it has {np.size(columns)} indices and {values.size} "
            f"numbers where indptr ends with {starts[-1]}."
        )
    if columns.dtype not in (np.int32, np.int64):
        columns = columns.astype(np.int64)
    columns, values = for_kernels(columns[: starts[-1]]), values[: starts[-1]]
    if finite and not np.isfinite(values).all():
        _raise_for_not_finite(starts, columns, values, name, owner)

    verdict = _check_columns(starts, columns, shape[1], n_threads)
    if verdict == 0:
        raise ValueError(f"{name} is not a valid sparse matrix: column indices must be from 0 to {shape[1] - 1}.")
    rows = SparseRows(starts, columns, values, (shape[0], shape[1]), type(X))
    if verdict >= (3 if is_sorted else 2):
        return rows
    rows = _in_order(rows, verdict == 1, n_threads)
    if finite and not np.isfinite(rows.values).all():
        _raise_for_not_finite(rows.starts, rows.columns, rows.values, name, owner)
    return rows


def from_dense(X: NDArray[np.floating]) -> SparseRows:
    """The rows of an array."""
    rows, columns = np.nonzero(X)
    return SparseRows(
        np.searchsorted(rows, np.arange(len(X) + 1)),
        np.ascontiguousarray(columns),
        X[rows, columns],
        X.shape,
        np.ndarray,
    )


def _check_columns(starts: NDArray[np.int64], columns: NDArray[np.integer], n_columns: int, n_threads: int) -> int:
    """The least verdict of `sparse_rows.check_columns`."""
    n = len(starts) - 1
    cost = 2.0 * (len(columns) + n)  # nanoseconds
    n_threads, size = parallel.threads_for(cost, n_threads), parallel.chunk(cost / n)
    verdicts = np.empty(-(-n // size), np.int64)
    memory.require(
        8 * n_threads * n_columns,
        f"To check sparse rows of {n_columns:,} columns",
        "Leave out columns that no row or few rows have.",
    )
    seen = np.full((n_threads, n_columns), -1)
    parallel.over(n, size, n_threads, sparse_rows.check_columns, starts, columns, seen, verdicts)
    return int(verdicts.min())


def _in_order(rows: SparseRows, is_repeated: bool, n_threads: int) -> SparseRows:
    """A copy with sorted columns, and values of the same place added up where there are some."""
    order = np.empty(len(rows.columns), np.int64)
    size = parallel.chunk(20.0 * len(order) / len(rows) + 10.0)
    parallel.over(len(rows), size, n_threads, sparse_rows.order_columns, rows.starts, rows.columns, order)
    columns, values = rows.columns[order], rows.values[order]
    if not is_repeated:
        return dataclasses.replace(rows, columns=columns, values=values)
    place = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    first = np.flatnonzero(np.concatenate([[True], (place[1:] != place[:-1]) | (columns[1:] != columns[:-1])]))
    starts = np.concatenate([[0], np.cumsum(np.bincount(place[first], minlength=len(rows)))])
    with np.errstate(over="ignore"):
        sums = np.add.reduceat(values, first)
    return dataclasses.replace(rows, starts=starts, columns=columns[first], values=sums)


def _raise_for_not_finite(
    starts: NDArray[np.int64], columns: NDArray[np.integer], values: NDArray[np.floating], name: str, owner: str | None
) -> None:
    at = int((~np.isfinite(values)).argmax())
    row = int(np.searchsorted(starts, at, side="right")) - 1
    place = f" First at row {row}, column {columns[at]}."
    if np.isnan(values[at]):
        hint = f"\n{owner} does not accept missing values: drop these rows or fill them in first." if owner else ""
        raise ValueError(f"Input {name} contains NaN.{hint}{place}")
    raise ValueError(f"Input {name} contains infinity or a value too large for {values.dtype!r}.{place}")
