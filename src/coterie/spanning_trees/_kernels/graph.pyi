# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

def weigh_pairs(
    starts: NDArray[np.int64],
    columns: NDArray[np.integer],
    values: NDArray[np.floating],
    at: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> None: ...
def join_components(edges: NDArray[np.int64], parent: NDArray[np.int64], taken: NDArray[np.int64]) -> int: ...
