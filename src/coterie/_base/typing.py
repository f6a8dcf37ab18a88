# SPDX-License-Identifier: BSD-3-Clause
"""Types that only type checkers look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy import typing as npt

    # Data as users pass them. Rows of values of several types are tables; what needs numbers says so when it is called.
    ArrayLike: TypeAlias = npt.ArrayLike | Sequence[Sequence[object]]

    class FigureAxes(Axes):
        """Axes right on a figure, so that ``.figure.savefig`` is known: what functions return that draw.

        They return axes of a subfigure only where the caller passes such.
        """

        figure: Figure
