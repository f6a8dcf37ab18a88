# SPDX-License-Identifier: BSD-3-Clause
"""Mean distances of rows to clusters, in the ways that need no kernel: most need not look at all pairs.

Each function yields blocks of rows, and their mean distances to each cluster, which the caller may overwrite.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import distances
from .._runtime import memory, progress
from ..distances._pairwise import fill_rectangle, prepare
from ..distances._sparse import SparseRows
from ..neighbors import _vectors
from ._cluster_means import Clusters, blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["by_calls", "by_centers", "by_rank", "of_given_sparse", "of_sparse"]

_EPS = float(np.finfo(np.float64).eps)


def by_calls(
    X: NDArray[Any], codes: NDArray[np.int64], sizes: NDArray[np.int64], measure: distances.Metric
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Any function of two rows, which is called for all pairs."""
    order = np.argsort(codes, kind="stable")
    starts = np.cumsum(sizes) - sizes
    for rows in blocks("silhouette", len(X), len(X)):
        found = np.empty((rows.stop - rows.start, len(X)))
        with progress.as_step("silhouette", rows.start, len(X)):
            fill_rectangle(X[rows], X[order], measure, 1, found)
        yield rows, np.add.reduceat(found, starts, axis=1) / sizes


def by_centers(
    X: NDArray[Any], codes: NDArray[np.int64], sizes: NDArray[np.int64], measure: distances.Metric, n_threads: int
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Where distances are squares of lengths, the mean of |x - y|² over y is |x - m|² plus the mean of |y - m|², with
    m the mean of y. Cosine distances are half the squares between rows of length 1."""
    squares = distances.as_metric("sqeuclidean")

    def vectors(block: NDArray[Any]) -> NDArray[Any]:
        # Correlation: rows minus their mean; the second round removes what rounding of a large mean has left.
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
    centers = prepare(clusters.centers_from(corner), squares, n_threads)
    for rows in blocks("silhouette", len(X), max(len(sizes), X.shape[1])):
        means = np.empty((rows.stop - rows.start, len(sizes)))
        with progress.as_step("silhouette", rows.start, len(X)):
            fill_rectangle(vectors(X[rows]) - corner, centers, squares, n_threads, means)
        means += spread
        if measure.kernel != "sqeuclidean":
            means *= 0.5
            means[means < 64 * _EPS**2] = 0.0  # rows in the same direction: the rest is rounding
        yield rows, means


def by_rank(
    X: NDArray[Any], codes: NDArray[np.int64], sizes: NDArray[np.int64]
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Sums of |x - y|, feature by feature. The values of a cluster are sorted and added up, so that the sums of those
    below x and of those above are known. They are measured from the median: then no term is much larger than the sum
    that is asked for, and no digit is lost."""
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
            by_value = np.argsort(values)  # neighbors in turn: what is looked up is in the cache
            values = values[by_value]
            for c, run in enumerate(runs):
                below = np.searchsorted(ordered[j, run], values)
                part = sums[j, run.start + c : run.stop + c + 1]
                means[by_value, c] += (values - medians[j, c]) * (2 * below - len(part) + 1) + (
                    part[-1] - 2.0 * part[below]
                )
        yield rows, means / sizes


def of_sparse(
    X: SparseRows, codes: NDArray[np.int64], sizes: NDArray[np.int64], cosine: bool
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Sparse rows: the mean of |x - y|² over y is |x|² - 2 x·m plus the mean of |y|². Where most numbers are 0 there
    is no offset that could cost digits."""
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
    totals = np.bincount(X.columns * np.int64(k) + codes[row_of], values, d * k).reshape(d, k) / sizes
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
        means[means < 16 * _EPS * size] = 0.0  # equal rows: the rest is rounding
        yield rows, means * 0.5 if cosine else means


def of_given_sparse(
    D: SparseRows, codes: NDArray[np.int64], sizes: NDArray[np.int64]
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Sparse distances that are given: those that are not stored are 0."""
    n, k = len(D), len(sizes)
    row_of = np.repeat(np.arange(n), np.diff(D.starts))
    for rows in blocks("silhouette", n, k * max(1, len(D.values) // n)):
        part = slice(D.starts[rows.start], D.starts[rows.stop])
        place = (row_of[part] - rows.start) * k + codes[D.columns[part]]
        yield rows, np.bincount(place, D.values[part], (rows.stop - rows.start) * k).reshape(-1, k) / sizes
