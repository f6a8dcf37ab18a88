# SPDX-License-Identifier: BSD-3-Clause
"""What the functions of the C-level interface do that run as jobs of Python.

The arguments are arrays over the caller's memory; `table` has checked their sizes. Results are written in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.arrays import as_doubles, as_matrix, as_weights
from .._dendrogram.cuts import fcluster
from .._runtime import jobs
from ..density._dbscan import check_sum, find_clusters
from ..distances._metrics import as_metric, check_suits
from ..hierarchy._linkage import agglomerate, from_condensed
from ..kmeans._steps import sum_by_center
from ..neighbors._search import lay_out, nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._runtime._kernels.job import LentRegions

Memory = tuple[memoryview, str, tuple[int, ...], tuple[int, ...] | None]  # with dtype, shape and strides

METRICS = ("euclidean", "manhattan", "chebyshev", "cosine")  # in the order of the header
METHODS = ("single", "complete", "average", "weighted", "ward", "centroid", "median")


def start(n_slots: int, name: str, *arguments: object) -> LentRegions:
    """Begin a job of the function `name`, whose arguments are numbers, None, or memory of the caller."""
    arrays = (_as_array(each) if isinstance(each, tuple) else each for each in arguments)
    return jobs.start(n_slots, globals()[name], *arrays)


def _as_array(memory: Memory) -> NDArray[Any]:
    data, dtype, shape, strides = memory
    return np.ndarray(shape, dtype, data, 0, strides)


def step_centers(
    X: NDArray[Any],
    weights: NDArray[np.float64] | None,
    centers: NDArray[Any],
    labels: NDArray[np.int32],
    sums: NDArray[np.float64],
    masses: NDArray[np.float64],
    inertia: NDArray[np.float64],
    n_threads: int,
) -> None:
    """An iteration of `coterie.KMeans`, without the last division."""
    X, centers = as_matrix(X), as_matrix(centers, name="centers")
    weights = as_weights(weights, len(X), name="weights")
    labels[:], sums[:], masses[:], inertia[0] = sum_by_center(X, weights, centers, n_threads)


def find_neighbors(
    X: NDArray[Any],
    queries: NDArray[Any] | None,
    metric: int,
    k: int,
    indices: NDArray[np.int64],
    distances: NDArray[np.float64],
    n_threads: int,
) -> None:
    """As `coterie.neighbors.kneighbors`."""
    measure = as_metric(METRICS[metric])
    X = as_matrix(X)
    check_suits(X, measure)
    if queries is not None:
        queries = as_matrix(queries, name="queries")
        check_suits(queries, measure, "queries")
    rows = lay_out(X, measure, len(indices), n_threads)
    distances[:], indices[:] = nearest(rows, k, queries, False, n_threads)


def find_dense_clusters(
    X: NDArray[Any],
    weights: NDArray[np.float64] | None,
    metric: int,
    eps: float,
    min_samples: int,
    labels: NDArray[np.int64],
    is_core: NDArray[np.uint8] | None,
    n_threads: int,
) -> None:
    """As `coterie.DBSCAN`."""
    X = as_matrix(X)
    weights = as_weights(weights, len(X), allow_negative=True, name="weights")
    check_sum(weights, "weights")
    found = find_clusters(X, as_metric(METRICS[metric]), eps, min_samples, weights, n_threads)
    labels[:] = found.labels
    if is_core is not None:
        is_core[:] = found.is_core


def link_distances(condensed: NDArray[np.float64], method: int, Z: NDArray[np.float64], n_threads: int) -> None:
    """As `coterie.hierarchy.linkage` of condensed distances."""
    Z[:] = from_condensed(as_doubles(condensed, name="condensed"), METHODS[method], n_threads)


def link_points(X: NDArray[Any], method: int, Z: NDArray[np.float64], n_threads: int) -> None:
    """As `coterie.hierarchy.linkage` of points."""
    Z[:] = agglomerate(as_matrix(X), METHODS[method], as_metric("euclidean"), n_threads)


def cut(Z: Memory, n_clusters: int, labels: Memory) -> None:
    """As `coterie.hierarchy.fcluster` with the criterion 'maxclust', but counted from 0; at once."""
    np.subtract(fcluster(_as_array(Z), n_clusters, "maxclust"), 1, out=_as_array(labels))
