# SPDX-License-Identifier: BSD-3-Clause
"""The public function; and which algorithm finds the tree of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._runtime import progress
from ..distances._pairwise import fill_rectangle, prepare
from ._tree import SpanningTree, in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..distances import Metric


def tree_of_rows(
    X: NDArray[Any],
    metric: Metric,
    n_threads: int,
    *,
    min_samples: int | None = None,
    core: NDArray[np.float64] | None = None,
) -> tuple[SpanningTree, NDArray[np.float64] | None]:
    """The minimum spanning tree of rows that are checked, and their core distances.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Finite; at least one row.
    metric : Metric
        Suits the rows (`distances.check_suits`).
    n_threads : int
        The result does not depend on it.
    min_samples : int or None
        Weigh edges by mutual reachability: a core distance is that to so many rows, the row itself counted.
    core : ndarray of shape (n,) or None
        Core distances that are known already, instead.
    """
    n = len(X)
    points, row = prepare(X, metric, n_threads), np.empty((1, n))
    if min_samples is not None:
        core = np.empty(n)
        for i in range(n):
            fill_rectangle(X[i : i + 1], points, metric, 1, row)
            core[i] = np.sort(row[0])[min_samples - 1]
    edges, weights = np.empty((n - 1, 2), np.int64), np.empty(n - 1)
    outside, least, to = np.ones(n, np.bool_), np.full(n, np.inf), np.full(n, -1)
    last = 0
    for step in range(n - 1):
        progress.report("spanning tree", step, n - 1)
        outside[last] = False
        fill_rectangle(X[last : last + 1], points, metric, 1, row)
        w = row[0] if core is None else np.maximum(np.maximum(row[0], core), core[last])
        i = np.arange(n)
        lower, higher = np.minimum(i, last), np.maximum(i, last)
        known_lower, known_higher = np.minimum(i, to), np.maximum(i, to)
        tie = (w == least) & ((lower < known_lower) | ((lower == known_lower) & (higher < known_higher)))
        better = outside & ((w < least) | tie)
        least[better], to[better] = w[better], last
        (rest,) = outside.nonzero()
        best = rest[np.lexsort((np.maximum(rest, to[rest]), np.minimum(rest, to[rest]), least[rest]))[0]]
        edges[step], weights[step], last = (to[best], best), least[best], best
    return in_order(edges, weights), core
