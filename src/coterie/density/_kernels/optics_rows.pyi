# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region
from ...distances._kernels.pairwise import Points

def visit_points(
    points: Points,
    others: Points,
    core: NDArray[np.float64],
    limit: float,
    names: NDArray[np.int64],
    row: NDArray[np.float64],
    reach: NDArray[np.float64],
    predecessor: NDArray[np.int64],
    inside: NDArray[np.float64],
    visits: NDArray[np.int64],
    done: int,
    region: Region,
    slot: int,
) -> None: ...
def visit_next(
    row: NDArray[np.float64],
    last: int,
    core: float,
    limit: float,
    reach: NDArray[np.float64],
    predecessor: NDArray[np.int64],
    inside: NDArray[np.float64],
) -> int: ...
