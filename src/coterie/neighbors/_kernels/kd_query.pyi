# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region
from .kd_tree import Tree

QUERIES: int

def leaves(tree: Tree, out: NDArray[np.int64]) -> int: ...
def nearest(
    many: Tree,
    one: Tree,
    which: NDArray[np.int64],
    parts: int,
    others: bool,
    root: bool,
    near: NDArray[np.float64],
    rows: NDArray[np.int64],
    singles: NDArray[np.float32],
    distances: NDArray[np.float64],
    indices: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def within(
    many: Tree,
    one: Tree,
    which: NDArray[np.int64],
    parts: int,
    others: bool,
    bound: float,
    work: NDArray[np.float64],
    starts: NDArray[np.int64],
    counts: NDArray[np.int64],
    indices: NDArray[np.int64],
    distances: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
