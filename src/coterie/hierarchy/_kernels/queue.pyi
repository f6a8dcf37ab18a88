# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

def build_heap(heap: NDArray[np.int64], least: NDArray[np.float64]) -> None: ...
def row_minima(
    distances: NDArray[np.float64],
    offset: NDArray[np.int64],
    dead: NDArray[np.float64],
    K: int,
    least: NDArray[np.float64],
    nearest: NDArray[np.int64],
    rows: int,
    region: Region,
    thread: int,
) -> None: ...
def address_rows(n: int, offset: NDArray[np.int64]) -> None: ...
def merge_nearest(
    method: int,
    distances: NDArray[np.float64],
    young: NDArray[np.float64],
    room: NDArray[np.int64],
    offset: NDArray[np.int64],
    order: NDArray[np.int64],
    least: NDArray[np.float64],
    nearest: NDArray[np.int64],
    dead: NDArray[np.float64],
    size: NDArray[np.float64],
    name: NDArray[np.int64],
    heap: NDArray[np.int64],
    column: NDArray[np.float64],
    state: NDArray[np.int64],
    pairs: NDArray[np.int64],
    heights: NDArray[np.float64],
    region: Region,
    thread: int,
) -> None: ...
def fold(
    distances: NDArray[np.float64],
    offset: NDArray[np.int64],
    alive: NDArray[np.int64],
    begin: int,
    end: int,
    to: NDArray[np.float64],
    rows: int,
    region: Region,
    thread: int,
) -> None: ...
