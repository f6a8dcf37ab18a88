# SPDX-License-Identifier: BSD-3-Clause
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from typing_extensions import disjoint_base

from ..._runtime._kernels.work import Region

_Real = TypeVar("_Real", np.float32, np.float64)

@disjoint_base
class Moves:
    def __new__(
        cls,
        before: NDArray[np.int32],
        members: NDArray[np.int64],
        places: NDArray[np.int64],
        ends: NDArray[np.intp],
        anew: NDArray[np.uint8],
        sums: NDArray[np.float64],
        weights: NDArray[np.float64],
        masses: NDArray[np.float64],
    ) -> Self: ...

def count_moves(
    labels: NDArray[np.int32], weight: NDArray[np.float64], moves: Moves, region: Region, slot: int
) -> None: ...
def plan_moves(moves: Moves, piece: int, pieces: NDArray[np.intp]) -> tuple[int, int, int, bool]: ...
def place_moves(
    labels: NDArray[np.int32],
    weight: NDArray[np.float64],
    some_anew: bool,
    moves: Moves,
    rows: NDArray[np.intp],
    region: Region,
    slot: int,
) -> None: ...
def sum_pieces(
    X: NDArray[_Real],
    weight: NDArray[np.float64],
    shift: NDArray[np.float64],
    rows: NDArray[np.intp],
    pieces: NDArray[np.intp],
    partials: NDArray[np.float64],
    moves: Moves,
    space: NDArray[np.float64],
    region: Region,
    slot: int,
) -> None: ...
def finish_moves(moves: Moves, pieces: NDArray[np.intp], partials: NDArray[np.float64]) -> int: ...
