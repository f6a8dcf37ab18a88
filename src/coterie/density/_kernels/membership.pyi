# SPDX-License-Identifier: BSD-3-Clause
from typing import Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

@disjoint_base
class Hierarchy:
    def __new__(
        cls,
        parent: NDArray[np.int64],
        birth: NDArray[np.float64],
        death: NDArray[np.float64],
        selected: NDArray[np.uint8],
        first: NDArray[np.int64],
        count: NDArray[np.int64],
        top: NDArray[np.int64],
    ) -> Self: ...

def memberships(
    distances: NDArray[np.float64],
    starts: NDArray[np.int64],
    chosen: NDArray[np.int64],
    home: NDArray[np.int64],
    tree: Hierarchy,
    cluster: NDArray[np.int64],
    value: NDArray[np.float64],
    work: NDArray[np.float64],
    out: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
