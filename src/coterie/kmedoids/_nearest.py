# SPDX-License-Identifier: BSD-3-Clause
"""Distances of rows to the medoids of a fit, at any scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import power_of_two
from .._base.blocks import blocks
from ..distances._metrics import safe_exponent
from ..distances._pairwise import fill_rectangle, prepare

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..distances import Metric


class Nearest(NamedTuple):
    """The nearest medoid of each row, the first one on a tie, and the distance to it."""

    label: NDArray[np.int32]
    distance: NDArray[np.float64]


def nearest(X: NDArray[Any], medoids: NDArray[Any], metric: Metric | None, n_threads: int) -> Nearest:
    """Find the nearest medoid of each row.

    Parameters
    ----------
    X : ndarray of shape (n, n_features) or (n, n_samples)
        Rows, or where there is no metric their distances to the rows of the fit.
    medoids : ndarray of shape (k, n_features) or (k,)
        The medoids, or where there is no metric which rows they are.
    """
    found = Nearest(np.empty(len(X), np.int32), np.empty(len(X)))
    for rows, distances, exponent in _in_blocks(X, medoids, metric, n_threads):
        label = distances.argmin(axis=1)
        found.label[rows] = label
        found.distance[rows] = power_of_two.multiplied(distances[np.arange(len(label)), label], exponent)
    return found


def distances_to(
    X: NDArray[Any], medoids: NDArray[Any], metric: Metric | None, n_threads: int, dtype: type
) -> NDArray[Any]:
    """(n, k) distances of each row to each medoid; infinite where they are too large for the type."""
    out: NDArray[Any] = np.empty((len(X), len(medoids)), dtype)
    for rows, distances, exponent in _in_blocks(X, medoids, metric, n_threads):
        with np.errstate(over="ignore"):
            out[rows] = power_of_two.multiplied(distances, exponent)
    return out


def _in_blocks(
    X: NDArray[Any], medoids: NDArray[Any], metric: Metric | None, n_threads: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float64], int]]:
    """Rows, their distances to the medoids, and the power of two to multiply these with."""
    if metric is None:
        for part in blocks(len(X), len(medoids)):
            yield np.arange(part.start, part.stop), X[part][:, medoids].astype(np.float64), 0
        return
    top = 0.0 if power_of_two.is_safe(X.dtype, metric.power) else power_of_two.size(medoids)
    usual = safe_exponent(metric, medoids if medoids.any() else X)  # zeros suit any power of two
    for which, exponent in power_of_two.parts(X, usual, top, metric.power):
        points = prepare(power_of_two.divided(medoids, exponent), metric, n_threads)
        where = np.arange(len(X))[which]
        for part in blocks(len(where), len(medoids)):
            rows = where[part]
            out = np.empty((len(rows), len(medoids)))
            fill_rectangle(power_of_two.divided(X[rows], exponent), points, metric, n_threads, out)
            _check_numbers(out, rows, metric)
            yield rows, out, exponent * metric.degree


def _check_numbers(distances: NDArray[np.float64], rows: NDArray[np.intp], metric: Metric) -> None:
    if not power_of_two.magnitude(distances) < np.inf:
        row = rows[(~np.isfinite(distances)).any(axis=1).argmax()]
        raise ValueError(
            f"The distance of row {row} of X to a medoid is infinite or NaN, by the metric {metric.name!r}."
        )
