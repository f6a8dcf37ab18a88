# SPDX-License-Identifier: BSD-3-Clause
from typing import Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

STRIP_OBJECTS: int
IS_DONE: int
GO_ON: int
COPY_ROWS: int
SUM_ROWS: int

@disjoint_base
class Division:
    def __new__(
        cls,
        matrix: NDArray[np.float64],
        blocks: NDArray[np.float64],
        place: NDArray[np.int32],
        ids: NDArray[np.int32],
        vectors: NDArray[np.float64],
        top: NDArray[np.float64],
        children: NDArray[np.int64],
        cross: NDArray[np.float64],
    ) -> Self: ...
    @property
    def n_pairs(self) -> int: ...
    @property
    def n_rows(self) -> int: ...

def start(division: Division, region: Region, slot: int) -> None: ...
def divide(division: Division, budget: int) -> int: ...
def copy_rows(division: Division, region: Region, slot: int) -> None: ...
def sum_rows(division: Division, region: Region, slot: int) -> None: ...
def describe(
    children: NDArray[np.int64], diameter: NDArray[np.float64], size: NDArray[np.int64], first: NDArray[np.int64]
) -> None: ...
