# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

LANES: int
MAX_DEPTH: int
EUCLIDEAN: int
MANHATTAN: int
CHEBYSHEV: int
MINKOWSKI: int

@disjoint_base
class Tree:
    points: NDArray[np.float64]
    boxes: NDArray[np.float64]
    nodes: NDArray[np.int64]
    order: NDArray[np.int64]
    def __new__(
        cls,
        points: NDArray[np.float64],
        order: NDArray[np.int64],
        nodes: NDArray[np.int64],
        boxes: NDArray[np.float64],
        kind: int,
        p: float,
    ) -> Self: ...
    def hold_singles(
        self, tiles: NDArray[np.float32], tile_of: NDArray[np.int64], center: NDArray[np.float64], scale: float
    ) -> None: ...
    @property
    def n(self) -> int: ...
    @property
    def d(self) -> int: ...
    @property
    def kind(self) -> int: ...
    @property
    def p(self) -> float: ...

def room(n_blocks: int) -> int: ...
def copy_rows(
    X: NDArray[_Real], points: NDArray[np.float64], order: NDArray[np.int64], region: Region, slot: int
) -> None: ...
def split_nodes(
    which: NDArray[np.int64],
    balance: bool,
    leaf_blocks: int,
    points: NDArray[np.float64],
    order: NDArray[np.int64],
    nodes: NDArray[np.int64],
    boxes: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def grow(
    which: NDArray[np.int64],
    budget: int,
    leaf_blocks: int,
    points: NDArray[np.float64],
    order: NDArray[np.int64],
    nodes: NDArray[np.int64],
    boxes: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def transpose_blocks(points: NDArray[np.float64], work: NDArray[np.float64], region: Region, slot: int) -> None: ...
def place_singles(tree: Tree, leaves: NDArray[np.int64], tile_of: NDArray[np.int64]) -> int: ...
def fill_singles(
    tree: Tree,
    leaves: NDArray[np.int64],
    tile_of: NDArray[np.int64],
    center: NDArray[np.float64],
    scale: float,
    tiles: NDArray[np.float32],
    region: Region,
    slot: int,
) -> None: ...
