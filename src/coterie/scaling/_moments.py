# SPDX-License-Identifier: BSD-3-Clause
"""Means and variances of columns, and how sums over rows are cut so that they have the same bits on any machine."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from .._base import power_of_two
from .._runtime import parallel
from ._kernels import columns

# Sums are kept apart in so many strips of rows at most: enough to share among threads, few enough to add up fast.
_MAX_STRIPS = 32
_STRIP = 1 << 16  # operations of a strip at least: fewer are not worth a thread


def ceil_div(a: int, b: int) -> int:
    return -(-a // b)


def strip_size(n_items: int, items_per_sum: int, item_cost: int) -> int:
    """Items of a strip, so that adding the strips up costs less than filling them. Depends on the problem alone."""
    strips = min(_MAX_STRIPS, n_items // items_per_sum, n_items * item_cost // _STRIP)
    return ceil_div(n_items, max(1, strips))


def moments(X: NDArray, n_threads: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean and variance of each column, and a bound on how far its values are from the mean.

    Infinite or not a number where squares overflow; see `scaled_moments`. One pass over `X`, C-contiguous float32 or
    float64. O(n d) time.
    """
    n, d = X.shape
    rows = strip_size(n, 8, d)
    first, second, largest = np.empty((3, ceil_div(n, rows), d))
    # From a point among the data, deviations are small even where all values are large; and as the mean of some
    # rows is near the mean of all, hardly a digit is lost by taking its square off below.
    with np.errstate(over="ignore", invalid="ignore"):
        near = X[:: ceil_div(n, 256)].mean(axis=0, dtype=np.float64)
    parallel.run(
        lambda region, slot: columns.deviation_strips(X, near, rows, first, second, largest, region, slot),
        len(first),
        n_threads,
    )
    with np.errstate(over="ignore", invalid="ignore"):
        off = first.sum(axis=0) / n
        variance = np.maximum(second.sum(axis=0) / n - off * off, 0.0)
        return near + off, variance, largest.max(axis=0) + np.abs(off)


def scaled_moments(
    X: NDArray, n_threads: int, name: str | None = None
) -> tuple[NDArray, int, tuple[NDArray[np.float64], ...]]:
    """The rows over 2**exponent, X itself where that is 0, as for nearly all data; the exponent; and their `moments`.

    Raises
    ------
    ValueError
        There is a name for X, and it holds numbers so large and others so small that squares of both don't fit into
        float64.
    """
    found = moments(X, n_threads)
    top = float((np.abs(found[0]) + found[2]).max())  # NaN where it overflows
    if X.dtype == np.float32 or (top < math.inf and power_of_two.exponent_of(top) == 0):
        return X, 0, found
    exponent = power_of_two.exponent_for(X, name=name)
    if exponent == 0:
        return X, 0, found
    X = power_of_two.divided(X, exponent)
    return X, exponent, moments(X, n_threads)
