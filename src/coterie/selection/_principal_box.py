# SPDX-License-Identifier: BSD-3-Clause
"""The box that data without clusters are drawn from, to compare data with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def principal_box(X: NDArray[Any]) -> tuple[NDArray[np.float64], ...]:
    """Center, principal axes (in rows), and along each of them the range and the standard deviation of the data."""
    center = X.mean(axis=0, dtype=np.float64)
    centered = X - center
    if X.shape[1] <= len(X):
        axes = np.linalg.eigh(centered.T @ centered)[1].T
    else:
        axes = np.linalg.svd(centered, full_matrices=False)[2]
    places = centered @ axes.T
    return center, axes, places.min(axis=0), places.max(axis=0), places.std(axis=0)
