# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning tree of vectors with many features, where a k-d tree rules nothing out, in O(n d) memory.

One pass over all pairs, in float32, gives each row a list of its nearest others; a proven bound on the rounding leaves
few pairs that are compared as they are. Where the lists do not tell the least edge of a component, its rows are
compared with all rows of other components in the same way.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._runtime import parallel, progress
from .._runtime.thresholds import thresholds
from ..distances import as_metric
from ..distances._pairwise import prepare
from ..neighbors import _search
from ._boruvka import grow, new_forest
from ._kernels import boruvka, lists

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..neighbors._vectors import Vectors

_TILE = lists.TILE_ROWS
_UNIT = float(np.finfo(np.float32).eps) / 2  # rounding to float32, relative
_LEAST, _MOST = 1e-12, 1e15  # float32 numbers whose squares are float32 numbers, too
_SAMPLE = 1024  # rows, about, that the center is found from
_NUMBERS = 1 << 16  # of a block of rows whose lengths are computed
_SIDE = 8  # tiles of a block, at most, ...
_BLOCKS = 32  # ... and blocks, at least, so that threads have something to do
_SEARCHED = 32  # tiles that queries are compared with before their components share what they found, at most
_FEATURES = 1 << 17  # of the tiles that a tile is compared with without a pause, which takes a few milliseconds
_FIRST = 64  # rows of a component that are searched for before all others: what they find bounds those


def tree_of_vectors(
    vectors: Vectors, n_threads: int, min_samples: int | None, core: NDArray[np.float64] | None
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64] | None]:
    """Edges and weights of the minimum spanning tree of at least two Euclidean vectors, in any order, and their core
    distances: roots of reduced distances for the metric euclidean, else reduced distances.

    min_samples : that core distances are found for
    core : core distances that are known instead
    """
    n, root = len(vectors.X), vectors.metric.kernel == "euclidean"
    tiles = _lay_out(vectors.X)
    k = min(n - 1, (min_samples or 1) - 1 + thresholds.listed_rows)
    near, found, beyond = _nearest(tiles, k, n_threads)
    if min_samples is not None:
        core = near[:, min_samples - 2].copy() if min_samples > 1 else np.zeros(n)
        doubtful = np.flatnonzero(core > beyond)
        if len(doubtful):
            core[doubtful] = _measured(tiles.X, doubtful, min_samples, n_threads)
        if root:
            np.sqrt(core, out=core)
    forest = new_forest(np.arange(n), min(k, boruvka.MOST))
    if k > boruvka.MOST:
        beyond = np.minimum(beyond, near[:, boruvka.MOST])
    for to, values in ((forest.weights, near[:, : boruvka.MOST]), (forest.beyond, beyond)):
        np.sqrt(values, out=np.asarray(to)) if root else np.copyto(np.asarray(to), values)
    np.copyto(np.asarray(forest.near), found[:, : boruvka.MOST])
    del near, found, beyond
    search = _Search(tiles, forest, np.zeros(n) if core is None else core, root, n_threads)
    return *grow(forest, core, search, n_threads), core


# ------------------------------------------------------------------------------------------- rows in tiles


class _Tiles(NamedTuple):
    """How rows are laid out in tiles.

    X : the rows, such that squares of their numbers are numbers of the same type
    center, scale : what is taken off them, and what they are then multiplied with
    drift : how much that may lengthen a distance, apart from the rounding to float32
    doubt : relative error of squared distances between rows that are summed fast
    """

    X: NDArray[Any]
    center: NDArray[np.float64]
    scale: float
    drift: float
    doubt: float

    def filter(self, rows: NDArray[np.int64], n_threads: int) -> lists.Filter:
        """All rows in tiles, in this order."""
        made = lists.Filter()
        made.hold(self.X, self.fill(rows, n_threads), self.scale, self.drift, self.doubt)
        return made

    def fill(self, rows: NDArray[np.int64], n_threads: int) -> NDArray[np.float32]:
        """Tiles of these rows."""
        d = self.X.shape[1]
        tiles = np.empty((-(-len(rows) // _TILE), d + 1, _TILE), np.float32)
        # Each of d steps of a product is off by a unit at most, relative to the norms, and so are the numbers of both
        # rows, their norms and the last sums; twice that is taken off the norms.
        shrink = 1.0 - 2.0 * (d + 16) * _UNIT
        cost = 1.5 * _TILE * d  # nanoseconds of a tile
        threads = parallel.threads_for(len(tiles) * cost, n_threads)
        arguments = self.X, rows, self.center, self.scale, shrink, tiles
        parallel.over(len(tiles), parallel.chunk(cost), threads, lists.fill_tiles, *arguments)
        return tiles


def _lay_out(X: NDArray[Any]) -> _Tiles:
    """Rows less a center that few odd rows do not move, over the length of the longest."""
    n, d = X.shape
    top = max(float(X.max()), -float(X.min()))
    if X.dtype == np.float32 and not _LEAST < top < _MOST:
        X = X.astype(np.float64)
    center = np.median(X[:: max(1, n // _SAMPLE)].astype(np.float64), axis=0)
    longest, step = 0.0, max(1, _NUMBERS // d)
    for start in range(0, n, step):
        rows = X[start : start + step] - center
        longest = max(longest, float(np.einsum("ij,ij->i", rows, rows).max()))
    longest = math.sqrt(longest) or 1.0
    drift = 8.0 * math.sqrt(d) * float(np.finfo(np.float64).eps) * (2.0 * top / longest + 1.0)
    return _Tiles(X, center, 1.0 / longest, drift, 4.0 * (d + 16) * float(np.finfo(X.dtype).eps))


# ------------------------------------------------------------------------------------------- lists


def _nearest(
    tiles: _Tiles, k: int, n_threads: int
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """The reduced distances of k near rows of each row, ascending; which rows these are, the lowest first on a tie; and
    what the distances of all others are not below."""
    n, d = tiles.X.shape
    given = tiles.filter(np.arange(n), n_threads)
    n_tiles = -(-n // _TILE)
    side = max(1, min(_SIDE, -(-n_tiles // _BLOCKS), math.isqrt(_FEATURES // d)))
    near, found = np.full((n, k), np.inf), np.full((n, k), np.iinfo(np.int64).max)
    limits = np.empty((n_threads, 2, side * _TILE), np.float32)
    n_blocks = -(-n_tiles // side)
    for done, pairs in enumerate(_rounds_of_pairs(n_blocks)):
        progress.report("neighbors", min(done * n // n_blocks, n), n)
        parallel.over(len(pairs), 1, n_threads, lists.note_nearest, given, side, pairs, limits, near, found)
    progress.report("neighbors", n, n)
    lost = d * float(np.finfo(np.float32).tiny) if tiles.X.dtype == np.float32 else 0.0  # squares that are no numbers
    beyond = np.maximum(near[:, 0] * (1.0 - tiles.doubt) - lost, 0.0) if k < n - 1 else np.full(n, np.inf)
    cost = 1.0 * k * d
    parallel.over(
        n, parallel.chunk(cost), parallel.threads_for(n * cost, n_threads), lists.measure, tiles.X, near, found
    )
    return near, found, beyond


def _rounds_of_pairs(n: int) -> Iterator[NDArray[np.int64]]:
    """All pairs of n blocks, as in a tournament: in a round, which threads share, no block is in two pairs. First each
    block is paired with itself."""
    yield np.column_stack([np.arange(n), np.arange(n)])
    ring = np.arange(n + n % 2)
    half = len(ring) // 2
    for _ in range(len(ring) - 1):
        pairs = np.sort(np.column_stack([ring[:half], ring[: half - 1 : -1]]), axis=1)
        yield np.ascontiguousarray(pairs[pairs[:, 1] < n])
        ring[1:] = np.roll(ring[1:], 1)


def _measured(X: NDArray[Any], which: NDArray[np.int64], k: int, n_threads: int) -> NDArray[np.float64]:
    """The reduced distance of these rows to their k-th nearest, themselves counted, from all distances."""
    metric = as_metric("sqeuclidean")
    rows = _search.RowsInBlocks(X, metric, None, prepare(X, metric, n_threads))
    return _search.nearest(rows, k, X[which], False, n_threads)[0][:, -1]


# ------------------------------------------------------------------------------------------- searches


class _Search:
    """What `grow` calls: finds the least edges of components that the lists do not tell."""

    def __init__(
        self, tiles: _Tiles, forest: boruvka.Forest, core: NDArray[np.float64], root: bool, n_threads: int
    ) -> None:
        self.tiles, self.core, self.root, self.n_threads = tiles, core, root, n_threads
        self.component: NDArray[np.int64] = np.asarray(forest.component)
        self.near: NDArray[np.int64] = np.asarray(forest.near)
        self.weights: NDArray[np.float64] = np.asarray(forest.weights)
        self.at: NDArray[np.uint8] = np.asarray(forest.at)
        self.beyond: NDArray[np.float64] = np.asarray(forest.beyond)
        self.bound: NDArray[np.float64] = np.asarray(forest.bound)

    def __call__(self) -> None:
        component, bound = self.component, self.bound
        if not ((self.at < boruvka.IS_EXACT) & (self.beyond <= bound[component])).any():
            return
        row, to, weight = self._offered()
        np.minimum.at(bound, component[row], weight)
        wanted = (self.at < boruvka.IS_EXACT) & (self.beyond <= bound[component])
        if not wanted.any():
            return
        # Large components wait: others are joined to them, and then less of them is searched for.
        roots, group, sizes = np.unique(component, return_inverse=True, return_counts=True)
        waiting = (sizes * len(roots) > len(component))[group]
        bound[component[wanted & waiting]] = -1.0
        (queries,) = (wanted & ~waiting).nonzero()
        queries = queries[np.lexsort((self.beyond[queries], component[queries]))]
        group = component[queries]
        rank = np.arange(len(queries)) - np.searchsorted(group, group)
        # An edge that is on the list of neither row is not below what is beyond either of them.
        order = np.argsort(self.beyond, kind="stable")
        given, beyond = self.tiles.filter(order, self.n_threads), self.beyond[order]
        best, known = np.full(len(component), np.inf), np.full(len(component), len(component))
        best[row], known[row] = weight, to
        for part in (queries[rank < _FIRST], queries[rank >= _FIRST]):
            part = part[self.beyond[part] <= bound[component[part]]]
            if len(part):
                self._search(given, order, beyond, part, best[part], known[part])

    def _offered(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """The least edge of each row to another component that is on its own list or on that of the other row."""
        component, k = self.component, self.near.shape[1]
        (listed,) = (self.at % boruvka.IS_EXACT < k).nonzero()
        near, weights = self.near[listed], self.weights[listed]
        others, own = component[near], component[listed, None]
        there = ((weights <= self.bound[own]) & (others != own)).nonzero()
        back = ((weights <= self.bound[others]) & (others != own)).nonzero()
        row = np.concatenate([listed[there[0]], near[back]])
        to = np.concatenate([near[there], listed[back[0]]])
        weight = np.concatenate([weights[there], weights[back]])
        order = np.lexsort((to, weight, row))
        row, to, weight = row[order], to[order], weight[order]
        first = np.diff(row, prepend=-1) > 0
        return row[first], to[first], weight[first]

    def _search(
        self,
        given: lists.Filter,
        order: NDArray[np.int64],
        beyond: NDArray[np.float64],
        queries: NDArray[np.int64],
        best: NDArray[np.float64],
        to: NDArray[np.int64],
    ) -> None:
        """Search for the least edges of queries, sorted by component, from the best ones that are known."""
        group = self.component[queries]
        useful, tiles = self.bound[group], self.tiles.fill(queries, self.n_threads)
        first = np.flatnonzero(np.diff(group, prepend=-1))
        n_tiles = -(-len(order) // _TILE)
        step = max(1, min(_SEARCHED, _FEATURES // self.tiles.X.shape[1]))
        for start in range(0, n_tiles, step):
            progress.repeat()
            stop = min(start + step, n_tiles)
            rows = order, beyond, self.component, self.core, self.root
            state = given, *rows, tiles, queries, start, stop, useful, best, to
            parallel.over(len(tiles), 1, self.n_threads, lists.search, *state)
            useful = np.repeat(np.minimum.reduceat(useful, first), np.diff(first, append=len(queries)))
        self.bound[group] = useful
        found = best <= useful
        last = self.near.shape[1] - 1
        self.beyond[queries] = np.where(found, useful, np.nextafter(useful, np.inf))
        self.near[queries[found], last], self.weights[queries[found], last] = to[found], best[found]
        self.at[queries[found]] = last + boruvka.IS_EXACT
