# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

TILE: int
KINDS: dict[str, int]

@disjoint_base
class Points:
    def __new__(
        cls,
        tiles: NDArray[np.float64],
        n: int,
        d: int,
        kind: int,
        p: float,
        missing: bool = False,
        columns: NDArray[np.float64] | None = None,
    ) -> Self: ...
    @property
    def n(self) -> int: ...
    @property
    def d(self) -> int: ...

def numbers_per_point(d: int, kind: int) -> int: ...
def pack(X: NDArray[_Real], points: Points, region: Region, slot: int) -> None: ...
def condensed(points: Points, rows: int, columns: int, out: NDArray[np.float64], region: Region, slot: int) -> None: ...
def rectangle(
    one: Points, many: Points, rows: int, columns: int, out: NDArray[np.float64], region: Region, slot: int
) -> None: ...
