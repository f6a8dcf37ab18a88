# SPDX-License-Identifier: BSD-3-Clause
"""Where a run starts: prototypes that are rows, by Cao's or Huang's choice of categories or at random.

Where there are no numbers, Cao's choice is as it is published: the largest density times distance, the lowest row on a
tie. The farthest numbers would be outliers; so where there are numbers, rows are drawn with that probability, as in
k-means++.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .._runtime import progress
from ._data import Data
from ._rows import Prototypes

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STAGE = "starting prototypes"


def starting_prototypes(data: Data, n_clusters: int, init: str, random_state: np.random.RandomState) -> Prototypes:
    """`n_clusters` rows as prototypes, by one of three methods; `data.middle` has what is missing in them."""
    rows: NDArray[np.intp] | list[int]
    if init == "random":
        rows = _random_rows(data, n_clusters, random_state)
    elif init == "Huang":
        rows = _like_frequent_categories(data, n_clusters, random_state)
    elif len(data.rows.numbers):
        rows = _dense_and_far(data, n_clusters, random_state)
    else:
        rows = _densest_and_farthest(data, n_clusters)
    progress.report(_STAGE, n_clusters, n_clusters)
    return _as_prototypes(data, rows)


def _as_prototypes(data: Data, rows: NDArray[np.intp] | list[int]) -> Prototypes:
    centers, modes = data.rows.numbers[:, rows].T.copy(), data.rows.codes[:, rows].T.copy()
    np.copyto(centers, data.middle.centers, where=np.isnan(centers))
    np.copyto(modes, data.middle.modes, where=modes == 0)
    return Prototypes(centers, modes)


def _weights(data: Data) -> NDArray[np.float64]:
    return data.weight if len(data.weight) else np.ones(data.rows.n)


def _draw(chances: NDArray[np.float64], random_state: np.random.RandomState) -> int:
    """An index, with these chances, of which at least one is above 0."""
    sums = np.add.accumulate(chances)
    at = int(np.searchsorted(sums, random_state.random_sample() * sums[-1], side="right"))
    return min(at, int(np.flatnonzero(chances)[-1]))  # where the product is rounded up to the sum


def _random_rows(data: Data, n_clusters: int, random_state: np.random.RandomState) -> NDArray[np.intp]:
    weight = _weights(data)
    n_possible = np.count_nonzero(weight)
    if n_possible < n_clusters:
        raise ValueError(
            f"init='random' needs n_clusters={n_clusters} rows of a weight above 0, but there are {n_possible}."
        )
    return random_state.choice(len(weight), size=n_clusters, replace=False, p=weight / weight.sum())


def _frequencies(data: Data) -> list[NDArray[np.float64]]:
    """For each category column the weight of each code; that of a missing one is 0."""
    weight, found = _weights(data), []
    for own, n_codes in zip(data.rows.codes, data.n_codes.tolist(), strict=True):
        counts: NDArray[np.float64] = np.bincount(own, weight, n_codes).astype(np.float64, copy=False)
        counts[0] = 0
        found.append(counts)
    return found


def _densities(data: Data) -> NDArray[np.float64]:
    """For each row the sum of the frequencies of its categories; 1 where there are none."""
    if not len(data.rows.codes):
        return np.ones(data.rows.n)
    density = np.zeros(data.rows.n)
    for own, counts in zip(data.rows.codes, _frequencies(data), strict=True):
        density += counts[own]
    return density


def _densest_and_farthest(data: Data, n_clusters: int) -> list[int]:
    """Cao's choice: the densest row, then those with the largest density times distance."""
    density, nearest = np.where(_weights(data) > 0, _densities(data), -np.inf), np.full(data.rows.n, np.inf)
    chosen = [int(density.argmax())]
    for i in range(1, n_clusters):
        progress.report(_STAGE, i, n_clusters)
        np.minimum(nearest, data.rows.nearest(_as_prototypes(data, chosen[-1:]))[1], out=nearest)
        good = np.multiply(density, nearest, out=np.full_like(density, -np.inf), where=density >= 0)
        chosen.append(int(good.argmax()))
    return chosen


def _dense_and_far(data: Data, n_clusters: int, random_state: np.random.RandomState) -> list[int]:
    """A densest row, then rows drawn with probability proportional to weight, density and distance.

    Of 2 + log(n_clusters) draws, the one that leaves the lowest cost is taken (as in greedy k-means++).
    """
    density = _weights(data) * _densities(data)
    chosen = [_draw(np.where(density == density.max(), 1.0, 0.0), random_state)]
    nearest = data.rows.nearest(_as_prototypes(data, chosen))[1]
    for i in range(1, n_clusters):
        progress.report(_STAGE, i, n_clusters)
        chances = density * nearest
        if not chances.any():  # fewer different rows than clusters
            chances = _weights(data)
        best, best_cost, closer = -1, math.inf, nearest
        for _ in range(2 + int(math.log(n_clusters))):
            row = _draw(chances, random_state)
            distances = np.minimum(nearest, data.rows.nearest(_as_prototypes(data, [row]))[1])
            cost = data.cost(distances)
            if best < 0 or cost < best_cost:
                best, best_cost, closer = row, cost, distances
        chosen.append(best)
        nearest = closer
    return chosen


def _like_frequent_categories(data: Data, n_clusters: int, random_state: np.random.RandomState) -> list[int]:
    """Huang's choice: categories drawn by their frequency, and the row most like them, unlike the ones before.

    Of rows that are equally like, the lowest, or where there are numbers, one drawn by weight and distance.
    """
    rows, weight = data.rows, _weights(data)
    categories = rows._replace(numbers=rows.numbers[:0], gamma=1.0)
    drawn = np.empty((n_clusters, len(rows.codes)), rows.codes.dtype)
    for j, counts in enumerate(_frequencies(data)):
        drawn[:, j] = [_draw(counts, random_state) for _ in range(n_clusters)]
    differ = np.full(rows.n, np.inf)  # from the prototype most like the row, in so many categories
    nearest = np.full(rows.n, np.inf)
    chosen: list[int] = []
    for i in range(n_clusters):
        progress.report(_STAGE, i, n_clusters)
        unlike = categories.nearest(Prototypes(np.empty((1, 0)), drawn[i : i + 1]))[1]
        unlike[weight == 0] = np.inf
        if (differ[weight > 0] > 0).any():
            unlike[differ == 0] = np.inf
        best = np.flatnonzero(unlike == unlike.min())
        if len(rows.numbers):
            chances = weight[best] * nearest[best] if chosen else weight[best]
            best = best[_draw(chances if chances.any() else weight[best], random_state) :]
        chosen.append(int(best[0]))
        own = _as_prototypes(data, chosen[-1:])
        np.minimum(nearest, rows.nearest(own)[1], out=nearest)
        np.minimum(differ, categories.nearest(own._replace(centers=own.centers[:, :0]))[1], out=differ)
    return chosen
