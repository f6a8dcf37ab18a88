# SPDX-License-Identifier: BSD-3-Clause
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

REACH: int
DIGITS: int
OVERREAD: int

def encode(
    X: NDArray[_Real],
    low: NDArray[np.float64],
    per_side: NDArray[np.float64],
    cells: NDArray[np.int64],
    rows: int,
    key: NDArray[np.int64],
    order: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def count_digits(
    key: NDArray[np.int64],
    shift: int,
    rows: int,
    counts: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def sort_digit(
    key: NDArray[np.int64],
    order: NDArray[np.int64],
    shift: int,
    rows: int,
    place: NDArray[np.int64],
    key_out: NDArray[np.int64],
    order_out: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def gather(
    X: NDArray[_Real],
    order: NDArray[np.int64],
    rows: int,
    points: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def find_core(
    grid: Grid,
    weight: NDArray[np.float64],
    dense: NDArray[np.uint8],
    enough: int,
    rows: int,
    core: NDArray[np.uint8],
    parent: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def hide(
    core: NDArray[np.uint8],
    rows: int,
    points: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def join_cells(
    grid: Grid,
    nearest: bool,
    rows: int,
    parent: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def label_borders(
    grid: Grid,
    X: NDArray[_Real],
    order: NDArray[np.int64],
    core: NDArray[np.uint8],
    parent: NDArray[np.int64],
    number: NDArray[np.int64],
    rows: int,
    labels: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
