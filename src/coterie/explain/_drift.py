# SPDX-License-Identifier: BSD-3-Clause
"""How rows fall into clusters, then and now: shares, distances to centres, and how much shares differ."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_matrix
from .._base.wording import shown
from .._runtime import threads
from ..kmeans import _lloyd
from ._groups import squared_distances
from ._models import as_clusterer, has_labels, predicts
from ._numbers import Numbers

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_MOST_WORK = 10**10  # rows times clusters times features; beyond that a part of the rows is assigned to means
_BLOCK = 1 << 20  # numbers worked on at a time: 8 MB
_HALF = 0.5  # a row, added to each count: logarithms of shares must be finite
_NORMAL_95 = 1.6448536269514722  # 95% quantile of the normal distribution


class Occupation(NamedTuple):
    """How rows fall into k clusters.

    labels : for each row the cluster, from 0; -1 for noise
    sizes : (k,) rows in each
    n_noise : rows in none
    distances : (k,) root mean squared distance to the center of each; NaN where there is none, or no telling
    distance : that of all rows that are in a cluster
    """

    labels: NDArray[np.integer]
    sizes: NDArray[np.int64]
    n_noise: int
    distances: NDArray[np.float64]
    distance: float


def occupy(
    labels: NDArray[np.integer], k: int, rows: NDArray | None = None, centers: NDArray | None = None
) -> Occupation:
    """Count rows, and measure them where there are centres."""
    n_noise = int(np.count_nonzero(labels < 0))
    sizes = np.bincount(labels[labels >= 0], minlength=k)
    if rows is None or centers is None or not sizes.any():
        return Occupation(labels, sizes, n_noise, np.full(k, np.nan), math.nan)
    exponent = power_of_two.exponent_for(rows, centers, name="The table")
    rows, centers = (power_of_two.divided(each, exponent) for each in (rows, centers))
    squares = np.bincount(labels, weights=squared_distances(rows, labels, centers), minlength=k)
    with np.errstate(divide="ignore", invalid="ignore"):
        far = power_of_two.multiplied(np.sqrt(squares / sizes), exponent)
    return Occupation(labels, sizes, n_noise, far, power_of_two.times(math.sqrt(squares.sum() / sizes.sum()), exponent))


# ------------------------------------------------------------------------------------------- of a model


def by_model(model: Any, X_new: ArrayLike) -> tuple[NDArray, Occupation, Occupation]:
    """The labels that are clusters, how the rows of the fit fell into them, and how new ones do."""
    fitted = as_clusterer(model)
    if not (predicts(model) and has_labels(model)):
        raise TypeError(f"drift needs a Profile, or a fitted estimator with labels_ and predict. Got {shown(model)}.")
    now, then = np.asarray(model.predict(X_new)), np.asarray(model.labels_)
    for labels, name in ((now, "predict"), (then, "labels_")):
        if labels.ndim != 1 or labels.dtype.kind not in "iu" or not len(labels):
            raise ValueError(f"{name} of the model must give whole numbers, one for each row. Got {shown(labels)}.")
    centers = None if fitted is None else fitted._centers()
    k = max(int(then.max()), int(now.max()), -1) + 1 if centers is None else len(centers)
    if fitted is None:
        was = occupy(then, k)
    elif fitted._fit_X is None:
        was = occupy(then, k)._replace(distance=fitted._distance_to_centers())
    else:  # like with like: `predict` may give a row of the fit another label than it has
        was = occupy(fitted._assign(fitted._fit_X), k, fitted._fit_X, centers)
    return np.arange(k), was, occupy(now, k, None if centers is None else as_matrix(X_new), centers)


# ------------------------------------------------------------------------------------------- of a profile


class Means(NamedTuple):
    """The means of clusters, by which rows are assigned to the nearest one in standard deviations of all rows.

    centers : (k, d) in those units; of the features that vary
    middle, spread : (d,) mean and standard deviation of all rows; NaN for a feature that does not vary
    then : how the rows fell that the means were taken of
    """

    centers: NDArray[np.float64]
    middle: NDArray[np.float64]
    spread: NDArray[np.float64]
    then: Occupation

    def assign(self, rows: NDArray) -> Occupation:
        """The nearest mean; a missing value counts as the mean of all rows."""
        return _assign(rows, self.centers, self.middle, self.spread)


def keep_means(rows: NDArray, numbers: Numbers, k: int) -> Means | None:
    """What it takes to assign further rows, and how these ones fall; None where there is no cluster or feature."""
    varies = numbers.overall_spreads > 0
    if not k or not varies.any():
        return None
    spread = np.where(varies, numbers.overall_spreads, np.nan)
    middle = np.where(varies, numbers.overall_means, np.nan)
    centers = np.nan_to_num(numbers.differences[:k][:, varies])
    some = rows[:: -(-len(rows) * centers.size // _MOST_WORK)]
    return Means(centers, middle, spread, _assign(some, centers, middle, spread)._replace(labels=np.empty(0, np.int32)))


def _assign(rows: NDArray, centers: NDArray, middle: NDArray, spread: NDArray) -> Occupation:
    used = ~np.isnan(spread)
    scaled = np.empty((len(rows), len(centers[0])))
    step = max(1, _BLOCK // rows.shape[1])
    for start in range(0, len(rows), step):
        part = (rows[start : start + step, used] - middle[used]) / spread[used]
        scaled[start : start + step] = np.nan_to_num(part, copy=False)
    labels = _lloyd.nearest(scaled, centers, threads.resolve_n_jobs(None))
    return occupy(labels, len(centers), scaled, centers)


# ------------------------------------------------------------------------------------------- how much shares differ


def stability_index(then: NDArray[np.int64], now: NDArray[np.int64]) -> tuple[float, float]:
    """Population stability index of two counts, and which value chance alone exceeds in one of twenty cases."""
    there = (then + now) > 0
    then, now = then[there], now[there]
    k = len(then)
    p, q = ((counts + _HALF) / (counts.sum() + _HALF * k) for counts in (then, now))
    index = float(((q - p) * np.log(q / p)).sum())
    # Where nothing has changed the index is about chi-square distributed, with k - 1 degrees of freedom, times the sum
    # of the inverse numbers of rows; its quantile by Wilson and Hilferty, https://doi.org/10.1073/pnas.17.12.684.
    if k < 2:
        return index, 0.0
    spread = 2 / (9 * (k - 1))
    quantile = (k - 1) * (1 - spread + _NORMAL_95 * math.sqrt(spread)) ** 3
    return index, quantile * (1 / int(then.sum()) + 1 / int(now.sum()))
