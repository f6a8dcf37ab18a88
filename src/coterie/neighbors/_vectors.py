# SPDX-License-Identifier: BSD-3-Clause
"""Metrics as distances between vectors: what a k-d tree can search.

Two rows are within a radius where the *reduced* distance of their vectors is at most the reduced radius. Reduced is
what is added up before the last step: the sum of squares, of absolute values, of powers, or the largest absolute value.
It is computed in float64, feature by feature, each product rounded: one definition, whoever computes it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import power_of_two
from ._kernels import kd_tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..distances import Metric

_KINDS = {
    "euclidean": kd_tree.EUCLIDEAN,
    "sqeuclidean": kd_tree.EUCLIDEAN,
    "manhattan": kd_tree.MANHATTAN,
    "chebyshev": kd_tree.CHEBYSHEV,
    "minkowski": kd_tree.MINKOWSKI,
    "cosine": kd_tree.EUCLIDEAN,
    "correlation": kd_tree.EUCLIDEAN,
    "haversine": kd_tree.EUCLIDEAN,
}


class Vectors(NamedTuple):
    """Rows as vectors.

    Attributes
    ----------
    X : ndarray of shape (n, d), float32 or float64
        The caller's own rows where the metric is one of vectors; not to be modified.
    kind : int
        Of the reduced distance; see `kd_tree`.
    p : float
        The exponent for `kd_tree.MINKOWSKI`.
    metric : Metric
        What they stand for.
    exponent : int
        They are the rows over 2**exponent.
    """

    X: NDArray[Any]
    kind: int
    p: float
    metric: Metric
    exponent: int = 0

    def of(self, Y: NDArray[Any]) -> Vectors:
        """Vectors of other rows, over the same power of two."""
        found = as_vectors(Y, self.metric, self.exponent)
        assert found is not None  # as these are
        return found

    def reduce(self, radius: float) -> float:
        """The reduced distance that belongs to a distance of the metric."""
        if radius < 0:
            return -1.0
        name = self.metric.kernel
        radius = power_of_two.times(radius, -self.exponent * self.metric.degree)
        if name in ("cosine", "correlation"):
            return 2.0 * radius
        if name == "haversine":
            return 4.0 * math.sin(0.5 * radius) ** 2 if radius < math.pi else math.inf
        if name == "euclidean":
            return radius * radius
        if name != "minkowski":
            return radius
        with np.errstate(over="ignore", under="ignore"):
            return float(np.float64(radius) ** self.p)

    def restore(self, reduced: NDArray[np.float64]) -> NDArray[np.float64]:
        """Distances of the metric from reduced ones."""
        return power_of_two.multiplied(self._unreduced(reduced), self.exponent * self.metric.degree)

    def _unreduced(self, reduced: NDArray[np.float64]) -> NDArray[np.float64]:
        name = self.metric.kernel
        if name in ("cosine", "correlation"):
            return np.minimum(0.5 * reduced, 2.0)
        if name == "haversine":
            return 2.0 * np.arcsin(np.minimum(0.5 * np.sqrt(reduced), 1.0))
        if name == "euclidean":
            return np.sqrt(reduced)
        if name != "minkowski":
            return reduced
        with np.errstate(over="ignore"):  # infinite where a root of a small p is beyond float64
            return reduced ** (1.0 / self.p)

    def shorten(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Distances of the metric as weights: what the distances of the vectors are after the last root, if any."""
        if self.metric.kernel in ("cosine", "correlation"):
            return 2.0 * values
        if self.metric.kernel == "haversine":
            return 4.0 * np.sin(0.5 * np.minimum(values, np.pi)) ** 2
        return power_of_two.divided(values, self.exponent * self.metric.degree)

    def lengthen(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Distances of the metric from weights, which may be overwritten."""
        if self.metric.kernel in ("euclidean", "minkowski"):  # roots are taken already
            return power_of_two.multiplied(weights, self.exponent)
        return self.restore(weights)


def as_vectors(X: NDArray[Any], metric: Metric, exponent: int = 0) -> Vectors | None:
    """Vectors for the rows of `X`, which the metric suits (`distances.check_suits`), over 2**exponent, which is 0 where
    the metric is of no degree; None where there are none."""
    kind = _KINDS.get(metric.kernel)
    if kind is None:
        return None
    if metric.kernel in ("cosine", "correlation"):
        X = _directions(X, metric.kernel == "correlation")
    elif metric.kernel == "haversine":
        latitude, longitude = X.astype(np.float64, copy=False).T
        X = np.column_stack(
            [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
        )
    X = power_of_two.divided(X, exponent)
    return Vectors(np.ascontiguousarray(X), kind, metric.p, metric, exponent)


def _directions(X: NDArray[Any], center: bool) -> NDArray[np.float64]:
    """Rows of length 1."""
    # By a power of two first, so that neither large nor small numbers do harm.
    _, exponent = np.frexp(np.maximum(np.abs(X.max(axis=1)), np.abs(X.min(axis=1))))
    U: NDArray[np.float64] = np.ldexp(X.astype(np.float64, copy=False), -exponent.astype(np.int32)[:, None])
    if center:
        U -= U.mean(axis=1, keepdims=True)
        U[:, :] = np.ldexp(U, -np.frexp(np.abs(U).max(axis=1))[1][:, None])
    U /= np.sqrt(np.einsum("ij,ij->i", U, U))[:, None]
    return U
