# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

@disjoint_base
class Tiles:
    def __new__(
        cls,
        starts: NDArray[np.intp],
        boxes: NDArray[np.float64],
        farthest: NDArray[np.float64],
        shift: NDArray[np.float64],
        scale: float,
        is_manhattan: bool,
    ) -> Self: ...

def hash_rows(X: NDArray[_Real], coarsely: bool, hashes: NDArray[np.uint64], region: Region, slot: int) -> None: ...
def find_buckets(
    potential: NDArray[np.float64], uniform: NDArray[np.float64], buckets: NDArray[np.intp], aims: NDArray[np.float64]
) -> None: ...
def find_rows(
    mass: NDArray[_Real],
    weight: NDArray[np.float64],
    by_bucket: NDArray[np.intp],
    ends: NDArray[np.intp],
    buckets: NDArray[np.intp],
    aims: NDArray[np.float64],
    work: NDArray[np.float64],
    rows: NDArray[np.intp],
) -> None: ...
def gains(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    tiles: Tiles,
    trials: NDArray[_Real],
    closest: NDArray[_Real],
    work: NDArray[_Real],
    lists: NDArray[np.intp],
    out: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def add_center(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    tiles: Tiles,
    center: NDArray[_Real],
    bucket: NDArray[np.uint16],
    closest: NDArray[_Real],
    work: NDArray[_Real],
    change: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
