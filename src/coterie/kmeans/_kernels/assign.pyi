# SPDX-License-Identifier: BSD-3-Clause
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region
from .centers import Centers

_Real = TypeVar("_Real", np.float32, np.float64)

TILE_ROWS: int

def assign_labels(
    X: NDArray[_Real],
    centers: Centers,
    loss: NDArray[np.float32],
    labels: NDArray[np.int32],
    margins: NDArray[np.float32],
    tiles: NDArray[np.float64],
    counts: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def squared_distances_to_own(
    X: NDArray[_Real],
    centers: NDArray[np.float64],
    labels: NDArray[np.int32],
    out: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def inertia_by_strip(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    centers: NDArray[np.float64],
    labels: NDArray[np.int32],
    out: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def distances_to_all(
    X: NDArray[_Real],
    shift: NDArray[np.float64],
    scale: float,
    scaled: NDArray[np.float64],
    tiles: NDArray[np.float64],
    out: NDArray[_Real],
    region: Region,
    slot: int,
) -> None: ...
def squares_to_all(
    X: NDArray[_Real],
    centers: NDArray[np.float64],
    shift: NDArray[np.float64],
    tiles: NDArray[np.float64],
    out: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
