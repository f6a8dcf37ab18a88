# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region
from .dbscan_cells import Cells

def join_within_cells(
    cells: Cells,
    core: NDArray[np.uint8],
    work: NDArray[np.float64],
    parent: NDArray[np.int64],
    joined: NDArray[np.uint8],
    region: Region,
    slot: int,
) -> None: ...
def join_between_cells(
    cells: Cells,
    core: NDArray[np.uint8],
    work: NDArray[np.float64],
    parent: NDArray[np.int64],
    joined: NDArray[np.uint8],
    region: Region,
    slot: int,
) -> None: ...
