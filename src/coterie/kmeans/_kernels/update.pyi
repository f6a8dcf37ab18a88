# SPDX-License-Identifier: BSD-3-Clause
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

def sum_by_label(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    shift: NDArray[np.float64],
    labels: NDArray[np.int32],
    sums: NDArray[np.float64],
    weights: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def add_strips(sums: NDArray[np.float64], weights: NDArray[np.float64]) -> int: ...
def move_centers(
    sums: NDArray[np.float64],
    weights: NDArray[np.float64],
    shift: NDArray[np.float64],
    scale: float,
    centers: NDArray[np.float64],
    moved: NDArray[np.float64],
    loss: NDArray[np.float32],
) -> float: ...
