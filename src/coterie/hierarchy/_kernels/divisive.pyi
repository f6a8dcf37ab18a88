# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

PENDING_FIELDS: int
STATE_FIELDS: int
PAIRS_FIELD: int
COUNT_FIELD: int
STRIP_OBJECTS: int
IS_DONE: int
GO_ON: int
COPY_ROWS: int
SUM_ROWS: int

def divide(
    matrix: NDArray[np.float64],
    blocks: NDArray[np.float64],
    pending: NDArray[np.int64],
    place: NDArray[np.int32],
    ids: NDArray[np.int32],
    vectors: NDArray[np.float64],
    state: NDArray[np.int64],
    top: NDArray[np.float64],
    children: NDArray[np.int64],
    cross: NDArray[np.float64],
    budget: int,
) -> int: ...
def start(
    matrix: NDArray[np.float64],
    rows: int,
    pending: NDArray[np.int64],
    ids: NDArray[np.int32],
    vectors: NDArray[np.float64],
    state: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def copy_rows(
    matrix: NDArray[np.float64],
    blocks: NDArray[np.float64],
    pending: NDArray[np.int64],
    place: NDArray[np.int32],
    ids: NDArray[np.int32],
    vectors: NDArray[np.float64],
    state: NDArray[np.int64],
    rows: int,
    region: Region,
    slot: int,
) -> None: ...
def sum_rows(
    matrix: NDArray[np.float64],
    blocks: NDArray[np.float64],
    pending: NDArray[np.int64],
    place: NDArray[np.int32],
    ids: NDArray[np.int32],
    vectors: NDArray[np.float64],
    state: NDArray[np.int64],
    rows: int,
    region: Region,
    slot: int,
) -> None: ...
def describe(
    children: NDArray[np.int64], diameter: NDArray[np.float64], size: NDArray[np.int64], first: NDArray[np.int64]
) -> None: ...
