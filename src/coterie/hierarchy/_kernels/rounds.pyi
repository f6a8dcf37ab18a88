# SPDX-License-Identifier: BSD-3-Clause
from typing import Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

@disjoint_base
class Round:
    def __new__(
        cls,
        method: int,
        distances: NDArray[np.float64],
        size: NDArray[np.float64],
        keep: NDArray[np.int32],
        partner: NDArray[np.int32],
        place: NDArray[np.int32],
        pair: NDArray[np.float64],
    ) -> Self: ...

def merge_pairs(
    task: Round,
    begin: int,
    work: NDArray[np.float64],
    to: NDArray[np.float64],
    least: NDArray[np.float64],
    nearest: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
