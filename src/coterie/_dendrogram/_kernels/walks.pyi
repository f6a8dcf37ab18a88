# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

NEGATIVE_INDEX: int
NEGATIVE_DISTANCE: int
NEGATIVE_COUNT: int
EXCESSIVE_COUNT: int
TOO_EARLY: int
TWICE: int
NOT_WHOLE: int

def read_children(Z: NDArray[np.float64], used: NDArray[np.uint8], children: NDArray[np.int64]) -> int: ...
def count_leaves(children: NDArray[np.int64], size: NDArray[np.int64]) -> None: ...
def order_leaves(
    children: NDArray[np.int64], size: NDArray[np.int64], first: NDArray[np.int64], leaves: NDArray[np.int32]
) -> None: ...
def order_clusters(
    children: NDArray[np.int64], size: NDArray[np.int64], first: NDArray[np.int64], order: NDArray[np.int64]
) -> None: ...
def find_leaders(
    children: NDArray[np.int64],
    order: NDArray[np.int64],
    label: NDArray[np.int32],
    leaders: NDArray[np.int32],
    labels: NDArray[np.int32],
) -> int: ...
