# SPDX-License-Identifier: BSD-3-Clause
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

def label_and_sum_cells(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    starts: NDArray[np.intp],
    boxes: NDArray[np.float64],
    cell_sums: NDArray[np.float64],
    centers: NDArray[np.float64],
    columns: NDArray[np.float64],
    names: NDArray[np.int32],
    shift: NDArray[np.float64],
    scale: float,
    packed: NDArray[np.float64],
    norms: NDArray[np.float64],
    floor: float,
    slack: float,
    cells: int,
    labels: NDArray[np.int32],
    cell_labels: NDArray[np.int32],
    sums: NDArray[np.float64],
    weights: NDArray[np.float64],
    work: NDArray[np.float64],
    some_names: NDArray[np.int32],
    counts: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
