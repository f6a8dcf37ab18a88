# SPDX-License-Identifier: BSD-3-Clause
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)
_Index = TypeVar("_Index", np.int32, np.int64)

EUCLIDEAN: int
MANHATTAN: int
LANES: int

def check_columns(
    starts: NDArray[np.int64],
    columns: NDArray[_Index],
    rows: int,
    seen: NDArray[np.int64],
    verdicts: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def add_up(
    kind: int,
    starts: NDArray[np.int64],
    values: NDArray[_Real],
    rows: int,
    sizes: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def mark_near(
    kind: int,
    bound: float,
    starts: NDArray[np.int64],
    columns: NDArray[_Index],
    values: NDArray[_Real],
    sizes: NDArray[np.float64],
    starts2: NDArray[np.int64],
    columns2: NDArray[_Index],
    values2: NDArray[_Real],
    sizes2: NDArray[np.float64],
    row: int,
    column: int,
    diagonal: bool,
    place: NDArray[np.int64],
    block: NDArray[np.float64],
    used: NDArray[np.int64],
    at: NDArray[np.int64],
    x: NDArray[np.float64],
    marks: NDArray[np.uint64],
    region: Region,
    slot: int,
) -> None: ...
def find_nearest(
    kind: int,
    starts: NDArray[np.int64],
    columns: NDArray[_Index],
    values: NDArray[_Real],
    sizes: NDArray[np.float64],
    starts2: NDArray[np.int64],
    columns2: NDArray[_Index],
    values2: NDArray[_Real],
    sizes2: NDArray[np.float64],
    first_row: int,
    stop_row: int,
    place: NDArray[np.int64],
    block: NDArray[np.float64],
    used: NDArray[np.int64],
    at: NDArray[np.int64],
    x: NDArray[np.float64],
    least: NDArray[np.float64],
    nearest: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def add_distances(
    kind: int,
    starts: NDArray[np.int64],
    columns: NDArray[_Index],
    values: NDArray[_Real],
    sizes: NDArray[np.float64],
    codes: NDArray[np.int64],
    ends: NDArray[np.int64],
    first_row: int,
    stop_row: int,
    place: NDArray[np.int64],
    block: NDArray[np.float64],
    used: NDArray[np.int64],
    at: NDArray[np.int64],
    x: NDArray[np.float64],
    total: NDArray[np.float64],
    within: NDArray[np.float64],
    nearest: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
