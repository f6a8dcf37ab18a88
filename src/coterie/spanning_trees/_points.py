# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning tree of points, whose distances are computed as the tree grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import power_of_two
from .._dendrogram.merges import scale_heights
from .._runtime import parallel, progress
from ..distances._metrics import safe_exponent
from ..distances._pairwise import fill_rectangle, prepare
from ._kernels import prim
from ._tree import SpanningTree, in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..distances import Metric


def spanning_tree_of_points(X: NDArray[np.floating], metric: Metric, n_threads: int) -> SpanningTree:
    """A tree that grows by the nearest point; each edge joins a point to the one that was added before it.

    Once sorted by height, such an edge merges the same clusters as the edge to the point of the tree that is nearest:
    otherwise a longer edge would lie between the two (Muellner 2011, arXiv:1109.2378).

    Raises
    ------
    ValueError
        A distance is NaN or infinite.
    """
    n = len(X)
    exponent = safe_exponent(metric, X)
    X = power_of_two.divided(X, exponent)
    points, visits, heights = prepare(X, metric, n_threads), np.zeros(n, np.int64), np.empty(n - 1)
    outside, least, done = np.arange(1, n), np.full(n - 1, np.inf), 1
    while len(outside):
        progress.report("linkage", done - 1, n - 1)
        dead, row = np.zeros(len(outside)), np.empty((1, len(outside)))
        steps = -(-len(outside) // 4)  # distances to points in the tree are computed too, until they are a quarter
        others = prepare(X[outside], metric, n_threads)
        if metric.function is None:
            state = points, others, outside, least, dead, row[0], visits, heights, done
            parallel.over(steps, 1, 1, prim.visit_nearest, *state)
            if np.isnan(heights[done - 1 : done - 1 + steps]).any():
                raise not_finite(metric)
        else:
            for step in range(done, done + steps):
                last = visits[step - 1]
                fill_rectangle(X[last : last + 1], others, metric, 1, row)
                if not np.isfinite(row).all():
                    raise not_finite(metric)
                np.minimum(least, row[0], out=least)
                nearest = int((least + dead).argmin())
                dead[nearest], visits[step], heights[step - 1] = np.inf, outside[nearest], least[nearest]
        outside, least, done = outside[dead == 0.0], least[dead == 0.0], done + steps
    progress.report("linkage", n - 1, n - 1)
    heights = scale_heights(heights, exponent * metric.degree, "single linkage")
    return SpanningTree(np.column_stack([visits[:-1], visits[1:]]), heights)


def not_finite(metric: Metric) -> ValueError:
    """The error of a metric that has no finite distance for some rows."""
    return ValueError(f"The {metric.name} distance is NaN or infinite between some rows.")


def tree_of_points(
    X: NDArray[Any], metric: Metric, n_threads: int, *, min_samples: int | None, core: NDArray[np.float64] | None
) -> tuple[SpanningTree, NDArray[np.float64] | None]:
    """The minimum spanning tree of rows in the order of weights and rows, and their core distances."""
    n, exponent = len(X), safe_exponent(metric, X)
    X = power_of_two.divided(X, exponent)
    core = None if core is None else power_of_two.divided(core, exponent * metric.degree)
    points, row = prepare(X, metric, n_threads), np.empty((1, n))
    if min_samples is not None:
        core = np.empty(n)
        for i in range(n):
            fill_rectangle(X[i : i + 1], points, metric, 1, row)
            core[i] = np.sort(row[0])[min_samples - 1]
    edges, weights = np.empty((n - 1, 2), np.int64), np.empty(n - 1)
    outside, least, to = np.ones(n, np.bool_), np.full(n, np.inf), np.full(n, -1)
    every, last = np.arange(n), 0
    for step in range(n - 1):
        progress.report("spanning tree", step, n - 1)
        outside[last] = False
        fill_rectangle(X[last : last + 1], points, metric, 1, row)
        w = row[0] if core is None else np.maximum(np.maximum(row[0], core), core[last])
        lower, higher = np.minimum(every, last), np.maximum(every, last)
        known_lower, known_higher = np.minimum(every, to), np.maximum(every, to)
        tie = (w == least) & ((lower < known_lower) | ((lower == known_lower) & (higher < known_higher)))
        better = outside & ((w < least) | tie)
        least[better], to[better] = w[better], last
        (rest,) = outside.nonzero()
        best = rest[np.lexsort((np.maximum(rest, to[rest]), np.minimum(rest, to[rest]), least[rest]))[0]]
        edges[step], weights[step], last = (to[best], best), least[best], int(best)
    weights = scale_heights(weights, exponent * metric.degree, "a spanning tree")
    core = None if core is None else power_of_two.multiplied(core.copy(), exponent * metric.degree)
    return in_order(edges, weights), core
