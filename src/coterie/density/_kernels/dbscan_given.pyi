# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)
_Index = TypeVar("_Index", np.int32, np.int64)

@disjoint_base
class Growth:
    def __new__(cls, is_core: NDArray[np.uint8], labels: NDArray[np.int64], stack: NDArray[np.int64]) -> Self: ...
    @property
    def n_clusters(self) -> int: ...
    @property
    def complete(self) -> bool: ...

@disjoint_base
class Unlabeled:
    def __new__(cls, points: NDArray[np.int64]) -> Self: ...

def count_in_matrix(
    D: NDArray[_Real],
    radius: float,
    weights: NDArray[np.float64],
    count: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def grow_in_matrix(
    D: NDArray[_Real], radius: float, clusters: Growth, rest: Unlabeled, region: Region, slot: int
) -> None: ...
def count_in_graph(
    starts: NDArray[np.int64],
    columns: NDArray[_Index],
    distances: NDArray[_Real],
    radius: float,
    weights: NDArray[np.float64],
    count: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def grow_in_graph(
    starts: NDArray[np.int64],
    columns: NDArray[_Index],
    distances: NDArray[_Real],
    radius: float,
    clusters: Growth,
    region: Region,
    slot: int,
) -> None: ...
