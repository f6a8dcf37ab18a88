# SPDX-License-Identifier: BSD-3-Clause
"""Mutual reachability: core distances of rows with weights, and the row that is nearest to a new one.

A core distance is the smallest radius within which rows have some weight together. Two rows are as far from each other
as the largest of their distance and their core distances.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import distances
from .._base.blocks import blocks
from .._runtime import progress
from ..distances._metrics import check_suits
from ..neighbors._search import Rows, lay_out, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..distances._sparse import SparseRows


class Reached(NamedTuple):
    """The row that is nearest to each new one by mutual reachability; on a tie the nearer one, then the lower one."""

    row: NDArray[np.int64]
    distance: NDArray[np.float64]  # mutual reachability


class RowsOfTree(NamedTuple):
    """The rows of a spanning tree, and what is needed to find those nearest to new ones.

    Attributes
    ----------
    X : ndarray of shape (n, n_features) or None
        The rows; None if distances are given.
    metric : Metric or None
    core : ndarray of shape (n,)
        Their core distances.
    weights : ndarray of shape (n,) or None
    min_samples : int
    alpha : float
        Divides distances.
    """

    X: NDArray[np.floating] | None
    metric: distances.Metric | None
    core: NDArray[np.float64]
    weights: NDArray[np.float64] | None
    min_samples: int
    alpha: float

    def reach(self, Y: NDArray[np.floating], n_threads: int, among: NDArray[np.intp] | slice = slice(None)) -> Reached:
        """The nearest of some rows to each row of `Y`, which are distances to all of them if these are given.

        A new row is not counted for its own core distance. So a copy of a row has the core distance of that row.
        """
        if self.X is None or self.metric is None:
            Y = Y / self.alpha if self.alpha != 1 else Y
            return reach_square(Y[:, among], self.core[among], core_of_square(Y, self.weights, self.min_samples))
        check_suits(Y, self.metric, fitted=self.X)
        rows = lay_out(self.X, self.metric, len(Y), n_threads)
        own = core_of_rows(rows, self.weights, self.min_samples, n_threads, Y)
        if not isinstance(among, slice):
            rows = lay_out(self.X[among], self.metric, len(Y), n_threads)
        return reach_rows(rows, self.core[among], Y, own, self.alpha, n_threads)


# ------------------------------------------------------------------------------------------- rows


def core_of_rows(
    rows: Rows, weights: NDArray[np.float64] | None, least: float, n_threads: int, Y: NDArray[Any] | None = None
) -> NDArray[np.float64]:
    """The distance from each row of `Y` within which the rows have a weight of `least`, of which they have that much.

    By default `Y` is the rows, of which each counts for itself, too. As many neighbors are found as have the weight on
    average, then twice as many again and again, but only where it is not reached yet.
    """
    n, Y = len(rows.X), rows.X if Y is None else Y
    core = np.empty(len(Y))
    average = 1.0 if weights is None else float(weights.mean())
    rest, k = np.arange(len(Y)), min(n, math.ceil(min(n, least / average)))
    while len(rest):
        reached = np.empty(len(rest), np.bool_)
        for part in blocks(len(rest), k):
            with progress.as_step("core distances", len(Y) - len(rest), len(Y)):
                found, indices = nearest(rows, k, Y[rest[part]], False, n_threads)
            some = np.ones(found.shape) if weights is None else weights[indices]
            core[rest[part]], reached[part] = _first_reached(found, some, least, k == n)
        rest, k = rest[~reached], min(n, 2 * k)
    progress.report("core distances", len(Y), len(Y))
    return core


def reach_rows(
    rows: Rows, core: NDArray[np.float64], Y: NDArray[Any], own: NDArray[np.float64], alpha: float, n_threads: int
) -> Reached:
    """The nearest of the rows to those of `Y`, whose core distances are `own`; distances are divided by `alpha`."""
    n = len(rows.X)
    found = Reached(np.empty(len(Y), np.int64), np.empty(len(Y)))
    rest, k = np.arange(len(Y)), min(n, 16)
    while len(rest):
        settled = np.empty(len(rest), np.bool_)
        for part in blocks(len(rest), k):
            which = rest[part]
            with progress.as_step("nearest rows", len(Y) - len(rest), len(Y)):
                near, indices = nearest(rows, k, Y[which], False, n_threads)
                near /= alpha
            reach = np.maximum(np.maximum(near, core[indices]), own[which, None])
            at = reach.argmin(axis=1)  # the first one: from near to far, and on a tie the lower row first
            best = reach[np.arange(len(at)), at]
            found.row[which], found.distance[which] = indices[np.arange(len(at)), at], best
            settled[part] = (best <= near[:, -1]) | (k == n)
        rest, k = rest[~settled], min(n, 4 * k)
    progress.report("nearest rows", len(Y), len(Y))
    return found


# ------------------------------------------------------------------------------------------- given distances


def core_of_square(D: NDArray[Any], weights: NDArray[np.float64] | None, least: float) -> NDArray[np.float64]:
    """The same as `core_of_rows`, from rows of distances to all rows."""
    core = np.empty(len(D))
    for part in blocks(len(D), 4 * D.shape[1]):
        progress.report("core distances", part.start, len(D))
        if weights is None:
            core[part] = np.partition(D[part], int(least) - 1, axis=1)[:, int(least) - 1]
        else:
            order = D[part].argsort(axis=1, kind="stable")
            core[part], _ = _first_reached(np.take_along_axis(D[part], order, 1), weights[order], least, True)
    progress.report("core distances", len(D), len(D))
    return core


def reach_square(D: NDArray[Any], core: NDArray[np.float64], own: NDArray[np.float64]) -> Reached:
    """The same as `reach_rows`, from rows of distances to all rows."""
    found = Reached(np.empty(len(D), np.int64), np.empty(len(D)))
    for part in blocks(len(D), 4 * D.shape[1]):
        progress.report("nearest rows", part.start, len(D))
        reach = np.maximum(np.maximum(D[part], core), own[part, None])
        best = reach.min(axis=1)
        found.row[part] = np.where(reach == best[:, None], D[part], np.inf).argmin(axis=1)
        found.distance[part] = best
    progress.report("nearest rows", len(D), len(D))
    return found


def core_of_graph(graph: SparseRows, weights: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """The same as `core_of_rows`, from the distances that are stored; infinite where these do not reach the weight."""
    lengths = np.diff(graph.starts)
    row = np.repeat(np.arange(len(graph)), lengths)
    order = np.lexsort((graph.values, row))
    total = weights[graph.columns[order]].cumsum()
    total -= np.repeat(np.concatenate([[0.0], total])[graph.starts[:-1]], lengths)
    core = np.full(len(graph), np.inf)
    (reached,) = (total >= least).nonzero()
    which, first = np.unique(row[reached], return_index=True)
    core[which] = graph.values[order[reached[first]]]
    return core


def _first_reached(
    found: NDArray[Any], weights: NDArray[np.float64], least: float, all_rows: bool
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Where sums of the weights reach `least`: the distance of the first one, and whether there is one.

    All rows reach it, whatever their sum is rounded to.
    """
    enough = weights.cumsum(axis=1) >= least
    if all_rows:
        enough[:, -1] = True
    at = enough.argmax(axis=1)
    return found[np.arange(len(at)), at], enough[:, -1]
