# SPDX-License-Identifier: BSD-3-Clause
"""Clusters in words: sentences and text tables from the numbers that `explain` works out."""
from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NAMED = 0.5  # effect from which a feature is named: medium, by Cohen's count
_HINTED = 0.2  # and from which it is at least hinted at: small
_MOST_NAMED = 4
_FACTOR = 1.2  # least ratio of medians, or its inverse, that is said as a factor
_DIGITS = 3
_FRACTIONS = {"0.5": "half", "0.33": "a third", "0.25": "a quarter", "0.2": "a fifth", "0.1": "a tenth"}
_MOST_VALUES = 6  # of a category, in a table


class Numbers(NamedTuple):
    """Statistics of d features in k groups; (k, d), or (d,) of all rows; quartiles with the lower and upper ones first.

    is_ratio : features that are compared as factors
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
    is_ratio: NDArray[np.bool_]
    is_flag: NDArray[np.bool_]


class Shares(NamedTuple):
    """How often a category has each of its c values in k groups (k, c) and overall (c,); effects (k, c)."""

    name: str
    values: tuple
    counts: NDArray[np.int64]
    shares: NDArray[np.float64]
    overall: NDArray[np.float64]
    effects: NDArray[np.float64]


@dataclasses.dataclass(frozen=True, eq=False)
class Facts:
    """What sentences and tables are made from. Groups are the clusters and, if there is any, the noise."""

    clusters: tuple
    sizes: NDArray[np.int64]
    n_rows: int
    noun: str
    names: tuple[str, ...]
    numbers: Numbers
    categories: tuple[Shares, ...]


# ------------------------------------------------------------------------------------------- sentences


def sentences(facts: Facts) -> list[str]:
    """One for each cluster, then one for the noise if there is any."""
    return [f"{_head(facts, group)}: {_body(facts, group)}" for group in range(len(facts.sizes))]


def _head(facts: Facts, group: int) -> str:
    size, n = int(facts.sizes[group]), facts.n_rows
    is_noise = group == len(facts.clusters)
    name = "noise" if is_noise else f"cluster {facts.clusters[group]}"
    within = " in no cluster" if is_noise else ""
    if size == n:
        return f"{name}, all {n:,} {facts.noun}{within}"
    if size < 0.01 * n or size < 5:
        return f"{name}, {size:,} of {n:,} {facts.noun}{within}"
    return f"{name}, {share(size / n)} of {facts.noun}{within}"


def _body(facts: Facts, group: int) -> str:
    if facts.sizes[group] == facts.n_rows:
        return "nothing to compare with"
    found = [each for each in (*_of_numbers(facts, group), *_of_categories(facts, group)) if each[1]]
    found.sort(key=lambda each: -each[0])  # stable: on ties in the order of the columns
    named = [phrase for effect, phrase in found if effect >= _NAMED][:_MOST_NAMED]
    if named:
        return ", ".join(named)
    if found and found[0][0] >= _HINTED:
        return f"much like all {facts.noun}; at most {found[0][1]}"
    return f"much like all {facts.noun}"


def _of_numbers(facts: Facts, group: int):
    """(effect, phrase) for each feature that is a number."""
    numbers = facts.numbers
    for j, name in enumerate(facts.names):
        if not numbers.counts[group, j]:
            yield math.inf, f"{name} always missing"
            continue
        effect = float(numbers.distinctness[group, j])
        if abs(effect) >= _HINTED:
            yield abs(effect), _say_number(numbers, group, j, name, effect > 0)


def _say_number(numbers: Numbers, group: int, j: int, name: str, is_more: bool) -> str:
    """A phrase for what medians show, or else means; none where neither agrees with the effect."""
    mean, overall_mean = float(numbers.means[group, j]), float(numbers.overall_means[j])
    if numbers.is_flag[j]:
        return f"{name} in {share(mean)} ({share(overall_mean)} overall)" if (mean > overall_mean) == is_more else ""
    median, overall = float(numbers.medians[group, j]), float(numbers.overall_medians[j])
    if numbers.is_ratio[j] and median > 0:
        ratio = median / overall
        if (ratio >= _FACTOR and is_more) or (ratio <= 1 / _FACTOR and not is_more):
            return f"{name} {times(ratio)} the median ({pair(median, overall)})"
    way = "higher" if is_more else "lower"
    if (median > overall) if is_more else (median < overall):
        return f"{way} {name} ({pair(median, overall)})"
    if (mean > overall_mean) if is_more else (mean < overall_mean):
        return f"{way} {name} ({pair(mean, overall_mean)} on average)"
    return ""


def _of_categories(facts: Facts, group: int):
    """(effect, phrase) for each category: for that value of it which sets the group apart most."""
    for category in facts.categories:
        if not category.counts[group]:
            yield math.inf, f"{category.name} always missing"
            continue
        effects = category.effects[group]
        candidates = [i for i, value in enumerate(category.values) if value is not False or len(category.values) != 2]
        best = max(candidates, key=lambda i: (_tells(category, group, i), effects[i]))
        if abs(effects[best]) >= _HINTED:
            yield abs(float(effects[best])), _say_value(category, group, best)


def _tells(category: Shares, group: int, i: int) -> float:
    """How much it says about a group that it has more, or fewer, of a value."""
    return abs(float(category.effects[group, i]))


def _say_value(category: Shares, group: int, i: int) -> str:
    here, overall, value = float(category.shares[group, i]), float(category.overall[i]), category.values[i]
    what = category.name if value is True else f"{category.name} {value}"
    against = f"{share(here)} against {share(overall)} overall"
    if here == 1:
        return f"all {what} ({share(overall)} overall)"
    if here == 0:
        return f"no {what} ({share(overall)} overall)"
    if here > overall:
        return f"{'mostly' if here > 0.5 else 'more often'} {what} ({against})"
    return f"{'seldom' if here < 0.2 else 'less often'} {what} ({against})"


# ------------------------------------------------------------------------------------------- numbers as text


def pair(here: float, overall: float) -> str:
    """Two numbers to compare, with as many digits as it takes to tell them apart."""
    digits = _decimals(max(abs(here), abs(overall)), _DIGITS)
    if here != overall:
        digits = max(digits, _decimals(abs(here - overall), 2))
    return f"{number(here, digits)} against {number(overall, digits)}"


def number(value: float, digits: int | None = None) -> str:
    """A number to read: three digits or so many decimals (negative: zeros before the point), no exponent."""
    if value == 0 or not math.isfinite(value):
        return f"{value:.0f}"
    if digits is None:
        digits = _decimals(abs(value), _DIGITS)
    if digits > 9 or abs(value) >= 1e15:
        return f"{value:.3g}"
    rounded = round(value, digits) + 0.0  # no "-0"
    text = f"{rounded:,.{max(digits, 0)}f}" if abs(rounded) >= 10_000 else f"{rounded:.{max(digits, 0)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def times(ratio: float) -> str:
    """A factor to read: "3.4 times", "a third of"."""
    text = number(ratio, _decimals(ratio, 2))
    return f"{_FRACTIONS[text]} {'' if text == '0.5' else 'of '}".rstrip() if text in _FRACTIONS else f"{text} times"


def share(value: float) -> str:
    """A share as a percentage to read."""
    if 0 < value < 0.01:
        return "under 1%"
    if 0.99 < value < 1:
        return "over 99%"
    return f"{100 * value:.0f}%"


def _decimals(size: float, digits: int) -> int:
    """How many decimals a number of this size has with so many significant digits."""
    return digits - 1 - math.floor(math.log10(size)) if size > 0 else 0


# ------------------------------------------------------------------------------------------- tables


def table(facts: Facts, width: int) -> str:
    """Sizes, medians and shares; features in rows, all rows and each cluster in columns."""
    groups = range(len(facts.sizes))
    n_clusters = len(facts.clusters)
    header = ["", "all", *(str(each) for each in facts.clusters), *(["noise"] if len(facts.sizes) > n_clusters else [])]
    lines = [[facts.noun, f"{facts.n_rows:,}", *(f"{facts.sizes[g]:,}" for g in groups)],
             ["share", "100%", *(share(facts.sizes[g] / facts.n_rows) for g in groups)]]
    numbers = facts.numbers
    for j, name in enumerate(facts.names):
        values = [float(numbers.overall_medians[j]), *(float(numbers.medians[g, j]) for g in groups)]
        cells = column(values)
        marks = ["", *(_mark(float(numbers.distinctness[g, j])) for g in groups)]
        lines.append([name, *(cell + mark for cell, mark in zip(cells, marks, strict=True))])
    for category in facts.categories:
        top = sorted(range(len(category.values)), key=lambda i: -category.overall[i])[:_MOST_VALUES]
        for i in top:
            what = f"{category.name} {category.values[i]}"
            cells = ["-" if math.isnan(category.shares[g, i]) else share(float(category.shares[g, i])) for g in groups]
            marks = [_mark(float(category.effects[g, i])) for g in groups]
            lines.append([what, share(float(category.overall[i])), *(a + b for a, b in zip(cells, marks, strict=True))])
    return _lay_out(header, lines, width)


def _mark(effect: float) -> str:
    """`++` for a large effect, `+` for a medium one, by Cohen's count; as wide as the widest, to keep cells aligned."""
    if math.isnan(effect) or abs(effect) < _NAMED:
        return "   "
    sign = "+" if effect > 0 else "-"
    return f" {sign * (2 if abs(effect) >= 0.8 else 1)}".ljust(3)


def column(values: Sequence[float]) -> list[str]:
    """Numbers to compare, all with the same decimals: three digits of the largest difference, but of a wide range no
    more than each needs."""
    finite = [value for value in values if math.isfinite(value)]
    spread = max(finite, default=0.0) - min(finite, default=0.0) or max(map(abs, finite), default=0.0)
    digits = max(_decimals(spread, _DIGITS), 0)
    return ["-" if math.isnan(value) else number(value, digits) for value in values]


def _lay_out(header: list[str], lines: list[list[str]], width: int) -> str:
    """Right-aligned columns beside the first; those that do not fit go into a further block that repeats it."""
    longest = max(8, width // 3)
    first = [header[0], *(line[0] for line in lines)]
    first = [" ".join(text.split()) for text in first]
    first = [text if len(text) <= longest else f"{text[:longest - 3]}..." for text in first]
    left = max(map(len, first))
    columns = [[header[i], *(line[i] for line in lines)] for i in range(1, len(header))]
    most = width - left - 2
    columns = [[cell if len(cell) <= most else f"{cell[:most - 3]}..." for cell in cells] for cells in columns]
    widths = [max(map(len, cells)) for cells in columns]
    blocks, start = [], 0
    while start < len(columns):
        stop, used = start, left
        while stop < len(columns) and (stop == start or used + 2 + widths[stop] <= width):
            used += 2 + widths[stop]
            stop += 1
        rows = [[first[r].ljust(left), *(columns[i][r].rjust(widths[i]) for i in range(start, stop))]
                for r in range(len(first))]
        blocks.append("\n".join("  ".join(row).rstrip() for row in rows))
        start = stop
    return "\n\n".join(blocks)
