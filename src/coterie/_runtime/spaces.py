# SPDX-License-Identifier: BSD-3-Clause
"""Memory that threads write to side by side: cores that write to the same cache line wait for each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .strips import ceil_div

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["APART", "spaces"]

APART = 16  # float64 numbers, at least, between what two threads write to again and again
_LINE = 8  # float64 numbers of a cache line


def spaces(n_slots: int, n_numbers: int) -> NDArray[np.float64]:
    """Work space (n_slots, >= n_numbers), a row for each thread, where vectors are aligned."""
    stride = ceil_div(n_numbers, _LINE) * _LINE + APART
    numbers = np.empty(n_slots * stride + _LINE)
    first: int = -numbers.__array_interface__["data"][0] % (8 * _LINE) // 8
    return numbers[first : first + n_slots * stride].reshape(n_slots, stride)
