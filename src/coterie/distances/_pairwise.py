# SPDX-License-Identifier: BSD-3-Clause
"""Distances between rows, block by block; nothing is checked. Used by `pdist` and `cdist`, and by algorithms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from .._base import power_of_two
from .._base.arrays import as_doubles
from .._base.wording import shown
from .._runtime import parallel, progress
from .._runtime.thresholds import thresholds
from ._gower import lay_out
from ._kernels import pairwise
from ._metrics import Metric

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Prepared: TypeAlias = pairwise.Points | NDArray[Any]  # rows in tiles, or as they are

_BLOCK_NUMBERS = 1 << 15  # in the columns of a block: 256 kB, so that they stay in the cache
_BLOCK_COLUMNS = 2048
_TILE = pairwise.TILE


def prepare(X: NDArray[Any], metric: Metric, n_threads: int) -> Prepared:
    """Lay rows out in tiles for `fill_rectangle`: a copy in float64. For a callable, return `X` itself."""
    return X if metric.function is not None else _in_tiles(X, metric, n_threads)


def _in_tiles(X: NDArray[Any], metric: Metric, n_threads: int) -> pairwise.Points:
    columns = None
    if metric.columns is not None:
        layout = metric.columns.layout()
        X, columns = lay_out(X, layout), layout.constants
    n, d = X.shape
    kind = pairwise.KINDS[metric.kernel]
    n_tiles = max(1, -(-n // _TILE))
    tiles = np.empty((n_tiles, pairwise.numbers_per_point(d, kind), _TILE))
    missing = metric.passes_missing and power_of_two.magnitude(X) == np.inf
    points = pairwise.Points(tiles, n, d, kind, metric.p, missing, columns)
    cost = _TILE * (d + 1)  # nanoseconds of a tile
    parallel.over(
        n_tiles, parallel.chunk(cost), parallel.threads_for(cost * n_tiles, n_threads), pairwise.pack, X, points
    )
    return points


def fill_rectangle(X: Prepared, Y: Prepared, metric: Metric, n_threads: int, out: NDArray[np.float64]) -> None:
    """Write the distance of each row of `X` to each row of `Y` to `out`; nothing is checked.

    `X` and `Y` are float32 or float64, C-ordered, or what `prepare` made of such arrays.
    """
    if metric.function is not None:
        # `prepare` leaves rows as they are for functions.
        _call_rectangle(metric.function, cast("NDArray[Any]", X), cast("NDArray[Any]", Y), out)
        return
    one = X if isinstance(X, pairwise.Points) else _in_tiles(X, metric, n_threads)
    many = one if Y is X else Y if isinstance(Y, pairwise.Points) else _in_tiles(Y, metric, n_threads)
    _fill(pairwise.rectangle, (one, many), metric, n_threads, out)


def fill_condensed(X: NDArray[Any], metric: Metric, n_threads: int, out: NDArray[np.float64]) -> None:
    """Write the distances of all pairs of rows to `out`, condensed; nothing is checked."""
    if metric.function is not None:
        _call_condensed(metric.function, X, out)
        return
    _fill(pairwise.condensed, (_in_tiles(X, metric, n_threads),), metric, n_threads, out)


def _fill(
    kernel: Callable[..., None],
    points: tuple[pairwise.Points, ...],
    metric: Metric,
    n_threads: int,
    out: NDArray[np.float64],
) -> None:
    """Fill `out` block by block with the distances of the first points to the last ones."""
    one, many = points[0], points[-1]
    rows = (
        thresholds.distance_rows if metric.cost < 10 else thresholds.distance_rows // 4
    )  # a block takes a few milliseconds
    columns = min(_BLOCK_COLUMNS, max(2, _BLOCK_NUMBERS // (_TILE * max(one.d, 1))) * _TILE)
    n_blocks = -(-one.n // rows) * -(-many.n // columns)
    n_threads = parallel.threads_for(out.size * max(one.d, 4) * metric.cost, n_threads)
    parallel.over_in_steps("distances", n_blocks, n_blocks, 1, n_threads, kernel, *points, rows, columns, out)


def _call_rectangle(
    function: Callable[..., object], X: NDArray[Any], Y: NDArray[Any], out: NDArray[np.float64]
) -> None:
    for i, x in enumerate(X):
        progress.report("distances", i, len(X))
        for j, y in enumerate(Y):
            out[i, j] = as_distance(function(x, y))


def as_distance(value: Any) -> float:
    """What a function of two rows returned; an array with one number counts as that number."""
    if type(value) is float or type(value) is np.float64:
        return value
    number = as_doubles(value, name="metric(x, y)")
    if number.size != 1:
        raise ValueError(f"The metric must return a number. Got {shown(value)}.")
    return number.item()


def _call_condensed(function: Callable[..., object], X: NDArray[Any], out: NDArray[np.float64]) -> None:
    at = 0
    for i, x in enumerate(X):
        progress.report("distances", at, len(out))
        for y in X[i + 1 :]:
            out[at] = as_distance(function(x, y))
            at += 1
