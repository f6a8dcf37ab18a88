# SPDX-License-Identifier: BSD-3-Clause
from typing import Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

BLOCK: int

@disjoint_base
class Centers:
    rows: NDArray[np.float64]
    blocks: NDArray[np.float64]
    coarse: NDArray[np.float32]
    size: NDArray[np.float64]
    def __new__(
        cls,
        rows: NDArray[np.float64],
        blocks: NDArray[np.float64],
        coarse: NDArray[np.float32],
        size: NDArray[np.float64],
        smallest: NDArray[np.float64] | None = None,
    ) -> Self: ...

@disjoint_base
class Chain:
    n_merged: int
    def __new__(cls, chain: NDArray[np.int64], link: NDArray[np.float64], dead: NDArray[np.float64]) -> Self: ...

@disjoint_base
class CenterQueue:
    n_merged: int
    def __new__(
        cls,
        centers: Centers,
        least: NDArray[np.float64],
        nearest: NDArray[np.int64],
        name: NDArray[np.int64],
        heap: NDArray[np.int64],
        n_free: int,
    ) -> Self: ...

def nearest_clusters(
    centers: Centers,
    queries: NDArray[np.int64],
    later: bool,
    least: NDArray[np.float64],
    nearest: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def merge_pairs(centers: Centers, a: NDArray[np.int64], b: NDArray[np.int64]) -> None: ...
def merge_chain(
    centers: Centers,
    chain: Chain,
    name: NDArray[np.int64],
    pairs: NDArray[np.int64],
    heights: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def merge_nearest(
    queue: CenterQueue,
    weighted: bool,
    pairs: NDArray[np.int64],
    squares: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
