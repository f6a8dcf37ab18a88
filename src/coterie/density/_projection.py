# SPDX-License-Identifier: BSD-3-Clause
"""Which rows are within a radius where rows have many features: a k-d tree of a projection.

A projection to a few orthonormal directions makes no distance longer: rows that are out of reach in it are out of
reach. All others are compared as rows.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._runtime import parallel
from .._runtime.thresholds import thresholds
from ..neighbors import _kd_tree
from ..neighbors._kernels import kd_tree, leaf_search

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..neighbors._vectors import Vectors

_SAMPLE = 4096  # rows, about, from which the directions are found
_LEAF = 64  # points of a leaf, at most
_PROJECTED = 1 << 14  # numbers that are projected at once
_ROUNDING = 1e-9  # far more than a projection is off by, relative to the longest row
_SINGLE_LEAST, _SINGLE_MOST = 1e-28, 1e34  # squared radii that float32 can be compared with


def search(vectors: Vectors, bound: float, n_threads: int) -> leaf_search.Search:
    """What is searched: a tree of the vectors, or of a projection of those with many features.

    Parameters
    ----------
    vectors : Vectors
        At least one row.
    bound : float
        Reduced radius, finite.
    n_threads : int
        The result does not depend on it.
    """
    X = vectors.X
    if vectors.kind == kd_tree.EUCLIDEAN and X.shape[1] >= thresholds.projected_features:
        projection = _project(X)
        if 0 < projection.longest < math.inf:
            # Orthonormal directions make no distance longer, except for rounding.
            at_most = (math.sqrt(bound) * (1.0 + _ROUNDING) + projection.longest * _ROUNDING) ** 2
            tree = _kd_tree.build(vectors._replace(X=projection.coordinates), n_threads, _LEAF)
            projected = leaf_search.Search(tree, at_most)
            _hold_rows(projected, X, bound, projection.center, projection.longest, n_threads)
            return projected
    return leaf_search.Search(_kd_tree.build(vectors, n_threads), bound)


class _Projection(NamedTuple):
    coordinates: NDArray[np.float64]  # (n, directions)
    center: NDArray[np.float64]  # (d,), where the directions begin
    longest: float  # distance of the farthest row from there; infinite where coordinates are


def _project(X: NDArray[np.floating]) -> _Projection:
    """Project rows to the directions in which they vary most, about. Only speed depends on which directions."""
    n, d = X.shape
    sample = X[:: max(1, n // _SAMPLE)].astype(np.float64)
    center = sample.mean(axis=0)
    sample -= center
    sample *= 1.0 / max(np.abs(sample).max(), np.finfo(np.float64).tiny)
    directions = np.random.default_rng(0).standard_normal((d, min(d, thresholds.projected_directions)))
    for _ in range(3):
        directions = np.linalg.qr(sample.T @ (sample @ directions))[0]
    coordinates = np.empty((n, directions.shape[1]))
    longest = 0.0
    block = max(1, _PROJECTED // d)
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, n, block):
            rows = X[start : start + block] - center
            coordinates[start : start + block] = rows @ directions
            longest = max(longest, float(np.einsum("ij,ij->i", rows, rows).max()))
    return _Projection(coordinates, center, math.sqrt(longest) if np.isfinite(coordinates).all() else math.inf)


def _hold_rows(
    search: leaf_search.Search,
    X: NDArray[np.floating],
    bound: float,
    center: NDArray[np.float64],
    longest: float,
    n_threads: int,
) -> None:
    """Let the search compare rows, in three ways, each for what the one before leaves in doubt: between tiles in
    float32, between rows as they are, feature by feature in float64."""
    d = X.shape[1]
    tree = search.tree
    tile_of = np.full(len(tree.nodes), -1, np.int64)
    tiles = np.empty(leaf_search.place_tiles(tree, d, tile_of), np.float32)
    leaves = np.flatnonzero(tile_of >= 0)
    scale = 1.0 / longest
    parallel.over(len(leaves), 1, n_threads, leaf_search.fill_tiles, tree, X, center, scale, leaves, tile_of, tiles)

    # Terms of a sum are rounded, squared, added: each of the d steps is off by one unit of the last place at most.
    steps = 4 * (d + 16)
    error = steps * float(np.finfo(X.dtype).eps)
    least, most = bound * (1.0 - error), bound * (1.0 + error)
    if X.dtype == np.float32 and not _SINGLE_LEAST < bound < _SINGLE_MOST:
        least, most = -1.0, math.inf
    unit = float(np.finfo(np.float32).eps)
    reach = math.sqrt(bound) * scale
    low = max(0.0, reach - 4 * unit) ** 2 * (1.0 - steps * unit) - 1e-30  # rows are at most 1 long, each rounded
    high = min((reach + 4 * unit) ** 2 * (1.0 + steps * unit) + 1e-30, _SINGLE_MOST)
    product = (2 * d + 32) * unit  # products of rows are at most 1, and so are the norms
    search.hold_rows(X, bound, least, most, tiles, tile_of, center, scale, low, high, low - product, high + product)
