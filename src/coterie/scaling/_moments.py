# SPDX-License-Identifier: BSD-3-Clause
"""Means and variances of columns, in one parallel pass."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import power_of_two
from .._runtime import parallel
from .._runtime.spaces import APART
from .._runtime.strips import ceil_div, strip_size
from ._kernels import columns

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Moments(NamedTuple):
    """Of each column, (d,). Infinite or not a number where squares overflow."""

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]
    reach: NDArray[np.float64]  # how far values are from the mean, at most


class ScaledMoments(NamedTuple):
    """Rows over a power of two that lets their squares be added up, and their moments."""

    X: NDArray[Any]  # the caller's array where the exponent is 0, as for nearly all data
    exponent: int  # X is the caller's data over 2**exponent
    moments: Moments


def _moments(X: NDArray[Any], n_threads: int) -> tuple[Moments, float]:
    """Moments of `X`, C-contiguous float32 or float64, and how far from 0 its numbers are, at most; NaN where that
    overflows. One pass, O(n d) time."""
    n, d = X.shape
    rows = strip_size(n, 8, d)
    strips = np.empty((3, ceil_div(n, rows), d + APART))
    # From a point among the data, deviations are small even where all values are large; and as the mean of some
    # rows is near the mean of all, hardly a digit is lost by taking its square off below.
    some = X[:: ceil_div(n, 256)]
    with np.errstate(over="ignore", invalid="ignore"):
        near = np.add.reduce(some, axis=0, dtype=np.float64) / len(some)
    parallel.over(n, rows, n_threads, columns.deviation_strips, X, near, *strips)
    with np.errstate(over="ignore", invalid="ignore"):
        totals = np.add.reduce(strips[:2], axis=1)
    found = Moments(*np.empty((3, d)))
    return found, columns.join_strips(totals, strips[2], near, n, *found)


def scaled_moments(X: NDArray[Any], n_threads: int, name: str | None = None) -> ScaledMoments:
    """`X`, over a power of two where its squares would overflow or vanish, and its moments.

    Raises
    ------
    ValueError
        There is a name for X, and it holds numbers so large and others so small that squares of both don't fit into
        float64.
    """
    found, top = _moments(X, n_threads)
    if X.dtype == np.float32 or (top < math.inf and power_of_two.exponent_of(top) == 0):
        return ScaledMoments(X, 0, found)
    exponent = power_of_two.exponent_for(X, name=name)
    if exponent == 0:
        return ScaledMoments(X, 0, found)
    X = power_of_two.divided(X, exponent)
    return ScaledMoments(X, exponent, _moments(X, n_threads)[0])
