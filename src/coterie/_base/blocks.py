# SPDX-License-Identifier: BSD-3-Clause
"""Rows in blocks, for work whose space must not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator

_NUMBERS = 1 << 20  # of a block: 8 MB


def blocks(n_rows: int, numbers_per_row: int) -> Iterator[slice]:
    """Slices of the rows, each of about a million numbers; at least one row each."""
    step = max(1, _NUMBERS // max(1, numbers_per_row))
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))
