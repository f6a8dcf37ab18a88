# SPDX-License-Identifier: BSD-3-Clause
"""Rows with missing values: whether two of them have no value in the same column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._runtime import progress

if TYPE_CHECKING:
    from numpy.typing import NDArray


def rows_without_shared_columns(Y: NDArray[Any], X: NDArray[Any] | None = None) -> tuple[int, int] | None:
    """A row of `Y` and one of `X` that have no value in the same column; None if there are no such rows.

    By default two rows of `Y`, in order; a row twice if it has no value at all.

    One of two such rows has values in at most half of the columns. As a rule there is no such row, and O(n d) time is
    enough. Else each of these is compared with all, where rows with values in the same columns count once.
    """
    known = [~np.isnan(each) for each in ((Y,) if X is None else (Y, X))]
    if not any((2 * each.sum(axis=1) <= Y.shape[1]).any() for each in known):
        return None
    one, other = _patterns(known[0]), _patterns(known[-1])
    found = [(i, j) for i, j in _apart(one, other)] + [(i, j) for j, i in _apart(other, one)]
    if X is None:
        found = [(min(pair), max(pair)) for pair in found]
    return min(found, default=None)


class _Patterns(NamedTuple):
    """Which columns have values, as bits, the first of them in the highest bit of the first byte.

    bits : (n_different, n_words) all that occur
    first : the first row of each, ascending
    has_few : which of them are at most half of the columns
    """

    bits: NDArray[np.uint64]
    first: NDArray[np.intp]
    has_few: NDArray[np.bool_]


def _patterns(known: NDArray[np.bool_]) -> _Patterns:
    packed = np.packbits(known, axis=1)
    bits = np.zeros((len(known), 8 * -(-known.shape[1] // 64)), np.uint8)
    bits[:, : packed.shape[1]] = packed
    words = bits.view(np.uint64)
    _, first = np.unique(words, axis=0, return_index=True)
    first.sort()
    return _Patterns(words[first], first, 2 * known[first].sum(axis=1) <= known.shape[1])


def _apart(one: _Patterns, other: _Patterns) -> list[tuple[int, int]]:
    """For each row with few values the first of the other rows that shares none, if there is one."""
    found, rows = [], one.first[one.has_few].tolist()
    for i, (bits, row) in enumerate(zip(one.bits[one.has_few], rows, strict=True)):
        progress.report("missing values", i, len(rows))
        shared = (other.bits & bits).any(axis=1)
        if not shared.all():
            found.append((row, int(other.first[shared.argmin()])))
    return found
