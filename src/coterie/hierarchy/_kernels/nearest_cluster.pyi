# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

NEAREST_MEMBER: int
FARTHEST_MEMBER: int
MEAN_OF_MEMBERS: int

def nearest_cluster(
    distances: NDArray[np.float64],
    starts: NDArray[np.int64],
    weights: NDArray[np.float64],
    kind: int,
    labels: NDArray[np.intp],
    region: Region,
    slot: int,
) -> None: ...
