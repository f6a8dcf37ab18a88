# SPDX-License-Identifier: BSD-3-Clause
"""DBSCAN of given distances: a matrix, or a sparse graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._runtime import parallel, progress
from ._clusters import Clusters
from ._kernels import dbscan_given

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..distances._sparse import SparseRows

_NUMBER = 0.3  # nanoseconds to compare a distance of a matrix ...
_STORED = 1.0  # ... and of a graph


def find_clusters_of_matrix(
    D: NDArray[np.floating], eps: float, min_samples: int, weights: NDArray[np.float64] | None, n_threads: int
) -> Clusters:
    """Find the clusters of DBSCAN of a matrix whose row i holds the distances from point i; it need not be symmetric.

    O(n²) time, 33 bytes a point.
    """
    n = len(D)
    radius, weight, count = _as_compared(eps, D), np.empty(0) if weights is None else weights, np.empty(n)
    progress.report("dbscan", 0, 2)
    parallel.over(n, parallel.chunk(_NUMBER * n), n_threads, dbscan_given.count_in_matrix, D, radius, weight, count)
    is_core, labels = count >= min_samples, np.full(n, -1)
    clusters = dbscan_given.Growth(is_core.view(np.uint8), labels, np.empty(n, np.int64))
    rest = dbscan_given.Unlabeled(np.arange(n))
    progress.report("dbscan", 1, 2)
    parallel.over(int(np.count_nonzero(is_core)), 1, 1, dbscan_given.grow_in_matrix, D, radius, clusters, rest)
    progress.report("dbscan", 2, 2)
    return Clusters(labels, is_core)


def find_clusters_of_graph(
    graph: SparseRows, eps: float, min_samples: int, weights: NDArray[np.float64] | None, n_threads: int
) -> Clusters:
    """The same of a sparse matrix: pairs that are not stored are no neighbors, but each point is its own neighbor.

    O(n + m) time for m stored distances, 33 bytes a point.
    """
    n = len(graph)
    arrays = graph.starts, graph.columns, graph.values
    radius, weight, count = _as_compared(eps, graph.values), np.empty(0) if weights is None else weights, np.empty(n)
    size = parallel.chunk(_STORED * (len(graph.values) + n) / n)
    progress.report("dbscan", 0, 2)
    parallel.over(n, size, n_threads, dbscan_given.count_in_graph, *arrays, radius, weight, count)
    is_core, labels = count >= min_samples, np.full(n, -1)
    clusters = dbscan_given.Growth(is_core.view(np.uint8), labels, np.empty(n, np.int64))
    progress.report("dbscan", 1, 2)
    parallel.over(int(np.count_nonzero(is_core)), 1, 1, dbscan_given.grow_in_graph, *arrays, radius, clusters)
    progress.report("dbscan", 2, 2)
    return Clusters(labels, is_core)


def _as_compared(eps: float, values: NDArray[np.floating]) -> float:
    """The number that ``values <= eps`` compares with: where numpy rounds eps to the type of the values, a float32."""
    with np.errstate(over="ignore"):
        return float(np.asarray(eps, np.result_type(values.dtype, eps)))
