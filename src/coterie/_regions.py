# SPDX-License-Identifier: BSD-3-Clause
"""DBSCAN of vectors: core points, the components that they form, labels.

Points are sorted so that those near each other lie together: by a grid for up to three coordinates, by a tree of boxes
for more. Then each step streams over them: which are core; join those within the radius; number the components; give
border points a label. No neighbourhood is ever stored.
"""
from __future__ import annotations

import dataclasses
import itertools
import math
from typing import TYPE_CHECKING

import numpy as np

from . import _parallel, _trees
from ._kernels import dbscan_grid, dbscan_labels, dbscan_tree, kd_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ._vectors import Vectors

_ROWS = 1024  # points of a chunk where their neighbours are looked at
_COPIED = 1 << 14  # where they are only moved
_LEAVES = 8  # leaves or cells of a chunk
_SORTED = 1 << 16  # keys of a strip when sorting
_ALONE = 2048  # points that one thread does faster than two
_SIDE_SLACK = 4e-6  # points of a cell are within the radius although their cells are computed with rounding ...
_MOST_CELLS = 2**31  # ... which is less than that up to this many along a feature
_SAFE = 1e100  # radii up to this and down to its inverse: their squares, and what they are compared with, are normal


def find_regions(vectors: Vectors, radius: float, min_samples: int, weights: NDArray[np.float64] | None,
                 n_threads: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Labels and core points of DBSCAN.

    Parameters
    ----------
    vectors : Vectors
        At least one row.
    radius : float
        In units of the metric, greater than 0.
    min_samples : int
        At least 1.
    weights : ndarray of shape (n,) or None
        Of any sign; None for ones.
    n_threads : int
        The result does not depend on it.

    Returns
    -------
    labels : ndarray of shape (n,), int64
        Clusters are numbered by their lowest core row. A border row has the lowest number of a core row within the
        radius. -1 is noise.
    is_core : ndarray of shape (n,), bool
    """
    X = vectors.X
    n = len(X)
    bound = vectors.reduce(radius)
    if vectors.metric.kernel == "euclidean" and not 1 / _SAFE < radius < _SAFE and radius < math.inf:
        exponent = math.frexp(radius)[1]
        X = np.ldexp(X.astype(np.float64), -exponent)
        bound = math.ldexp(radius, -exponent) ** 2
    if not bound < math.inf:  # all rows are within the radius of each other
        total = n if weights is None else math.fsum(weights)
        return np.full(n, 0 if total >= min_samples else -1, np.int64), np.full(n, total >= min_samples)
    if n < _ALONE:
        n_threads = 1
    if weights is not None and (weights == 1).all():
        weights = None
    if vectors.kind == kd_tree.EUCLIDEAN:
        cells = _cells_along(X, bound)
        if cells is not None:
            return _by_grid(X, bound, cells, min_samples, weights, n_threads)
    return _by_tree(dataclasses.replace(vectors, X=X), bound, min_samples, weights, n_threads)


# ------------------------------------------------------------------------------------------- the grid


def _side(d: int, bound: float) -> float:
    return math.sqrt(bound / d) * (1.0 - _SIDE_SLACK)


def _cells_along(X: NDArray, bound: float) -> NDArray[np.int64] | None:
    """Cells of the grid along each feature, those that stay free at the ends included; None if a grid will not do."""
    if X.shape[1] > 3:
        return None
    with np.errstate(over="ignore"):
        spans = (X.max(axis=0).astype(np.float64) - X.min(axis=0)) / _side(X.shape[1], bound)
    if not (spans < _MOST_CELLS).all():
        return None
    cells = spans.astype(np.int64) + 1 + 2 * dbscan_grid.REACH
    return cells if math.prod(cells.tolist()) < 2**62 else None


def _by_grid(X: NDArray, bound: float, cells: NDArray[np.int64], min_samples: int,
             weights: NDArray[np.float64] | None, n_threads: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    n, d = X.shape
    key, order = _sort_into_cells(X, _side(d, bound), cells, n_threads)
    points = np.empty((d, n + dbscan_grid.OVERREAD))
    _run(n_threads, _COPIED, n + dbscan_grid.OVERREAD, dbscan_grid.gather, X, order, _COPIED, points)

    starts = np.concatenate([[0], np.flatnonzero(key[1:] != key[:-1]) + 1])
    cell_key = key[starts]
    del key
    lines = cell_key // cells[-1]
    line_starts = np.concatenate([[0], np.flatnonzero(lines[1:] != lines[:-1]) + 1])
    reach = range(-dbscan_grid.REACH, dbscan_grid.REACH + 1)
    strides = (0, 1, cells[-2])[1:d] if d > 1 else ()
    near = [sum(a * b for a, b in zip(steps, strides, strict=True)) for steps in itertools.product(reach, repeat=d - 1)]
    near.sort(key=lambda step: (step < 0, abs(step)))
    grid = dbscan_grid.Grid(points, cell_key, np.append(starts, n), lines[line_starts],
                            np.append(line_starts, len(lines)), np.array(near, np.int64), int(cells[-1]), bound)

    core = np.empty(n, np.uint8)
    parent = np.empty(n, np.int64)
    heavy, dense = _heavy_cells(weights, order, starts, min_samples)
    _parallel.report("core points", 0, n)
    _run(n_threads, _ROWS, n, dbscan_grid.find_core, grid, heavy, dense, min_samples, _ROWS, core, parent)
    del heavy, dense
    _run(n_threads, _COPIED, n, dbscan_grid.hide, core, _COPIED, points)
    for nearest in (True, False):  # most cells then find themselves joined already
        _parallel.report("joining", 0, n)
        _run(n_threads, _ROWS, n, dbscan_grid.join_cells, grid, nearest, _ROWS, parent)
    labels, is_core, number = _label_core(core, order, parent, n_threads)
    _run(n_threads, _ROWS, n, dbscan_grid.label_borders, grid, X, order, core, parent, number, _ROWS, labels)
    return labels, is_core


def _sort_into_cells(X: NDArray, side: float, cells: NDArray[np.int64],
                     n_threads: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cell and row of each point, cell by cell, in a cell by row."""
    n, d = X.shape
    key, key_out, order, order_out = (np.empty(n, np.int64) for _ in range(4))
    low = X.min(axis=0).astype(np.float64)
    _run(n_threads, _COPIED, n, dbscan_grid.encode, X, low, np.full(d, 1.0 / side), cells, _COPIED, key, order)
    n_strips = -(-n // _SORTED)
    digit = dbscan_grid.DIGITS.bit_length() - 1
    for shift in range(0, math.prod(cells.tolist()).bit_length(), digit):
        counts = np.empty((n_strips, dbscan_grid.DIGITS), np.int64)
        _run(n_threads, _SORTED, n, dbscan_grid.count_digits, key, shift, _SORTED, counts)
        by_digit = counts.T.ravel()
        place = np.ascontiguousarray((np.cumsum(by_digit) - by_digit).reshape(-1, n_strips).T)
        _run(n_threads, _SORTED, n, dbscan_grid.sort_digit, key, order, shift, _SORTED, place, key_out, order_out)
        key, key_out, order, order_out = key_out, key, order_out, order
    return key, order


def _heavy_cells(weights: NDArray[np.float64] | None, order: NDArray[np.int64], starts: NDArray[np.int64],
                 min_samples: int) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Weights of the points, and which cells are core as a whole by their weights."""
    if weights is None:
        return np.empty(0), np.empty(0, np.uint8)
    heavy = weights[order]
    if heavy.min() < 0:
        return heavy, np.zeros(len(starts), np.uint8)
    return heavy, (np.add.reduceat(heavy, starts) >= min_samples * (1.0 + 1e-6)).astype(np.uint8)


# ------------------------------------------------------------------------------------------- the tree


def _by_tree(vectors: Vectors, bound: float, min_samples: int, weights: NDArray[np.float64] | None,
             n_threads: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    n, d = vectors.X.shape
    _parallel.report("tree", 0, n)
    tree = _trees.build(vectors, n_threads)
    order = np.asarray(tree.order)
    nodes = np.asarray(tree.nodes)
    leaves, cells, cell_of = (np.empty(len(nodes), np.int64) for _ in range(3))
    tight = np.empty(len(nodes), np.uint8)
    n_parts = np.empty(2, np.int64)
    dbscan_tree.list_parts(tree, bound, leaves, cells, cell_of, tight, n_parts)
    leaves, cells, tight = leaves[:n_parts[0]].copy(), cells[:n_parts[1]].copy(), tight[:n_parts[1]].copy()

    heavy, dense = _heavy_cells(weights, order, nodes[cells, 0], min_samples)
    if weights is None:
        dense = (nodes[cells, 1] - nodes[cells, 0] >= min_samples).astype(np.uint8)
    dense &= tight
    bits = np.empty(-(-n // kd_tree.LANES), np.uint8)
    work = np.empty((n_threads, d))
    _parallel.report("core points", 0, n)
    may_stop = weights is None or bool(heavy.min() >= 0)
    _run(n_threads, _LEAVES, len(leaves), dbscan_tree.find_core, tree, bound, heavy, may_stop, dense, leaves, cell_of,
         min_samples, _LEAVES, work, bits)
    del heavy, dense
    core = np.empty(n, np.uint8)
    parent = np.empty(n, np.int64)
    _run(n_threads, _COPIED, n, dbscan_tree.unpack, bits, _COPIED, core, parent)
    joined = np.empty(len(cells), np.uint8)
    _parallel.report("joining", 0, n)
    _run(n_threads, _LEAVES, len(cells), dbscan_tree.join_within, tree, bound, bits, cells, tight, _LEAVES, work,
         parent, joined)
    _run(n_threads, _LEAVES, len(cells), dbscan_tree.join_cells, tree, bound, bits, cells, cell_of, _LEAVES, work,
         parent, joined)
    labels, is_core, number = _label_core(core, order, parent, n_threads)
    _run(n_threads, _LEAVES, len(leaves), dbscan_tree.label_borders, tree, bound, bits, leaves, parent, joined, cell_of,
         number, _LEAVES, work, labels)
    return labels, is_core


# ------------------------------------------------------------------------------------------- all paths


def _run(n_threads: int, rows: int, n: int, kernel: Callable, *arguments: object) -> None:
    _parallel.run(lambda region, slot: kernel(*arguments, region, slot), -(-n // rows), n_threads)


def _label_core(core: NDArray[np.uint8], order: NDArray[np.int64], parent: NDArray[np.int64],
                n_threads: int) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]:
    """Labels of the core rows (-1 for others), which rows are core, and the number of each component."""
    n = len(core)
    number = np.full(n, n, np.int64)
    for start in range(0, n, 1 << 20):  # Ctrl-C gets its turn
        dbscan_labels.note_lowest(core, order, parent, number, start, min(start + (1 << 20), n))
    roots = np.flatnonzero(number < n)
    number[roots[np.argsort(number[roots])]] = np.arange(len(roots))
    labels = np.empty(n, np.int64)
    is_core = np.empty(n, np.uint8)
    _run(n_threads, _COPIED, n, dbscan_labels.write_labels, core, order, parent, number, _COPIED, labels, is_core)
    return labels, is_core.view(np.bool_), number
