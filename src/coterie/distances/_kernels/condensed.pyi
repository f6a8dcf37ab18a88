# SPDX-License-Identifier: BSD-3-Clause
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

_Bits = TypeVar("_Bits", np.uint8, np.uint16, np.uint32, np.uint64)

def to_square(y: NDArray[_Bits], square: NDArray[_Bits], region: Region, slot: int) -> None: ...
def to_condensed(square: NDArray[_Bits], y: NDArray[_Bits], region: Region, slot: int) -> None: ...
