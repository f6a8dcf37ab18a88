# SPDX-License-Identifier: BSD-3-Clause
"""Statistics of groups of rows: of numbers, of categories, and which members are typical."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._runtime import progress
from . import _features
from ._groups import Groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EXAMPLES = 3  # most typical and most extreme members of a cluster
_WIDE = 2.0  # ratio of the quartiles from which differences are told as factors
_FLOOR = 0.1  # of the median, added before logarithms are taken of values that may be 0


class Numbers(NamedTuple):
    """Statistics of d features in k groups; (k, d), or (d,) of all rows; quartiles with the lower and upper ones first.

    is_amount : features that are never negative
    is_ratio : those of them that are compared as factors
    is_flag : features that are 0 or 1
    """

    counts: NDArray[np.int64]
    means: NDArray[np.float64]
    medians: NDArray[np.float64]
    spreads: NDArray[np.float64]
    quartiles: NDArray[np.float64]
    overall_means: NDArray[np.float64]
    overall_medians: NDArray[np.float64]
    overall_spreads: NDArray[np.float64]
    overall_quartiles: NDArray[np.float64]
    differences: NDArray[np.float64]
    effect_sizes: NDArray[np.float64]
    distinctness: NDArray[np.float64]
    is_amount: NDArray[np.bool_]
    is_ratio: NDArray[np.bool_]
    is_flag: NDArray[np.bool_]


class Shares(NamedTuple):
    """How often a category has each of its c values in k groups (k, c) and overall (c,); effects (k, c)."""

    name: str
    values: tuple[Any, ...]
    counts: NDArray[np.int64]
    shares: NDArray[np.float64]
    overall: NDArray[np.float64]
    effects: NDArray[np.float64]


# ------------------------------------------------------------------------------------------- numbers


def describe_numbers(features: _features.Features, groups: Groups) -> Numbers:
    """Statistics of each group (of each cluster, and of the noise if there is any) and of all rows."""
    k, d = len(groups), len(features.feature_names)
    counts = np.zeros((k, d), np.int64)
    means, medians, spreads, effects, distinctness = np.full((5, k, d), np.nan)
    quartiles, overall_quartiles = np.full((2, k, d), np.nan), np.full((2, d), np.nan)
    overall_means, overall_medians, overall_spreads = np.full((3, d), np.nan)
    is_amount, is_ratio, is_flag = np.zeros((3, d), bool)
    for j, name in enumerate(features.feature_names):
        progress.report("profile", j, d)
        column = features.numbers[groups.order, j].astype(np.float64)
        present = ~np.isnan(column)
        counts[:, j] = groups.sums(present)
        values = column[present]
        if not len(values):
            continue
        with np.errstate(over="ignore"):
            if not np.isfinite((values.max() - values.min()) * len(values)):
                raise ValueError(
                    f"The values of {name!r} are too large for sums in float64, up to "
                    f"{np.abs(values).max():.3g}. Divide them by a constant first."
                )
        first, median, third = np.percentile(values, (25, 50, 75))
        overall_quartiles[:, j], overall_medians[j] = (first, third), median
        is_amount[j] = values.min() >= 0
        is_ratio[j] = is_amount[j] and median > 0 and third >= _WIDE * first
        is_flag[j] = ((values == 0) | (values == 1)).all()
        moments = _Moments(column, present, counts[:, j], groups, median)
        means[:, j], spreads[:, j], effects[:, j] = moments.means, moments.spreads, moments.cohens_d()
        overall_means[j], overall_spreads[j] = moments.overall_mean, moments.overall_spread
        if is_ratio[j]:
            logarithms = np.log(column / median + _FLOOR)
            distinctness[:, j] = _Moments(logarithms, present, counts[:, j], groups, np.log(1 + _FLOOR)).cohens_d()
        else:
            distinctness[:, j] = effects[:, j]
        groups.sort_within(column)
        medians[:, j] = groups.quantiles(column, counts[:, j], 0.5)
        quartiles[:, :, j] = [groups.quantiles(column, counts[:, j], share) for share in (0.25, 0.75)]
    progress.report("profile", d, d)
    with np.errstate(divide="ignore", invalid="ignore"):
        differences = np.where(
            overall_spreads == 0, np.where(counts, 0.0, np.nan), (means - overall_means) / overall_spreads
        )
    return Numbers(
        counts,
        means,
        medians,
        spreads,
        quartiles,
        overall_means,
        overall_medians,
        overall_spreads,
        overall_quartiles,
        differences,
        effects,
        distinctness,
        is_amount,
        is_ratio,
        is_flag,
    )


class _Moments:
    """Means and standard deviations of groups of values (in the order of the groups), and of all of them.

    middle : where most values are, about: a group far from the others must not spoil the sums of these
    """

    def __init__(
        self,
        ordered: NDArray[np.float64],
        present: NDArray[np.bool_],
        counts: NDArray[np.int64],
        groups: Groups,
        middle: float,
    ):
        values = ordered[present]
        low, high = values.min(), values.max()
        # Values that are equal but for rounding count as equal.
        self.rounding = 10 * np.finfo(np.float64).eps * max(abs(low), abs(high))
        width = high - low if high - low > self.rounding else 1.0
        n = len(values)
        with np.errstate(invalid="ignore", divide="ignore"):
            from_low = np.where(present, ordered - low, 0.0)
            sums = groups.sums(from_low)
            offsets = sums / counts  # NaN where there is no value
            from_mean = np.where(present, from_low - groups.spread_out(offsets), 0.0) / width
            from_mean *= from_mean
            squares = groups.sums(from_mean)
            all_offset = sums.sum() / n
            between = np.where(counts, counts * ((offsets - all_offset) / width) ** 2, 0.0)
            self.counts, self.offsets, self.squares, self.width = counts, offsets, squares, width
            self.sums, self.n, self.middle = sums, n, middle - low
            self.means, self.overall_mean = low + offsets, float(low + all_offset)
            self.spreads = width * np.sqrt(squares / counts)
            self.overall_spread = float(width * np.sqrt((squares.sum() + between.sum()) / n))
        if high - low <= self.rounding:
            self.spreads, self.overall_spread = np.where(counts, 0.0, np.nan), 0.0

    def cohens_d(self) -> NDArray[np.float64]:
        """Mean of each group minus that of the values in all others, in their pooled standard deviation."""
        others = self.n - self.counts
        with np.errstate(divide="ignore", invalid="ignore"):
            other_offsets = _sums_of_others(self.sums) / others
            # What the others vary around their own mean: around the middle, less their mean's own distance from it.
            around = np.where(self.counts, self.counts * ((self.offsets - self.middle) / self.width) ** 2, 0.0)
            outside = (
                _sums_of_others(self.squares)
                + _sums_of_others(around)
                - others * ((other_offsets - self.middle) / self.width) ** 2
            )
            pooled = self.width * np.sqrt((self.squares + np.maximum(outside, 0.0)) / max(self.n - 2, 1))
            apart = self.offsets - other_offsets
            effects = np.where(pooled > self.rounding, apart / pooled, np.copysign(np.inf, apart))
        effects = np.where((others == 0) | (np.abs(apart) <= self.rounding), 0.0, effects)
        effects[self.counts == 0] = np.nan
        return effects


def _sums_of_others(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each value the sum of all others: not taken from the sum of all, as little but rounding might be left."""
    before = np.concatenate([[0.0], np.cumsum(values)[:-1]])
    after = np.concatenate([np.cumsum(values[::-1])[::-1][1:], [0.0]])
    total: NDArray[np.float64] = before + after
    return total


# ------------------------------------------------------------------------------------------- categories


def describe_category(category: _features.Category, groups: Groups) -> Shares:
    """How often each value is in each group, and how much that sets the group apart."""
    k, c = len(groups), len(category.values)
    present = category.codes >= 0
    group_of = np.empty(len(category.codes), np.int64)
    group_of[groups.order] = groups.spread_out(np.arange(k))
    found = np.bincount(group_of[present] * c + category.codes[present], minlength=k * c).reshape(k, c)
    counts, of_all = found.sum(axis=1), found.sum(axis=0)
    shares, overall, effects = effects_of_shares(found, counts, of_all, int(of_all.sum()))
    return Shares(category.name, category.values, counts, shares, overall, effects)


def effects_of_shares(
    found: NDArray[np.int64], counts: NDArray[np.int64], of_all: NDArray[np.int64], n: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The share of each value in each group and in all rows, and how much it sets the group apart.

    found : how many rows of each group have each value (k, c); counts : how many have any (k,)
    of_all : how many of all rows have each value (c,); n : how many have any
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        shares, overall = found / counts[:, None], of_all / n
        others = (n - counts)[:, None]
        elsewhere = (of_all - found) / others
        squares = counts[:, None] * shares * (1 - shares) + others * elsewhere * (1 - elsewhere)
        pooled = np.sqrt(squares / max(n - 2, 1))
        apart = shares - elsewhere
        effects = np.where(apart == 0, 0.0, np.where(pooled > 0, apart / pooled, np.copysign(np.inf, apart)))
    effects = np.where(others == 0, 0.0, effects)
    effects[counts == 0] = np.nan
    return shares, overall, effects


# ------------------------------------------------------------------------------------------- members


class Members:
    """How far each row is from the mean of its group, in standard deviations of all rows."""

    def __init__(self, features: _features.Features, groups: Groups, numbers: Numbers, categories: list[Shares]):
        order = groups.order
        total, n_present = np.zeros(len(order)), np.zeros(len(order))
        for j in np.flatnonzero(numbers.overall_spreads > 0):
            far = features.numbers[order, j] - groups.spread_out(numbers.means[:, j])
            far /= numbers.overall_spreads[j]
            present = ~np.isnan(far)
            total += np.where(present, far * far, 0.0)
            n_present += present
        group_of = groups.spread_out(np.arange(len(groups)))
        for category, described in zip(features.categories, categories, strict=True):
            if not category.values:
                continue
            codes = category.codes[order]
            squared = np.square(described.shares).sum(axis=1)
            far = 1 - 2 * described.shares[group_of, codes] + squared[group_of]
            total += np.where(codes >= 0, far, 0.0)
            n_present += codes >= 0
        self.groups = groups
        with np.errstate(invalid="ignore", divide="ignore"):
            # NaN for a row without any value; where no feature varies no row is farther than another.
            self.squared = total / n_present if n_present.any() else total

    def nearest(self) -> tuple[NDArray[np.int64], ...]:
        """Up to three rows of each group that are nearest to its mean."""
        return self.groups.first(np.where(np.isnan(self.squared), np.inf, self.squared), _EXAMPLES)

    def farthest(self) -> tuple[NDArray[np.int64], ...]:
        """Up to three rows of each group that are farthest from its mean."""
        return self.groups.first(np.where(np.isnan(self.squared), np.inf, -self.squared), _EXAMPLES)
