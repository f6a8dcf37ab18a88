# SPDX-License-Identifier: BSD-3-Clause
from typing import Self

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ...neighbors._kernels.leaf_search import Search

@disjoint_base
class Cells:
    def __new__(
        cls,
        search: Search,
        leaves: NDArray[np.int64],
        cells: NDArray[np.int64],
        cell_of: NDArray[np.int64],
        tight: NDArray[np.uint8],
    ) -> Self: ...
    @property
    def search(self) -> Search: ...
    @property
    def leaves(self) -> memoryview: ...
    @property
    def cells(self) -> memoryview: ...
    @property
    def cell_of(self) -> memoryview: ...
    @property
    def tight(self) -> memoryview: ...

def list_cells(
    search: Search,
    leaves: NDArray[np.int64],
    cells: NDArray[np.int64],
    cell_of: NDArray[np.int64],
    tight: NDArray[np.uint8],
) -> tuple[int, int]: ...
