# SPDX-License-Identifier: BSD-3-Clause
"""Condensed matrices: their size, where a row begins, and scipy's `squareform`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.arrays import as_array, for_kernels
from .._base.parameters import check_parameters, one_of
from .._runtime import memory, parallel, threads
from ._kernels import condensed

if TYPE_CHECKING:
    from typing import TypeVar

    from numpy.typing import NDArray

    from .._base.typing import ArrayLike

    _Row = TypeVar("_Row", int, NDArray[np.int64])

_MOVED_ROWS = 128  # of a chunk
_BITS: dict[int, type[np.unsignedinteger[Any]]] = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


def check_condensed(y: NDArray[Any], name: str = "y") -> int:
    """Number of points of a condensed matrix.

    Raises
    ------
    ValueError
        `y` is not one-dimensional, or there is no n such that its length is n (n - 1) / 2.
    """
    if y.ndim != 1:
        raise ValueError(f"Condensed distance matrix '{name}' must have shape=1 (i.e. be one-dimensional).")
    n = _n_points(len(y))
    if n is None:
        raise ValueError(
            f"Length n of condensed distance matrix '{name}' must be a binomial coefficient, "
            "i.e. there must be a k such that (k \\choose 2)=n)!"
        )
    return n


def squareform(X: ArrayLike, force: str = "no", checks: bool = True) -> NDArray[Any]:
    """Turn a condensed matrix into a square one, or a square one into a condensed one, like scipy's `squareform`.

    Parameters
    ----------
    X : array-like of shape (n * (n - 1) / 2,) or (n, n)
        Distances of any type; not modified.
    force : {"no", "tomatrix", "tovector"}, default="no"
        "tomatrix" requires a condensed `X`, and "tovector" a square one.
    checks : bool, default=True
        Whether to check that a square matrix is symmetric and has a diagonal of zeros. With False, its lower triangle
        and its diagonal are ignored.

    Returns
    -------
    ndarray of shape (n, n) or (n * (n - 1) / 2,)
        A new array of the same type as `X`.

    Raises
    ------
    ValueError
        `X` has another shape, is not symmetric, or has a diagonal that is not zero; or `force` is unknown.
    MemoryError
        The result would not fit into memory; nothing was allocated.

    Examples
    --------
    >>> from coterie.distances import squareform
    >>> squareform([1.0, 2.0, 3.0])
    array([[0., 1., 2.],
           [1., 0., 3.],
           [2., 3., 0.]])
    >>> squareform(squareform([1.0, 2.0, 3.0]))
    array([1., 2., 3.])
    """
    X = for_kernels(as_array(X))  # a number becomes a vector of one, as in scipy
    way = force.lower() if isinstance(force, str) else force
    check_parameters("squareform", {"force": (one_of("no", "tomatrix", "tovector"),)}, {"force": way})
    if way == "tomatrix" and X.ndim != 1:
        raise ValueError("Forcing 'tomatrix' but input X is not a distance vector.")
    if way == "tovector" and X.ndim != 2:
        raise ValueError("Forcing 'tovector' but input X is not a distance matrix.")
    if X.ndim == 1:
        return _to_square(X, threads.get_num_threads())
    if X.ndim == 2:
        return _to_condensed(X, checks, threads.get_num_threads())
    raise ValueError(
        f"The first argument must be one or two dimensional array. A {X.ndim}-dimensional array is not permitted"
    )


def _to_square(y: NDArray[Any], n_threads: int) -> NDArray[Any]:
    n = _n_points(len(y))
    if n is None:
        raise ValueError(
            "Incompatible vector size. It must be a binomial coefficient n choose 2 for some integer n >= 2."
        )
    memory.require(y.itemsize * n * n, f"A square matrix of {n:,} rows", "The condensed matrix holds the same.")
    as_bits = _BITS.get(y.itemsize) if y.dtype.kind != "O" else None
    if as_bits is None:
        square = np.zeros((n, n), y.dtype)
        for i in range(n):
            start = row_start(n, i)
            square[i, i + 1 :] = square[i + 1 :, i] = y[start : start + n - i - 1]
        return square
    square = np.empty((n, n), y.dtype)
    _move(condensed.to_square, y.view(as_bits), square.view(as_bits), n, n_threads)
    return square


def _to_condensed(square: NDArray[Any], checks: bool, n_threads: int) -> NDArray[Any]:
    n = len(square)
    if square.shape != (n, n):
        raise ValueError("The matrix argument must be square.")
    if checks:
        for i in range(0, n, 256):  # block by block: no copy of the matrix
            if not (square[i : i + 256, i:] == square[i:, i : i + 256].T).all():
                raise ValueError("Distance matrix 'X' must be symmetric.")
        if (square.diagonal() != np.zeros((), square.dtype)).any():  # which is 0 for times, too
            raise ValueError("Distance matrix 'X' diagonal must be zero.")
    size = n * (n - 1) // 2
    memory.require(square.itemsize * size, f"A condensed matrix of {n:,} points", "The square matrix holds the same.")
    y = np.empty(size, square.dtype)
    as_bits = _BITS.get(y.itemsize) if y.dtype.kind != "O" else None
    if as_bits is None:
        for i in range(n):
            start = row_start(n, i)
            y[start : start + n - i - 1] = square[i, i + 1 :]
    elif size:
        _move(condensed.to_condensed, square.view(as_bits), y.view(as_bits), n - 1, n_threads)
    return y


def _n_points(size: int) -> int | None:
    """The n for which n (n - 1) / 2 is `size`, if there is one."""
    n = (1 + math.isqrt(1 + 8 * size)) // 2
    return n if n * (n - 1) // 2 == size else None


def row_start(n: int, i: _Row) -> _Row:
    """Where row i (or each of some rows) begins in a condensed matrix of n points: with the pair (i, i + 1)."""
    return i * n - i * (i + 1) // 2


def _move(kernel: Callable[..., None], given: NDArray[Any], to: NDArray[Any], n_rows: int, n_threads: int) -> None:
    n_threads = parallel.threads_for(0.3 * n_rows**2, n_threads)  # nanoseconds of a pair
    parallel.over(n_rows, _MOVED_ROWS, n_threads, kernel, given, to)
