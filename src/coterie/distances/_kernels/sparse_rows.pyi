# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)
_Index = TypeVar("_Index", np.int32, np.int64)

EUCLIDEAN: int
MANHATTAN: int
LANES: int

@disjoint_base
class Rows:
    def view(
        self, starts: NDArray[np.int64], columns: NDArray[_Index], values: NDArray[_Real], sizes: NDArray[np.float64]
    ) -> None: ...

@disjoint_base
class Block:
    def __new__(
        cls,
        kind: int,
        rows: Rows,
        queries: Rows,
        place: NDArray[np.int64],
        dense: NDArray[np.float64],
        used: NDArray[np.int64],
        at: NDArray[np.int64],
        x: NDArray[np.float64],
    ) -> Self: ...

def check_columns(
    starts: NDArray[np.int64],
    columns: NDArray[_Index],
    seen: NDArray[np.int64],
    verdicts: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def order_columns(
    starts: NDArray[np.int64], columns: NDArray[_Index], order: NDArray[np.int64], region: Region, slot: int
) -> None: ...
def add_up(
    kind: int, starts: NDArray[np.int64], values: NDArray[_Real], sizes: NDArray[np.float64], region: Region, slot: int
) -> None: ...
def mark_within(
    block: Block,
    bound: float,
    row: int,
    column: int,
    diagonal: bool,
    marks: NDArray[np.uint64],
    region: Region,
    slot: int,
) -> None: ...
def find_nearest(
    block: Block,
    first_row: int,
    stop_row: int,
    least: NDArray[np.float64],
    nearest: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def add_distances(
    block: Block,
    codes: NDArray[np.int64],
    ends: NDArray[np.int64],
    first_row: int,
    stop_row: int,
    total: NDArray[np.float64],
    within: NDArray[np.float64],
    nearest: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
