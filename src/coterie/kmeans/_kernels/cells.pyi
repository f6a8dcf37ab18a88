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
    most: int,
    starts_cell: NDArray[np.uint8],
    region: Region,
    slot: int,
) -> None: ...
def describe_cells(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    starts: NDArray[np.intp],
    which: NDArray[np.intp],
    boxes: NDArray[np.float64],
    sums: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def split_rows(
    X: NDArray[_Real],
    order: NDArray[np.uint32],
    weight: NDArray[np.float64],
    labels: NDArray[np.int32],
    rows: NDArray[_Real],
    numbers: NDArray[np.uint32],
    weights: NDArray[np.float64],
) -> int: ...
def pick_by_rank(numbers: NDArray[np.uint32], most: int, ranks: NDArray[np.intp]) -> None: ...
def scatter_labels(
    labels: NDArray[np.int32], order: NDArray[np.uint32], out: NDArray[np.int32], region: Region, slot: int
) -> None: ...
