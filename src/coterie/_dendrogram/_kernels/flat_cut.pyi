# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

NEAREST_MEMBER: int
FARTHEST_MEMBER: int
MEAN_OF_MEMBERS: int

def heads_by_number(children: NDArray[np.intp], heads: NDArray[np.int64]) -> None: ...
def heads_by_size(
    children: NDArray[np.intp], sizes: NDArray[np.float64], min_size: float, heads: NDArray[np.int64]
) -> int: ...
def label_below(
    children: NDArray[np.intp], heads: NDArray[np.int64], nodes: NDArray[np.int64], labels: NDArray[np.intp]
) -> None: ...
def weigh_below(children: NDArray[np.intp], heads: NDArray[np.int64], nodes: NDArray[np.float64]) -> None: ...
def nearest_cluster(
    distances: NDArray[np.float64],
    starts: NDArray[np.int64],
    weights: NDArray[np.float64],
    kind: int,
    rows: int,
    labels: NDArray[np.intp],
    region: Region,
    slot: int,
) -> None: ...
