# SPDX-License-Identifier: BSD-3-Clause
from typing import Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

@disjoint_base
class Centers:
    packed: NDArray[np.float64]
    norms: NDArray[np.float64]
    packed32: NDArray[np.float32]
    norms32: NDArray[np.float32]
    single: bool
    @property
    def floor(self) -> float: ...
    def __new__(
        cls,
        shift: NDArray[np.float64],
        scale: float,
        packed: NDArray[np.float64],
        norms: NDArray[np.float64],
        packed32: NDArray[np.float32],
        norms32: NDArray[np.float32],
    ) -> Self: ...
    def pack(self, exact: NDArray[np.float64]) -> None: ...
