# SPDX-License-Identifier: BSD-3-Clause
"""The one writer of linkage matrices: merges, or the edges of a spanning tree, become a linkage matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._base import power_of_two
from .._runtime import progress
from ._kernels import merges

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Merges:
    """Merges as they are found, in any order: a point of each of the two clusters, and the height."""

    def __init__(self, n: int) -> None:
        self.pairs = np.empty((n - 1, 2), np.int64)
        self.heights = np.empty(n - 1)
        self.done = 0
        progress.report("linkage", 0, n - 1)  # from here on the callback is called again and again

    def add(self, a: NDArray[np.int64], b: NDArray[np.int64], heights: NDArray[np.float64]) -> None:
        """Add merges of the clusters of the points `a` with those of the points `b`."""
        new = slice(self.done, self.done + len(heights))
        self.pairs[new, 0], self.pairs[new, 1], self.heights[new] = a, b, heights
        self.advance(len(heights))

    def advance(self, count: int) -> None:
        """Count in `count` merges that a kernel has written behind the earlier ones."""
        self.done += count
        progress.report("linkage", self.done, len(self.heights))

    def linkage_matrix(self, owner: str, exponent: int = 0, *, sort: bool = True) -> NDArray[np.float64]:
        """The linkage matrix, with heights times 2**exponent, for the method `owner`.

        The merges are sorted by height, merges of the same height stay in their order; `sort=False` keeps the order
        of all, for methods whose heights may fall.
        """
        pairs, heights = self.pairs, scale_heights(self.heights, exponent, owner)
        if sort:
            order = heights.argsort(kind="stable")
            pairs, heights = pairs[order], heights[order]
        return label_merges(pairs, heights)


def label_merges(
    pairs: NDArray[np.int64], heights: NDArray[np.float64], *, ordered: bool = True
) -> NDArray[np.float64]:
    """The linkage matrix of merges in the order in which they happen.

    Parameters
    ----------
    pairs : ndarray of shape (n - 1, 2), int64
        A point of each of the two clusters that are merged; for a spanning tree its edges.
    heights : ndarray of shape (n - 1,), float64
    ordered : bool, default=True
        Put the cluster with the lower number first, as scipy does; False keeps the order in each pair.

    Raises
    ------
    ValueError
        The two points of a pair are in the same cluster already.
    """
    Z = np.empty((len(heights), 4))
    if not merges.label_merges(pairs, heights, np.empty(2 * len(heights) + 1, np.int64), ordered, Z):
        raise ValueError("The pairs are not the edges of a tree: two points of a pair are in one cluster already.")
    return Z


def scale_heights(heights: NDArray[np.float64], exponent: int, owner: str) -> NDArray[np.float64]:
    """Heights times 2**exponent.

    Raises
    ------
    ValueError
        A height would be beyond the largest number.
    """
    if exponent == 0:
        return heights
    heights = power_of_two.multiplied(heights.copy(), exponent)
    if not np.isfinite(heights).all():
        raise ValueError(
            f"The distances are too large for {owner}: its heights would be beyond the largest number, "
            f"{np.finfo(np.float64).max:.3g}. Divide the data by some number."
        )
    return heights
