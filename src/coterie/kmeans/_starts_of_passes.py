# SPDX-License-Identifier: BSD-3-Clause
"""Where the centers of k-means start if the rows are read in passes: in a sample, or by k-means|| in all rows."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .._base import power_of_two
from .._runtime import progress
from ._assignment import nearest, squares_to_own
from ._data import prepare
from ._passes import Passes
from ._rounds import DRAWS, FEW, ROUNDS, exact_sum, random_key, rounded, uniform, whole
from ._sample import hash_places
from ._seeding import seed
from ._starts import starting_centers

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .._base.typing import ArrayLike


def start_in_passes(
    passes: Passes,
    n_clusters: int,
    init: str | NDArray[Any] | Callable[..., ArrayLike],
    random_state: np.random.RandomState,
    n_threads: int,
) -> NDArray[np.float64]:
    """Starting centers of one run, in the caller's units: the same as of all rows where the sample is all rows."""
    X, weight, is_all = passes.sample
    if isinstance(init, str) and init == "k-means||" and not is_all:
        return _seed_in_rounds(passes, n_clusters, random_state, n_threads)
    return starting_centers(X, n_clusters, init, random_state, weight, prepare(X, weight, n_threads))


def _seed_in_rounds(
    passes: Passes, n_clusters: int, random_state: np.random.RandomState, n_threads: int
) -> NDArray[np.float64]:
    """k-means|| as in `_rounds`, a pass for each round and one for the weights of the candidates.

    Whether a row is drawn depends on its place, not on its values: so equal rows need not be looked for.
    """
    X, weight, _ = passes.sample
    first = random_state.choice(len(X), p=None if weight is None else weight / weight.sum())
    candidates = power_of_two.divided(X[[first]], passes.exponent).astype(np.float64)
    n_draws = max(FEW, round(DRAWS * n_clusters))
    n_rounds = 0
    while n_rounds < ROUNDS or len(candidates) < n_clusters:
        progress.report("k-means||", n_rounds, max(ROUNDS, n_rounds) + 1)
        drawn = _draw(passes, candidates, random_key(random_state), n_draws, n_threads)
        if not len(drawn):
            break
        candidates = np.concatenate([candidates, drawn])
        n_rounds += 1
    progress.report("k-means||", n_rounds, n_rounds + 1)
    weighted = prepare(candidates, _weights_of(passes, candidates, n_threads), n_threads)
    return power_of_two.multiplied(candidates[seed(weighted, n_clusters, random_state)], passes.exponent)


def _draw(
    passes: Passes, candidates: NDArray[np.float64], key: np.uint64, n_draws: int, n_threads: int
) -> NDArray[np.float64]:
    """About `n_draws` rows in proportion to weights times squared distances to candidates, or at least one; none if all
    rows are candidates. Equal rows come once. A pass."""
    potential = Fraction(0)
    pool = np.empty((0, passes.shape[1]))
    shares = np.empty(0)  # of each row in the pool: a row is drawn if share * potential < n_draws
    for places, X, weight in passes:
        mass = rounded(squares_to_own(X, candidates, nearest(X, candidates, n_threads), n_threads))
        if len(weight):
            mass *= whole(weight, passes.heaviest)
        potential += exact_sum(mass)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            share = uniform(hash_places(places.start, len(X)), key) / mass
        # The potential only grows: a row that is not drawn now will not be drawn later.
        which = np.flatnonzero(_are_drawn(share, potential, n_draws) & (mass > 0))
        pool, shares = np.concatenate([pool, X[which]]), np.concatenate([shares, share[which]])
        kept = _are_drawn(shares, potential, n_draws)
        pool, shares = pool[kept], shares[kept]
        del X, weight
    return np.unique(pool, axis=0)


def _are_drawn(shares: NDArray[np.float64], potential: Fraction, n_draws: int) -> NDArray[np.bool_]:
    """The rows whose share times the potential is below a number, or the first ones."""
    first = np.fmin.reduce(shares, initial=np.inf)
    with np.errstate(invalid="ignore", over="ignore"):
        drawn: NDArray[np.bool_] = (shares * float(potential) < n_draws) | (shares == first)
    return drawn


def _weights_of(passes: Passes, candidates: NDArray[np.float64], n_threads: int) -> NDArray[np.float64]:
    """Of each candidate, the weights of the rows nearest to it. A pass."""
    total = np.zeros(len(candidates), dtype=np.int64)
    for _, X, weight in passes:
        labels = nearest(X, candidates, n_threads)
        counts = whole(weight, passes.heaviest) if len(weight) else None
        total += np.bincount(labels, counts, minlength=len(total)).astype(np.int64)
        del X, weight
    return total.astype(np.float64)
