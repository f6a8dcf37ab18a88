# SPDX-License-Identifier: BSD-3-Clause
"""Clusters that are still to be merged, with the distances between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..distances._condensed import row_start

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Clusters(NamedTuple):
    """The clusters that are left at some point of a linkage."""

    distances: NDArray[np.float64]  # (n (n - 1) / 2,), condensed: row i holds those to all j > i
    size: NDArray[np.float64]  # (n,), points of each cluster
    name: NDArray[np.int64]  # (n,), one of its points
    ours: bool  # distances may be written over


def row_starts(n: int) -> NDArray[np.int64]:
    """Where the rows of condensed distances of n clusters start, and where the last one ends."""
    return np.minimum(row_start(n, np.arange(n + 1, dtype=np.int64)), n * (n - 1) // 2)
