# SPDX-License-Identifier: BSD-3-Clause
"""Each column's share of the variance, and the warning if a single column has nearly all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_matrix
from .._base.exceptions import FeatureScaleWarning
from .._base.warnings import warn
from ._moments import Moments, scaled_moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._base.typing import ArrayLike
    from ..distances import Metric

DOMINANT = 0.95  # share of the variance that leaves nothing for the other columns to say
_ROUNDING = 1e-15  # relative; a column that is constant may seem to deviate so much from its mean


def variance_shares(X: ArrayLike) -> NDArray[np.float64]:
    """Return each column's share of the variance, which is its share of squared Euclidean distances between rows.

    If one column has nearly all of the variance, the clusters depend on this column alone. `Scaler` gives all columns
    the same weight.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        The data; not modified.

    Returns
    -------
    ndarray of shape (n_features,), float64
        Numbers from 0 to 1 whose sum is 1; all 0 if all columns are constant.

    Raises
    ------
    ValueError
        `X` is not a table of finite numbers, or it has numbers above 1e135 and others 1e270 times smaller.

    Notes
    -----
    One pass over the data: O(n d) time, O(d) memory.

    Examples
    --------
    Weights in grams and heights in meters:

    >>> from coterie.scaling import variance_shares
    >>> variance_shares([[3000.0, 0.2], [5000.0, 0.6], [4000.0, 0.7]]).round(3)
    array([1., 0.])
    """
    return _shares(scaled_moments(as_matrix(X, owner="variance_shares"), 1, "X").moments.variance)


def _shares(variance: NDArray[np.float64]) -> NDArray[np.float64]:
    largest = np.maximum.reduce(variance)
    if not 0 < largest < np.inf:
        return np.zeros_like(variance)
    shares: NDArray[np.float64] = variance / largest
    shares /= np.add.reduce(shares)
    return shares


def _moments_of_known(X: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and variance of the known numbers of each column; 0 where there are none."""
    X = power_of_two.divided(X, power_of_two.exponent_for(X)).astype(np.float64, copy=False)
    count = np.maximum(np.count_nonzero(~np.isnan(X), axis=0), 1)
    mean = np.nansum(X, axis=0) / count
    return mean, np.nansum((X - mean) ** 2, axis=0) / count


def warn_of_scales(
    X: NDArray[Any], names: NDArray[np.object_] | None, metric: Metric, n_threads: int, known: Moments | None = None
) -> None:
    """Warn if one column of checked data has nearly all the variance. `known`: the moments, where they are."""
    if X.shape[1] < 2 or metric.scale_free or metric.function is not None:
        return
    if metric.passes_missing and np.isnan(X).any():
        mean, variance = _moments_of_known(X)
    else:
        mean, variance, _ = known or scaled_moments(X, n_threads).moments
    largest = np.maximum.reduce(variance)
    if not 0 < largest < np.inf:
        return
    share = 1.0 / float(np.add.reduce(variance / largest))
    if share < DOMINANT:
        return
    if np.count_nonzero(variance > np.square(_ROUNDING * mean)) < 2:  # constant columns say nothing in any scale
        return
    j = int(variance.argmax())
    name = f"Feature {j}" if names is None else f"Feature {names[j]!r}"
    told = f"{share:.2%}" if share <= 0.9999 else "more than 99.99%"
    others = "the other one" if X.shape[1] == 2 else f"the other {X.shape[1] - 1}"
    warn(
        f"{name} holds {told} of the variance, so distances hardly depend on "
        f"{others}. If the features have different units, scale them first: "
        "coterie.scaling.Scaler().fit_transform(X). If they are meant to count like this, ignore "
        "coterie.FeatureScaleWarning.",
        FeatureScaleWarning,
    )
