# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

def find_clusters(
    height: NDArray[np.float64],
    before: NDArray[np.int64],
    xi: float,
    min_samples: int,
    min_cluster_size: int,
    areas: NDArray[np.int64],
    between: NDArray[np.float64],
    clusters: NDArray[np.int64],
) -> int: ...
