# SPDX-License-Identifier: BSD-3-Clause
from typing import Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

NODE_ROWS: int

@disjoint_base
class Flow:
    def __new__(
        cls,
        squares: NDArray[np.float64],
        weight: NDArray[np.float64],
        labels: NDArray[np.int32],
        numbers: NDArray[np.float64],
        low: int,
        high: int,
        links: NDArray[np.intp],
        nodes: NDArray[np.intp],
        pairs: NDArray[np.float64],
        listed: NDArray[np.intp],
        costs: NDArray[np.float64],
        rows: NDArray[np.intp],
    ) -> Self: ...

def choose_clusters(flow: Flow, region: Region, slot: int) -> None: ...
def count_excess(flow: Flow) -> int: ...
def pass_on(flow: Flow, region: Region, slot: int) -> None: ...
def settle(flow: Flow) -> None: ...
