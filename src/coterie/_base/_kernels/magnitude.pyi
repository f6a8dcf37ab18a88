# SPDX-License-Identifier: BSD-3-Clause
from typing import Any

from numpy.typing import NDArray

def largest_magnitude(array: NDArray[Any]) -> float: ...
