# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
from numpy.typing import NDArray

def number_labels(labels: NDArray[np.int64], values: NDArray[np.int64], codes: NDArray[np.int64]) -> int: ...
