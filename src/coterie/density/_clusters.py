# SPDX-License-Identifier: BSD-3-Clause
"""What each way to DBSCAN's clusters returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Clusters(NamedTuple):
    """Labels and core points.

    Attributes
    ----------
    labels : ndarray of shape (n,), int64
        Clusters are numbered by their lowest core row. A border row has the lowest number of a core row within the
        radius. -1 is noise.
    is_core : ndarray of shape (n,), bool
    """

    labels: NDArray[np.int64]
    is_core: NDArray[np.bool_]
