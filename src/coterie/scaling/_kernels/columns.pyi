# SPDX-License-Identifier: BSD-3-Clause
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

def deviation_strips(
    X: NDArray[_Real],
    center: NDArray[np.float64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    largest: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def join_strips(
    totals: NDArray[np.float64],
    largest: NDArray[np.float64],
    center: NDArray[np.float64],
    n: int,
    mean: NDArray[np.float64],
    variance: NDArray[np.float64],
    reach: NDArray[np.float64],
) -> float: ...
