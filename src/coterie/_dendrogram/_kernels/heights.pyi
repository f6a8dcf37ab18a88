# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

def running_maximum(children: NDArray[np.int64], own: NDArray[np.float64], most: NDArray[np.float64]) -> None: ...
def inconsistency(
    children: NDArray[np.int64],
    heights: NDArray[np.float64],
    path: NDArray[np.int64],
    turn: NDArray[np.int64],
    R: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def pair_heights(
    children: NDArray[np.int64],
    heights: NDArray[np.float64],
    size: NDArray[np.int64],
    first: NDArray[np.int64],
    parent: NDArray[np.int64],
    row: NDArray[np.float64],
    out: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def joint_moments(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    x_mean: float,
    y_mean: float,
    sums: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
