# SPDX-License-Identifier: BSD-3-Clause
"""Where a run starts: prototypes that are rows, by Cao's or Huang's choice of categories or at random.

Categories alone leave the numbers open: of the rows that a method finds equally good, one is drawn with probability
proportional to its weight times its distance to the nearest prototype so far, as in k-means++. Where there are no
numbers, it is the lowest row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from .._runtime import progress
from ._data import Data
from ._rows import Prototypes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    _Goodness = Callable[[int, NDArray[np.float64]], NDArray[np.float64]]


def starting_prototypes(data: Data, n_clusters: int, init: str, random_state: np.random.RandomState) -> Prototypes:
    """`n_clusters` rows as prototypes, whose missing values are those of `data.middle`."""
    if init == "random":
        return _as_prototypes(data, _random_rows(data, n_clusters, random_state))
    goodness = _cao(data) if init == "Cao" else _huang(data, n_clusters, random_state)
    rows, k = data.rows, n_clusters
    alike = rows._replace(numbers=rows.numbers[:0], gamma=1.0)
    differ = np.full(rows.n, np.inf)  # categories in which a row differs from the prototype most like it
    nearest = np.full(rows.n, np.inf)  # its distance to the nearest one
    start = _as_prototypes(data, np.zeros(k, np.intp))
    for i in range(k):
        progress.report("starting prototypes", i, k)
        good = goodness(i, differ)
        if len(data.weight):
            good[data.weight == 0] = -np.inf
        best = np.flatnonzero(good == good.max())
        own = _as_prototypes(data, best[:1])
        if len(rows.numbers):
            own = _as_prototypes(data, best[_draw(nearest[best], data, best, random_state), None])
            np.minimum(nearest, rows.nearest(own)[1], out=nearest)
        np.minimum(differ, alike.nearest(own._replace(centers=own.centers[:, :0]))[1], out=differ)
        start.centers[i], start.modes[i] = own.centers[0], own.modes[0]
    return start


def _as_prototypes(data: Data, rows: NDArray[np.intp]) -> Prototypes:
    centers, modes = data.rows.numbers[:, rows].T.copy(), data.rows.codes[:, rows].T.copy()
    np.copyto(centers, data.middle.centers, where=np.isnan(centers))
    np.copyto(modes, data.middle.modes, where=modes == 0)
    return Prototypes(centers, modes)


def _draw(
    distances: NDArray[np.float64], data: Data, rows: NDArray[np.intp], random_state: np.random.RandomState
) -> int:
    """One of the rows; `distances` are infinite before there is a prototype."""
    weight = data.weight[rows] if len(data.weight) else np.ones(len(rows))
    if not 0 < distances.max() < np.inf:
        distances = np.ones(len(rows))
    sums = np.add.accumulate(weight * distances)
    at = int(np.searchsorted(sums, random_state.random_sample() * sums[-1], side="right"))
    return min(at, len(rows) - 1)


def _random_rows(data: Data, n_clusters: int, random_state: np.random.RandomState) -> NDArray[np.intp]:
    weight = data.weight if len(data.weight) else np.ones(data.rows.n)
    n_possible = np.count_nonzero(weight)
    if n_possible < n_clusters:
        raise ValueError(
            f"init='random' needs n_clusters={n_clusters} rows of a weight above 0, but there are {n_possible}."
        )
    return random_state.choice(len(weight), size=n_clusters, replace=False, p=weight / weight.sum())


def _cao(data: Data) -> _Goodness:
    """First the row with the most frequent categories, then those with frequent ones that differ from all before."""
    density = np.zeros(data.rows.n)
    for own, n_codes in zip(data.rows.codes, data.n_codes.tolist(), strict=True):
        counts = np.bincount(own, data.weight if len(data.weight) else None, n_codes)
        counts[0] = 0  # missing
        density += counts[own]
    return lambda i, differ: density * differ if i else density.copy()


def _huang(data: Data, n_clusters: int, random_state: np.random.RandomState) -> _Goodness:
    """The rows most like categories that are drawn by their frequency, each unlike the ones before if it can be."""
    rows, c = data.rows, len(data.rows.codes)
    drawn = np.empty((n_clusters, c), rows.codes.dtype)
    for j, (own, n_codes) in enumerate(zip(rows.codes, data.n_codes.tolist(), strict=True)):
        counts = np.bincount(own, data.weight if len(data.weight) else None, n_codes).astype(np.float64)
        counts[0] = 0
        sums = np.add.accumulate(counts)
        drawn[:, j] = np.searchsorted(sums, random_state.random_sample(n_clusters) * sums[-1], side="right")
    alike = rows._replace(numbers=rows.numbers[:0], gamma=1.0)

    def goodness(i: int, differ: NDArray[np.float64]) -> NDArray[np.float64]:
        good = -alike.nearest(Prototypes(np.empty((1, 0)), drawn[i : i + 1]))[1]
        if (differ > 0).any():
            good[differ == 0] = -np.inf
        return good

    return goodness
