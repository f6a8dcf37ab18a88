# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region
from .tail import Tail

_Real = TypeVar("_Real", np.float32, np.float64)

BLOCK_ROWS: int
HAS_BYTES: bool

@disjoint_base
class WideCenters:
    def __new__(
        cls,
        names: NDArray[np.int32],
        place_of: NDArray[np.int32],
        column_of: NDArray[np.int32],
        bands: NDArray[np.intp],
        rows: NDArray[np.float32],
        squares: NDArray[np.float32],
        lows: NDArray[np.float32],
        narrow: NDArray[np.float32],
        narrow_lows: NDArray[np.float32],
        columns: NDArray[np.int16],
        bytes: NDArray[np.int8],
        factors: NDArray[np.float32],
        column_lows: NDArray[np.float32],
        rests: NDArray[np.float32],
        last: NDArray[np.float64],
        gone: NDArray[np.float32],
        drift: NDArray[np.float32],
        shift: NDArray[np.float64],
        scale: float,
    ) -> Self: ...

def pack_centers(
    centers: NDArray[np.float64],
    to: WideCenters,
    tail: Tail | None,
    moved: NDArray[np.float32],
    work: NDArray[np.float32],
    region: Region,
    slot: int,
) -> None: ...
def take_moves(moved: NDArray[np.float32], centers: WideCenters) -> None: ...
def assign_wide(
    X: NDArray[_Real],
    exact: NDArray[np.float64],
    centers: WideCenters,
    tail: Tail | None,
    labels: NDArray[np.int32],
    upper: NDArray[np.float32],
    bounds: NDArray[np.float32],
    work: NDArray[np.float32],
    lists: NDArray[np.int32],
    counts: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def distances_to_all_wide(
    X: NDArray[_Real],
    centers: NDArray[np.float64],
    shift: NDArray[np.float64],
    columns: NDArray[np.float64],
    squares: NDArray[np.float64],
    work: NDArray[np.float64],
    out: NDArray[_Real],
    region: Region,
    slot: int,
) -> None: ...
