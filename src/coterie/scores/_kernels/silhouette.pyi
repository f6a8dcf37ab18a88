# SPDX-License-Identifier: BSD-3-Clause
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region
from ...distances._kernels.pairwise import Points

_Real = TypeVar("_Real", np.float32, np.float64)

MOST_ROWS: int

def mean_distances(
    points: Points,
    codes: NDArray[np.int64],
    ends: NDArray[np.int64],
    columns: int,
    within: NDArray[np.float64],
    nearest: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def mean_given_distances(
    distances: NDArray[_Real],
    order: NDArray[np.int64],
    codes: NDArray[np.int64],
    ends: NDArray[np.int64],
    within: NDArray[np.float64],
    nearest: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
