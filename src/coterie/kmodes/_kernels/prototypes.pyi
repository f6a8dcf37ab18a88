# SPDX-License-Identifier: BSD-3-Clause
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

_Code = TypeVar("_Code", np.uint8, np.uint16, np.uint32)

ROWS: int

def assign_labels(
    numbers: NDArray[np.float64],
    codes: NDArray[_Code],
    centers: NDArray[np.float64],
    modes: NDArray[_Code],
    gamma: float,
    labels: NDArray[np.int32],
    distances: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def move_centers(
    numbers: NDArray[np.float64],
    weight: NDArray[np.float64],
    labels: NDArray[np.int32],
    shift: NDArray[np.float64],
    sums: NDArray[np.float64],
    centers: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def move_modes(
    codes: NDArray[_Code],
    weight: NDArray[np.float64],
    labels: NDArray[np.int32],
    n_codes: NDArray[np.intp],
    tables: NDArray[np.float64],
    modes: NDArray[_Code],
    region: Region,
    slot: int,
) -> None: ...
