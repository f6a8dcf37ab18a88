# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region
from ...neighbors._kernels.kd_tree import Tree
from .boruvka import Forest

SAME: int
ROOT: int
POWER: int

def fill_lists(
    tree: Tree,
    nodes: NDArray[np.int64],
    leaves: NDArray[np.int64],
    parts: int,
    unreduced: int,
    columns: int,
    min_samples: int,
    forest: Forest,
    core: NDArray[np.float64],
    near: NDArray[np.float64],
    rows: NDArray[np.int64],
    singles: NDArray[np.float32],
    region: Region,
    slot: int,
) -> None: ...
def list_nodes(tree: Tree, out: NDArray[np.int64]) -> int: ...
def least_core(tree: Tree, nodes: NDArray[np.int64], core: NDArray[np.float64], least: NDArray[np.float64]) -> None: ...
def mark_nodes(tree: Tree, nodes: NDArray[np.int64], forest: Forest, whole: NDArray[np.int64]) -> None: ...
def search(
    tree: Tree,
    leaves: NDArray[np.int64],
    whole: NDArray[np.int64],
    unreduced: int,
    core: NDArray[np.float64],
    least: NDArray[np.float64],
    forest: Forest,
    region: Region,
    slot: int,
) -> None: ...
