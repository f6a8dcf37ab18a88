# SPDX-License-Identifier: BSD-3-Clause
"""The core points of a fit. `predict` uses the one nearest to a row; outlier scores use its distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import distances, neighbors
from .._base import power_of_two
from .._base.arrays import as_matrix
from .._base.blocks import blocks
from ..distances import _sparse
from ..distances._metrics import check_suits, safe_exponent
from ..distances._sparse import SparseRows
from ..distances._sparse_points import sparse_points

if TYPE_CHECKING:
    from numpy.typing import NDArray

_UNSURE = 1e-9  # relative error of a distance, at most


class CorePoints(NamedTuple):
    """The core points of a fit, and the radius within which they give rows their label.

    Attributes
    ----------
    rows : ndarray or sparse container of shape (n_core, n_features)
        The core points; not used with given distances.
    indices : ndarray of shape (n_core,)
        Their numbers among the rows of the fit.
    metric : Metric or None
        None if distances are given.
    eps : float
        The radius.
    """

    rows: Any
    indices: NDArray[np.intp]
    metric: distances.Metric | None
    eps: float

    def nearest_to(self, rows: NDArray[np.floating] | SparseRows, n_threads: int) -> NDArray[np.intp]:
        """Number of the core point nearest to each row, the first one on a tie; -1 if none is within `eps`."""
        if not len(self.indices):
            return np.full(len(rows), -1, np.intp)
        if self.metric is None:
            return self._nearest_given(rows)
        if _sparse.is_sparse(self.rows):
            return self._nearest_sparse(rows, self.metric, n_threads)
        if not isinstance(rows, np.ndarray):  # a few of them dense at a time
            some = (rows.take(np.arange(part.start, part.stop)).to_dense() for part in blocks(*rows.shape))
            return np.concatenate([self.nearest_to(dense, n_threads) for dense in some])
        found = _measure(self.rows, rows, self.metric, self.eps, n_threads)
        return np.where(found.is_within, found.number, -1)

    def scores(self, rows: NDArray[np.floating], n_threads: int) -> NDArray[np.float64]:
        """Distance of each row to the nearest core point over `eps`: more than 1 exactly where none is within `eps`."""
        if not len(self.indices):
            return np.full(len(rows), np.inf)
        ratio: NDArray[np.float64]
        if self.metric is None:
            far = rows[:, self.indices].min(axis=1)
            ratio, is_within = far.astype(np.float64) / self.eps, far <= self.eps
        else:
            core = as_matrix(self.rows, name="model.components_", allow_nan=self.metric.passes_missing)
            _, ratio, is_within = _measure(core, rows, self.metric, self.eps, n_threads)
        wrong = (ratio > 1.0) == is_within  # by the rounding of the division
        if wrong.any():
            ratio[wrong] = np.where(is_within[wrong], 1.0, np.nextafter(1.0, 2.0))
        return ratio

    def _nearest_given(self, rows: NDArray[np.floating] | SparseRows) -> NDArray[np.intp]:
        """The same from given distances to all rows of the fit."""
        core = self.indices
        nearest = np.full(len(rows), -1, np.intp)
        if isinstance(rows, np.ndarray):
            for part in blocks(len(rows), len(core)):
                block = rows[part, core]
                at = block.argmin(axis=1)
                is_near = block[np.arange(len(at)), at] <= self.eps
                nearest[part] = np.where(is_near, at, -1)
            return nearest
        number = np.full(rows.shape[1], -1)
        number[core] = np.arange(len(core))
        kept = np.flatnonzero((rows.values <= self.eps) & (number[rows.columns] >= 0))
        row = np.searchsorted(rows.starts, kept, side="right") - 1
        found = number[rows.columns[kept]]
        order = np.lexsort((found, rows.values[kept], row))[::-1]  # the nearest is written last, and of those the first
        nearest[row[order]] = found[order]
        return nearest

    def _nearest_sparse(
        self, rows: NDArray[np.floating] | SparseRows, metric: distances.Metric, n_threads: int
    ) -> NDArray[np.intp]:
        core = _sparse.as_sparse_rows(self.rows, n_threads)
        if isinstance(rows, np.ndarray):
            rows = _sparse.from_dense(rows)
        indices = np.result_type(rows.columns, core.columns)
        floats = np.result_type(rows.values, core.values)
        rows, core = (each.astype(indices, floats) for each in (rows, core))
        points = sparse_points(core, metric, float(self.eps), n_threads, rows)
        return points.nearest_to(sparse_points(rows, metric, float(self.eps), n_threads, core))


class _Nearest(NamedTuple):
    number: NDArray[np.intp]  # of the core point
    ratio: NDArray[np.float64]  # distance over eps
    is_within: NDArray[np.bool_]  # as the fit decides it, whatever the distance is rounded to


def _measure(
    core: NDArray[np.floating], rows: NDArray[np.floating], metric: distances.Metric, eps: float, n_threads: int
) -> _Nearest:
    """Find the core point nearest to each row."""
    check_suits(rows, metric, fitted=core)
    exponent = safe_exponent(metric, rows, core, radius=float(eps))
    rows, core = (power_of_two.divided(each, exponent) for each in (rows, core))
    eps = power_of_two.times(eps, -exponent * metric.degree)
    metric = metric.of_rows
    far, nearest = neighbors.kneighbors(core, 1, rows, metric=metric, n_jobs=n_threads)
    found = far[:, 0]
    is_near = found <= eps
    (unsure,) = (np.abs(found - eps) <= _UNSURE * eps).nonzero()  # distances are rounded once more than what counts
    if len(unsure):
        is_near[unsure] = neighbors.radius_counts(core, eps, rows[unsure], metric=metric, n_jobs=n_threads) > 0
    return _Nearest(nearest[:, 0], found / eps, is_near)
