# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region
from .dbscan_cells import Cells

def label_borders(
    cells: Cells,
    core: NDArray[np.uint8],
    joined: NDArray[np.uint8],
    parent: NDArray[np.int64],
    number: NDArray[np.int64],
    work: NDArray[np.float64],
    labels: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
