# SPDX-License-Identifier: BSD-3-Clause
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)
_Index = TypeVar("_Index", np.int32, np.int64)

def mark_near(
    block: NDArray[np.float64],
    bound: float,
    diagonal: int,
    rows: int,
    marks: NDArray[np.uint64],
    not_numbers: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def count_marked(
    marks: NDArray[np.uint64],
    row: int,
    column: int,
    weights: NDArray[np.float64],
    least: float,
    count: NDArray[np.float64],
    parent: NDArray[np.int64],
    pairs: NDArray[np.int64],
    first: int,
    state: NDArray[np.int64],
    region: Region,
    thread: int,
) -> None: ...
def unite_stored(
    count: NDArray[np.float64],
    least: float,
    parent: NDArray[np.int64],
    pairs: NDArray[np.int64],
    state: NDArray[np.int64],
) -> None: ...
def unite_marked(
    marks: NDArray[np.uint64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    parent: NDArray[np.int64],
    region: Region,
    thread: int,
) -> None: ...
def is_one_set(rows: NDArray[np.int64], columns: NDArray[np.int64], parent: NDArray[np.int64]) -> bool: ...
def number_sets(is_core: NDArray[np.uint8], parent: NDArray[np.int64], labels: NDArray[np.int64]) -> int: ...
def join_stored(pairs: NDArray[np.int64], is_core: NDArray[np.uint8], labels: NDArray[np.int64]) -> None: ...
def join_marked(
    marks: NDArray[np.uint64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    labels: NDArray[np.int64],
    region: Region,
    thread: int,
) -> None: ...
def count_in_matrix(
    D: NDArray[_Real],
    bound: float,
    weights: NDArray[np.float64],
    rows: int,
    count: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def walk_matrix(
    D: NDArray[_Real],
    bound: float,
    is_core: NDArray[np.uint8],
    rest: NDArray[np.int64],
    stack: NDArray[np.int64],
    state: NDArray[np.int64],
    labels: NDArray[np.int64],
    region: Region,
    thread: int,
) -> None: ...
def count_in_graph(
    starts: NDArray[np.int64],
    columns: NDArray[_Index],
    distances: NDArray[_Real],
    bound: float,
    weights: NDArray[np.float64],
    rows: int,
    count: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def walk_graph(
    starts: NDArray[np.int64],
    columns: NDArray[_Index],
    distances: NDArray[_Real],
    bound: float,
    is_core: NDArray[np.uint8],
    stack: NDArray[np.int64],
    state: NDArray[np.int64],
    labels: NDArray[np.int64],
    region: Region,
    thread: int,
) -> None: ...
