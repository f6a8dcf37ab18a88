# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

@disjoint_base
class ManhattanCenters:
    @property
    def packed(self) -> NDArray[np.float32]: ...
    @property
    def halves(self) -> NDArray[np.float32]: ...
    single: bool
    def __new__(
        cls,
        shift: NDArray[np.float64],
        scale: float,
        packed: NDArray[np.float32],
        halves: NDArray[np.float32],
        zeros: NDArray[np.float64],
    ) -> Self: ...
    def pack(self, exact: NDArray[np.float64], on_grid: bool) -> None: ...

def assign_rows(
    X: NDArray[_Real],
    centers: ManhattanCenters,
    loss: NDArray[np.float32],
    labels: NDArray[np.int32],
    margins: NDArray[np.float32],
    tiles: NDArray[np.float64],
    counts: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def distances_to_own(
    X: NDArray[_Real],
    centers: NDArray[np.float64],
    labels: NDArray[np.int32],
    out: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def objective_by_strip(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    centers: NDArray[np.float64],
    labels: NDArray[np.int32],
    out: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
