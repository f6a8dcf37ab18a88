# SPDX-License-Identifier: BSD-3-Clause
"""Rows in a few directions, and the lengths of the rest: bounds of their distances (_kernels/tail.pyx)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._runtime import parallel
from .._runtime.strips import ceil_div
from .._runtime.thresholds import thresholds
from ._data import OPERATIONS
from ._kernels import tail

if TYPE_CHECKING:
    from numpy.typing import NDArray

PANEL = tail.PANEL_COLUMNS
_SAMPLE = 1024  # rows, about, in which directions are looked for
_ROUNDS = 3  # of the iteration that finds them


def find_axes(
    X: NDArray[Any], shift: NDArray[np.float64], scale: float, most: int, n_threads: int
) -> NDArray[np.float64]:
    """Orthonormal directions (m, d) in which the rows vary most, about, the most important ones first.

    As many as the largest of `thresholds.wide_sizes` needs that is at most `most`; or none. Only speed depends on which
    directions they are.
    """
    n, d = X.shape
    size = max((size for size in thresholds.wide_sizes if size <= min(most, d)), default=1)
    if size == 1:
        return np.empty((0, d))
    sample = shifted(X[:: max(1, n // _SAMPLE)], shift, scale)
    across = np.ascontiguousarray(sample.T)
    axes = np.random.default_rng(0).standard_normal((size - 1, d))
    for _ in range(_ROUNDS):
        tail.orthonormalize(axes)
        found = multiply(across, multiply(sample, axes.T.astype(np.float32), n_threads), n_threads)
        axes = np.ascontiguousarray(found.T, dtype=np.float64)
    tail.orthonormalize(axes)
    return axes


def make_tail(
    X: NDArray[Any], axes: NDArray[np.float64], shift: NDArray[np.float64], scale: float, n_threads: int
) -> tail.Tail:
    """The rows in these directions, one less than a multiple of `PANEL`, and the lengths of the rest."""
    n, d = X.shape
    size = len(axes) + 1
    columns = packed(np.append(axes, np.zeros((1, d)), axis=0).T.astype(np.float32))
    numbers, about = np.empty((n, size), np.int16), np.empty((n, 2), np.float32)
    out = tail.Tail(columns, shift, scale, numbers, about, np.empty(n, np.float32))
    rows = parallel.chunk(d * size / OPERATIONS, tail.ROWS)
    slots = max(1, min(n_threads, ceil_div(n, rows)))
    work = np.empty((slots, tail.ROWS * (ceil_div(d, PANEL) * PANEL + size)), np.float32)
    parallel.over(n, rows, n_threads, tail.project_rows, X, out, work)
    return out


def shifted(X: NDArray[Any], shift: NDArray[np.float64], scale: float) -> NDArray[np.float32]:
    """Some rows as the fast arithmetic sees them."""
    return np.ascontiguousarray((X - shift) * scale, dtype=np.float32)


def multiply(a: NDArray[np.float32], b: NDArray[np.float32], n_threads: int) -> NDArray[np.float32]:
    """The product of a C-ordered matrix with another one."""
    columns = packed(b)
    out = np.empty((len(a), len(columns) * PANEL), np.float32)
    rows = parallel.chunk(a.shape[1] * out.shape[1] / OPERATIONS, tail.ROWS)
    parallel.over(len(a), rows, n_threads, tail.multiply, a, columns, out)
    return np.ascontiguousarray(out[:, : b.shape[1]])


def packed(columns: NDArray[Any]) -> NDArray[Any]:
    """Columns (d, m) as `product` takes them: (panels, d, PANEL), with zeros in place of missing ones."""
    d, m = columns.shape
    n_panels = ceil_div(m, PANEL)
    padded = np.zeros((d, n_panels * PANEL), columns.dtype)
    padded[:, :m] = columns
    return np.ascontiguousarray(padded.reshape(d, n_panels, PANEL).transpose(1, 0, 2))
