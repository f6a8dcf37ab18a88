# SPDX-License-Identifier: BSD-3-Clause
"""Types that only type checkers look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    class FigureAxes(Axes):
        """Axes right on a figure, so that ``.figure.savefig`` is known: what functions return that draw.

        They return axes of a subfigure only where the caller passes such.
        """

        figure: Figure
