# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

PACK: int

def gather(
    y: NDArray[np.float64], leaves: NDArray[np.int32], M: NDArray[np.float64], region: Region, slot: int
) -> None: ...
def order_nodes(
    children: NDArray[np.int64],
    first: NDArray[np.int64],
    size: NDArray[np.int64],
    start: int,
    M: NDArray[np.float64],
    half: NDArray[np.float64],
    pack: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def order_left(
    children: NDArray[np.int64],
    first: NDArray[np.int64],
    size: NDArray[np.int64],
    row: int,
    M: NDArray[np.float64],
    half: NDArray[np.float64],
    pack: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def order_right(
    children: NDArray[np.int64],
    first: NDArray[np.int64],
    size: NDArray[np.int64],
    row: int,
    M: NDArray[np.float64],
    half: NDArray[np.float64],
    pack: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def trace(
    children: NDArray[np.int64],
    first: NDArray[np.int64],
    size: NDArray[np.int64],
    leaves: NDArray[np.int32],
    y: NDArray[np.float64],
    M: NDArray[np.float64],
    ends: NDArray[np.int64],
    Z: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
