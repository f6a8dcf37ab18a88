# SPDX-License-Identifier: BSD-3-Clause
"""Clusters in words: sentences and text tables from the numbers that `explain` works out."""

from __future__ import annotations

import dataclasses
import math
import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._base.wording import DIGITS, MOST_DECIMALS, MOST_SIZE, as_column, decimals_of, number, pair, share, shares
from ._numbers import Numbers, Shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Effects (in Cohen's count a small, a medium and a large one) from which a feature is hinted at, is named, is marked.
_HINTED, _NAMED, _LARGE = 0.2, 0.5, 0.8
_MOST_NAMED = 4
_FACTOR = 1.2  # least ratio of medians, or its inverse, that is said as a factor
_LARGE_FACTOR = 2.0  # the same for features whose spread is not that of ratios
_LEAST_FACTOR = 0.095  # "1/160" says more than "0.0064 times"
_KNOWN = 0.5  # share of the rows that must have a value for not to be told how many do
_FAR_ENOUGH = 0.3  # standard deviations that other medians and means must be apart
_NORMAL_IQR = 1.3489795003921634  # interquartile range of the normal distribution with standard deviation 1
_RATHER = 0.5  # least effect of a value that is frequent, of the strongest effect, that it is told for
_FEW, _FEW_SHARE = 5, 0.01  # members, and their share, below which they are counted
_FRACTIONS = {
    3 / 4: "three quarters{of_the}",
    2 / 3: "two thirds{of_the}",
    1 / 2: "half{the}",
    1 / 3: "a third{of_the}",
    1 / 4: "a quarter{of_the}",
    1 / 5: "a fifth{of_the}",
    1 / 10: "a tenth{of_the}",
}
_ABOUT = 0.05  # how far, relatively, from such a fraction
_MOST_FEATURES, _MOST_CLUSTERS, _MOST_VALUES = 40, 40, 5  # in a table; values of a category
_UNMARKED = "   "
_MOST_MOVED = 3  # clusters of which it is said that their shares changed


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
    codes: dict[str, Shares]  # of those features in `names` that may be codes


# ------------------------------------------------------------------------------------------- sentences


class _Phrase(NamedTuple):
    """Something to say about a group.

    effect : how much it sets the group apart, 0 or more
    text : with "{the}" or "{of_the}" where " the median" or " of the median" goes unless it was said before
    """

    effect: float
    text: str


def sentences(facts: Facts, groups: Iterable[int]) -> list[str]:
    """One for each of the groups."""
    return [f"{_head(facts, group)}: {_body(facts, group)}" for group in groups]


def shown(facts: Facts) -> list[int]:
    """The groups that a text has room for: the largest clusters, and the noise."""
    n_clusters = len(facts.clusters)
    largest = sorted(range(n_clusters), key=lambda g: -facts.sizes[g])[:_MOST_CLUSTERS]
    return [*sorted(largest), *range(n_clusters, len(facts.sizes))]


def wrap(texts: list[str], width: int) -> list[str]:
    """Sentences as lines, each sentence with all but its first line set in."""
    return [line for text in texts for line in textwrap.wrap(text, width, subsequent_indent="    ")]


def _head(facts: Facts, group: int) -> str:
    size, n = int(facts.sizes[group]), facts.n_rows
    is_noise = group == len(facts.clusters)
    name = "noise" if is_noise else f"cluster {_plain(str(facts.clusters[group]))}"
    within = " in no cluster" if is_noise else ""
    if size == n > 1:
        return f"{name}, all {n:,} {facts.noun}{within}"
    if size < _FEW_SHARE * n or size < _FEW:
        return f"{name}, {size:,} of {n:,} {facts.noun}{within}"
    return f"{name}, {share(size / n)} of {facts.noun}{within}"


def _body(facts: Facts, group: int) -> str:
    if facts.sizes[group] == facts.n_rows:
        return "nothing to compare with"
    of_categories = (phrase for each in facts.categories for phrase in _of_category(facts, each, group))
    found = sorted((*_of_numbers(facts, group), *of_categories), key=lambda phrase: -phrase.effect)
    texts = [phrase.text for phrase in found if phrase.effect >= _NAMED][:_MOST_NAMED]
    if missing := [_plain(name) for name, counts in _counts(facts) if not counts[group]]:
        texts.insert(0, f"{_listing(missing)} missing")
    if texts:
        return _join(texts)
    return f"on average much like all {facts.noun}" + (f", at most {_join([found[0].text])}" if found else "")


def _join(texts: list[str]) -> str:
    result, said = [], False
    for text in texts:
        result.append(text.format(the="" if said else " the median", of_the="" if said else " of the median"))
        said = said or "the}" in text
    return ", ".join(result)


def _counts(facts: Facts) -> Iterator[tuple[str, NDArray[np.int64]]]:
    yield from zip(facts.names, facts.numbers.counts.T, strict=True)
    yield from ((each.name, each.counts) for each in facts.categories)


def _listing(names: list[str]) -> str:
    *most, last = names if len(names) <= 3 else [*names[:2], f"{len(names) - 2} more"]
    return f"{', '.join(most)} and {last}" if most else last


def _of_numbers(facts: Facts, group: int) -> Iterator[_Phrase]:
    for j, name in enumerate(facts.names):
        if name in facts.codes:
            yield from _of_category(facts, facts.codes[name], group)
            continue
        effect = float(facts.numbers.distinctness[group, j])
        basis = _say_basis(facts, facts.numbers.counts[:, j], group)
        if abs(effect) >= _HINTED and (text := _say_number(facts, group, j, _plain(name), effect > 0, basis)):
            yield _Phrase(abs(effect), text)


def _say_basis(facts: Facts, counts: NDArray[np.int64], group: int, of_all: bool = False) -> str:
    """How many values a number rests on where these are few; with `of_all` where it is not every row."""
    known, size, known_at_all = int(counts[group]), int(facts.sizes[group]), int(counts.sum())
    if known_at_all < _KNOWN * facts.n_rows:
        here = f"all {size:,}" if known == size else f"{known:,} of {size:,}"
        return f"; known for {here}, and for {known_at_all:,} of {facts.n_rows:,} overall"
    return f"; known for {known:,} of {size:,}" if known < size and (of_all or known < _KNOWN * size) else ""


def _say_number(facts: Facts, group: int, j: int, name: str, is_more: bool, basis: str) -> str:
    """What the medians show, or else the means; nothing where neither is far enough from that of all rows."""
    numbers = facts.numbers
    mean, overall_mean = float(numbers.means[group, j]), float(numbers.overall_means[j])
    median, overall = float(numbers.medians[group, j]), float(numbers.overall_medians[j])
    if numbers.is_flag[j]:
        here, of_all = shares(mean, overall_mean)
        basis = _say_basis(facts, numbers.counts[:, j], group, of_all=mean in (0, 1))
        return f"{name} in {here} ({of_all} overall{basis})"
    if numbers.is_amount[j] and 0 < median < overall * MOST_SIZE and overall < median * MOST_SIZE:
        ratio, least = median / overall, _FACTOR if numbers.is_ratio[j] else _LARGE_FACTOR
        if ratio >= least if is_more else ratio <= 1 / least:
            return f"{name} {times(ratio)} ({pair(median, overall)}{basis})"
    way, sign = ("higher", 1) if is_more else ("lower", -1)
    low, high = (float(each) for each in numbers.overall_quartiles[:, j])
    spread = float(numbers.overall_spreads[j])
    if sign * (median - overall) > _FAR_ENOUGH * min(spread, (high - low) / _NORMAL_IQR or math.inf):
        return f"{way} {name} ({pair(median, overall)}{basis})"
    if sign * (mean - overall_mean) > _FAR_ENOUGH * spread:
        return f"{way} {name} ({pair(mean, overall_mean)} on average{basis})"
    return ""


def _of_category(facts: Facts, category: Shares, group: int) -> Iterator[_Phrase]:
    """A phrase on the value that sets the group apart most, rather one that it has than one that it lacks."""
    effects = category.effects[group].tolist()
    if not category.counts[group]:
        return
    strongest = max(range(len(effects)), key=lambda i: abs(effects[i]))
    told = max(range(len(effects)), key=lambda i: effects[i])
    if category.values == (False, True) and isinstance(category.values[0], bool):
        told = 1
    elif effects[told] < _RATHER * abs(effects[strongest]):
        told = strongest
    if abs(effects[told]) >= _HINTED:
        here = float(category.shares[group, told])
        basis = _say_basis(facts, category.counts, group, of_all=here in (0, 1))
        yield _Phrase(abs(effects[told]), _say_value(category, group, told, basis))


def _say_value(category: Shares, group: int, i: int, basis: str) -> str:
    here, overall = float(category.shares[group, i]), float(category.overall[i])
    if here in (0, 1):
        how, shown = "always" if here else "never", f"{share(overall)} overall"
    else:
        shown = " against ".join(shares(here, overall))
        if here > overall:
            how = "mostly" if here > 0.5 else "more often"
        else:
            how = "seldom" if here < 0.2 else "less often"
    return f"{_plain(category.name)} {how} {_plain(value_text(category.values[i]))} ({shown}{basis})"


def value_text(value: object) -> str:
    """A value of a category as it is shown."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(text: str) -> str:
    """A name or a value on one line, and without what `str.format` would take for a place to fill in."""
    return " ".join(text.split()).replace("{", "(").replace("}", ")")


def times(ratio: float) -> str:
    """A factor to read, as a template for the phrases: "3.4 times", "twice", "about a third", "about 1/57"."""
    text = number(ratio, decimals_of(ratio, 2))
    if text == "2":
        return "twice{the}"
    for fraction, words in _FRACTIONS.items():
        if abs(ratio / fraction - 1) <= _ABOUT:
            return words if text == f"{fraction:.2g}" else f"about {words}"
    if ratio < _LEAST_FACTOR:
        return f"about 1/{number(1 / ratio, decimals_of(1 / ratio, 2))}{{of_the}}"
    return f"{text} times{{the}}"


# ------------------------------------------------------------------------------------------- tables


def table(facts: Facts, width: int) -> str:
    """Sizes, medians and shares; features in rows, all rows and each cluster in columns."""
    numbers, n_clusters, groups = facts.numbers, len(facts.clusters), shown(facts)
    header = ["", "all", *(str((*facts.clusters, "noise")[g]) for g in groups)]
    lines = [
        [facts.noun, f"{facts.n_rows:,}", *(f"{facts.sizes[g]:,}{_UNMARKED}" for g in groups)],
        ["share", "100%", *(f"{share(facts.sizes[g] / facts.n_rows)}{_UNMARKED}" for g in groups)],
    ]
    told = _most_telling(facts, groups)
    for j, name in enumerate(facts.names):
        if name not in told:
            continue
        if name in facts.codes:
            lines += _lines_of(facts.codes[name], groups)
            continue
        if numbers.is_flag[j]:
            overall, *cells = map(_share_or_dash, [numbers.overall_means[j], *numbers.means[groups, j]])
        else:
            overall, *cells = as_column([float(numbers.overall_medians[j]), *numbers.medians[groups, j].tolist()])
        marks = [_mark(float(numbers.distinctness[g, j])) for g in groups]
        lines.append([name, overall, *(cell + mark for cell, mark in zip(cells, marks, strict=True))])
    for category in facts.categories:
        if category.name in told:
            lines += _lines_of(category, groups)
    n_shares = int(numbers.is_flag.sum()) + len(facts.codes)
    kinds = " and ".join(
        kind
        for kind, found in (("medians", len(facts.names) > n_shares), ("shares", n_shares or facts.categories))
        if found
    )
    legend = f"{kinds}; ++ or --: far from the other {facts.noun}, + or -: less far"
    if sparse := _sparse_columns(facts, groups):
        legend += f"; fewer than half of the values known: {_listing(sparse)}"
    if hidden := len(facts.names) + len(facts.categories) - len(told):
        legend += f"; {hidden:,} more features that differ less"
    if n_clusters > _MOST_CLUSTERS:
        legend += f"; the {_MOST_CLUSTERS} largest of {n_clusters:,} clusters"
    return "\n".join([_lay_out(header, lines, width), "", *textwrap.wrap(legend, width)])


def _sparse_columns(facts: Facts, groups: list[int]) -> list[str]:
    """Columns that a group has few values of, and in which groups."""
    labels = [*map(str, facts.clusters), "noise"]
    found = []
    for name, counts in _counts(facts):
        few = [labels[g] for g in groups if 0 < counts[g] < _KNOWN * facts.sizes[g]]
        if few:
            found.append(f"{name} in {_listing(few)}")
    return found


def _lines_of(category: Shares, groups: list[int]) -> list[list[str]]:
    """A line of the table for each of the most frequent values."""
    top = sorted(range(len(category.values)), key=lambda i: -category.overall[i])[:_MOST_VALUES]
    lines = [
        [
            f"{category.name} {value_text(category.values[i])}",
            share(float(category.overall[i])),
            *(_share_or_dash(category.shares[g, i]) + _mark(float(category.effects[g, i])) for g in groups),
        ]
        for i in top
    ]
    if rest := len(category.values) - len(top):
        lines.append([f"{category.name}: {rest:,} more", "", *([_UNMARKED] * len(groups))])
    return lines


def _share_or_dash(value: float) -> str:
    return "-" if math.isnan(value) else share(float(value))


def _most_telling(facts: Facts, groups: list[int]) -> set[str]:
    """Names of the features that set some group apart most."""
    effects = dict(zip(facts.names, facts.numbers.distinctness[groups].T, strict=True))
    effects |= {each.name: each.effects[groups] for each in (*facts.categories, *facts.codes.values())}
    strongest = {name: np.where(np.isnan(each), 0.0, abs(each)).max(initial=0.0) for name, each in effects.items()}
    return set(sorted(strongest, key=lambda name: -strongest[name])[:_MOST_FEATURES])


def _mark(effect: float) -> str:
    """All equally wide, so that the numbers before them are aligned."""
    if math.isnan(effect) or abs(effect) < _NAMED:
        return _UNMARKED
    return f" {('+' if effect > 0 else '-') * (2 if abs(effect) >= _LARGE else 1)}".ljust(len(_UNMARKED))


def _lay_out(header: list[str], lines: list[list[str]], width: int, marked: bool = True) -> str:
    """Right-aligned columns beside the first; those that do not fit go into a further block that repeats it."""
    first = [_cut(line[0], width // 3) for line in (header, *lines)]
    left = max(map(len, first))
    room = width - left - 2 - len(_UNMARKED)
    columns = [
        [_cut(name, room) + (_UNMARKED if marked and i > 1 else ""), *(line[i] for line in lines)]
        for i, name in enumerate(header)
    ][1:]
    widths = [max(map(len, cells)) for cells in columns]
    blocks, start = [], 0
    while start < len(columns):
        stop, used = start, left
        while stop < len(columns) and (stop == start or used + 2 + widths[stop] <= width):
            used += 2 + widths[stop]
            stop += 1
        rows = [
            [first[r].ljust(left), *(columns[i][r].rjust(widths[i]) for i in range(start, stop))]
            for r in range(len(first))
        ]
        blocks.append("\n".join("  ".join(row).rstrip() for row in rows))
        start = stop
    return "\n\n".join(blocks)


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 3]}..."


# ------------------------------------------------------------------------------------------- drift


def drift_sentences(drift: Any) -> list[str]:
    """One on the shares and, where distances are known, one on the distances."""
    chance = f"up to {_unlike(drift.by_chance, drift.index)} by chance"
    index = f"stability index {_unlike(drift.index, drift.by_chance, 0.1, 0.25)}"
    said = {
        "chance": f"shares differ no more than by chance ({index}, {chance})",
        "small": f"shares changed a little ({index}, {chance}; from 0.1 it would be moderate)",
        "moderate": f"shares changed ({index}, {chance}; from 0.1 it is moderate, from 0.25 large)",
        "large": f"shares changed a lot ({index}, {chance}; from 0.25 it is large)",
    }[drift.reading]
    found = [f"{drift.n_now:,} new {drift.noun} against {drift.n_then:,}: {said}"]
    if drift.reading != "chance":
        names = [*(f"cluster {each}" for each in drift.clusters.tolist()), "noise"]
        shares = zip(
            [*drift.shares_then.tolist(), drift.noise_then],
            [*drift.shares_now.tolist(), drift.noise_now],
            names,
            strict=True,
        )
        moved = sorted(shares, key=lambda each: -abs(each[1] - each[0]))[:_MOST_MOVED]
        found[0] += ": " + ", ".join(_say_moved(*each) for each in moved if each[0] != each[1])
    if math.isfinite(drift.distance_now - drift.distance_then) and (drift.distance_then or drift.distance_now):
        found.append(
            f"{drift.noun} are {_say_distance(drift.distance_then, drift.distance_now)} (root mean square "
            f"{pair(drift.distance_now, drift.distance_then)})"
        )
    return found


def _say_distance(then: float, now: float) -> str:
    if not now or not then:
        return f"{'no longer ' if now else ''}all at their centers{'' if now else ', as they were not then'}"
    ratio = now / then
    how = "about as far" if abs(ratio - 1) <= _ABOUT else f"{number(ratio)} times as far"
    return f"{how} from their centers as then"


def _unlike(value: float, *others: float) -> str:
    """A number with three digits, or as many as it takes not to look like another."""
    decimals = max(decimals_of(abs(value), DIGITS), 0)
    while decimals < MOST_DECIMALS and any(
        each != value and number(each, decimals) == number(value, decimals) for each in others
    ):
        decimals += 1
    return number(value, decimals)


def _say_moved(then: float, now: float, name: str) -> str:
    apart = abs(now - then)
    decimals = 0 if apart >= 0.02 else max(1, int(decimals_of(100 * apart, 1)))
    return f"{name} {'rose' if now > then else 'fell'} from {100 * then:.{decimals}f}% to {100 * now:.{decimals}f}%"


def drift_table(drift: Any, width: int) -> str:
    """Shares and distances then and now, a line for each cluster."""
    names = [*map(str, drift.clusters.tolist()), "noise", "all"]
    rows = [
        [*column.tolist(), noise, 1.0]
        for column, noise in ((drift.shares_then, drift.noise_then), (drift.shares_now, drift.noise_now))
    ]
    far = [
        [*column.tolist(), math.nan, of_all]
        for column, of_all in ((drift.distances_then, drift.distance_then), (drift.distances_now, drift.distance_now))
    ]
    columns = {"share then": list(map(share, rows[0])), "now": list(map(share, rows[1]))}
    if not all(map(math.isnan, far[1])):
        columns |= {"distance then": as_column(far[0]), " now": as_column(far[1])}
    lines = [[name, *cells] for name, *cells in zip(names, *columns.values(), strict=True)]
    if drift.noise_then == drift.noise_now == 0:
        del lines[-2]
    return _lay_out(["cluster", *columns], lines, width, marked=False)
