# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

def largest_magnitude(
    values: NDArray[np.float64], largest: NDArray[np.float64], rows: int, region: Region, thread: int
) -> None: ...
def nearest_neighbors(
    distances: NDArray[np.float64],
    least: NDArray[np.float64],
    nearest: NDArray[np.int64],
    rows: int,
    region: Region,
    thread: int,
) -> None: ...
def join_threads(least: NDArray[np.float64], nearest: NDArray[np.int64]) -> None: ...
def merge_pairs(
    method: int,
    distances: NDArray[np.float64],
    size: NDArray[np.float64],
    keep: NDArray[np.int32],
    partner: NDArray[np.int32],
    place: NDArray[np.int32],
    pair: NDArray[np.float64],
    begin: int,
    end: int,
    work: NDArray[np.float64],
    to: NDArray[np.float64],
    least: NDArray[np.float64],
    nearest: NDArray[np.int64],
    rows: int,
    region: Region,
    thread: int,
) -> None: ...
