# SPDX-License-Identifier: BSD-3-Clause
"""Small batches drawn from rows in memory, and whether further ones still make the centers better."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def draws(
    weight: NDArray[np.float64], n: int, size: int, random_state: np.random.RandomState
) -> Callable[[], NDArray[np.intp]]:
    """A function that draws `size` of `n` rows with replacement, as ``random_state.choice`` with weights does.

    That one adds up all weights for each batch.
    """
    if not len(weight) or weight.min() == weight.max():
        return lambda: (random_state.random_sample(size) * n).astype(np.intp)
    shares = (weight / weight.sum()).cumsum()
    shares /= shares[-1]
    return lambda: shares.searchsorted(random_state.random_sample(size), side="right")


@dataclasses.dataclass
class Smoothed:
    """The inertia of batches, for a row: an average in which the last ones count most, without that of the first one.

    The first batch is left out because its inertia is that of the start. Until the second one, it stands in.
    """

    share: float  # of the last batch
    mean: float = math.nan
    lowest: float = math.inf
    n_without: int = 0  # batches since a new minimum
    n_batches: int = 0

    def add(self, inertia: float, is_first: bool) -> None:
        self.n_batches += not is_first
        if self.n_batches <= 1:
            self.mean = inertia
        else:
            self.mean = self.mean * (1 - self.share) + inertia * self.share
        if is_first:
            return
        if self.mean < self.lowest:
            self.lowest, self.n_without = self.mean, 0
        else:
            self.n_without += 1
