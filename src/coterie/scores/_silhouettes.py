# SPDX-License-Identifier: BSD-3-Clause
"""Silhouettes: by all pairs, by the means of clusters, or by rank, whichever is exact and fastest for the metric."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from .. import distances
from .._base import power_of_two
from .._base.wording import shown
from .._runtime import memory, parallel, progress, threads
from ..distances._kernels import sparse_rows
from ..distances._sparse import SparseRows
from ..distances._sparse_points import SparsePoints
from ..neighbors import _vectors
from ._cluster_means import Clusters, blocks, check_number_of_labels
from ._kernels import silhouette

if TYPE_CHECKING:
    from numpy.typing import NDArray

_CHUNK = 1 << 28  # products of row, column and feature in a chunk, which takes some 20 ms
_ALONE = 1 << 20  # of the same that one thread does faster than two
_GIVEN = 1 << 22  # given distances in a chunk
_BY_RANK = 512  # rows a cluster from which on Manhattan distances are added up by rank
_SLOW = 256  # times as long as the others some metrics take for a feature
_COLUMN_NUMBERS = 1 << 15  # in a block of columns: 256 kB, which stay in the cache
_EPS = float(np.finfo(np.float64).eps)


def take(X: NDArray | SparseRows, which: NDArray[np.int64], metric: object) -> NDArray | SparseRows:
    """Some of the rows; of given distances the columns as well."""
    if not _is_precomputed(metric):
        return X.take(which) if isinstance(X, SparseRows) else X[which]
    _check_square(X)
    return X.take(which).take_columns(which) if isinstance(X, SparseRows) else X[which[:, None], which]


def silhouettes(
    X: NDArray | SparseRows,
    codes: NDArray[np.int64],
    metric: str | Callable | distances.Metric,
    n_jobs: int | None,
    kwds: dict[str, object],
) -> NDArray[np.float64]:
    """Of each row; `codes` are the numbers of the clusters, each of which occurs."""
    sizes = np.bincount(codes)
    if isinstance(X, SparseRows):
        return _of_sparse(X, codes, sizes, metric, threads.resolve_n_jobs(n_jobs), kwds)
    if _is_precomputed(metric):
        _check_distances(X, X.diagonal(), X, len(sizes), kwds)
        measure = None
        exponent = power_of_two.exponent_for(X, power=1.0)
    else:
        measure = distances.as_metric(metric, **kwds)
        distances.check_suits(X, measure)
        check_number_of_labels(len(sizes), len(X))
        exponent = distances.safe_exponent(measure, X, name="X")
    X = power_of_two.divided(X, exponent)
    n_threads = threads.resolve_n_jobs(n_jobs)
    if measure is not None and measure.kernel in ("sqeuclidean", "cosine", "correlation"):
        return _by_means(codes, sizes, _mean_distances_by_centers(X, codes, sizes, measure, n_threads))
    if (
        measure is not None
        and len(X) >= _BY_RANK * len(sizes)
        and (
            measure.kernel == "manhattan"
            or (X.shape[1] == 1 and measure.kernel in ("euclidean", "chebyshev", "minkowski"))
        )
    ):
        return _by_means(codes, sizes, _mean_distances_by_rank(X, codes, sizes))
    if measure is not None and measure.function is not None:
        return _by_means(codes, sizes, _mean_distances_by_calls(X, codes, sizes, measure))
    return _by_sums(X, codes, sizes, measure, n_threads)


def _of_sparse(
    X: SparseRows,
    codes: NDArray[np.int64],
    sizes: NDArray[np.int64],
    metric: str | Callable | distances.Metric,
    n_threads: int,
    kwds: dict[str, object],
) -> NDArray[np.float64]:
    if _is_precomputed(metric):
        return _by_means(codes, sizes, _mean_given_distances_of_sparse(X, codes, sizes, **kwds))
    measure = distances.as_metric(metric, **kwds)
    kernel = measure.kernel
    if kernel not in ("cosine", "euclidean", "manhattan", "sqeuclidean"):
        raise TypeError(
            "Silhouettes of sparse rows are computed for the metrics 'cosine', 'euclidean', 'manhattan' "
            f"and 'sqeuclidean', got {shown(metric)}. Use '.toarray()' to convert to a dense numpy array."
        )
    check_number_of_labels(len(sizes), len(X))
    X = dataclasses.replace(
        X, values=power_of_two.divided(X.values, distances.safe_exponent(measure, X.values, name="X"))
    )
    if kernel in ("cosine", "sqeuclidean"):
        return _by_means(codes, sizes, _mean_distances_of_sparse(X, codes, sizes, kernel == "cosine"))
    n, order, ends = len(X), np.argsort(codes, kind="stable"), np.cumsum(sizes)
    kind = sparse_rows.MANHATTAN if kernel == "manhattan" else sparse_rows.EUCLIDEAN
    points = SparsePoints(X.take(order), kind, np.inf, n_threads)
    codes = codes[order]
    total, within, nearest = np.zeros(n), np.empty(n), np.full(n, np.inf)
    for start in range(0, n, points.tile):
        progress.report("silhouette", start, n)
        parallel.run(
            lambda region, slot: sparse_rows.add_distances(
                kind,
                *points.arrays(),
                codes,
                ends,
                start,
                min(n, start + points.tile),  # noqa: B023
                *points.as_columns,
                *points.as_rows,
                total,
                within,
                nearest,
                region,
                slot,
            ),
            -(-n // sparse_rows.LANES),
            n_threads,
        )
    progress.report("silhouette", n, n)
    own = sizes[codes]
    result = np.empty(n)
    result[order] = _coefficients(within / np.maximum(own - 1, 1), nearest, own)
    return result


def _by_sums(
    X: NDArray, codes: NDArray[np.int64], sizes: NDArray[np.int64], measure: distances.Metric | None, n_threads: int
) -> NDArray[np.float64]:
    """From all pairs, whose distances are added up as they are computed; `X` holds them if there is no metric."""
    n, d = X.shape
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(sizes)
    within, nearest = np.empty(n), np.empty(n)
    if measure is None:
        rows = max(1, _GIVEN // n)

        def work(first: int, count: int) -> None:
            parallel.run(
                lambda region, slot: silhouette.mean_given_distances(
                    X, order, codes, ends, rows, first, within, nearest, region, slot
                ),
                count,
                n_threads,
            )
    else:
        work_per_row = n * max(d, 4) * (_SLOW if measure.kernel in ("minkowski", "haversine") else 1)
        if n * work_per_row < _ALONE:
            n_threads = 1
        points = distances.prepare(X[order], measure, n_threads)
        codes = codes[order]
        rows = min(silhouette.MOST_ROWS, 4 * max(1, _CHUNK // (4 * work_per_row)))
        columns = 512 * max(1, _COLUMN_NUMBERS // (512 * d))

        def work(first: int, count: int) -> None:
            parallel.run(
                lambda region, slot: silhouette.mean_distances(
                    points, codes, ends, rows, columns, first, within, nearest, region, slot
                ),
                count,
                n_threads,
            )

    parallel.in_steps("silhouette", -(-n // rows), n, work)
    progress.report("silhouette", n, n)
    own = sizes[codes]
    result = _coefficients(within / np.maximum(own - 1, 1), nearest, own)  # a row is no other row of its cluster
    if measure is None:
        return result
    within[order] = result
    return within


def _by_means(
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
    if not np.isfinite(larger).all():
        raise ValueError(
            "Distances between rows are NaN or infinite: the metric is not defined for them, or they are "
            "too large for float64."
        )
    result = np.zeros(len(a))
    np.divide(b - a, larger, out=result, where=(larger > 0) & (sizes > 1))
    return result


def _mean_distances_by_calls(
    X: NDArray, codes: NDArray[np.int64], sizes: NDArray[np.int64], measure: distances.Metric
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Mean distances of blocks of rows to each cluster, by a function of two rows."""
    order = np.argsort(codes, kind="stable")
    starts = np.cumsum(sizes) - sizes
    for rows in blocks("silhouette", len(X), len(X)):
        found = np.empty((rows.stop - rows.start, len(X)))
        with progress.as_step("silhouette", rows.start, len(X)):
            distances.rows_to(X[rows], X[order], measure, 1, found)
        yield rows, np.add.reduceat(found, starts, axis=1) / sizes


def _mean_distances_by_centers(
    X: NDArray, codes: NDArray[np.int64], sizes: NDArray[np.int64], measure: distances.Metric, n_threads: int
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """The same where distances are squares of lengths: the mean of |x - y|² over y is |x - m|² + the mean of |y - m|²,
    with their mean m. Cosine distances are half the squares between rows of length 1."""
    squares = distances.as_metric("sqeuclidean")

    def vectors(block: NDArray) -> NDArray:
        # Correlation: rows less their mean; the second time takes off what rounding of a large mean has left.
        for _ in range(2 if measure.kernel == "correlation" else 1):
            found = _vectors.as_vectors(block, measure)
            assert found is not None
            block = found.X
        return block

    clusters = Clusters.of(X, codes, vectors)
    spread = np.zeros(len(sizes))
    for rows, deviations in clusters.deviations(X, codes, vectors):
        spread += np.bincount(codes[rows], np.einsum("ij,ij->i", deviations, deviations), len(sizes))
    spread /= sizes
    corner = clusters.corners[0]
    centers = distances.prepare(clusters.centers_from(corner), squares, n_threads)
    for rows in blocks("silhouette", len(X), max(len(sizes), X.shape[1])):
        means = np.empty((rows.stop - rows.start, len(sizes)))
        with progress.as_step("silhouette", rows.start, len(X)):
            distances.rows_to(vectors(X[rows]) - corner, centers, squares, n_threads, means)
        means += spread
        if measure.kernel != "sqeuclidean":
            means *= 0.5
            means[means < 64 * _EPS**2] = 0.0  # of rows in the same direction: rounding is all that there is
        yield rows, means


def _mean_distances_by_rank(
    X: NDArray, codes: NDArray[np.int64], sizes: NDArray[np.int64]
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """The same for sums of |x - y|, feature by feature: where the values of a cluster are in order, and added up, those
    below x and those above have known sums. They are measured from the median, so that no term is larger than the sum
    that is asked for, but for a small factor, and no digit is lost."""
    n, d = X.shape
    ends = np.cumsum(sizes)
    runs = [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]
    ordered = np.empty((d, n))
    sums = np.zeros((d, n + len(sizes)))  # of each cluster from 0 on
    medians = np.empty((d, len(sizes)))
    order = np.argsort(codes, kind="stable")
    for j in range(d):
        progress.report("ranks", j, d)
        ordered[j] = X[order, j]
        for c, run in enumerate(runs):
            values = ordered[j, run]
            values.sort()
            medians[j, c] = values[len(values) // 2]
            np.cumsum(values - medians[j, c], out=sums[j, run.start + c + 1 : run.stop + c + 1])
    for rows in blocks("silhouette", n, max(len(sizes), 16)):
        means = np.zeros((rows.stop - rows.start, len(sizes)))
        for j in range(d):
            values = X[rows, j].astype(np.float64)
            by_value = np.argsort(values)  # neighbours in turn: what is looked up is in the cache
            values = values[by_value]
            for c, run in enumerate(runs):
                below = np.searchsorted(ordered[j, run], values)
                part = sums[j, run.start + c : run.stop + c + 1]
                means[by_value, c] += (values - medians[j, c]) * (2 * below - len(part) + 1) + (
                    part[-1] - 2.0 * part[below]
                )
        yield rows, means / sizes


def _mean_distances_of_sparse(
    X: SparseRows, codes: NDArray[np.int64], sizes: NDArray[np.int64], cosine: bool
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """The same for sparse rows: of |x - y|² that is |x|² - 2 x·m plus the mean of |y|². There is no offset that could
    cost digits where most numbers are 0."""
    n, d = X.shape
    k = len(sizes)
    memory.require(16 * k * d, f"The means of {k:,} clusters with {d:,} features", "Use fewer clusters or features.")
    row_of = np.repeat(np.arange(n), np.diff(X.starts))
    values = X.values.astype(np.float64)
    if cosine:
        largest = np.zeros(n)
        filled = np.flatnonzero(np.diff(X.starts))
        if len(filled):
            largest[filled] = np.maximum.reduceat(np.abs(values), X.starts[filled])
        if not largest.all():
            raise ValueError(
                "Cosine affinity cannot be used when X contains zero vectors. Leave such rows out or "
                f"choose another metric. First in X at row {int(largest.argmin())}."
            )
        values /= largest[row_of]  # first, so that neither large nor small numbers do harm
        values /= np.sqrt(np.bincount(row_of, values * values, n))[row_of]
    squares = np.bincount(row_of, values * values, n)
    totals = np.bincount(X.columns * np.int64(k) + codes[row_of], values, d * k).reshape(d, k)
    totals /= sizes
    spread = np.bincount(codes, squares, k) / sizes
    for rows in blocks("silhouette", n, k * max(1, len(values) // n)):
        part = slice(X.starts[rows.start], X.starts[rows.stop])
        places = np.flatnonzero(np.diff(X.starts[rows.start : rows.stop + 1]))  # rows that are not empty
        means = np.zeros((rows.stop - rows.start, k))
        if len(places):
            products = totals[X.columns[part]] * values[part, None]
            means[places] = np.add.reduceat(products, X.starts[rows][places] - part.start, axis=0)
        size = squares[rows, None] + spread
        means *= -2.0
        means += size
        means[means < 16 * _EPS * size] = 0.0  # of equal rows: rounding is all that there is
        yield rows, means * 0.5 if cosine else means


def _mean_given_distances_of_sparse(
    X: SparseRows, codes: NDArray[np.int64], sizes: NDArray[np.int64], **kwds: object
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """The same of given distances, where those that are not stored are 0."""
    n, k = len(X), len(sizes)
    row_of = np.repeat(np.arange(n), np.diff(X.starts))
    _check_distances(X, X.values[X.columns == row_of], X.values, k, kwds)
    values = power_of_two.divided(X.values, power_of_two.exponent_for(X.values, power=1.0))
    for rows in blocks("silhouette", n, k * max(1, len(X.values) // n)):
        part = slice(X.starts[rows.start], X.starts[rows.stop])
        place = (row_of[part] - rows.start) * k + codes[X.columns[part]]
        yield rows, np.bincount(place, values[part], (rows.stop - rows.start) * k).reshape(-1, k) / sizes


def _check_distances(
    X: NDArray | SparseRows, diagonal: NDArray, values: NDArray, n_labels: int, kwds: dict[str, object]
) -> None:
    """Given distances: a square matrix of `values` with this diagonal."""
    if kwds:
        raise TypeError(f"The metric 'precomputed' takes no argument {', '.join(map(repr, kwds))}.")
    _check_square(X)
    if (np.abs(diagonal) > 100 * np.finfo(values.dtype).eps).any():
        raise ValueError(
            "The precomputed distance matrix contains non-zero elements on the diagonal. Use np.fill_diagonal(X, 0)."
        )
    check_number_of_labels(n_labels, len(X))
    if values.min(initial=0.0) < 0:
        raise ValueError(
            "Negative values in data passed to `pairwise_distances`. "
            "Precomputed distance need to have non-negative values."
        )


def _is_precomputed(metric: object) -> bool:
    return isinstance(metric, str) and metric == "precomputed"


def _check_square(X: NDArray | SparseRows) -> None:
    if X.shape[0] != X.shape[1]:
        raise ValueError(
            f"Precomputed metric requires shape (n_queries, n_indexed). Got {X.shape} for {len(X)} indexed."
        )
