# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

from ..._runtime._kernels.work import Region

def count_below(
    children: NDArray[np.int64], key: NDArray[np.float64], most: int, reached: NDArray[np.int32]
) -> int: ...
def label_below(
    children: NDArray[np.int64],
    key: NDArray[np.float64],
    threshold: float,
    stack: NDArray[np.int64],
    label: NDArray[np.int32],
) -> None: ...
def label_merged(
    children: NDArray[np.int64],
    rank: NDArray[np.int64],
    n_merges: NDArray[np.int64],
    top: NDArray[np.int64],
    number: NDArray[np.int64],
    labels: NDArray[np.int64],
    region: Region,
    slot: int,
) -> None: ...
def find_leaders(
    children: NDArray[np.int64],
    order: NDArray[np.int64],
    label: NDArray[np.int32],
    leaders: NDArray[np.int32],
    labels: NDArray[np.int32],
) -> int: ...
def undo_last_merges(children: NDArray[np.int64], heads: NDArray[np.int64]) -> None: ...
def split_by_size(
    children: NDArray[np.int64], sizes: NDArray[np.float64], min_size: float, heads: NDArray[np.int64]
) -> int: ...
def label_members(
    children: NDArray[np.int64], heads: NDArray[np.int64], nodes: NDArray[np.int64], labels: NDArray[np.intp]
) -> None: ...
def weigh_members(children: NDArray[np.int64], heads: NDArray[np.int64], nodes: NDArray[np.float64]) -> None: ...
