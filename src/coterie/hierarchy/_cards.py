# SPDX-License-Identifier: BSD-3-Clause
"""How clusterers by trees look in notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._base import charts
from .._base.charts import Chart, Line
from .._base.notebook import Card
from .._dendrogram.drawing import dendrogram

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_LEAVES = 40


def with_tree(card: Card, Z: NDArray[np.float64], n_clusters: int) -> Card:
    """The card of a fitted clusterer with the top of its tree, and where that was cut."""
    drawn = dendrogram(Z, p=_MOST_LEAVES, truncate_mode="lastp", no_plot=True)
    # Brackets, each as a line of its own: a gap ends it.
    x, y = (np.pad(np.array(drawn[key]), ((0, 0), (0, 1)), mode="edge") for key in ("icoord", "dcoord"))
    y[:, -1] = np.nan
    if not np.isfinite(y).any():
        return card
    title = "the tree" if len(Z) < _MOST_LEAVES else f"the last {_MOST_LEAVES - 1} merges in the tree"
    below, above = np.append(0.0, Z[:, 2])[len(Z) + 1 - n_clusters :][:2] if n_clusters > 1 else (0.0, 0.0)
    level = None
    if below < above < np.inf:
        level = ((below + above) / 2, "")
        title += f"; the dashed line cuts it into {n_clusters:,} clusters"
    chart = Chart(title, [Line(x.ravel(), y.ravel(), has_dots=False)], names=[], level=level, size=(460, 170))
    return card._replace(content=[chart.as_html()], style=charts.STYLE)
