# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

PANEL_COLUMNS: int
ROWS: int

@disjoint_base
class Tail:
    numbers: NDArray[np.int16]
    about: NDArray[np.float32]
    norms: NDArray[np.float32]
    def __new__(
        cls,
        columns: NDArray[np.float32],
        shift: NDArray[np.float64],
        scale: float,
        numbers: NDArray[np.int16],
        about: NDArray[np.float32],
        norms: NDArray[np.float32],
    ) -> Self: ...

def project_rows(X: NDArray[_Real], tail: Tail, work: NDArray[np.float32], region: Region, slot: int) -> None: ...
def multiply(
    rows: NDArray[np.float32], columns: NDArray[np.float32], out: NDArray[np.float32], region: Region, slot: int
) -> None: ...
def orthonormalize(rows: NDArray[np.float64]) -> None: ...
