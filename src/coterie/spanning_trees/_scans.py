# SPDX-License-Identifier: BSD-3-Clause
"""Scans of condensed distances by several threads: the nearest neighbor of each point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._runtime import parallel
from ._kernels import scans

if TYPE_CHECKING:
    from numpy.typing import NDArray

_READ = 0.5  # nanoseconds to read one of many numbers


def nearest_neighbors(
    distances: NDArray[np.float64], n: int, n_threads: int, method: str
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distance to the nearest neighbor of each of `n` points, and which one that is: the lowest on a tie.

    Raises
    ------
    ValueError
        A point has no neighbor at a finite distance; `method` is the linkage in the message.
    """
    least, nearest = np.full((n_threads, n), np.inf), np.zeros((n_threads, n), np.int64)
    row = 2 * n * _READ  # each number is compared twice
    n_threads = parallel.threads_for((n - 1) * row, n_threads)
    parallel.over(n - 1, parallel.chunk(row), n_threads, scans.nearest_neighbors, distances, least, nearest)
    return join_slots(least, nearest, method)


def join_slots(
    least: NDArray[np.float64], nearest: NDArray[np.int64], method: str
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The nearest neighbors of all points, from what each thread saw; raises as `nearest_neighbors`."""
    scans.join_slots(least, nearest)
    if least.shape[1] > 1 and not least[0].max() < np.inf:
        raise no_neighbor(method)
    return least[0], nearest[0]


def no_neighbor(method: str) -> ValueError:
    """The error of a cluster that has no nearest one."""
    return ValueError(
        f"The distances are too large for {method} linkage: those of a cluster to all others are NaN or "
        "infinite. Divide the data by some number."
    )
