# SPDX-License-Identifier: BSD-3-Clause
"""How clusterers by density look in notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._base import charts
from .._base.charts import Chart, Line
from .._base.notebook import Card

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_BARS = 300


def with_reachability(
    card: Card, reachability: NDArray[np.float64], labels: NDArray[np.integer], ordering: NDArray[np.int64]
) -> Card:
    """The card of a fitted `OPTICS` with its rows in their order: valleys are clusters, gray is in none."""
    # A bar for each stretch of rows: the highest of them, in the color of the first.
    starts = np.unique(np.linspace(0, len(ordering), _MOST_BARS, endpoint=False).astype(np.intp))
    heights, labels = np.maximum.reduceat(reachability[ordering], starts), labels[ordering[starts]]
    finite = np.isfinite(heights)
    if not finite.any():
        return card
    heights = np.where(finite, heights, heights[finite].max())
    kinds = np.where(labels < 0, charts.GRAY, labels % charts.N_COLORS)
    places = starts.astype(np.float64) + 1
    chart = Chart(
        "reachability, the clusters in colors",
        [
            Line(places, np.where(kinds == kind, heights, np.nan), color=int(kind), are_bars=True)
            for kind in np.unique(kinds)
        ],
        along="rows in the order of OPTICS",
        size=(460, 150),
    )
    return card._replace(content=[chart.as_html()], style=charts.STYLE)
