# SPDX-License-Identifier: BSD-3-Clause
from typing import Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

@disjoint_base
class PairState:
    row: int
    def __new__(
        cls,
        weights: NDArray[np.float64],
        least: float,
        count: NDArray[np.float64],
        parent: NDArray[np.int64],
        pairs: NDArray[np.int64],
    ) -> Self: ...
    @property
    def n_pairs(self) -> int: ...
    def store_in(self, pairs: NDArray[np.int64], n_pairs: int) -> None: ...

def mark_within(
    block: NDArray[np.float64],
    radius: float,
    diagonal: int,
    marks: NDArray[np.uint64],
    not_numbers: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def count_marked(
    state: PairState, marks: NDArray[np.uint64], row: int, column: int, region: Region, slot: int
) -> None: ...
def unite_stored(state: PairState) -> None: ...
def unite_marked(
    marks: NDArray[np.uint64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    parent: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def is_one_set(rows: NDArray[np.int64], columns: NDArray[np.int64], parent: NDArray[np.int64]) -> bool: ...
def number_sets(is_core: NDArray[np.uint8], parent: NDArray[np.int64], labels: NDArray[np.int64]) -> int: ...
def label_borders_stored(pairs: NDArray[np.int64], is_core: NDArray[np.uint8], labels: NDArray[np.int64]) -> None: ...
def label_borders_marked(
    marks: NDArray[np.uint64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    labels: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
