# SPDX-License-Identifier: BSD-3-Clause
"""Rounds in which each component of a forest is joined to another one by its least edge (Boruvka 1926).

Each point has a list of its lightest edges, and a bound for all others. As long as the lists tell the least edge of a
component, nothing is searched for. So most rounds cost a look at each point. What lists are made of, and how points are
searched for beyond them, is up to the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._runtime import parallel, progress
from ._kernels import boruvka

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_LOOK = 4.0  # nanoseconds to look at a point in a round, about
_ENTRY = 5.0  # nanoseconds to weigh an entry of a list


def new_forest(order: NDArray[np.int64], k: int) -> boruvka.Forest:
    """Points that are not joined yet, with room for lists of `k` edges each.

    order : (n,), the row at each position
    """
    n = len(order)
    return boruvka.Forest(
        order,
        np.arange(n),
        np.empty((n, k), np.int64),
        np.empty((n, k)),
        np.zeros(n, np.uint8),
        np.empty(n),
        np.full(n, np.inf),
        np.full(n, -1),
    )


def grow(
    forest: boruvka.Forest, core: NDArray[np.float64] | None, search: Callable[[], None], n_threads: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Edges and weights of the minimum spanning tree, in any order, from a forest of single points with lists of
    distances.

    Parameters
    ----------
    forest : Forest
        Lost afterwards.
    core : ndarray of shape (n,) or None
        Core distances by position, if edges are weighed by mutual reachability.
    search : callable
        Finds the least edges from those points whose lists may miss the least edge of their component: all that are not
        `EXACT`, and whose `beyond` is not above the `bound` of their component.
    """
    n, k = len(forest.component), forest.near.shape[1]
    edges, weights = np.empty((n - 1, 2), np.int64), np.empty(n - 1)
    roots, parent = np.arange(n), np.arange(n)
    known = np.empty(0) if core is None else core
    parallel.over(n, parallel.chunk(k * _ENTRY), n_threads, boruvka.weigh_lists, forest, known)
    size, done = parallel.chunk(_LOOK), 0
    while done < n - 1:
        progress.report("spanning tree", done, n - 1)
        threads = parallel.threads_for(n * _LOOK, n_threads)
        parallel.over(n, size, threads, boruvka.advance, forest)
        search()
        parallel.over(n, size, threads, boruvka.choose, forest)
        found = boruvka.join(forest, roots, n - done, parent, edges[done:], weights[done:])
        parallel.over(n, size, threads, boruvka.relabel, forest, parent)
        done += found
    progress.report("spanning tree", n - 1, n - 1)
    return edges, weights
