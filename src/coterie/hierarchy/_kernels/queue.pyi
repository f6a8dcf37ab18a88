# SPDX-License-Identifier: BSD-3-Clause
from typing import Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

NUMBERS: int
INDICES: int

@disjoint_base
class MergeQueue:
    order: NDArray[np.int64]
    size: NDArray[np.float64]
    name: NDArray[np.int64]
    n_alive: int
    n_merged: int
    def __new__(
        cls,
        method: int,
        distances: NDArray[np.float64],
        young: NDArray[np.float64],
        size: NDArray[np.float64],
        name: NDArray[np.int64],
        numbers: NDArray[np.float64],
        indices: NDArray[np.int64],
    ) -> Self: ...

def find_nearest(queue: MergeQueue, region: Region, slot: int) -> None: ...
def build_queue(queue: MergeQueue) -> None: ...
def merge_nearest(
    queue: MergeQueue, pairs: NDArray[np.int64], heights: NDArray[np.float64], region: Region, slot: int
) -> None: ...
def fold(
    queue: MergeQueue, alive: NDArray[np.int64], begin: int, to: NDArray[np.float64], region: Region, slot: int
) -> None: ...
