# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

MOST_BINS: int
WORD_CODES: int

@disjoint_base
class Codes:
    def __new__(
        cls,
        words: NDArray[np.uint64],
        edges: NDArray[np.float64],
        is_mixed: NDArray[np.uint8],
        weight: NDArray[np.int64],
    ) -> Self: ...

@disjoint_base
class Medians:
    def __new__(
        cls,
        before: NDArray[np.int32],
        bins: NDArray[np.uint8],
        below: NDArray[np.int64],
        inside: NDArray[np.int64],
        total: NDArray[np.int64],
        changed: NDArray[np.uint8],
        n_kept: NDArray[np.int32],
        values: NDArray[np.float64],
        weights: NDArray[np.int64],
    ) -> Self: ...

def encode_rows(
    X: NDArray[_Real],
    per_unit: float,
    codes: Codes,
    is_mixed: NDArray[np.uint8],
    is_off_grid: NDArray[np.uint8],
    region: Region,
    slot: int,
) -> None: ...
def follow_labels(
    X: NDArray[_Real], labels: NDArray[np.int32], keep_sums: bool, codes: Codes, medians: Medians
) -> None: ...
def count_members(
    labels: NDArray[np.int32],
    wanted: NDArray[np.uint8],
    codes: Codes,
    counts: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def place_members(
    labels: NDArray[np.int32],
    wanted: NDArray[np.uint8],
    codes: Codes,
    places: NDArray[np.int64],
    rows: NDArray[np.intp],
    region: Region,
    slot: int,
) -> None: ...
def find_medians(
    X: NDArray[_Real],
    codes: Codes,
    clusters: NDArray[np.intp],
    rows: NDArray[np.intp],
    starts: NDArray[np.intp],
    has_sums: bool,
    medians: Medians,
    values: NDArray[np.float64],
    weights: NDArray[np.int64],
    centers: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
