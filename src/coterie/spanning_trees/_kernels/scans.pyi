# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

def nearest_neighbors(
    distances: NDArray[np.float64], least: NDArray[np.float64], nearest: NDArray[np.int64], region: Region, slot: int
) -> None: ...
def join_slots(least: NDArray[np.float64], nearest: NDArray[np.int64]) -> None: ...
