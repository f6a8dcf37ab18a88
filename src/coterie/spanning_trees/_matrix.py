# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning tree of condensed distances."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._runtime import parallel, progress
from .._runtime.thresholds import thresholds
from ._kernels import dense
from ._scans import nearest_neighbors, no_neighbor
from ._tree import SpanningTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COLUMN = 8  # rows of a chunk whose columns are read: as many numbers as a cache line holds


def spanning_tree_of_matrix(distances: NDArray[np.float64], n: int, n_threads: int) -> SpanningTree:
    """A minimum spanning tree of `n` points, from condensed distances, which are not modified.

    Raises
    ------
    ValueError
        The distances from a point, or from some points to all others, are NaN or infinite.
    """
    tree = SpanningTree(np.empty((n - 1, 2), np.int64), np.empty(n - 1))
    if n > thresholds.prim_points:
        _join_groups(distances, n, tree, n_threads)
    elif not dense.grow_tree(distances, room_for_square(n), np.empty(n), np.empty(n), *tree):
        raise no_neighbor("single")
    return tree


def room_for_square(n: int) -> NDArray[np.float64]:
    """Room for a matrix of n rows. Where n is a power of two, all of a column would share a set of the cache."""
    return np.empty((n, n + 8))


class _Shrunk(NamedTuple):
    """Condensed distances whose points were joined to groups."""

    distances: NDArray[np.float64]
    members: NDArray[np.int64]  # (n,), points ordered by group
    first: NDArray[np.int64]  # (m + 1,), where the members of each group begin


def _join_groups(distances: NDArray[np.float64], n: int, tree: SpanningTree, n_threads: int) -> None:
    """Join each point to its nearest neighbor, then each group of points, until there is one group (Boruvka)."""
    larger: list[_Shrunk] = []
    done, total = 0, n - 1
    while True:
        least, nearest = nearest_neighbors(distances, n, n_threads, "single")
        group = np.empty(n, np.int32)
        edges, heights = tree.edges[done:], tree.weights[done:]
        found = dense.join_neighbors(least, nearest, np.empty(n, np.int64), group, edges, heights)
        for before in reversed(larger):
            dense.find_end_points(*before, heights[:found], edges[:found])
        done += found
        progress.report("linkage", done, total)
        if done == total:
            return
        distances, before = _shrink(distances, group, n - found, n_threads)
        larger.append(before)
        n -= found


def _shrink(
    distances: NDArray[np.float64], group: NDArray[np.int32], m: int, n_threads: int
) -> tuple[NDArray[np.float64], _Shrunk]:
    """Condensed distances between the m groups, and what they were made from."""
    n = len(group)
    members = np.argsort(group, kind="stable")
    first = np.zeros(m + 1, np.int64)
    np.cumsum(np.bincount(group), out=first[1:])
    half, to = np.empty((m, m)), np.empty(m * (m - 1) // 2)
    row = n * n / m  # nanoseconds: a group has n / m rows
    threads = parallel.threads_for(m * row, n_threads)
    parallel.over(m, parallel.chunk(row), threads, dense.shrink_rows, distances, group, members, first, half)
    parallel.over(m - 1, _COLUMN, n_threads, dense.join_halves, half, to)
    return to, _Shrunk(distances, members, first)
