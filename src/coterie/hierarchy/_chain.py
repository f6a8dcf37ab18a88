# SPDX-License-Identifier: BSD-3-Clause
"""Nearest-neighbor chain: merges few clusters through their full matrix (complete, average, weighted, ward)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..spanning_trees._matrix import room_for_square
from ..spanning_trees._scans import no_neighbor
from ._kernels import chain
from ._methods import METHODS

if TYPE_CHECKING:
    from .._dendrogram.merges import Merges
    from ._clusters import Clusters


def merge_by_chain(method: str, clusters: Clusters, merges: Merges) -> None:
    """Merge clusters until one is left."""
    n = len(clusters.size)
    rest = slice(merges.done, merges.done + n - 1)
    if not chain.merge_chain(
        METHODS[method],
        clusters.distances,
        room_for_square(n),
        clusters.size.copy(),
        clusters.name,
        np.empty(n),
        np.empty(n + 1, np.int64),
        merges.pairs[rest],
        merges.heights[rest],
    ):
        raise no_neighbor(method)
    merges.advance(n - 1)
