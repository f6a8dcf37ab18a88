# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region
from .cells import Cells
from .centers import Centers

_Real = TypeVar("_Real", np.float32, np.float64)

@disjoint_base
class Candidates:
    some_names: NDArray[np.int32]
    def __new__(
        cls,
        columns: NDArray[np.float64],
        names: NDArray[np.int32],
        numbers: NDArray[np.float64],
        some_names: NDArray[np.int32],
    ) -> Self: ...

def label_and_sum_cells(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    cells: Cells,
    centers: Centers,
    candidates: Candidates,
    labels: NDArray[np.int32],
    cell_labels: NDArray[np.int32],
    sums: NDArray[np.float64],
    weights: NDArray[np.float64],
    counts: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def halve_cells(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    cells: Cells,
    shift: NDArray[np.float64],
    centers: NDArray[np.float64],
    spread: float,
    labels: NDArray[np.int32],
    cell_labels: NDArray[np.int32],
    parts: NDArray[np.float64],
    sums: NDArray[np.float64],
    weights: NDArray[np.float64],
    counts: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def measure_halves(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    cells: Cells,
    centers: NDArray[np.float64],
    labels: NDArray[np.int32],
    cell_labels: NDArray[np.int32],
    seconds: NDArray[np.intp],
    squares: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
