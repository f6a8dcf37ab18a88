# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

def choose_shown(
    children: NDArray[np.int64],
    limit: int,
    deepest: int,
    level: NDArray[np.int64],
    inside: NDArray[np.int64],
    width: NDArray[np.int64],
) -> None: ...
def place_links(
    children: NDArray[np.int64],
    heights: NDArray[np.float64],
    width: NDArray[np.int64],
    first: NDArray[np.int64],
    done: NDArray[np.int64],
    position: NDArray[np.float64],
    leaves: NDArray[np.int64],
    links: NDArray[np.int64],
    between: NDArray[np.int64],
    link_of: NDArray[np.int64],
    corners: NDArray[np.float64],
) -> None: ...
def color_links(heights: NDArray[np.float64], threshold: float, color: NDArray[np.int64]) -> None: ...
