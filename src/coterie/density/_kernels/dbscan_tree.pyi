# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region
from ...neighbors._kernels.leaf_search import Search

def list_parts(
    given: Search,
    leaves: NDArray[np.int64],
    cells: NDArray[np.int64],
    cell_of: NDArray[np.int64],
    tight: NDArray[np.uint8],
    n_parts: NDArray[np.int64],
) -> None: ...
def find_core(
    given: Search,
    weight: NDArray[np.float64],
    may_stop: bool,
    dense: NDArray[np.uint8],
    leaves: NDArray[np.int64],
    cell_of: NDArray[np.int64],
    enough: int,
    work: NDArray[np.float64],
    core: NDArray[np.uint8],
    region: Region,
    slot: int,
) -> None: ...
def count_pairs(
    given: Search, leaves: NDArray[np.int64], enough: int, count: NDArray[np.int64], region: Region, slot: int
) -> None: ...
def pack_core(count: NDArray[np.int64], enough: int, core: NDArray[np.uint8]) -> None: ...
def join_within(
    given: Search,
    core: NDArray[np.uint8],
    cells: NDArray[np.int64],
    tight: NDArray[np.uint8],
    work: NDArray[np.float64],
    parent: NDArray[np.int64],
    joined: NDArray[np.uint8],
    region: Region,
    slot: int,
) -> None: ...
def join_cells(
    given: Search,
    core: NDArray[np.uint8],
    cells: NDArray[np.int64],
    cell_of: NDArray[np.int64],
    work: NDArray[np.float64],
    parent: NDArray[np.int64],
    joined: NDArray[np.uint8],
    region: Region,
    slot: int,
) -> None: ...
def label_borders(
    given: Search,
    core: NDArray[np.uint8],
    leaves: NDArray[np.int64],
    parent: NDArray[np.int64],
    joined: NDArray[np.uint8],
    cell_of: NDArray[np.int64],
    number: NDArray[np.int64],
    work: NDArray[np.float64],
    labels: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def unpack(
    core: NDArray[np.uint8], rows: int, flags: NDArray[np.uint8], parent: NDArray[np.int64], region: Region, slot: int
) -> None: ...
