# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from .kd_tree import Tree
from .work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

@disjoint_base
class Search:
    tree: Tree
    def __new__(cls, tree: Tree, bound: float) -> Self: ...
    @property
    def holds_rows(self) -> bool: ...
    def hold_rows(
        self,
        X: NDArray[_Real],
        exact: float,
        least: float,
        most: float,
        tiles: NDArray[np.float32],
        tile_of: NDArray[np.int64],
        center: NDArray[np.float64],
        scale: float,
        tile_least: float,
        tile_most: float,
        product_least: float,
        product_most: float,
    ) -> None: ...

def place_tiles(tree: Tree, d: int, tile_of: NDArray[np.int64]) -> int: ...
def fill_tiles(
    tree: Tree,
    X: NDArray[_Real],
    center: NDArray[np.float64],
    scale: float,
    leaves: NDArray[np.int64],
    tile_of: NDArray[np.int64],
    tiles: NDArray[np.float32],
    region: Region,
    slot: int,
) -> None: ...
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
    leaves_per_chunk: int,
    work: NDArray[np.float64],
    core: NDArray[np.uint8],
    region: Region,
    slot: int,
) -> None: ...
def share_of_tiles(
    given: Search,
    leaves: NDArray[np.int64],
    step: int,
    work: NDArray[np.float64],
) -> float: ...
def count_pairs(
    given: Search,
    leaves: NDArray[np.int64],
    enough: int,
    count: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def pack_core(count: NDArray[np.int64], enough: int, core: NDArray[np.uint8]) -> None: ...
def join_within(
    given: Search,
    core: NDArray[np.uint8],
    cells: NDArray[np.int64],
    tight: NDArray[np.uint8],
    cells_per_chunk: int,
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
    cells_per_chunk: int,
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
    leaves_per_chunk: int,
    work: NDArray[np.float64],
    labels: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def unpack(
    core: NDArray[np.uint8],
    rows: int,
    flags: NDArray[np.uint8],
    parent: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
