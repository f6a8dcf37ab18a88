# SPDX-License-Identifier: BSD-3-Clause
"""Silhouettes: from all pairs of rows, or from the mean distances of `_mean_distances` where these are faster."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import distances
from .._base import power_of_two
from .._runtime import parallel, progress
from .._runtime.thresholds import thresholds
from ..distances._kernels import sparse_rows
from ..distances._metrics import check_suits, safe_exponent
from ..distances._pairwise import prepare
from ..distances._sparse import SparseRows
from ..distances._sparse_points import SparsePoints
from . import _mean_distances
from ._cluster_means import check_number_of_labels
from ._kernels import silhouette

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["silhouettes", "take"]

# Nanoseconds of a pair of rows for each feature, of which fewer than four cost as much as four; of a given distance.
_FEATURE, _SLOW_FEATURE, _GIVEN = 0.1, 12.0, 2.0
_COLUMN_NUMBERS = 1 << 15  # in a block of columns: 256 kB, which stay in the cache


def take(
    X: NDArray[Any] | SparseRows, which: NDArray[np.int64], measure: distances.Metric | None
) -> NDArray[Any] | SparseRows:
    """Some of the rows; of given distances the columns as well."""
    if measure is not None:
        return X.take(which) if isinstance(X, SparseRows) else X[which]
    _check_square(X)
    return X.take(which).take_columns(which) if isinstance(X, SparseRows) else X[which[:, None], which]


def silhouettes(
    X: NDArray[Any] | SparseRows, codes: NDArray[np.int64], measure: distances.Metric | None, n_threads: int
) -> NDArray[np.float64]:
    """The silhouette of each row; `codes` are the numbers of the clusters, each of which occurs.

    measure : None where distances are given
    """
    sizes = np.bincount(codes)
    if measure is None:
        _check_square(X)
        if isinstance(X, SparseRows):
            return _of_given_sparse(X, codes, sizes)
        return _of_given(X, codes, sizes, n_threads)
    if isinstance(X, SparseRows):
        if measure.kernel not in ("cosine", "euclidean", "manhattan", "sqeuclidean"):
            raise TypeError(
                "Silhouettes of sparse rows are computed for the metrics 'cosine', 'euclidean', 'manhattan' "
                f"and 'sqeuclidean', got {measure.name!r}. Use '.toarray()' to convert to a dense numpy array."
            )
        return _of_sparse(X, codes, sizes, measure, n_threads)
    check_suits(X, measure)
    check_number_of_labels(len(sizes), len(X))
    X = power_of_two.divided(X, safe_exponent(measure, X, name="X"))
    if measure.kernel in ("sqeuclidean", "cosine", "correlation"):
        return _of_means(codes, sizes, _mean_distances.by_centers(X, codes, sizes, measure, n_threads))
    if _adds_differences(measure, X.shape[1]) and len(X) >= thresholds.rank_rows * len(sizes):
        return _of_means(codes, sizes, _mean_distances.by_rank(X, codes, sizes))
    if measure.function is not None:
        return _of_means(codes, sizes, _mean_distances.by_calls(X, codes, sizes, measure))
    return _of_pairs(X, codes, sizes, measure, n_threads)


def _adds_differences(measure: distances.Metric, n_features: int) -> bool:
    """Whether the distance of two rows is the sum of |x - y| over the features."""
    return measure.kernel == "manhattan" or (
        n_features == 1 and measure.kernel in ("euclidean", "chebyshev", "minkowski")
    )


def _of_pairs(
    X: NDArray[Any], codes: NDArray[np.int64], sizes: NDArray[np.int64], measure: distances.Metric, n_threads: int
) -> NDArray[np.float64]:
    """From the distances of all pairs, which are added up as they are computed."""
    n, d = X.shape
    cost = n * max(d, 4) * (_SLOW_FEATURE if measure.kernel in ("minkowski", "haversine") else _FEATURE)  # of a row
    n_threads = parallel.threads_for(n * cost, n_threads)
    order, ends = np.argsort(codes, kind="stable"), np.cumsum(sizes)
    points = prepare(X[order], measure, n_threads)
    codes = codes[order]
    # The rows of a chunk share the columns that they read, so there are more than make a chunk elsewhere.
    rows = min(silhouette.MOST_ROWS, 4 * max(1, int(thresholds.silhouette_chunk / (4 * cost))))
    columns = 512 * max(1, _COLUMN_NUMBERS // (512 * d))
    within, nearest = np.empty(n), np.empty(n)
    parallel.over_in_steps(
        "silhouette", n, n, rows, n_threads, silhouette.mean_distances, points, codes, ends, columns, within, nearest
    )
    return _of_sums(codes, sizes, within, nearest, order)


def _of_given(
    D: NDArray[Any], codes: NDArray[np.int64], sizes: NDArray[np.int64], n_threads: int
) -> NDArray[np.float64]:
    """From a matrix of distances."""
    n = len(D)
    _check_given(n, D.diagonal(), D, len(sizes))
    D = power_of_two.divided(D, power_of_two.exponent_for(D, power=1.0))
    order, ends = np.argsort(codes, kind="stable"), np.cumsum(sizes)
    within, nearest = np.empty(n), np.empty(n)
    parallel.over_in_steps(
        "silhouette",
        n,
        n,
        parallel.chunk(n * _GIVEN),
        n_threads,
        silhouette.mean_given_distances,
        D,
        order,
        codes,
        ends,
        within,
        nearest,
    )
    return _of_sums(codes, sizes, within, nearest)


def _of_given_sparse(D: SparseRows, codes: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """From a sparse matrix of distances."""
    row_of = np.repeat(np.arange(len(D)), np.diff(D.starts))
    _check_given(len(D), D.values[D.columns == row_of], D.values, len(sizes))
    values = power_of_two.divided(D.values, power_of_two.exponent_for(D.values, power=1.0))
    D = dataclasses.replace(D, values=values)
    return _of_means(codes, sizes, _mean_distances.of_given_sparse(D, codes, sizes))


def _of_sparse(
    X: SparseRows, codes: NDArray[np.int64], sizes: NDArray[np.int64], measure: distances.Metric, n_threads: int
) -> NDArray[np.float64]:
    """Of sparse rows."""
    kernel = measure.kernel
    check_number_of_labels(len(sizes), len(X))
    values = power_of_two.divided(X.values, safe_exponent(measure, X.values, name="X"))
    X = dataclasses.replace(X, values=values)
    if kernel in ("cosine", "sqeuclidean"):
        return _of_means(codes, sizes, _mean_distances.of_sparse(X, codes, sizes, kernel == "cosine"))
    n, order, ends = len(X), np.argsort(codes, kind="stable"), np.cumsum(sizes)
    kind = sparse_rows.MANHATTAN if kernel == "manhattan" else sparse_rows.EUCLIDEAN
    points = SparsePoints(X.take(order), kind, np.inf, n_threads)
    block = points.block(points)
    codes = codes[order]
    total, within, nearest = np.zeros(n), np.empty(n), np.full(n, np.inf)
    for start in range(0, n, points.tile):
        progress.report("silhouette", start, n)
        parallel.over(
            n,
            sparse_rows.LANES,
            n_threads,
            sparse_rows.add_distances,
            block,
            codes,
            ends,
            start,
            min(n, start + points.tile),
            total,
            within,
            nearest,
        )
    return _of_sums(codes, sizes, within, nearest, order)


def _of_sums(
    codes: NDArray[np.int64],
    sizes: NDArray[np.int64],
    within: NDArray[np.float64],
    nearest: NDArray[np.float64],
    order: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """From the sum of the distances within the cluster, and the least mean distance to another; `order` is undone."""
    progress.report("silhouette", len(codes), len(codes))
    own = sizes[codes]
    found = _coefficients(within / np.maximum(own - 1, 1), nearest, own)  # a row is no other row of its cluster
    if order is None:
        return found
    result = np.empty(len(found))
    result[order] = found
    return result


def _of_means(
    codes: NDArray[np.int64], sizes: NDArray[np.int64], blocks: Iterator[tuple[slice, NDArray[np.float64]]]
) -> NDArray[np.float64]:
    """From mean distances of blocks of rows to the clusters, which are overwritten."""
    result = np.empty(len(codes))
    for rows, means in blocks:
        own = codes[rows]
        each = np.arange(len(own))
        others = np.maximum(sizes[own] - 1, 1)
        a = means[each, own] * (sizes[own] / others)
        means[each, own] = np.inf
        result[rows] = _coefficients(a, means.min(axis=1), sizes[own])
    progress.report("silhouette", len(codes), len(codes))
    return result


def _coefficients(a: NDArray[np.float64], b: NDArray[np.float64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """(b - a) / max(a, b) of rows in clusters of these sizes."""
    larger = np.maximum(a, b)
    if not power_of_two.magnitude(larger) < np.inf:
        raise ValueError(
            "Distances between rows are NaN or infinite: the metric is not defined for them, or they are "
            "too large for float64."
        )
    result = np.zeros(len(a))
    np.divide(b - a, larger, out=result, where=(larger > 0) & (sizes > 1))
    return result


def _check_given(n: int, diagonal: NDArray[Any], values: NDArray[Any], n_labels: int) -> None:
    """Check distances between n rows: the diagonal, and all `values` that there are."""
    if (np.abs(diagonal) > 100 * np.finfo(values.dtype).eps).any():
        raise ValueError(
            "The precomputed distance matrix contains non-zero elements on the diagonal. Use np.fill_diagonal(X, 0)."
        )
    check_number_of_labels(n_labels, n)
    if values.min(initial=0.0) < 0:
        raise ValueError(
            "Negative values in data passed to `pairwise_distances`. "
            "Precomputed distance need to have non-negative values."
        )


def _check_square(X: NDArray[Any] | SparseRows) -> None:
    if X.shape[0] != X.shape[1]:
        raise ValueError(
            f"Precomputed metric requires shape (n_queries, n_indexed). Got {X.shape} for {len(X)} indexed."
        )
