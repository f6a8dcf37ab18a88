# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

GROUP: int

@disjoint_base
class Coarse:
    def __new__(
        cls,
        numbers: NDArray[np.int8],
        about: NDArray[np.float32],
        shift: NDArray[np.float64],
        scale: float,
        slack: float,
        floor: float,
        most: int,
    ) -> Self: ...

def coarsen(X: NDArray[_Real], coarse: Coarse, region: Region, slot: int) -> None: ...
def gains(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    coarse: Coarse,
    trials: NDArray[np.intp],
    closest: NDArray[_Real],
    numbers: NDArray[np.int32],
    about: NDArray[np.float32],
    gained: NDArray[np.uint64],
    out: NDArray[np.float64],
    compared: NDArray[np.intp],
    region: Region,
    slot: int,
) -> None: ...
def add_center(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    coarse: Coarse,
    center: int,
    gained: NDArray[np.uint64],
    bucket: NDArray[np.uint16],
    closest: NDArray[_Real],
    change: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
