# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

WIDTH: int

@disjoint_base
class ByFeature:
    def __new__(
        cls, columns: NDArray[np.float32], norms: NDArray[np.float32], squares: NDArray[np.float64]
    ) -> Self: ...
    def take(self, exact: NDArray[np.float64], scale: float) -> None: ...
    def finish(self, squares: NDArray[np.float64], twins: NDArray[np.intp], unit: float) -> None: ...

def pack(centers: ByFeature, squares: NDArray[np.float64], region: Region, slot: int) -> None: ...
def move_centers(
    sums: NDArray[np.float64],
    weights: NDArray[np.float64],
    goals: NDArray[np.intp],
    exact: NDArray[np.float64],
    centers: ByFeature,
    moved: NDArray[np.float64],
    squares: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def label_rows(
    starts: NDArray[np.int64],
    features: NDArray[np.int32],
    values: NDArray[_Real],
    sizes: NDArray[np.float64],
    centers: ByFeature,
    loss: NDArray[np.float32],
    labels: NDArray[np.int32],
    margins: NDArray[np.float32],
    space: NDArray[np.float64],
    counts: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def sum_clusters(
    starts: NDArray[np.int64],
    features: NDArray[np.int32],
    values: NDArray[_Real],
    weight: NDArray[np.float64],
    rows: NDArray[np.intp],
    clusters: NDArray[np.intp],
    ends: NDArray[np.intp],
    sums: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def squares_to_own(
    starts: NDArray[np.int64],
    features: NDArray[np.int32],
    values: NDArray[_Real],
    centers: NDArray[np.float64],
    squares: NDArray[np.float64],
    filled: NDArray[np.int64],
    labels: NDArray[np.int32],
    dense: NDArray[np.float64],
    out: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def distances_to_all(
    starts: NDArray[np.int64],
    features: NDArray[np.int32],
    values: NDArray[_Real],
    centers: NDArray[np.float64],
    columns: NDArray[np.float64],
    squares: NDArray[np.float64],
    space: NDArray[np.float64],
    out: NDArray[_Real],
    region: Region,
    slot: int,
) -> None: ...
def squares_to_trials(
    starts: NDArray[np.int64],
    features: NDArray[np.int32],
    values: NDArray[_Real],
    sizes: NDArray[np.float64],
    weight: NDArray[np.float64],
    trials: NDArray[np.intp],
    place: NDArray[np.int32],
    columns: NDArray[np.float64],
    closest: NDArray[np.float64],
    space: NDArray[np.float64],
    squares: NDArray[np.float64],
    gains: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def hash_rows(
    starts: NDArray[np.int64],
    features: NDArray[np.int32],
    values: NDArray[_Real],
    d: int,
    coarsely: bool,
    hashes: NDArray[np.uint64],
    region: Region,
    slot: int,
) -> None: ...
def deviations(
    starts: NDArray[np.int64],
    features: NDArray[np.int32],
    values: NDArray[_Real],
    mean: NDArray[np.float64],
    sums: NDArray[np.float64],
    squares: NDArray[np.float64],
    reach: NDArray[np.float64],
    count: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
