# SPDX-License-Identifier: BSD-3-Clause
"""How rows fall into clusters, then and now: shares, distances to centres, and how much shares differ."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import distances
from .._base import power_of_two
from .._base.arrays import as_matrix
from .._base.wording import shown
from .._runtime import threads
from ..kmeans import _lloyd
from ._groups import Groups, squared_distances
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
    now, then = np.asarray(model.predict(X_new)), np.asarray(model.labels_)
    for labels, name in ((now, "predict"), (then, "labels_")):
        if labels.ndim != 1 or labels.dtype.kind not in "iu" or not len(labels):
            raise ValueError(f"{name} of the model must give whole numbers, one for each row. Got {shown(labels)}.")
    centers = getattr(model, "cluster_centers_", None)
    if centers is not None:  # k-means
        k = len(centers)
        new = as_matrix(X_new)
        square = float(model.inertia_) / len(then)
        # Where squares are beyond float64 there is no telling.
        is_known = square < math.inf and (square > 1e-300 or power_of_two.exponent_for(centers) == 0)
        was = occupy(then, k)._replace(distance=math.sqrt(square) if is_known else math.nan)
        return np.arange(k), was, occupy(now, k, new, centers.astype(np.float64))
    k = max(int(then.max(initial=-1)), int(now.max(initial=-1))) + 1
    rows, centers = tree_rows(model)
    if rows is None:  # DBSCAN, or a tree of given distances
        return np.arange(k), occupy(then, k), occupy(now, k)
    # Like with like: predict may give a row of the fit another label than it has.
    return (
        np.arange(k),
        occupy(predict_again(model, rows), k, rows, centers),
        occupy(now, k, as_matrix(X_new), centers),
    )


def tree_rows(model: Any) -> tuple[NDArray | None, NDArray[np.float64] | None]:
    """The rows that a tree was fitted to, if it has them, and the means of its clusters, if distances are Euclidean."""
    rows = getattr(model, "_fit_X", None) if hasattr(model, "linkage_") else None
    if rows is None:
        return None, None
    metric = model._fit_metric
    if not isinstance(metric, distances.Metric) or metric.kernel != "euclidean":
        return rows, None
    groups = Groups(model.labels_, int(model.labels_.max()) + 1)
    exponent = power_of_two.exponent_for(rows, power=1.0)
    divided = power_of_two.divided(rows, exponent)
    middle = divided.mean(axis=0, dtype=np.float64)  # off the sums, for their rounding error
    means = middle + groups.sums(divided[groups.order] - middle) / groups.sizes[:, None]
    return rows, power_of_two.multiplied(means, exponent)


def predict_again(model: Any, rows: NDArray) -> NDArray[np.integer]:
    """`predict` for the rows of the fit, which have no column names any more."""
    nameless = copy.copy(model)
    nameless.__dict__.pop("feature_names_in_", None)
    return nameless.predict(rows)


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
