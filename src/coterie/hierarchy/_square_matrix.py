# SPDX-License-Identifier: BSD-3-Clause
"""Distances between all rows as a square matrix: given, or from a metric."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from .. import distances
from .._base import power_of_two
from .._base.arrays import as_doubles
from .._runtime import memory
from ..distances._metrics import check_suits, is_precomputed, safe_exponent
from ..distances._pairwise import fill_rectangle

if TYPE_CHECKING:
    from numpy.typing import NDArray


def takes_all_rows(metric: object) -> TypeGuard[Callable[..., Any]]:
    """Is this a function of all rows that returns the matrix, as scikit-learn has it, rather than one of two rows?"""
    if not callable(metric):
        return False
    try:
        inspect.signature(metric).bind(None)
    except TypeError:
        return False
    except ValueError:  # nothing is known of its arguments
        return True
    return True


def matrix_of(metric: Callable[..., Any], X: NDArray[np.floating]) -> NDArray[np.float64]:
    """What a function of all rows returns, checked: a square matrix."""
    matrix = as_doubles(metric(X), name="affinity")
    if matrix.shape != (len(X), len(X)):
        raise ValueError(
            f"The metric should return a square matrix of {len(X)} rows, got one of shape {matrix.shape}. "
            "A function of two rows must require two arguments."
        )
    return matrix


def square_matrix(
    X: NDArray[np.floating], metric: str | Callable[..., object] | distances.Metric, n_threads: int
) -> tuple[NDArray[np.float64], int]:
    """The distances between all rows, divided by a power of two, and its exponent.

    A matrix that is given is copied only where its numbers are too large or too small to be added up.
    """
    n = len(X)
    precomputed = is_precomputed(metric)
    given = precomputed and X.dtype == np.float64
    memory.require(
        8 * n * n // 3 if given else 32 * n * n // 3,
        f"The distances between {n:,} rows",
        "Cluster a sample of the rows, or use AgglomerativeClustering, whose linkages 'ward' and 'single' "
        "do not hold them.",
    )
    if precomputed:
        return _in_range(_as_distances(X.astype(np.float64, copy=False)))
    if takes_all_rows(metric):
        return _in_range(_as_distances(matrix_of(metric, X)))
    metric = distances.as_metric(metric)
    check_suits(X, metric)
    if metric.function is not None:  # it may not be symmetric, and is slow
        return _in_range(_as_distances(distances.squareform(distances.pdist(X, metric, n_jobs=n_threads))))
    matrix = np.empty((n, n))
    exponent = safe_exponent(metric, X, name="X")
    X = power_of_two.divided(X, exponent)
    fill_rectangle(X, X, metric, n_threads, matrix)
    return matrix, exponent * metric.degree


def _in_range(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], int]:
    exponent = power_of_two.exponent_for(matrix, power=1.0)
    return power_of_two.divided(matrix, exponent), exponent


def _as_distances(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """A given matrix, checked: not negative, symmetric with a zero diagonal but for rounding, which is taken off."""
    n, exact = len(matrix), True
    slack = 1e-8 * max(0.0, float(matrix.max()))
    for start in range(0, n, 512):
        for left in range(start, n, 512):
            here = matrix[start : start + 512, left : left + 512]
            there = matrix[left : left + 512, start : start + 512].T
            if left == start and (off := np.abs(here.diagonal())).max() > 0:
                exact = False
                if off.max() > slack:
                    raise ValueError(
                        "The diagonal of a distance matrix must be zero. "
                        f"First not zero at row {start + int((off > slack).argmax())}."
                    )
            if not np.array_equal(here, there):
                exact = False
                bad = ~(np.abs(here - there) <= slack)
                if bad.any():
                    i, j = np.unravel_index(bad.argmax(), bad.shape)
                    raise ValueError(
                        f"A distance matrix must be symmetric. Not so at row {start + int(i)}, column {left + int(j)}."
                    )
            if here.min() < 0:
                exact = False
                if here.min() < -slack:
                    i, j = np.unravel_index((here < -slack).argmax(), here.shape)
                    raise ValueError(
                        f"Distances must not be negative. First at row {start + int(i)}, column {left + int(j)}."
                    )
    if exact:
        return matrix
    memory.require(
        16 * n * n,
        f"Taking the rounding errors off a matrix of {n:,} rows",
        "A matrix that is exactly symmetric, with a zero diagonal, is used as it is.",
    )
    clean = np.triu(matrix, 1)
    np.maximum(clean, 0.0, out=clean)
    clean += clean.T
    return clean
