# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

def running_maximum(children: NDArray[np.int64], own: NDArray[np.float64], most: NDArray[np.float64]) -> None: ...
def inconsistency(
    children: NDArray[np.int64],
    heights: NDArray[np.float64],
    rows: int,
    path: NDArray[np.int64],
    turn: NDArray[np.int64],
    R: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
