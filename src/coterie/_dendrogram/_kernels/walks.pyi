# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

def count_leaves(children: NDArray[np.int64], size: NDArray[np.int64]) -> None: ...
def order_leaves(
    children: NDArray[np.int64], size: NDArray[np.int64], first: NDArray[np.int64], leaves: NDArray[np.int32]
) -> None: ...
def order_children(
    edges: NDArray[np.int64],
    size: NDArray[np.int64],
    first: NDArray[np.int64],
    entry: NDArray[np.int64],
    children: NDArray[np.int64],
) -> None: ...
def order_clusters(
    children: NDArray[np.int64], size: NDArray[np.int64], first: NDArray[np.int64], order: NDArray[np.int64]
) -> None: ...
def order_levels(children: NDArray[np.int64], order: NDArray[np.int64]) -> None: ...
def find_parents(children: NDArray[np.int64], parent: NDArray[np.int64]) -> None: ...
