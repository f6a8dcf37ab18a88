# SPDX-License-Identifier: BSD-3-Clause
"""What all pictures have in common: colours, markers, the figure."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

#: Twelve colours that stay apart in any kind of colour vision: six of Okabe and Ito (2008), six chosen to be far from
#: those and each other under simulated colour blindness. More clusters start again.
PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9",
           "#8800FF", "#444400", "#882244", "#8866FF", "#662266", "#4422AA")

MARKERS = "osD^vPXp<>*h"
NOISE = "#999999"  # what is in no cluster
QUIET = "#555555"  # notes and lines that belong to no cluster


def new_axes(**figure: object) -> Axes:
    """Axes in a figure of their own, which notebooks and windows show."""
    import matplotlib.pyplot as plt

    return plt.figure(layout="constrained", **figure).add_subplot()


def color_of(label: int) -> str:
    return PALETTE[label % len(PALETTE)] if label >= 0 else NOISE


def marker_of(label: int) -> str:
    return MARKERS[(label + label // len(PALETTE)) % len(MARKERS)]  # another one where colours start again


def rgb_of(label: int) -> NDArray[np.float64]:
    color = color_of(label)
    return np.array([int(color[i:i + 2], 16) for i in (1, 3, 5)]) / 255
