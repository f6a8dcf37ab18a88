# SPDX-License-Identifier: BSD-3-Clause
"""What the algorithms for minimum spanning trees return."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class SpanningTree(NamedTuple):
    """A minimum spanning tree.

    Attributes
    ----------
    edges : ndarray of shape (n - 1, 2), int64
        Two rows each, the lower one first. Fewer where a graph is not connected.
    weights : ndarray of shape (n - 1,), float64
        Their distances, or mutual reachability distances. They ascend; edges of the same weight are in the order of
        their rows.
    """

    edges: NDArray[np.int64]
    weights: NDArray[np.float64]


SpanningTree.__module__ = "coterie.spanning_trees"  # where users and pickles find it


def in_order(edges: NDArray[np.int64], weights: NDArray[np.float64]) -> SpanningTree:
    """The tree with these edges, in any order, sorted by weight, lower and higher row."""
    edges = np.sort(edges, axis=1)
    order = weights.argsort()
    weights, edges = weights[order], edges[order]
    # Only edges of the same weight are compared by their rows: as a rule these are few.
    same = np.flatnonzero(weights[1:] == weights[:-1])
    if len(same):
        tied = np.zeros(len(weights), np.bool_)
        tied[same] = tied[same + 1] = True
        (where,) = tied.nonzero()
        some = edges[where]
        edges[where] = some[np.lexsort((some[:, 1], some[:, 0], weights[where]))]
    return SpanningTree(edges, weights)
