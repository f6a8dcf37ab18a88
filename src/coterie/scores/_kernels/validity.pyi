# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region
from ...distances._kernels.pairwise import Points

def core_distances(
    points: Points,
    codes: NDArray[np.int64],
    ends: NDArray[np.int64],
    halves: int,
    core: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def grow_trees(
    points: Points,
    core: NDArray[np.float64],
    clusters: NDArray[np.int64],
    ends: NDArray[np.int64],
    pairs: int,
    last: NDArray[np.int64],
    least: NDArray[np.float64],
    to: NDArray[np.int64],
    outside: NDArray[np.float64],
    row: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def add_point(
    distances: NDArray[np.float64],
    point: int,
    core: float,
    outside: NDArray[np.float64],
    least: NDArray[np.float64],
    to: NDArray[np.int64],
) -> int: ...
def separate(
    points: Points,
    core: NDArray[np.float64],
    codes: NDArray[np.int64],
    ends: NDArray[np.int64],
    least: NDArray[np.float64],
    odd: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
