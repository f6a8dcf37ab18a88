# SPDX-License-Identifier: BSD-3-Clause
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

def add_strips(sums: NDArray[np.float64], weights: NDArray[np.float64]) -> None: ...
def move_centers(
    sums: NDArray[np.float64],
    weights: NDArray[np.float64],
    shift: NDArray[np.float64],
    scale: float,
    centers: NDArray[np.float64],
    moved: NDArray[np.float64],
    loss: NDArray[np.float32],
) -> float: ...
def sort_by_label(labels: NDArray[np.int32], ends: NDArray[np.intp], rows: NDArray[np.intp]) -> None: ...
def follow_batch(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    ends: NDArray[np.intp],
    rows: NDArray[np.intp],
    centers: NDArray[np.float64],
    counts: NDArray[np.float64],
    inertias: NDArray[np.float64],
    space: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
