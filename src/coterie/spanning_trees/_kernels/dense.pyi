# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

def grow_tree(
    distances: NDArray[np.float64],
    D: NDArray[np.float64],
    to: NDArray[np.float64],
    dead: NDArray[np.float64],
    edges: NDArray[np.int64],
    heights: NDArray[np.float64],
) -> bool: ...
def join_neighbors(
    least: NDArray[np.float64],
    nearest: NDArray[np.int64],
    parent: NDArray[np.int64],
    group: NDArray[np.int32],
    edges: NDArray[np.int64],
    heights: NDArray[np.float64],
) -> int: ...
def shrink_rows(
    distances: NDArray[np.float64],
    group: NDArray[np.int32],
    members: NDArray[np.int64],
    first: NDArray[np.int64],
    half: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def join_halves(half: NDArray[np.float64], to: NDArray[np.float64], region: Region, slot: int) -> None: ...
def find_end_points(
    distances: NDArray[np.float64],
    members: NDArray[np.int64],
    first: NDArray[np.int64],
    heights: NDArray[np.float64],
    edges: NDArray[np.int64],
) -> None: ...
