# SPDX-License-Identifier: BSD-3-Clause
"""Many columns as two: the first two principal components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base.wording import shortened

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MOST_COLUMNS = 2_000  # whose covariances are worked out; of more columns the components are those of a sample of rows
_SAMPLE = 2_000
_BLOCK = 1 << 20  # numbers worked on at a time
_LONGEST_TEXT = 48


class Projection:
    """The first two principal components of the rows of `array`, in its own units: nothing is scaled.

    Attributes
    ----------
    axes : ndarray of shape (2, n_features)
        Unit vectors; the coefficient farthest from 0 is positive. 0 where there is no further component.
    shares : ndarray of shape (2,)
        Share of the variance along each of them; 0 where the rows are all equal.
    """

    def __init__(self, array: NDArray[Any]) -> None:
        n, d = array.shape
        self.mean = array.mean(axis=0, dtype=np.float64)
        low, high = array.min(axis=0), array.max(axis=0)
        reach = float(np.maximum(high - self.mean, self.mean - low).max()) or 1.0  # so that no square overflows
        if d <= _MOST_COLUMNS:
            products = np.zeros((d, d))
            for rows in _blocks(array):
                centered = (array[rows] - self.mean) / reach
                products += centered.T @ centered
            spread, vectors = np.linalg.eigh(products)
            spread, axes = spread[::-1], vectors.T[::-1]
        else:
            some = (array[:: -(-n // _SAMPLE)] - self.mean) / reach
            _, spread, axes = np.linalg.svd(some, full_matrices=False)
            spread = np.square(spread)
        spread = np.maximum(spread, 0.0)
        self.axes, self.shares = np.zeros((2, d)), np.zeros(2)
        found = min(2, len(axes))
        self.axes[:found] = axes[:found]
        farthest = np.take_along_axis(self.axes, abs(self.axes).argmax(axis=1)[:, np.newaxis], axis=1)
        self.axes *= np.where(farthest < 0, -1.0, 1.0)
        self.shares[:found] = spread[:found] / (spread.sum() or 1.0)

    def __call__(self, array: NDArray[Any]) -> NDArray[np.float64]:
        """Places (n, 2) of the rows."""
        places = np.empty((len(array), 2))
        for rows in _blocks(array):
            places[rows] = (array[rows] - self.mean) @ self.axes.T
        return places

    def names(self, columns: Sequence[str] | None) -> list[str]:
        """What to write at the two axes: the share of the variance, and what they are mostly made of."""
        texts = []
        for nth, axis, share in zip(("first", "second"), self.axes, self.shares, strict=True):
            text = f"{nth} principal component ({share:.0%} of the variance)"
            if columns is not None and axis.any():
                text += f"\nmostly {_made_of(axis, columns)}"
            texts.append(text)
        return texts


def _made_of(axis: NDArray[Any], columns: Sequence[str]) -> str:
    """The columns, three at most, that have the largest parts in an axis; others only if they have half as large ones
    as the first and there is room."""
    order = np.argsort(-abs(axis), kind="stable")[:3]
    text = shortened(columns[order[0]], _LONGEST_TEXT)
    for j in order[1:].tolist():
        longer = f"{text} {'+' if axis[j] > 0 else '−'} {columns[j]}"
        if abs(axis[j]) >= 0.5 * axis[order[0]] and len(longer) <= _LONGEST_TEXT:
            text = longer
    return text


def _blocks(array: NDArray[Any]) -> list[slice]:
    step = max(1, _BLOCK // array.shape[1])
    return [slice(start, start + step) for start in range(0, len(array), step)]
