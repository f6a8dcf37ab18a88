# SPDX-License-Identifier: BSD-3-Clause
"""Minimum spanning trees of given distances: condensed, a square matrix, or a sparse graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._runtime import parallel, progress
from .._runtime.thresholds import thresholds
from ..neighbors import _search
from ._kernels import dense, graph, square
from ._scans import nearest_neighbors, no_neighbor
from ._tree import SpanningTree, in_order

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from ..distances._sparse import SparseRows

_COLUMN = 8  # rows of a chunk whose columns are read: as many numbers as a cache line holds
_SIDE = 32  # of a block of a matrix that is read by rows and by columns
_COMPARED = 1.0  # nanoseconds to compare two numbers of a matrix
_RELATIVE, _ABSOLUTE = 1e-7, 1e-9  # two numbers of one pair may differ by so much: scikit-learn's rule


# ------------------------------------------------------------------------------------------- condensed


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


# ------------------------------------------------------------------------------------------- a square matrix


def tree_of_square(D: NDArray[Any], n_threads: int, *, core: NDArray[np.float64] | None = None) -> SpanningTree:
    """The minimum spanning tree of a matrix of distances, float32 or float64, which is neither copied nor modified.

    The two numbers of a pair may differ by rounding errors: then the lesser one counts. Rounding errors below 0 count
    as 0. O(n²) time; beyond the matrix 60 bytes a point.

    Parameters
    ----------
    D : ndarray of shape (n, n)
        C-ordered.
    n_threads : int
        The result does not depend on it.
    core : ndarray of shape (n,) or None
        Core distances: edges are weighed by mutual reachability.

    Raises
    ------
    ValueError
        The matrix is not square or not symmetric, a distance is negative or NaN, or those from some points to all
        others are infinite.
    """
    exact = check_square(D, n_threads)
    n = len(D)
    edges, weights = np.empty((n - 1, 2), np.int64), np.full(n - 1, np.inf)
    state = np.empty(n), np.full(n, np.inf), np.full(n, -1), np.zeros(n), edges, weights
    core = np.zeros(n) if core is None else core
    parallel.over_in_steps("spanning tree", n - 1, n - 1, 1, 1, square.grow_tree, D, exact, core, *state)
    if n > 1 and weights.max() == np.inf:
        raise ValueError("The distances from some points to all others are infinite: no tree spans the matrix.")
    return in_order(edges, weights)


def core_of_square(D: NDArray[Any], min_samples: int, n_threads: int) -> NDArray[np.float64]:
    """The `min_samples`-th smallest number of each row of a matrix, float32 or float64."""
    rows = _search.RowsInBlocks(D)
    return _search.nearest(rows, min_samples, None, False, n_threads)[0][:, -1].copy()


def check_square(D: NDArray[Any], n_threads: int) -> bool:
    """Check that a matrix is one of distances; whether it is symmetric to the last bit, without a number below 0.

    Raises
    ------
    ValueError
        The matrix is not square or not symmetric, or a distance is negative or NaN.
    """
    n = len(D)
    if D.shape != (n, n):
        raise ValueError(
            "The precomputed distance matrix is expected to be symmetric, however it has shape "
            f"{D.shape}. Please verify that the distance matrix was constructed correctly."
        )
    exact = np.empty(n, np.uint8)
    cost = 0.5 * n * _COMPARED
    threads = parallel.threads_for(n * cost, n_threads)
    parallel.over_in_steps("distances", n, n, parallel.chunk(cost, _SIDE), threads, square.find_exact, D, exact)
    slack = 0.0
    if not exact.all():
        slack = _ABSOLUTE + _RELATIVE * float(np.max(D, where=D < np.inf, initial=0.0))
    for start in np.unique(np.flatnonzero(exact == 0) // _SIDE * _SIDE).tolist():
        progress.report("distances", start, n)
        here, there = D[start : start + _SIDE, start:], D[start:, start : start + _SIDE].T
        for numbers in (here, there):
            if np.isnan(numbers).any():
                raise ValueError(f"np.nan values found in precomputed-dense{_place(np.isnan(numbers), start)}")
        if (here < -slack).any():
            raise ValueError(f"Distances must not be negative{_place(here < -slack, start)}")
        unlike = ~np.isclose(here, there, rtol=_RELATIVE, atol=_ABSOLUTE)
        if unlike.any():
            raise ValueError(
                "The precomputed distance matrix is expected to be symmetric, however its values appear to be "
                f"asymmetric. Please verify that the distance matrix was constructed correctly{_place(unlike, start)}"
            )
    return bool(exact.all())


def _place(bad: NDArray[np.bool_], start: int) -> str:
    i, j = np.unravel_index(int(bad.argmax()), bad.shape)
    return f". First at row {start + int(i)}, column {start + int(j)}."


# ------------------------------------------------------------------------------------------- a sparse graph


def tree_of_graph(given: SparseRows, *, core: NDArray[np.float64] | None = None) -> SpanningTree:
    """The minimum spanning tree of a graph, or a forest where it is not connected: it has fewer edges then.

    Stored zeros are edges of weight 0, and what is not stored is no edge. A pair may be stored in both orders: the
    lesser distance counts. The diagonal is not looked at. O(n + m log m) time for m stored distances, of which each
    takes about 60 bytes.

    Parameters
    ----------
    given : SparseRows
        n rows of n columns, which are sorted; no number is negative.
    core : ndarray of shape (n,) or None
        Core distances: edges are weighed by mutual reachability.
    """
    n = len(given)
    rows, weights = np.repeat(np.arange(n), np.diff(given.starts)), np.empty(len(given.values))
    graph.weigh_pairs(given.starts, given.columns, given.values, given.starts[:-1].copy(), weights)
    kept = np.flatnonzero(weights == weights)
    rows, columns, weights = rows[kept], given.columns[kept].astype(np.int64), weights[kept]
    if core is not None:
        np.maximum(weights, np.maximum(core[rows], core[columns]), out=weights)
    progress.report("spanning tree", 0, 2)
    edges = in_order(np.column_stack([rows, columns]), weights)
    progress.report("spanning tree", 1, 2)
    taken = np.empty(max(n - 1, 0), np.int64)
    found = graph.join_components(edges.edges, np.arange(n), taken)
    progress.report("spanning tree", 2, 2)
    return SpanningTree(edges.edges[taken[:found]], edges.weights[taken[:found]])


def core_of_graph(given: SparseRows, min_samples: int) -> NDArray[np.float64]:
    """The `min_samples`-th smallest distance that is stored in each row.

    As in scikit-learn, the row itself counts where its diagonal is stored.

    Raises
    ------
    ValueError
        A row stores fewer distances.
    """
    lengths = np.diff(given.starts)
    if lengths.min() < min_samples:
        raise ValueError(
            f"There exists points with fewer than {min_samples} neighbors. Ensure your distance matrix has non-zero "
            f"values for at least `min_sample`={min_samples} neighbors for each points (i.e. K-nn graph). First at "
            f"row {int((lengths < min_samples).argmax())}, which stores {int(lengths[lengths < min_samples][0])}."
        )
    order = np.lexsort((given.values, np.repeat(np.arange(len(given)), lengths)))
    return given.values[order[given.starts[:-1] + min_samples - 1]].astype(np.float64)
