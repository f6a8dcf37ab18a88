# SPDX-License-Identifier: BSD-3-Clause
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

@disjoint_base
class Nearest:
    def __new__(
        cls, X: NDArray[Any], centers: NDArray[np.float64], labels: NDArray[np.int32], n_threads: int
    ) -> Self: ...
    @property
    def n_places(self) -> int: ...

def work_on(nearest: Nearest, region: Region, slot: int) -> None: ...
