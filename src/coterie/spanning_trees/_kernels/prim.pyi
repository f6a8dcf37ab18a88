# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region
from ...distances._kernels.pairwise import Points

def visit_nearest(
    points: Points,
    others: Points,
    names: NDArray[np.int64],
    least: NDArray[np.float64],
    inside: NDArray[np.float64],
    row: NDArray[np.float64],
    visits: NDArray[np.int64],
    heights: NDArray[np.float64],
    done: int,
    region: Region,
    slot: int,
) -> None: ...
def grow_tree(
    points: Points,
    others: Points,
    all_core: NDArray[np.float64],
    names: NDArray[np.int64],
    core: NDArray[np.float64],
    row: NDArray[np.float64],
    least: NDArray[np.float64],
    to: NDArray[np.int64],
    inside: NDArray[np.float64],
    edges: NDArray[np.int64],
    weights: NDArray[np.float64],
    done: int,
    region: Region,
    slot: int,
) -> None: ...
def add_nearest(
    row: NDArray[np.float64],
    last: int,
    last_core: float,
    names: NDArray[np.int64],
    core: NDArray[np.float64],
    least: NDArray[np.float64],
    to: NDArray[np.int64],
    inside: NDArray[np.float64],
) -> int: ...
