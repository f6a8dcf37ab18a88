# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region
from ...distances._kernels.pairwise import Points

_Real = TypeVar("_Real", np.float32, np.float64)

TOGETHER: int
GROUP: int

@disjoint_base
class Assigned:
    def __new__(
        cls,
        nearest: NDArray[np.float64],
        second: NDArray[np.float64],
        weight: NDArray[np.float64],
        label: NDArray[np.int64],
        removal: NDArray[np.float64],
        limit: NDArray[np.float64],
        is_chord: bool = False,
    ) -> Self: ...

def best_swaps(
    candidates: Points,
    points: Points,
    pivots: Points | None,
    reach: NDArray[np.float64],
    is_square: bool,
    assigned: Assigned,
    work: NDArray[np.float64],
    change: NDArray[np.float64],
    medoid: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def best_swaps_given(
    distances: NDArray[_Real],
    rows: NDArray[np.int64],
    assigned: Assigned,
    work: NDArray[np.float64],
    change: NDArray[np.float64],
    medoid: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
