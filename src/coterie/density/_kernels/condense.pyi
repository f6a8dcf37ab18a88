# SPDX-License-Identifier: BSD-3-Clause
from typing import Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

@disjoint_base
class Rows:
    def __new__(
        cls,
        parent: NDArray[np.int64],
        child: NDArray[np.int64],
        lambda_val: NDArray[np.float64],
        size: NDArray[np.float64],
    ) -> Self: ...
    @property
    def count(self) -> int: ...
    @property
    def n_clusters(self) -> int: ...

@disjoint_base
class Queue:
    def __new__(cls, root: int, node: NDArray[np.int64], cluster: NDArray[np.int64]) -> Self: ...

def sum_sizes(Z: NDArray[np.float64], size: NDArray[np.float64]) -> None: ...
def condense(
    Z: NDArray[np.float64],
    size: NDArray[np.float64],
    core: NDArray[np.float64],
    least: float,
    queue: Queue,
    rows: Rows,
    region: Region,
    slot: int,
) -> None: ...

@disjoint_base
class Clusters:
    def __new__(
        cls,
        parent: NDArray[np.int64],
        birth: NDArray[np.float64],
        death: NDArray[np.float64],
        deepest: NDArray[np.float64],
        stability: NDArray[np.float64],
        size: NDArray[np.float64],
        is_leaf: NDArray[np.uint8],
    ) -> Self: ...

def measure(
    parent: NDArray[np.int64],
    child: NDArray[np.int64],
    value: NDArray[np.float64],
    size: NDArray[np.float64],
    n: int,
    clusters: Clusters,
) -> None: ...
def undo_splits(
    clusters: Clusters, persistence: float, becomes: NDArray[np.int64], latest: NDArray[np.float64]
) -> None: ...
def select(
    clusters: Clusters,
    leaves: bool,
    allow_root: bool,
    largest: float,
    epsilon: float,
    epsilon_max: float,
    root_distance: float,
    stability: NDArray[np.float64],
    up: NDArray[np.int64],
    chosen: NDArray[np.uint8],
    nearest: NDArray[np.int64],
) -> None: ...
def label(
    cluster: NDArray[np.int64],
    value: NDArray[np.float64],
    nearest: NDArray[np.int64],
    number: NDArray[np.int64],
    death: NDArray[np.float64],
    least: float,
    labels: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
