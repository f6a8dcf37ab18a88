# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

TILE_ROWS: int

def fill_tiles(
    X: NDArray[np.floating],
    rows: NDArray[np.int64],
    center: NDArray[np.float64],
    scale: float,
    shrink: float,
    tiles: NDArray[np.float32],
    region: Region,
    slot: int,
) -> None: ...

@disjoint_base
class Filter:
    def hold(
        self, X: NDArray[np.floating], tiles: NDArray[np.float32], scale: float, drift: float, doubt: float
    ) -> None: ...

def note_nearest(
    given: Filter,
    side: int,
    pairs: NDArray[np.int64],
    limits: NDArray[np.float32],
    near: NDArray[np.float64],
    found: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def measure(
    X: NDArray[np.floating], near: NDArray[np.float64], found: NDArray[np.int64], region: Region, slot: int
) -> None: ...
def search(
    given: Filter,
    rows: NDArray[np.int64],
    beyond: NDArray[np.float64],
    component: NDArray[np.int64],
    core: NDArray[np.float64],
    root: bool,
    tiles: NDArray[np.float32],
    queries: NDArray[np.int64],
    first: int,
    last: int,
    useful: NDArray[np.float64],
    best: NDArray[np.float64],
    to: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
