# SPDX-License-Identifier: BSD-3-Clause
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

def move_rows(
    X: NDArray[Any],
    weight: NDArray[np.float64],
    shift: NDArray[np.float64],
    before: NDArray[np.int32],
    labels: NDArray[np.int32],
    origins: NDArray[np.float64],
    counts: NDArray[np.uint64],
    space: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
