# SPDX-License-Identifier: BSD-3-Clause
"""Sums, quantiles and first members of the groups that rows are in, all groups at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import power_of_two
from .._base.blocks import blocks
from ..distances._sparse import SparseRows
from ..kmeans._assignment import squares_to_own
from ..kmeans._sparse_rows import divided_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Groups:
    """Rows ordered by the group that they are in.

    order : rows, those of the first group first, in each group ascending
    starts, sizes : where each group begins in `order`, and how many rows it has
    """

    def __init__(self, codes: NDArray[np.integer], n_groups: int):
        small = np.uint8 if n_groups <= 1 << 8 else np.uint16 if n_groups <= 1 << 16 else np.int64
        self.order = np.argsort(codes.astype(small), kind="stable")  # by counting, for the small types
        self.sizes = np.bincount(codes, minlength=n_groups)
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])

    def __len__(self) -> int:
        return len(self.sizes)

    def slices(self) -> Iterator[slice]:
        for start, size in zip(self.starts.tolist(), self.sizes.tolist(), strict=True):
            yield slice(start, start + size)

    def sums(self, ordered: NDArray[Any]) -> NDArray[np.float64]:
        """Sum over each group of values in the order of `order`."""
        total = np.zeros((len(self), *ordered.shape[1:]))
        filled = np.flatnonzero(self.sizes)
        if len(filled):
            total[filled] = np.add.reduceat(ordered, self.starts[filled], axis=0, dtype=np.float64)
        return total

    def spread_out(self, of_groups: NDArray[Any]) -> NDArray[Any]:
        """For each row, in the order of `order`, what its group has."""
        return np.repeat(of_groups, self.sizes, axis=0)

    def sort_within(self, ordered: NDArray[Any]) -> None:
        """Sort values, in the order of `order`, within each group and in place; NaN goes to the end."""
        for part in self.slices():
            ordered[part].sort()

    def quantiles(
        self, ascending: NDArray[np.floating], counts: NDArray[np.integer], share: float
    ) -> NDArray[np.float64]:
        """Quantile of each group, interpolated as numpy does, of values that `sort_within` sorted.

        counts : how many of them there are in each group, without NaN; where there are none the quantile is NaN
        """
        place = np.maximum(counts - 1, 0) * share
        below = np.floor(place).astype(np.int64)
        above = np.minimum(below + 1, np.maximum(counts - 1, 0))
        # Where there is no value, any place will do.
        at = [np.minimum(self.starts + each, len(ascending) - 1) for each in (below, above)]
        low, high = (ascending[each].astype(np.float64) for each in at)
        weight = place - below
        middle = np.where(weight < 0.5, low + weight * (high - low), high - (1 - weight) * (high - low))
        return np.where(counts > 0, middle, np.nan)

    def first(self, ordered: NDArray[np.floating], most: int) -> tuple[NDArray[np.int64], ...]:
        """Rows of each group with the lowest values, in ascending order, on ties the lower row first; not infinity."""
        found = []
        for part in self.slices():
            values = ordered[part]
            if len(values) > most:
                near = np.flatnonzero(values <= np.partition(values, most - 1)[most - 1])
            else:
                near = np.arange(len(values))
            near = near[np.isfinite(values[near])]
            best = near[np.argsort(values[near], kind="stable")[:most]]
            found.append(self.order[part.start + best])
        return tuple(found)


def distances_to_own(
    rows: NDArray[np.floating] | SparseRows, labels: NDArray[np.integer], centers: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Euclidean distance of each row to the center of its label, in float64 from true differences."""
    if isinstance(rows, SparseRows):
        exponent = power_of_two.exponent_for(rows.values, centers)
        squares = squared_distances(divided_rows(rows, exponent), labels, power_of_two.divided(centers, exponent))
        return power_of_two.multiplied(np.sqrt(squares), exponent)
    found = np.empty(len(rows))
    for part, far in _from_own(rows, labels, centers):
        found[part] = power_of_two.lengths(far)
    return found


def squared_distances(
    rows: NDArray[np.floating] | SparseRows, labels: NDArray[np.integer], centers: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Their squares; the rows must not be so large or small that these overflow or vanish."""
    if isinstance(rows, SparseRows):
        return squares_to_own(rows, centers, labels.astype(np.int32), 1)
    squares = np.empty(len(rows))
    for part, far in _from_own(rows, labels, centers):
        squares[part] = np.einsum("ij,ij->i", far, far)
    return squares


def _from_own(
    rows: NDArray[np.floating], labels: NDArray[np.integer], centers: NDArray[np.float64]
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    for part in blocks(*rows.shape):
        with np.errstate(over="ignore"):
            yield part, rows[part].astype(np.float64) - centers[labels[part]]
