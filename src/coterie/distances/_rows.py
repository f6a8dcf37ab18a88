# SPDX-License-Identifier: BSD-3-Clause
"""Rows for a metric: what it compares is read here, for functions and for estimators, and nowhere else."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.arrays import as_matrix
from .._base.containers import native
from .._base.estimator import Estimator
from .._base.tables.columns import check_n_features, column_names
from .._base.tables.mixed import Columns, read_columns
from ._metrics import Metric, as_metric, is_precomputed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike


def read_rows(
    X: ArrayLike, metric: Any, *, name: str = "X", owner: str | None = None, finite: bool = True
) -> tuple[NDArray[np.floating], Any]:
    """Read rows as a matrix of numbers that `metric` compares.

    Parameters
    ----------
    X : array-like or table of shape (n_samples, n_features)
    metric : Metric, or what else an estimator may have as one
        With "gower", columns may hold anything that `read_columns` reads, and the metric learns them if it has not yet.
        With it and "nan_euclidean", numbers may be missing.
    name, owner, finite
        As of `as_matrix`.

    Returns
    -------
    rows : ndarray of shape (n_samples, n_features)
        With "gower", float64, and categories are their places.
    metric : as given
        "gower" with what it has learned: it reads further tables as it has read this one. It is not for `rows`: that is
        ``metric.of_rows``.

    Raises
    ------
    ImportError, TypeError, ValueError
        As of `as_matrix` or `read_columns`, or the columns do not fit those that the metric has learned.
    """
    columns = getattr(metric, "columns", None)
    if columns is None:
        allow_nan = isinstance(metric, Metric) and metric.passes_missing
        return as_matrix(X, name=name, owner=owner, allow_nan=allow_nan, finite=finite), metric
    table = read_columns(X, name, owner)
    if columns.code is not None:
        check_n_features(len(table.arrays), columns.n_columns, owner or "the metric 'gower'")
        return columns.code.encode(table), metric
    learned, rows = columns.fit(table)
    return rows, dataclasses.replace(metric, columns=learned)


def read_two(
    one: ArrayLike, other: ArrayLike, metric: Metric, names: tuple[str, str]
) -> tuple[NDArray[np.floating], NDArray[np.floating], Metric]:
    """The same for two tables that stand side by side: "gower" learns of the rows of both."""
    first, last = (read_columns(X, name) for X, name in zip((one, other), names, strict=True))
    if metric.columns is not None and metric.columns.code is None and len(first.arrays) == len(last.arrays):
        learned, rows = metric.columns.fit(_stacked(first, last))
        n = len(first.arrays[0])
        return rows[:n], rows[n:], dataclasses.replace(metric, columns=learned)
    return read_rows(one, metric, name=names[0])[0], read_rows(other, metric, name=names[1])[0], metric


def _stacked(one: Columns, other: Columns) -> Columns:
    """The rows of both."""
    pairs = zip(one.arrays, other.arrays, strict=True)
    arrays = tuple(_joined(a, b, one.label(j)) for j, (a, b) in enumerate(pairs))
    return Columns(one.names, arrays, one.orders)


def _joined(a: NDArray[Any], b: NDArray[Any], column: str) -> NDArray[Any]:
    """The values of both, which are of one kind. A column without values counts as one of numbers where it is read."""
    kinds = {"number" if each.dtype.kind in "biuf" else each.dtype.kind for each in (a, b)}
    if len(kinds) > 1 and (a != a).all():
        a = np.full(len(a), None, b.dtype)
    elif len(kinds) > 1 and (b != b).all():
        b = np.full(len(b), None, a.dtype)
    elif len(kinds) > 1 and "M" in kinds:
        raise ValueError(f"The {column} holds dates in one of the two tables, and something else in the other one.")
    elif len(kinds) > 1:  # objects and numbers
        a, b = (each.astype(object) for each in (a, b))
        for each in (a, b):
            each[each != each] = None
    return np.concatenate([a, b])


class MeasuredRows(Estimator):
    """An estimator that compares rows by a metric.

    `fit` reads its rows with `_read_for`, and keeps the metric that this returns as `_fit_metric`: with it,
    `_read_more` reads those of other methods.
    """

    metric: Any
    _fit_metric: Any = None

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        metric = None if callable(self.metric) or is_precomputed(self.metric) else as_metric(self.metric)
        if metric is not None and metric.passes_missing:
            tags.input_tags.allow_nan = True
            tags.input_tags.string = tags.input_tags.categorical = metric.columns is not None
        return tags

    def _read_for(self, X: ArrayLike, metric: Any, **options: Any) -> tuple[NDArray[Any], Any, dict[str, Any]]:
        """The data for fit, the metric that has read them, and the attributes that describe them (for `_become`)."""
        X = native(X)
        names = column_names(X)
        rows, metric = read_rows(X, metric, owner=type(self).__name__, **options)
        return rows, metric, self._describe(rows, names)

    def _as_rows(self, X: ArrayLike, **options: Any) -> NDArray[Any]:
        return read_rows(X, self._fit_metric, **options)[0]
