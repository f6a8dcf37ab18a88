# SPDX-License-Identifier: BSD-3-Clause
"""What containers of data say of themselves: tables, plans of a computation, columns of vectors.

They are told by what they can do: pandas, polars, pyarrow, dask and torch are never imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def is_lazy(X: object) -> bool:
    """Whether `X` is a plan of a computation, as those of dask and polars, that would have to run to have values."""
    return hasattr(X, "__dask_graph__") or (hasattr(X, "collect") and not hasattr(X, "__array__"))


def is_vector(value: object) -> bool:
    """Whether `value` is a sequence or an array of one dimension or more."""
    return isinstance(value, Sequence | np.ndarray) and not isinstance(value, str | bytes) and np.ndim(value) > 0


def column_labels(X: object) -> Any:
    """What a table calls its columns; None for other things, and for a table without columns."""
    # These two attributes tell a table (pandas, polars, pyarrow) from other things that have columns.
    if type(X) is np.ndarray or not (hasattr(X, "__arrow_c_stream__") or hasattr(X, "__dataframe__")):
        return None
    names = getattr(X, "column_names", None)  # pyarrow, where `columns` are the data
    if names is None:
        names = getattr(X, "columns", None)
    return None if names is None or len(names) == 0 else names
