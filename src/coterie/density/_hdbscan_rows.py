# SPDX-License-Identifier: BSD-3-Clause
"""The rows that HDBSCAN and OPTICS are given: which of them count, and dense ones from sparse ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import distances
from .._base import power_of_two
from .._runtime import memory
from ..distances._sparse import SparseRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

INFINITE, MISSING = -2, -3  # labels of rows that hold infinity, or NaN


def label_odd_rows(X: NDArray[np.floating], metric: distances.Metric | None) -> NDArray[np.intp]:
    """The labels of rows with NaN or infinity, and 0 for all others; of none where distances are given.

    Metrics that pass over missing values have rows with NaN among the others, unless they hold nothing else.
    """
    labels = np.zeros(len(X), np.intp)
    if metric is not None and power_of_two.magnitude(X) == np.inf:
        labels[np.isinf(X).any(axis=1)] = INFINITE
        missing = np.isnan(X if metric.columns is None else X[:, metric.columns.is_counted])
        labels[missing.all(axis=1) if metric.passes_missing else missing.any(axis=1)] = MISSING
    return labels


def take(given: Any, which: NDArray[np.intp], columns: NDArray[np.intp] | None) -> Any:
    """These rows of an array or of sparse rows, with these columns or all."""
    if isinstance(given, SparseRows):
        taken = given.take(which)
        return taken if columns is None else taken.take_columns(columns)
    return given[which] if columns is None else given[np.ix_(which, columns)]


def as_dense(rows: Any, metric: distances.Metric | None) -> NDArray[np.floating]:
    """Rows as an array; distances that are not stored are infinite."""
    if isinstance(rows, np.ndarray):
        return rows
    if metric is not None and metric.columns is not None:
        raise TypeError(f"The metric {metric.name!r} takes tables and arrays, not sparse data.")
    memory.require(
        rows.shape[0] * rows.shape[1] * rows.values.itemsize,
        f"Sparse rows of shape {rows.shape}, which are made dense,",
        "Reduce the number of columns before, for example with sklearn.decomposition.TruncatedSVD.",
    )
    dense: NDArray[np.floating] = rows.to_dense()
    if metric is None:
        stored = np.zeros(rows.shape, np.bool_)
        stored[np.repeat(np.arange(len(rows)), np.diff(rows.starts)), rows.columns] = True
        dense[~stored] = np.inf
    return dense


def check_distances(values: NDArray[np.floating]) -> None:
    if np.isnan(values).any():
        raise ValueError("np.nan values found in precomputed-dense")
    if values.ndim == 1 and values.min(initial=0.0) < 0:
        raise ValueError("Negative values in data passed to precomputed distance matrix.")
