# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

def find_lowest_rows(
    core: NDArray[np.uint8],
    order: NDArray[np.int64],
    parent: NDArray[np.int64],
    lowest: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def label_core(
    core: NDArray[np.uint8],
    order: NDArray[np.int64],
    parent: NDArray[np.int64],
    number: NDArray[np.int64],
    labels: NDArray[np.int64],
    core_rows: NDArray[np.uint8],
    region: Region,
    slot: int,
) -> None: ...
