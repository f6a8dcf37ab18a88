# SPDX-License-Identifier: BSD-3-Clause
"""Exact sums of the rows of each cluster: the same for any order of the rows (_kernels/grid_sums.pyx)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._runtime import parallel
from .._runtime.spaces import spaces
from ._kernels import grid_sums

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_BITS = 50  # of a float64 that a grid can take from it
_LOWEST = -1074  # the exponent of the smallest number above 0


class GridSums:
    """Sums of rows that move from cluster to cluster, in whole numbers.

    Each number is rounded to a multiple of a step that is the same for all numbers of a column. That multiple is kept
    in `levels` words of `bits` binary digits, and of each word there is a sum in 64 bits.

    Attributes
    ----------
    sums, weights : (k, d) and (k,), of weight * (x - shift) and of the weights, as of the last `settle`; exactly 0
        where no row has weight
    """

    def __init__(
        self,
        n_rows: int,
        n_sums: int,
        shift: NDArray[np.float64],
        reach: NDArray[np.float64],
        heaviest: float,
        digits: int,
        n_threads: int,
    ) -> None:
        """
        n_rows : that are ever in one sum, at most
        reach : (d,), how far numbers are from `shift`, at most
        heaviest : the largest weight
        digits : how many binary digits below the largest number of a column count, at least
        """
        d = len(shift)
        self.shift, self.n_threads = shift, n_threads
        self.bits = min(_MOST_BITS, 62 - n_rows.bit_length())
        levels = -(-digits // self.bits)
        tops = np.append(reach, 1.0) * heaviest * (1 + 2.0**-40)  # products were rounded
        exponents = np.frexp(tops)[1]
        exponents = np.maximum(exponents, _LOWEST + 2 + levels * self.bits)  # steps are numbers above 0
        self.exponents = exponents - self.bits * np.arange(1, levels + 1)[:, None]  # (levels, d + 1), of the steps
        self.origins = np.ldexp(1.5, 52 + self.exponents)
        slots = max(1, n_threads)
        self.counts = np.zeros((slots, n_sums + 1, levels, d + 1), np.uint64)
        self.space = spaces(slots, d + 1)
        self.settle()

    def move(
        self, X: NDArray[Any], weight: NDArray[np.float64], before: NDArray[np.int32], labels: NDArray[np.int32]
    ) -> None:
        """Rows go from the sums of their labels before to those of their labels now; -1 is none."""
        cost = 2.0 * self.counts.shape[2] * X.shape[1] + 2
        n_threads = parallel.threads_for(cost * len(X), self.n_threads)
        parallel.over(
            len(X),
            parallel.chunk(cost),
            n_threads,
            grid_sums.move_rows,
            X,
            weight,
            self.shift,
            before,
            labels,
            self.origins,
            self.counts,
            self.space,
        )

    def settle(self) -> None:
        """Bring `sums` and `weights` up to date."""
        words = np.add.reduce(self.counts[:, :-1], axis=0).view(np.int64)  # (k, levels, d + 1)
        for level in range(words.shape[1] - 1, 0, -1):  # what is more than half a step of the grid before belongs there
            carry = (words[:, level] + (1 << (self.bits - 1))) >> self.bits
            words[:, level] -= carry << self.bits
            words[:, level - 1] += carry
        total = np.zeros((len(words), words.shape[2]))
        for level in range(words.shape[1] - 1, -1, -1):  # from small to large: hardly anything is rounded away
            total += np.ldexp(words[:, level].astype(np.float64), self.exponents[level])
        self.sums, self.weights = np.ascontiguousarray(total[:, :-1]), np.ascontiguousarray(total[:, -1])


def digits_needed(spread: NDArray[np.float64], reach: NDArray[np.float64], lightest: float, heaviest: float) -> int:
    """How many binary digits below the largest number let float64 numbers of each column's spread keep theirs.

    spread, reach : (d,), standard deviation and largest distance from the mean of each column
    lightest, heaviest : the smallest weight above 0, and the largest one
    """
    is_some = spread > 0
    ratio = float((reach[is_some] / spread[is_some]).max(initial=1.0))
    return 56 + math.frexp(ratio)[1] + math.frexp(heaviest)[1] - math.frexp(lightest)[1]
