# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

def add_strips(sums: NDArray[np.float64], weights: NDArray[np.float64]) -> None: ...
def move_centers(
    sums: NDArray[np.float64],
    weights: NDArray[np.float64],
    shift: NDArray[np.float64],
    scale: float,
    centers: NDArray[np.float64],
    moved: NDArray[np.float64],
    loss: NDArray[np.float32],
) -> float: ...
