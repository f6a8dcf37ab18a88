# SPDX-License-Identifier: BSD-3-Clause
"""How neighbors are found: with a k-d tree, or from all distances, a block at a time.

Rows are laid out once (`lay_out`), then asked for those nearest to others, or within a radius.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from .. import distances
from .._base import power_of_two
from .._runtime import memory, parallel, progress
from .._runtime.thresholds import thresholds
from ..distances._metrics import safe_exponent
from ..distances._pairwise import fill_rectangle, prepare
from . import _kd_tree, _vectors
from ._kernels import blocks, kd_query, kd_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ..distances._pairwise import Prepared

_QUERIES_AT_LEAST = 100  # or all distances are computed before a tree is built
_FEATURES_AT_MOST = 20  # of a tree that always pays
_LEAVES = 4  # of a chunk
_MANY_NUMBERS = 1 << 22  # in many features: a whole leaf of queries may take too long to be interrupted
_RESTORED = 1 << 16  # distances that are turned into those of the metric at once

_REDUCED = {kd_tree.EUCLIDEAN: "sqeuclidean", kd_tree.MANHATTAN: "manhattan", kd_tree.CHEBYSHEV: "chebyshev"}


class Neighborhoods(NamedTuple):
    """The neighbors of several rows, row after row, as a sparse matrix in CSR format.

    The neighbors of row i are ``indices[indptr[i]:indptr[i + 1]]``, and their distances ``distances[indptr[i]:indptr[i
    + 1]]``.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    distances: NDArray[np.float64]


Neighborhoods.__module__ = "coterie.neighbors"  # where users and pickles find it


# ------------------------------------------------------------------------------------------- rows, laid out


class RowsInTree(NamedTuple):
    """Rows to look for neighbors in, with a k-d tree.

    X : the rows as they are.
    vectors : what they are as vectors.
    tree : over the vectors.
    exponent : vectors and tree are of the rows over 2**exponent.
    top : the largest absolute value of X; 0 where no number of its type needs a division.
    """

    X: NDArray[Any]
    metric: distances.Metric
    vectors: _vectors.Vectors
    tree: kd_tree.Tree
    exponent: int
    top: float


class RowsInBlocks(NamedTuple):
    """Rows to look for neighbors in, from all distances, which are computed a block at a time.

    X : the rows as they are, or a matrix of distances if there is no metric.
    vectors : what they are as vectors; None if the metric has none.
    points : what `prepare` made of the vectors, or else of the rows; None if there is no metric.
    exponent : vectors and points are of the rows over 2**exponent.
    top : the largest absolute value of X; 0 where no number of its type needs a division.
    """

    X: NDArray[Any]
    metric: distances.Metric | None = None
    vectors: _vectors.Vectors | None = None
    points: Prepared | None = None
    exponent: int = 0
    top: float = 0.0

    def reduce(self, radius: float) -> float:
        return radius if self.vectors is None else self.vectors.reduce(radius)


Rows: TypeAlias = RowsInTree | RowsInBlocks


def lay_out(
    X: NDArray[Any],
    metric: distances.Metric,
    n_queries: int,
    n_threads: int,
    use_tree: bool | None = None,
    exponent: int | None = None,
) -> Rows:
    """Rows for so many queries. use_tree: whether to use a tree if there can be one; None is by the rule.

    exponent : of the power of two that they are divided by; None is by their size
    """
    top = 0.0 if power_of_two.is_safe(X.dtype, metric.power) else power_of_two.size(X)
    if exponent is None:
        exponent = safe_exponent(metric, X, name="X") if power_of_two.exponent_of(top, metric.power) else 0
    vectors = _vectors.as_vectors(X, metric, exponent)
    if vectors is not None:
        if use_tree is None:
            use_tree = _is_tree_better(vectors, n_queries)
        if use_tree:
            return RowsInTree(X, metric, vectors, _kd_tree.build_for_queries(vectors, n_threads), exponent, top)
        if vectors.kind in _REDUCED:
            points = prepare(vectors.X, _reduced(vectors), n_threads)
            return RowsInBlocks(X, metric, vectors, points, exponent, top)
    points = prepare(power_of_two.divided(X, exponent), metric, n_threads)
    return RowsInBlocks(X, metric, None, points, exponent, top)


def _suited(rows: Rows, n_threads: int, radius: float) -> Rows:
    """Rows laid out anew if the radius needs another power of two than they themselves do."""
    if rows.metric is None or not rows.top:
        return rows
    exponent = power_of_two.exponent_of(rows.top, rows.metric.power, rows.metric.as_length(radius))
    if exponent == rows.exponent:
        return rows
    return lay_out(rows.X, rows.metric, 1, n_threads, isinstance(rows, RowsInTree), exponent)


def _in_reach(rows: Rows, Y: NDArray[Any] | None, radius: float) -> NDArray[Any] | None:
    """Move queries that are too far away to be compared to where squares fit: they are still beyond the radius."""
    power = rows.metric.power if rows.metric is not None else 0.0
    if Y is None or power_of_two.far_rows(Y, rows.exponent, power) is None:
        return Y
    if radius == math.inf:
        raise ValueError(
            f"Y holds numbers up to {power_of_two.size(Y):.6g}, too large compared with those of X, up to "
            f"{rows.top:.6g}: their distances are not told within an infinite radius."
        )
    limit = power_of_two.times(power_of_two.far_limit(power), rows.exponent)
    near: NDArray[Any] = np.clip(Y, -limit, limit)
    return near


def _is_tree_better(vectors: _vectors.Vectors, n_queries: int) -> bool:
    if vectors.kind == kd_tree.MINKOWSKI:  # whose powers cost more than all else
        return True
    if n_queries < _QUERIES_AT_LEAST:
        return False
    return vectors.X.shape[1] <= _FEATURES_AT_MOST or vectors.X.size <= thresholds.tree_numbers


def _reduced(vectors: _vectors.Vectors) -> distances.Metric:
    """The metric that is the reduced distance of vectors."""
    return distances.as_metric(_REDUCED[vectors.kind])


# ------------------------------------------------------------------------------------------- with a tree


def _query_tree(rows: RowsInTree, Y: NDArray[Any] | None, n_threads: int) -> tuple[kd_tree.Tree, NDArray[np.int64]]:
    """The tree with the queries, and its leaves."""
    tree = rows.tree if Y is None else _kd_tree.build_for_queries(rows.vectors.of(Y), n_threads)
    which = np.empty(len(tree.nodes), np.int64)
    return tree, which[: kd_query.leaves(tree, which)]


def parts_of_leaf(tree: kd_tree.Tree) -> int:
    """In how many parts the queries of a leaf go through a tree."""
    return 4 if tree.d > 8 and tree.n * tree.d > _MANY_NUMBERS else 1


def _nearest_in_tree(
    rows: RowsInTree, Y: NDArray[Any] | None, others: bool, n_threads: int, out: NDArray[Any], indices: NDArray[Any]
) -> None:
    tree, which = _query_tree(rows, Y, n_threads)
    parts = parts_of_leaf(rows.tree)
    k = out.shape[1]
    near, found = np.empty((n_threads, kd_query.QUERIES * k)), np.empty((n_threads, kd_query.QUERIES * k), np.int64)
    singles = np.empty((n_threads, kd_query.QUERIES * tree.d), np.float32)
    root = rows.metric.kernel == "euclidean"
    parallel.over_in_steps(
        "neighbors",
        len(out),
        len(which) * parts,
        _LEAVES if parts == 1 else 1,
        n_threads,
        kd_query.nearest,
        rows.tree,
        tree,
        which,
        parts,
        others,
        root,
        near,
        found,
        singles,
        out,
        indices,
    )
    if root:
        power_of_two.multiplied(out, rows.exponent)
    else:
        _finish_nearest(rows, Y, out, indices, n_threads)


def _within_in_tree(
    rows: RowsInTree, radius: float, Y: NDArray[Any] | None, others: bool, sort_results: bool, n_threads: int
) -> Neighborhoods:
    tree, which = _query_tree(rows, Y, n_threads)
    counts = np.empty(tree.n, np.int64)
    nothing = np.empty(0, np.int64)
    _walk("counting neighbors", rows, radius, tree, which, others, n_threads, nothing, counts, nothing, np.empty(0))
    indptr = _starts(counts)
    _require(indptr[-1], tree.n)
    indices, found = np.empty(indptr[-1], np.int64), np.empty(indptr[-1])
    _walk("neighbors", rows, radius, tree, which, others, n_threads, indptr, counts, indices, found)
    _finish(rows, Y, indptr, found, indices, "distance" if sort_results else "row", n_threads)
    return Neighborhoods(indptr, indices, found)


def _walk(
    stage: str,
    rows: RowsInTree,
    radius: float,
    tree: kd_tree.Tree,
    which: NDArray[Any],
    others: bool,
    n_threads: int,
    starts: NDArray[Any],
    counts: NDArray[Any],
    indices: NDArray[Any],
    found: NDArray[Any],
) -> None:
    work = np.empty((n_threads, kd_query.QUERIES * tree.d))
    bound = rows.vectors.reduce(radius)
    parts = parts_of_leaf(rows.tree)
    parallel.over_in_steps(
        stage,
        tree.n,
        len(which) * parts,
        1,
        n_threads,
        kd_query.within,
        rows.tree,
        tree,
        which,
        parts,
        others,
        bound,
        work,
        starts,
        counts,
        indices,
        found,
    )


# ------------------------------------------------------------------------------------------- from blocks of distances


def _blocks(rows: RowsInBlocks, Y: NDArray[Any] | None, n_threads: int) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Blocks of distances, reduced if there are vectors: number of the first row, and the block."""
    Q, n = (rows.X if Y is None else Y), rows.X.shape[1] if rows.metric is None else len(rows.X)
    measure = rows.metric
    if rows.vectors is not None:
        Q = (rows.vectors if Y is None else rows.vectors.of(Y)).X
        measure = _reduced(rows.vectors)
    else:
        Q = power_of_two.divided(Q, rows.exponent)
    step = max(1, thresholds.neighbor_block // n)
    block = np.empty((min(step, len(Q)), n))
    for start in range(0, len(Q), step):
        part = Q[start : start + step]
        out = block[: len(part)]
        progress.report("neighbors", start, len(Q))
        if measure is None or rows.points is None:
            out[...] = part
        else:
            fill_rectangle(part, rows.points, measure, n_threads, out)
        if rows.vectors is None:
            _check_distances(out, start)
        yield start, out


def _check_distances(block: NDArray[np.float64], start: int) -> None:
    if math.isnan(block.sum()):
        row = start + int(np.isnan(block).any(axis=1).argmax())
        raise ValueError(f"Some distances from row {row} are not numbers.")


def _rows_of_chunk(block: NDArray[np.float64]) -> int:
    return parallel.chunk(1.5 * block.shape[1])  # nanoseconds of a distance


def _nearest_in_blocks(
    rows: RowsInBlocks, Y: NDArray[Any] | None, others: bool, n_threads: int, out: NDArray[Any], indices: NDArray[Any]
) -> None:
    for start, block in _blocks(rows, Y, n_threads):
        part = slice(start, start + len(block))
        size = _rows_of_chunk(block)
        parallel.over(len(block), size, n_threads, blocks.nearest, block, start, others, out[part], indices[part])
    _finish_nearest(rows, Y, out, indices, n_threads)


def _count_in_blocks(
    rows: RowsInBlocks, radius: float, Y: NDArray[Any] | None, others: bool, n_threads: int, counts: NDArray[Any]
) -> None:
    bound = rows.reduce(radius)
    for start, block in _blocks(rows, Y, n_threads):
        some = counts[start : start + len(block)]
        size = _rows_of_chunk(block)
        parallel.over(len(block), size, n_threads, blocks.count_within, block, bound, start, others, some)


def _within_in_blocks(
    rows: RowsInBlocks, radius: float, Y: NDArray[Any] | None, others: bool, sort_results: bool, n_threads: int
) -> Neighborhoods:
    """In one pass: distances cost more than neighbors."""
    n = len(rows.X if Y is None else Y)
    bound = rows.reduce(radius)
    counts = np.empty(n, np.int64)
    parts, total = [], 0
    for start, block in _blocks(rows, Y, n_threads):
        some = counts[start : start + len(block)]
        size = _rows_of_chunk(block)
        parallel.over(len(block), size, n_threads, blocks.count_within, block, bound, start, others, some)
        starts = _starts(some)
        total += int(starts[-1])
        _require(total, n)
        indices, found = np.empty(starts[-1], np.int64), np.empty(starts[-1])
        arguments = block, bound, start, others, starts, indices, found
        parallel.over(len(block), size, n_threads, blocks.within, *arguments)
        parts.append((indices, found))
    indptr = _starts(counts)
    if len(parts) > 1:
        indices, found = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    del parts
    _finish(rows, Y, indptr, found, indices, "distance" if sort_results else None, n_threads)
    return Neighborhoods(indptr, indices, found)


# ------------------------------------------------------------------------------------------- either way


def nearest(
    rows: Rows, k: int, Y: NDArray[Any] | None, others: bool, n_threads: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """others: the queries are the rows (Y is None), and none is its own neighbor."""
    n = len(rows.X if Y is None else Y)
    memory.require(
        16 * n * k, f"The {k:,} nearest neighbors of {n:,} rows", "Ask for fewer, or for some rows of Y at a time."
    )
    out, indices = np.empty((n, k)), np.empty((n, k), np.int64)
    if Y is None or rows.metric is None:
        _nearest(rows, Y, others, n_threads, out, indices)
        return out, indices
    for which, exponent in power_of_two.parts(Y, rows.exponent, rows.top, rows.metric.power):
        if isinstance(which, slice):
            _nearest(rows, Y, others, n_threads, out, indices)
            break
        suited = rows
        if exponent != rows.exponent:  # these queries are too large to be compared with the rows as they are laid out
            suited = lay_out(rows.X, rows.metric, 1, n_threads, isinstance(rows, RowsInTree), exponent)
        part = np.empty((len(which), k)), np.empty((len(which), k), np.int64)
        _nearest(suited, Y[which], others, n_threads, *part)
        out[which], indices[which] = part
    return out, indices


def _nearest(
    rows: Rows, Y: NDArray[Any] | None, others: bool, n_threads: int, out: NDArray[Any], indices: NDArray[Any]
) -> None:
    if isinstance(rows, RowsInTree):
        _nearest_in_tree(rows, Y, others, n_threads, out, indices)
    else:
        _nearest_in_blocks(rows, Y, others, n_threads, out, indices)


def within(
    rows: Rows, radius: float, Y: NDArray[Any] | None, others: bool, sort_results: bool, n_threads: int
) -> Neighborhoods:
    rows = _suited(rows, n_threads, radius)
    Y = _in_reach(rows, Y, radius)
    if isinstance(rows, RowsInTree):
        return _within_in_tree(rows, radius, Y, others, sort_results, n_threads)
    return _within_in_blocks(rows, radius, Y, others, sort_results, n_threads)


def count_within(rows: Rows, radius: float, Y: NDArray[Any] | None, others: bool, n_threads: int) -> NDArray[np.int64]:
    rows = _suited(rows, n_threads, radius)
    Y = _in_reach(rows, Y, radius)
    counts = np.empty(len(rows.X if Y is None else Y), np.int64)
    if isinstance(rows, RowsInBlocks):
        _count_in_blocks(rows, radius, Y, others, n_threads, counts)
    else:
        tree, which = _query_tree(rows, Y, n_threads)
        nothing = np.empty(0, np.int64)
        _walk("counting neighbors", rows, radius, tree, which, others, n_threads, nothing, counts, nothing, np.empty(0))
    return counts


def _starts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    starts = np.zeros(len(counts) + 1, np.int64)
    counts.cumsum(out=starts[1:])
    return starts


def _require(total: int, n: int) -> None:
    memory.require(
        16 * int(total),
        f"The {int(total):,} neighbors of {n:,} rows",
        "Choose a smaller radius, ask for some rows of Y at a time, or only count them with radius_counts.",
    )


def _finish_nearest(
    rows: Rows, Y: NDArray[Any] | None, out: NDArray[Any], indices: NDArray[Any], n_threads: int
) -> None:
    """Restore the distances of the metric, in place, of as many neighbors of each row, from near to far."""
    if _has_angles(rows):
        _finish(rows, Y, np.arange(0, out.size + 1, out.shape[1]), out.ravel(), indices.ravel(), None, n_threads)
    else:
        _restore(rows, out.ravel())


def _finish(
    rows: Rows,
    Y: NDArray[Any] | None,
    indptr: NDArray[Any],
    found: NDArray[Any],
    indices: NDArray[Any],
    order: str | None,
    n_threads: int,
) -> None:
    """Sort neighbors by "distance", "row" or not at all, and restore the distances of the metric, in place."""
    n = len(indptr) - 1
    size = parallel.chunk(12.0 * max(1, len(indices)) / n)  # nanoseconds of a neighbor
    has_angles = _has_angles(rows)
    if has_angles:
        X = rows.X.astype(np.float64, copy=False)
        Q = X if Y is None else Y.astype(np.float64, copy=False)
        parallel.over(n, size, n_threads, blocks.angles, X, Q, indptr, indices, found)
    if has_angles or order is not None:  # angles may be in another order than what they were found by
        parallel.over(n, size, n_threads, blocks.sort, indptr, order == "row", found, indices)
    if not has_angles:
        _restore(rows, found)


def _has_angles(rows: Rows) -> bool:
    """Whether distances are angles, which come from rows anew: reduced distances have lost digits of small ones."""
    return rows.vectors is not None and rows.vectors.metric.name == "haversine"


def _restore(rows: Rows, found: NDArray[Any]) -> None:
    """Distances of the metric from reduced ones, in place."""
    if rows.vectors is not None:
        for start in range(0, len(found), _RESTORED):
            part = found[start : start + _RESTORED]
            part[...] = rows.vectors.restore(part)
