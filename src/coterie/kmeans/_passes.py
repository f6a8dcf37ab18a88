# SPDX-License-Identifier: BSD-3-Clause
"""k-means of rows that are read again in each pass, because all of them do not fit into memory.

Whatever adds up rows does so exactly (`_grid_sums`), and the rest takes the largest or the smallest. So results are the
same bits wherever a batch ends. Of each row, memory holds the label and, unless there are very many, the margin.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base import power_of_two
from .._runtime import parallel, progress
from .._runtime.thresholds import thresholds
from ..scaling._moments import Moments
from ._assignment import Assignment, nearest, squares_to_own
from ._batches import Batches
from ._data import NO_WEIGHT, Data, power_of_two_below
from ._grid_sums import GridSums, digits_needed
from ._kernels import seeding
from ._rounds import exact_sum
from ._sample import Sample
from ._steps import Step

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COMPARED = 16  # one of so many rows is compared with that of the first pass
_NUMBERS = 1 << 18  # that are squared at a time
_SAMPLED = 32  # rows of the sample for each cluster, at least


class Rows(NamedTuple):
    """The rows of a batch, as all that works on them needs them."""

    places: slice  # among all rows
    X: NDArray[Any]  # of `Passes.dtype`, over 2**exponent
    weight: NDArray[np.float64]  # over 2**weight_exponent; or `NO_WEIGHT`


class Passes:
    """All rows, batch by batch. To iterate over this object is a pass.

    Attributes
    ----------
    shape : of all rows
    dtype : float32 if all rows are, else float64
    exponent, weight_exponent : rows and weights are divided by these powers of two; see `Data`
    lowest, highest : (d,), of each column, divided
    lightest, heaviest : the smallest weight above 0 and the largest one, divided
    is_weighted : False if each row counts once
    sample : some rows
    """

    def __init__(self, batches: Batches, n_clusters: int, n_threads: int) -> None:
        """The first pass.

        Raises
        ------
        ValueError, TypeError
            As from `Batches`. Or all weights are 0, or numbers are too far apart for float64.
        """
        self._batches, self._n_threads = batches, n_threads
        self._trace: int | None = None
        lowest: NDArray[Any] | None = None
        highest: NDArray[Any] | None = None
        sample: Sample | None = None
        lightest, heaviest, self.is_weighted = math.inf, 0.0, False
        n = 0
        for start, rows, weights in self._read():
            low, high = np.minimum.reduce(rows), np.maximum.reduce(rows)
            lowest = low if lowest is None else np.minimum(lowest, low)
            highest = high if highest is None else np.maximum(highest, high)
            if sample is None:
                sample = Sample(max(thresholds.sampled_numbers // rows.shape[1], _SAMPLED * n_clusters))
            sample.add(rows, weights, start)
            if weights is not None:
                self.is_weighted = True
                lightest = min(lightest, float(weights.min(where=weights > 0, initial=math.inf)))
                heaviest = max(heaviest, float(weights.max()))
            else:
                lightest, heaviest = min(lightest, 1.0), max(heaviest, 1.0)
            n = start + len(rows)
            progress.report("first pass", n, n)
            del rows, weights
        assert lowest is not None and highest is not None and sample is not None  # there is a row
        if heaviest == 0:
            raise ValueError("Sample weights must contain at least one non-zero number.")
        self.shape, self.dtype = (n, len(lowest)), batches.dtype
        top = power_of_two.magnitude(lowest, highest)
        self.exponent = 0 if power_of_two.is_safe(self.dtype, 2.0) else power_of_two.exponent_of(top)
        if self.exponent > 0:
            power_of_two.check_range(self._smallest(), top, "X")
        self.weight_exponent = power_of_two.weight_exponent(lightest, heaviest)
        self.lowest, self.highest = (
            power_of_two.divided(each.astype(np.float64), self.exponent) for each in (lowest, highest)
        )
        self.lightest, self.heaviest = (
            power_of_two.times(each, -self.weight_exponent) for each in (lightest, heaviest)
        )
        self.sample = sample.take(self.dtype)

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Iterator[Rows]:
        for start, rows, weights in self._read():
            X = power_of_two.divided(np.asarray(rows, self.dtype), self.exponent)
            weight = NO_WEIGHT
            if self.is_weighted:
                weight = power_of_two.divided(np.ones(len(X)) if weights is None else weights, self.weight_exponent)
            yield Rows(slice(start, start + len(X)), X, weight)
            del rows, weights, X, weight

    def _read(self) -> Iterator[tuple[int, NDArray[Any], NDArray[np.float64] | None]]:
        """A pass over the rows as they were given, each batch with the place of its first row."""
        start = trace = 0
        for rows, weights in self._batches:
            if not isinstance(rows, np.ndarray):
                raise TypeError("Sparse data was passed in batches, but fit_batches of KMeans needs dense rows.")
            progress.repeat()
            trace += self._hash_some(rows, start)
            yield start, rows, weights
            start += len(rows)
            del rows, weights
        trace &= (1 << 64) - 1
        if self._trace is None:
            self._trace = trace
        elif trace != self._trace:
            raise ValueError(
                "batches must give the same rows in each pass, in the same order, but values differ from those of the "
                "first pass. Are the rows shuffled anew each time?"
            )

    def _hash_some(self, rows: NDArray[Any], start: int) -> int:
        """A number for the rows at every `_COMPARED`-th place, which is the sum of such numbers for any batches."""
        some = np.ascontiguousarray(rows[-start % _COMPARED :: _COMPARED])
        hashes = np.empty(len(some), dtype=np.uint64)
        parallel.over(
            len(some), parallel.chunk(2.0 * some.shape[1]), self._n_threads, seeding.hash_rows, some, False, hashes
        )
        places = np.arange(-(-start // _COMPARED), -(-start // _COMPARED) + len(some), dtype=np.uint64)
        return int(np.add.reduce(hashes * (2 * places + 1)))

    def _smallest(self) -> float:
        """The smallest absolute value above 0. Another pass."""
        found = math.inf
        for _, rows, _ in self._read():
            found = min(found, float(np.fmin.reduce(np.abs(rows), None, where=rows != 0, initial=math.inf)))
        return found


@dataclasses.dataclass(eq=False)
class DataInPasses(Data):
    """What a fit needs to know of rows in passes; `X` are the passes."""

    X: Any  # `Passes`, which have the length, shape and type of an array

    def magnitude(self) -> float:
        return power_of_two.magnitude(self.X.lowest, self.X.highest)


def prepare_passes(passes: Passes, n_threads: int) -> DataInPasses:
    """Moments and scale of the rows. Another pass."""
    # Near the mean, squares are not much larger than the variance.
    near = passes.sample.X.mean(axis=0, dtype=np.float64)
    near = np.clip(power_of_two.divided(near, passes.exponent), passes.lowest, passes.highest)
    reach = np.maximum(passes.highest - near, near - passes.lowest)
    n, d = passes.shape
    zeros, digits = np.zeros(d), 64
    sums = GridSums(n, 1, near, reach, 1.0, digits, n_threads)
    squares = GridSums(n, 1, zeros, np.square(reach), 1.0, digits, n_threads)
    step = max(1, _NUMBERS // d)
    for _, X, _ in passes:
        for start in range(0, len(X), step):
            rows = X[start : start + step]
            before, after = np.full(len(rows), -1, dtype=np.int32), np.zeros(len(rows), dtype=np.int32)
            sums.move(rows, NO_WEIGHT, before, after)
            squares.move(np.square(rows - near), NO_WEIGHT, before, after)
        del X, rows
    sums.settle()
    squares.settle()
    off = sums.sums[0] / n  # the mean, from `near`
    mean = np.clip(near + off, passes.lowest, passes.highest)
    variance = np.maximum(squares.sums[0] / n - np.square(off), 0.0)
    reach = np.maximum(passes.highest - mean, mean - passes.lowest)
    return DataInPasses(
        passes,
        passes.exponent,
        NO_WEIGHT,
        2 * passes.exponent + passes.weight_exponent,
        Moments(mean, variance, reach),
        power_of_two_below(float(reach.max())),
        n_threads,
    )


class PassStep(Step):
    """Row by row, in a pass."""

    def __init__(self, data: DataInPasses, n_clusters: int, adds_squares: bool) -> None:
        """adds_squares : the inertia is asked for after each iteration"""
        super().__init__(data, n_clusters)
        self.passes: Passes = data.X
        mean, variance, reach = data.moments
        digits = digits_needed(np.sqrt(variance), reach, self.passes.lightest, self.passes.heaviest)
        self.sums: GridSums = GridSums(
            len(data.X), n_clusters, mean, reach, self.passes.heaviest, digits, data.n_threads
        )
        self.loss = np.zeros(n_clusters, dtype=np.float32)
        self.shift = mean.astype(data.X.dtype).astype(np.float64)  # float32 differences are faster
        self.margins: NDArray[np.float32] | None = None
        if 4 * len(data.X) <= thresholds.margin_bytes and data.X.shape[1] < thresholds.wide_features:
            self.margins = np.full(len(data.X), -1.0, dtype=np.float32)
        self.adds_squares = adds_squares
        self.squares = Fraction(-1)  # of the last assignment to their centers; below 0 if they were not added up

    def assign(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> int:
        changed = 0
        self.squares = Fraction(0 if self.adds_squares else -1)
        for places, X, weight in self.passes:
            now = labels[places]
            before = now.copy()
            self._label(X, centers, now, places)
            changed += int(np.count_nonzero(now != before))
            self.sums.move(X, weight, before, now)
            if self.adds_squares:
                self.squares += self._sum_of_squares(X, weight, centers, now)
            del X, weight
        self.sums.settle()
        return changed

    def _label(self, X: NDArray[Any], centers: NDArray[np.float64], labels: NDArray[np.int32], places: slice) -> None:
        if self.margins is None:
            labels[:] = nearest(X, centers, self.data.n_threads)
            return
        assignment = Assignment(X, self.n_clusters, self.shift, self.data.scale, self.data.n_threads)
        assignment.margins, assignment.loss = self.margins[places], self.loss
        assignment(centers, labels)

    def inertia(self, centers: NDArray[np.float64], labels: NDArray[np.int32]) -> float:
        if self.squares < 0:  # another pass
            self.squares = Fraction(0)
            for places, X, weight in self.passes:
                self.squares += self._sum_of_squares(X, weight, centers, labels[places])
                del X, weight
        return float(self.squares)

    def nudge(self, distance: float) -> None:
        """The centers were rounded. What follows is the last assignment, after which the inertia is asked for."""
        super().nudge(distance)
        self.loss[:] = (self.loss + 2.0 * distance * self.data.scale) * (1.0 + 2.0**-20)  # the factor rounds up
        self.adds_squares = True

    def filled(
        self, centers: NDArray[np.float64], labels: NDArray[np.int32]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Sums and weights, where clusters without weight have the farthest rows, the farthest one the first of them.

        Another pass.
        """
        empty = np.flatnonzero(self.sums.weights == 0).astype(np.int32)
        farthest = Farthest(len(empty))
        for places, X, weight in self.passes:
            squares = squares_to_own(X, centers, labels[places], self.data.n_threads)
            farthest.add(squares, X, weight, labels[places])
            del X, weight
        if not farthest.squares[0]:
            return self.sums.sums, self.sums.weights  # fewer distinct points than clusters: nothing is far
        kept = self.sums.counts.copy()  # labels, which the sums follow, stay as they are
        self.sums.move(farthest.X, farthest.weight, farthest.labels, empty[: len(farthest.X)])
        self.sums.settle()
        self.sums.counts[:] = kept
        return self.sums.sums, self.sums.weights

    def _sum_of_squares(
        self, X: NDArray[Any], weight: NDArray[np.float64], centers: NDArray[np.float64], labels: NDArray[np.int32]
    ) -> Fraction:
        squares = squares_to_own(X, centers, labels, self.data.n_threads)
        return exact_sum(squares * weight if len(weight) else squares)


class Farthest:
    """The rows farthest from their centers, of those added so far; the farthest first, and of equally far ones the
    first."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.squares: NDArray[np.float64] = np.empty(0)
        self.X: NDArray[Any] = np.empty((0, 0))
        self.weight: NDArray[np.float64] = NO_WEIGHT
        self.labels: NDArray[np.int32] = np.empty(0, dtype=np.int32)

    def add(
        self, squares: NDArray[np.float64], X: NDArray[Any], weight: NDArray[np.float64], labels: NDArray[np.int32]
    ) -> None:
        """Look at further rows."""
        least = self.squares[-1] if len(self.squares) == self.count else -1.0
        which = np.flatnonzero(squares > least)
        which = which[np.argsort(-squares[which], kind="stable")[: self.count]]
        joined = np.concatenate([self.squares, squares[which]])
        order = np.argsort(-joined, kind="stable")[: self.count]
        self.squares = joined[order]
        self.X = np.concatenate([self.X, X[which]])[order] if self.X.size else X[which]
        self.labels = np.concatenate([self.labels, labels[which]])[order]
        if len(weight):
            self.weight = np.concatenate([self.weight, weight[which]])[order]
