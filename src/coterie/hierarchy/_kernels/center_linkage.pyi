# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

BLOCK: int

def nearest_clusters(
    blocks: NDArray[np.float64],
    coarse: NDArray[np.float32],
    centers: NDArray[np.float64],
    size: NDArray[np.float64],
    smallest: NDArray[np.float64],
    queries: NDArray[np.int64],
    later: bool,
    least: NDArray[np.float64],
    nearest: NDArray[np.int64],
    rows: int,
    region: Region,
    thread: int,
) -> None: ...
def merge_chain_of_centers(
    blocks: NDArray[np.float64],
    coarse: NDArray[np.float32],
    centers: NDArray[np.float64],
    size: NDArray[np.float64],
    smallest: NDArray[np.float64],
    name: NDArray[np.int64],
    dead: NDArray[np.float64],
    chain: NDArray[np.int64],
    link: NDArray[np.float64],
    state: NDArray[np.int64],
    pairs: NDArray[np.int64],
    heights: NDArray[np.float64],
    region: Region,
    thread: int,
) -> None: ...
def merge_nearest_centers(
    weighted: bool,
    blocks: NDArray[np.float64],
    coarse: NDArray[np.float32],
    centers: NDArray[np.float64],
    least: NDArray[np.float64],
    nearest: NDArray[np.int64],
    size: NDArray[np.float64],
    name: NDArray[np.int64],
    heap: NDArray[np.int64],
    state: NDArray[np.int64],
    pairs: NDArray[np.int64],
    squares: NDArray[np.float64],
    region: Region,
    thread: int,
) -> None: ...
