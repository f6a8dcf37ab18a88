# SPDX-License-Identifier: BSD-3-Clause
"""The order in which OPTICS visits rows: core distances, lists of near rows, and which of them is reached next.

Where a k-d tree finds neighbors, or a graph has them, each row has a list of near ones, and time is about that of
finding these. Otherwise the distances of each visited row to all others are looked at. Either way memory is
proportional to that of the rows.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import distances
from .._base import power_of_two
from .._runtime import parallel, progress
from .._runtime.thresholds import thresholds
from ..distances._metrics import safe_exponent
from ..distances._pairwise import fill_rectangle, prepare
from ..distances._sparse import SparseRows
from ..distances._sphere import angles
from ..neighbors import _kd_tree, _search, _vectors
from ..neighbors._kernels import kd_query
from . import _reachability
from ._kernels import optics_rows, optics_visits

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_LISTED, _MOST_LISTED = 8, 24  # others on the list of a row: few make lists quick, more make searches rare
_LEAVES = 4  # of a chunk
_CHUNKS = 1 << 12  # of steps, until progress is reported
_UNREDUCED = {"euclidean": optics_visits.ROOT, "minkowski": optics_visits.POWER}


class Order(NamedTuple):
    """In which order rows are visited, and how they were reached; all but `ordering` are by row."""

    ordering: NDArray[np.int64]
    core_distances: NDArray[np.float64]  # infinite for rows from which nothing is reached
    reachability: NDArray[np.float64]  # infinite for rows that were not reached
    predecessor: NDArray[np.int64]  # -1 for these


def order_rows(
    X: NDArray[Any],
    metric: distances.Metric,
    min_samples: int,
    max_eps: float,
    weights: NDArray[np.float64] | None,
    n_threads: int,
) -> Order:
    """The order of rows that the metric suits.

    Parameters
    ----------
    X : ndarray of shape (n, d)
        Finite.
    min_samples : int
        From 2 to n, or to the sum of the weights: the row itself counts.
    max_eps : float
        Rows at a larger distance are not reached.
    weights : ndarray of shape (n,) or None
        How many times a row counts for core distances.
    """
    exponent = safe_exponent(metric, X)
    vectors = _vectors.as_vectors(X, metric, exponent)
    core = None
    if weights is not None:
        rows = _search.lay_out(X, metric, len(X), n_threads)
        core = _reachability.core_of_rows(rows, weights, min_samples, n_threads)
        min_samples = _most_within(weights, min_samples)
    if vectors is None or vectors.X.shape[1] > thresholds.tree_features:
        return _order_points(X, metric, exponent, min_samples, max_eps, core, n_threads)
    known = None if core is None else vectors.shorten(core)
    found = _order_vectors(vectors, min_samples, max_eps, known, n_threads)
    is_far, reached = np.isinf(found.core_distances), found.predecessor >= 0
    if metric.kernel != "haversine":
        core, reachability = vectors.lengthen(found.core_distances), vectors.lengthen(found.reachability)
        core[is_far], reachability[~reached] = np.inf, np.inf  # some metrics have a largest distance
        return found._replace(core_distances=core, reachability=reachability)
    # What the tree compares has lost digits of small angles.
    if core is None:
        core = _search.nearest(_search.lay_out(X, metric, len(X), n_threads), min_samples, None, False, n_threads)[0]
        core = core[:, -1].copy()
    core[is_far] = np.inf
    (which,) = reached.nonzero()
    start, reachability = found.predecessor[which], found.reachability
    reachability[which] = np.maximum(core[start], angles(X, np.column_stack([start, which])))
    return found._replace(core_distances=core, reachability=reachability)


def _most_within(weights: NDArray[np.float64], min_samples: int) -> int:
    """A number of rows that no row has nearer than its core distance."""
    least = weights[weights > 0].min()
    return int(min(len(weights), math.ceil(min(len(weights), min_samples / least)) + np.count_nonzero(weights == 0)))


# ------------------------------------------------------------------------------------------- with a k-d tree


def _order_vectors(
    vectors: _vectors.Vectors, min_samples: int, max_eps: float, core: NDArray[np.float64] | None, n_threads: int
) -> Order:
    n, unreduced = len(vectors.X), _UNREDUCED.get(vectors.metric.kernel, optics_visits.SAME)
    limit = float(vectors.shorten(np.array([max_eps]))[0])
    if n == 1:
        return Order(np.zeros(1, np.int64), np.zeros(1) if core is None else core, np.full(1, np.inf), np.full(1, -1))
    tree = _kd_tree.build_for_queries(vectors, n_threads)
    room = min(max(_LISTED, min_samples + 3), _MOST_LISTED, n - 1)
    lists = optics_visits.Lists(
        np.arange(n) * room,
        np.empty(n, np.int64),
        np.zeros(n, np.int64),
        np.empty(n, np.uint8),
        np.empty(n * room, np.int64),
        np.empty(n * room),
        np.empty(n) if core is None else core,
        room,
        limit,
    )
    which = np.empty(len(tree.nodes), np.int64)
    leaves = which[: kd_query.leaves(tree, which)]
    parts = _search.parts_of_leaf(tree)
    columns = room if core is not None else min(max(room, min_samples), n - 1)
    per_thread = (n_threads, kd_query.QUERIES * columns)
    parallel.over_in_steps(
        "neighbors",
        n,
        len(leaves) * parts,
        _LEAVES if parts == 1 else 1,
        n_threads,
        optics_visits.fill_lists,
        tree,
        leaves,
        parts,
        unreduced,
        columns,
        min_samples if core is None else 0,
        lists,
        np.empty(per_thread),
        np.empty(per_thread, np.int64),
        np.empty((n_threads, kd_query.QUERIES * tree.d), np.float32),
    )
    position = np.empty(n, np.int64)
    position[np.asarray(tree.order)] = np.arange(n)
    most, lanes = room + min_samples, tree.points.shape[2]
    remaining = optics_visits.Remaining(
        tree,
        np.array(tree.points),
        np.array(tree.boxes),
        position,
        np.empty(most),
        np.empty(most, np.int64),
        np.empty(lanes * tree.d),
        np.empty(2 * tree.d),
        unreduced,
        vectors.reduce(max_eps) * (1.0 + 1e-12) + 1e-300,  # no weight up to the limit is above it, however rounded
    )
    return _visit(lists, remaining, min_samples)


def _visit(lists: optics_visits.Lists, remaining: optics_visits.Remaining | None, min_samples: int) -> Order:
    n = len(lists.starts)
    visits = optics_visits.Visits(
        np.empty(n, np.int64), np.empty(n), np.empty(n, np.int64), np.zeros(n, np.uint8), np.empty((n, 3), np.int64)
    )
    while visits.n_visited < n:
        progress.report("ordering", visits.n_visited, n)
        parallel.over(_CHUNKS, 1, 1, optics_visits.visit_rows, visits, lists, remaining, min_samples)
    progress.report("ordering", n, n)
    return Order(
        np.asarray(visits.order), np.asarray(lists.core), np.asarray(visits.reach), np.asarray(visits.predecessor)
    )


# ------------------------------------------------------------------------------------------- from a graph


def order_graph(graph: SparseRows, core: NDArray[np.float64], max_eps: float) -> Order:
    """The order of the rows of a graph of distances, from which only those that are stored are reached."""
    n = len(graph)
    core = np.where(core > max_eps, np.inf, core)
    row = np.repeat(np.arange(n), np.diff(graph.starts))
    kept = (graph.values <= max_eps) & (graph.columns != row) & (core[row] < np.inf)
    row, near = row[kept], graph.columns[kept].astype(np.int64)
    weights = np.maximum(graph.values[kept].astype(np.float64), core[row])
    order = np.lexsort((near, weights, row))
    sizes = np.bincount(row, minlength=n)
    starts = np.zeros(n, np.int64)
    starts[1:] = sizes[:-1].cumsum()
    lists = optics_visits.Lists(
        starts, sizes, np.zeros(n, np.int64), np.ones(n, np.uint8), near[order], weights[order], core, 0, max_eps
    )
    return _visit(lists, None, 0)


# ------------------------------------------------------------------------------------------- from all distances


class _Round(NamedTuple):
    """What is known of the rows that were not visited when a round began."""

    core: NDArray[np.float64]  # of all rows, as `ordering`
    limit: float
    outside: NDArray[np.int64]  # these rows
    row: NDArray[np.float64]  # room for distances to them
    reach: NDArray[np.float64]
    predecessor: NDArray[np.int64]
    inside: NDArray[np.float64]  # infinite once they are visited, else 0
    ordering: NDArray[np.int64]  # -1 behind the last visit
    done: int  # visits before this round


def order_square(D: NDArray[Any], core: NDArray[np.float64], max_eps: float) -> Order:
    """The order of the rows of a square matrix of distances."""

    def measure(last: int, now: _Round) -> None:
        now.row[:] = D[last, now.outside]

    core = np.where(core > max_eps, np.inf, core)
    return _order_all(core, max_eps, lambda now, steps: _visit_each(now, steps, measure))


def _order_points(
    X: NDArray[Any],
    metric: distances.Metric,
    exponent: int,
    min_samples: int,
    max_eps: float,
    core: NDArray[np.float64] | None,
    n_threads: int,
) -> Order:
    degree = exponent * metric.degree
    X = power_of_two.divided(X, exponent)
    points = prepare(X, metric, n_threads)
    if core is None:
        rows = _search.RowsInBlocks(X, metric, None, points)
        core = _search.nearest(rows, min_samples, None, False, n_threads)[0][:, -1].copy()
    else:
        core = power_of_two.divided(core, degree)
    limit = power_of_two.times(max_eps, -degree)
    core[core > limit] = np.inf

    def visit(now: _Round, steps: int) -> None:
        others = prepare(X[now.outside], metric, n_threads)
        if metric.function is None:
            parallel.over(steps, 1, 1, optics_rows.visit_points, points, others, *now)
            return

        def measure(last: int, now: _Round) -> None:
            fill_rectangle(X[last : last + 1], others, metric, 1, now.row[None])

        _visit_each(now, steps, measure)

    found = _order_all(core, limit, visit)
    if found.ordering[-1] < 0:
        raise ValueError(f"The {metric.name} distance is NaN or infinite between some rows.")
    return found._replace(
        core_distances=power_of_two.multiplied(core, degree),
        reachability=power_of_two.multiplied(found.reachability, degree),
    )


def _visit_each(now: _Round, steps: int, measure: Callable[[int, _Round], None]) -> None:
    for step in range(now.done, now.done + steps):
        last = int(now.ordering[step - 1])
        measure(last, now)
        if np.isnan(now.row).any():
            break
        best = optics_rows.visit_next(now.row, last, now.core[last], now.limit, now.reach, now.predecessor, now.inside)
        now.ordering[step] = now.outside[best]


def _order_all(core: NDArray[np.float64], limit: float, visit: Callable[[_Round, int], None]) -> Order:
    """Visit rows from the first one on. The order ends early, with -1, where a distance is not a number."""
    n = len(core)
    ordering, reachability, predecessor = np.full(n, -1), np.full(n, np.inf), np.full(n, -1)
    ordering[0] = 0
    outside, reach, to, done = np.arange(1, n), np.full(n - 1, np.inf), np.full(n - 1, -1), 1
    while len(outside):
        progress.report("ordering", done, n)
        steps = -(-len(outside) // 4)  # distances to visited rows are computed, too, until they are a quarter
        row, inside = np.empty(len(outside)), np.zeros(len(outside))
        visit(_Round(core, limit, outside, row, reach, to, inside, ordering, done), steps)
        if ordering[done + steps - 1] < 0:
            break
        visited = inside > 0
        reachability[outside[visited]], predecessor[outside[visited]] = reach[visited], to[visited]
        outside, reach, to, done = outside[~visited], reach[~visited], to[~visited], done + steps
    progress.report("ordering", n, n)
    return Order(ordering, core, reachability, predecessor)
