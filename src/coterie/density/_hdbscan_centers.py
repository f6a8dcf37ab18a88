# SPDX-License-Identifier: BSD-3-Clause
"""Centers of clusters whose rows belong to them more or less: weighted means, and medoids.

They are NaN for a cluster without rows: the root, if it is selected with others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._base import power_of_two
from .._base.blocks import blocks
from .._runtime import progress
from ..distances._metrics import safe_exponent
from ..distances._pairwise import fill_rectangle, prepare

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..distances import Metric
    from ._reachability import RowsOfTree


def find_centers(
    which: str, own: RowsOfTree, labels: NDArray[np.int64], probabilities: NDArray[np.float64], n_threads: int
) -> dict[str, NDArray[np.float64]]:
    """Attributes of the estimator: 'centroid', 'medoid' or 'both', of the rows of the tree; none of given distances."""
    found: dict[str, NDArray[np.float64]] = {}
    if own.X is not None and own.metric is not None:
        strength = probabilities * (1.0 if own.weights is None else own.weights)
        clusters = members(labels)
        if which != "medoid":
            found["centroids_"] = find_centroids(own.X, clusters, strength)
        if which != "centroid":
            found["medoids_"] = find_medoids(own.X, clusters, strength, own.metric, n_threads)
    return found


def members(labels: NDArray[np.int64]) -> list[NDArray[np.intp]]:
    """The rows of each cluster."""
    order = labels.argsort(kind="stable")
    sizes = np.bincount(labels[labels >= 0])
    return np.split(order[len(labels) - sizes.sum() :], sizes.cumsum()[:-1]) if len(sizes) else []


def find_centroids(
    X: NDArray[np.floating], rows: list[NDArray[np.intp]], strength: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The weighted mean of the rows of each cluster."""
    exponent = power_of_two.exponent_for(X, power=1.0)
    found = np.full((len(rows), X.shape[1]), np.nan)
    for mean, own in zip(found, rows, strict=True):
        if len(own):
            mean[...] = np.average(power_of_two.divided(X[own], exponent), axis=0, weights=strength[own])
    return power_of_two.multiplied(found, exponent)


def find_medoids(
    X: NDArray[np.floating], rows: list[NDArray[np.intp]], strength: NDArray[np.float64], metric: Metric, n_threads: int
) -> NDArray[np.float64]:
    """The row of each cluster with the least weighted sum of distances to all of its rows, the first one on a tie."""
    exponent, found = safe_exponent(metric, X), np.full((len(rows), X.shape[1]), np.nan)
    for cluster, own in enumerate(rows):
        progress.report("medoids", cluster, len(rows))
        some = power_of_two.divided(X[own], exponent)
        points, sums = prepare(some, metric, n_threads), np.empty(len(own))
        for part in blocks(len(own), len(own)):
            block = np.empty((part.stop - part.start, len(own)))
            fill_rectangle(some[part], points, metric, n_threads, block)
            sums[part] = block @ strength[own]
        if len(own):
            found[cluster] = X[own[sums.argmin()]]
    progress.report("medoids", len(rows), len(rows))
    return found
