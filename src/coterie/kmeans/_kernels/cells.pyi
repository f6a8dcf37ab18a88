# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

CELL_ROWS: int
FEATURES_AT_MOST: int

@disjoint_base
class Cells:
    def __new__(cls, starts: NDArray[np.intp], boxes: NDArray[np.float64], sums: NDArray[np.float64]) -> Self: ...

def count_boxes(
    X: NDArray[_Real],
    low: NDArray[np.float64],
    per_side: NDArray[np.float64],
    bits: NDArray[np.int64],
    code: NDArray[np.uint16],
    counts: NDArray[np.uint32],
    region: Region,
    slot: int,
) -> None: ...
def scatter_rows(
    X: NDArray[_Real],
    code: NDArray[np.uint16],
    place: NDArray[np.int64],
    out: NDArray[_Real],
    order: NDArray[np.uint32],
    region: Region,
    slot: int,
) -> None: ...
def cut_boxes(
    ends: NDArray[np.int64],
    X: NDArray[_Real],
    order: NDArray[np.uint32],
    starts_cell: NDArray[np.uint8],
    region: Region,
    slot: int,
) -> None: ...
def describe_cells(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    shift: NDArray[np.float64],
    starts: NDArray[np.intp],
    boxes: NDArray[np.float64],
    sums: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def scatter_labels(
    labels: NDArray[np.int32], order: NDArray[np.uint32], out: NDArray[np.int32], region: Region, slot: int
) -> None: ...
