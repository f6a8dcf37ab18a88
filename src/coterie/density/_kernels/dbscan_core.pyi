# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region
from .dbscan_cells import Cells

def find_dense(cells: Cells, weight: NDArray[np.float64], enough: int, dense: NDArray[np.uint8]) -> None: ...
def find_core(
    cells: Cells,
    weight: NDArray[np.float64],
    may_stop: bool,
    dense: NDArray[np.uint8],
    enough: int,
    work: NDArray[np.float64],
    core: NDArray[np.uint8],
    region: Region,
    slot: int,
) -> None: ...
def count_pairs(cells: Cells, enough: int, count: NDArray[np.int64], region: Region, slot: int) -> None: ...
def pack_core(count: NDArray[np.int64], enough: int, core: NDArray[np.uint8]) -> None: ...
