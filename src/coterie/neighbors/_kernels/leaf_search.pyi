# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region
from .kd_tree import Tree

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
def share_of_tiles(given: Search, leaves: NDArray[np.int64], step: int, work: NDArray[np.float64]) -> float: ...
