# SPDX-License-Identifier: BSD-3-Clause
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

def hash_rows(
    X: NDArray[_Real], coarsely: bool, rows: int, hashes: NDArray[np.uint64], region: Region, slot: int
) -> None: ...
def gains(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    starts: NDArray[np.intp],
    boxes: NDArray[np.float64],
    shift: NDArray[np.float64],
    scale: float,
    trials: NDArray[_Real],
    closest: NDArray[_Real],
    farthest: NDArray[np.float64],
    blocks: int,
    work: NDArray[_Real],
    lists: NDArray[np.intp],
    out: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def add_center(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    starts: NDArray[np.intp],
    boxes: NDArray[np.float64],
    shift: NDArray[np.float64],
    scale: float,
    center: NDArray[_Real],
    bucket: NDArray[np.uint16],
    blocks: int,
    closest: NDArray[_Real],
    farthest: NDArray[np.float64],
    work: NDArray[_Real],
    change: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
