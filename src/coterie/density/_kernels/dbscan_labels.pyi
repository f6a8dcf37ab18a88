# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

def note_lowest(
    core: NDArray[np.uint8],
    order: NDArray[np.int64],
    parent: NDArray[np.int64],
    lowest: NDArray[np.int64],
    start: int,
    stop: int,
) -> None: ...
def write_labels(
    core: NDArray[np.uint8],
    order: NDArray[np.int64],
    parent: NDArray[np.int64],
    number: NDArray[np.int64],
    rows: int,
    labels: NDArray[np.int64],
    is_core: NDArray[np.uint8],
    region: Region,
    slot: int,
) -> None: ...
