# SPDX-License-Identifier: BSD-3-Clause
"""Where the centers of k-means start: k-means||, which draws many rows at once, in a few rounds.

Each round draws rows, as candidates, with probabilities in proportion to their weights times their squared distances
to the nearest candidate so far. Of the candidates, each with the weight of the rows that are nearest to it, greedy
k-means++ takes the centers.

Whether a row is drawn depends on its values, its weight and a sum over all rows that is exact. So the candidates are
the same for any order of the rows, and for rows that are repeated instead of weighted. They would also be the same if
the rows were looked at in blocks, wherever these end: what the blocks have to tell each other are sums and drawn rows.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .._runtime import progress
from ._assignment import nearest, squares_to_own
from ._data import Data, prepare
from ._seeding import hash_rows, seed
from ._sparse_rows import dense_rows, taken

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDS = 5
DRAWS = 0.5  # of a round for each cluster: with more, the clusters of a fit are no better
FEW = 10  # of a round, at least: with fewer, too much depends on each of them
_WEIGHT_BITS = 24  # of the largest weight as a whole number
_LOW_BITS = 26  # of the 53 of a float64, so that both halves of many can be added up without rounding
_NUMBERS = 1 << 16  # that are added up at a time


def seed_in_rounds(X: Any, data: Data, n_clusters: int, random_state: np.random.RandomState) -> NDArray[np.intp]:
    """k-means|| (Bahmani et al. 2012), with half as many draws a round as clusters; returns the rows chosen.

    X : what `data` was prepared from

    As a rule `ROUNDS` passes over the rows, of O(n d n_clusters) time each; more only where few rows hold nearly all
    of the potential again and again. Memory is O(n), and a copy of the candidates.
    """
    sampler = Sampler(X, data)
    n_draws = max(FEW, round(DRAWS * n_clusters))
    drawn = sampler.first(random_key(random_state))
    n_rounds = 0
    while len(drawn):
        sampler.add(drawn)
        if n_rounds >= ROUNDS and len(sampler.candidates) >= n_clusters:
            break
        progress.report("k-means||", n_rounds, max(ROUNDS, n_rounds))
        drawn = sampler.draw(random_key(random_state), n_draws)
        n_rounds += 1
    progress.report("k-means||", n_rounds, n_rounds)
    weighted = prepare(taken(X, sampler.candidates), sampler.weights_of_candidates(), data.n_threads)
    return sampler.candidates[seed(weighted, n_clusters, random_state)]


class Sampler:
    """Rows drawn with probabilities in proportion to weight * squared distance to the nearest candidate so far.

    Attributes
    ----------
    hashes : (n,), equal for equal rows
    weight : (n,), whole numbers; of equal rows one has the weight of all, and the others have none
    squares : (n,), squared distance to the nearest candidate
    labels : (n,), which candidate that is; the first one on a tie
    candidates : rows, in the order in which they were drawn
    """

    def __init__(self, X: Any, data: Data) -> None:
        n = len(X)
        self.data = data
        self.hashes = hash_rows(X, False, data.n_threads)
        weight = whole(data.weight, float(data.weight.max())) if len(data.weight) else np.ones(n)
        self.weight = _gathered(weight, self.hashes)
        self.squares = np.full(n, np.inf)
        self.labels = np.empty(n, dtype=np.int32)
        self.candidates = np.empty(0, dtype=np.intp)

    def first(self, key: np.uint64) -> NDArray[np.intp]:
        """A row in proportion to the weights."""
        # Of clocks that ring at these rates, the first one to do so.
        with np.errstate(divide="ignore", invalid="ignore"):
            ring = -np.log1p(-uniform(self.hashes, key)) / self.weight
        return self._sorted(np.flatnonzero(ring == np.fmin.reduce(ring)))[:1]

    def draw(self, key: np.uint64, n_draws: int) -> NDArray[np.intp]:
        """At most about `n_draws` rows: fewer where some hold much of the potential, but one at least; none if all are
        candidates. They come in the order of their hashes."""
        mass = self.weight * rounded(self.squares)
        potential = exact_sum(mass)
        if not potential:  # the others are so near to candidates that the squares vanish
            mass = self.weight.copy()
            mass[self.candidates] = 0.0
            potential = exact_sum(mass)
            if not potential:
                return np.empty(0, dtype=np.intp)
        # A row is drawn if its random number is below n_draws * mass / potential.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            least = uniform(self.hashes, key) * float(potential) / mass
        return self._sorted(np.flatnonzero((least < n_draws) | (least == np.fmin.reduce(least))))

    def add(self, rows: NDArray[np.intp]) -> None:
        """Take rows as candidates: compare all rows with them."""
        data, n_before = self.data, len(self.candidates)
        centers = dense_rows(data.X, rows).astype(np.float64)
        labels = nearest(data.X, centers, data.n_threads)
        squares = squares_to_own(data.X, centers, labels, data.n_threads)
        nearer = squares < self.squares
        self.squares[nearer] = squares[nearer]
        self.labels[nearer] = labels[nearer] + n_before
        self.labels[rows] = np.arange(n_before, n_before + len(rows))  # also where a square vanishes
        self.candidates = np.concatenate([self.candidates, rows])

    def weights_of_candidates(self) -> NDArray[np.float64]:
        """Of the rows nearest to each."""
        return np.bincount(self.labels, self.weight, len(self.candidates)).astype(np.float64)

    def _sorted(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        return rows[self.hashes[rows].argsort()]


def exact_sum(values: NDArray[np.float64]) -> Fraction:
    """The sum of numbers of at least 0 without rounding: the same in any order and in any blocks. O(n) time."""
    total = Fraction(0)
    for start in range(0, len(values), _NUMBERS):
        mantissas, exponents = np.frexp(values[start : start + _NUMBERS])
        high, low = np.divmod(np.ldexp(mantissas, 53), 1 << _LOW_BITS)  # whole numbers
        lowest = int(exponents.min())
        sums = [np.bincount(exponents - lowest, half) for half in (low, high)]
        for place in np.flatnonzero(sums[0] + sums[1]).tolist():
            whole = int(sums[0][place]) + (int(sums[1][place]) << _LOW_BITS)
            total += whole * Fraction(2) ** (place + lowest - 53)
    return total


def whole(weight: NDArray[np.float64], heaviest: float) -> NDArray[np.float64]:
    """Weights as whole numbers of up to 2**_WEIGHT_BITS, of at least 1 unless they are 0: their sums are exact."""
    _, exponent = math.frexp(heaviest)
    whole: NDArray[np.float64] = np.ceil(np.ldexp(weight, _WEIGHT_BITS - exponent))
    return whole


def rounded(squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """The first 24 binary digits of numbers. Their products with whole weights are exact: two equal rows have twice the
    mass of one."""
    return (squares.view(np.int64) & -(1 << 29)).view(np.float64)


def _gathered(weight: NDArray[np.float64], hashes: NDArray[np.uint64]) -> NDArray[np.float64]:
    """The first of several equal rows gets the weights of all, and the others get none."""
    ordered = np.sort(hashes)
    if (ordered[1:] != ordered[:-1]).all():
        return weight
    _, first, which = np.unique(hashes, return_index=True, return_inverse=True)
    gathered = np.zeros_like(weight)
    gathered[first] = np.bincount(which, weight)
    return gathered


def random_key(random_state: np.random.RandomState) -> np.uint64:
    return np.uint64(random_state.randint(1 << 63, dtype=np.uint64))


def uniform(hashes: NDArray[np.uint64], key: np.uint64) -> NDArray[np.float64]:
    """A random number in [0, 1) for each hash: the finisher of MurmurHash3."""
    bits = (hashes ^ key) * np.uint64(0xFF51AFD7ED558CCD)
    bits ^= bits >> np.uint64(33)
    bits *= np.uint64(0xC4CEB9FE1A85EC53)
    bits >>= np.uint64(11)
    return bits.astype(np.float64) * math.ldexp(1.0, -53)
