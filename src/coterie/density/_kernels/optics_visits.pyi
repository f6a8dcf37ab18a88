# SPDX-License-Identifier: BSD-3-Clause
from typing import Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region
from ...neighbors._kernels.kd_tree import Tree

SAME: int
ROOT: int
POWER: int

@disjoint_base
class Lists:
    def __new__(
        cls,
        starts: NDArray[np.int64],
        sizes: NDArray[np.int64],
        at: NDArray[np.int64],
        is_whole: NDArray[np.uint8],
        near: NDArray[np.int64],
        weights: NDArray[np.float64],
        core: NDArray[np.float64],
        room: int,
        limit: float,
    ) -> Self: ...
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    at: NDArray[np.int64]
    is_whole: NDArray[np.uint8]
    near: NDArray[np.int64]
    weights: NDArray[np.float64]
    core: NDArray[np.float64]

@disjoint_base
class Remaining:
    def __new__(
        cls,
        tree: Tree,
        points: NDArray[np.float64],
        boxes: NDArray[np.float64],
        position: NDArray[np.int64],
        near: NDArray[np.float64],
        rows: NDArray[np.int64],
        query: NDArray[np.float64],
        box: NDArray[np.float64],
        unreduced: int,
        bound: float,
    ) -> Self: ...
    tree: Tree
    points: NDArray[np.float64]
    boxes: NDArray[np.float64]
    position: NDArray[np.int64]
    near: NDArray[np.float64]
    rows: NDArray[np.int64]
    query: NDArray[np.float64]
    box: NDArray[np.float64]
    n_searches: int

@disjoint_base
class Visits:
    def __new__(
        cls,
        order: NDArray[np.int64],
        reach: NDArray[np.float64],
        predecessor: NDArray[np.int64],
        is_visited: NDArray[np.uint8],
        heap: NDArray[np.int64],
    ) -> Self: ...
    order: NDArray[np.int64]
    reach: NDArray[np.float64]
    predecessor: NDArray[np.int64]
    is_visited: NDArray[np.uint8]
    heap: NDArray[np.int64]
    n_visited: int

def fill_lists(
    tree: Tree,
    leaves: NDArray[np.int64],
    parts: int,
    unreduced: int,
    columns: int,
    min_samples: int,
    lists: Lists,
    near: NDArray[np.float64],
    rows: NDArray[np.int64],
    singles: NDArray[np.float32],
    region: Region,
    slot: int,
) -> None: ...
def visit_rows(
    visits: Visits, lists: Lists, remaining: Remaining | None, min_samples: int, region: Region, slot: int
) -> None: ...
