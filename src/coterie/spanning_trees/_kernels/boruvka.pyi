# SPDX-License-Identifier: BSD-3-Clause
from typing import Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

MOST: int
IS_EXACT: int

@disjoint_base
class Forest:
    def __new__(
        cls,
        order: NDArray[np.int64],
        component: NDArray[np.int64],
        near: NDArray[np.int64],
        weights: NDArray[np.float64],
        at: NDArray[np.uint8],
        beyond: NDArray[np.float64],
        bound: NDArray[np.float64],
        edge: NDArray[np.int64],
    ) -> Self: ...
    order: NDArray[np.int64]
    component: NDArray[np.int64]
    near: NDArray[np.int64]
    weights: NDArray[np.float64]
    at: NDArray[np.uint8]
    beyond: NDArray[np.float64]
    bound: NDArray[np.float64]
    edge: NDArray[np.int64]

def weigh_lists(forest: Forest, core: NDArray[np.float64], region: Region, slot: int) -> None: ...
def advance(forest: Forest, region: Region, slot: int) -> None: ...
def choose(forest: Forest, region: Region, slot: int) -> None: ...
def join(
    forest: Forest,
    roots: NDArray[np.int64],
    n_roots: int,
    parent: NDArray[np.int64],
    edges: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> int: ...
def relabel(forest: Forest, parent: NDArray[np.int64], region: Region, slot: int) -> None: ...
