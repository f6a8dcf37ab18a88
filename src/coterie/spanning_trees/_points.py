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
from ..neighbors import _search
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
    points = prepare(X, metric, n_threads)
    if min_samples is not None:
        rows = _search.RowsInBlocks(X, metric, None, points)
        core = _search.nearest(rows, min_samples, None, False, n_threads)[0][:, -1].copy()
    all_core = np.zeros(n) if core is None else core
    edges, weights = np.empty((n - 1, 2), np.int64), np.full(n - 1, np.nan)
    outside, least, to, done = np.arange(1, n), np.full(n - 1, np.inf), np.full(n - 1, -1), 0
    while len(outside):
        progress.report("spanning tree", done, n - 1)
        steps = -(-len(outside) // 4)  # as above
        others, near, inside = prepare(X[outside], metric, n_threads), all_core[outside], np.zeros(len(outside))
        row = np.empty((1, len(outside)))
        if metric.function is None:
            state = points, others, all_core, outside, near, row[0], least, to, inside, edges, weights, done
            parallel.over(steps, 1, 1, prim.grow_tree, *state)
        else:
            for step in range(done, done + steps):
                last = edges[step - 1, 1] if step else 0
                fill_rectangle(X[last : last + 1], others, metric, 1, row)
                if not np.isfinite(row).all():
                    break
                best = prim.add_nearest(row[0], last, all_core[last], outside, near, least, to, inside)
                edges[step], weights[step] = (to[best], outside[best]), least[best]
        if np.isnan(weights[done : done + steps]).any():
            raise not_finite(metric)
        rest = inside == 0.0
        outside, least, to, done = outside[rest], least[rest], to[rest], done + steps
    progress.report("spanning tree", n - 1, n - 1)
    weights = scale_heights(weights, exponent * metric.degree, "a spanning tree")
    core = None if core is None else power_of_two.multiplied(core.copy(), exponent * metric.degree)
    return in_order(edges, weights), core
