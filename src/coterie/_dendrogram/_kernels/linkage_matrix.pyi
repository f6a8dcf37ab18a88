# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

NEGATIVE_INDEX: int
NEGATIVE_DISTANCE: int
NEGATIVE_COUNT: int
EXCESSIVE_COUNT: int
TOO_EARLY: int
TWICE: int
NOT_WHOLE: int

def read_children(Z: NDArray[np.float64], used: NDArray[np.uint8], children: NDArray[np.int64]) -> int: ...
