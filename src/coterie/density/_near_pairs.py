# SPDX-License-Identifier: BSD-3-Clause
"""DBSCAN's core points and clusters where all pairs are looked at: any metric, sparse rows, given distances.

Each distance is computed once, in blocks. Two neighbours are united as soon as both are known to be core points; pairs
that are not yet, are kept: fewer than `min_samples` can be charged to a point that is not a core point. Where they are
more than `_ROOM` a point all the same, they are dropped, and when all core points are known the pairs with core points
are computed once more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

from .. import distances
from .._runtime import parallel, progress
from ..distances._kernels import pairwise
from ._kernels import dbscan_graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..distances._sparse import SparseRows

_ROOM = 4  # pairs kept for each point: 64 bytes of about 100
_LEAST_ROOM = 4096  # and beside
_TILE = 1024  # rows and columns of a block of distances: 8 MB
_CALLED_TILE = 64  # where a function is called for each pair
_BLOCK_ROWS = 32
_MARKED_ROWS = 64
_CHUNK = 1 << 20  # numbers of a matrix in a chunk
_NO_WEIGHTS = np.empty(0)
_STAGE = "dbscan"


class Source(Protocol):
    """Points of which it is known who is near whom, in tiles."""

    tile: int

    def __len__(self) -> int: ...

    def take(self, which: NDArray[np.int64]) -> Self:
        """The points of these numbers, in this order."""

    def mark(self, a: int, other: Self, b: int, diagonal: bool) -> NDArray[np.uint64]:
        """Tile number `a` against tile number `b` of another one, for `dbscan_graph`.

        On the diagonal only pairs of a point with itself and later ones.
        """


# ------------------------------------------------------------------------------------------- who is near whom


class DenseRows:
    """Rows of a table, any metric, in blocks of distances."""

    def __init__(self, X: NDArray, metric: distances.Metric, radius: float, n_threads: int) -> None:
        self.X, self.metric, self.radius, self.n_threads = X, metric, radius, n_threads
        self.tile = _TILE if metric.function is None else _CALLED_TILE
        parts = [X[start : start + self.tile] for start in range(0, len(X), self.tile)]
        self.parts = [distances.prepare(part, metric, n_threads) for part in parts]

    def __len__(self) -> int:
        return len(self.X)

    def take(self, which: NDArray[np.int64]) -> DenseRows:
        return DenseRows(self.X[which], self.metric, self.radius, self.n_threads)

    def mark(self, a: int, other: DenseRows, b: int, diagonal: bool) -> NDArray[np.uint64]:
        one, many = self.parts[a], other.parts[b]
        if self.metric.function is not None:
            block = _call(self.metric.function, one, many, diagonal)
        else:
            block = np.empty((one.n, many.n))
            parallel.run(
                lambda region, slot: pairwise.rectangle(one, many, _BLOCK_ROWS, _TILE, 0, block, region, slot),
                -(-len(block) // _BLOCK_ROWS),
                self.n_threads,
            )
        marks = np.empty((len(block), -(-block.shape[1] // 64)), np.uint64)
        not_numbers = np.zeros(len(block), np.int64)
        parallel.run(
            lambda region, slot: dbscan_graph.mark_near(
                block, self.radius, 0 if diagonal else -len(block), _MARKED_ROWS, marks, not_numbers, region, slot
            ),
            -(-len(block) // _MARKED_ROWS),
            self.n_threads,
        )
        if not_numbers.any():
            row = a * self.tile + int(not_numbers.argmax())
            raise ValueError(
                f"Some distances to row {row} are not numbers: the metric {self.metric.name!r} is not "
                "defined for it. Leave such rows out or choose another metric."
            )
        return marks


def _call(function: object, one: NDArray, many: NDArray, diagonal: bool) -> NDArray[np.float64]:
    block = np.zeros((len(one), len(many)))
    for i, x in enumerate(one):
        for j in range(i + 1 if diagonal else 0, len(many)):
            block[i, j] = distances.as_distance(function(x, many[j]))
    return block


# ------------------------------------------------------------------------------------------- pair by pair


def find_regions(
    points: Source, min_samples: int, weights: NDArray[np.float64] | None
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Find scikit-learn's labels, and which points are core points.

    Parameters
    ----------
    points : Source
    min_samples : int
        Weight of the neighbours of a core point, itself included.
    weights : ndarray of shape (n,) or None
        Of any sign; None counts each point once.

    Returns
    -------
    labels : ndarray of shape (n,), int64
    is_core : ndarray of shape (n,), bool

    Notes
    -----
    O(n²) distances, computed once, those with core points twice where the pairs that had to be kept did not fit (large
    `min_samples`) or weights are negative. About 100 bytes a point, and what `points` needs.
    """
    n = len(points)
    # With negative weights a core point may cease to be one.
    growing = weights is None or bool(weights.min() >= 0)
    least = float(min_samples) if growing else math.inf
    pairs = np.empty((min(_ROOM * n + _LEAST_ROOM, n * (n - 1) // 2 + 1) if growing else 0, 2), np.int64)
    count, parent, state = np.zeros(n), np.arange(n), np.zeros(2, np.int64)
    weight = _NO_WEIGHTS if weights is None else weights
    for a, b in _tiles(points):
        marks = points.mark(a, points, b, a == b)
        state[1] = first = 0
        while first < len(marks):
            parallel.run(
                lambda region, slot: dbscan_graph.count_marked(
                    marks,
                    a * points.tile,
                    b * points.tile,
                    weight,
                    least,
                    count,
                    parent,
                    pairs,
                    first,
                    state,
                    region,
                    slot,
                ),
                len(marks) - first,
                1,
            )
            first = int(state[1])
            if first < len(marks):  # no room for more
                dbscan_graph.unite_stored(count, least, parent, pairs, state)
                if state[0] > len(pairs) * 3 // 4:
                    pairs = np.empty((0, 2), np.int64)
                    state[0] = 0

    is_core = count >= min_samples
    cores = is_core.view(np.uint8)
    labels = np.empty(n, np.int64)
    if len(pairs):
        dbscan_graph.unite_stored(count, least, parent, pairs, state)
        dbscan_graph.number_sets(cores, parent, labels)
        dbscan_graph.join_stored(pairs[: state[0]], cores, labels)
    else:
        _look_again(points, cores, parent, labels)
    return labels, is_core


def _look_again(points: Source, cores: NDArray[np.uint8], parent: NDArray[np.int64], labels: NDArray[np.int64]) -> None:
    """Unite neighbouring core points, now that all are known, and label all points."""
    dbscan_graph.number_sets(cores, parent, labels)
    inner, outer = np.flatnonzero(labels >= 0), np.flatnonzero(labels < 0)
    if len(inner) == 0:
        return
    inner = inner[np.argsort(labels[inner], kind="stable")]  # blocks within a set can be left out
    core_points = points.take(inner)
    for a, b in _tiles(core_points):
        rows, columns = (inner[k * points.tile : (k + 1) * points.tile] for k in (a, b))
        if not dbscan_graph.is_one_set(rows, columns, parent):
            marks = core_points.mark(a, core_points, b, a == b)
            parallel.run(
                lambda region, slot: dbscan_graph.unite_marked(marks, rows, columns, parent, region, slot),
                len(marks),
                1,
            )
    dbscan_graph.number_sets(cores, parent, labels)
    if len(outer) == 0:
        return
    others = points.take(outer)
    for a, b in _tiles(core_points, others):
        rows, columns = (which[k * points.tile : (k + 1) * points.tile] for which, k in ((inner, a), (outer, b)))
        marks = core_points.mark(a, others, b, False)
        parallel.run(
            lambda region, slot: dbscan_graph.join_marked(marks, rows, columns, labels, region, slot), len(marks), 1
        )


def _tiles(one: Source, other: Source | None = None) -> Iterator[tuple[int, int]]:
    """All pairs of tiles, each once, row by row, with a look at the callback; of one source the upper triangle."""
    n = -(-len(one) // one.tile)
    m = n if other is None else -(-len(other) // other.tile)
    total = n * m if other is not None else n * (n + 1) // 2
    done = 0
    for a in range(n):
        for b in range(a if other is None else 0, m):
            progress.report(_STAGE, done, total)
            yield a, b
            done += 1
    progress.report(_STAGE, total, total)


# ------------------------------------------------------------------------------------------- given distances


def find_regions_of_matrix(
    D: NDArray, eps: float, min_samples: int, weights: NDArray[np.float64] | None, n_threads: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """As `find_regions`, of a matrix whose row i holds the distances from point i; it need not be symmetric.

    O(n²) time, 33 bytes a point.
    """
    n = len(D)
    bound, weight, count = _bound(D, eps), _NO_WEIGHTS if weights is None else weights, np.empty(n)
    rows = max(1, _CHUNK // n)
    progress.report(_STAGE, 0, 2)
    parallel.run(
        lambda region, slot: dbscan_graph.count_in_matrix(D, bound, weight, rows, count, region, slot),
        -(-n // rows),
        n_threads,
    )
    is_core = count >= min_samples
    cores, labels, state = is_core.view(np.uint8), np.full(n, -1), np.array([n, 0, 0, 0])
    rest, stack = np.arange(n), np.empty(n, np.int64)
    progress.report(_STAGE, 1, 2)
    parallel.run(
        lambda region, slot: dbscan_graph.walk_matrix(D, bound, cores, rest, stack, state, labels, region, slot),
        int(np.count_nonzero(is_core)),
        1,
    )
    progress.report(_STAGE, 2, 2)
    return labels, is_core


def find_regions_of_graph(
    graph: SparseRows, eps: float, min_samples: int, weights: NDArray[np.float64] | None, n_threads: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """As `find_regions_of_matrix`, of a sparse matrix: what is not stored is not near, but each point is to itself.

    O(n + m) time for m stored distances, 33 bytes a point.
    """
    n = len(graph)
    starts, columns, values = graph.starts, graph.columns, graph.values
    bound, weight, count = _bound(values, eps), _NO_WEIGHTS if weights is None else weights, np.empty(n)
    rows = max(1, _CHUNK * n // (len(values) + n))
    progress.report(_STAGE, 0, 2)
    parallel.run(
        lambda region, slot: dbscan_graph.count_in_graph(
            starts, columns, values, bound, weight, rows, count, region, slot
        ),
        -(-n // rows),
        n_threads,
    )
    is_core = count >= min_samples
    cores, labels, state = is_core.view(np.uint8), np.full(n, -1), np.zeros(4, np.int64)
    stack = np.empty(n, np.int64)
    progress.report(_STAGE, 1, 2)
    parallel.run(
        lambda region, slot: dbscan_graph.walk_graph(
            starts, columns, values, bound, cores, stack, state, labels, region, slot
        ),
        int(np.count_nonzero(is_core)),
        1,
    )
    progress.report(_STAGE, 2, 2)
    return labels, is_core


def _bound(values: NDArray, eps: float) -> float:
    """What ``values <= eps`` compares with: eps as a float32 where numpy rounds it to the type of the values."""
    with np.errstate(over="ignore"):
        return float(np.asarray(eps, np.result_type(values.dtype, eps)))
