# SPDX-License-Identifier: BSD-3-Clause
"""The means of clusters, and how rows differ from them, in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._runtime import progress
from .._runtime.thresholds import thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray


def check_number_of_labels(n_labels: int, n_samples: int) -> None:
    """Raise ValueError if there is only one cluster, or if there are as many clusters as rows."""
    if not 1 < n_labels < n_samples:
        raise ValueError(f"Number of labels is {n_labels}. Valid values are 2 to n_samples - 1 (inclusive)")


def blocks(stage: str, n: int, numbers_per_row: int) -> Iterator[slice]:
    """Cut n rows into blocks; reports how far `stage` is before each."""
    step = max(1, thresholds.score_block // numbers_per_row)
    for start in range(0, n, step):
        progress.report(stage, start, n)
        yield slice(start, min(start + step, n))


class Clusters(NamedTuple):
    """The means of clusters, as differences from one of their rows: so equal rows differ by exactly 0 from their mean,
    and no digit is lost to an offset of the data."""

    sizes: NDArray[np.int64]
    corners: NDArray[np.float64]  # (k, d), the first row of each cluster
    shifts: NDArray[np.float64]  # (k, d), from there to the mean

    @classmethod
    def of(
        cls, X: NDArray[Any], codes: NDArray[np.int64], vectors: Callable[[NDArray[Any]], NDArray[Any]] | None = None
    ) -> Clusters:
        sizes = np.bincount(codes)
        k = len(sizes)
        check_number_of_labels(k, len(X))
        first = np.empty(k, np.int64)
        first[codes[::-1]] = np.arange(len(X) - 1, -1, -1)
        corners = (X[first] if vectors is None else vectors(X[first])).astype(np.float64)
        sums = np.zeros(corners.shape)
        clusters = cls(sizes, corners, np.zeros(corners.shape))
        for rows, deviations in clusters.deviations(X, codes, vectors):
            own = codes[rows]
            for j, column in enumerate(deviations.T):
                sums[:, j] += np.bincount(own, column, k)
        return cls(sizes, corners, sums / sizes[:, None])

    def deviations(
        self, X: NDArray[Any], codes: NDArray[np.int64], vectors: Callable[[NDArray[Any]], NDArray[Any]] | None = None
    ) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Blocks of rows, minus the mean of each row's cluster."""
        # A block has at least as many rows as there are clusters, so that its rows cost more than its clusters.
        n = len(X)
        for rows in blocks("clusters", n, min(X.shape[1], max(1, thresholds.score_block // len(self.sizes)))):
            block = (X[rows] if vectors is None else vectors(X[rows])) - self.corners[codes[rows]]
            block -= self.shifts[codes[rows]]
            yield rows, block

    def centers_from(self, origin: NDArray[np.float64]) -> NDArray[np.float64]:
        """The means, as differences from a point."""
        return (self.corners - origin) + self.shifts
