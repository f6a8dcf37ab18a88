# SPDX-License-Identifier: BSD-3-Clause
"""Rows with missing values: whether two of them have no value in the same column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def rows_without_shared_columns(X: NDArray[Any]) -> tuple[int, int] | None:
    """Two rows that have no value in the same column, a row twice if it has none at all; None if there are none.

    Of two such rows one has values in at most half of the columns: as a rule there is no such row, and O(n d) time is
    enough. Else each of these is compared with all, where rows with values in the same columns count once.
    """
    known = ~np.isnan(X)
    few = 2 * known.sum(axis=1) <= X.shape[1]
    if not few.any():
        return None
    words = np.zeros((len(X), 8 * -(-X.shape[1] // 64)), np.uint8)
    words[:, : -(-X.shape[1] // 8)] = np.packbits(known, axis=1)
    patterns = words.view(np.uint64)
    _, first = np.unique(patterns, axis=0, return_index=True)
    first.sort()
    among, found = patterns[first], None
    for i in first[few[first]].tolist():
        (apart,) = (~(among & patterns[i]).any(axis=1)).nonzero()
        if len(apart):
            pair = sorted((i, int(first[apart[0]])))
            found = pair if found is None else min(found, pair)
    return None if found is None else (found[0], found[1])
