# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

def nearest(
    block: NDArray[np.float64],
    row0: int,
    others: bool,
    distances: NDArray[np.float64],
    indices: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def count_within(
    block: NDArray[np.float64],
    bound: float,
    row0: int,
    others: bool,
    counts: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def within(
    block: NDArray[np.float64],
    bound: float,
    row0: int,
    others: bool,
    starts: NDArray[np.int64],
    indices: NDArray[np.int64],
    distances: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def sort(
    indptr: NDArray[np.int64],
    by_row: bool,
    distances: NDArray[np.float64],
    indices: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def angles(
    X: NDArray[np.float64],
    Y: NDArray[np.float64],
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    distances: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
