# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

def merge_chain(
    method: int,
    distances: NDArray[np.float64],
    D: NDArray[np.float64],
    size: NDArray[np.float64],
    name: NDArray[np.int64],
    dead: NDArray[np.float64],
    chain: NDArray[np.int64],
    pairs: NDArray[np.int64],
    heights: NDArray[np.float64],
) -> bool: ...
