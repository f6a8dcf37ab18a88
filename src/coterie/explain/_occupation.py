# SPDX-License-Identifier: BSD-3-Clause
"""How rows fall into clusters: how many into each, and how far from its center."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._base import power_of_two
from .._base.blocks import blocks
from ..kmeans import _assignment
from ..kmeans._sparse_rows import divided_rows, numbers_of
from ._groups import squared_distances

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._statistics import Numbers

_MOST_WORK = 10**10  # rows times clusters times features; beyond that a part of the rows is assigned to means


class Occupation(NamedTuple):
    """How rows fall into k clusters.

    labels : for each row the cluster, from 0; -1 for noise
    sizes : (k,) rows in each
    n_noise : rows in none
    distances : (k,) root mean squared distance to the center of each; NaN where there is no row or no center
    distance : that of all rows that are in a cluster
    """

    labels: NDArray[np.integer]
    sizes: NDArray[np.int64]
    n_noise: int
    distances: NDArray[np.float64]
    distance: float


def occupy(
    labels: NDArray[np.integer],
    k: int,
    rows: NDArray[np.floating] | None = None,
    centers: NDArray[np.float64] | None = None,
) -> Occupation:
    """Count rows, and measure them where there are centers."""
    n_noise = int(np.count_nonzero(labels < 0))
    sizes = np.bincount(labels[labels >= 0], minlength=k)
    if rows is None or centers is None or not sizes.any():
        return Occupation(labels, sizes, n_noise, np.full(k, np.nan), math.nan)
    exponent = power_of_two.exponent_for(numbers_of(rows), centers, name="The table")
    squares = squared_distances(divided_rows(rows, exponent), labels, power_of_two.divided(centers, exponent))
    sums = np.bincount(labels, weights=squares, minlength=k)
    with np.errstate(divide="ignore", invalid="ignore"):
        distances = power_of_two.multiplied(np.sqrt(sums / sizes), exponent)
    distance = power_of_two.times(math.sqrt(sums.sum() / sizes.sum()), exponent)
    return Occupation(labels, sizes, n_noise, distances, distance)


# ------------------------------------------------------------------------------------------- by the means of a profile


class NearestMeans(NamedTuple):
    """The means of clusters, by which rows are assigned to the nearest one in standard deviations of all rows.

    centers : (k, d) in those units; of the features that vary
    middle, spread : (d,) mean and standard deviation of all rows; NaN for a feature that does not vary
    then : how the rows fell that the means were taken of
    """

    centers: NDArray[np.float64]
    middle: NDArray[np.float64]
    spread: NDArray[np.float64]
    then: Occupation

    def assign(self, rows: NDArray[np.floating], n_threads: int) -> Occupation:
        """The nearest mean; a missing value counts as the mean of all rows."""
        return _assign(rows, self.centers, self.middle, self.spread, n_threads)


def keep_means(rows: NDArray[np.floating], numbers: Numbers, k: int, n_threads: int) -> NearestMeans | None:
    """What it takes to assign further rows, and how these ones fall; None where there is no cluster or feature."""
    varies = numbers.overall_spreads > 0
    if not k or not varies.any():
        return None
    spread = np.where(varies, numbers.overall_spreads, np.nan)
    middle = np.where(varies, numbers.overall_means, np.nan)
    centers = np.nan_to_num(numbers.differences[:k][:, varies])
    some = rows[:: -(-len(rows) * centers.size // _MOST_WORK)]
    then = _assign(some, centers, middle, spread, n_threads)
    return NearestMeans(centers, middle, spread, then._replace(labels=np.empty(0, np.int32)))


def _assign(
    rows: NDArray[np.floating],
    centers: NDArray[np.float64],
    middle: NDArray[np.float64],
    spread: NDArray[np.float64],
    n_threads: int,
) -> Occupation:
    used = ~np.isnan(spread)
    scaled = np.empty((len(rows), len(centers[0])))
    for part in blocks(*rows.shape):
        scaled[part] = np.nan_to_num((rows[part, used] - middle[used]) / spread[used], copy=False)
    labels = _assignment.nearest(scaled, centers, n_threads)
    return occupy(labels, len(centers), scaled, centers)
