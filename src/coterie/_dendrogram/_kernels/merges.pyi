# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

def label_merges(
    pairs: NDArray[np.int64],
    heights: NDArray[np.float64],
    parent: NDArray[np.int64],
    ordered: bool,
    Z: NDArray[np.float64],
) -> bool: ...
