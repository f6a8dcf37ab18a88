# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

def find_exact(D: NDArray[np.floating], exact: NDArray[np.uint8], region: Region, slot: int) -> None: ...
def grow_tree(
    D: NDArray[np.floating],
    exact: bool,
    core: NDArray[np.float64],
    row: NDArray[np.float64],
    least: NDArray[np.float64],
    to: NDArray[np.int64],
    inside: NDArray[np.float64],
    edges: NDArray[np.int64],
    weights: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
