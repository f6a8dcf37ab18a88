# SPDX-License-Identifier: BSD-3-Clause
"""What the algorithms for minimum spanning trees return."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class SpanningTree(NamedTuple):
    """Edges that merge the same clusters, once they are sorted by height, as those of a minimum spanning tree."""

    edges: NDArray[np.int64]  # (n - 1, 2), two points each
    heights: NDArray[np.float64]  # (n - 1,), distances, in any order
